//! The tasks of the I/O thread, kept to be used again. Know how to get work and give it up, not what it is.
//!
//! A task for each request would cost an aligned allocation each, which glibc serves from no cache but under the lock
//! of its arena, and the hub thread takes that lock too when it frees a response: both then wait in the kernel.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::{Arc, OnceLock};
use std::task::{Poll, Waker};

use parking_lot::Mutex;
use tokio::task::AbortHandle;

use crate::hub_queue::Ticket;

/// Idle tasks that are kept, at about 2 KB each.
const KEPT_IDLE: usize = 256;

/// One task: where its next job is put, and how it is stopped.
pub(crate) struct Worker<J> {
    desk: Mutex<Desk<J>>,
    task: OnceLock<AbortHandle>,
}

/// Where a worker finds its next job, or leaves word how to be called.
struct Desk<J> {
    job: Option<J>,
    waker: Option<Waker>,
}

/// All tasks of the thread.
pub(crate) struct Workers<J> {
    idle: RefCell<Vec<Arc<Worker<J>>>>,
    /// Who works for each ticket, by its index, so that the work can be cancelled.
    busy: RefCell<Vec<Option<AtWork<J>>>>,
}

type AtWork<J> = (Ticket, Arc<Worker<J>>);

impl<J: Send + 'static> Workers<J> {
    pub(crate) const fn new() -> Self {
        Self {
            idle: RefCell::new(Vec::new()),
            busy: RefCell::new(Vec::new()),
        }
    }

    /// Gives `job` to an idle worker, or to a new one, whose life `live` makes.
    pub(crate) fn start<L>(&self, ticket: Option<Ticket>, job: J, live: impl FnOnce(Arc<Worker<J>>) -> L)
    where
        L: Future<Output = ()> + Send + 'static,
    {
        let idle = self.idle.borrow_mut().pop();
        let worker = match idle {
            Some(worker) => {
                worker.call(job);
                worker
            }
            None => Worker::spawn(job, live),
        };
        let Some(ticket) = ticket else { return };
        let mut busy = self.busy.borrow_mut();
        let index = ticket.index as usize;
        if busy.len() <= index {
            busy.resize_with(index + 1, || None);
        }
        busy[index] = Some((ticket, worker));
    }

    /// Says that the work for `ticket` is over: it can no longer be cancelled.
    pub(crate) fn finish(&self, ticket: Ticket) {
        drop(self.leave(ticket));
    }

    /// Gives up the work for `ticket`, if it still goes on.
    pub(crate) fn cancel(&self, ticket: Ticket) {
        let worker = self.leave(ticket);
        if let Some(task) = worker.as_ref().and_then(|worker| worker.task.get()) {
            task.abort();
        }
    }

    /// Keeps a worker for the next job; false when there are enough and it should end.
    pub(crate) fn rest(&self, worker: &Arc<Worker<J>>) -> bool {
        let mut idle = self.idle.borrow_mut();
        let has_room = idle.len() < KEPT_IDLE;
        if has_room {
            idle.push(worker.clone());
        }
        has_room
    }

    fn leave(&self, ticket: Ticket) -> Option<Arc<Worker<J>>> {
        let mut busy = self.busy.borrow_mut();
        let place = busy.get_mut(ticket.index as usize)?;
        let (_, worker) = place.take_if(|(owner, _)| *owner == ticket)?;
        Some(worker)
    }
}

impl<J: Send + 'static> Worker<J> {
    fn spawn<L>(job: J, live: impl FnOnce(Arc<Self>) -> L) -> Arc<Self>
    where
        L: Future<Output = ()> + Send + 'static,
    {
        let worker = Arc::new(Self {
            desk: Mutex::new(Desk {
                job: Some(job),
                waker: None,
            }),
            task: OnceLock::new(),
        });
        let task = tokio::spawn(live(worker.clone())).abort_handle();
        worker.task.get_or_init(|| task);
        worker
    }

    /// Waits for a job.
    pub(crate) async fn next_job(&self) -> J {
        poll_fn(|context| {
            let mut desk = self.desk.lock();
            match desk.job.take() {
                Some(job) => Poll::Ready(job),
                None => {
                    desk.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    fn call(&self, job: J) {
        let waker = {
            let mut desk = self.desk.lock();
            desk.job = Some(job);
            desk.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
