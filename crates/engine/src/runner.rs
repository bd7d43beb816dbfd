//! The runner: the loop that leads a test. Commands in, calls to the host out, status by watch.
//!
//! It decides nothing about numbers ([`crate::Dispatcher`] does) and owns no user (the host does). At most one
//! call to the host is waited for at a time, and commands are taken meanwhile, so a slow host delays the run but
//! never blocks whoever wants to end it.

mod handle;
mod leading;
mod status;
mod workers;

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::command::{RunnerCommand, StartRequest};
use crate::dispatch::Dispatcher;
use crate::error::RunnerError;
use crate::event::{Announced, RunEvent};
use crate::host::{HostError, HostReply, UserHost};
use crate::shape::ShapeTick;
use crate::state::RunState;
use crate::user_class::UserCounts;
pub use handle::RunnerHandle;
use leading::{Leading, SHAPE_INTERVAL};
pub use status::RunnerStatus;

/// Called with each event before listeners in user code are, on the runner's own task: it must be quick.
pub type Observer = Box<dyn FnMut(&RunEvent) + Send>;

/// A call to the host whose reply is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    TestStart,
    SetUsers,
    SpawningComplete,
    TestStopping,
    StopAll,
    TestStop,
}

/// An awaited call; what listeners said counts for those that are announcements.
struct Awaited {
    call: Call,
    reply: HostReply<Option<Announced>>,
}

/// Something the loop woke up for.
enum Wake {
    Command(Option<RunnerCommand>),
    Replied(Call, Result<Option<Announced>, HostError>),
    StepDue,
    Ticked(Result<Option<ShapeTick>, HostError>),
    TickDue,
}

/// Leads one test after the other until it is told to quit.
pub struct Runner {
    host: Arc<dyn UserHost>,
    observer: Observer,
    commands: mpsc::UnboundedReceiver<RunnerCommand>,
    status: watch::Sender<RunnerStatus>,
    /// Who has users, if that is not this process alone; in the order in which they came.
    workers: Option<Vec<Arc<str>>>,
    dispatcher: Option<Dispatcher>,
    awaited: Option<Awaited>,
    /// When the next step of the ramp is due.
    step_due: Option<Instant>,
    leading: Option<Leading>,
    /// A start that came while the test before was stopping.
    next_start: Option<StartRequest>,
    stop_wanted: bool,
    quit_wanted: bool,
    finished: bool,
    waiting_for_stop: Vec<oneshot::Sender<()>>,
    waiting_for_quit: Vec<oneshot::Sender<()>>,
}

impl Runner {
    /// Makes a runner and the handle to it. Nothing happens until [`Runner::run`] is polled.
    pub fn new(host: Arc<dyn UserHost>, observer: Observer) -> (Self, RunnerHandle) {
        Self::with_workers(host, observer, None)
    }

    /// The same for a host whose users are on workers. Who they are is told by [`RunnerCommand::WorkerJoined`] and
    /// [`RunnerCommand::WorkerLeft`].
    pub fn over_workers(host: Arc<dyn UserHost>, observer: Observer) -> (Self, RunnerHandle) {
        Self::with_workers(host, observer, Some(Vec::new()))
    }

    fn with_workers(
        host: Arc<dyn UserHost>,
        observer: Observer,
        workers: Option<Vec<Arc<str>>>,
    ) -> (Self, RunnerHandle) {
        // Unbounded: commands come from people and listeners, a handful per test, and must never block them.
        let (command_sender, commands) = mpsc::unbounded_channel();
        let (status, status_receiver) = watch::channel(RunnerStatus::default());
        let runner = Self {
            host,
            observer,
            commands,
            status,
            workers,
            dispatcher: None,
            awaited: None,
            step_due: None,
            leading: None,
            next_start: None,
            stop_wanted: false,
            quit_wanted: false,
            finished: false,
            waiting_for_stop: Vec::new(),
            waiting_for_quit: Vec::new(),
        };
        (runner, RunnerHandle::new(command_sender, status_receiver))
    }

    /// Leads until [`RunnerCommand::Quit`], or until every handle is gone.
    pub async fn run(mut self) {
        while !self.finished {
            match self.wake().await {
                Wake::Command(Some(command)) => self.obey(command),
                Wake::Command(None) => self.quit(),
                Wake::Replied(call, result) => self.proceed(call, result),
                Wake::StepDue => self.step(),
                Wake::Ticked(tick) => self.follow(tick),
                Wake::TickDue => self.ask_shape(),
            }
        }
        self.leave();
    }

