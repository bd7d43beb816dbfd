//! One viewer of the stream: the ticks that all are told, and what this one wants beside them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::response::sse::Event;
use katydid_report::record::{ChangedSlots, Detail, EntryView, exceptions, failures, to_json};
use katydid_stats::{Entry, RunStats};
use serde::Serialize;
use tokio::sync::broadcast;

use super::{Beat, MOST_ROWS, Wish, entry_of, slots_since, tick};
use crate::desk::Question;
use crate::site::Site;

/// Whoever watches.
pub(super) struct Viewer {
    site: Arc<Site>,
    beats: broadcast::Receiver<Beat>,
    events: VecDeque<Event>,
    entry: Option<usize>,
    with: HashSet<String>,
    /// What it was told of last, by kind.
    seen: HashMap<&'static str, u64>,
    since: u64,
}

impl Viewer {
    pub(super) fn new(site: Arc<Site>, wish: &Wish) -> Self {
        let with = wish.with.as_deref().unwrap_or_default().split(',');
        let mut viewer = Self {
            beats: site.live.sender.subscribe(),
            events: VecDeque::new(),
            entry: wish.entry,
            with: with.map(str::to_owned).collect(),
            seen: HashMap::new(),
            since: 0,
            site,
        };
        // What happened between its record and its stream.
        let since = viewer.site.live.course.lock().revisions.front().copied();
        let context = viewer.site.context();
        let first = viewer
            .site
            .collector
            .with(|stats| tick(&viewer.site, stats, &context, since.unwrap_or_default(), &[]));
        viewer
            .events
            .push_back(Event::default().event("tick").data(first));
        viewer
    }

    /// The next event; `None` when there will be no more.
    pub(super) async fn next(&mut self) -> Option<Event> {
        let is_first = self.seen.is_empty() && self.since == 0;
        if is_first && self.events.len() == 1 {
            self.look().await;
        }
        while self.events.is_empty() {
            let beat = match self.beats.recv().await {
                Ok(beat) => beat,
                // It was too slow for the stream: what it missed is in the record.
                Err(broadcast::error::RecvError::Lagged(_)) => Beat::Renew,
                Err(broadcast::error::RecvError::Closed) => return None,
            };
            match beat {
                Beat::Tick(tick) if tick.is_empty() => {}
                Beat::Tick(tick) => self.events.push_back(Event::default().event("tick").data(&*tick)),
                Beat::Renew => {
                    self.since = 0;
                    // An event without data is none to a browser.
                    self.events.push_back(Event::default().event("run").data("{}"));
                }
            }
            self.look().await;
        }
        self.events.pop_front()
    }

    /// Tells what this viewer wants beside the tick, if it is new.
    async fn look(&mut self) {
        let (entry, since) = (self.entry, self.since);
        let (watched, revision, failure_count, exception_count) = self.site.collector.with(|stats| {
            let watched = entry
                .and_then(|id| Some((id, entry_of(stats, id)?)))
                .filter(|(_, entry)| entry.revision() > since)
                .map(|(id, entry)| watched(stats, id, entry, since));
            let failures = stats.errors().iter().map(|row| row.occurrences).sum::<u64>();
            let exceptions = stats.exceptions().iter().map(|row| row.count).sum::<u64>();
            (watched, stats.revision(), failures, exceptions)
        });
        self.since = revision.max(1);
        if let Some(watched) = watched {
            self.tell("entry", watched);
        }
        if self.is_new("failures", failure_count) {
            let rows = self
                .site
                .collector
                .with(|stats| to_json(&failures(stats, MOST_ROWS)));
            self.tell("failures", rows);
        }
        if self.is_new("exceptions", exception_count) {
            let rows = self
                .site
                .collector
                .with(|stats| to_json(&exceptions(stats, MOST_ROWS)));
            self.tell("exceptions", rows);
        }
        if self.with.contains("ratio")
            && let Ok(ratio) = self.site.ask(Question::Tasks).await
        {
            let ratio = ratio.to_string();
            if self.is_new("ratio", hash_of(&ratio)) {
                self.tell("ratio", ratio);
            }
        }
        if self.is_new("logs", self.site.desk.log_counts().lines)
            && let Ok(logs) = self.site.ask(Question::Logs).await
        {
            self.tell("logs", logs.to_string());
        }
    }

    fn is_new(&mut self, kind: &'static str, mark: u64) -> bool {
        self.with.contains(kind) && self.seen.insert(kind, mark) != Some(mark)
    }

    fn tell(&mut self, kind: &'static str, data: String) {
        self.events.push_back(Event::default().event(kind).data(data));
    }
}

fn watched(stats: &RunStats, id: usize, entry: &Entry, since: u64) -> String {
    let view = EntryView::new(
        id,
        entry,
        stats.clock(),
        stats.percentiles(),
        Detail::Distribution,
    );
    to_json(&Watched {
        entry: view,
        slots: slots_since(entry, since),
    })
}

#[derive(Serialize)]
struct Watched<'a> {
    entry: EntryView<'a>,
    slots: Option<ChangedSlots<'a>>,
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
