//! The thread on which requests are sent, read and timed. Touches no Python; answers go to the hub queue.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use katydid_http as http;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::hub_queue::{HubItem, HubQueue, Ticket};
use crate::outcome::Outcome;
use crate::workers::{Worker, Workers};

/// One thing that the I/O thread is asked to do.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every command is a request; in a box of its own it would be freed on the other thread"
)]
pub(crate) enum IoCommand {
    /// Send this request over this user's connections.
    Send(SendJob),
    /// Read the next piece of a streamed body.
    Read { reply_to: ReplyTo, body: BodyHandle },
    /// The greenlet that held this ticket is gone: give up what was done for it.
    Cancel(Ticket),
}

/// A request to send.
pub(crate) struct SendJob {
    pub(crate) reply_to: ReplyTo,
    pub(crate) pool: Arc<http::Pool>,
    pub(crate) request: http::Request,
    pub(crate) started: Instant,
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

/// The sending end: commands in order, one wake-up for any number of them.
#[derive(Clone)]
pub(crate) struct IoThread {
    commands: Arc<Commands>,
}

#[derive(Default)]
struct Commands {
    waiting: Mutex<Vec<IoCommand>>,
    wake: Notify,
}

impl IoThread {
    /// Starts the thread. Fails when the system refuses one.
    pub(crate) fn start(hub: Arc<HubQueue>) -> io::Result<Self> {
        let commands = Arc::<Commands>::default();
        let (runtime, _) = crate::shared::current_thread_runtime()?;
        let serving = serve(commands.clone(), hub);
        std::thread::Builder::new()
            .name("katydid-io".into())
            .spawn(move || runtime.block_on(serving))?;
        Ok(Self { commands })
    }

    /// Asks for something. Never blocks.
    pub(crate) fn ask(&self, command: IoCommand) {
        let was_empty = {
            let mut waiting = self.commands.waiting.lock();
            waiting.push(command);
            waiting.len() == 1
        };
        if was_empty {
            self.commands.wake.notify_one();
        }
    }
}

thread_local! {
    static WORKERS: Workers<Job> = const { Workers::new() };
}

/// A piece of work that takes its time.
#[expect(clippy::large_enum_variant, reason = "nearly every job is a request")]
enum Job {
    Send(SendJob),
    Read { reply_to: ReplyTo, body: BodyHandle },
}

async fn serve(commands: Arc<Commands>, hub: Arc<HubQueue>) {
    let client = http::Client::default();
    let mut batch = Vec::new();
    loop {
        std::mem::swap(&mut *commands.waiting.lock(), &mut batch);
        if batch.is_empty() {
            commands.wake.notified().await;
            continue;
        }
        for command in batch.drain(..) {
            let (ticket, job) = match command {
                IoCommand::Send(job) => (job.reply_to.ticket(), Job::Send(job)),
                IoCommand::Read { reply_to, body } => (reply_to.ticket(), Job::Read { reply_to, body }),
                IoCommand::Cancel(ticket) => {
                    WORKERS.with(|workers| workers.cancel(ticket));
                    continue;
                }
            };
            WORKERS.with(|workers| {
                workers.start(ticket, job, |worker| work(worker, client.clone(), hub.clone()));
            });
        }
        // The requests just started get their turn before we look again.
        tokio::task::yield_now().await;
    }
}

/// The life of a worker: one job after the other.
async fn work(worker: Arc<Worker<Job>>, client: http::Client, hub: Arc<HubQueue>) {
    loop {
        match worker.next_job().await {
            Job::Send(SendJob {
                reply_to,
                pool,
                request,
                started,
            }) => {
                let result = client.send(&pool, request, started).await;
                finish(&hub, reply_to, Outcome::Http(Box::new(result)));
            }
            Job::Read { reply_to, body } => {
                let chunk = next_chunk(&body).await;
                finish(&hub, reply_to, Outcome::Chunk(chunk));
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

fn finish(hub: &HubQueue, reply_to: ReplyTo, outcome: Outcome) {
    match reply_to {
        ReplyTo::Hub(ticket) => {
            WORKERS.with(|workers| workers.finish(ticket));
            hub.push(HubItem::Finished(ticket, outcome));
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
