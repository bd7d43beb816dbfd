//! What a recorder saw since it was last asked: plain, mergeable, fit to travel between machines.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::histogram::SparseCounts;
use crate::{ExceptionRow, Failure, Overflow, PhaseTimes, Timestamp};

/// A report may be about requests this long ago.
const LONGEST_RUN_SECONDS: f64 = 30.0 * 86_400.0;

/// A clock may be this much ahead.
const CLOCK_SKEW_SECONDS: f64 = 86_400.0;

/// More than any interval can have counted.
const GREATEST_COUNT: u64 = 1 << 40;

/// Everything measured in one interval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StatsDelta {
    /// One for each (method, name) that had requests or failures.
    pub entries: Vec<EntryDelta>,
    /// Failures by (method, name, error).
    pub failures: Vec<Failure>,
    /// Exceptions that users raised, by traceback.
    pub exceptions: Vec<ExceptionRow>,
    /// What the recorder had to count under a shared row.
    pub overflow: Overflow,
}

/// What one (method, name) did in one interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntryDelta {
    /// Request method or type.
    pub method: Arc<str>,
    /// Name the requests are counted under.
    pub name: Arc<str>,
    /// Finished requests, failed ones included.
    pub num_requests: u64,
    /// Requests without a response time.
    pub num_none_requests: u64,
    /// Failures.
    pub num_failures: u64,
    /// Sum of response times.
    pub total_response_time_ms: f64,
    /// Least response time.
    pub min_response_time_ms: Option<f64>,
    /// Greatest response time.
    pub max_response_time_ms: Option<f64>,
    /// Sum of body sizes in bytes.
    pub total_content_length: u64,
    /// Time of the first request or failure.
    pub first_timestamp: Timestamp,
    /// Time of the last request; `None` when there were failures only.
    pub last_request_timestamp: Option<Timestamp>,
    /// The same by second; a second may occur more than once.
    pub seconds: Vec<SecondDelta>,
    /// What the response times went into. The last field, because workers that are older end before it.
    #[serde(default)]
    pub phases: PhaseTimes,
}

/// What one second of an [`EntryDelta`] saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondDelta {
    /// Seconds since the epoch.
    pub second: i64,
    /// Finished requests.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
    /// Response times.
    pub response_times: SparseCounts,
}

impl StatsDelta {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.failures.is_empty() && self.exceptions.is_empty()
    }

    /// Makes numbers that came over a network harmless: none is so great that sums overflow, and no time is so far from
    /// `now` that a table by second would grow without end.
    pub fn tame(&mut self, now: Timestamp) {
        let (oldest, newest) = (now.0 - LONGEST_RUN_SECONDS, now.0 + CLOCK_SKEW_SECONDS);
        let near = |at: &mut Timestamp| {
            if !(oldest..=newest).contains(&at.0) {
                *at = now;
            }
        };
        let few = |count: &mut u64| *count = (*count).min(GREATEST_COUNT);
        let finite = |number: &mut f64| {
            *number = if number.is_finite() {
                number.clamp(0.0, 1e15)
            } else {
                0.0
            }
        };
        for entry in &mut self.entries {
            near(&mut entry.first_timestamp);
            entry.last_request_timestamp.iter_mut().for_each(near);
            for count in [
                &mut entry.num_requests,
                &mut entry.num_none_requests,
                &mut entry.num_failures,
                &mut entry.total_content_length,
            ] {
                few(count);
            }
            entry.num_none_requests = entry.num_none_requests.min(entry.num_requests);
            finite(&mut entry.total_response_time_ms);
            entry.min_response_time_ms.iter_mut().for_each(finite);
            entry.max_response_time_ms.iter_mut().for_each(finite);
            entry.phases.tame(few, finite);
            for second in &mut entry.seconds {
                if !(oldest..=newest).contains(&(second.second as f64)) {
                    second.second = now.second();
                }
                few(&mut second.requests);
                few(&mut second.failures);
            }
        }
        for failure in &mut self.failures {
            few(&mut failure.occurrences);
            near(&mut failure.first_seen);
            near(&mut failure.last_seen);
        }
        self.exceptions.iter_mut().for_each(|row| few(&mut row.count));
        for count in [
            &mut self.overflow.name_samples,
            &mut self.overflow.error_occurrences,
            &mut self.overflow.exception_occurrences,
        ] {
            few(count);
        }
    }

    /// How many requests it counts.
    pub fn num_requests(&self) -> u64 {
        self.entries.iter().map(|entry| entry.num_requests).sum()
    }

    /// Puts another interval, or another thread's, behind this one. Rows of the same key are added up where
    /// the delta is merged into [`RunStats`](crate::RunStats), not here.
    pub fn merge(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.failures.extend(other.failures);
        self.exceptions.extend(other.exceptions);
        self.overflow.merge(other.overflow);
    }
}
