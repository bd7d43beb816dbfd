//! The hub thread's end of the queue: greenlets park here and are resumed here, and nowhere else.
//! Does not know what they wait for.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::control::{Command, ControlCommand, RunnerId};
use crate::greenlet::GreenletApi;
use crate::hub_queue::{HubItem, HubQueue, LogLine, Ticket};
use crate::io_thread::{IoCommand, IoThread};
use crate::outcome::Outcome;
use crate::parking::Parking;
use crate::round_trip::RoundTrip;

/// The hub of one thread that runs gevent. Every Python object that Rust holds on to for a while
/// (parked greenlets, performers) lives here and is touched on this thread only.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Hub {
    queue: Arc<HubQueue>,
    greenlets: GreenletApi,
    gevent_hub: Py<PyAny>,
    thread: ThreadId,
    parking: Mutex<Parking>,
    /// Waits by deadline; entries of greenlets that died meanwhile are skipped by their generation.
    waits: Mutex<BinaryHeap<Reverse<(Instant, Ticket)>>>,
    /// The drained batch's buffer, kept to be filled again.
    batch: Mutex<Vec<HubItem>>,
    io: IoThread,
    /// Whether greenlets are being resumed one after the other, each of which may ask for more.
    resumes: AtomicBool,
    performers: Mutex<HashMap<RunnerId, Py<PyAny>>>,
    callbacks: Callbacks,
    /// The greenlet that was resumed with an answer last and has not asked `must_yield` since. Only compared, never followed.
    answered_last: AtomicUsize,
}

/// What hub.py does for us.
struct Callbacks {
    /// `arm(seconds)`: call `Hub.wake_sleepers` after so many seconds.
    arm: Py<PyAny>,
    /// `control(perform, command)`: run a command in a control greenlet.
    control: Py<PyAny>,
    /// `log(lines)`: hand log records to Python's logging, in a greenlet of its own.
    log: Py<PyAny>,
}

#[pymethods]
impl Hub {
    #[new]
    fn new(
        py: Python<'_>,
        gevent_hub: Py<PyAny>,
        arm: Py<PyAny>,
        control: Py<PyAny>,
        log: Py<PyAny>,
    ) -> PyResult<Self> {
        let queue = crate::shared::hub_queue()?;
        crate::logging::install(queue.clone());
        let io = crate::shared::io_thread()?.clone();
        crate::placement::keep_beside(io.thread())?;
        Ok(Self {
            queue,
            greenlets: GreenletApi::load(py)?,
            gevent_hub,
            thread: std::thread::current().id(),
            parking: Mutex::default(),
            waits: Mutex::default(),
            batch: Mutex::default(),
            io,
            resumes: AtomicBool::new(false),
            performers: Mutex::default(),
            callbacks: Callbacks { arm, control, log },
            answered_last: AtomicUsize::new(0),
        })
    }

    /// The descriptor that gevent's loop watches for reading; `drain` is to be called when it is readable.
    fn fileno(&self) -> i32 {
        self.queue.descriptor()
    }

    /// Resumes every greenlet whose answer has come, and starts the commands that other threads sent.
    /// Called by the loop, in the hub greenlet.
    fn drain(&self, py: Python<'_>) {
        self.resumes.store(true, Ordering::Relaxed);
        let mut batch = std::mem::take(&mut *self.batch.lock());
        let mut lines = Vec::new();
        let started = Instant::now();
        while self.queue.take(&mut batch) {
            batch
                .iter()
                .filter_map(HubItem::trip)
                .for_each(RoundTrip::is_needed_soon);
            for item in batch.drain(..) {
                match item {
                    HubItem::Finished(ticket, outcome) => self.resume(py, ticket, outcome),
                    HubItem::Control(command) => self.start(py, command),
                    HubItem::Log(line) => lines.push(line),
                }
            }
            if started.elapsed() >= TURN {
                break;
            }
        }
        self.resumes.store(false, Ordering::Relaxed);
        self.io.release();
        *self.batch.lock() = batch;
        if !lines.is_empty() {
            let logged = self.callbacks.log.call1(py, (log_tuples(&lines),));
            report(py, logged.map(drop));
        }
    }