    /// Waits for the next thing to do. Commands come first, so that a busy ramp cannot keep a stop waiting.
    async fn wake(&mut self) -> Wake {
        let busy = self.awaited.is_some();
        let (question, tick_due) = match &mut self.leading {
            Some(Leading {
                question: Some(question),
                ..
            }) => (Some(question), None),
            Some(leading) => (None, Some(leading.asked_at + SHAPE_INTERVAL)),
            None => (None, None),
        };
        tokio::select! {
            biased;
            command = self.commands.recv(), if !self.quit_wanted || !self.commands.is_closed() => Wake::Command(command),
            (call, result) = reply_of(&mut self.awaited) => Wake::Replied(call, result),
            () = until(self.step_due), if !busy => Wake::StepDue,
            tick = answer_of(question) => Wake::Ticked(tick),
            () = until(tick_due) => Wake::TickDue,
        }
    }

    fn obey(&mut self, command: RunnerCommand) {
        match command {
            RunnerCommand::Start(request, reply) => {
                let _ = reply.send(self.start(request));
            }
            RunnerCommand::StartShape(request, reply) => {
                let _ = reply.send(self.start_shape(request));
            }
            RunnerCommand::WorkerJoined(id) => self.worker_joined(id),
            RunnerCommand::WorkerLeft(id) => self.worker_left(&id),
            RunnerCommand::Fail(why) => {
                self.note_failure(&HostError(why));
                self.stop();
            }
            RunnerCommand::Stop(reply) => {
                self.waiting_for_stop.push(reply);
                self.stop();
            }
            RunnerCommand::Quit(reply) => {
                self.waiting_for_quit.push(reply);
                self.quit();
            }
        }
    }

    fn start(&mut self, request: StartRequest) -> Result<(), RunnerError> {
        if self.quit_wanted {
            return Err(RunnerError::Quit);
        }
        if self.stop_wanted {
            Dispatcher::local(request.user_classes.clone())?.begin(
                request.user_count,
                request.spawn_rate,
                request.only.as_deref(),
            )?;
            self.next_start = Some(request);
            return Ok(());
        }
        self.prepare_ramp(request)?;
        if self.state().is_active() {
            self.begin_ramp();
        } else if self.awaited.is_none() {
            self.status.send_modify(|status| status.failure = None);
            self.announce(Call::TestStart, RunEvent::TestStart);
        }
        Ok(())
    }

    /// Works out the ramp; the first change of a test keeps the classes that the test began with.
    fn prepare_ramp(&mut self, request: StartRequest) -> Result<(), RunnerError> {
        let StartRequest {
            user_count,
            spawn_rate,
            user_classes,
            only,
        } = request;
        match &mut self.dispatcher {
            Some(dispatcher) => dispatcher.begin(user_count, spawn_rate, only.as_deref())?,
            None => {
                if self.workers.as_ref().is_some_and(Vec::is_empty) {
                    return Err(RunnerError::NoWorker);
                }
                let mut dispatcher = self.new_dispatcher(user_classes)?;
                dispatcher.begin(user_count, spawn_rate, only.as_deref())?;
                self.dispatcher = Some(dispatcher);
            }
        }
        self.status.send_modify(|status| {
            status.target_user_count = user_count.unsigned_abs();
            status.spawn_rate = spawn_rate;
        });
        Ok(())
    }

    /// Takes the first step at once. A call of the ramp before is no longer waited for: numbers are absolute.
    fn begin_ramp(&mut self) {
        let status = self.status.borrow().clone();
        log::info!(
            target: TARGET,
            "Ramping to {} users at a rate of {:.2} per second", status.target_user_count, status.spawn_rate
        );
        self.enter(RunState::Spawning);
        self.abandon_set_users();
        let lead = self.dispatcher.as_ref().map_or(Duration::ZERO, Dispatcher::lead);
        self.step_due = Some(Instant::now() + lead);
    }

    fn step(&mut self) {
        let (Some(due), Some(dispatcher)) = (self.step_due.take(), &mut self.dispatcher) else {
            return;
        };
        let now = Instant::now();
        let late = now.saturating_duration_since(due);
        let Some(step) = dispatcher.next_step() else {
            return self.complete_ramp();
        };
        // Steps keep to the plan made at the start of the ramp, unless one is a whole pause late: users that are
        // overdue then start at the wanted rate, not in a burst.
        let start = if late > step.pause { now } else { due };
        let ends_ramp = dispatcher.is_over();
        if !ends_ramp {
            self.step_due = start.checked_add(step.pause);
        }
        self.status.send_modify(|status| {
            status.spawn_lag = late;
            status.spawn_steps += 1;
        });
        log::debug!(target: TARGET, "Ramping to {}", status::counts_for_log(&step.total()));
        let reply = self.host.take_step(step, ends_ramp);
        self.wait_for(Call::SetUsers, async { reply.await.map(|()| None) });
    }

    fn complete_ramp(&mut self) {
        let counts = self.host.user_counts();
        let user_count = counts.values().sum();
        log::info!(target: TARGET, "All users spawned: {}", status::counts_for_log(&counts));
        self.status
            .send_modify(|status| status.target_user_counts = counts);
        self.enter(RunState::Running);
        self.announce(Call::SpawningComplete, RunEvent::SpawningComplete { user_count });
    }

