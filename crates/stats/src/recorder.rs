//! The hot end: takes one sample after another and keeps them in a compact form until somebody takes them.
//!
//! Does not lock and does not know totals; see [`Collector`](crate::Collector) for both.

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::{Equivalent, IndexMap};

use crate::bucket;
use crate::delta::{EntryDelta, SecondDelta, StatsDelta};
use crate::error_text::request_name;
use crate::histogram::SparseCounts;
use crate::sample::{microseconds, milliseconds};
use crate::{Exceptions, Failures, Limits, OTHER_NAMES, Overflow, PhaseTimes, Sample, Timestamp};

/// Response times kept one by one before they are counted together. Sorting this many costs little, and 2,000
/// names keep at most 4 MB.
const LOOSE_TIMES: usize = 1_024;

/// Samples since the last [`take`](Recorder::take).
///
/// A known (method, name) costs no allocation, and neither does a known error.
#[derive(Debug)]
pub struct Recorder {
    limits: Limits,
    /// Hashed with a quick hash: the standard one would take half of the time of recording.
    entries: IndexMap<EntryKey, Pending, RandomState>,
    /// Positions of the entries that saw something.
    touched: Vec<usize>,
    failures: Failures,
    exceptions: Exceptions,
    folded: u64,
}

/// What entries are told apart by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EntryKey {
    pub(crate) method: Arc<str>,
    pub(crate) name: Arc<str>,
}

/// The same as [`EntryKey`], to look up with: equal values must hash alike, so the fields are in one order.
#[derive(Hash)]
pub(crate) struct KnownEntry<'a> {
    pub(crate) method: &'a str,
    pub(crate) name: &'a str,
}

impl Equivalent<EntryKey> for KnownEntry<'_> {
    fn equivalent(&self, key: &EntryKey) -> bool {
        *self.name == *key.name && *self.method == *key.method
    }
}

impl EntryKey {
    pub(crate) fn new(method: &str, name: &str) -> Self {
        Self {
            method: method.into(),
            name: name.into(),
        }
    }
}

/// What one entry saw.
#[derive(Debug)]
struct Pending {
    touched: bool,
    num_requests: u64,
    num_none_requests: u64,
    num_failures: u64,
    total_response_time_ms: f64,
    min_response_time_ms: f64,
    max_response_time_ms: f64,
    phases: PhaseTimes,
    total_content_length: u64,
    first_timestamp: Timestamp,
    last_request_timestamp: Option<Timestamp>,
    /// The second that the next three fields speak of.
    second: i64,
    second_requests: u64,
    second_failures: u64,
    /// Buckets of the response times, in order of arrival.
    loose_times: Vec<u16>,
    seconds: Vec<SecondDelta>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Recorder {
    /// A recorder that keeps as many distinct rows as `limits` says.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: IndexMap::default(),
            touched: Vec::new(),
            failures: Failures::new(limits.errors),
            exceptions: Exceptions::new(limits.errors),
            folded: 0,
        }
    }

    /// Records one request, and its failure if it has an error.
    pub fn record(&mut self, sample: &Sample<'_>) {
        let position = self.touch(sample.method, sample.name, sample.at);
        let pending = &mut self.entries[position];
        pending.add_request(sample);
        if let Some(error) = sample.error {
            self.add_failure(position, error, sample.at);
        }
    }

    /// Records a failure that is not a request.
    pub fn record_error(&mut self, method: &str, name: &str, error: &str, at: Timestamp) {
        let position = self.touch(method, name, at);
        self.add_failure(position, error, at);
    }

    /// Records an exception that a user raised.
    pub fn record_exception(&mut self, node_id: &str, message: &str, traceback: &str) {
        self.exceptions.record(node_id, message, traceback);
    }

    /// Takes everything recorded so far. Keeps what is known of names and errors, so that recording goes on
    /// without allocations.
    pub fn take(&mut self) -> StatsDelta {
        let mut entries = Vec::with_capacity(self.touched.len());
        for position in std::mem::take(&mut self.touched) {
            if let Some((key, pending)) = self.entries.get_index_mut(position) {
                entries.push(pending.take(key));
            }
        }
        let overflow = Overflow {
            name_samples: std::mem::take(&mut self.folded),
            error_occurrences: self.failures.folded(),
            exception_occurrences: self.exceptions.folded(),
        };
        let failures = self.failures.take();
        let exceptions = self.exceptions.iter().cloned().collect();
        self.exceptions.clear();
        // A full table would fold names that the run still has room for.
        if self.entries.len() >= self.limits.names {
            self.entries.clear();
        }
        StatsDelta {
            entries,
            failures,
            exceptions,
            overflow,
        }
    }

    /// Position of an entry, made if it is new, and marked as having something to tell.
    fn touch(&mut self, method: &str, name: &str, at: Timestamp) -> usize {
        let known = self.entries.get_index_of(&KnownEntry { method, name });
        let position = known.unwrap_or_else(|| self.add_entry(method, name));
        let pending = &mut self.entries[position];
        if !pending.touched {
            pending.touched = true;
            pending.first_timestamp = at;
            pending.second = at.second();
            self.touched.push(position);
        }
        pending.turn_to(at.second());
        position
    }

    #[cold]
    fn add_entry(&mut self, method: &str, name: &str) -> usize {
        let name = request_name(name);
        if let Some(position) = self.entries.get_index_of(&KnownEntry { method, name: &name }) {
            return position;
        }
        let is_shared = method.is_empty() && name == OTHER_NAMES;
        if self.entries.len() >= self.limits.names && !is_shared {
            return self.shared_entry();
        }
        self.entries
            .insert_full(EntryKey::new(method, &name), Pending::default())
            .0
    }

    fn shared_entry(&mut self) -> usize {
        self.folded += 1;
        let known = self.entries.get_index_of(&KnownEntry {
            method: "",
            name: OTHER_NAMES,
        });
        known.unwrap_or_else(|| self.add_entry("", OTHER_NAMES))
    }

    fn add_failure(&mut self, position: usize, error: &str, at: Timestamp) {
        if let Some((key, pending)) = self.entries.get_index_mut(position) {
            pending.num_failures += 1;
            pending.second_failures += 1;
            self.failures.record(&key.method, &key.name, error, at);
        }
    }
}

