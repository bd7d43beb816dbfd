//! A cluster on paper: a fleet, the dispatcher that its master's runner would ask, and workers of which only is known
//! what they were told. Whatever happens, both keep the same books as the model.

#![allow(unreachable_pub, reason = "tests and fuzz targets include this")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use katydid_cluster::fleet::{Effect, Fleet, Patience};
use katydid_cluster::message::{Heartbeat, Report, ToMaster, ToWorker, Version};
use katydid_engine::{Dispatcher, RunState, Step, UserClass, UserCounts};
use katydid_stats::{EntryDelta, StatsDelta, Timestamp};

/// A short patience, so that workers are forgotten soon.
const PATIENCE: Patience = Patience {
    liveness: 3,
    dead: -6,
};

/// So many workers ever speak.
pub const IDS: usize = 6;

/// A worker, by its place among all that ever speak.
pub type Id = usize;

/// How a report is numbered.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Not at all: a Locust.
    None,
    /// One more than the last.
    Next,
    /// As the last, or one before: it was sent twice.
    Again(u64),
    /// So many got lost before it.
    After(u64),
}

/// Something that happens to a cluster.
#[derive(Clone, Debug)]
pub enum Happening {
    Ready(Id),
    Quit(Id),
    Stopped(Id),
    Heartbeat {
        from: Id,
        state: &'static str,
        requests: Option<u64>,
    },
    Spawning(Id),
    /// It says that it has these users, be it true or not.
    SpawningComplete(Id, [u64; 2]),
    Report {
        from: Id,
        number: Number,
        requests: u64,
        users: [u64; 2],
    },
    /// Bytes that are no message.
    Garbage(Id),
    /// A heartbeat interval passes.
    Tick,
    /// Somebody asks for so many users.
    Ramp(u8, u8),
    /// The runner takes so many steps.
    Steps(u8),
}

/// Every word that a heartbeat may say, and one that it may not.
pub const WORDS: [&str; 8] = [
    "ready", "spawning", "running", "cleanup", "stopping", "stopped", "missing", "dancing",
];

/// What is to be expected of a worker that is known.
#[derive(Clone, Debug)]
struct Expected {
    state: RunState,
    /// Its users were given up.
    is_away: bool,
    liveness: i32,
    said: UserCounts,
}

impl Expected {
    fn new() -> Self {
        Self {
            state: RunState::Ready,
            is_away: false,
            liveness: PATIENCE.liveness,
            said: UserCounts::new(),
        }
    }

    fn is_present(&self) -> bool {
        matches!(
            self.state,
            RunState::Ready | RunState::Spawning | RunState::Running
        )
    }

    fn has_users_or_spawns(&self) -> bool {
        self.state.is_active() || (self.is_present() && self.said.values().sum::<u64>() > 0)
    }

    /// It spoke in a way that says that it lives.
    fn lives(&mut self, state: RunState) {
        if self.state == RunState::Missing {
            self.liveness = PATIENCE.liveness;
        }
        self.state = state;
        self.is_away &= !self.is_present();
    }
}

pub struct Cluster {
    fleet: Fleet,
    now: Duration,
    expected: BTreeMap<Id, Expected>,
    /// Every index that an id ever had.
    indexes: BTreeMap<Id, i64>,
    /// Strangers that were told to stop, which is said once and for all that matters here.
    told_to_stop: BTreeSet<Id>,
    /// The number of the last report of each worker.
    numbers: BTreeMap<Id, u64>,
    /// Requests that were to be counted, and those that were.
    reported: u64,
    merged: u64,
    /// The runner's side.
    workers: Vec<Arc<str>>,
    dispatcher: Option<Dispatcher>,
    target: u64,
    /// What each worker was told to have and has not given up since.
    told: BTreeMap<Arc<str>, UserCounts>,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            fleet: Fleet::new("2.47.0", "session", PATIENCE),
            now: Duration::from_secs(100),
            expected: BTreeMap::new(),
            indexes: BTreeMap::new(),
            told_to_stop: BTreeSet::new(),
            numbers: BTreeMap::new(),
            reported: 0,
            merged: 0,
            workers: Vec::new(),
            dispatcher: None,
            target: 0,
            told: BTreeMap::new(),
        }
    }
}

