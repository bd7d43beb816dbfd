//! The record of a run as JSON, from which pages and views are drawn. docs/live-data.md tells its format.
//!
//! Bounded in size: so many slots, so many rows of failures and exceptions, and what was left out is told.

use std::borrow::Cow;
use std::collections::BTreeMap;

use katydid_stats::{
    CoarseCounts, Entry, ExceptionRow, Failure, Gauges, HealthSnapshot, Mark, Percentiles, PhaseTime,
    RunClock, RunStats, TimeSlot, Timeline, Timestamp,
};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::ReportContext;
use crate::context::WorkerFacts;

/// What the format is called.
pub const FORMAT: &str = "katydid-run-1";

/// Letters of a text that are told.
const LONGEST_TEXT: usize = 4_000;

/// Which of the larger parts of an entry are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// None: a row of a table, with the percentiles that tables have.
    Row,
    /// The distribution and every percentile.
    Distribution,
    /// And what happened over time.
    Timeline,
}

/// How much of a run a record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Detail of entries other than the total.
    pub detail: Detail,
    /// Entries other than the total.
    pub entries: usize,
    /// Slots of each of their timelines.
    pub slots: usize,
    /// Rows of failures, and of exceptions.
    pub rows: usize,
}

impl Extent {
    /// What a page needs to begin with.
    pub const LIVE: Self = Self {
        detail: Detail::Row,
        ..Self::WHOLE
    };

    /// Everything that is kept.
    pub const WHOLE: Self = Self {
        detail: Detail::Timeline,
        entries: 10_000,
        slots: 512,
        rows: MOST_ROWS,
    };

    /// Less and less, for those who have a bound.
    pub(crate) const LADDER: [Self; 5] = [
        Self::WHOLE,
        Self::timelines(5_000, 128, 300),
        Self::timelines(2_000, 32, 100),
        Self::timelines(1_000, 8, 50),
        Self::timelines(300, 4, 10),
    ];

    const fn timelines(entries: usize, slots: usize, rows: usize) -> Self {
        Self {
            detail: Detail::Timeline,
            entries,
            slots,
            rows,
        }
    }
}

/// Rows of failures, and of exceptions, that are told at most.
const MOST_ROWS: usize = 500;

/// The record of a run as it is `now`.
pub fn run_record(
    stats: &RunStats,
    health: &HealthSnapshot,
    context: &ReportContext,
    now: Timestamp,
    extent: Extent,
) -> String {
    let clock = stats.clock();
    // The busiest, if there are too many, in the order of the tables.
    let mut kept: Vec<(usize, &Entry)> = counted(stats).collect();
    let entries_left_out = kept.len().saturating_sub(extent.entries);
    if entries_left_out > 0 {
        kept.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.num_requests()));
        kept.truncate(extent.entries);
    }
    kept.sort_by_key(|(_, entry)| (entry.name(), entry.method()));
    let view = |(id, entry)| {
        let mut view = EntryView::new(id, entry, clock, stats.percentiles(), extent.detail);
        view.timeline = view.timeline.map(|timeline| timeline.of_at_most(extent.slots));
        view
    };
    let (failures, exceptions) = (failures(stats, extent.rows), exceptions(stats, extent.rows));
    to_json(&Record {
        format: FORMAT,
        run: RunView::new(stats, context, now),
        health,
        total: EntryView::new(
            TOTAL_ID,
            stats.total(),
            clock,
            stats.percentiles(),
            Detail::Timeline,
        ),
        entries: kept.into_iter().map(view).collect(),
        entries_left_out,
        gauges: stats.gauges().map(GaugesView),
        marks: stats.marks(),
        plan: &context.plan,
        failures: failures.rows,
        failures_left_out: failures.left_out,
        exceptions: exceptions.rows,
        exceptions_left_out: exceptions.left_out,
        ratio: &context.task_ratio,
        workers: &context.workers,
        losses: &context.losses,
    })
}

/// Value as compact JSON.
pub fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("numbers, texts and lists always serialize into memory")
}

/// The id of the total; entries have those after it.
pub const TOTAL_ID: usize = 0;

/// Entries that counted something, with their ids.
pub fn counted(stats: &RunStats) -> impl Iterator<Item = (usize, &Entry)> {
    (TOTAL_ID + 1..)
        .zip(stats.entries())
        .filter(|(_, entry)| entry.has_counted())
}

