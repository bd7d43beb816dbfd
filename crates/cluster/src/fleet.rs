//! What a master knows of its workers, and what follows from what it hears. Pure: events go in with the time, effects
//! come out; nothing is sent, logged or merged here.

mod effect;
mod loss;
mod node;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{RunState, UserCounts};

use crate::message::{Heartbeat, Report, ToMaster, ToWorker, Version};
pub use effect::{Effect, Level, Notice};
pub use loss::Loss;
pub use node::Node;

/// From this share of a core on, a worker is too busy.
const CPU_WARNING_PERCENT: f64 = 90.0;

/// More distinct workers than any cluster has; ids beyond are refused, so that a stranger cannot fill the memory.
const MOST_WORKERS: usize = 100_000;

/// How long a stranger may take to stop its users before it is told once more.
const STRANGER_PATIENCE: Duration = Duration::from_secs(60);

/// How patient a master is. The defaults are Locust's.
#[derive(Clone, Debug, PartialEq)]
pub struct Patience {
    /// Heartbeats that may be missing in a row.
    pub liveness: i32,
    /// From this count on, downwards, a missing worker is forgotten.
    pub dead: i32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            liveness: 3,
            dead: -60,
        }
    }
}

/// All workers of a master.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// The version of Locust that this is compatible with; workers of others are warned of.
    version: String,
    /// Names this life of the master.
    session: String,
    patience: Patience,
    nodes: BTreeMap<Arc<str>, Node>,
    indexes: HashMap<Arc<str>, i64>,
    /// The last report of workers that are no longer known, should one still come.
    forgotten: HashMap<Arc<str>, u64>,
    /// Strangers that were told to stop, and when: one that is slow to answer is not told each second.
    strangers: HashMap<Arc<str>, Duration>,
    losses: Vec<Loss>,
    undecodable: u64,
    ticked_at: Duration,
}

impl Fleet {
    /// A fleet without workers.
    pub fn new(version: &str, session: &str, patience: Patience) -> Self {
        Self {
            version: version.to_owned(),
            session: session.to_owned(),
            patience,
            nodes: BTreeMap::new(),
            indexes: HashMap::new(),
            forgotten: HashMap::new(),
            strangers: HashMap::new(),
            losses: Vec::new(),
            undecodable: 0,
            ticked_at: Duration::ZERO,
        }
    }

    /// Takes in what a worker said. `now` is the time since any fixed moment.
    pub fn handle(&mut self, from: &str, message: ToMaster, now: Duration) -> Vec<Effect> {
        if let Some(node) = self.nodes.get_mut(from) {
            node.heard_at = now;
        }
        match message {
            ToMaster::ClientReady(version) => self.client_ready(from, version, now),
            ToMaster::Locustfile { takes_bundle, .. } => vec![Effect::SendLocustfile {
                to: from.into(),
                takes_bundle,
            }],
            ToMaster::Spawning => self.spawning(from, now),
            ToMaster::SpawningComplete(users) => self.spawning_complete(from, users, now),
            ToMaster::Stats(report) => self.stats(from, *report, now),
            ToMaster::Heartbeat(heartbeat) => self.heartbeat(from, &heartbeat, now),
            ToMaster::Exception { message, traceback } => vec![Effect::Exception {
                worker: from.into(),
                message,
                traceback,
            }],
            ToMaster::Logs { worker_id, logs } => vec![Effect::Tell(Notice::Logs { worker_id, logs })],
            ToMaster::ClientStopped => self.client_stopped(from),
            ToMaster::Quit => self.quit(from),
            ToMaster::Custom { kind, data } => vec![Effect::Tell(Notice::Custom {
                kind,
                data,
                worker: from.into(),
            })],
        }
    }

    /// Takes in bytes that are no message. A worker is asked to connect anew, a stranger is not answered.
    pub fn handle_undecodable(&mut self, from: &str, why: &str) -> Vec<Effect> {
        self.undecodable += 1;
        if self.nodes.contains_key(from) {
            let text = format!("Message from worker {from} dropped: {why}. Asking it to connect anew.");
            return vec![log(Level::Error, text), send(from, ToWorker::Reconnect)];
        }
        // One line for the first few: a stranger must not fill the log either.
        match self.undecodable {
            1..=10 => vec![log(Level::Error, format!("Unrecognized message dropped: {why}"))],
            _ => Vec::new(),
        }
    }