impl Cluster {
    /// Lets something happen, and looks whether all is as it should be.
    pub fn happens(&mut self, happening: &Happening) {
        self.now += Duration::from_millis(10);
        match happening {
            Happening::Ready(id) => self.ready(*id),
            Happening::Quit(id) => {
                self.told.remove(&*name(*id));
                self.expected.remove(id);
                self.hear(*id, ToMaster::Quit);
            }
            Happening::Stopped(id) => {
                self.told.remove(&*name(*id));
                if let Some(expected) = self.expected.get_mut(id) {
                    (expected.state, expected.is_away) = (RunState::Stopped, true);
                    expected.said.clear();
                }
                self.hear(*id, ToMaster::ClientStopped);
            }
            Happening::Heartbeat {
                from,
                state,
                requests,
            } => self.heartbeat(*from, state, *requests),
            Happening::Spawning(id) => {
                if let Some(expected) = self.expected.get_mut(id) {
                    expected.lives(RunState::Spawning);
                }
                self.hear(*id, ToMaster::Spawning);
            }
            Happening::SpawningComplete(id, users) => {
                if let Some(expected) = self.expected.get_mut(id) {
                    expected.lives(RunState::Running);
                    expected.said = counts(*users);
                }
                self.hear(*id, ToMaster::SpawningComplete(counts(*users)));
            }
            Happening::Report {
                from,
                number,
                requests,
                users,
            } => self.report(*from, *number, *requests, *users),
            Happening::Garbage(id) => {
                let effects = self.fleet.handle_undecodable(&name(*id), "no message");
                let asked = sent(&effects).any(|(_, message)| *message == ToWorker::Reconnect);
                assert_eq!(asked, self.expected.contains_key(id));
                self.carry_out(effects);
            }
            Happening::Tick => self.tick(),
            Happening::Ramp(target, rate) => self.ramp(*target, *rate),
            Happening::Steps(count) => (0..*count).for_each(|_| {
                self.step();
            }),
        }
        self.check();
    }

    /// The ramp that is under way ends, and everybody has the users that it is to have.
    pub fn ends(mut self) {
        while self.step() {}
        let Some(dispatcher) = &self.dispatcher else {
            return;
        };
        let of = |id: &Arc<str>| self.told.get(id).map_or(0, |users| users.values().sum());
        let loads: Vec<u64> = self.workers.iter().map(of).collect();
        assert_eq!(loads.iter().sum::<u64>(), dispatcher.user_count(), "{loads:?}");
        assert_eq!(dispatcher.user_count(), self.target);
        let (most, fewest) = (loads.iter().max(), loads.iter().min());
        assert!(most.unwrap_or(&0) - fewest.unwrap_or(&0) <= 1, "{loads:?}");
    }

    fn ready(&mut self, id: Id) {
        self.told_to_stop.remove(&id);
        let before = self.expected.insert(id, Expected::new());
        // Whoever has shown no users yet asks once more to be accepted, and will hear what it was told. All others begin
        // anew: whatever they had they have no more.
        if before.is_none_or(|before| before.is_away || before.has_users_or_spawns()) {
            self.told.remove(&*name(id));
        }
        let effects = self.hear(id, ToMaster::ClientReady(Version::Unchecked));
        let told = sent(&effects).find_map(|(_, message)| match message {
            ToWorker::Ack { index, .. } => *index,
            _ => None,
        });
        let next = self.indexes.len() as i64;
        let index = *self.indexes.entry(id).or_insert(next);
        assert_eq!(
            told,
            Some(index),
            "an index stays with its id, and is nobody else's"
        );
    }

