//! What other threads want from the hub thread: one queue, one wake-up. Never touches Python.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsRawFd, RawFd};

use parking_lot::Mutex;

use crate::control::ControlCommand;
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
    reader: PipeReader,
    writer: PipeWriter,
}

impl HubQueue {
    /// Makes the queue. Fails when no pipe can be opened.
    pub(crate) fn new() -> std::io::Result<Self> {
        let (reader, writer) = std::io::pipe()?;
        Ok(Self {
            items: Mutex::new(Vec::new()),
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