    /// A heartbeat interval has passed.
    pub fn tick(&mut self, now: Duration) -> Vec<Effect> {
        self.ticked_at = now;
        let mut effects = Vec::new();
        let mut gone = Vec::new();
        for (id, node) in &mut self.nodes {
            if node.state == RunState::Missing && node.liveness <= self.patience.dead {
                gone.push(id.clone());
            } else if node.liveness < 0 && node.state != RunState::Missing {
                let loss = Loss::of(id, node, now);
                effects.push(log(
                    Level::Info,
                    format!("Worker {id} failed to send heartbeat, setting state to missing."),
                ));
                if node.user_count() > 0 || loss.requests > 0 {
                    effects.push(log(Level::Warning, loss.text()));
                    self.losses.push(loss);
                }
                node.state = RunState::Missing;
                node.users.clear();
                node.has_left = true;
                effects.push(Effect::Left {
                    worker: id.clone(),
                    missing: true,
                });
            } else {
                node.liveness = node.liveness.saturating_sub(1);
            }
        }
        for id in gone {
            self.forget(&id);
        }
        effects
    }

    /// The number of a worker among all that ever came, from 0.
    pub fn index(&mut self, id: &str) -> i64 {
        let next = self.indexes.len() as i64;
        match self.indexes.get(id) {
            Some(index) => *index,
            None if self.indexes.len() >= MOST_WORKERS => -1,
            None => {
                self.indexes.insert(id.into(), next);
                next
            }
        }
    }

