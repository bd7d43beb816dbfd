//! Budgets held against a run while it goes on, second by second. A kept run is judged the same way: feed it all its
//! seconds, then ask.
//!
//! A second may come in pieces and late; it is closed when it is older than the lateness that is allowed. What comes
//! after that still counts for whole periods, and for windows that are open. Windows are all full stretches of their
//! length that begin and end with a second. Memory stays bounded: a histogram for each subject and period, and the
//! seconds of one window for each that is judged by windows.
//!
//! Memory of the service belongs to an endpoint in the seconds in which a request of it finished.
//!
//! Asks no clock and stops no run: [`BudgetWatch::abort`] tells what would be a reason to.

mod memory;
mod rule;
mod sliding;
mod standing;
mod tally;
mod watched;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use katydid_stats::{EntrySecond, Timestamp};

use self::memory::Memory;
use self::watched::{Phases, Watched};
use crate::budget::{Budget, During, Period};
use crate::endpoint::Endpoint;
use crate::judged::{self, Subject};
use crate::verdict::{Finding, Outcome};

/// For how many seconds a second is left open.
const LATENESS_SECONDS: u32 = 2;
/// Share of requests that may be missing in windows before these cannot be trusted.
const LATE_SHARE: f64 = 0.01;
/// Most seconds that are closed at once: a clock that jumps must not keep a processor busy.
const MOST_AT_ONCE: i64 = 14 * 86_400;
/// No clock tells a second that is further from 1970: 34 thousand years. What other machines report may be anything.
const FURTHEST_SECOND: i64 = 1 << 40;

/// Budgets, and what was seen of what they are about.
#[derive(Clone, Debug)]
pub struct BudgetWatch {
    budgets: Vec<Budget>,
    lateness_seconds: i64,
    began: Option<i64>,
    steady_from: Option<i64>,
    /// The first second that is not closed.
    next: i64,
    /// Seconds that are not closed.
    pending: BTreeMap<i64, Vec<EntrySecond>>,
    memory: Memory,
    /// What was called, with the numbers of those in `watched` that count it.
    called: HashMap<Endpoint, Vec<usize>>,
    watched: Vec<Watched>,
    places: HashMap<(Subject, Period), usize>,
    abort: Option<Finding>,
    late_requests: u64,
    requests: u64,
}

impl BudgetWatch {
    /// Watches over budgets.
    pub fn new(budgets: Vec<Budget>) -> Self {
        let mut watch = Self {
            budgets,
            lateness_seconds: i64::from(LATENESS_SECONDS),
            began: None,
            steady_from: None,
            next: i64::MIN,
            pending: BTreeMap::new(),
            memory: Memory::default(),
            called: HashMap::new(),
            watched: Vec::new(),
            places: HashMap::new(),
            abort: None,
            late_requests: 0,
            requests: 0,
        };
        watch.watch_merged();
        watch
    }

    /// Leaves seconds open for that long instead of two: as long as the slowest that reports, such as a worker, may take.
    #[must_use]
    pub fn with_lateness(mut self, seconds: u32) -> Self {
        self.lateness_seconds = i64::from(seconds);
        self
    }

    /// Begins, or begins anew when the statistics do: what was seen so far is forgotten, the end of the ramp and the
    /// service's memory are not. Without it the run begins with the first second that comes.
    pub fn begin(&mut self, at: Timestamp) {
        self.pending.clear();
        self.called.clear();
        self.watched.clear();
        self.places.clear();
        self.abort = None;
        (self.late_requests, self.requests) = (0, 0);
        self.watch_merged();
        self.begin_with(possible(at.second()));
    }

    fn begin_with(&mut self, second: i64) {
        self.began = Some(second);
        self.next = second;
        self.steady_from = self.steady_from.map(|from| from.max(second));
    }

    /// Takes seconds in, or pieces of them, in any order.
    pub fn feed(&mut self, pieces: &[EntrySecond]) {
        for piece in pieces {
            // The total is reckoned here.
            if Endpoint::new(piece.method.clone(), piece.name.clone()).is_total() {
                continue;
            }
            let second = possible(piece.second);
            let piece = EntrySecond {
                second,
                ..piece.clone()
            };
            match self.began {
                Some(_) if second < self.next => self.add_late(&piece),
                _ => self.pending.entry(second).or_default().push(piece),
            }
        }
    }

