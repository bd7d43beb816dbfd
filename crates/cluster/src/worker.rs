//! A worker's loop: hears the master, lives and reports. Its users are led by the [`conductor`], so that whatever they
//! take, the next heartbeat is in time.

mod conductor;
mod host;
mod reports;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use katydid_engine::{
    HostReply, Observer, RunEvent, RunState, RunnerCommand, RunnerError, RunnerHandle, RunnerStatus, UserHost,
};
use katydid_stats::Collector;
use rmpv::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use crate::codec;
use crate::error::ClusterError;
use crate::key::ClusterKey;
use crate::message::{Heartbeat, Numbered, Setting, ToMaster, ToWorker, Version, WorkerHealth};
use crate::transport::{WorkerSocket, address};
use conductor::{Conductor, Told, Work};
pub use host::WorkerHost;
use reports::Reports;

/// The logger's name in Locust.
const TARGET: &str = "locust.runners";

/// How long user code may think about what it adds to a report.
const LISTENERS_GRACE: Duration = Duration::from_millis(500);

/// How often a connection that fails is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Where a worker's master is, and how to get to it.
#[derive(Clone, Debug)]
pub struct MasterAddress {
    /// Name or IP address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The key of the cluster, if it has one.
    pub key: Option<ClusterKey>,
}

/// How a worker behaves. The defaults are Locust's.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerSettings {
    /// Time between two signs of life.
    pub heartbeat_interval: Duration,
    /// Time between two reports.
    pub report_interval: Duration,
    /// How long the master may be silent before the worker gives up.
    pub master_timeout: Duration,
    /// How long one attempt to be accepted takes.
    pub connect_timeout: Duration,
    /// Attempts to be accepted.
    pub connect_attempts: u32,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            heartbeat_interval: Duration::from_secs(1),
            report_interval: Duration::from_secs(3),
            master_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(5),
            connect_attempts: 60,
        }
    }
}

/// What user code on a worker may listen to.
#[derive(Clone, Debug, PartialEq)]
pub enum WorkerNotice {
    /// `events.heartbeat_received`.
    HeartbeatReceived,
    /// The master changes a user class.
    UpdateUserClass(Value),
    /// A message of the locustfile's own.
    Custom {
        /// The name under which a listener may be registered.
        kind: String,
        /// What it is about.
        data: Value,
    },
}

/// User code on a worker.
pub trait WorkerAudience: Send + Sync + 'static {
    /// Tells it. Must not block.
    fn tell(&self, notice: WorkerNotice);

    /// Lets it take over what a job says beside numbers. `Err` if it cannot have such users.
    fn apply(&self, setting: Arc<Setting>, classes: Vec<String>) -> HostReply<()>;

    /// Whether there are listeners that want to see reports.
    fn wants_reports(&self) -> bool;

    /// What listeners add to a report, which says `told` already.
    fn report_extra(&self, told: Value) -> HostReply<BTreeMap<String, Value>>;
}

/// What a worker uses of its process.
pub struct WorkerSide {
    /// Whoever has the users.
    pub host: Arc<dyn UserHost>,
    /// Counts what they do.
    pub collector: Arc<Collector>,
    /// Hears of each event before user code does.
    pub observer: Observer,
    /// User code.
    pub audience: Arc<dyn WorkerAudience>,
    /// Percent of one core, and bytes of memory.
    pub usage: Box<dyn FnMut() -> (f64, u64) + Send>,
}

/// What the loop is asked from this side.
pub(crate) enum Command {
    Send(ToMaster),
    Hear(Bytes),
    Reconnect,
    Leave(oneshot::Sender<()>),
}

/// Reaches a worker from anywhere.
#[derive(Clone)]
pub struct WorkerHandle {
    id: Arc<str>,
    commands: mpsc::UnboundedSender<Command>,
    index: watch::Receiver<Option<i64>>,
}

impl WorkerHandle {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its number among all workers of the master; `None` until the master said so, -1 if it says none.
    pub fn index(&self) -> Option<i64> {
        *self.index.borrow()
    }

