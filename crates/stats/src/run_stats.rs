//! Everything measured in one run: entries, the total, failures, exceptions and the history.
//!
//! Pure: deltas go in with [`merge`](RunStats::merge), numbers come out, and time is passed in.

use indexmap::IndexMap;

use crate::delta::{EntryDelta, StatsDelta};
use crate::entry::{Entry, RunClock};
use crate::error_text::request_name;
use crate::history::{History, HistoryPoint};
use crate::recorder::{EntryKey, KnownEntry};
use crate::seconds::{Seconds, TakenSeconds};
use crate::slots::Slot;
use crate::timeline::{GaugeSlot, Gauges, Mark, MarkKind, TOTAL_SLOTS, slots_each};
use crate::{Exceptions, Failures, Limits, OTHER_NAMES, Overflow, Percentiles, Timestamp};

/// Name of the total.
pub const TOTAL_NAME: &str = "Aggregated";

/// Marks that are kept: more cannot be read in a chart.
const MOST_MARKS: usize = 1_000;

/// The name that log lines about statistics have had since Locust.
const LOG_TARGET: &str = "locust.stats";

/// The statistics of one run.
#[derive(Clone, Debug)]
pub struct RunStats {
    limits: Limits,
    percentiles: Percentiles,
    entries: IndexMap<EntryKey, Entry>,
    total: Entry,
    failures: Failures,
    exceptions: Exceptions,
    history: History,
    overflow: Overflow,
    /// How often something was merged: what is newer than a number of these is new to whoever saw that one.
    revision: u64,
    over_time: Option<OverTime>,
    /// The run second by second, if somebody takes it away.
    seconds: Option<Seconds>,
}

/// The run over time as a whole, if somebody wants to see it. Each entry has a timeline of its own then.
#[derive(Clone, Debug)]
struct OverTime {
    gauges: Gauges,
    marks: Vec<Mark>,
}

impl OverTime {
    fn new(now: Timestamp) -> Self {
        Self {
            gauges: Gauges::new(now.second(), TOTAL_SLOTS),
            marks: Vec::new(),
        }
    }
}

impl RunStats {
    /// Empty statistics of a run that starts `now`.
    pub fn new(limits: Limits, now: Timestamp) -> Self {
        Self {
            limits,
            percentiles: Percentiles::default(),
            entries: IndexMap::new(),
            total: Entry::total(TOTAL_NAME, now),
            failures: Failures::new(limits.errors),
            exceptions: Exceptions::new(limits.errors),
            history: History::default(),
            overflow: Overflow::default(),
            revision: 0,
            over_time: None,
            seconds: None,
        }
    }

    /// Adds what was measured in one interval, here or elsewhere.
    pub fn merge(&mut self, delta: StatsDelta) {
        let before = self.overflow();
        self.overflow.merge(delta.overflow);
        self.revision += 1;
        for entry in &delta.entries {
            self.extend_entry(entry);
            self.total.extend(entry, self.revision);
        }
        for mut failure in delta.failures {
            let is_shared_row = failure.method.is_empty() && failure.name.is_empty();
            if !is_shared_row && self.entry(&failure.method, &failure.name).is_none() {
                failure.method = "".into();
                failure.name = OTHER_NAMES.into();
            }
            self.failures.merge(&failure);
        }
        for exception in delta.exceptions {
            self.exceptions.merge(exception);
        }
        self.warn_of_overflow(before);
    }

    /// Adds an interval to the entry it belongs to: its own, a new one, or the shared one past the limit.
    fn extend_entry(&mut self, delta: &EntryDelta) {
        let before = self.entries.len();
        let revision = self.revision;
        let number = self.entry_for(delta);
        if let Some((key, entry)) = self.entries.get_index_mut(number) {
            entry.extend(delta, revision);
            if let Some(seconds) = &mut self.seconds {
                seconds.extend(number, &key.method, &key.name, delta);
            }
        }
        if self.entries.len() > before {
            self.share_slots();
        }
    }

    /// The number of the entry that an interval belongs to.
    fn entry_for(&mut self, delta: &EntryDelta) -> usize {
        let known = KnownEntry {
            method: &delta.method,
            name: &delta.name,
        };
        let is_known = self.entries.contains_key(&known);
        let is_shared = delta.method.is_empty() && *delta.name == *OTHER_NAMES;
        let (is_kept, origin) = (self.over_time.is_some(), self.total.start_time().second());
        let slots = slots_each(self.entries.len() + 1);
        let key = if is_known || is_shared || self.entries.len() < self.limits.names {
            EntryKey {
                method: delta.method.clone(),
                name: delta.name.clone(),
            }
        } else {
            self.overflow.name_samples += delta.num_requests.max(delta.num_failures);
            EntryKey::new("", OTHER_NAMES)
        };
        let entry = self.entries.entry(key);
        let number = entry.index();
        entry.or_insert_with_key(|key| {
            let mut entry = Entry::new(key.method.clone(), key.name.clone(), delta.first_timestamp);
            if is_kept {
                entry.keep_timeline(origin, slots);
            }
            entry
        });
        number
    }

