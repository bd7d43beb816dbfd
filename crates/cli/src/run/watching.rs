//! Watching a run until something ends it: figures are gathered and shown at their intervals. Ends nothing.

use std::future::pending;
use std::time::Duration;

use katydid_engine::{Announced, HostReply, RunEvent, RunState};
use katydid_report::{Progress, Rates, console};
use katydid_stats::{MarkKind, Snapshot, Timestamp};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use super::judging::TestGate;
use super::screen::event_of;
use super::{End, Run, TARGET, Visit, keeps_over_time};
use crate::signals::Signal;
use crate::usage::UsageMeter;

/// How often samples are merged, and the limit on requests is looked at.
const COLLECT_EVERY: Duration = Duration::from_millis(200);

/// How often the CSV files and the live line are brought up to date, and the processor is looked at.
const SHOW_EVERY: Duration = Duration::from_secs(1);

/// Tables are printed at every so many of these.
const SHOWS_PER_TABLE: u64 = 2;

/// How often a point is added to the history.
const HISTORY_EVERY: Duration = Duration::from_secs(5);

/// What the watch keeps for itself.
struct Watch {
    meter: UsageMeter,
    /// A second one, whose readings span the longer interval.
    monitor_meter: UsageMeter,
    has_warned: bool,
    shows: u64,
    /// What listeners of the usage events say.
    monitoring: Option<HostReply<Announced>>,
}

