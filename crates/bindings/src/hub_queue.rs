//! What other threads want from the hub thread: one queue, one wake-up. Never touches Python.

use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::control::{ControlCommand, RunnerId};
use crate::outcome::Outcome;
use crate::round_trip::RoundTrip;

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

impl HubItem {
    /// The request that is back, if it is one.
    pub(crate) fn trip(&self) -> Option<&RoundTrip> {
        match self {
            Self::Finished(_, Outcome::Http(trip)) => Some(trip),
            _ => None,
        }
    }
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
    /// Whether the hub thread has been woken, or is awake, and will look here again before it sleeps.
    is_noticed: bool,
    /// When the oldest command among them came; nobody looks at the clock for an answer.
    commanded_at: Option<Instant>,
}

/// The queue, and the pipe whose read end gevent's loop watches. Unbounded: every entry answers
/// something that the hub thread itself asked for, so its length is bounded by the users that wait.
pub(crate) struct HubQueue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// Log records that were queued and are not written yet.
    unwritten_logs: Mutex<usize>,
    logs_written: Condvar,
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
            unwritten_logs: Mutex::default(),
            logs_written: Condvar::new(),
            reader,
            writer,
        })
    }

    /// The descriptor that becomes readable when there is something to drain.
    pub(crate) fn descriptor(&self) -> RawFd {
        self.reader.as_raw_fd()
    }

    /// Adds one item and wakes the hub thread unless it is awake.
    pub(crate) fn push(&self, item: HubItem) {
        let is_command = matches!(item, HubItem::Control(_));
        if matches!(item, HubItem::Log(_)) {
            *self.unwritten_logs.lock() += 1;
        }
        self.add(|waiting| {
            if is_command {
                waiting.commanded_at.get_or_insert_with(Instant::now);
            }
            waiting.items.push(item);
        });
        if is_command {
            self.arrived.notify_one();
        }
    }

    /// Adds answers, with one wake-up for all of them; `answers` is empty afterwards.
    pub(crate) fn push_answers(&self, answers: &mut Vec<HubItem>) {
        self.add(|waiting| waiting.items.append(answers));
    }

    fn add(&self, add: impl FnOnce(&mut Waiting)) {
        let was_noticed = {
            let mut waiting = self.waiting.lock();
            add(&mut waiting);
            std::mem::replace(&mut waiting.is_noticed, true)
        };
        if !was_noticed {
            // At most one byte is ever in the pipe, so this neither blocks nor can it be lost.
            let _ = (&self.writer).write(&[1]);
        }
    }

    /// Whether the hub thread drains this queue, or is about to.
    pub(crate) fn is_awake(&self) -> bool {
        self.waiting.lock().is_noticed
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

    /// Everything queued so far, put into `into`, which is empty (its buffer becomes the queue's). False when there
    /// was nothing: the descriptor is no longer readable then, until the next item comes. Only while it is readable.
    pub(crate) fn take(&self, into: &mut Vec<HubItem>) -> bool {
        let mut waiting = self.waiting.lock();
        if waiting.items.is_empty() {
            let _ = (&self.reader).read(&mut [0]);
            waiting.is_noticed = false;
            return false;
        }
        waiting.commanded_at = None;
        std::mem::swap(&mut waiting.items, into);
        true
    }

    /// How long the oldest command has waited for the hub thread to come by; zero without any.
    pub(crate) fn unheard_for(&self) -> Duration {
        self.waiting
            .lock()
            .commanded_at
            .map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Tells that Python has written so many log records.
    pub(crate) fn note_written_logs(&self, count: usize) {
        let mut unwritten = self.unwritten_logs.lock();
        *unwritten = unwritten.saturating_sub(count);
        if *unwritten == 0 {
            self.logs_written.notify_all();
        }
    }

    /// Waits on this thread, `limit` at most, until every log record is written.
    pub(crate) fn wait_for_logs(&self, limit: Duration) {
        let mut unwritten = self.unwritten_logs.lock();
        let is_waiting = |unwritten: &mut usize| *unwritten > 0;
        self.logs_written
            .wait_while_for(&mut unwritten, is_waiting, limit);
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
