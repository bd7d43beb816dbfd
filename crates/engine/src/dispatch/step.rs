//! One step of a ramp, as a host is handed it.

use std::sync::Arc;
use std::time::Duration;

use crate::user_class::UserCounts;

/// One step of a ramp.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub(super) classes: Arc<[String]>,
    pub(super) totals: Vec<u64>,
    pub(super) changed: Vec<WorkerUsers>,
    /// How long after the start of this step the next one starts; nothing when the target is reached.
    pub pause: Duration,
}

/// The users of one worker: one number for each class.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerUsers {
    /// The worker.
    pub worker: Arc<str>,
    pub(super) counts: Vec<u64>,
}

impl Step {
    /// The complete numbers that should live after this step, over all workers.
    pub fn total(&self) -> UserCounts {
        self.named(&self.totals)
    }

    /// The workers that should have other numbers than before, and at the first step of a ramp every one.
    pub fn changed(&self) -> impl ExactSizeIterator<Item = &WorkerUsers> {
        self.changed.iter()
    }

    /// The complete numbers of one of them.
    pub fn counts(&self, users: &WorkerUsers) -> UserCounts {
        self.named(&users.counts)
    }

    fn named(&self, counts: &[u64]) -> UserCounts {
        self.classes.iter().cloned().zip(counts.iter().copied()).collect()
    }
}
