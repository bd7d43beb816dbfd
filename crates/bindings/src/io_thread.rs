//! The thread on which requests are sent, read and timed. Touches no Python; answers go to the hub queue.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use katydid_http as http;
use parking_lot::Mutex;
use tokio::runtime::Builder;
use tokio::sync::Notify;

use crate::hub_queue::{HubItem, HubQueue, Ticket};
use crate::outcome::Outcome;
use crate::round_trip::RoundTrip;
use crate::workers::{Worker, Workers};

/// One thing that the I/O thread is asked to do.
pub(crate) enum IoCommand {
    /// Send this request.
    Send { reply_to: ReplyTo, trip: Box<RoundTrip> },
    /// Read the next piece of a streamed body.
    Read { reply_to: ReplyTo, body: BodyHandle },
    /// The greenlet that held this ticket is gone: give up what was done for it.
    Cancel(Ticket),
}

impl IoCommand {
    fn trip(&self) -> Option<&RoundTrip> {
        match self {
            Self::Send { trip, .. } => Some(trip),
            Self::Read { .. } | Self::Cancel(_) => None,
        }
    }
}

/// Who waits for the answer.
pub(crate) enum ReplyTo {
    /// A greenlet of the hub thread.
    Hub(Ticket),
    /// Some other thread, which blocks.
    Thread(std::sync::mpsc::Sender<Outcome>),
}

/// A streamed body, shared between the Python object that reads it and the I/O thread.
pub(crate) type BodyHandle = Arc<tokio::sync::Mutex<Option<http::BodyStream>>>;

/// The sending end: commands in order, and no wake-up while the thread is awake.
#[derive(Clone)]
pub(crate) struct IoThread {
    commands: Arc<Commands>,
    thread: Option<katydid_cpu::Thread>,
}

#[derive(Default)]
struct Commands {
    waiting: Mutex<Vec<IoCommand>>,
    /// Whether the thread sleeps, or is about to: it has looked here for the last time.
    sleeps: AtomicBool,
    wake: Notify,
}

impl IoThread {
    /// Starts the thread. Fails when the system refuses one.
    pub(crate) fn start(hub: Arc<HubQueue>) -> io::Result<Self> {
        let commands = Arc::<Commands>::default();
        let mut builder = Builder::new_current_thread();
        let (sleeping, waking) = (commands.clone(), commands.clone());
        builder.on_thread_park(move || sleeping.fall_asleep());
        builder.on_thread_unpark(move || waking.sleeps.store(false, Ordering::Relaxed));
        let runtime = builder.enable_all().build()?;
        // A task of its own: waking the future that `block_on` drives costs a system call each time.
        runtime.spawn(serve(commands.clone(), hub));
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::Builder::new()
            .name("katydid-io".into())
            .spawn(move || {
                let _ = tell.send(katydid_cpu::Thread::current());
                runtime.block_on(std::future::pending::<()>())
            })?;
        let thread = told.recv().ok().flatten();
        Ok(Self { commands, thread })
    }

    /// The thread itself, where the system tells.
    pub(crate) fn thread(&self) -> Option<katydid_cpu::Thread> {
        self.thread
    }

    /// Asks for something. Never blocks. A command that `may_wait` does not wake the thread by itself: `release` does,
    /// or the thread's own look at what the hub thread, which is awake, asks for.
    pub(crate) fn ask(&self, command: IoCommand, may_wait: bool) {
        let count = self.commands.add(command);
        if !may_wait || count >= HELD {
            self.commands.wake_sleeper();
        }
    }

    /// Wakes the thread for whatever `ask` held back.
    pub(crate) fn release(&self) {
        self.commands.wake_if_asked();
    }
}

impl Commands {
    fn add(&self, command: IoCommand) -> usize {
        let mut waiting = self.waiting.lock();
        waiting.push(command);
        waiting.len()
    }

    /// Called on the I/O thread when it has nothing to do. Looks once more, after saying that it will not look again.
    fn fall_asleep(&self) {
        self.sleeps.store(true, Ordering::SeqCst);
        self.wake_if_asked();
    }

    fn wake_if_asked(&self) {
        if !self.waiting.lock().is_empty() {
            self.wake_sleeper();
        }
    }

    fn wake_sleeper(&self) {
        if self.sleeps.load(Ordering::SeqCst) && self.sleeps.swap(false, Ordering::SeqCst) {
            self.wake.notify_one();
        }
    }

    /// Waits for a command or an answer.
    async fn rest(&self, hub: &HubQueue) {
        let called = self.wake.notified();
        if hub.is_awake() {
            // It may hold something back: called or not, look again.
            let _ = tokio::time::timeout(LONGEST_HOLD, called).await;
        } else {
            called.await;
        }
    }

    /// Tells the hub thread of the answers so far. It may hold back what it asks while it resumes one greenlet after
    /// the other, so `serve` must look again.
    fn hand_over(&self, hub: &HubQueue) {
        ANSWERED.with_borrow_mut(|answers| {
            if !answers.is_empty() {
                hub.push_answers(answers);
                self.wake.notify_one();
            }
        });
    }
}

