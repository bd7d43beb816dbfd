//! The master's loop: hears its workers, asks [`Fleet`] what follows, and does it. Decides nothing.

mod host;
mod waiting;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use katydid_engine::{HostReply, RunnerCommand, RunnerHandle, Step, UserCounts};
use katydid_stats::{Collector, MarkKind, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use crate::codec;
use crate::fleet::{Effect, Fleet, Level, Notice, Patience};
use crate::message::{Job, Locustfiles, Report, Setting, ToWorker};
use crate::transport::MasterSocket;
pub use host::MasterHost;
use waiting::{Goal, Waiting};

/// The logger's name in Locust.
const TARGET: &str = "locust.runners";

/// What workers get to say their last words, beyond the stop timeout.
const LEAVING: Duration = Duration::from_secs(5);

/// What workers get to stop, beyond the stop timeout: Locust's.
const STOPPING: Duration = Duration::from_secs(60);

/// Messages that are taken in before anything else gets a turn.
const AT_ONCE: usize = 64;

/// User code on the master.
pub trait MasterAudience: Send + Sync + 'static {
    /// Tells it. Must not block.
    fn tell(&self, notice: Notice);

    /// Gives it a report, if it wants to see reports before they are counted; then it also counts it. `Err` gives the
    /// report back to be counted here.
    fn take_report(&self, worker: &Arc<str>, report: Box<Report>) -> Result<(), Box<Report>>;

    /// The locustfiles for a worker; with the folder around them if `takes_bundle`.
    fn locustfiles(&self, takes_bundle: bool) -> HostReply<Result<Locustfiles, String>>;
}

/// How a master behaves. The defaults are Locust's.
#[derive(Clone, Debug, PartialEq)]
pub struct MasterSettings {
    /// Time between two looks at who is missing.
    pub heartbeat_interval: Duration,
    /// How many heartbeats may be missing.
    pub patience: Patience,
    /// How long the end of a ramp waits for workers to report their users.
    pub report_wait: Duration,
    /// Whether nobody is there to start another test: the run then ends with its workers.
    pub ends_with_workers: bool,
}

impl Default for MasterSettings {
    fn default() -> Self {
        Self {
            heartbeat_interval: Duration::from_secs(1),
            patience: Patience::default(),
            report_wait: Duration::from_secs(1),
            ends_with_workers: false,
        }
    }
}

/// What the loop is asked from this side.
enum Command {
    BeginTest,
    TakeStep(Step, bool, oneshot::Sender<()>),
    StopAll(oneshot::Sender<()>),
    Leave(oneshot::Sender<()>),
    Send(Option<Arc<str>>, ToWorker),
    Setting(Arc<Setting>),
    Hear(String, Bytes),
}

/// Reaches a master from anywhere.
#[derive(Clone)]
pub struct MasterHandle {
    commands: mpsc::UnboundedSender<Command>,
    fleet: Arc<Mutex<Fleet>>,
    port: u16,
}

impl MasterHandle {
    /// Sends a message of the locustfile's own to one worker, or to every one that is known.
    pub fn send(&self, to: Option<&str>, message: ToWorker) {
        // A master that is gone has nobody to send to.
        let _ = self.commands.send(Command::Send(to.map(Arc::from), message));
    }

    /// Says under which circumstances workers have users from now on.
    pub fn set_setting(&self, setting: Setting) {
        let _ = self.commands.send(Command::Setting(Arc::new(setting)));
    }

    /// Takes in a message as if it had come from a worker.
    pub fn hear(&self, from: &str, bytes: Bytes) {
        let _ = self.commands.send(Command::Hear(from.to_owned(), bytes));
    }

    /// Looks at the workers.
    pub fn look<R>(&self, look: impl FnOnce(&mut Fleet) -> R) -> R {
        look(&mut self.fleet.lock())
    }

    /// Where workers connect to.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// A master.
pub struct Master {
    socket: MasterSocket,
    settings: MasterSettings,
    commands: mpsc::UnboundedReceiver<Command>,
    /// For answers that take their time; weak, so that the loop ends with the last handle.
    own_commands: mpsc::WeakUnboundedSender<Command>,
    fleet: Arc<Mutex<Fleet>>,
    setting: Arc<Setting>,
    /// The options of `setting` as bytes.
    options: Bytes,
    /// While workers have users: no users of every class.
    nobody: Option<UserCounts>,
    waiting: Vec<Waiting>,
    leaving: bool,
    began: Instant,
}

/// What a master is connected to on its own machine.
pub struct MasterSide {
    /// Leads the test.
    pub runner: RunnerHandle,
    /// Counts what workers measured.
    pub collector: Arc<Collector>,
    /// User code.
    pub audience: Arc<dyn MasterAudience>,
}

/// Notes what charts of the run should show.
fn mark(side: &MasterSide, kind: MarkKind, text: String) {
    side.collector
        .with(|stats| stats.mark(Timestamp::now(), kind, text));
}

impl Master {
    /// A master whose workers connect to `socket`, and the handle to it. Nothing happens until it runs.
    pub fn new(socket: MasterSocket, version: &str, settings: MasterSettings) -> (Self, MasterHandle) {
        // Unbounded: commands come from people, listeners and ramp steps, and must never block them.
        let (sender, commands) = mpsc::unbounded_channel();
        let session = format!("{:x}-{:x}", std::process::id(), Timestamp::now().0.to_bits());
        let fleet = Fleet::new(version, &session, settings.patience.clone());
        let fleet = Arc::new(Mutex::new(fleet));
        let own_commands = sender.downgrade();
        let handle = MasterHandle {
            commands: sender,
            fleet: fleet.clone(),
            port: socket.port(),
        };
        let setting = Arc::new(Setting::default());
        let master = Self {
            socket,
            settings,
            commands,
            own_commands,
            fleet,
            options: codec::raw_map(&setting.options),
            setting,
            nobody: None,
            waiting: Vec::new(),
            leaving: false,
            began: Instant::now(),
        };
        (master, handle)
    }

