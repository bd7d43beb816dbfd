//! What a recorder saw since it was last asked: plain, mergeable, fit to travel between machines.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::histogram::SparseCounts;
use crate::{ExceptionRow, Failure, Overflow, Timestamp};

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

    /// Puts another interval, or another thread's, behind this one. Rows of the same key are added up where
    /// the delta is merged into [`RunStats`](crate::RunStats), not here.
    pub fn merge(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.failures.extend(other.failures);
        self.exceptions.extend(other.exceptions);
        self.overflow.merge(other.overflow);
    }
}