    /// Tells that so many of the log records that `drain` handed out are written.
    fn note_written_logs(&self, count: usize) {
        self.queue.note_written_logs(count);
    }

    /// Lets the calling greenlet wait for `seconds`; others go on. Zero or less only gives others a turn.
    fn sleep(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let deadline = Instant::now() + Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(FOREVER);
        self.park(py, |ticket| {
            let mut waits = self.waits.lock();
            let earliest = waits.peek().is_none_or(|Reverse((first, _))| deadline < *first);
            waits.push(Reverse((deadline, ticket)));
            drop(waits);
            if earliest { self.arm(py, deadline) } else { Ok(()) }
        })
        .map(drop)
    }

    /// Resumes every greenlet whose wait is over. Called by the loop's timer, in the hub greenlet.
    fn wake_sleepers(&self, py: Python<'_>) -> PyResult<()> {
        let now = Instant::now();
        loop {
            let ticket = {
                let mut waits = self.waits.lock();
                match waits.peek() {
                    Some(Reverse((deadline, _))) if *deadline <= now => waits.pop().map(|Reverse(due)| due.1),
                    _ => None,
                }
            };
            let Some(ticket) = ticket else { break };
            self.resume(py, ticket, Outcome::Slept);
        }
        let next = self.waits.lock().peek().map(|Reverse((deadline, _))| *deadline);
        next.map_or(Ok(()), |deadline| self.arm(py, deadline))
    }

    /// The command that the runner answers `command` with, if it does so at once. Blocks the thread for that moment, so that
    /// no greenlet runs between the two: with Locust they are one piece of code.
    fn follow_up(&self, py: Python<'_>, command: &Bound<'_, Command>) -> Option<Command> {
        let Command {
            runner, is_followed, ..
        } = *command.get();
        if !is_followed {
            return None;
        }
        let next = py.detach(|| self.queue.wait_for_command(runner, FOLLOW_UP_LIMIT));
        next.map(Command::new)
    }

    /// Whether the calling greenlet must give others a turn, because it has not waited for an answer since the last call:
    /// a task that sent a request has let others run already.
    fn must_yield(&self, py: Python<'_>) -> PyResult<bool> {
        let current = self.greenlets.current(py)?.as_ptr() as usize;
        Ok(self.answered_last.swap(0, Ordering::Relaxed) != current)
    }
}

/// After this long the loop gets its turn, because timers, commands and other watchers wait meanwhile. What is queued
/// keeps the descriptor readable.
const TURN: Duration = Duration::from_micros(200);

/// What a wait longer than the clock can express becomes: about 30 years.
const FOREVER: Duration = Duration::from_secs(1_000_000_000);

/// How long the thread waits for a command that follows at once. Only a runner that was told otherwise meanwhile takes so long.
const FOLLOW_UP_LIMIT: Duration = Duration::from_millis(50);

impl Hub {
    /// Parks the calling greenlet until its ticket is resumed. `register` gets the ticket, to hand it to whoever
    /// will answer. Fails with what is thrown into the greenlet meanwhile; its ticket is void then, so that a late answer goes nowhere.
    ///
    /// A parked greenlet's stack is copied away and back: what is done before and after is in functions of their own.
    pub(crate) fn park(
        &self,
        py: Python<'_>,
        register: impl FnOnce(Ticket) -> PyResult<()>,
    ) -> PyResult<Outcome> {
        let ticket = self.enter(py, register)?;
        loop {
            let switched = self.greenlets.switch(py, &self.gevent_hub);
            if let Some(outcome) = self.wake_up(py, ticket, switched) {
                return outcome;
            }
        }
    }

