//! What masters and workers tell each other, as types. Locust's messages, and what Katydid nodes add for each other
//! in keys that Locust ignores. Knows nothing of bytes or sockets.

use std::sync::Arc;

use bytes::Bytes;
use katydid_engine::UserCounts;
use katydid_stats::StatsDelta;
use rmpv::Value;

/// What a worker tells its master.
#[derive(Clone, Debug, PartialEq)]
pub enum ToMaster {
    /// It is there, and has no users.
    ClientReady(Version),
    /// It wants the locustfiles, before it can be a worker.
    Locustfile {
        /// Of Locust, or of the Locust that it is compatible with.
        version: String,
        /// Whether it understands a whole folder ([`Bundle`]).
        takes_bundle: bool,
    },
    /// A new number of users is on its way.
    Spawning,
    /// It has the users that it was told to have.
    SpawningComplete(UserCounts),
    /// What it measured.
    Stats(Box<Report>),
    /// It lives.
    Heartbeat(Heartbeat),
    /// A user raised.
    Exception {
        /// Text of the exception.
        message: String,
        /// Where it was raised.
        traceback: String,
    },
    /// Its log, as far as it keeps it.
    Logs {
        /// Who says so.
        worker_id: String,
        /// All lines that it keeps.
        logs: Vec<String>,
    },
    /// Its users are gone.
    ClientStopped,
    /// It leaves.
    Quit,
    /// A message of the locustfile's own.
    Custom {
        /// The name under which a listener may be registered.
        kind: String,
        /// What it is about.
        data: Value,
    },
}

/// What a worker says of its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// A version of Locust.
    Of(String),
    /// It asks not to be checked (-1): workers in other languages.
    Unchecked,
    /// It says nothing, as Locust did before 2.0.
    Missing,
}

/// What a worker measured in one interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Its number among the reports of this worker to this master, from 1; `None` from workers that do not count.
    pub number: Option<u64>,
    /// The life of the master that the number is for; `None` from workers that do not say.
    pub session: Option<String>,
    /// What was measured.
    pub delta: StatsDelta,
    /// Users at the moment.
    pub users: UserCounts,
    /// The generator's own state there.
    pub health: Option<WorkerHealth>,
    /// The data of the message as it came, for listeners in user code.
    pub raw: Bytes,
}

/// What a report to a Katydid master says beside what was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbered {
    /// The life of the master that it is for.
    pub session: String,
    /// Its number in that life, from 1.
    pub number: u64,
    /// The generator's own state.
    pub health: WorkerHealth,
}

/// What a Katydid worker says of how well it does its work.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct WorkerHealth {
    /// Whether it was the limit rather than the target.
    pub saturated: bool,
    /// Why, in words for a person.
    pub reason: Option<String>,
    /// How late its Python thread took up finished requests, one in a hundred (ms); older workers do not say.
    #[serde(default)]
    pub resume_lag_p99_ms: Option<f64>,
}

/// A sign of life.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heartbeat {
    /// The word for the state that it is in.
    pub state: String,
    /// Percent of one core.
    pub cpu_usage: f64,
    /// Resident memory in bytes.
    pub memory_usage: u64,
    /// Requests that it has counted since the test began; only Katydid workers say so.
    pub requests: Option<u64>,
}

/// What a master tells a worker.
#[derive(Clone, Debug, PartialEq)]
pub enum ToWorker {
    /// Welcome.
    Ack {
        /// The worker's number among all that ever came.
        index: Option<i64>,
        /// Names this life of a Katydid master; other masters say nothing.
        session: Option<String>,
    },
    /// The locustfiles, or why there are none.
    Locustfile(Result<Locustfiles, String>),
    /// Have these users.
    Spawn(Job),
    /// A ramp is over, with so many users in all.
    SpawningComplete(u64),
    /// Stop all users.
    Stop,
    /// Stop all users, report, and leave.
    Quit,
    /// Connect anew.
    Reconnect,
    /// The answer to a heartbeat; a Katydid master says up to which report it has all.
    Heartbeat {
        /// The number of the last report that came in.
        received: Option<u64>,
    },
    /// Change a user class.
    UpdateUserClass(Value),
    /// A message of the locustfile's own.
    Custom {
        /// The name under which a listener may be registered.
        kind: String,
        /// What it is about.
        data: Value,
    },
}

impl ToWorker {
    /// The word for it on the wire.
    pub fn kind(&self) -> &str {
        match self {
            Self::Ack { .. } => "ack",
            Self::Locustfile(_) => "locustfile",
            Self::Spawn(_) => "spawn",
            Self::SpawningComplete(_) => "spawning_complete",
            Self::Stop => "stop",
            Self::Quit => "quit",
            Self::Reconnect => "reconnect",
            Self::Heartbeat { .. } => "heartbeat",
            Self::UpdateUserClass(_) => "update_user_class",
            Self::Custom { kind, .. } => kind,
        }
    }
}

/// How many users a worker should have, and under which circumstances.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// When it was given, in epoch seconds: an older one that comes later does not count.
    pub timestamp: f64,
    /// Absolute numbers.
    pub users: UserCounts,
    /// What all jobs of a test have in common.
    pub setting: Arc<Setting>,
}

/// What all jobs of a test have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Base URL.
    pub host: Option<String>,
    /// Seconds that users may take to finish their task.
    pub stop_timeout: f64,
    /// The master's options, those of the locustfile included: a map.
    pub options: Value,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            host: None,
            stop_timeout: 0.0,
            options: Value::Map(Vec::new()),
        }
    }
}

/// Locustfiles on their way to a worker.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Locustfiles {
    /// As Locust sends them.
    pub sources: Vec<Source>,
    /// The folder around them, if the worker asked for it and there is one.
    pub bundle: Option<Bundle>,
}

/// One locustfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Where it can be downloaded.
    Url(String),
    /// Its text.
    File {
        /// Its name without folders.
        filename: String,
        /// Its text.
        contents: String,
    },
}

/// A folder of files, so that what locustfiles import from beside them comes along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// SHA-256 over all names and contents, in hexadecimal digits.
    pub hash: String,
    /// Paths below the folder, with slashes, and what is in the files.
    pub files: Vec<(String, Bytes)>,
    /// Which of them are the locustfiles.
    pub locustfiles: Vec<String>,
}
