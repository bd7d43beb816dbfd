//! An entry as Locust tells it: in `StatsEntry.serialize`, in reports of workers and in JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::delta::{EntryDelta, SecondDelta};
use crate::entry::Entry;
use crate::histogram::SparseCounts;
use crate::{PhaseTimes, Timestamp};

/// The fields of Locust's `StatsEntry` that travel; times are milliseconds and epoch seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EntryReport {
    /// Name the requests are counted under.
    pub name: Arc<str>,
    /// Request method or type.
    pub method: Arc<str>,
    /// Time of the last request.
    pub last_request_timestamp: Option<f64>,
    /// When counting began.
    pub start_time: f64,
    /// Finished requests, failed ones included.
    pub num_requests: u64,
    /// Requests without a response time.
    #[serde(default)]
    pub num_none_requests: u64,
    /// Failures.
    pub num_failures: u64,
    /// Sum of response times.
    pub total_response_time: f64,
    /// Greatest response time; 0 where nothing was measured.
    pub max_response_time: f64,
    /// Least response time.
    pub min_response_time: Option<f64>,
    /// Sum of body sizes in bytes.
    pub total_content_length: f64,
    /// Requests by response time, which is rounded to two digits.
    pub response_times: BTreeMap<i64, u64>,
    /// Requests by second.
    pub num_reqs_per_sec: BTreeMap<i64, u64>,
    /// Failures by second.
    pub num_fail_per_sec: BTreeMap<i64, u64>,
}

impl From<&Entry> for EntryReport {
    fn from(entry: &Entry) -> Self {
        let buckets = entry.response_times().locust_buckets();
        Self {
            name: entry.name().clone(),
            method: entry.method().clone(),
            last_request_timestamp: entry.last_request_timestamp().map(|at| at.0),
            start_time: entry.start_time().0,
            num_requests: entry.num_requests(),
            num_none_requests: entry.num_none_requests(),
            num_failures: entry.num_failures(),
            total_response_time: entry.total_response_time(),
            max_response_time: entry.max_response_time().unwrap_or_default(),
            min_response_time: entry.min_response_time(),
            total_content_length: entry.total_content_length() as f64,
            response_times: buckets
                .into_iter()
                .map(|(time, count)| (time as i64, count))
                .collect(),
            num_reqs_per_sec: entry.requests_per_second(),
            num_fail_per_sec: entry.failures_per_second(),
        }
    }
}

impl EntryReport {
    /// The same as an interval that can be merged. Its times are told to two digits, and by no second.
    pub fn delta(&self) -> EntryDelta {
        let mut seconds = BTreeMap::<i64, (u64, u64)>::new();
        for (&second, &requests) in &self.num_reqs_per_sec {
            seconds.entry(second).or_default().0 += requests;
        }
        for (&second, &failures) in &self.num_fail_per_sec {
            seconds.entry(second).or_default().1 += failures;
        }
        let mut seconds: Vec<_> = seconds
            .into_iter()
            .map(|(second, (requests, failures))| SecondDelta {
                second,
                requests,
                failures,
                response_times: SparseCounts::default(),
            })
            .collect();
        let start = Timestamp(self.start_time);
        let last = self.last_request_timestamp.map(Timestamp);
        let times = self
            .response_times
            .iter()
            .map(|(&time, &count)| (time as f64, count));
        seconds.push(SecondDelta {
            second: last.unwrap_or(start).second(),
            requests: 0,
            failures: 0,
            response_times: SparseCounts::from_milliseconds(times),
        });
        EntryDelta {
            method: self.method.clone(),
            name: self.name.clone(),
            num_requests: self.num_requests,
            num_none_requests: self.num_none_requests,
            num_failures: self.num_failures,
            total_response_time_ms: self.total_response_time,
            min_response_time_ms: self.min_response_time,
            // Locust says 0 where nothing was measured.
            max_response_time_ms: self.min_response_time.map(|_| self.max_response_time),
            total_content_length: self.total_content_length.max(0.0) as u64,
            first_timestamp: start,
            last_request_timestamp: last,
            seconds,
            phases: PhaseTimes::default(),
        }
    }
}