    /// Takes in a message as if it had come from the master.
    pub fn hear(&self, bytes: Bytes) {
        let _ = self.commands.send(Command::Hear(bytes));
    }

    /// Connects anew.
    pub fn reconnect(&self) {
        let _ = self.commands.send(Command::Reconnect);
    }

    /// Sends the master something.
    pub fn send(&self, message: ToMaster) {
        // A worker that is gone has nothing to say.
        let _ = self.commands.send(Command::Send(message));
    }
}

/// A worker.
pub struct Worker {
    id: Arc<str>,
    /// The version of Locust that it is compatible with.
    version: String,
    master: MasterAddress,
    socket: WorkerSocket,
    settings: WorkerSettings,
    commands: mpsc::UnboundedReceiver<Command>,
    runner_commands: mpsc::UnboundedReceiver<RunnerCommand>,
    status: Arc<watch::Sender<RunnerStatus>>,
    index: watch::Sender<Option<i64>>,
    reports: Reports,
    echoed_at: Instant,
}

impl Worker {
    /// A worker on its way to its master, the handle to it, and one through which its users are watched like those of
    /// any runner. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address is none.
    pub async fn connect(
        id: &str,
        version: &str,
        master: MasterAddress,
        settings: WorkerSettings,
    ) -> Result<(Self, WorkerHandle, RunnerHandle), ClusterError> {
        let socket = WorkerSocket::connect(&master.host, master.port, id, master.key.as_ref()).await?;
        // Unbounded: what users raise must never block them.
        let (sender, commands) = mpsc::unbounded_channel();
        let (runner, runner_commands, status) = RunnerHandle::for_leader();
        let (index, index_receiver) = watch::channel(None);
        let handle = WorkerHandle {
            id: id.into(),
            commands: sender,
            index: index_receiver,
        };
        let worker = Self {
            id: id.into(),
            version: version.to_owned(),
            master,
            socket,
            settings,
            commands,
            runner_commands,
            status: Arc::new(status),
            index,
            reports: Reports::default(),
            echoed_at: Instant::now(),
        };
        Ok((worker, handle, runner))
    }

    /// Waits until the master has accepted it.
    ///
    /// # Errors
    ///
    /// When nobody does in time.
    pub async fn join(&mut self) -> Result<(), ClusterError> {
        let Self { settings, master, .. } = &self;
        let (patience, attempts) = (settings.connect_timeout, settings.connect_attempts);
        let address = address(&master.host, master.port);
        let began = Instant::now();
        let mut hint = String::new();
        for attempt in 1..=attempts {
            self.say_ready();
            let deadline = Instant::now() + patience;
            while let Some(left) = deadline.checked_duration_since(Instant::now()) {
                if let Ok(Some(bytes)) = timeout(left.min(LOOK_EVERY), self.socket.receive()).await
                    && let Ok(ToWorker::Ack { index, session }) = codec::to_worker(&bytes)
                {
                    self.accepted(index, session);
                    return Ok(());
                }
                if let Some(why) = self.socket.last_failure() {
                    let text = format!(" ({why})");
                    if hint != text {
                        log::warn!(target: TARGET, "No connection to the master at {address} yet: {why}");
                    }
                    hint = text;
                }
            }
            let level = match began.elapsed() < QUIET_FOR {
                true => log::Level::Debug,
                false => log::Level::Info,
            };
            log::log!(target: TARGET, level, "Failed to connect to master {address}, retry {attempt}/{attempts}.");
        }
        Err(ClusterError::NoAnswer {
            address,
            seconds: began.elapsed().as_secs(),
            hint,
        })
    }

