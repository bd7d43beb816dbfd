//! What other threads want from the hub thread: one queue, one wake-up. Never touches Python.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::control::{ControlCommand, RunnerId};
use crate::outcome::Outcome;

/// Names one parked greenlet. The generation keeps a late answer from resuming whoever got the place next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ticket {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

/// One thing for the hub thread to do.
pub(crate) enum HubItem {
    /// Resume the greenlet that holds this ticket.
    Finished(Ticket, Outcome),
    /// Run a command in a control greenlet.
    Control(ControlCommand),
    /// Hand a log record to Python's logging.
    Log(LogLine),
}

/// One log record on its way to Python.
pub(crate) struct LogLine {
    pub(crate) target: String,
    pub(crate) level: log::Level,
    pub(crate) message: String,
}

/// What has not been drained yet.
#[derive(Default)]
struct Waiting {
    items: Vec<HubItem>,
    /// When the oldest command among them came; nobody looks at the clock for an answer.
    commanded_at: Option<Instant>,
}

/// The queue, and the pipe whose read end gevent's loop watches. Unbounded: every entry answers
/// something that the hub thread itself asked for, so its length is bounded by the users that wait.
pub(crate) struct HubQueue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    reader: PipeReader,
    writer: PipeWriter,
}

impl HubQueue {
    /// Makes the queue. Fails when no pipe can be opened.
    pub(crate) fn new() -> std::io::Result<Self> {
        let (reader, writer) = std::io::pipe()?;
        Ok(Self {
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            reader,
            writer,
        })
    }

    /// The descriptor that becomes readable when there is something to drain.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.reader.as_raw_fd()
    }

    /// Adds one item and wakes the hub thread if the queue was empty.
    pub(crate) fn push(&self, item: HubItem) {
        let was_empty = {
            let mut waiting = self.waiting.lock();
            if matches!(item, HubItem::Control(_)) {
                waiting.commanded_at.get_or_insert_with(Instant::now);
            }
            waiting.items.push(item);
            waiting.items.len() == 1
        };
        if was_empty {
            // At most one byte is ever in the pipe, so this neither blocks nor can it be lost.
            let _ = (&self.writer).write(&[1]);
        }
        self.arrived.notify_one();
    }

    /// Waits on this thread, `limit` at most, for the next command of one runner, past whatever else is queued.
    pub(crate) fn wait_for_command(&self, runner: RunnerId, limit: Duration) -> Option<ControlCommand> {
        let deadline = Instant::now() + limit;
        let mut waiting = self.waiting.lock();
        loop {
            let wanted =
                |item: &HubItem| matches!(item, HubItem::Control(command) if command.runner == runner);
            if let Some(position) = waiting.items.iter().position(wanted) {
                let item = waiting.items.remove(position);
                if waiting.items.is_empty() {
                    waiting.commanded_at = None;
                    drop(waiting);
                    // The byte that went with it, perhaps not yet written by whoever pushed it.
                    let _ = (&self.reader).read(&mut [0]);
                }
                return match item {
                    HubItem::Control(command) => Some(command),
                    _ => None,
                };
            }
            if self.arrived.wait_until(&mut waiting, deadline).timed_out() {
                return None;
            }
        }
    }

    /// Everything queued so far, put into `into` (whose old buffer becomes the queue's). Only after the descriptor was readable.
    pub(crate) fn take(&self, into: &mut Vec<HubItem>) {
        let mut byte = [0];
        let _ = (&self.reader).read(&mut byte);
        let mut waiting = self.waiting.lock();
        waiting.commanded_at = None;
        std::mem::swap(&mut waiting.items, into);
    }

    /// How long the oldest command has waited for the hub thread to come by; zero without any.
    pub(crate) fn unheard_for(&self) -> Duration {
        self.waiting
            .lock()
            .commanded_at
            .map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// The log records that nobody drained, for a process that must end while its hub thread is stuck.
    pub(crate) fn undelivered_logs(&self) -> Vec<LogLine> {
        let items = std::mem::take(&mut self.waiting.lock().items);
        items
            .into_iter()
            .filter_map(|item| {
                if let HubItem::Log(line) = item {
                    Some(line)
                } else {
                    None
                }
            })
            .collect()
    }
}
