//! What exists once in a process: the hub thread's queue, generator health, and the thread for control work.

use std::cell::Cell;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use katydid_stats::{Collector, Timestamp};
use parking_lot::RwLock;
use tokio::runtime::{Builder, Handle};

use crate::hub_queue::HubQueue;
use crate::io_thread::IoThread;

static HUB_QUEUE: OnceLock<Arc<HubQueue>> = OnceLock::new();
static HEALTH_OF: RwLock<Option<Arc<Collector>>> = RwLock::new(None);
static CONTROL: OnceLock<Handle> = OnceLock::new();
static CLUSTER: OnceLock<Handle> = OnceLock::new();
static WEB: OnceLock<Handle> = OnceLock::new();
static IO_THREAD: OnceLock<IoThread> = OnceLock::new();

/// The queue that the hub thread drains. Fails when no pipe can be opened for it.
pub(crate) fn hub_queue() -> io::Result<Arc<HubQueue>> {
    get_or_try(&HUB_QUEUE, || HubQueue::new().map(Arc::new)).cloned()
}

/// From now on the lateness of the hub thread is counted here: with the newest runner of the process.
pub(crate) fn set_health_of(collector: Arc<Collector>) {
    *HEALTH_OF.write() = Some(collector);
}

/// Counts how late the hub thread resumed a greenlet whose request was over.
pub(crate) fn record_resume_lag(late: Duration) {
    if let Some(collector) = &*HEALTH_OF.read() {
        collector.health().record_resume_lag(late);
    }
}

thread_local! {
    /// One moment by both clocks.
    static ANCHOR: Cell<Option<(Instant, Timestamp)>> = const { Cell::new(None) };
}

/// The system's time at a moment of the monotonic clock, without asking either: the two are compared once a second.
pub(crate) fn timestamp_of(moment: Instant) -> Timestamp {
    let known = ANCHOR
        .get()
        .filter(|(anchor, _)| moment.saturating_duration_since(*anchor) < Duration::from_secs(1));
    let (anchor, then) = known.unwrap_or_else(|| {
        let compared = (Instant::now(), Timestamp::now());
        ANCHOR.set(Some(compared));
        compared
    });
    let after = moment.saturating_duration_since(anchor).as_secs_f64();
    Timestamp(then.0 + after - anchor.saturating_duration_since(moment).as_secs_f64())
}

/// The thread on which runners, collectors and reports work. Fails when it cannot be started.
pub(crate) fn control() -> io::Result<&'static Handle> {
    get_or_try(&CONTROL, || thread_for_tasks("katydid-control"))
}

/// The thread on which nodes of a cluster talk to each other: nothing else may delay a heartbeat. Fails when it cannot be
/// started.
pub(crate) fn cluster() -> io::Result<&'static Handle> {
    get_or_try(&CLUSTER, || thread_for_tasks("katydid-cluster"))
}

/// The thread that answers browsers. Fails when it cannot be started.
pub(crate) fn web() -> io::Result<&'static Handle> {
    get_or_try(&WEB, || thread_for_tasks("katydid-web"))
}

/// A thread that carries out tasks until the process ends.
fn thread_for_tasks(name: &str) -> io::Result<Handle> {
    let (runtime, handle) = current_thread_runtime()?;
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(handle)
}

/// The thread on which requests are sent, read and timed. Fails when it cannot be started.
pub(crate) fn io_thread() -> io::Result<&'static IoThread> {
    get_or_try(&IO_THREAD, || IoThread::start(hub_queue()?))
}

/// A runtime that works on whatever thread blocks on it, and a handle to it.
pub(crate) fn current_thread_runtime() -> io::Result<(tokio::runtime::Runtime, Handle)> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    Ok((runtime, handle))
}

fn get_or_try<T>(cell: &'static OnceLock<T>, make: impl FnOnce() -> io::Result<T>) -> io::Result<&'static T> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    // Only the hub thread gets here first in practice; a second maker's value would be dropped unused.
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}
