//! Everything that one subject saw since the start of its period: one histogram, whatever the length of the run.

use katydid_stats::{EntrySecond, Histogram};

use crate::block::{Block, Distribution};
use crate::stretch::Stretch;

/// Counts since the start of a period.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    requests: u64,
    failures: u64,
    times: Histogram,
    peak_memory_bytes: Option<u64>,
    /// Requests from the end of the ramp on.
    steady_requests: u64,
}

impl Tally {
    pub(super) fn add(&mut self, piece: &EntrySecond, is_steady: bool) {
        self.requests += piece.requests;
        self.failures += piece.failures;
        self.times.merge_sparse(&piece.response_times);
        self.steady_requests += if is_steady { piece.requests } else { 0 };
    }

    pub(super) fn add_memory(&mut self, bytes: Option<u64>) {
        self.peak_memory_bytes = self.peak_memory_bytes.max(bytes);
    }

    pub(super) fn steady_requests(&self) -> u64 {
        self.steady_requests
    }

    /// As a stretch of that length.
    pub(super) fn stretch(&self, seconds: f64) -> Stretch {
        let in_milliseconds =
            |(time, count): (std::time::Duration, u64)| (time.as_micros() as f64 / 1e3, count);
        Stretch {
            block: Block {
                seconds,
                requests: self.requests,
                failures: self.failures,
                times: Distribution {
                    counts: self.times.iter().map(in_milliseconds).collect(),
                },
            },
            peak_memory_bytes: self.peak_memory_bytes,
        }
    }
}
