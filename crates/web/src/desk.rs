//! The one port through which the page reaches user code. Says what is asked, not how it is answered.

use bytes::Bytes;
use katydid_engine::HostReply;
use katydid_report::ReportContext;
use serde_json::Value;

/// Something that only user code knows or decides.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// What the page is made with: Locust's `template_args`, an object.
    TemplateArgs,
    /// The same of the page to log in with.
    AuthArgs,
    /// Start a test or change it, with the fields of a form; answered with an object to show.
    Swarm(Vec<(String, String)>),
    /// Stop the test.
    Stop,
    /// Set every number to zero.
    ResetStats,
    /// Change a user class, as an object says.
    UpdateUser(Value),
    /// Locust's task ratios: an object with `per_class` and `total`.
    Tasks,
    /// Log lines: an object with `master` and `workers`.
    Logs,
}

/// A request for the web application of user code.
#[derive(Clone, Debug, PartialEq)]
pub struct AppRequest {
    /// The method.
    pub method: String,
    /// The path below the base path, unescaped.
    pub path: String,
    /// What came behind it.
    pub query: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// Address of whoever asks.
    pub remote_address: String,
    /// Whether it came over TLS.
    pub is_secure: bool,
}

/// What the application answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppAnswer {
    /// The status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// How many lines were logged since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogCounts {
    /// All of them, those of workers included.
    pub lines: u64,
    /// Warnings.
    pub warnings: u64,
    /// Errors, and what is worse.
    pub errors: u64,
}

/// Whoever speaks for user code. Methods must not block; what takes time belongs into the reply.
pub trait Desk: Send + Sync + 'static {
    /// What is known of the run beside its figures. Cheap: called each second.
    fn context(&self) -> ReportContext;

    /// Context may be another from now on: looks at user code again. Does not wait for it.
    fn refresh(&self);

    /// Log lines so far. Cheap.
    fn log_counts(&self) -> LogCounts;

    /// Whether users are on workers.
    fn is_master(&self) -> bool;

    /// Asks user code. A request that it refuses comes back as an error with the reason.
    fn ask(&self, question: Question) -> HostReply<Value>;

    /// Whether user code made routes of its own, so that its application wants to see requests.
    fn has_app(&self) -> bool;

    /// Lets the application answer.
    fn app(&self, request: AppRequest) -> HostReply<AppAnswer>;
}
