//! The story of one run: start, watch, end, report, leave. Details are one file down.
//!
//! Everything here happens on one task of one thread, which never touches Python: a busy interpreter delays
//! users, not the clock, the reports or Ctrl-C.

mod ending;
mod judging;
mod parts;
mod results;
mod screen;
mod waiting;
mod watching;

use std::time::Duration;

use katydid_engine::{Announced, RunnerStatus, ShapeEnd, ShapeRequest, StartRequest};
use katydid_gate::Verdict;
use katydid_report::CsvReport;
use katydid_stats::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::error::CliError;
use crate::exit_code;
use crate::first_look::version;
use crate::settings::{PageRun, Role, Settings};
use crate::signals::{Signal, Signals};
use judging::TestGate;
pub use parts::{ForcedEnd, Monitor, RunParts, statistics_observer};
use screen::LiveScreen;

/// The logger's name in Locust.
const TARGET: &str = "locust.main";

/// Runs one test as its settings say and gives the exit code. Needs a tokio runtime with time and I/O enabled,
/// on a thread of its own.
///
/// Every report is written however the run ends: by its limits, by user code, by SIGINT or SIGTERM, and also
/// when users do not stop. A second signal ends it at once, with the reports as they are by then.
pub async fn run(settings: &Settings, parts: RunParts) -> i32 {
    let mut run = match Run::prepare(settings, parts) {
        Ok(run) => run,
        Err(error) => {
            eprintln!("{}", error.line());
            return error.exit_code();
        }
    };
    let end = match run.begin().await {
        None => run.watch().await,
        Some(end) => end,
    };
    run.stop_asked = Some(Timestamp::now());
    run.ends_early = run.is_limited() && !matches!(end, End::RunTime | End::NumRequests(_) | End::ShapeDone);
    run.shut_down(&end).await;
    run.report();
    run.leave().await
}

/// Why a run ends.
#[derive(Debug, PartialEq)]
enum End {
    /// It never began.
    Refused(CliError),
    /// Somebody wants it to end.
    Signal,
    /// Its time is over.
    RunTime,
    /// It has sent what it should.
    NumRequests(u64),
    /// Its load shape is done.
    ShapeDone,
    /// User code told the runner to quit.
    Quit,
    /// A budget is broken that ends the run.
    BudgetBroken(String),
    /// Users can no longer be hosted.
    Failure(String),
}

/// Where a run is that a page leads, as far as it ends by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Visit {
    /// Nothing is to come.
    #[default]
    Open,
    /// The first test runs, and the run ends after it.
    FirstTest,
    /// That test is being stopped, or is over.
    Over,
    /// It ends at this moment.
    LeavesAt(Instant),
}

/// What the last look at the run saw.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    target: Option<u64>,
    is_saturated: bool,
}

impl Visit {
    fn leaves_at(self) -> Option<Instant> {
        match self {
            Self::LeavesAt(moment) => Some(moment),
            _ => None,
        }
    }
}

/// A run under way.
struct Run<'a> {
    settings: &'a Settings,
    parts: RunParts,
    signals: Signals,
    status: watch::Receiver<RunnerStatus>,
    csv: Option<CsvReport>,
    /// The view in the terminal, while there is one.
    screen: Option<LiveScreen>,
    began: Instant,
    /// When the run-time limit is reached.
    deadline: Option<Instant>,
    led_by_shape: bool,
    /// Where a run is that a page leads, and whether a shape led its test when that was last looked at.
    visit: Visit,
    shape_was_active: bool,
    /// Whether the first test that a page led is over.
    first_test_is_over: bool,
    /// What user code has said so far.
    said: Announced,
    /// What was seen of the run, so that changes are marked once.
    seen: Seen,
    /// The test, as far as keeping and judging it goes.
    gate: TestGate<'a>,
    /// When it was told to stop, if it was: a service that answers no more ends no test.
    stop_asked: Option<Timestamp>,
    /// Whether it ends before what it was limited to was reached.
    ends_early: bool,
    /// What the last test came to, if it was held against anything.
    verdict: Option<Verdict>,
    /// Whether a budget decided how many failures are too many.
    judges_failures: bool,
    /// Signals so far.
    signal_count: usize,
    /// Whether to wait for nobody any more.
    hurried: bool,
    /// The signal that said so, if it was one.
    insisted: Option<Signal>,
    /// Whether the host broke down or did not answer.
    host_failed: bool,
    /// Whether a report could not be written.
    report_failed: bool,
    /// The code of a run that never began.
    refused: Option<i32>,
}

impl<'a> Run<'a> {
    /// Opens what the run needs. Fails when files or signals cannot be had.
    fn prepare(settings: &'a Settings, mut parts: RunParts) -> Result<Self, CliError> {
        let wrong = |error: &dyn std::fmt::Display| CliError::Configuration(error.to_string());
        let source = std::mem::take(&mut parts.signals);
        let signals =
            Signals::listen(source).map_err(|error| wrong(&format!("listen to signals: {error}")))?;
        let csv = settings.csv.as_ref().map(|csv| {
            let percentiles = parts.collector.with(|stats| {
                let mut percentiles = stats.percentiles().clone();
                percentiles.current_for_entries |= csv.full_history;
                stats.set_percentiles(percentiles.clone());
                percentiles.report
            });
            CsvReport::create(&csv.prefix, &percentiles, csv.full_history)
        });
        let csv = csv.transpose().map_err(|error| wrong(&error))?;
        parts.report.start_time = Timestamp::now();
        if keeps_over_time(settings) {
            parts
                .collector
                .with(|stats| stats.keep_over_time(Timestamp::now()));
        }
        if settings.role != Role::Worker {
            parts.collector.with(|stats| stats.keep_seconds());
        }
        Ok(Self {
            settings,
            status: parts.runner.watch(),
            signals,
            csv,
            screen: None,
            began: Instant::now(),
            deadline: None,
            led_by_shape: false,
            visit: Visit::default(),
            seen: Seen::default(),
            shape_was_active: false,
            first_test_is_over: false,
            said: Announced::default(),
            gate: TestGate::default(),
            stop_asked: None,
            ends_early: false,
            verdict: None,
            judges_failures: false,
            signal_count: 0,
            hurried: false,
            insisted: None,
            host_failed: false,
            report_failed: false,
            refused: None,
            parts,
        })
    }