    /// All users are there: what is steady begins with the next full second that is still open. Only the first time
    /// counts.
    pub fn ramp_done(&mut self, at: Timestamp) {
        let second = possible(at.0.ceil() as i64);
        self.steady_from.get_or_insert(second.max(self.next));
    }

    /// Takes in how much memory the service under test had in a second. It holds until the next sample.
    pub fn memory(&mut self, second: i64, bytes: u64) {
        self.memory.add(possible(second), bytes);
    }

    /// Closes the seconds that are old enough.
    pub fn advance(&mut self, now: Timestamp) {
        self.close_until(possible(now.second()) - self.lateness_seconds);
    }

    /// The run is over: closes its last seconds. A second that it ended within belongs to no window.
    pub fn finish(&mut self, ended: Timestamp) {
        let second = possible(ended.second());
        self.close_until(second);
        for piece in std::mem::take(&mut self.pending).into_values().flatten() {
            self.add(&piece);
        }
        self.add_memory_of_all(second);
    }

    /// The first budget that is broken beyond doubt and was to end the run then.
    pub fn abort(&self) -> Option<&Finding> {
        self.abort.as_ref()
    }

    /// Requests that came when their second was closed: they are in the figures for whole periods, but not in all
    /// windows.
    pub fn late_requests(&self) -> u64 {
        self.late_requests
    }

    /// The budgets that are watched over.
    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    /// What each budget came to in a run of that length, in their order; those for several endpoints once for each, by
    /// name. In the middle of a run: what is found so far.
    pub fn findings(&self, started: Timestamp, ended: Timestamp) -> Vec<Finding> {
        let called: BTreeSet<&Endpoint> = self.called.keys().collect();
        let called: Vec<&Endpoint> = called.into_iter().collect();
        let of_one = |budget| self.findings_of(budget, &called, (started, ended));
        let of_budgets = self.budgets.iter().enumerate().flat_map(of_one);
        of_budgets.chain(self.too_late()).collect()
    }

    /// What windows did not see, if there are any.
    fn too_late(&self) -> Option<Finding> {
        let mut of_windows = self
            .budgets
            .iter()
            .filter(|budget| budget.period.window_seconds.is_some())
            .peekable();
        let late = self.late_requests;
        if late == 0 || of_windows.peek().is_none() {
            return None;
        }
        let reason = format!(
            "{late} of {} requests were reported more than {} s after they finished, too late for their windows: \
             the clock of a worker is wrong, or a process hung",
            self.requests, self.lateness_seconds
        );
        let is_tolerable = late as f64 <= LATE_SHARE * self.requests as f64;
        Some(Finding {
            outcome: if is_tolerable {
                Outcome::NotJudged
            } else {
                Outcome::Fail
            },
            advisory: of_windows.all(|budget| budget.advisory),
            rule: "reports in time".to_owned(),
            ..Finding::untrusted("budgets with windows", reason)
        })
    }

    fn findings_of(
        &self,
        (number, budget): (usize, &Budget),
        called: &[&Endpoint],
        (started, ended): (Timestamp, Timestamp),
    ) -> Vec<Finding> {
        let subjects = judged::subjects(budget, called.iter().copied());
        if subjects.is_empty() {
            return vec![judged::never_called(budget, called)];
        }
        let begin = match (budget.period.during, self.steady_from) {
            (During::Run, _) => started.0,
            (During::Steady, Some(from)) => started.0.max(from as f64),
            (During::Steady, None) => {
                let reason = "the ramp did not end, so nothing was steady";
                return judged::unsure(budget, &subjects, reason);
            }
        };
        let find = |subject: Subject| {
            let place = self.places.get(&(subject, budget.period))?;
            self.watched[*place].finding((number, budget), ended.0 - begin, self.no_memory())
        };
        let findings = subjects.into_iter().filter_map(find);
        findings
            .map(|finding| judged::with_missing_members(finding, budget, called))
            .collect()
    }