    /// Every time there are twice as many entries, each gets less.
    fn share_slots(&mut self) {
        if self.over_time.is_some() && self.entries.len().is_power_of_two() {
            let slots = slots_each(self.entries.len());
            self.entries
                .values_mut()
                .for_each(|entry| entry.limit_timeline(slots));
        }
    }

    fn warn_of_overflow(&self, before: Overflow) {
        let (after, limits) = (self.overflow(), self.limits);
        if before.name_samples == 0 && after.name_samples > 0 {
            log::warn!(
                target: LOG_TARGET,
                "more than {} different request names: further ones are counted as \"{OTHER_NAMES}\"; \
                 give requests that differ only in an id one name (name=...)",
                limits.names
            );
        }
        if before.error_occurrences == 0 && after.error_occurrences > 0 {
            log::warn!(
                target: LOG_TARGET,
                "more than {} different errors: further ones are counted together",
                limits.errors
            );
        }
        if before.exception_occurrences == 0 && after.exception_occurrences > 0 {
            log::warn!(
                target: LOG_TARGET,
                "more than {} different exceptions: further ones are counted together",
                limits.errors
            );
        }
    }

    /// Makes an entry without requests, if there is none yet and room for it.
    pub fn create(&mut self, method: &str, name: &str, now: Timestamp) {
        let name = request_name(name);
        if self.entries.contains_key(&KnownEntry { method, name: &name })
            || self.entries.len() >= self.limits.names
        {
            return;
        }
        let key = EntryKey::new(method, &name);
        let entry = Entry::new(key.method.clone(), key.name.clone(), now);
        self.entries.insert(key, entry);
    }

    /// Sets every number to zero and keeps the names, and what users raised; the rates count from `now`.
    pub fn reset(&mut self, now: Timestamp) {
        self.entries.values_mut().for_each(|entry| entry.reset(now));
        self.total.reset(now);
        self.failures.clear();
        self.history.clear();
        self.overflow = Overflow::default();
        self.seconds.iter_mut().for_each(Seconds::begin_anew);
        self.begin_over_time(now);
        self.mark(now, MarkKind::Reset, "statistics reset".to_owned());
    }

    /// Forgets everything; a new run starts `now`.
    pub fn clear(&mut self, now: Timestamp) {
        self.entries.clear();
        self.total.reset(now);
        self.failures.clear();
        self.exceptions.clear();
        self.history.clear();
        self.overflow = Overflow::default();
        self.seconds.iter_mut().for_each(Seconds::begin_anew);
        self.begin_over_time(now);
    }

    /// From now on the run is kept over time as well: a timeline for each entry, gauges, marks.
    pub fn keep_over_time(&mut self, now: Timestamp) {
        if self.over_time.is_none() {
            self.begin_over_time_anew(now);
        }
    }

    /// From now on the run is kept second by second as well, for [`take_seconds`](Self::take_seconds).
    pub fn keep_seconds(&mut self) {
        self.seconds.get_or_insert_default();
    }

    /// Takes away what is kept of the seconds before this one. Later requests of the same seconds come with the next call.
    pub fn take_seconds(&mut self, before: i64) -> TakenSeconds {
        self.seconds
            .as_mut()
            .map(|seconds| seconds.take(before))
            .unwrap_or_default()
    }

    fn begin_over_time(&mut self, now: Timestamp) {
        if self.over_time.is_some() {
            self.begin_over_time_anew(now);
        }
    }

    fn begin_over_time_anew(&mut self, now: Timestamp) {
        self.revision += 1;
        self.over_time = Some(OverTime::new(now));
        let slots = slots_each(self.entries.len());
        self.total.keep_timeline(now.second(), TOTAL_SLOTS);
        let entries = self.entries.values_mut();
        entries.for_each(|entry| entry.keep_timeline(now.second(), slots));
    }

    /// How often something was merged or marked.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Notes what is used and wanted `now`; twice in a slot, the greater counts.
    pub fn gauge(&mut self, now: Timestamp, gauge: &GaugeSlot) {
        if let Some(over_time) = &mut self.over_time {
            self.revision += 1;
            over_time.gauges.at(now.second(), self.revision).absorb(gauge);
        }
    }

