//! What there is to show of a run, as plain data.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use katydid_report::{Progress, ReportContext, WorkerFacts, printable};
use katydid_stats::{Entry, Failure, HealthSnapshot, RunStats, Timestamp};

use crate::curve::Curve;
use crate::rows::RequestRow;

/// Reports of workers come this much later than what they tell of, in seconds: a curve that ended now would fall to zero.
const WORKERS_LATE: i64 = 4;

/// Failures that are shown: nobody scrolls further.
const MOST_FAILURES: usize = 500;

/// One moment of a run.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The target, if users have one in common.
    pub host: Option<String>,
    /// The file that describes the users.
    pub locustfile: String,
    /// State of the runner, in Locust's words.
    pub state: String,
    /// Time since the start.
    pub elapsed: Duration,
    /// How long the run is to take, if that is known.
    pub run_time: Option<Duration>,
    /// Users alive.
    pub user_count: u64,
    /// Users wanted.
    pub target_user_count: u64,
    /// The generator's own state.
    pub health: HealthSnapshot,
    /// Share of one core that its busiest thread uses now, in percent.
    pub cpu_percent: Option<f64>,
    /// An answer to the last key, for a while.
    pub notice: Option<String>,
    /// What was measured.
    pub figures: Arc<Figures>,
}

/// What was measured: the part of a [`View`] that takes some reckoning.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The whole run.
    pub total: RequestRow,
    /// Response times of the last ten seconds: 0.5, 0.95 and 0.99 percentile.
    pub recent: [Option<f64>; 3],
    /// One row for each (method, name).
    pub rows: Vec<RequestRow>,
    /// The most frequent ones first.
    pub failures: Vec<FailureRow>,
    /// The run over time.
    pub charts: Charts,
    /// Workers of a master.
    pub workers: Vec<WorkerFacts>,
    /// What was lost with workers.
    pub losses: Vec<String>,
}

/// A kind of failure, or what users raised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailureRow {
    /// How often it occurred.
    pub occurrences: u64,
    /// Method and name of the request; `exception` for what users raised.
    pub name: String,
    /// The error.
    pub error: String,
}

/// Curves over time.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "named as what is drawn")]
pub struct Charts {
    /// Requests per second.
    pub requests: Curve,
    /// Failures per second.
    pub failures: Curve,
    /// Response times.
    pub p50: Curve,
    pub p95: Curve,
    pub p99: Curve,
    /// Users alive.
    pub users: Curve,
    /// Users wanted.
    pub target_users: Curve,
    /// The generator's processor, in percent of a core.
    pub cpu: Curve,
}

impl View {
    /// The view of a run as it is, with figures that may be a little older.
    pub fn of(
        context: &ReportContext,
        progress: &Progress,
        health: HealthSnapshot,
        figures: Arc<Figures>,
    ) -> Self {
        Self {
            host: context.host.as_deref().map(|host| printable(host).into_owned()),
            locustfile: printable(&context.locustfile).into_owned(),
            state: context.state.clone(),
            elapsed: progress.elapsed,
            run_time: progress.run_time,
            user_count: progress.user_count,
            target_user_count: progress.target_user_count,
            health: with_workers(health, &figures.workers),
            cpu_percent: None,
            notice: None,
            figures,
        }
    }
}

/// A worker that is the limit makes the figures the generator's just as well.
fn with_workers(mut health: HealthSnapshot, workers: &[WorkerFacts]) -> HealthSnapshot {
    let of_worker = |worker: &WorkerFacts| Some(format!("worker {}: {}", worker.id, worker.reason.as_ref()?));
    let reasons: Vec<String> = workers
        .iter()
        .filter(|worker| worker.saturated)
        .filter_map(of_worker)
        .collect();
    if !reasons.is_empty() {
        let all: Vec<String> = health.reason.into_iter().chain(reasons).collect();
        health.reason = Some(all.join("; "));
    }
    health
}

impl Figures {
    /// Reckons what there is to show `now`; `context` knows the workers.
    pub fn of(stats: &RunStats, context: &ReportContext, now: Timestamp) -> Self {
        let clock = stats.clock();
        let recent = stats.total().current_percentiles(now, &[0.5, 0.95, 0.99]);
        let counted = stats.entries().filter(|entry| entry.has_counted());
        Self {
            total: RequestRow::of(stats.total(), clock),
            recent: [recent[0], recent[1], recent[2]],
            rows: counted.map(|entry| RequestRow::of(entry, clock)).collect(),
            failures: failures(stats),
            charts: Charts::of(stats, context, now),
            workers: context.workers.clone(),
            losses: context.losses.clone(),
        }
    }
}

fn failures(stats: &RunStats) -> Vec<FailureRow> {
    let failed = stats.errors().iter().map(|failure: Failure| FailureRow {
        occurrences: failure.occurrences,
        name: format!("{} {}", printable(&failure.method), printable(&failure.name)),
        error: printable(&failure.error).into_owned(),
    });
    let raised = stats.exceptions().iter().map(|row| FailureRow {
        occurrences: row.count,
        name: "exception".to_owned(),
        error: format!(
            "{}: {}",
            printable(&row.message),
            printable(last_line(&row.traceback))
        ),
    });
    let mut rows: Vec<FailureRow> = failed.chain(raised).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.occurrences));
    rows.truncate(MOST_FAILURES);
    rows
}

/// The last line of code of a traceback says where it was.
fn last_line(traceback: &str) -> &str {
    let lines = traceback.lines().rev().map(str::trim);
    lines
        .into_iter()
        .find(|line| line.starts_with("File "))
        .unwrap_or_default()
}

impl Charts {
    fn of(stats: &RunStats, context: &ReportContext, now: Timestamp) -> Self {
        let late = if context.workers.is_empty() {
            0
        } else {
            WORKERS_LATE
        };
        let span = stats.clock().start_time.second()..now.second() - late;
        let mut charts = Self::default();
        charts.read_total(stats.total(), &span);
        if let Some(gauges) = stats.gauges() {
            charts.users = Curve::joined(gauges, &span, |slot| Some(slot.user_count as f64));
            charts.target_users = Curve::joined(gauges, &span, |slot| Some(slot.target_user_count as f64));
            charts.cpu = Curve::joined(gauges, &span, |slot| slot.cpu_percent);
        }
        charts
    }

    fn read_total(&mut self, total: &Entry, span: &Range<i64>) {
        let Some(timeline) = total.timeline() else { return };
        let step = f64::from(timeline.step());
        // A second without a request is one with none; without a response there is no response time.
        self.requests = Curve::of(timeline, span, |slot| {
            Some(slot.map_or(0, |slot| slot.requests) as f64 / step)
        });
        self.failures = Curve::of(timeline, span, |slot| {
            Some(slot.map_or(0, |slot| slot.failures) as f64 / step)
        });
        let percentile = |fraction| Curve::of(timeline, span, |slot| slot?.response_times.quantile(fraction));
        [self.p50, self.p95, self.p99] = [0.5, 0.95, 0.99].map(percentile);
    }

    /// How many seconds the run took so far, as far as the curves go.
    pub(crate) fn seconds(&self) -> f64 {
        let ends = [&self.requests, &self.users].map(Curve::end);
        ends.into_iter().flatten().fold(0.0, f64::max)
    }
}