impl Run<'_> {
    /// Watches until the run should end, and says why.
    pub(super) async fn watch(&mut self) -> End {
        let mut watch = Watch {
            meter: UsageMeter::start(),
            monitor_meter: UsageMeter::start(),
            has_warned: false,
            shows: 0,
            monitoring: None,
        };
        self.open_screen();
        let (mut collect, mut show) = (every(COLLECT_EVERY), every_from_now(SHOW_EVERY));
        let (mut history, mut monitor) = (every_from_now(HISTORY_EVERY), every(self.parts.monitor.interval));
        loop {
            tokio::select! {
                biased;
                signal = self.signals.next() => return self.told_to_end(signal),
                () = until(self.deadline) => match self.settings.page {
                    None => return End::RunTime,
                    Some(_) => self.stop_test(),
                },
                () = until(self.visit.leaves_at()) => {
                    log::info!(target: TARGET, "--autoquit time reached, shutting down");
                    return End::Quit;
                }
                changed = self.status.changed() => {
                    if let Some(end) = self.look_at_status(changed.is_ok()) {
                        return end;
                    }
                }
                said = reply_of(&mut watch.monitoring) => self.note(said),
                event = event_of(&mut self.screen) => {
                    if let Some(signal) = self.take_in(event) {
                        return self.told_to_end(signal);
                    }
                }
                _ = collect.tick() => {
                    if let Some(end) = self.collect() {
                        return end;
                    }
                }
                _ = show.tick() => {
                    self.show(&mut watch);
                    if let Some(end) = self.hold_against_budgets() {
                        return end;
                    }
                }
                _ = history.tick() => self.push_history(),
                _ = monitor.tick() => self.monitor(&mut watch),
            }
        }
    }

    pub(super) fn told_to_end(&mut self, signal: Signal) -> End {
        self.signal_count += 1;
        match signal {
            Signal::Interrupt => log::info!(target: TARGET, "Exiting due to CTRL+C interruption"),
            Signal::Terminate => log::info!(target: TARGET, "Got SIGTERM signal"),
        }
        End::Signal
    }

    fn look_at_status(&mut self, is_alive: bool) -> Option<End> {
        if !is_alive {
            return Some(End::Failure("the runner is gone".to_owned()));
        }
        let status = self.status.borrow_and_update().clone();
        if let Some(why) = status.failure {
            return Some(End::Failure(why));
        }
        self.follow_tests(status.state);
        self.follow_visit(status.state, status.shape_active);
        let shape_is_over = self.led_by_shape && !status.shape_active;
        match status.quit || shape_is_over && status.state == RunState::Stopped {
            true if self.led_by_shape => Some(End::ShapeDone),
            true => Some(End::Quit),
            false => None,
        }
    }

    fn collect(&mut self) -> Option<End> {
        let sent = self.parts.collector.with(|stats| stats.total().num_requests());
        self.settings
            .num_requests
            .filter(|limit| sent >= *limit)
            .filter(|_| self.settings.page.is_none())
            .map(|_| End::NumRequests(sent))
    }

    /// Keeps what was measured, and holds it against the budgets.
    fn hold_against_budgets(&mut self) -> Option<End> {
        let broken = self.look_at_gate()?;
        if self.settings.page.is_none() {
            return Some(End::BudgetBroken(broken));
        }
        if self.status.borrow().state.is_active() {
            log::error!(target: TARGET, "A budget is broken, stopping test: {broken}");
            self.stop_test_now();
        }
        None
    }

    /// The test has had its time; the page stays.
    fn stop_test(&mut self) {
        log::info!(target: TARGET, "--run-time limit reached, stopping test");
        self.deadline = None;
        self.stop_test_now();
    }

    fn stop_test_now(&mut self) {
        if self.visit == Visit::FirstTest {
            self.visit = Visit::Over;
        }
        let runner = self.parts.runner.clone();
        tokio::spawn(async move { runner.stop().await });
    }

    /// A page leads one test after the other; each is kept and judged by itself.
    fn follow_tests(&mut self, state: RunState) {
        if self.settings.page.is_none() {
            return;
        }
        match (&self.gate, state) {
            (TestGate::Idle, RunState::Spawning | RunState::Running) => self.open_gate(),
            (TestGate::Open(_), RunState::Stopped) => {
                self.judge();
                self.keep_test();
                self.first_test_is_over = true;
            }
            _ => {}
        }
    }

    /// Sees whether the test that was started by itself is over, so that the run ends soon.
    fn follow_visit(&mut self, state: RunState, shape_active: bool) {
        let Some(page) = self.settings.page else { return };
        if self.visit == Visit::FirstTest && self.is_shape_over(shape_active) {
            self.visit = Visit::Over;
        }
        if self.visit != Visit::Over || state != RunState::Stopped {
            return;
        }
        self.visit = match page.autoquit {
            Some(patience) => {
                log::debug!(target: TARGET, "Autoquit time limit set to {} seconds", patience.as_secs());
                Visit::LeavesAt(Instant::now() + patience)
            }
            None => {
                log::info!(target: TARGET, "--autoquit not specified, leaving web ui running indefinitely");
                Visit::Open
            }
        };
    }

    /// A shape is over when it was there and is not any more.
    fn is_shape_over(&mut self, shape_active: bool) -> bool {
        std::mem::replace(&mut self.shape_was_active, shape_active) && !shape_active
    }

    fn show(&mut self, watch: &mut Watch) {
        if watch.shows > 0 {
            self.parts
                .collector
                .health()
                .set_cpu(watch.meter.read().busiest_thread_percent);
        }
        self.observe();
        let has_screen = self.screen.is_some();
        let wants_table = !has_screen
            && self.settings.console
            && self.settings.periodic_tables
            && watch.shows.is_multiple_of(SHOWS_PER_TABLE);
        let wants_line = !has_screen
            && self.settings.console
            && self.settings.page.is_none()
            && self.parts.terminal.is_live();
        watch.shows += 1;
        if !(wants_table || wants_line || self.csv.is_some()) {
            return;
        }
        let snapshot = self.parts.collector.snapshot(Timestamp::now());
        if wants_table {
            let mut lines = console::stats_table(&snapshot, Rates::Current, self.parts.terminal.name_width());
            lines.push(String::new());
            self.parts.terminal.lines(&lines);
        }
        if wants_line {
            let line = self.progress().line(&snapshot);
            self.parts.terminal.draw(&line);
        }
        self.write_csv(&snapshot);
    }

    /// Notes what is used and wanted, for whoever draws the run over time.
    fn observe(&mut self) {
        // A page does so itself.
        if !keeps_over_time(self.settings) || self.settings.page.is_some() {
            return;
        }
        let master = self.parts.master.as_ref();
        let workers = master.map(|master| master.look(|fleet| fleet.present().count() as u64));
        let (target, is_active) = {
            let status = self.status.borrow();
            (status.target_user_count, status.state.is_active())
        };
        let now = Timestamp::now();
        self.parts
            .collector
            .observe(now, self.user_count(), target, workers);
        self.mark_changes(now, target, is_active);
    }

    fn mark_changes(&mut self, now: Timestamp, target: u64, is_active: bool) {
        let known = self.seen.target.replace(target);
        let is_stage = is_active && known.is_some_and(|known| known != target);
        let health = self.parts.collector.health().snapshot();
        let was_saturated = std::mem::replace(&mut self.seen.is_saturated, health.saturated);
        self.parts.collector.with(|stats| {
            if is_stage {
                stats.mark(now, MarkKind::Stage, format!("{target} users wanted"));
            }
            if health.saturated && !was_saturated {
                stats.mark(
                    now,
                    MarkKind::GeneratorSaturated,
                    health.reason.unwrap_or_default(),
                );
            }
        });
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            elapsed: self.began.elapsed(),
            run_time: self.deadline.map(|deadline| deadline.duration_since(self.began)),
            user_count: self.user_count(),
            target_user_count: self.status.borrow().target_user_count,
        }
    }

    /// Brings the CSV files up to date. One that cannot be written is given up with one message.
    pub(super) fn write_csv(&mut self, snapshot: &Snapshot) {
        let user_count = self.user_count();
        let Some(csv) = &mut self.csv else { return };
        if let Err(error) = csv.write(snapshot, user_count) {
            self.csv = None;
            self.report_error(&error);
        }
    }

    pub(super) fn push_history(&mut self) {
        // As in Locust: nothing happens while nothing runs, and the chart should not say otherwise.
        if self.status.borrow().state != RunState::Stopped {
            let user_count = self.user_count();
            self.parts
                .collector
                .with(|stats| stats.push_history(Timestamp::now(), user_count));
        }
    }

    /// Tells listeners of the processor, unless they are still at the last time.
    fn monitor(&mut self, watch: &mut Watch) {
        let usage = watch.monitor_meter.read();
        let is_busy = usage.busiest_thread_percent > self.parts.monitor.warning_percent;
        if is_busy && !watch.has_warned {
            watch.has_warned = true;
            log::warn!(
                target: TARGET,
                "This process uses {:.0} % of a core: requests may start late, and there may be fewer than the users could send.",
                usage.busiest_thread_percent
            );
        }
        if watch.monitoring.is_some() {
            return;
        }
        let warning = is_busy.then(|| {
            self.parts.host.announce(RunEvent::CpuWarning {
                cpu_usage: usage.busiest_thread_percent,
            })
        });
        let told = self.parts.host.announce(RunEvent::UsageMonitor {
            cpu_usage: usage.process_percent,
            memory_usage: usage.resident_bytes,
        });
        watch.monitoring = Some(Box::pin(async move {
            if let Some(warning) = warning {
                warning.await?;
            }
            told.await
        }));
    }
}

fn every(period: Duration) -> Interval {
    ticking(Instant::now() + period, period)
}

fn every_from_now(period: Duration) -> Interval {
    ticking(Instant::now(), period)
}

/// After a stall, one tick and then the old rhythm: nobody wants the same figures several times.
fn ticking(start: Instant, period: Duration) -> Interval {
    let mut interval = interval_at(start, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    interval
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}

/// What listeners said; a host that cannot tell has said nothing.
async fn reply_of(reply: &mut Option<HostReply<Announced>>) -> Announced {
    let Some(waiting) = reply else {
        return pending().await;
    };
    let said = waiting.as_mut().await.unwrap_or_default();
    *reply = None;
    said
}