    /// Goes on after the host has answered.
    fn proceed(&mut self, call: Call, result: Result<Option<Announced>, HostError>) {
        let failed = result.is_err();
        match result {
            Ok(Some(said)) => self
                .status
                .send_modify(|status| status.announced = status.announced.and_then(said)),
            Ok(None) => {}
            Err(error) => self.note_failure(&error),
        }
        match call {
            Call::TestStopping => self.stop_users(),
            Call::StopAll => self.tell_stopped(),
            Call::TestStop => self.settle(),
            _ if self.stop_wanted || failed => self.stop_now(),
            Call::TestStart => self.begin_ramp(),
            Call::SetUsers if self.dispatcher.as_ref().is_some_and(Dispatcher::is_over) => {
                self.complete_ramp()
            }
            // Workers came or went while the last step was carried out.
            Call::SetUsers if self.step_due.is_none() => self.step_due = Some(Instant::now()),
            Call::SetUsers | Call::SpawningComplete => {}
        }
    }

    fn note_failure(&mut self, error: &HostError) {
        log::error!(target: TARGET, "{error}");
        self.status.send_modify(|status| {
            status.failure.get_or_insert_with(|| error.to_string());
        });
    }

    fn stop(&mut self) {
        self.leading = None;
        self.next_start = None;
        if self.stop_wanted {
            return;
        }
        if self.state() == RunState::Stopped && self.awaited.is_none() {
            return self.settle();
        }
        self.stop_wanted = true;
        self.abandon_set_users();
        if self.awaited.is_none() {
            self.stop_now();
        }
    }

    fn quit(&mut self) {
        self.quit_wanted = true;
        self.stop();
    }

    fn stop_now(&mut self) {
        self.stop_wanted = true;
        self.leading = None;
        self.step_due = None;
        self.announce(Call::TestStopping, RunEvent::TestStopping);
    }

    fn stop_users(&mut self) {
        let counts = self.host.user_counts();
        self.status
            .send_modify(|status| status.final_user_counts = counts);
        self.enter(RunState::Cleanup);
        let reply = self.host.stop_all();
        self.wait_for(Call::StopAll, async { reply.await.map(|()| None) });
    }

    fn tell_stopped(&mut self) {
        self.dispatcher = None;
        self.enter(RunState::Stopped);
        self.announce(Call::TestStop, RunEvent::TestStop);
    }

    /// The test is over: whoever waited hears of it, and what was put off begins.
    fn settle(&mut self) {
        self.stop_wanted = false;
        self.finished = self.quit_wanted;
        for waiting in self.waiting_for_stop.drain(..) {
            let _ = waiting.send(());
        }
        if let Some(request) = self.next_start.take()
            && let Err(error) = self.start(request)
        {
            log::error!(target: TARGET, "{error}");
        }
    }

    fn leave(&mut self) {
        self.status.send_modify(|status| status.quit = true);
        for waiting in self.waiting_for_quit.drain(..) {
            let _ = waiting.send(());
        }
    }

    /// A ramp step that the host still works on is no longer waited for.
    fn abandon_set_users(&mut self) {
        self.awaited.take_if(|awaited| awaited.call == Call::SetUsers);
    }

    fn announce(&mut self, call: Call, event: RunEvent) {
        (self.observer)(&event);
        let reply = self.host.announce(event);
        self.wait_for(call, async { reply.await.map(Some) });
    }

    fn wait_for(
        &mut self,
        call: Call,
        reply: impl Future<Output = Result<Option<Announced>, HostError>> + Send + 'static,
    ) {
        debug_assert!(self.awaited.is_none(), "{call:?} while another call is awaited");
        self.awaited = Some(Awaited {
            call,
            reply: Box::pin(reply),
        });
    }

    fn state(&self) -> RunState {
        self.status.borrow().state
    }

    fn enter(&mut self, next: RunState) {
        let shape_active = self.leading.is_some();
        self.status.send_modify(|status| {
            debug_assert!(status.state.may_become(next), "{} to {next}", status.state);
            status.state = next;
            status.shape_active = shape_active;
            if next == RunState::Stopped {
                status.target_user_counts = UserCounts::new();
            }
        });
    }
}

/// The logger's name in Locust.
const TARGET: &str = "locust.runners";

async fn reply_of(awaited: &mut Option<Awaited>) -> (Call, Result<Option<Announced>, HostError>) {
    let Some(waiting) = awaited else {
        return pending().await;
    };
    let (call, result) = (waiting.call, waiting.reply.as_mut().await);
    *awaited = None;
    (call, result)
}

async fn answer_of(
    question: Option<&mut HostReply<Option<ShapeTick>>>,
) -> Result<Option<ShapeTick>, HostError> {
    match question {
        Some(question) => question.as_mut().await,
        None => pending().await,
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => pending().await,
    }
}
