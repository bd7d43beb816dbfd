//! A master before its test: waits until enough workers are there. Starts nothing.

use std::time::Duration;

use tokio::time::{Instant, interval};

use super::{End, Run, TARGET};
use crate::error::CliError;

/// How often workers are counted, and how often the user hears of it.
const COUNT_EVERY: Duration = Duration::from_millis(50);
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Before this nobody needs to know.
const QUIET_FOR: Duration = Duration::from_secs(5);

impl Run<'_> {
    /// Waits for so many workers without users, for at most so long. `Some` if there is no point in going on.
    pub(super) async fn wait_for_workers(
        &mut self,
        wanted: usize,
        max_wait: Option<Duration>,
    ) -> Option<End> {
        let master = self.parts.master.clone()?;
        let began = Instant::now();
        let mut told_at = began;
        let mut count = interval(COUNT_EVERY);
        loop {
            let ready = master.look(|fleet| fleet.ready_count());
            if ready >= wanted {
                return None;
            }
            let (now, waited) = (Instant::now(), began.elapsed());
            if max_wait.is_some_and(|max_wait| waited >= max_wait) {
                return Some(End::Refused(CliError::Configuration(format!(
                    "gave up waiting for workers to connect: {ready} of {wanted} were there after {} seconds",
                    waited.as_secs()
                ))));
            }
            if now.duration_since(told_at) >= TELL_EVERY {
                told_at = now;
                let level = if waited > QUIET_FOR {
                    log::Level::Info
                } else {
                    log::Level::Debug
                };
                log::log!(target: TARGET, level, "Waiting for workers to be ready, {ready} of {wanted} connected");
            }
            tokio::select! {
                signal = self.signals.next() => return Some(self.told_to_end(signal)),
                changed = self.status.changed() => {
                    if changed.is_err() || self.status.borrow_and_update().quit {
                        return Some(End::Quit);
                    }
                }
                _ = count.tick() => {}
            }
        }
    }
}