    fn no_memory(&self) -> &'static str {
        match self.memory.was_watched() {
            true => "the memory of the service was not known at that time",
            false => "the memory of the service was not watched (--service-pid does)",
        }
    }

    /// Watches what is judged together from the start, so that seconds without a request count.
    fn watch_merged(&mut self) {
        for number in 0..self.budgets.len() {
            if let Some(subject) = Subject::merged(&self.budgets[number].scope) {
                self.watch_subject(subject, number);
            }
        }
    }

    /// The place of a subject in the period of a budget.
    fn watch_subject(&mut self, subject: Subject, budget: usize) -> usize {
        let period = self.budgets[budget].period;
        let place = *self.places.entry((subject.clone(), period)).or_insert_with(|| {
            self.watched.push(Watched::new(subject, period));
            self.watched.len() - 1
        });
        self.watched[place].add_rule(budget);
        place
    }

    fn phases(&self) -> Phases {
        Phases {
            began: self.began.unwrap_or(i64::MAX),
            steady_from: self.steady_from,
        }
    }

    fn close_until(&mut self, until: i64) {
        if self.began.is_none() {
            let Some(&first) = self.pending.keys().next() else {
                return;
            };
            self.begin_with(first);
        }
        self.next = self.next.max(until.saturating_sub(MOST_AT_ONCE));
        let open = self.pending.split_off(&self.next);
        for piece in std::mem::replace(&mut self.pending, open).into_values().flatten() {
            self.add_late(&piece);
        }
        while self.next < until {
            self.close(self.next);
            self.next += 1;
        }
    }

    fn close(&mut self, second: i64) {
        for watched in &mut self.watched {
            watched.open(second);
        }
        for piece in self.pending.remove(&second).unwrap_or_default() {
            self.add(&piece);
        }
        self.add_memory_of_all(second);
        let phases = self.phases();
        for watched in &mut self.watched {
            watched.close(&self.budgets, second, phases);
            if self.abort.is_none() {
                self.abort = watched.find_abort(&self.budgets, second, phases);
            }
        }
        self.memory.forget_before(second);
    }

    fn add_memory_of_all(&mut self, second: i64) {
        let (phases, memory) = (self.phases(), self.memory.at(second));
        for watched in &mut self.watched {
            if watched.subject == Subject::All {
                watched.add_memory(second, memory, phases);
            }
        }
    }

    fn add_late(&mut self, piece: &EntrySecond) {
        // What is older than the run was sent before counting began anew: it belongs to no window.
        if self.began.is_none_or(|began| piece.second >= began) {
            self.late_requests += piece.requests;
        }
        self.add(piece);
    }

    /// Adds a piece to all that count it.
    fn add(&mut self, piece: &EntrySecond) {
        self.requests += piece.requests;
        let endpoint = Endpoint::new(piece.method.clone(), piece.name.clone());
        if !self.called.contains_key(&endpoint) {
            let places = self.watch_endpoint(&endpoint);
            self.called.insert(endpoint.clone(), places);
        }
        let (phases, memory) = (self.phases(), self.memory.at(piece.second));
        for &place in self.called.get(&endpoint).into_iter().flatten() {
            let watched = &mut self.watched[place];
            watched.add(piece, phases);
            if watched.subject != Subject::All {
                watched.add_memory(piece.second, memory, phases);
            }
        }
    }

    /// The places of all subjects that a new endpoint counts for.
    fn watch_endpoint(&mut self, endpoint: &Endpoint) -> Vec<usize> {
        let known = self.watched.len();
        let mut places = BTreeSet::new();
        for number in 0..self.budgets.len() {
            if self.budgets[number].scope.matches(endpoint) {
                let subject = Subject::of(&self.budgets[number].scope, endpoint);
                places.insert(self.watch_subject(subject, number));
            }
        }
        let (next, phases) = (self.next, self.phases());
        for watched in &mut self.watched[known..] {
            watched.catch_up(&self.budgets, next, phases);
            watched.open(next);
        }
        places.into_iter().collect()
    }
}

fn possible(second: i64) -> i64 {
    second.clamp(-FURTHEST_SECOND, FURTHEST_SECOND)
}

#[cfg(test)]
mod tests;
