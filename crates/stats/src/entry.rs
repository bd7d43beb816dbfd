//! What is known about one (method, name), or about the whole run: counts, times, rates.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::delta::EntryDelta;
use crate::sample::milliseconds;
use crate::window::{ENTRY_SECONDS, RecentTimes, SecondCount, SecondCounts};
use crate::{Histogram, PhaseTimes, Timeline, Timestamp};

/// Locust's window for current rates: from this many seconds before the run's last request ...
const RATE_WINDOW_START: i64 = 12;
/// ... up to, not including, this many before it. The last seconds may not be complete yet.
const RATE_WINDOW_END: i64 = 2;

/// The times that every rate of a run is reckoned by: those of the total, for all entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunClock {
    /// When the run started or was last reset.
    pub start_time: Timestamp,
    /// When its last request finished.
    pub last_request_timestamp: Option<Timestamp>,
}

/// Everything measured under one (method, name), or in total.
///
/// Times are milliseconds. A request that failed counts as a request and as a failure.
#[derive(Clone, Debug)]
pub struct Entry {
    method: Arc<str>,
    name: Arc<str>,
    num_requests: u64,
    num_none_requests: u64,
    num_failures: u64,
    total_response_time: f64,
    min_response_time: Option<f64>,
    max_response_time: Option<f64>,
    total_content_length: u64,
    start_time: Timestamp,
    last_request_timestamp: Option<Timestamp>,
    response_times: Histogram,
    phases: PhaseTimes,
    seconds: SecondCounts,
    recent: RecentTimes,
    has_counted: bool,
    /// The revision of the statistics at which it last changed.
    revision: u64,
    timeline: Option<Box<Timeline>>,
}

impl Entry {
    /// An entry of one (method, name), which keeps its last 120 seconds.
    pub(crate) fn new(method: Arc<str>, name: Arc<str>, start_time: Timestamp) -> Self {
        Self::with_seconds(method, name, start_time, SecondCounts::new(Some(ENTRY_SECONDS)))
    }

    /// The total of a run, which keeps every second.
    pub(crate) fn total(name: &str, start_time: Timestamp) -> Self {
        Self::with_seconds("".into(), name.into(), start_time, SecondCounts::new(None))
    }

    fn with_seconds(method: Arc<str>, name: Arc<str>, start_time: Timestamp, seconds: SecondCounts) -> Self {
        Self {
            method,
            name,
            num_requests: 0,
            num_none_requests: 0,
            num_failures: 0,
            total_response_time: 0.0,
            min_response_time: None,
            max_response_time: None,
            total_content_length: 0,
            start_time,
            last_request_timestamp: None,
            response_times: Histogram::default(),
            phases: PhaseTimes::default(),
            seconds,
            recent: RecentTimes::default(),
            has_counted: false,
            revision: 0,
            timeline: None,
        }
    }

    /// Adds what was measured in one interval.
    pub(crate) fn extend(&mut self, delta: &EntryDelta, revision: u64) {
        self.has_counted = true;
        self.revision = revision;
        if let Some(timeline) = &mut self.timeline {
            timeline.extend(delta, revision);
        }
        self.num_requests += delta.num_requests;
        self.num_none_requests += delta.num_none_requests;
        self.num_failures += delta.num_failures;
        self.total_response_time += delta.total_response_time_ms;
        self.min_response_time = either(self.min_response_time, delta.min_response_time_ms, f64::min);
        self.max_response_time = either(self.max_response_time, delta.max_response_time_ms, f64::max);
        self.total_content_length += delta.total_content_length;
        self.phases.merge(&delta.phases);
        self.start_time = self.start_time.min(delta.first_timestamp);
        self.last_request_timestamp = either(
            self.last_request_timestamp,
            delta.last_request_timestamp,
            Timestamp::max,
        );
        for second in &delta.seconds {
            self.seconds.add(second.second, second.requests, second.failures);
            if second.response_times.count() > 0 {
                self.response_times.merge_sparse(&second.response_times);
                self.recent.add(second.second, &second.response_times);
            }
        }
    }