    #[inline(never)]
    fn enter(&self, py: Python<'_>, register: impl FnOnce(Ticket) -> PyResult<()>) -> PyResult<Ticket> {
        let current = self.greenlets.current(py)?;
        if current.is(self.gevent_hub.bind(py)) {
            return Err(PyRuntimeError::new_err(
                "a callback of the event loop must not block: spawn a greenlet for it",
            ));
        }
        let ticket = self.parking.lock().enter(current.unbind());
        if let Err(error) = register(ticket) {
            let left = self.parking.lock().leave(ticket);
            drop(left);
            return Err(error);
        }
        Ok(ticket)
    }

    /// What the calling greenlet was resumed with; nothing when that was by somebody who holds the greenlet but not
    /// its answer: it is to wait on.
    #[inline(never)]
    fn wake_up(&self, py: Python<'_>, ticket: Ticket, switched: PyResult<()>) -> Option<PyResult<Outcome>> {
        if let Err(thrown) = switched {
            let left = self.parking.lock().leave(ticket);
            drop(left);
            return Some(Err(thrown));
        }
        let outcome = self.parking.lock().finish(ticket)?;
        let answered = match outcome {
            Outcome::Slept => 0,
            _ => self
                .greenlets
                .current(py)
                .map_or(0, |current| current.as_ptr() as usize),
        };
        self.answered_last.store(answered, Ordering::Relaxed);
        Some(Ok(outcome))
    }

    /// Asks the I/O thread for something, for the greenlet that parks next.
    pub(crate) fn ask(&self, command: IoCommand) {
        self.io.ask(command, self.resumes.load(Ordering::Relaxed));
    }

    /// Whether the calling thread is the one whose greenlets park here.
    pub(crate) fn is_current_thread(&self) -> bool {
        std::thread::current().id() == self.thread
    }

    /// The queue through which other threads answer.
    pub(crate) fn queue(&self) -> &Arc<HubQueue> {
        &self.queue
    }

    /// Commands for this runner go to `perform` from now on.
    pub(crate) fn add_performer(&self, runner: RunnerId, perform: Py<PyAny>) {
        self.performers.lock().insert(runner, perform);
    }

    fn resume(&self, py: Python<'_>, ticket: Ticket, outcome: Outcome) {
        let Some(greenlet) = self.parking.lock().answer(py, ticket, outcome) else {
            return;
        };
        if let Err(error) = self.greenlets.switch(py, &greenlet) {
            // Greenlets of gevent report their own errors; this is a raw greenlet's, which has nobody else.
            error.write_unraisable(py, Some(greenlet.bind(py)));
        }
    }

    fn start(&self, py: Python<'_>, command: ControlCommand) {
        let known = self
            .performers
            .lock()
            .get(&command.runner)
            .map(|found| found.clone_ref(py));
        if let Some(performer) = known {
            let started = self
                .callbacks
                .control
                .call1(py, (performer, Command::new(command)));
            report(py, started.map(drop));
        }
    }

    fn arm(&self, py: Python<'_>, deadline: Instant) -> PyResult<()> {
        let seconds = deadline.saturating_duration_since(Instant::now()).as_secs_f64();
        self.callbacks.arm.call1(py, (seconds,)).map(drop)
    }
}

/// Shows an error that has no caller to go to. What is queued behind it must not be lost.
fn report(py: Python<'_>, result: PyResult<()>) {
    if let Err(error) = result {
        error.write_unraisable(py, None);
    }
}

pub(crate) fn log_tuples(lines: &[LogLine]) -> Vec<(&str, u8, &str)> {
    lines
        .iter()
        .map(|line| (&*line.target, python_level(line.level), &*line.message))
        .collect()
}

/// The number of Python's logging level of the same name.
fn python_level(level: log::Level) -> u8 {
    match level {
        log::Level::Error => 40,
        log::Level::Warn => 30,
        log::Level::Info => 20,
        log::Level::Debug => 10,
        log::Level::Trace => 5,
    }
}