    /// Serves workers until every handle is gone.
    pub async fn run(mut self, side: MasterSide) {
        let period = self.settings.heartbeat_interval;
        let mut heartbeat = interval_at(Instant::now() + period, period);
        // After a stall nobody is to blame for heartbeats that nobody took in.
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let deadline = self.waiting.iter().map(|waiting| waiting.deadline).min();
            tokio::select! {
                received = self.socket.receive() => {
                    let Some((from, bytes)) = received else { break };
                    self.hear(&side, &from, bytes);
                    for _ in 1..AT_ONCE {
                        let Some((from, bytes)) = self.socket.try_receive() else { break };
                        self.hear(&side, &from, bytes);
                    }
                }
                command = self.commands.recv() => {
                    let Some(command) = command else { break };
                    match command {
                        Command::Hear(from, bytes) => self.hear(&side, &from, bytes),
                        command => self.obey(command),
                    }
                }
                _ = heartbeat.tick() => {
                    let effects = self.fleet.lock().tick(self.began.elapsed());
                    self.carry_out(&side, effects);
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {}
            }
            self.answer_waiting();
        }
        self.socket.close().await;
    }

    fn hear(&mut self, side: &MasterSide, from: &str, bytes: Bytes) {
        let now = self.began.elapsed();
        let effects = match codec::to_master(bytes, Timestamp::now()) {
            Ok(message) => self.fleet.lock().handle(from, message, now),
            Err(error) => self.fleet.lock().handle_undecodable(from, &error.to_string()),
        };
        self.carry_out(side, effects);
    }