    /// Adds everything another entry measured, but not when.
    pub(crate) fn merge(&mut self, other: &Self, revision: u64) {
        self.revision = revision;
        self.has_counted |= other.has_counted;
        self.num_requests += other.num_requests;
        self.num_none_requests += other.num_none_requests;
        self.num_failures += other.num_failures;
        self.total_response_time += other.total_response_time;
        self.min_response_time = either(self.min_response_time, other.min_response_time, f64::min);
        self.max_response_time = either(self.max_response_time, other.max_response_time, f64::max);
        self.total_content_length += other.total_content_length;
        self.phases.merge(&other.phases);
        self.start_time = self.start_time.min(other.start_time);
        self.last_request_timestamp = either(
            self.last_request_timestamp,
            other.last_request_timestamp,
            Timestamp::max,
        );
        self.response_times.merge(&other.response_times);
        for count in other.seconds.iter() {
            self.seconds
                .add(count.second, count.requests.into(), count.failures.into());
        }
        self.recent.merge(&other.recent);
    }

    /// Sets everything to zero; the rates count from `now`.
    pub(crate) fn reset(&mut self, now: Timestamp) {
        let mut seconds = std::mem::replace(&mut self.seconds, SecondCounts::new(None));
        seconds.clear();
        *self = Self {
            has_counted: self.has_counted,
            revision: self.revision,
            timeline: self.timeline.take(),
            ..Self::with_seconds(self.method.clone(), self.name.clone(), now, seconds)
        };
    }

    /// From now on what it measures is kept over time; what was kept before is forgotten.
    pub(crate) fn keep_timeline(&mut self, origin: i64, most: usize) {
        match &mut self.timeline {
            Some(timeline) => {
                timeline.clear(origin);
                timeline.limit(most);
            }
            None => self.timeline = Some(Box::new(Timeline::new(origin, most))),
        }
    }

    pub(crate) fn limit_timeline(&mut self, most: usize) {
        if let Some(timeline) = &mut self.timeline {
            timeline.limit(most);
        }
    }

