//! The thread on which requests are sent, read and timed. Touches no Python; answers go to the hub queue.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use katydid_http as http;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::hub_queue::{HubItem, HubQueue, Ticket};
use crate::outcome::Outcome;

/// One thing that the I/O thread is asked to do.
pub(crate) enum IoCommand {
    /// Send this request over this user's connections.
    Send {
        reply_to: ReplyTo,
        pool: Arc<http::Pool>,
        request: Box<http::Request>,
        started: Instant,
    },
    /// Read the next piece of a streamed body.
    Read { reply_to: ReplyTo, body: BodyHandle },
    /// The greenlet that held this ticket is gone: give up what was done for it.
    Cancel(Ticket),
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
    /// What runs for each ticket, by its index, so that it can be cancelled.
    static RUNNING: RefCell<Vec<Option<(Ticket, AbortHandle)>>> = const { RefCell::new(Vec::new()) };
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
            perform(command, &client, &hub);
        }
        // The requests just started get their turn before we look again.
        tokio::task::yield_now().await;
    }
}

fn perform(command: IoCommand, client: &http::Client, hub: &Arc<HubQueue>) {
    match command {
        IoCommand::Send {
            reply_to,
            pool,
            request,
            started,
        } => {
            let (client, hub) = (client.clone(), hub.clone());
            start(reply_to.ticket(), async move {
                let result = client.send(&pool, *request, started).await;
                finish(&hub, reply_to, Outcome::Http(Box::new(result)));
            });
        }
        IoCommand::Read { reply_to, body } => {
            let hub = hub.clone();
            start(reply_to.ticket(), async move {
                let mut stream = body.lock().await;
                let chunk = match stream.as_mut() {
                    Some(open) => open.chunk().await,
                    None => Ok(None),
                };
                if !matches!(chunk, Ok(Some(_))) {
                    *stream = None;
                }
                finish(&hub, reply_to, Outcome::Chunk(chunk));
            });
        }
        IoCommand::Cancel(ticket) => cancel(ticket),
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

fn start(ticket: Option<Ticket>, work: impl Future<Output = ()> + Send + 'static) {
    let handle = tokio::spawn(work).abort_handle();
    let Some(ticket) = ticket else { return };
    RUNNING.with_borrow_mut(|running| {
        let index = ticket.index as usize;
        if running.len() <= index {
            running.resize_with(index + 1, || None);
        }
        running[index] = Some((ticket, handle));
    });
}

/// Answers, and lets go of the finished task's memory.
fn finish(hub: &HubQueue, reply_to: ReplyTo, outcome: Outcome) {
    let ticket = match reply_to {
        ReplyTo::Hub(ticket) => ticket,
        ReplyTo::Thread(sender) => {
            // A thread that is gone no longer wants to know.
            let _ = sender.send(outcome);
            return;
        }
    };
    RUNNING.with_borrow_mut(|running| {
        if let Some(place) = running.get_mut(ticket.index as usize)
            && place.as_ref().is_some_and(|(owner, _)| *owner == ticket)
        {
            *place = None;
        }
    });
    hub.push(HubItem::Finished(ticket, outcome));
}

fn cancel(ticket: Ticket) {
    RUNNING.with_borrow_mut(|running| {
        let Some(place) = running.get_mut(ticket.index as usize) else {
            return;
        };
        if let Some((_, handle)) = place.take_if(|(owner, _)| *owner == ticket) {
            handle.abort();
        }
    });
}