    /// Begins the test, as far as that is this process's business. `Some` if it should end instead.
    async fn begin(&mut self) -> Option<End> {
        log::info!(target: TARGET, "Starting {}", version());
        for notice in &self.settings.notices {
            log::info!(target: TARGET, "{notice}");
        }
        match self.settings.role {
            Role::Worker => return None,
            _ if self.waits_for_page() => return None,
            Role::Master {
                expect_workers,
                max_wait,
            } => {
                if let Some(end) = self.wait_for_workers(expect_workers, max_wait).await {
                    return Some(end);
                }
            }
            Role::Local => {}
        }
        if self.settings.page.is_some() {
            self.visit = Visit::FirstTest;
        }
        self.start().await.err().map(End::Refused)
    }

    /// Whether it was said when the test is to end.
    fn is_limited(&self) -> bool {
        self.settings.run_time.is_some() || self.settings.num_requests.is_some() || self.led_by_shape
    }

    /// Whether somebody has to start the test.
    fn waits_for_page(&self) -> bool {
        self.settings.page.is_some_and(|page: PageRun| !page.autostart)
    }

    /// Starts the users, or lets the shape do it.
    async fn start(&mut self) -> Result<(), CliError> {
        if self.settings.page.is_none() {
            self.open_gate();
        }
        let started = match self.parts.shape.take() {
            Some(shape) => {
                self.led_by_shape = self.settings.page.is_none();
                self.warn_of_ignored_options();
                let user_classes = self.parts.user_classes.clone();
                let request = ShapeRequest {
                    shape,
                    user_classes,
                    at_end: if self.settings.page.is_some() {
                        ShapeEnd::Stop
                    } else {
                        ShapeEnd::Quit
                    },
                };
                self.parts.runner.start_shape(request).await
            }
            None => {
                let Settings {
                    user_count,
                    spawn_rate,
                    ..
                } = *self.settings;
                let user_classes = self.parts.user_classes.clone();
                self.arm_run_time();
                self.parts
                    .runner
                    .start(StartRequest {
                        user_count,
                        spawn_rate,
                        user_classes,
                        only: None,
                    })
                    .await
            }
        };
        started.map_err(|error| CliError::Configuration(format!("cannot start: {error}")))
    }

    /// The run time counts from the wish to start, listeners of `test_start` included.
    fn arm_run_time(&mut self) {
        match self.settings.run_time {
            Some(run_time) => {
                log::info!(target: TARGET, "Run time limit set to {} seconds", seconds(run_time));
                self.deadline = Instant::now().checked_add(run_time);
            }
            None => log::info!(target: TARGET, "No run time limit set, use CTRL+C to interrupt"),
        }
    }

    /// A shape decides by itself, unless it says that it reads the options.
    fn warn_of_ignored_options(&self) {
        if self.parts.shape_uses_common_options || self.settings.common_options.is_empty() {
            return;
        }
        log::warn!(target: TARGET, "The load shape decides on users, spawn rate and run time, unless its class sets use_common_options.");
        log::warn!(target: TARGET, "The following option(s) will be ignored: {}", self.settings.common_options.join(", "));
    }

    /// Takes in what user code has said.
    fn note(&mut self, said: Announced) {
        self.said = self.said.and_then(said);
    }

    /// The exit code as things stand.
    fn exit_code(&self) -> i32 {
        if let Some(code) = self.refused {
            return code;
        }
        let failures = self.parts.collector.with(|stats| {
            let failed = !stats.errors().is_empty() && !self.judges_failures;
            failed || !stats.exceptions().is_empty()
        });
        // The master judges; whoever starts workers wants to know whether they did their work.
        let failures = failures && self.settings.role != Role::Worker;
        let outcome = exit_code::Outcome {
            failures,
            announced: self.said,
            verdict: self.verdict_code(),
            host_failed: self.host_failed,
        };
        match (
            exit_code::choose(outcome, self.settings.exit_code_on_error),
            self.insisted,
        ) {
            (exit_code::SUCCESS, _) if self.report_failed => exit_code::CONFIGURATION,
            // Whoever insisted must not find that all went well.
            (exit_code::SUCCESS, Some(signal)) => signal.exit_code(),
            (code, _) => code,
        }
    }

    fn user_count(&self) -> u64 {
        self.parts.host.user_counts().values().sum()
    }
}

/// Whether somebody will see the run over time.
fn keeps_over_time(settings: &Settings) -> bool {
    let is_kept = settings.gate.store.is_some() || settings.gate.run_file.is_some();
    settings.screen || settings.html_file.is_some() || settings.run_file.is_some() || is_kept
}

/// Seconds without needless digits.
fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}
