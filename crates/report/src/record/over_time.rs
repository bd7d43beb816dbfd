//! What a record tells over time: whole, or what changed since somebody looked.

use std::borrow::Cow;

use katydid_stats::{Gauges, TimeSlot, Timeline};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::rounded;

/// `{"start", "step", "slots"}`.
pub(super) struct TimelineView<'a>(pub(super) Cow<'a, Timeline>);

impl TimelineView<'_> {
    /// The same with fewer slots, if it has more.
    pub(super) fn of_at_most(self, slots: usize) -> Self {
        if self.0.iter().count() <= slots {
            return self;
        }
        let mut timeline = self.0.into_owned();
        timeline.limit(slots);
        Self(Cow::Owned(timeline))
    }
}

impl Serialize for TimelineView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let slots: Vec<_> = self.0.iter().collect();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("start", &self.0.start())?;
        map.serialize_entry("step", &self.0.step())?;
        map.serialize_entry("slots", &slots)?;
        map.end()
    }
}

/// `{"start", "step", "rows"}`.
pub(super) struct GaugesView<'a>(pub(super) &'a Gauges);

impl Serialize for GaugesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows: Vec<_> = self.0.iter().collect();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("start", &self.0.start())?;
        map.serialize_entry("step", &self.0.step())?;
        map.serialize_entry("rows", &rows)?;
        map.end()
    }
}

/// Slots of a timeline that changed after a revision: `{"step", "changed": [[begin, requests, failures, buckets]]}`.
pub struct ChangedSlots<'a> {
    /// Whose.
    pub timeline: &'a Timeline,
    /// What is newer than this is told.
    pub since: u64,
}

impl Serialize for ChangedSlots<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let changed = self.timeline.changed_since(self.since);
        let rows: Vec<_> = changed
            .map(
                |(
                    begin,
                    TimeSlot {
                        requests,
                        failures,
                        response_times,
                    },
                )| (begin, requests, failures, response_times),
            )
            .collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("step", &self.timeline.step())?;
        map.serialize_entry("changed", &rows)?;
        map.end()
    }
}

/// The same of gauges: `{"step", "changed": [[begin, ...the row]]}`.
pub struct ChangedGauges<'a> {
    /// Whose.
    pub gauges: &'a Gauges,
    /// What is newer than this is told.
    pub since: u64,
}

impl Serialize for ChangedGauges<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// A row behind its begin.
        struct Row<'a>(i64, &'a katydid_stats::GaugeSlot);
        impl Serialize for Row<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut row = serializer.serialize_seq(None)?;
                row.serialize_element(&self.0)?;
                row.serialize_element(&self.1.user_count)?;
                row.serialize_element(&self.1.target_user_count)?;
                row.serialize_element(&self.1.cpu_percent.map(rounded))?;
                row.serialize_element(&self.1.resume_lag_ms.map(rounded))?;
                row.serialize_element(&self.1.worker_count)?;
                row.end()
            }
        }
        let changed = self.gauges.changed_since(self.since);
        let rows: Vec<_> = changed.map(|(begin, row)| Row(begin, row)).collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("step", &self.gauges.step())?;
        map.serialize_entry("changed", &rows)?;
        map.end()
    }
}
