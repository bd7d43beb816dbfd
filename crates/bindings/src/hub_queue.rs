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

/// The queue, and the pipe whose read end gevent's loop watches. Unbounded: every entry answers
/// something that the hub thread itself asked for, so its length is bounded by the users that wait.
pub(crate) struct HubQueue {
    items: Mutex<Vec<HubItem>>,
    arrived: Condvar,
    reader: PipeReader,
    writer: PipeWriter,
}

impl HubQueue {
    /// Makes the queue. Fails when no pipe can be opened.
    pub(crate) fn new() -> std::io::Result<Self> {
        let (reader, writer) = std::io::pipe()?;
        Ok(Self {
            items: Mutex::new(Vec::new()),
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
            let mut items = self.items.lock();
            items.push(item);
            items.len() == 1
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
        let mut items = self.items.lock();
        loop {
            let wanted =
                |item: &HubItem| matches!(item, HubItem::Control(command) if command.runner == runner);
            if let Some(position) = items.iter().position(wanted) {
                let item = items.remove(position);
                if items.is_empty() {
                    drop(items);
                    // The byte that went with it, perhaps not yet written by whoever pushed it.
                    let _ = (&self.reader).read(&mut [0]);
                }
                return match item {
                    HubItem::Control(command) => Some(command),
                    _ => None,
                };
            }
            if self.arrived.wait_until(&mut items, deadline).timed_out() {
                return None;
            }
        }
    }

    /// Everything queued so far, put into `into` (whose old buffer becomes the queue's). Only after the descriptor was readable.
    pub(crate) fn take(&self, into: &mut Vec<HubItem>) {
        let mut byte = [0];
        let _ = (&self.reader).read(&mut byte);
        std::mem::swap(&mut *self.items.lock(), into);
    }

    /// The log records that nobody drained, for a process that must end while its hub thread is stuck.
    pub(crate) fn undelivered_logs(&self) -> Vec<LogLine> {
        let items = std::mem::take(&mut *self.items.lock());
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
