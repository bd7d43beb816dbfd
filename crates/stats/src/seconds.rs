//! A run second by second, for whoever keeps or watches it: filled here, taken away from time to time.
//!
//! Holds only what was not taken yet. A second may come in several pieces, because workers report late.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::delta::EntryDelta;
use crate::histogram::SparseCounts;

/// What one name saw in one second, or a piece of it.
#[derive(Clone, Debug, PartialEq)]
pub struct EntrySecond {
    /// Seconds since the epoch.
    pub second: i64,
    /// Request method or type.
    pub method: Arc<str>,
    /// Name the requests are counted under.
    pub name: Arc<str>,
    /// Finished requests, failed ones included.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
    /// Response times.
    pub response_times: SparseCounts,
}

/// What was taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TakenSeconds {
    /// Whether counting began anew, so that what was taken before is not part of the run.
    pub began_anew: bool,
    /// In order of time.
    pub seconds: Vec<EntrySecond>,
}

/// Seconds that were not taken yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seconds {
    began_anew: bool,
    pending: BTreeMap<(i64, usize), EntrySecond>,
}

impl Seconds {
    /// Adds an interval of the entry with this number and these names.
    pub(crate) fn extend(&mut self, number: usize, method: &Arc<str>, name: &Arc<str>, delta: &EntryDelta) {
        for second in &delta.seconds {
            let pending = self
                .pending
                .entry((second.second, number))
                .or_insert_with(|| EntrySecond {
                    second: second.second,
                    method: method.clone(),
                    name: name.clone(),
                    requests: 0,
                    failures: 0,
                    response_times: SparseCounts::default(),
                });
            pending.requests += second.requests;
            pending.failures += second.failures;
            pending.response_times.merge(&second.response_times);
        }
    }

    pub(crate) fn begin_anew(&mut self) {
        self.pending.clear();
        self.began_anew = true;
    }

    /// Takes what lies before a second.
    pub(crate) fn take(&mut self, before: i64) -> TakenSeconds {
        let later = self.pending.split_off(&(before, 0));
        let taken = std::mem::replace(&mut self.pending, later);
        TakenSeconds {
            began_anew: std::mem::take(&mut self.began_anew),
            seconds: taken.into_values().collect(),
        }
    }
}
