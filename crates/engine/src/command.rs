//! What a runner can be asked to do. Does not do it.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::error::RunnerError;
use crate::shape::LoadShape;
use crate::user_class::UserClass;

/// How a start should look.
#[derive(Clone, Debug, PartialEq)]
pub struct StartRequest {
    /// Users in total. Signed because user code may say anything; a negative number is refused.
    pub user_count: i64,
    /// Users to start or stop per second.
    pub spawn_rate: f64,
    /// Every class of the run. A run that is under way keeps the list it began with.
    pub user_classes: Vec<UserClass>,
    /// Only these classes take part from now on; `None` means whatever took part before.
    pub only: Option<Vec<String>>,
}

/// What happens when a load shape says that it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ShapeEnd {
    /// The runner quits: a run without a page.
    #[default]
    Quit,
    /// The test stops, the runner stays.
    Stop,
}

/// How a start by load shape should look.
pub struct ShapeRequest {
    /// The shape.
    pub shape: Box<dyn LoadShape>,
    /// Every class of the run.
    pub user_classes: Vec<UserClass>,
    /// What follows when it is done.
    pub at_end: ShapeEnd,
}

/// A request to the runner. Each reply comes when the request has been carried out; nobody needs to wait for it.
pub enum RunnerCommand {
    /// Begins a test, or changes the one that is under way. Replies as soon as the request is accepted or refused.
    Start(StartRequest, oneshot::Sender<Result<(), RunnerError>>),
    /// Lets a load shape lead. Replies as soon as the request is accepted or refused.
    StartShape(ShapeRequest, oneshot::Sender<Result<(), RunnerError>>),
    /// A worker is there from now on, to have users. Only for a runner whose users are on workers.
    WorkerJoined(Arc<str>),
    /// A worker is gone, and its users with it.
    WorkerLeft(Arc<str>),
    /// Users can no longer be hosted, for this reason: ends the test as one that failed.
    Fail(String),
    /// Ends the test. Replies when every user is gone and listeners have been told.
    Stop(oneshot::Sender<()>),
    /// Ends the test and the runner. Replies when both are over.
    Quit(oneshot::Sender<()>),
}
