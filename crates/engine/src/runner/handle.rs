//! The handle to a runner: what other tasks and threads hold. Carries requests, knows no rule.

use tokio::sync::{mpsc, oneshot, watch};

use super::RunnerStatus;
use crate::command::{RunnerCommand, ShapeRequest, StartRequest};
use crate::error::RunnerError;

/// Reaches a runner from anywhere. When the last handle is dropped the runner quits.
#[derive(Clone, Debug)]
pub struct RunnerHandle {
    commands: mpsc::UnboundedSender<RunnerCommand>,
    status: watch::Receiver<RunnerStatus>,
}

impl RunnerHandle {
    pub(super) fn new(
        commands: mpsc::UnboundedSender<RunnerCommand>,
        status: watch::Receiver<RunnerStatus>,
    ) -> Self {
        Self { commands, status }
    }

    /// A handle to something else than a [`Runner`](super::Runner) that leads users, with the ends for whoever does.
    pub fn for_leader() -> (
        Self,
        mpsc::UnboundedReceiver<RunnerCommand>,
        watch::Sender<RunnerStatus>,
    ) {
        // Unbounded for the same reason as a runner's.
        let (commands, receiver) = mpsc::unbounded_channel();
        let (status, status_receiver) = watch::channel(RunnerStatus::default());
        (Self::new(commands, status_receiver), receiver, status)
    }

    /// Sends a command without waiting. Fails when the runner is gone.
    pub fn send(&self, command: RunnerCommand) -> Result<(), RunnerError> {
        self.commands.send(command).map_err(|_| RunnerError::Quit)
    }

    /// Begins a test, or changes the one under way. Returns as soon as the request is accepted; fails when it
    /// makes no sense or the runner is gone.
    pub async fn start(&self, request: StartRequest) -> Result<(), RunnerError> {
        let (reply, answer) = oneshot::channel();
        self.send(RunnerCommand::Start(request, reply))?;
        answer.await.unwrap_or(Err(RunnerError::Quit))
    }

    /// Lets a load shape lead. Returns as soon as the request is accepted.
    pub async fn start_shape(&self, request: ShapeRequest) -> Result<(), RunnerError> {
        let (reply, answer) = oneshot::channel();
        self.send(RunnerCommand::StartShape(request, reply))?;
        answer.await.unwrap_or(Err(RunnerError::Quit))
    }

    /// Ends the test, and returns when it is over. A runner that is gone has nothing to stop.
    pub async fn stop(&self) {
        let (reply, answer) = oneshot::channel();
        if self.send(RunnerCommand::Stop(reply)).is_ok() {
            let _ = answer.await;
        }
    }

    /// Ends the test and the runner, and returns when both are over.
    pub async fn quit(&self) {
        let (reply, answer) = oneshot::channel();
        if self.send(RunnerCommand::Quit(reply)).is_ok() {
            let _ = answer.await;
        }
    }

    /// The status as it is now.
    pub fn status(&self) -> RunnerStatus {
        self.status.borrow().clone()
    }

    /// A receiver that hears of every change of the status.
    pub fn watch(&self) -> watch::Receiver<RunnerStatus> {
        self.status.clone()
    }

    /// Returns when the runner is gone.
    pub async fn wait(&self) {
        let mut status = self.status.clone();
        let _ = status.wait_for(|status| status.quit).await;
    }
}
