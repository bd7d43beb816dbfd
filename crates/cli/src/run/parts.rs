//! What a run is handed: whoever composes it fills this in. Decides nothing.

use std::sync::Arc;
use std::time::Duration;

use katydid_cluster::MasterHandle;
use katydid_engine::{LoadShape, Observer, RunEvent, RunnerHandle, UserClass, UserHost};
use katydid_report::ReportContext;
use katydid_stats::{Collector, MarkKind, Timestamp};

use crate::signals::SignalSource;
use crate::terminal::Terminal;

/// Called with the exit code, after every report is written, when the host no longer answers or the user no
/// longer waits: the process should end without it.
pub type ForcedEnd = Box<dyn FnOnce(i32) + Send>;

/// The parts of one run.
pub struct RunParts {
    /// Whoever hosts the users.
    pub host: Arc<dyn UserHost>,
    /// The workers, if this process leads some.
    pub master: Option<MasterHandle>,
    /// The runner over that host. Its task runs elsewhere, and must be polled.
    pub runner: RunnerHandle,
    /// The statistics that the host records into.
    pub collector: Arc<Collector>,
    /// Every class that takes part.
    pub user_classes: Vec<UserClass>,
    /// The load shape, if the test has one.
    pub shape: Option<Box<dyn LoadShape>>,
    /// Whether the shape reads users, spawn rate and run time from the options.
    pub shape_uses_common_options: bool,
    /// What reports say beside the statistics; the run fills in times, state and users.
    pub report: ReportContext,
    /// How closely this process's own use of the machine is watched.
    pub monitor: Monitor,
    /// Where output goes.
    pub terminal: Terminal,
    /// Where signals come from.
    pub signals: SignalSource,
    /// How to end without the host.
    pub forced_end: ForcedEnd,
}

/// How often listeners are told of the processor, and from when on they are warned. The default is Locust's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Monitor {
    /// Time between two looks.
    pub interval: Duration,
    /// Percent of one core.
    pub warning_percent: f64,
}

impl Default for Monitor {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            warning_percent: 90.0,
        }
    }
}

/// The observer that a runner needs so that statistics begin with the test, and again after the ramp if
/// `--reset-stats` asks for it.
pub fn statistics_observer(collector: Arc<Collector>, reset_stats: bool) -> Observer {
    Box::new(move |event| {
        let now = Timestamp::now();
        match event {
            RunEvent::TestStart => {
                collector.clear(now);
                mark(&collector, now, MarkKind::TestStart, "test started");
            }
            RunEvent::SpawningComplete { user_count } => {
                if reset_stats {
                    log::info!(target: "locust.runners", "Resetting stats\n");
                    collector.reset(now);
                }
                let text = format!("all {user_count} users are there");
                mark(&collector, now, MarkKind::RampDone, &text);
            }
            RunEvent::TestStop => mark(&collector, now, MarkKind::TestStop, "test stopped"),
            _ => {}
        }
    })
}

fn mark(collector: &Collector, now: Timestamp, kind: MarkKind, text: &str) {
    collector.with(|stats| stats.mark(now, kind, text.to_owned()));
}