/// So many commands are not held back any longer: enough that a wake-up costs little for each.
const HELD: usize = 64;
/// How long a command is held back at most, when a greenlet that was resumed after its own keeps the hub thread busy.
const LONGEST_HOLD: Duration = Duration::from_millis(1);
/// Answers that are handed over together at the latest.
const ANSWERS: usize = 64;

thread_local! {
    static WORKERS: Workers<Job> = const { Workers::new() };
    /// Answers that the hub thread has not been told of: until there are enough, or nothing else is left to do.
    static ANSWERED: RefCell<Vec<HubItem>> = const { RefCell::new(Vec::new()) };
}

/// A piece of work that takes its time.
enum Job {
    Send {
        reply_to: ReplyTo,
        trip: Box<RoundTrip>,
        started: Instant,
    },
    Read {
        reply_to: ReplyTo,
        body: BodyHandle,
    },
}

/// Starts what is asked for and hands over what is answered, until the process ends.
async fn serve(commands: Arc<Commands>, hub: Arc<HubQueue>) {
    let client = http::Client::default();
    let mut batch = Vec::new();
    let mut patience = Patience::default();
    loop {
        let answers = ANSWERED.with_borrow(Vec::len);
        if answers > 0 && patience.ends(answers) {
            commands.hand_over(&hub);
        }
        std::mem::swap(&mut *commands.waiting.lock(), &mut batch);
        if batch.is_empty() && ANSWERED.with_borrow(Vec::is_empty) {
            commands.rest(&hub).await;
            continue;
        }
        let trips = || batch.iter().filter_map(IoCommand::trip);
        trips().for_each(RoundTrip::is_needed_soon);
        trips().for_each(RoundTrip::is_sent_soon);
        let started = Instant::now();
        for command in batch.drain(..) {
            let (ticket, job) = match command {
                IoCommand::Send { reply_to, trip } => {
                    let ticket = reply_to.ticket();
                    (
                        ticket,
                        Job::Send {
                            reply_to,
                            trip,
                            started,
                        },
                    )
                }
                IoCommand::Read { reply_to, body } => (reply_to.ticket(), Job::Read { reply_to, body }),
                IoCommand::Cancel(ticket) => {
                    WORKERS.with(|workers| workers.cancel(ticket));
                    continue;
                }
            };
            WORKERS.with(|workers| {
                workers.start(ticket, job, |worker| {
                    work(worker, client.clone(), commands.clone(), hub.clone())
                });
            });
        }
        // The requests just started, and whatever else is ready, get their turn before we look again.
        tokio::task::yield_now().await;
    }
}

/// Whether the next turn of the thread may bring more answers, so that one wake-up serves them all.
#[derive(Default)]
struct Patience {
    turns: u32,
    answers: usize,
}

impl Patience {
    /// Turns that an answer waits at most; each lasts as long as what was ready took, a few microseconds for most.
    const TURNS: u32 = 4;

    /// Called once in each turn that has answers: it is over when the last turn brought none.
    fn ends(&mut self, answers: usize) -> bool {
        let is_over = answers == self.answers || self.turns == Self::TURNS;
        *self = if is_over {
            Self::default()
        } else {
            Self {
                turns: self.turns + 1,
                answers,
            }
        };
        is_over
    }
}

/// The life of a worker: one job after the other.
async fn work(worker: Arc<Worker<Job>>, client: http::Client, commands: Arc<Commands>, hub: Arc<HubQueue>) {
    loop {
        match worker.next_job().await {
            Job::Send {
                reply_to,
                mut trip,
                started,
            } => {
                trip.travel(&client, started).await;
                finish(&commands, &hub, reply_to, Outcome::Http(trip));
            }
            Job::Read { reply_to, body } => {
                let chunk = next_chunk(&body).await;
                finish(&commands, &hub, reply_to, Outcome::Chunk(chunk));
            }
        }
        if !WORKERS.with(|workers| workers.rest(&worker)) {
            return;
        }
    }
}

async fn next_chunk(body: &BodyHandle) -> Result<Option<Bytes>, http::Error> {
    let mut stream = body.lock().await;
    let chunk = match stream.as_mut() {
        Some(open) => open.chunk().await,
        None => Ok(None),
    };
    if !matches!(chunk, Ok(Some(_))) {
        *stream = None;
    }
    chunk
}

fn finish(commands: &Commands, hub: &HubQueue, reply_to: ReplyTo, outcome: Outcome) {
    match reply_to {
        ReplyTo::Hub(ticket) => {
            WORKERS.with(|workers| workers.finish(ticket));
            let count = ANSWERED.with_borrow_mut(|answers| {
                answers.push(HubItem::Finished(ticket, outcome));
                answers.len()
            });
            if count == 1 {
                commands.wake.notify_one();
            } else if count >= ANSWERS {
                commands.hand_over(hub);
            }
        }
        ReplyTo::Thread(sender) => {
            // A thread that is gone no longer wants to know.
            let _ = sender.send(outcome);
        }
    }
}

impl ReplyTo {
    fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::Hub(ticket) => Some(*ticket),
            Self::Thread(_) => None,
        }
    }
}
