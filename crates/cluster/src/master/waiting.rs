//! What the runner waits for on a master: users, or their end. Asks the fleet, changes nothing.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::fleet::Fleet;

/// Somebody who waits.
pub(super) struct Waiting {
    pub(super) goal: Goal,
    pub(super) deadline: Instant,
    pub(super) reply: oneshot::Sender<()>,
}

/// What is waited for.
pub(super) enum Goal {
    /// Workers have so many users in all.
    Users(u64),
    /// These workers have no users any more.
    Stopped(Vec<Arc<str>>),
    /// These workers are gone.
    Gone(Vec<Arc<str>>),
}

impl Goal {
    pub(super) fn is_reached(&self, fleet: &Fleet) -> bool {
        match self {
            Self::Users(wanted) => fleet.user_counts().values().sum::<u64>() == *wanted,
            Self::Stopped(told) => told
                .iter()
                .all(|id| fleet.node(id).is_none_or(|node| !node.has_users_or_spawns())),
            Self::Gone(told) => told
                .iter()
                .all(|id| fleet.node(id).is_none_or(|node| node.is_missing())),
        }
    }

    /// What is said when time is over.
    pub(super) fn missed(&self) -> &'static str {
        match self {
            Self::Users(_) => {
                "Spawning is complete and report waittime is expired, but not all reports received from workers"
            }
            Self::Stopped(_) => "Timeout waiting for all workers to stop",
            Self::Gone(_) => {
                "Not all workers sent their last report in time: what they counted last is missing"
            }
        }
    }
}
