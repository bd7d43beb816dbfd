//! The record of a run as JSON, from which pages and views are drawn. docs/live-data.md tells its format.
//!
//! Bounded in size: so many slots, so many rows of failures and exceptions, and what was left out is told.

mod entry_view;
mod over_time;
mod rows;

use std::collections::BTreeMap;

use katydid_stats::{Entry, ExceptionRow, Failure, HealthSnapshot, Mark, RunStats, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::ReportContext;
use crate::context::WorkerFacts;
pub use entry_view::EntryView;
use over_time::GaugesView;
pub use over_time::{ChangedGauges, ChangedSlots};
use rows::VerdictView;
pub use rows::{Rows, exceptions, failures};

/// What the format is called.
pub const FORMAT: &str = "katydid-run-1";

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
        EntryView::new(id, entry, clock, stats.percentiles(), extent.detail).with_slots(extent.slots)
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
        judgement: context
            .judgement
            .as_ref()
            .map(|judgement| VerdictView::new(judgement, MOST_ROWS)),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    judgement: Option<VerdictView<'a>>,
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

/// Means and rates to the microsecond: what is beyond is noise, and long.
fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