    fn heartbeat(&mut self, from: Id, word: &str, requests: Option<u64>) {
        let is_known = self.expected.contains_key(&from);
        if let Some(expected) = self.expected.get_mut(&from) {
            let state = RunState::from_word(word).filter(|state| *state != RunState::Missing);
            let state = state.unwrap_or(RunState::Ready);
            let runs_after_stop =
                expected.is_away && expected.state == RunState::Stopped && state.is_active();
            expected.lives(if runs_after_stop { RunState::Stopped } else { state });
            expected.liveness = PATIENCE.liveness;
        }
        let numbered = self.numbers.get(&from).copied().unwrap_or_default();
        let effects = self.hear(
            from,
            ToMaster::Heartbeat(Heartbeat {
                state: word.to_owned(),
                requests,
                ..Heartbeat::default()
            }),
        );
        let answers: Vec<_> = sent(&effects).map(|(_, message)| message.clone()).collect();
        if is_known {
            let received = requests.map(|_| numbered);
            assert_eq!(answers, [ToWorker::Heartbeat { received }]);
        } else if self.told_to_stop.insert(from) {
            assert_eq!(answers, [ToWorker::Stop]);
        } else {
            assert!(
                answers.is_empty() || answers == [ToWorker::Stop],
                "it is told once more after a while, and nothing else: {answers:?}"
            );
        }
    }

