//! One entry, and the run as a whole, over time: what charts are drawn from.

use serde::Serialize;

use crate::Timestamp;
use crate::coarse::CoarseCounts;
use crate::delta::EntryDelta;
use crate::slots::{Slot, Slots};

/// Slots of the total: a run of half an hour is kept by the second.
pub(crate) const TOTAL_SLOTS: usize = 2_048;

/// Slots of all entries together, and the bounds for one of them.
const ENTRY_SLOTS: usize = 65_536;
const FEWEST_SLOTS: usize = 16;
const MOST_SLOTS: usize = 512;

/// Slots that each of so many entries may have.
pub(crate) fn slots_each(entries: usize) -> usize {
    (ENTRY_SLOTS / entries.max(1)).clamp(FEWEST_SLOTS, MOST_SLOTS)
}

/// Requests, failures and response times by slot.
pub type Timeline = Slots<TimeSlot>;

/// What one slot of a [`Timeline`] saw. Written as `[requests, failures, buckets]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeSlot {
    /// Finished requests.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
    /// Response times.
    pub response_times: CoarseCounts,
}

impl Slot for TimeSlot {
    fn absorb(&mut self, later: &Self) {
        self.requests += later.requests;
        self.failures += later.failures;
        self.response_times.merge(&later.response_times);
    }
}

impl Serialize for TimeSlot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.requests, self.failures, &self.response_times).serialize(serializer)
    }
}

impl Timeline {
    pub(crate) fn extend(&mut self, delta: &EntryDelta, revision: u64) {
        for second in &delta.seconds {
            let slot = self.at(second.second, revision);
            slot.requests += second.requests;
            slot.failures += second.failures;
            slot.response_times.add(&second.response_times);
        }
    }
}

/// What a run used and wanted, by slot.
pub type Gauges = Slots<GaugeSlot>;

/// The greatest values of one slot. Written as
/// `[user_count, target_user_count, cpu_percent, resume_lag_ms, worker_count]`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GaugeSlot {
    /// Users alive.
    pub user_count: u64,
    /// Users wanted.
    pub target_user_count: u64,
    /// Share of one core that the busiest thread of the generator used, in percent.
    pub cpu_percent: Option<f64>,
    /// How late the Python thread took up a finished request, at worst.
    pub resume_lag_ms: Option<f64>,
    /// Workers there at the slot's end; `None` unless there is a master.
    pub worker_count: Option<u64>,
}

impl Slot for GaugeSlot {
    fn absorb(&mut self, later: &Self) {
        let greater = |left: Option<f64>, right: Option<f64>| match (left, right) {
            (Some(left), Some(right)) => Some(left.max(right)),
            (left, right) => left.or(right),
        };
        *self = Self {
            user_count: self.user_count.max(later.user_count),
            target_user_count: self.target_user_count.max(later.target_user_count),
            cpu_percent: greater(self.cpu_percent, later.cpu_percent),
            resume_lag_ms: greater(self.resume_lag_ms, later.resume_lag_ms),
            worker_count: later.worker_count.or(self.worker_count),
        };
    }
}

impl Serialize for GaugeSlot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tenths = |value: Option<f64>| value.map(|value| (value * 10.0).round() / 10.0);
        (
            self.user_count,
            self.target_user_count,
            tenths(self.cpu_percent),
            tenths(self.resume_lag_ms),
            self.worker_count,
        )
            .serialize(serializer)
    }
}

/// Something that happened to a run, to be seen in its charts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: MarkKind,
    /// The same for a person.
    pub text: String,
}

/// What a [`Mark`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// The test began.
    TestStart,
    /// All users that were asked for are there.
    RampDone,
    /// Another load was asked for.
    Stage,
    /// A worker came, or came back.
    WorkerJoined,
    /// A worker is not heard of any more.
    WorkerLost,
    /// Every number was set to zero.
    Reset,
    /// The generator was found to be the limit.
    GeneratorSaturated,
    /// The test ended.
    TestStop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_entries_share_the_slots() {
        assert_eq!([1, 128, 500, 10_000].map(slots_each), [512, 512, 131, 16]);
    }

    #[test]
    fn a_gauge_keeps_the_greatest_and_the_last_number_of_workers() {
        let gauge = |user_count, lag, workers| GaugeSlot {
            user_count,
            resume_lag_ms: lag,
            worker_count: workers,
            ..GaugeSlot::default()
        };
        let mut slot = gauge(3, Some(7.0), Some(2));
        slot.absorb(&gauge(2, None, Some(1)));
        assert_eq!(slot, gauge(3, Some(7.0), Some(1)));
        assert_eq!(serde_json::to_string(&slot).unwrap(), "[3,0,null,7.0,1]");
    }
}
