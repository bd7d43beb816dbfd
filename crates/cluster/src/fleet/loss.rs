//! What a worker that went missing takes along.

use std::sync::Arc;
use std::time::Duration;

use super::node::Node;

/// A worker that went missing with users, and what nobody knows because of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loss {
    /// The worker.
    pub worker: Arc<str>,
    /// Its number.
    pub index: i64,
    /// Users that it had.
    pub users: u64,
    /// From its last report to the moment at which it was given up.
    pub silence: Duration,
    /// Requests that it may have sent in that time and that are not in the results. Exact up to its last heartbeat if it
    /// is a Katydid; after that, and for others, as many as it sent before.
    pub requests: u64,
    /// How long it was away, if it came back. A Katydid then reports what it had not, so that nothing is missing.
    pub back_after: Option<Duration>,
    began: Duration,
}

impl Loss {
    pub(super) fn of(worker: &Arc<str>, node: &Node, now: Duration) -> Self {
        let told = node.requests_told.unwrap_or(node.requests_reported);
        let unreported = told.saturating_sub(node.requests_reported);
        // Requests per second until it was last heard of, for the time in which nothing is known of it.
        let heard_for = node.heard_at.saturating_sub(node.began_at);
        let rate = told as f64 / heard_for.as_secs_f64().max(1.0);
        let since = match node.requests_told {
            Some(_) => node.heard_at,
            None => node.reported_at,
        };
        let dark = now.saturating_sub(since).as_secs_f64();
        let guessed = if node.user_count() > 0 {
            (rate * dark) as u64
        } else {
            0
        };
        Self {
            worker: worker.clone(),
            index: node.index,
            users: node.user_count(),
            silence: now.saturating_sub(node.reported_at),
            requests: unreported.saturating_add(guessed),
            back_after: None,
            began: node.heard_at,
        }
    }

    pub(super) fn came_back(&mut self, now: Duration) {
        self.back_after.get_or_insert(now.saturating_sub(self.began));
    }

    /// A line for people.
    pub fn text(&self) -> String {
        let Self {
            worker, index, users, ..
        } = self;
        let silence = self.silence.as_secs_f64();
        match self.back_after {
            None => format!(
                "Worker {worker} (index {index}) was lost with {users} users; its last report was {silence:.1} s old, about \
                 {} requests since then are in doubt",
                self.requests
            ),
            Some(away) => format!(
                "Worker {worker} (index {index}) was away for {:.1} s and came back",
                away.as_secs_f64()
            ),
        }
    }
}
