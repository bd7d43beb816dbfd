//! The owner of a run's statistics that threads share: one end records, the other reads.
//!
//! Two recorders take turns, so that a thread which records never waits for one that reckons: swapping them is
//! all that happens under the recording lock.

use parking_lot::Mutex;

use crate::{Health, HistoryPoint, Limits, Recorder, RunStats, Sample, Snapshot, StatsDelta, Timestamp};

/// Shared by `Arc`. Reading merges pending samples first, so what is read is always current.
#[derive(Debug)]
pub struct Collector {
    recorder: Mutex<Recorder>,
    merged: Mutex<Merged>,
    health: Health,
}

#[derive(Debug)]
struct Merged {
    stats: RunStats,
    /// The recorder whose turn it is not; empty outside of a swap.
    spare: Recorder,
}

impl Collector {
    /// Statistics of a run that starts `now`.
    pub fn new(limits: Limits, now: Timestamp) -> Self {
        Self {
            recorder: Mutex::new(Recorder::new(limits)),
            merged: Mutex::new(Merged {
                stats: RunStats::new(limits, now),
                spare: Recorder::new(limits),
            }),
            health: Health::default(),
        }
    }

    /// Records one request, and its failure if it has an error. The hot path: one uncontended lock.
    pub fn record(&self, sample: &Sample<'_>) {
        self.recorder.lock().record(sample);
    }

    /// Records a failure that is not a request.
    pub fn record_error(&self, method: &str, name: &str, error: &str, at: Timestamp) {
        self.recorder.lock().record_error(method, name, error, at);
    }

    /// Records an exception that a user raised.
    pub fn record_exception(&self, node_id: &str, message: &str, traceback: &str) {
        self.recorder.lock().record_exception(node_id, message, traceback);
    }

    /// Merges pending samples. Call it about once a second, so that the recorders stay small.
    pub fn collect(&self) {
        self.with(|_| ());
    }

    /// Merges what was measured elsewhere.
    pub fn merge(&self, delta: StatsDelta) {
        self.with(|stats| stats.merge(delta));
    }

    /// Merges pending samples, then reads or changes the statistics.
    ///
    /// Recording goes on meanwhile, also from within `action`; another `with` from within it would wait for
    /// ever.
    pub fn with<R>(&self, action: impl FnOnce(&mut RunStats) -> R) -> R {
        let mut merged = self.merged.lock();
        let Merged { stats, spare } = &mut *merged;
        std::mem::swap(&mut *self.recorder.lock(), spare);
        let delta = spare.take();
        if !delta.is_empty() {
            stats.merge(delta);
        }
        action(stats)
    }

    /// Every number a report needs, as of `now`.
    pub fn snapshot(&self, now: Timestamp) -> Snapshot {
        let health = self.health.snapshot();
        self.with(|stats| Snapshot::of(stats, health, now))
    }

    /// The run over time so far.
    pub fn history(&self) -> Vec<HistoryPoint> {
        self.with(|stats| stats.history().to_vec())
    }

    /// Sets every number to zero and keeps names and exceptions; what is pending is part of the past.
    pub fn reset(&self, now: Timestamp) {
        self.with(|stats| stats.reset(now));
    }

    /// Forgets everything, the generator's health included: a new run starts `now`.
    pub fn clear(&self, now: Timestamp) {
        self.health.clear();
        self.with(|stats| stats.clear(now));
    }

    /// The generator's own state.
    pub fn health(&self) -> &Health {
        &self.health
    }
}

impl Default for Collector {
    /// Starts at the system's time, with the usual limits.
    fn default() -> Self {
        Self::new(Limits::default(), Timestamp::now())
    }
}
