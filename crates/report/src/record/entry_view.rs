//! One entry of a record: its row, its distribution, what it did over time.

use std::borrow::Cow;

use katydid_stats::{CoarseCounts, Entry, Percentiles, PhaseTime, RunClock};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::over_time::TimelineView;
use super::{Detail, rounded};

/// One entry in numbers.
#[derive(Serialize)]
pub struct EntryView<'a> {
    id: usize,
    method: &'a str,
    name: &'a str,
    num_requests: u64,
    num_none_requests: u64,
    num_failures: u64,
    median_response_time: f64,
    avg_response_time: f64,
    min_response_time: Option<f64>,
    max_response_time: Option<f64>,
    avg_content_length: f64,
    current_rps: f64,
    current_fail_per_sec: f64,
    total_rps: f64,
    total_fail_per_sec: f64,
    percentiles: ByFraction,
    phases: PhasesView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distribution: Option<CoarseCounts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<TimelineView<'a>>,
}

impl<'a> EntryView<'a> {
    /// An entry of a run in as much detail as is wanted.
    pub fn new(
        id: usize,
        entry: &'a Entry,
        clock: RunClock,
        percentiles: &Percentiles,
        detail: Detail,
    ) -> Self {
        Self {
            id,
            method: entry.method(),
            name: entry.name(),
            num_requests: entry.num_requests(),
            num_none_requests: entry.num_none_requests(),
            num_failures: entry.num_failures(),
            median_response_time: entry.median_response_time(),
            avg_response_time: rounded(entry.avg_response_time()),
            min_response_time: entry.min_response_time(),
            max_response_time: entry.max_response_time(),
            avg_content_length: rounded(entry.avg_content_length()),
            current_rps: rounded(entry.current_rps(clock)),
            current_fail_per_sec: rounded(entry.current_fail_per_sec(clock)),
            total_rps: rounded(entry.total_rps(clock)),
            total_fail_per_sec: rounded(entry.total_fail_per_sec(clock)),
            percentiles: ByFraction::of(entry, percentiles, detail),
            phases: PhasesView(entry),
            distribution: (detail != Detail::Row).then(|| entry.response_times().into()),
            timeline: entry
                .timeline()
                .filter(|_| detail == Detail::Timeline)
                .map(|timeline| TimelineView(Cow::Borrowed(timeline))),
        }
    }

    /// The same with a shorter timeline, if it has more slots.
    pub(super) fn with_slots(mut self, slots: usize) -> Self {
        self.timeline = self.timeline.map(|timeline| timeline.of_at_most(slots));
        self
    }
}

/// Response times by fraction.
struct ByFraction(Vec<(f64, Option<f64>)>);

impl ByFraction {
    fn of(entry: &Entry, percentiles: &Percentiles, detail: Detail) -> Self {
        let mut fractions = percentiles.statistics.clone();
        if detail != Detail::Row {
            fractions.extend(percentiles.chart.iter().chain(&percentiles.report));
        }
        fractions.sort_by(f64::total_cmp);
        fractions.dedup();
        Self(
            fractions
                .into_iter()
                .map(|fraction| (fraction, entry.percentile(fraction)))
                .collect(),
        )
    }
}

impl Serialize for ByFraction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(fraction, time)| (format!("{fraction:?}"), time)),
        )
    }
}

/// The phases that took place.
struct PhasesView<'a>(&'a Entry);

impl Serialize for PhasesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, time) in self.0.phases().iter().filter(|(_, time)| time.count > 0) {
            let &PhaseTime {
                count,
                total_ms,
                max_ms,
            } = time;
            map.serialize_entry(
                name,
                &PhaseTime {
                    count,
                    total_ms: rounded(total_ms),
                    max_ms: rounded(max_ms),
                },
            )?;
        }
        map.end()
    }
}