    /// What it measured over time; `None` unless [`RunStats::keep_over_time`](crate::RunStats::keep_over_time) was
    /// called.
    pub fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_deref()
    }

    /// The [`RunStats::revision`](crate::RunStats::revision) at which it last changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Request method or type; empty for the total.
    pub fn method(&self) -> &Arc<str> {
        &self.method
    }

    /// Name the requests are counted under.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether anything was ever counted, also before a reset. If not, somebody only looked the entry up.
    pub fn has_counted(&self) -> bool {
        self.has_counted
    }

    /// Finished requests, failed ones included.
    pub fn num_requests(&self) -> u64 {
        self.num_requests
    }

    /// Requests without a response time.
    pub fn num_none_requests(&self) -> u64 {
        self.num_none_requests
    }

    /// Failures.
    pub fn num_failures(&self) -> u64 {
        self.num_failures
    }

    /// Exact sum of the response times.
    pub fn total_response_time(&self) -> f64 {
        self.total_response_time
    }

    /// Exact least response time.
    pub fn min_response_time(&self) -> Option<f64> {
        self.min_response_time
    }

    /// Exact greatest response time.
    pub fn max_response_time(&self) -> Option<f64> {
        self.max_response_time
    }

    /// Sum of body sizes in bytes.
    pub fn total_content_length(&self) -> u64 {
        self.total_content_length
    }

    /// When this entry was made or last reset.
    pub fn start_time(&self) -> Timestamp {
        self.start_time
    }

    /// When its last request finished.
    pub fn last_request_timestamp(&self) -> Option<Timestamp> {
        self.last_request_timestamp
    }

    /// The distribution of its response times.
    pub fn response_times(&self) -> &Histogram {
        &self.response_times
    }

    /// What its response times went into, as far as it was measured.
    pub fn phases(&self) -> &PhaseTimes {
        &self.phases
    }

    /// Its clock, which is everybody's if this is the total.
    pub(crate) fn clock(&self) -> RunClock {
        RunClock {
            start_time: self.start_time,
            last_request_timestamp: self.last_request_timestamp,
        }
    }

    /// Failures per request. An entry with failures and no requests has failed altogether: 1.
    pub fn fail_ratio(&self) -> f64 {
        match (self.num_requests, self.num_failures) {
            (0, 0) => 0.0,
            (0, _) => 1.0,
            (requests, failures) => failures as f64 / requests as f64,
        }
    }

    /// Mean response time; 0 without any.
    pub fn avg_response_time(&self) -> f64 {
        match self.num_requests.saturating_sub(self.num_none_requests) {
            0 => 0.0,
            timed => self.total_response_time / timed as f64,
        }
    }

    /// Mean body size over all requests; 0 without any.
    pub fn avg_content_length(&self) -> f64 {
        match self.num_requests {
            0 => 0.0,
            requests => self.total_content_length as f64 / requests as f64,
        }
    }

    /// The 0.5 percentile; 0 without any response time.
    pub fn median_response_time(&self) -> f64 {
        self.percentile(0.5).unwrap_or(0.0)
    }

    /// The response time that this fraction of requests finished within; never outside the exact extremes.
    pub fn percentile(&self, fraction: f64) -> Option<f64> {
        let histogram = &self.response_times;
        let rank = histogram.rank(fraction)?;
        if rank + 1 == histogram.count() {
            return self.max_response_time;
        }
        if rank == 0 {
            return self.min_response_time;
        }
        histogram
            .quantile(fraction)
            .map(|value| self.within_extremes(value))
    }

    /// The same over the last ten seconds before `now`; `None` if they saw no response.
    pub fn current_percentile(&self, now: Timestamp, fraction: f64) -> Option<f64> {
        self.current_percentiles(now, &[fraction])[0]
    }

    /// Several of them at the cost of one.
    pub fn current_percentiles(&self, now: Timestamp, fractions: &[f64]) -> Vec<Option<f64>> {
        let window = self.recent.window(now.second());
        let at = |&fraction: &f64| window.quantile(fraction).map(|value| self.within_extremes(value));
        fractions.iter().map(at).collect()
    }

    fn within_extremes(&self, value: Duration) -> f64 {
        let (min, max) = (self.min_response_time, self.max_response_time);
        let value = milliseconds(value);
        value.min(max.unwrap_or(value)).max(min.unwrap_or(value))
    }

    /// Requests per second over whole seconds shortly before the run's last request: Locust's window.
    pub fn current_rps(&self, clock: RunClock) -> f64 {
        self.current_rate(clock, |second| second.requests)
    }

    /// Failures per second over the same window.
    pub fn current_fail_per_sec(&self, clock: RunClock) -> f64 {
        self.current_rate(clock, |second| second.failures)
    }

    fn current_rate(&self, clock: RunClock, count: impl Fn(&SecondCount) -> u32) -> f64 {
        let Some(last) = clock.last_request_timestamp else {
            return 0.0;
        };
        let start = last
            .second()
            .saturating_sub(RATE_WINDOW_START)
            .max(clock.start_time.second());
        self.seconds
            .mean(start, last.second().saturating_sub(RATE_WINDOW_END), count)
    }

    /// Requests per second from the run's start to its last request.
    pub fn total_rps(&self, clock: RunClock) -> f64 {
        total_rate(self.num_requests, clock)
    }

    /// Failures per second over the same time.
    pub fn total_fail_per_sec(&self, clock: RunClock) -> f64 {
        total_rate(self.num_failures, clock)
    }

    /// Requests by second (since the epoch): the last 120 seconds, for the total all of them.
    pub fn requests_per_second(&self) -> BTreeMap<i64, u64> {
        let seconds = self.seconds.iter().filter(|count| count.requests > 0);
        seconds
            .map(|count| (count.second, u64::from(count.requests)))
            .collect()
    }

    /// Failures by second.
    pub fn failures_per_second(&self) -> BTreeMap<i64, u64> {
        let seconds = self.seconds.iter().filter(|count| count.failures > 0);
        seconds
            .map(|count| (count.second, u64::from(count.failures)))
            .collect()
    }

    /// Bytes in memory, names left out.
    pub fn size_in_bytes(&self) -> usize {
        let windows = self.seconds.heap_bytes() + self.recent.heap_bytes();
        size_of::<Self>() - size_of::<Histogram>() + self.response_times.size_in_bytes() + windows
    }
}

fn total_rate(count: u64, clock: RunClock) -> f64 {
    let Some(last) = clock.last_request_timestamp else {
        return 0.0;
    };
    let elapsed = last.0 - clock.start_time.0;
    if elapsed > 0.0 {
        count as f64 / elapsed
    } else {
        0.0
    }
}

fn either<T>(left: Option<T>, right: Option<T>, choose: impl Fn(T, T) -> T) -> Option<T> {
    match (left, right) {
        (Some(left), Some(right)) => Some(choose(left, right)),
        (one, None) | (None, one) => one,
    }
}
