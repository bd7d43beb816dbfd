//! The thread that writes the run into its store: a slow disk delays nobody, and one that fails stops nothing.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use katydid_gate::RunFacts;
use katydid_stats::{TakenSeconds, Timestamp};
use katydid_store::{RunWriter, Store, StoreError};

/// How often what was measured is written: so much is lost at most when the process is killed.
const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// Batches of seconds that may wait for the disk, one comes each second. What does not fit is put together with the next
/// one by whoever sends it.
const BATCHES: usize = 16;

/// How much may wait for a disk that does not answer, on either side: numbers of eight bytes.
const MOST_WAITING: usize = 16_000_000;

/// How often it is tried to hand over the last seconds.
const TRY_EVERY: Duration = Duration::from_millis(10);

/// The logger's name.
const TARGET: &str = "katydid.store";

/// Writes one run on a thread of its own.
#[derive(Debug)]
pub(crate) struct Keeper {
    sender: SyncSender<TakenSeconds>,
    /// What the thread had no room for yet; `None` once that was too much.
    waiting: Option<TakenSeconds>,
    /// Gets what was written once nobody sends any more; nothing if it was given up.
    written: Receiver<RunWriter>,
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
        let (done, written) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                if let Some(writer) = write(writer, &receiver) {
                    let _ = done.send(writer);
                }
            });
        match thread {
            Ok(_) => Some(Self {
                sender,
                waiting: Some(TakenSeconds::default()),
                written,
            }),
            Err(error) => {
                log::warn!(target: TARGET, "This run is not kept: cannot start a thread: {error}");
                None
            }
        }
    }

    /// Hands seconds over. Never waits, and gives up with one message when too much waits.
    pub(crate) fn take(&mut self, taken: TakenSeconds) {
        let Some(mut waiting) = self.waiting.take() else {
            return;
        };
        if taken.began_anew {
            waiting = taken;
        } else {
            waiting.seconds.extend(taken.seconds);
        }
        self.waiting = match self.sender.try_send(waiting) {
            Err(TrySendError::Full(waiting)) if weight(&waiting) > MOST_WAITING => {
                log::warn!(target: TARGET, "This run is kept no further: the disk does not answer. The test goes on.");
                None
            }
            Err(TrySendError::Full(waiting)) => Some(waiting),
            Ok(()) | Err(TrySendError::Disconnected(_)) => Some(TakenSeconds::default()),
        };
    }

    /// Writes the rest, waiting for the disk so long at most. `None` if the run could not be kept.
    pub(crate) fn end(self, patience: Duration) -> Option<RunWriter> {
        let Self {
            sender,
            waiting,
            written,
        } = self;
        let mut waiting = waiting?;
        let deadline = Instant::now() + patience;
        while let Err(TrySendError::Full(taken)) = sender.try_send(waiting) {
            if Instant::now() >= deadline {
                slow_disk(patience);
                return None;
            }
            waiting = taken;
            std::thread::sleep(TRY_EVERY);
        }
        drop(sender);
        match written.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(writer) => Some(writer),
            Err(RecvTimeoutError::Timeout) => {
                slow_disk(patience);
                None
            }
            // It has said why.
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }
}

fn slow_disk(patience: Duration) {
    log::warn!(
        target: TARGET,
        "The disk took no more of this run within {} s: it is kept as broken off",
        patience.as_secs()
    );
}

fn weight(taken: &TakenSeconds) -> usize {
    let buckets = |second: &katydid_stats::EntrySecond| second.response_times.iter().count();
    taken.seconds.iter().map(|second| 8 + buckets(second)).sum()
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
                    Err(StoreError::Busy(_)) if writer.weight() <= MOST_WAITING => Ok(()),
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
