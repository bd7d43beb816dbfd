//! The last seconds of one subject: a window that slides on by a second. What leaves it is subtracted, so a step costs
//! what its seconds hold and not what the window holds.

use std::collections::{BTreeMap, VecDeque};

use katydid_stats::{EntrySecond, bucket_middle_ms};

use crate::block::{Block, Distribution};
use crate::stretch::Stretch;

/// A window of a fixed length.
#[derive(Clone, Debug)]
pub(super) struct Sliding {
    length: u32,
    /// The second of the first of `seconds`.
    first: i64,
    seconds: VecDeque<Second>,
    requests: u64,
    failures: u64,
    /// Response times by bucket.
    times: BTreeMap<u16, u64>,
}

#[derive(Clone, Debug, Default)]
struct Second {
    requests: u64,
    failures: u64,
    times: Vec<(u16, u32)>,
    peak_memory_bytes: Option<u64>,
}

impl Sliding {
    pub(super) fn new(length: u32) -> Self {
        Self {
            length,
            first: 0,
            seconds: VecDeque::new(),
            requests: 0,
            failures: 0,
            times: BTreeMap::new(),
        }
    }

    /// Moves on, so that a second is the last one of the window.
    pub(super) fn move_to(&mut self, last: i64) {
        let first = last - i64::from(self.length) + 1;
        while self.first < first && !self.seconds.is_empty() {
            self.drop_first();
        }
        if self.seconds.is_empty() {
            // What lies before is empty and needs no room.
            self.first = last;
        }
        while self.first + (self.seconds.len() as i64) <= last {
            self.seconds.push_back(Second::default());
        }
    }

    fn drop_first(&mut self) {
        let Some(second) = self.seconds.pop_front() else {
            return;
        };
        self.first += 1;
        self.requests -= second.requests;
        self.failures -= second.failures;
        for (bucket, count) in second.times {
            if let Some(left) = self.times.get_mut(&bucket) {
                *left -= u64::from(count);
                if *left == 0 {
                    self.times.remove(&bucket);
                }
            }
        }
    }

    /// Adds what was seen in a second, if it lies in the window.
    pub(super) fn add(&mut self, piece: &EntrySecond) {
        let Some(second) = self.second(piece.second) else {
            return;
        };
        second.requests += piece.requests;
        second.failures += piece.failures;
        second.times.extend(piece.response_times.iter());
        self.requests += piece.requests;
        self.failures += piece.failures;
        for (bucket, count) in piece.response_times.iter() {
            *self.times.entry(bucket).or_default() += u64::from(count);
        }
    }

    pub(super) fn add_memory(&mut self, second: i64, bytes: Option<u64>) {
        if let Some(second) = self.second(second) {
            second.peak_memory_bytes = second.peak_memory_bytes.max(bytes);
        }
    }

    fn second(&mut self, second: i64) -> Option<&mut Second> {
        let index = usize::try_from(second - self.first).ok()?;
        self.seconds.get_mut(index)
    }

    /// What the window holds.
    pub(super) fn stretch(&self) -> Stretch {
        let in_milliseconds = |(&bucket, &count): (&u16, &u64)| (bucket_middle_ms(bucket), count);
        Stretch {
            block: Block {
                seconds: f64::from(self.length),
                requests: self.requests,
                failures: self.failures,
                times: Distribution {
                    counts: self.times.iter().map(in_milliseconds).collect(),
                },
            },
            peak_memory_bytes: self
                .seconds
                .iter()
                .filter_map(|second| second.peak_memory_bytes)
                .max(),
        }
    }
}
