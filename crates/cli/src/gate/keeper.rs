//! The thread that writes the run into its store: a slow disk delays nobody, and one that fails stops nothing.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use katydid_gate::RunFacts;
use katydid_stats::{TakenSeconds, Timestamp};
use katydid_store::{RunWriter, Store, StoreError};

/// How often what was measured is written: so much is lost at most when the process is killed.
const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// Batches of seconds that may wait for the disk, one comes each second. What does not fit is put together with the next
/// one by whoever sends it.
const BATCHES: usize = 16;

/// The logger's name.
const TARGET: &str = "katydid.store";

/// Writes one run on a thread of its own.
#[derive(Debug)]
pub(crate) struct Keeper {
    sender: SyncSender<TakenSeconds>,
    /// What the thread had no room for yet.
    waiting: TakenSeconds,
    thread: JoinHandle<Option<RunWriter>>,
}

impl Keeper {
    /// Begins a run in a file. Says in the log why it cannot, and gives `None` then.
    pub(crate) fn begin(file: &Path, facts: &RunFacts) -> Option<Self> {
        let begun = Store::open(file).and_then(|store| RunWriter::begin(store, facts));
        let writer = match begun {
            Ok(writer) => writer,
            Err(error) => {
                log::warn!(target: TARGET, "This run is not kept: cannot {error}");
                return None;
            }
        };
        let (sender, receiver) = sync_channel(BATCHES);
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || write(writer, &receiver));
        match thread {
            Ok(thread) => Some(Self {
                sender,
                waiting: TakenSeconds::default(),
                thread,
            }),
            Err(error) => {
                log::warn!(target: TARGET, "This run is not kept: cannot start a thread: {error}");
                None
            }
        }
    }

    /// Hands seconds over. Never waits.
    pub(crate) fn take(&mut self, taken: TakenSeconds) {
        if taken.began_anew {
            self.waiting = taken;
        } else {
            self.waiting.seconds.extend(taken.seconds);
        }
        let sent = self.sender.try_send(std::mem::take(&mut self.waiting));
        if let Err(TrySendError::Full(taken)) = sent {
            self.waiting = taken;
        }
    }

    /// Writes the rest, waiting for the disk. `None` if the run could not be kept.
    pub(crate) fn end(self) -> Option<RunWriter> {
        let _ = self.sender.send(self.waiting);
        drop(self.sender);
        self.thread.join().ok().flatten()
    }
}

/// Writes until nobody sends any more. A file that others hold is tried again; anything else is given up with one message.
fn write(mut writer: RunWriter, receiver: &Receiver<TakenSeconds>) -> Option<RunWriter> {
    let mut flushed = Instant::now();
    loop {
        let patience = FLUSH_EVERY.saturating_sub(flushed.elapsed());
        let written = match receiver.recv_timeout(patience) {
            Ok(taken) => writer.take(&taken),
            Err(RecvTimeoutError::Timeout) => {
                flushed = Instant::now();
                match writer.flush(Timestamp::now()) {
                    // What was taken in stays, for the next time.
                    Err(StoreError::Busy(_)) => Ok(()),
                    other => other,
                }
            }
            Err(RecvTimeoutError::Disconnected) => match writer.flush(Timestamp::now()) {
                Ok(()) => return Some(writer),
                Err(error) => Err(error),
            },
        };
        if let Err(error) = written {
            give_up(&error);
            return None;
        }
    }
}

fn give_up(error: &StoreError) {
    log::warn!(target: TARGET, "This run is kept no further: cannot {error}. The test goes on.");
}