    /// Works until the master or this process wants it to end.
    pub async fn run(mut self, mut side: WorkerSide) {
        side.collector.keep_unsent();
        let (work, work_receiver) = mpsc::unbounded_channel();
        let (told, mut told_receiver) = mpsc::unbounded_channel();
        let conductor = Conductor {
            host: side.host.clone(),
            audience: side.audience.clone(),
            observer: std::mem::replace(&mut side.observer, Box::new(|_: &RunEvent| {})),
            status: self.status.clone(),
            told,
            work: work_receiver,
            has_stopped: false,
        };
        tokio::spawn(conductor.run());
        let mut heartbeat = every(self.settings.heartbeat_interval);
        let mut report = every(self.settings.report_interval);
        self.echoed_at = Instant::now();
        loop {
            tokio::select! {
                received = self.socket.receive() => match received {
                    Some(bytes) => self.hear(&mut side, &work, &bytes).await,
                    None => break,
                },
                told = told_receiver.recv() => match told {
                    Some(Told::ToMaster(message)) => self.send(&message),
                    Some(Told::Report(done)) => {
                        self.report(&mut side, false).await;
                        let _ = done.send(());
                    }
                    None => break,
                },
                command = self.commands.recv() => match command {
                    Some(Command::Send(message)) => self.send(&message),
                    Some(Command::Hear(bytes)) => self.hear(&mut side, &work, &bytes).await,
                    Some(Command::Reconnect) => self.reconnect().await,
                    Some(Command::Leave(reply)) => {
                        // Nobody will ask for them once more.
                        for bytes in self.reports.unconfirmed() {
                            self.socket.send(bytes);
                        }
                        self.report(&mut side, false).await;
                        self.send(&ToMaster::Quit);
                        self.socket.close().await;
                        let _ = reply.send(());
                        return;
                    }
                    None => break,
                },
                command = self.runner_commands.recv() => match command {
                    Some(command) => obey_runner(command, &work),
                    None => break,
                },
                _ = heartbeat.tick() => self.live(&mut side, &work),
                _ = report.tick() => self.report(&mut side, true).await,
            }
        }
    }

    async fn hear(&mut self, side: &mut WorkerSide, work: &mpsc::UnboundedSender<Work>, bytes: &Bytes) {
        let message = match codec::to_worker(bytes) {
            Ok(message) => message,
            Err(error) => {
                log::error!(target: TARGET, "A message of the master was dropped: {error}");
                return;
            }
        };
        match message {
            ToWorker::Ack { index, session } => self.accepted(index, session),
            ToWorker::Spawn(job) => {
                self.send(&ToMaster::Spawning);
                let _ = work.send(Work::Job(job));
            }
            ToWorker::Stop => drop(work.send(Work::Stop {
                at_masters_wish: true,
                reply: None,
            })),
            ToWorker::Quit => {
                log::info!(target: TARGET, "Got quit message from master, shutting down...");
                let _ = work.send(Work::Quit(None));
            }
            ToWorker::Reconnect => {
                log::warn!(target: TARGET, "Received reconnect message from master.");
                self.reconnect().await;
            }
            ToWorker::Heartbeat { received } => {
                self.echoed_at = Instant::now();
                if let Some(received) = received {
                    for bytes in self.reports.received(received, Instant::now()) {
                        self.socket.send(bytes);
                    }
                }
                side.audience.tell(WorkerNotice::HeartbeatReceived);
            }
            ToWorker::SpawningComplete(user_count) => drop(work.send(Work::SpawningComplete(user_count))),
            ToWorker::UpdateUserClass(settings) => {
                side.audience.tell(WorkerNotice::UpdateUserClass(settings));
            }
            ToWorker::Custom { kind, data } => side.audience.tell(WorkerNotice::Custom { kind, data }),
            // An answer to a question that was asked before.
            ToWorker::Locustfile(_) => {}
        }
    }

    fn accepted(&mut self, index: Option<i64>, session: Option<String>) {
        self.index.send_replace(Some(index.unwrap_or(-1)));
        let dropped = self.reports.begin_session(session);
        if dropped > 0 {
            log::warn!(target: TARGET, "The master was restarted: {dropped} report(s) that it never took are dropped");
        }
    }

    async fn reconnect(&mut self) {
        log::info!(target: TARGET, "Reset connection to master");
        let MasterAddress { host, port, key } = &self.master;
        match WorkerSocket::connect(host, *port, &self.id, key.as_ref()).await {
            Ok(socket) => {
                let before = std::mem::replace(&mut self.socket, socket);
                before.close().await;
            }
            Err(error) => log::error!(target: TARGET, "{error}"),
        }
    }

