//! The owner of a run's statistics that threads share: one end records, the other reads.
//!
//! Two recorders take turns, so that a thread which records never waits for one that reckons: swapping them is
//! all that happens under the recording lock.

use parking_lot::Mutex;

use crate::{
    GaugeSlot, Health, HistoryPoint, Limits, Recorder, RunStats, Sample, Snapshot, StatsDelta, Timestamp,
};

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
    /// What was recorded here and not yet passed on, if it is to be.
    unsent: Option<StatsDelta>,
}

impl Merged {
    /// What was not passed on is part of the past as well.
    fn begin_anew(&mut self, forget: impl FnOnce(&mut RunStats)) {
        forget(&mut self.stats);
        self.unsent
            .iter_mut()
            .for_each(|unsent| *unsent = StatsDelta::default());
    }
}

impl Collector {
    /// Statistics of a run that starts `now`.
    pub fn new(limits: Limits, now: Timestamp) -> Self {
        Self {
            recorder: Mutex::new(Recorder::new(limits)),
            merged: Mutex::new(Merged {
                stats: RunStats::new(limits, now),
                spare: Recorder::new(limits),
                unsent: None,
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

    /// From now on what is recorded here is kept a second time, for [`take_unsent`](Self::take_unsent).
    pub fn keep_unsent(&self) {
        self.with_merged(|merged| merged.unsent = Some(StatsDelta::default()));
    }

    /// What was recorded since the last call. Empty unless [`keep_unsent`](Self::keep_unsent) was called.
    pub fn take_unsent(&self) -> StatsDelta {
        self.with_merged(|merged| merged.unsent.as_mut().map(std::mem::take).unwrap_or_default())
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
        self.with_merged(|merged| action(&mut merged.stats))
    }

    fn with_merged<R>(&self, action: impl FnOnce(&mut Merged) -> R) -> R {
        let mut merged = self.merged.lock();
        std::mem::swap(&mut *self.recorder.lock(), &mut merged.spare);
        let delta = merged.spare.take();
        if !delta.is_empty() {
            if let Some(unsent) = &mut merged.unsent {
                unsent.merge(delta.clone());
            }
            merged.stats.merge(delta);
        }
        action(&mut merged)
    }

    /// Every number a report needs, as of `now`.
    pub fn snapshot(&self, now: Timestamp) -> Snapshot {
        let health = self.health.snapshot();
        self.with(|stats| Snapshot::of(stats, health, now))
    }

    /// Notes what is used and wanted `now`, with the generator's own readings.
    pub fn observe(
        &self,
        now: Timestamp,
        user_count: u64,
        target_user_count: u64,
        worker_count: Option<u64>,
    ) {
        let gauge = GaugeSlot {
            user_count,
            target_user_count,
            cpu_percent: self.health.cpu_percent(),
            resume_lag_ms: self.health.take_recent_resume_lag_ms(),
            worker_count,
        };
        self.with(|stats| stats.gauge(now, &gauge));
    }

    /// The run over time so far.
    pub fn history(&self) -> Vec<HistoryPoint> {
        self.with(|stats| stats.history().to_vec())
    }

    /// Sets every number to zero and keeps names and exceptions; what is pending is part of the past.
    pub fn reset(&self, now: Timestamp) {
        self.with_merged(|merged| merged.begin_anew(|stats| stats.reset(now)));
    }

    /// Forgets everything, the generator's health included: a new run starts `now`.
    pub fn clear(&self, now: Timestamp) {
        self.health.clear();
        self.with_merged(|merged| merged.begin_anew(|stats| stats.clear(now)));
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