    /// What was used and wanted over time; `None` unless it is kept.
    pub fn gauges(&self) -> Option<&Gauges> {
        self.over_time.as_ref().map(|over_time| &over_time.gauges)
    }

    /// Notes that something happened.
    pub fn mark(&mut self, at: Timestamp, kind: MarkKind, text: String) {
        if let Some(over_time) = &mut self.over_time
            && over_time.marks.len() < MOST_MARKS
        {
            over_time.marks.push(Mark { at, kind, text });
        }
    }

    /// What happened, in the order in which it was noted.
    pub fn marks(&self) -> &[Mark] {
        self.over_time.as_ref().map_or(&[], |over_time| &over_time.marks)
    }

    /// Forgets what users raised.
    pub fn clear_exceptions(&mut self) {
        self.exceptions.clear();
    }

    /// Every entry but the total, in order of first occurrence.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> + '_ {
        self.entries.values()
    }

    /// One entry; the total is none of them.
    pub fn entry(&self, method: &str, name: &str) -> Option<&Entry> {
        self.entries.get(&KnownEntry {
            method,
            name: &request_name(name),
        })
    }

    /// One entry, or the total under its own name and no method.
    pub fn entry_or_total(&self, method: &str, name: &str) -> Option<&Entry> {
        if is_total(method, name) {
            Some(&self.total)
        } else {
            self.entry(method, name)
        }
    }

    /// Adds an interval to its entry, which may be the total, and to nothing else.
    pub fn merge_into_entry(&mut self, delta: &EntryDelta) {
        self.revision += 1;
        if is_total(&delta.method, &delta.name) {
            self.total.extend(delta, self.revision);
        } else {
            self.extend_entry(delta);
        }
    }

    /// Adds what another entry measured to one of these, which may be the total, and to nothing else.
    pub fn merge_entry(&mut self, method: &str, name: &str, other: &Entry, now: Timestamp) {
        if !is_total(method, name) {
            self.create(method, name, now);
        }
        self.revision += 1;
        let revision = self.revision;
        if let Some(entry) = self.entry_mut(method, name) {
            entry.merge(other, revision);
        }
    }

    /// Sets one entry, which may be the total, to zero; its rates count from `now`.
    pub fn reset_entry(&mut self, method: &str, name: &str, now: Timestamp) {
        if let Some(entry) = self.entry_mut(method, name) {
            entry.reset(now);
        }
    }

    fn entry_mut(&mut self, method: &str, name: &str) -> Option<&mut Entry> {
        if is_total(method, name) {
            return Some(&mut self.total);
        }
        let name = &request_name(name);
        self.entries.get_mut(&KnownEntry { method, name })
    }

    /// The whole run, named [`TOTAL_NAME`].
    pub fn total(&self) -> &Entry {
        &self.total
    }

    /// What all rates are reckoned by.
    pub fn clock(&self) -> RunClock {
        self.total.clock()
    }

    /// Failures by (method, name, error).
    pub fn errors(&self) -> &Failures {
        &self.failures
    }

    /// What users raised, by traceback.
    pub fn exceptions(&self) -> &Exceptions {
        &self.exceptions
    }

    /// The run over time.
    pub fn history(&self) -> &[HistoryPoint] {
        self.history.points()
    }

    /// What was counted under a shared row because a limit was reached.
    pub fn overflow(&self) -> Overflow {
        let mut overflow = self.overflow;
        overflow.error_occurrences += self.failures.folded();
        overflow.exception_occurrences += self.exceptions.folded();
        overflow
    }

    /// Which percentiles are reported.
    pub fn percentiles(&self) -> &Percentiles {
        &self.percentiles
    }

    /// Changes which percentiles are reported.
    pub fn set_percentiles(&mut self, percentiles: Percentiles) {
        self.percentiles = percentiles;
    }

    /// Adds the run as it is `now` to the history.
    pub fn push_history(&mut self, now: Timestamp, user_count: u64) {
        let clock = self.clock();
        let chart = &self.percentiles.chart;
        let times = self.total.current_percentiles(now, chart);
        self.history.push(HistoryPoint {
            time: now,
            user_count,
            current_rps: self.total.current_rps(clock),
            current_fail_per_sec: self.total.current_fail_per_sec(clock),
            total_avg_response_time: (self.total.avg_response_time() * 100.0).round() / 100.0,
            response_time_percentiles: chart.iter().copied().zip(times).collect(),
        });
    }
}

fn is_total(method: &str, name: &str) -> bool {
    method.is_empty() && name == TOTAL_NAME
}

impl Default for RunStats {
    /// Starts at the system's time, with the usual limits.
    fn default() -> Self {
        Self::new(Limits::default(), Timestamp::now())
    }
}