    fn say_ready(&self) {
        self.send(&ToMaster::ClientReady(Version::Of(self.version.clone())));
    }

    fn send(&self, message: &ToMaster) {
        let message = match message {
            // The conductor knows no versions.
            ToMaster::ClientReady(_) => &ToMaster::ClientReady(Version::Of(self.version.clone())),
            message => message,
        };
        if !self.socket.send(codec::for_master(message, &self.id)) {
            log::debug!(target: TARGET, "The master takes no message");
        }
    }

    /// A sign of life, unless the master gives none.
    fn live(&mut self, side: &mut WorkerSide, work: &mpsc::UnboundedSender<Work>) {
        let silence = self.echoed_at.elapsed();
        let patience = self.settings.master_timeout;
        if silence > patience {
            log::error!(target: TARGET, "Didn't get heartbeat from master in over {}s", patience.as_secs());
            self.echoed_at = Instant::now();
            let _ = work.send(Work::Quit(None));
        }
        let (cpu_usage, memory_usage) = (side.usage)();
        let requests = self
            .reports
            .is_numbered()
            .then(|| side.collector.with(|stats| stats.total().num_requests()));
        let state = worker_state(self.status.borrow().state).to_string();
        self.send(&ToMaster::Heartbeat(Heartbeat {
            state,
            cpu_usage,
            memory_usage,
            requests,
        }));
    }

    /// What was measured since the last report. While the master is silent, it may wait: more of it makes no more rows.
    async fn report(&mut self, side: &mut WorkerSide, may_wait: bool) {
        if may_wait && self.reports.is_numbered() && self.reports.are_stuck() {
            return;
        }
        let users = side.host.user_counts();
        let delta = side.collector.take_unsent();
        let mut extra = BTreeMap::new();
        if side.audience.wants_reports() {
            let asked = side.audience.report_extra(codec::told(&delta, &users));
            if let Ok(Ok(added)) = timeout(LISTENERS_GRACE, asked).await {
                extra = added;
            }
        }
        let numbered = self.reports.next_number().map(|(session, number)| {
            let health = side.collector.health().snapshot();
            Numbered {
                session,
                number,
                health: WorkerHealth {
                    saturated: health.saturated,
                    reason: health.reason,
                    resume_lag_p99_ms: Some(health.resume_lag_p99_ms),
                },
            }
        });
        let number = numbered.as_ref().map(|numbered| numbered.number);
        let (bytes, exceptions) = codec::report(&delta, &users, extra, numbered, &self.id);
        if let Some(number) = number {
            self.reports.sent(number, bytes.clone(), Instant::now());
        }
        self.socket.send(bytes);
        for row in exceptions {
            for _ in 0..row.count.min(MOST_EXCEPTIONS) {
                self.send(&ToMaster::Exception {
                    message: row.message.to_string(),
                    traceback: row.traceback.to_string(),
                });
            }
        }
    }
}

/// Of one kind in one report: Locust has a message for each, and no number in it.
const MOST_EXCEPTIONS: u64 = 1_000;

/// Attempts to connect are of no interest before: master and workers are started together.
const QUIET_FOR: Duration = Duration::from_secs(30);

fn obey_runner(command: RunnerCommand, work: &mpsc::UnboundedSender<Work>) {
    match command {
        RunnerCommand::Start(_, reply) => drop(reply.send(Err(RunnerError::LedByMaster))),
        RunnerCommand::StartShape(_, reply) => drop(reply.send(Err(RunnerError::LedByMaster))),
        RunnerCommand::Stop(reply) => drop(work.send(Work::Stop {
            at_masters_wish: false,
            reply: Some(reply),
        })),
        RunnerCommand::Quit(reply) => drop(work.send(Work::Quit(Some(reply)))),
        RunnerCommand::WorkerJoined(_) | RunnerCommand::WorkerLeft(_) | RunnerCommand::Fail(_) => {}
    }
}

/// What a worker says of itself: its master knows no state after a test but ready.
fn worker_state(state: RunState) -> RunState {
    match state {
        RunState::Spawning | RunState::Running => state,
        _ => RunState::Ready,
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now(), period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
