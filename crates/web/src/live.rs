//! The stream of events: what changed, each second, for whoever watches. docs/live-data.md tells its format.

mod viewer;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use katydid_engine::{RunState, RunnerStatus};
use katydid_report::ReportContext;
use katydid_report::record::{
    ChangedGauges, ChangedSlots, Detail, EntryView, RunView, TOTAL_ID, counted, to_json,
};
use katydid_stats::{Entry, Mark, MarkKind, RunStats, Timestamp};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::time::{MissedTickBehavior, interval};

use crate::desk::LogCounts;
use crate::error::Refusal;
use crate::site::Site;
use viewer::Viewer;

const BEAT: Duration = Duration::from_secs(1);

/// Beats that whoever has just come is told of once more: so long may lie between its record and its stream.
const OVERLAP: usize = 5;

/// Rows of failures and of exceptions.
const MOST_ROWS: usize = 500;

/// Streams at a time.
const MOST_VIEWERS: usize = 500;

/// What beats keep for themselves, and what they send.
pub(crate) struct Live {
    sender: broadcast::Sender<Beat>,
    course: Mutex<Course>,
}

/// The course of the run, as far as beats have seen it.
#[derive(Default)]
struct Course {
    number: u64,
    state: RunState,
    target_user_count: u64,
    is_saturated: bool,
    ended_at: Option<Timestamp>,
    /// When the statistics began, and how long their slots are: another number means another record.
    epoch: Option<(Timestamp, u32, u32)>,
    marks: usize,
    revisions: VecDeque<u64>,
}

/// What all viewers are told.
#[derive(Clone)]
enum Beat {
    /// The tick, as JSON.
    Tick(Arc<str>),
    /// The record has to be asked for anew.
    Renew,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(8),
            course: Mutex::default(),
        }
    }
}

impl Live {
    /// How many tests were begun.
    pub(crate) fn number(&self) -> u64 {
        self.course.lock().number
    }

    /// When the last one began and ended.
    pub(crate) fn times(&self) -> (Timestamp, Option<Timestamp>) {
        let course = self.course.lock();
        let began = course.epoch.map(|(began, ..)| began);
        (began.unwrap_or_default(), course.ended_at)
    }
}

/// Looks at the run each second, for ever, and tells viewers what it saw.
pub(crate) async fn beat(site: Arc<Site>) {
    site.collector
        .with(|stats| stats.keep_over_time(Timestamp::now()));
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut status = site.status.clone();
    loop {
        tokio::select! {
            _ = beats.tick() => {}
            // A test that begins is seen at once.
            Ok(()) = status.changed() => {
                let state = status.borrow_and_update().state;
                if state == site.live.course.lock().state {
                    continue;
                }
            }
        }
        let beat = look(&site);
        let _ = site.live.sender.send(beat);
    }
}

fn look(site: &Site) -> Beat {
    let now = Timestamp::now();
    let status = site.status.borrow().clone();
    let health = site.collector.health().snapshot();
    let news = site.live.course.lock().follow(&status, health.saturated, now);
    if news.is_other_state {
        site.desk.refresh();
    }
    let context = site.context();
    let workers = site.desk.is_master().then_some(context.workers.len() as u64);
    let target = status.target_user_count;
    site.collector.observe(now, context.user_count, target, workers);
    let has_watchers = site.live.sender.receiver_count() > 0;
    site.collector.with(|stats| {
        if news.is_stage {
            stats.mark(now, MarkKind::Stage, format!("{target} users wanted"));
        }
        if news.is_saturated {
            let text = health.reason.clone().unwrap_or_default();
            stats.mark(now, MarkKind::GeneratorSaturated, text);
        }
        let Some((since, marks)) = site.live.course.lock().catch_up(stats) else {
            return Beat::Renew;
        };
        if !has_watchers {
            return Beat::Tick("".into());
        }
        let marks = stats.marks().get(marks..).unwrap_or_default();
        Beat::Tick(tick(site, stats, &context, since, marks).into())
    })
}

/// What is new about a run beside its figures.
struct News {
    is_other_state: bool,
    is_stage: bool,
    is_saturated: bool,
}

impl Course {
    fn follow(&mut self, status: &RunnerStatus, is_saturated: bool, now: Timestamp) -> News {
        let begins = status.state.is_active() && !self.state.is_active();
        if begins {
            self.number += 1;
            self.ended_at = None;
            self.is_saturated = false;
        }
        if status.state == RunState::Stopped && self.state != RunState::Stopped {
            self.ended_at = Some(now);
        }
        let target = std::mem::replace(&mut self.target_user_count, status.target_user_count);
        let was_saturated = std::mem::replace(&mut self.is_saturated, is_saturated);
        News {
            is_other_state: std::mem::replace(&mut self.state, status.state) != status.state,
            is_stage: status.state.is_active() && !begins && target != status.target_user_count,
            is_saturated: is_saturated && !was_saturated,
        }
    }