#[derive(Serialize)]
struct Record<'a> {
    format: &'static str,
    run: RunView<'a>,
    health: &'a HealthSnapshot,
    total: EntryView<'a>,
    entries: Vec<EntryView<'a>>,
    entries_left_out: usize,
    gauges: Option<GaugesView<'a>>,
    marks: &'a [Mark],
    plan: &'a [(f64, u64)],
    failures: Vec<Failure>,
    failures_left_out: usize,
    exceptions: Vec<ExceptionRow>,
    exceptions_left_out: usize,
    ratio: &'a Value,
    workers: &'a [WorkerFacts],
    losses: &'a [String],
}

/// The run itself: what is known of it beside the figures.
#[derive(Serialize)]
pub struct RunView<'a> {
    version: &'a str,
    number: u64,
    locustfile: &'a str,
    host: Option<&'a str>,
    profile: Option<&'a str>,
    shape: Option<&'a str>,
    state: &'a str,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    now: Timestamp,
    run_time_seconds: Option<f64>,
    user_count: u64,
    target_user_count: u64,
    spawn_rate: f64,
    user_classes: &'a BTreeMap<String, u64>,
    percentiles_to_chart: &'a [f64],
    percentiles_to_statistics: &'a [f64],
    settings: Pairs<'a>,
}

impl<'a> RunView<'a> {
    /// The run as it is `now`.
    pub fn new(stats: &'a RunStats, context: &'a ReportContext, now: Timestamp) -> Self {
        Self {
            version: &context.version,
            number: context.number,
            locustfile: &context.locustfile,
            host: context.host.as_deref(),
            profile: context.profile.as_deref(),
            shape: context.shape.as_deref(),
            state: &context.state,
            started_at: (context.number > 0).then(|| stats.clock().start_time),
            ended_at: context.end_time,
            now,
            run_time_seconds: context.run_time_seconds,
            user_count: context.user_count,
            target_user_count: context.target_user_count,
            spawn_rate: context.spawn_rate,
            user_classes: &context.user_classes,
            percentiles_to_chart: &stats.percentiles().chart,
            percentiles_to_statistics: &stats.percentiles().statistics,
            settings: Pairs(&context.settings),
        }
    }
}

/// Pairs as an object.
struct Pairs<'a>(&'a [(String, String)]);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

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
}

/// Means and rates to the microsecond: what is beyond is noise, and long.
fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
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

/// `{"start", "step", "slots"}`.
struct TimelineView<'a>(Cow<'a, Timeline>);

impl TimelineView<'_> {
    /// The same with fewer slots, if it has more.
    fn of_at_most(self, slots: usize) -> Self {
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
struct GaugesView<'a>(&'a Gauges);

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

/// Rows of a table, and how many more there are.
#[derive(Serialize)]
pub struct Rows<T> {
    /// Those that are told.
    pub rows: Vec<T>,
    /// How many are not.
    pub left_out: usize,
}

impl<T> Rows<T> {
    /// The first of those, which are sorted.
    fn first(mut rows: Vec<T>, most: usize) -> Self {
        let left_out = rows.len().saturating_sub(most);
        rows.truncate(most);
        Self { rows, left_out }
    }
}

/// Failures, the most frequent first, and at most so many rows.
pub fn failures(stats: &RunStats, most: usize) -> Rows<Failure> {
    let mut rows: Vec<Failure> = stats.errors().iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.occurrences));
    let mut rows = Rows::first(rows, most);
    rows.rows.iter_mut().for_each(|row| shorten(&mut row.error));
    rows
}

/// Exceptions, the most frequent first, and at most so many rows.
pub fn exceptions(stats: &RunStats, most: usize) -> Rows<ExceptionRow> {
    let mut rows: Vec<ExceptionRow> = stats.exceptions().iter().cloned().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    let mut rows = Rows::first(rows, most);
    for row in &mut rows.rows {
        shorten(&mut row.message);
        shorten(&mut row.traceback);
    }
    rows
}

fn shorten(text: &mut std::sync::Arc<str>) {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
        *text = format!("{}…", &text[..end]).into();
    }
}
