//! Ending a run: listeners are told, users stop, and nobody is waited for without end. Writes no report.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use katydid_engine::{RunEvent, RunState};
use tokio::time::{Instant, interval, sleep_until};

use super::screen::event_of;
use super::{End, Run, TARGET, seconds};
use crate::settings::Role;
use crate::signals::Signal;

/// What users get to stop beyond their stop timeout.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// What listeners get: they may send results somewhere, but not for ever.
const LISTENERS_GRACE: Duration = Duration::from_secs(60);

/// What nodes of a cluster get to take leave of each other.
const LAST_REPORTS_GRACE: Duration = Duration::from_secs(15);

/// Signals from which on nobody is waited for: the first one asks, the second one insists.
const INSISTING: usize = 2;

/// How often it is looked whether the host still listens.
const LISTEN_EVERY: Duration = Duration::from_millis(250);

impl Run<'_> {
    /// Stops users and tells listeners, in Locust's order: after a signal listeners of `quitting` hear of it
    /// before the users stop, otherwise after. A master hears the last of its workers before it tells anybody.
    pub(super) async fn shut_down(&mut self, end: &End) {
        self.parts.terminal.clear();
        self.log_reason(end);
        match self.settings.role {
            // Listeners that judge the results get all of them.
            Role::Master { .. } => {
                self.stop().await;
                self.take_leave().await;
                self.judge();
                self.announce_quitting().await;
            }
            Role::Local | Role::Worker if *end == End::Signal => {
                self.announce_quitting().await;
                self.stop().await;
                self.judge();
                self.take_leave().await;
            }
            Role::Local | Role::Worker => {
                self.stop().await;
                self.judge();
                self.announce_quitting().await;
                self.take_leave().await;
            }
        }
    }

    /// Nodes of a cluster part: the last reports come in.
    async fn take_leave(&mut self) {
        let grace = self.settings.stop_timeout.saturating_add(LAST_REPORTS_GRACE);
        let left = self.parts.host.leave();
        self.patiently("other nodes", grace, left).await;
    }

    /// Says the last word to listeners, and gives the exit code.
    pub(super) async fn leave(mut self) -> i32 {
        let exit_code = self.exit_code();
        let told = self.parts.host.announce(RunEvent::Quit { exit_code });
        self.patiently("listeners of quit", LISTENERS_GRACE, told).await;
        if self.hurried {
            (self.parts.forced_end)(exit_code);
        }
        exit_code
    }

    fn log_reason(&mut self, end: &End) {
        match end {
            End::Refused(error) => {
                self.refused = Some(error.exit_code());
                self.parts.terminal.lines(&[error.line()]);
                if self.settings.logs_to_file {
                    log::error!(target: TARGET, "{error}");
                }
            }
            End::RunTime => log::info!(target: TARGET, "--run-time limit reached, shutting down"),
            End::NumRequests(sent) => {
                log::info!(target: TARGET, "--num-request limit reached ({sent} requests), shutting down")
            }
            End::ShapeDone => log::info!(target: TARGET, "Shape test completed, shutting down"),
            End::Failure(why) => {
                self.host_failed = true;
                log::error!(target: TARGET, "Users can no longer run, shutting down: {why}");
            }
            End::BudgetBroken(broken) => {
                log::error!(target: TARGET, "A budget is broken, shutting down: {broken}");
            }
            End::Signal | End::Quit => {}
        }
    }

    async fn announce_quitting(&mut self) {
        let told = self.parts.host.announce(RunEvent::Quitting);
        if let Some(Ok(said)) = self
            .patiently("listeners of quitting", LISTENERS_GRACE, told)
            .await
        {
            self.note(said);
        }
        log::info!(target: TARGET, "Shutting down (exit code {})", self.exit_code());
    }

    /// Ends test and runner. Each phase has its own patience: listeners, users, listeners again.
    async fn stop(&mut self) {
        let runner = self.parts.runner.clone();
        let mut status = runner.watch();
        let mut quit = pin!(runner.quit());
        loop {
            let state = status.borrow_and_update().state;
            let (whom, grace) = match state {
                RunState::Cleanup => ("users", self.settings.stop_timeout.saturating_add(STOP_GRACE)),
                _ => ("listeners of the test's end", LISTENERS_GRACE),
            };
            let phase = async {
                tokio::select! {
                    () = &mut quit => true,
                    _ = status.changed() => false,
                }
            };
            match self.patiently(whom, grace, phase).await {
                Some(false) => {}
                Some(true) | None => break,
            }
        }
        let said = self.status.borrow().announced;
        self.note(said);
    }

    /// Waits for something, at most so long, and not at all once somebody insists.
    async fn patiently<T>(
        &mut self,
        whom: &str,
        grace: Duration,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let mut work = pin!(work);
        let began = Instant::now();
        let deadline = began.checked_add(grace);
        let mut listening = interval(LISTEN_EVERY);
        while !self.hurried {
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                signal = self.signals.next() => self.count_signal(signal),
                event = event_of(&mut self.screen) => {
                    if let Some(signal) = self.take_in(event) {
                        self.count_signal(signal);
                    }
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    self.leave_behind(whom, grace);
                }
                _ = listening.tick() => self.look_for_blockade(began.elapsed()),
            }
        }
        None
    }

    /// A thread that user code blocks tells no listener and stops no user: it gets what users get, and no more.
    fn look_for_blockade(&mut self, waited: Duration) {
        let patience = self.settings.stop_timeout.saturating_add(STOP_GRACE);
        if waited.min(self.parts.host.unheard_for()) >= patience {
            self.leave_behind("user code, which blocks all users,", patience);
        }
    }

    fn leave_behind(&mut self, whom: &str, patience: Duration) {
        log::error!(target: TARGET, "No answer from {whom} within {} seconds, leaving without it", seconds(patience));
        (self.hurried, self.host_failed) = (true, true);
    }

    fn count_signal(&mut self, signal: Signal) {
        self.signal_count += 1;
        self.hurried = self.signal_count >= INSISTING;
        match self.hurried {
            true => {
                self.insisted = Some(signal);
                log::warn!(target: TARGET, "Told to end a second time, leaving at once");
            }
            false => log::info!(target: TARGET, "Ending already; once more to leave at once"),
        }
    }
}