    /// The revision and the number of marks that viewers have seen; `None` if they have to begin anew.
    fn catch_up(&mut self, stats: &RunStats) -> Option<(u64, usize)> {
        let since = self.revisions.back().copied().unwrap_or_default();
        self.revisions.push_back(stats.revision());
        if self.revisions.len() > OVERLAP {
            self.revisions.pop_front();
        }
        let marks = std::mem::replace(&mut self.marks, stats.marks().len());
        let epoch = epoch_of(stats);
        let is_new = self.epoch.replace(epoch).is_some_and(|known| known != epoch);
        (!is_new).then_some((since, marks))
    }
}

fn epoch_of(stats: &RunStats) -> (Timestamp, u32, u32) {
    let step = stats.total().timeline().map_or(1, |timeline| timeline.step());
    let gauge_step = stats.gauges().map_or(1, |gauges| gauges.step());
    (stats.clock().start_time, step, gauge_step)
}

#[derive(Serialize)]
struct Tick<'a> {
    run: RunView<'a>,
    health: &'a katydid_stats::HealthSnapshot,
    total: EntryView<'a>,
    entries: Vec<EntryView<'a>>,
    slots: Option<ChangedSlots<'a>>,
    gauges: Option<ChangedGauges<'a>>,
    marks: &'a [Mark],
    workers: &'a [katydid_report::WorkerFacts],
    losses: &'a [String],
    counts: Counts,
}

#[derive(Serialize)]
struct Counts {
    failures: usize,
    exceptions: usize,
    warnings: u64,
    errors: u64,
}

fn tick(site: &Site, stats: &RunStats, context: &ReportContext, since: u64, marks: &[Mark]) -> String {
    let clock = stats.clock();
    let view = |(id, entry), detail| EntryView::new(id, entry, clock, stats.percentiles(), detail);
    let changed = counted(stats).filter(|(_, entry)| entry.revision() > since);
    let LogCounts { warnings, errors, .. } = site.desk.log_counts();
    to_json(&Tick {
        run: RunView::new(stats, context, Timestamp::now()),
        health: &site.collector.health().snapshot(),
        total: view((TOTAL_ID, stats.total()), Detail::Distribution),
        entries: changed.map(|entry| view(entry, Detail::Row)).collect(),
        slots: slots_since(stats.total(), since),
        gauges: stats.gauges().map(|gauges| ChangedGauges { gauges, since }),
        marks,
        workers: &context.workers,
        losses: &context.losses,
        counts: Counts {
            failures: stats.errors().len(),
            exceptions: stats.exceptions().len(),
            warnings,
            errors,
        },
    })
}

fn slots_since(entry: &Entry, since: u64) -> Option<ChangedSlots<'_>> {
    entry.timeline().map(|timeline| ChangedSlots { timeline, since })
}

/// What may be said behind `?`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wish {
    id: Option<usize>,
    entry: Option<usize>,
    with: Option<String>,
}

/// `GET /live/entry`.
pub(crate) async fn entry(
    State(site): State<Arc<Site>>,
    Query(wish): Query<Wish>,
) -> Result<Response, Refusal> {
    let wanted = wish.id.unwrap_or(TOTAL_ID);
    let told = site.collector.with(|stats| {
        let entry = entry_of(stats, wanted)?;
        let view = EntryView::new(
            wanted,
            entry,
            stats.clock(),
            stats.percentiles(),
            Detail::Timeline,
        );
        Some(to_json(&view))
    });
    let told = told.ok_or_else(|| Refusal::Missing(format!("there is no entry {wanted}")))?;
    Ok(([(CONTENT_TYPE, "application/json")], told).into_response())
}

fn entry_of(stats: &RunStats, id: usize) -> Option<&Entry> {
    match id {
        TOTAL_ID => Some(stats.total()),
        _ => counted(stats)
            .find(|(known, _)| *known == id)
            .map(|(_, entry)| entry),
    }
}

/// `GET /live/events`.
pub(crate) async fn events(State(site): State<Arc<Site>>, Query(wish): Query<Wish>) -> Response {
    if site.live.sender.receiver_count() >= MOST_VIEWERS {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many viewers").into_response();
    }
    let viewer = Viewer::new(site, &wish);
    Sse::new(unfold(viewer, async |mut viewer| {
        let event = viewer.next().await?;
        Some((Ok::<_, Infallible>(event), viewer))
    }))
    .keep_alive(KeepAlive::default())
    .into_response()
}