    /// Every worker that is known, missing ones included, by id.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Node)> {
        self.nodes.iter()
    }

    /// One worker, if it is known.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// Workers that are there.
    pub fn present(&self) -> impl Iterator<Item = (&Arc<str>, &Node)> {
        self.nodes.iter().filter(|(_, node)| node.is_present())
    }

    /// Workers that are there and have no users.
    pub fn ready_count(&self) -> usize {
        self.nodes
            .values()
            .filter(|node| node.state == RunState::Ready)
            .count()
    }

    /// Users over all workers, as they reported last.
    pub fn user_counts(&self) -> UserCounts {
        let mut sum = UserCounts::new();
        for (_, node) in self.present() {
            for (name, count) in &node.users {
                *sum.entry(name.clone()).or_default() += count;
            }
        }
        sum
    }

    /// How long nothing was heard of a worker, as of the last tick.
    pub fn silence_of(&self, node: &Node) -> Duration {
        self.ticked_at.saturating_sub(node.heard_at)
    }

    /// Workers that went missing during the test, and what is in doubt because of it.
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// A test begins: what happened before it is none of its business.
    pub fn begin_test(&mut self, now: Duration) {
        self.losses.clear();
        for node in self.nodes.values_mut() {
            node.begin_test(now);
        }
    }

    /// Messages that were dropped because they were none.
    pub fn undecodable(&self) -> u64 {
        self.undecodable
    }

    fn client_ready(&mut self, from: &str, version: Version, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        match version {
            Version::Missing => {
                let text =
                    format!("An old (pre 2.0) worker tried to connect ({from}). That's not going to work.");
                return vec![log(Level::Error, text)];
            }
            Version::Of(version) if version != self.version => {
                let same_minor = version.get(..4) == self.version.get(..4);
                let (level, word) = match same_minor {
                    true => (Level::Debug, "patch version"),
                    false => (Level::Warning, "version"),
                };
                effects.push(log(
                    level,
                    format!(
                        "A worker ({from}) running a different {word} ({version}) connected, master version is {}",
                        self.version
                    ),
                ));
            }
            Version::Of(_) | Version::Unchecked => {}
        }
        let index = self.index(from);
        if index < 0 {
            let text = format!("More than {MOST_WORKERS} workers, {from} is refused");
            return vec![log(Level::Error, text)];
        }
        let id: Arc<str> = from.into();
        self.strangers.remove(&id);
        effects.push(send(
            from,
            ToWorker::Ack {
                index: Some(index),
                session: Some(self.session.clone()),
            },
        ));
        effects.push(Effect::Tell(Notice::WorkerConnect(id.clone())));
        let mut node = Node::new(index, self.patience.liveness, now);
        node.last_report = self.forgotten.remove(&id).unwrap_or_default();
        let known = self.nodes.insert(id.clone(), node);
        let is_new = known
            .as_ref()
            .is_none_or(|known| known.state == RunState::Stopped);
        if let Some(known) = &known {
            if let Some(node) = self.nodes.get_mut(&id) {
                node.carry_on(known);
            }
            if known.has_users_or_spawns() && !known.has_left {
                // It began anew without a word: the users that it had are gone.
                effects.push(Effect::Left {
                    worker: id.clone(),
                    missing: false,
                });
            }
        }
        let count = self.present().count();
        effects.push(match is_new {
            true => log(
                Level::Info,
                format!("{from} (index {index}) reported as ready. {count} workers connected."),
            ),
            false => log(
                Level::Debug,
                format!(
                    "{from} (index {index}) reported as ready (duplicate message). {count} workers connected."
                ),
            ),
        });
        effects.push(Effect::Joined(id));
        effects
    }

    fn spawning(&mut self, from: &str, now: Duration) -> Vec<Effect> {
        match self.nodes.get_mut(from) {
            Some(node) => {
                let before = std::mem::replace(&mut node.state, RunState::Spawning);
                self.come_back(from, before, now)
            }
            None => refuse(from, "spawning"),
        }
    }

    fn spawning_complete(&mut self, from: &str, users: UserCounts, now: Duration) -> Vec<Effect> {
        match self.nodes.get_mut(from) {
            Some(node) => {
                let before = std::mem::replace(&mut node.state, RunState::Running);
                node.users = users;
                self.come_back(from, before, now)
            }
            None => refuse(from, "spawning_complete"),
        }
    }

    /// What follows when a worker that was gone shows that it is there, whatever it was that it said.
    fn come_back(&mut self, from: &str, before: RunState, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(node) = self.nodes.get_mut(from) else {
            return effects;
        };
        if before == RunState::Missing {
            node.liveness = self.patience.liveness;
            if let Some(loss) = self.losses.iter_mut().rev().find(|loss| *loss.worker == *from) {
                loss.came_back(now);
            }
        }
        if node.has_left && node.is_present() {
            node.has_left = false;
            // Even one that says to be ready: a job of before may still be on its way to it.
            effects.push(Effect::Relieve(from.into()));
            effects.push(Effect::Joined(from.into()));
        }
        effects
    }

    fn stats(&mut self, from: &str, report: Report, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        if report
            .session
            .as_ref()
            .is_some_and(|session| *session != self.session)
        {
            // Of a run of another master; its number has nothing to do with ours.
            let text = format!("Report of worker {from} to a master before this one dropped");
            return vec![log(Level::Debug, text)];
        }
        let known = match self.nodes.get_mut(from) {
            Some(node) => &mut node.last_report,
            None if self.forgotten.len() >= MOST_WORKERS && !self.forgotten.contains_key(from) => {
                let text = format!("More than {MOST_WORKERS} workers, the report of {from} is refused");
                return vec![log(Level::Error, text)];
            }
            None => self.forgotten.entry(from.into()).or_default(),
        };
        if let Some(number) = report.number {
            if number <= *known {
                return Vec::new();
            }
            if number > *known + 1 {
                // One before it was lost on the way. It is not confirmed, so it comes again, and this one after it.
                let missing = *known + 1;
                let text = format!("Report {number} of worker {from} came before report {missing}");
                return vec![log(Level::Debug, text)];
            }
            *known = number;
        }
        match self.nodes.get_mut(from) {
            Some(node) => {
                node.reported_at = now;
                node.requests_reported = node.requests_reported.saturating_add(report.delta.num_requests());
                node.health.clone_from(&report.health);
                if node.is_present() {
                    node.users.clone_from(&report.users);
                }
            }
            None => effects.push(log(
                Level::Info,
                format!("Discarded report of users from unrecognized worker {from}"),
            )),
        }
        effects.push(Effect::Merge {
            worker: from.into(),
            report: Box::new(report),
        });
        effects
    }

    fn heartbeat(&mut self, from: &str, heartbeat: &Heartbeat, now: Duration) -> Vec<Effect> {
        let Some(node) = self.nodes.get_mut(from) else {
            return self.greet_stranger(from, now);
        };
        let mut effects = Vec::new();
        // Nobody can say of itself that it is missing.
        let state = RunState::from_word(&heartbeat.state).filter(|state| *state != RunState::Missing);
        let state = state.unwrap_or(RunState::Ready);
        let before = node.state;
        if before == RunState::Missing {
            let text = format!("Worker {from} self-healed with heartbeat, setting state to {state}.");
            effects.push(log(Level::Info, text));
        }
        node.liveness = self.patience.liveness;
        // Locust's workers go on to say that they run, from the moment at which they have stopped until they are ready.
        let is_stopped = before == RunState::Stopped && node.has_left;
        if !(is_stopped && state.is_active()) {
            node.state = state;
        }
        node.cpu_usage = heartbeat.cpu_usage;
        node.memory_usage = heartbeat.memory_usage;
        node.requests_told = heartbeat.requests.or(node.requests_told);
        if node.cpu_usage > CPU_WARNING_PERCENT && !node.has_warned_of_cpu {
            node.has_warned_of_cpu = true;
            let index = node.index;
            effects.push(log(
                Level::Warning,
                format!(
                    "Worker {from} (index {index}) exceeded cpu threshold (will only log this once per worker)"
                ),
            ));
        }
        let received = heartbeat.requests.map(|_| node.last_report);
        effects.extend(self.come_back(from, before, now));
        effects.push(Effect::Tell(Notice::HeartbeatSent(from.into())));
        effects.push(send(from, ToWorker::Heartbeat { received }));
        effects
    }

    /// A worker that is not known believes itself to be part of a run of a master before this one. Who is told to stop
    /// reports as ready afterwards, as soon as users and stop timeout let it.
    fn greet_stranger(&mut self, from: &str, now: Duration) -> Vec<Effect> {
        let told_at = self.strangers.get(from);
        let is_patient = told_at.is_some_and(|told_at| now.saturating_sub(*told_at) < STRANGER_PATIENCE);
        if is_patient || (told_at.is_none() && self.strangers.len() >= MOST_WORKERS) {
            return Vec::new();
        }
        self.strangers.insert(from.into(), now);
        let text =
            format!("Got heartbeat message from unknown worker {from}. Asking it to stop and report anew.");
        vec![log(Level::Info, text), send(from, ToWorker::Stop)]
    }

    fn client_stopped(&mut self, from: &str) -> Vec<Effect> {
        let Some(node) = self.nodes.get_mut(from) else {
            let text = format!("Received client_stopped message from an unknown worker: {from}.");
            return vec![log(Level::Warning, text)];
        };
        node.state = RunState::Stopped;
        node.users.clear();
        node.has_left = true;
        let text = format!("{from} (index {}) reported that it has stopped", node.index);
        vec![
            log(Level::Debug, text),
            Effect::Left {
                worker: from.into(),
                missing: false,
            },
        ]
    }

    fn quit(&mut self, from: &str) -> Vec<Effect> {
        let Some(node) = self.nodes.get(from) else {
            return Vec::new();
        };
        let index = node.index;
        self.forget(from);
        let ready = self.ready_count();
        let text = format!("Worker '{from}' (index {index}) quit. {ready} workers ready.");
        vec![
            log(Level::Info, text),
            Effect::Left {
                worker: from.into(),
                missing: false,
            },
        ]
    }

    fn forget(&mut self, id: &str) {
        if let Some((id, node)) = self.nodes.remove_entry(id) {
            self.forgotten.insert(id, node.last_report);
        }
    }
}

fn refuse(from: &str, kind: &str) -> Vec<Effect> {
    let text = format!("Got {kind} message from unknown worker {from}. Asking worker to quit.");
    vec![log(Level::Warning, text), send(from, ToWorker::Quit)]
}

fn send(to: &str, message: ToWorker) -> Effect {
    Effect::Send {
        to: to.into(),
        message,
    }
}

fn log(level: Level, text: String) -> Effect {
    Effect::Log(level, text)
}