    fn report(&mut self, from: Id, number: Number, requests: u64, users: [u64; 2]) {
        let last = self.numbers.get(&from).copied().unwrap_or_default();
        let number = match number {
            Number::None => None,
            Number::Next => Some(last.saturating_add(1)),
            Number::Again(before) => Some(last.saturating_sub(before)),
            Number::After(lost) => Some(last.saturating_add(1).saturating_add(lost)),
        };
        // After a gap it comes once more, when what is missing has come.
        let is_new = number.is_none_or(|number| number == last.saturating_add(1));
        if is_new {
            self.reported += requests;
            self.numbers.insert(from, number.unwrap_or(last));
            if let Some(expected) = self
                .expected
                .get_mut(&from)
                .filter(|expected| expected.is_present())
            {
                expected.said = counts(users);
            }
        }
        let report = Report {
            number,
            delta: delta(requests),
            users: counts(users),
            ..Report::default()
        };
        let effects = self.hear(from, ToMaster::Stats(Box::new(report)));
        let merges = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Merge { .. }));
        assert_eq!(merges, is_new, "number {number:?} after {last}");
    }

    fn tick(&mut self) {
        self.now += Duration::from_secs(1);
        self.expected
            .retain(|_, expected| expected.state != RunState::Missing || expected.liveness > PATIENCE.dead);
        for expected in self.expected.values_mut() {
            if expected.liveness < 0 && expected.state != RunState::Missing {
                (expected.state, expected.is_away) = (RunState::Missing, true);
                expected.said.clear();
            } else {
                expected.liveness -= 1;
            }
        }
        let effects = self.fleet.tick(self.now);
        self.carry_out(effects);
    }

    fn hear(&mut self, from: Id, message: ToMaster) -> Vec<Effect> {
        let effects = self.fleet.handle(&name(from), message, self.now);
        self.carry_out(effects.clone());
        effects
    }

    /// What a master does, on paper.
    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Joined(worker) => self.joined(worker),
                Effect::Left { worker, .. } => self.left(&worker),
                // It has users that nobody counts on: those of before it went missing.
                Effect::Relieve(worker) => drop(self.told.remove(&worker)),
                Effect::Merge { report, .. } => self.merged += report.delta.num_requests(),
                Effect::Send {
                    to,
                    message: ToWorker::Stop | ToWorker::Quit,
                } => {
                    self.told.remove(&to);
                }
                _ => {}
            }
        }
    }

    /// As the runner does when a worker joins.
    fn joined(&mut self, worker: Arc<str>) {
        if self.workers.contains(&worker) {
            return;
        }
        self.workers.push(worker.clone());
        if let Some(dispatcher) = &mut self.dispatcher {
            let was_over = dispatcher.is_over();
            dispatcher.add_worker(&worker);
            if was_over {
                dispatcher.resume();
            }
        }
    }

    /// As the runner does when a worker leaves. With the last one the test ends.
    fn left(&mut self, worker: &Arc<str>) {
        self.workers.retain(|known| known != worker);
        if self.workers.is_empty() {
            self.dispatcher = None;
        }
        if let Some(dispatcher) = &mut self.dispatcher {
            let was_over = dispatcher.is_over();
            dispatcher.remove_worker(worker);
            if was_over {
                dispatcher.resume();
            }
        }
    }

    fn ramp(&mut self, target: u8, rate: u8) {
        if self.workers.is_empty() {
            return;
        }
        let dispatcher = self.dispatcher.get_or_insert_with(|| {
            let classes = vec![UserClass::weighted("A", 1.0), UserClass::weighted("B", 3.0)];
            let workers = self.workers.iter().map(ToString::to_string).collect();
            Dispatcher::new(workers, classes)
                .expect("classes are right")
                .gradual()
        });
        self.target = u64::from(target);
        let begun = dispatcher.begin(i64::from(target), f64::from(rate) + 1.0, None);
        begun.expect("numbers are right");
    }

    /// `false` when the ramp is over.
    fn step(&mut self) -> bool {
        let Some(step) = self.dispatcher.as_mut().and_then(Dispatcher::next_step) else {
            return false;
        };
        self.tell(&step);
        true
    }

    fn tell(&mut self, step: &Step) {
        for users in step.changed() {
            assert!(
                self.workers.contains(&users.worker),
                "{} is not there",
                users.worker
            );
            self.told.insert(users.worker.clone(), step.counts(users));
        }
    }

    fn check(&mut self) {
        let known: BTreeSet<String> = self.expected.keys().map(|id| name(*id)).collect();
        assert_eq!(
            self.fleet
                .nodes()
                .map(|(id, _)| id.to_string())
                .collect::<BTreeSet<_>>(),
            known
        );
        let mut users = UserCounts::new();
        let mut away = 0;
        for (id, expected) in &self.expected {
            let node = self.fleet.node(&name(*id)).expect("just looked");
            assert_eq!(node.state, expected.state, "{id}");
            assert_eq!(node.index, self.indexes[id]);
            assert_eq!(node.is_present(), expected.is_present());
            let joined = self.workers.iter().any(|worker| **worker == *name(*id));
            assert_eq!(
                joined, !expected.is_away,
                "the runner counts on those that are there: {id}"
            );
            away += usize::from(expected.is_away);
            if expected.is_present() {
                for (class, count) in &expected.said {
                    *users.entry(class.clone()).or_default() += count;
                }
            }
        }
        assert_eq!(self.workers.len() + away, self.expected.len());
        assert_eq!(self.fleet.user_counts(), users);
        assert_eq!(self.merged, self.reported, "every report once");
        for loss in self.fleet.losses() {
            assert!(loss.text().contains("Worker"));
        }
    }
}

fn name(id: Id) -> String {
    // Two of them on each host.
    format!("host{}_{id}", id / 2)
}

fn counts([first, second]: [u64; 2]) -> UserCounts {
    [("A".to_owned(), first), ("B".to_owned(), second)].into()
}

fn delta(requests: u64) -> StatsDelta {
    let entry = EntryDelta {
        method: "GET".into(),
        name: "/".into(),
        num_requests: requests,
        num_none_requests: requests,
        num_failures: 0,
        total_response_time_ms: 0.0,
        min_response_time_ms: None,
        max_response_time_ms: None,
        total_content_length: 0,
        first_timestamp: Timestamp(1.0),
        last_request_timestamp: Some(Timestamp(1.0)),
        seconds: Vec::new(),
        phases: katydid_stats::PhaseTimes::default(),
    };
    StatsDelta {
        entries: vec![entry],
        ..StatsDelta::default()
    }
}

fn sent(effects: &[Effect]) -> impl Iterator<Item = (&Arc<str>, &ToWorker)> {
    effects.iter().filter_map(|effect| match effect {
        Effect::Send { to, message } => Some((to, message)),
        _ => None,
    })
}