impl Default for Pending {
    fn default() -> Self {
        Self {
            touched: false,
            num_requests: 0,
            num_none_requests: 0,
            num_failures: 0,
            total_response_time_ms: 0.0,
            min_response_time_ms: f64::INFINITY,
            max_response_time_ms: f64::NEG_INFINITY,
            phases: PhaseTimes::default(),
            total_content_length: 0,
            first_timestamp: Timestamp::default(),
            last_request_timestamp: None,
            second: 0,
            second_requests: 0,
            second_failures: 0,
            loose_times: Vec::new(),
            seconds: Vec::new(),
        }
    }
}

impl Pending {
    fn add_request(&mut self, sample: &Sample<'_>) {
        self.num_requests += 1;
        self.second_requests += 1;
        self.total_content_length += sample.response_length;
        self.phases.add(&sample.phases);
        let last = self.last_request_timestamp.unwrap_or(sample.at);
        self.last_request_timestamp = Some(last.max(sample.at));
        let Some(response_time) = sample.response_time else {
            self.num_none_requests += 1;
            return;
        };
        let response_time_ms = milliseconds(response_time);
        self.total_response_time_ms += response_time_ms;
        self.min_response_time_ms = self.min_response_time_ms.min(response_time_ms);
        self.max_response_time_ms = self.max_response_time_ms.max(response_time_ms);
        if self.loose_times.len() == LOOSE_TIMES {
            self.close_second();
        }
        self.loose_times
            .push(bucket::index_of(microseconds(response_time)));
    }

    /// Closes the second that is open if it is another one.
    fn turn_to(&mut self, second: i64) {
        if second != self.second {
            self.close_second();
            self.second = second;
        }
    }

    fn close_second(&mut self) {
        if self.second_requests == 0 && self.second_failures == 0 {
            return;
        }
        self.seconds.push(SecondDelta {
            second: self.second,
            requests: std::mem::take(&mut self.second_requests),
            failures: std::mem::take(&mut self.second_failures),
            response_times: SparseCounts::from_indices(&mut self.loose_times),
        });
        self.loose_times.clear();
    }

    fn take(&mut self, key: &EntryKey) -> EntryDelta {
        self.close_second();
        let has_times = self.num_requests > self.num_none_requests;
        let delta = EntryDelta {
            method: key.method.clone(),
            name: key.name.clone(),
            num_requests: self.num_requests,
            num_none_requests: self.num_none_requests,
            num_failures: self.num_failures,
            total_response_time_ms: self.total_response_time_ms,
            min_response_time_ms: has_times.then_some(self.min_response_time_ms),
            max_response_time_ms: has_times.then_some(self.max_response_time_ms),
            total_content_length: self.total_content_length,
            first_timestamp: self.first_timestamp,
            last_request_timestamp: self.last_request_timestamp,
            seconds: std::mem::take(&mut self.seconds),
            phases: self.phases,
        };
        let loose_times = std::mem::take(&mut self.loose_times);
        *self = Self {
            loose_times,
            ..Self::default()
        };
        delta
    }
}
