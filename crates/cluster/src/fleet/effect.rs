//! What follows from what a master heard. Carries nothing out.

use std::sync::Arc;

use rmpv::Value;

use crate::message::{Report, ToWorker};

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell a worker.
    Send {
        /// The worker.
        to: Arc<str>,
        /// What it is told.
        message: ToWorker,
    },
    /// Send a worker the locustfiles, which are not known here.
    SendLocustfile {
        /// The worker.
        to: Arc<str>,
        /// Whether it understands a whole folder.
        takes_bundle: bool,
    },
    /// A worker is back that may still have the users of before, or a job to have them. Others have them by now: it
    /// should have none, until it is given some.
    Relieve(Arc<str>),
    /// A worker is there, and may have users.
    Joined(Arc<str>),
    /// A worker is gone, and its users with it.
    Left {
        /// The worker.
        worker: Arc<str>,
        /// Whether it vanished, rather than said so.
        missing: bool,
    },
    /// Count what a worker measured.
    Merge {
        /// The worker.
        worker: Arc<str>,
        /// What it measured.
        report: Box<Report>,
    },
    /// Count an exception of a worker's user.
    Exception {
        /// The worker.
        worker: Arc<str>,
        /// Text of the exception.
        message: String,
        /// Where it was raised.
        traceback: String,
    },
    /// Tell user code on the master.
    Tell(Notice),
    /// Write a line into the log.
    Log(Level, String),
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// To those who look for a fault.
    Debug,
    /// As a matter of interest.
    Info,
    /// To those who read results.
    Warning,
    /// Something failed.
    Error,
}

/// What user code on the master may listen to.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// `events.worker_connect`.
    WorkerConnect(Arc<str>),
    /// `events.heartbeat_sent`.
    HeartbeatSent(Arc<str>),
    /// The log of a worker.
    Logs {
        /// Who says so.
        worker_id: String,
        /// All lines that it keeps.
        logs: Vec<String>,
    },
    /// A message of the locustfile's own.
    Custom {
        /// The name under which a listener may be registered.
        kind: String,
        /// What it is about.
        data: Value,
        /// Who sent it.
        worker: Arc<str>,
    },
}