    fn carry_out(&mut self, side: &MasterSide, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Send { to, message } => self.send(&to, &message),
                Effect::SendLocustfile { to, takes_bundle } => self.send_locustfile(side, to, takes_bundle),
                Effect::Relieve(worker) => self.relieve(&worker),
                Effect::Joined(worker) => {
                    mark(side, MarkKind::WorkerJoined, format!("worker {worker} joined"));
                    tell_runner(&side.runner, RunnerCommand::WorkerJoined(worker));
                }
                Effect::Left { worker, missing } => self.worker_left(side, worker, missing),
                Effect::Merge { worker, report } => {
                    if let Err(report) = side.audience.take_report(&worker, report) {
                        side.collector.merge(report.delta);
                    }
                }
                Effect::Exception {
                    worker,
                    message,
                    traceback,
                } => side.collector.record_exception(&worker, &message, &traceback),
                Effect::Tell(notice) => side.audience.tell(notice),
                Effect::Log(level, text) => write_log(level, &text),
            }
        }
    }

    fn send(&self, to: &str, message: &ToWorker) {
        if !self.socket.send(to, codec::for_worker(message, to)) {
            log::debug!(target: TARGET, "Worker {to} takes no message");
        }
    }

    fn relieve(&self, worker: &str) {
        let has_users = |fleet: &Fleet| fleet.node(worker).is_some_and(|node| node.state.is_active());
        match &self.nobody {
            Some(nobody) => {
                let job = Job {
                    timestamp: Timestamp::now().0,
                    users: nobody.clone(),
                    setting: self.setting.clone(),
                };
                self.send(worker, &ToWorker::Spawn(job));
            }
            // No test is under way, as far as the master knows.
            None if has_users(&self.fleet.lock()) => self.send(worker, &ToWorker::Stop),
            None => {}
        }
    }

    /// Locustfiles come from files, so somebody else reads them; the answer comes back as a command.
    fn send_locustfile(&self, side: &MasterSide, to: Arc<str>, takes_bundle: bool) {
        log::debug!(target: TARGET, "Worker requested locust file");
        let answer = side.audience.locustfiles(takes_bundle);
        let commands = self.own_commands.clone();
        tokio::spawn(async move {
            let answer = answer.await.unwrap_or_else(|error| Err(error.to_string()));
            if let Some(commands) = commands.upgrade() {
                let _ = commands.send(Command::Send(Some(to), ToWorker::Locustfile(answer)));
            }
        });
    }

    fn worker_left(&self, side: &MasterSide, worker: Arc<str>, missing: bool) {
        let how = if missing { "went missing" } else { "left" };
        mark(side, MarkKind::WorkerLost, format!("worker {worker} {how}"));
        let is_active = side.runner.status().state.is_active();
        tell_runner(&side.runner, RunnerCommand::WorkerLeft(worker));
        let is_last = self.fleet.lock().present().next().is_none();
        let is_expected = self.leaving || !self.waiting.is_empty();
        if !is_last || is_expected || !self.settings.ends_with_workers {
            return;
        }
        if !is_active {
            return;
        }
        let (reply, _) = oneshot::channel();
        let command = match missing {
            true => RunnerCommand::Fail("the last worker went missing".to_owned()),
            false => RunnerCommand::Quit(reply),
        };
        tell_runner(&side.runner, command);
    }

    fn obey(&mut self, command: Command) {
        match command {
            // Heard in the loop, where the other side is.
            Command::Hear(..) => {}
            Command::BeginTest => self.fleet.lock().begin_test(self.began.elapsed()),
            Command::Setting(setting) => {
                self.options = codec::raw_map(&setting.options);
                self.setting = setting;
            }
            Command::Send(Some(to), message) => self.send(&to, &message),
            Command::Send(None, message) => {
                for id in self.known() {
                    self.send(&id, &message);
                }
            }
            Command::TakeStep(step, ends_ramp, reply) => self.take_step(&step, ends_ramp, reply),
            Command::StopAll(reply) => {
                self.nobody = None;
                let told = self.tell_all(&ToWorker::Stop, |fleet| {
                    let busy = fleet.present().filter(|(_, node)| node.has_users_or_spawns());
                    busy.map(|(id, _)| id.clone()).collect()
                });
                self.wait(Goal::Stopped(told), STOPPING, reply);
            }
            Command::Leave(reply) => {
                self.leaving = true;
                let told = self.tell_all(&ToWorker::Quit, |fleet| {
                    let alive = fleet.nodes().filter(|(_, node)| !node.is_missing());
                    alive.map(|(id, _)| id.clone()).collect()
                });
                self.wait(Goal::Gone(told), LEAVING, reply);
            }
        }
    }

    fn known(&self) -> Vec<Arc<str>> {
        self.fleet.lock().nodes().map(|(id, _)| id.clone()).collect()
    }

    fn tell_all(&self, message: &ToWorker, whom: impl FnOnce(&Fleet) -> Vec<Arc<str>>) -> Vec<Arc<str>> {
        let told = whom(&self.fleet.lock());
        for id in &told {
            log::debug!(target: TARGET, "Sending {} to worker {id}", message.kind());
            self.send(id, message);
        }
        told
    }

    fn take_step(&mut self, step: &Step, ends_ramp: bool, reply: oneshot::Sender<()>) {
        let timestamp = Timestamp::now().0;
        self.nobody = Some(step.total().into_keys().map(|class| (class, 0)).collect());
        for users in step.changed() {
            let job = Job {
                timestamp,
                users: step.counts(users),
                setting: self.setting.clone(),
            };
            self.socket
                .send(&users.worker, codec::job(&job, &self.options, &users.worker));
        }
        if ends_ramp {
            let goal = Goal::Users(step.total().values().sum());
            self.waiting.push(Waiting {
                goal,
                deadline: Instant::now() + self.settings.report_wait,
                reply,
            });
        } else {
            let _ = reply.send(());
        }
    }

    fn wait(&mut self, goal: Goal, grace: Duration, reply: oneshot::Sender<()>) {
        let stop_timeout = Duration::try_from_secs_f64(self.setting.stop_timeout).unwrap_or_default();
        let deadline = Instant::now() + grace.saturating_add(stop_timeout.min(LONGEST_STOP_TIMEOUT));
        self.waiting.push(Waiting {
            goal,
            deadline,
            reply,
        });
    }

    /// Answers whoever waits for what has come true by now, or no longer may.
    fn answer_waiting(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let (fleet, now) = (self.fleet.lock(), Instant::now());
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.goal.is_reached(&fleet) {
                let _ = waiting.reply.send(());
            } else if waiting.deadline <= now {
                log::warn!(target: TARGET, "{}", waiting.goal.missed());
                let _ = waiting.reply.send(());
            } else if !waiting.reply.is_closed() {
                self.waiting.push(waiting);
            }
        }
    }
}

/// A bound for what is added to a moment.
const LONGEST_STOP_TIMEOUT: Duration = Duration::from_secs(86_400);

/// A runner that is gone has no use for it.
fn tell_runner(runner: &RunnerHandle, command: RunnerCommand) {
    let _ = runner.send(command);
}

fn write_log(level: Level, text: &str) {
    let level = match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warning => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    log::log!(target: TARGET, level, "{text}");
}
