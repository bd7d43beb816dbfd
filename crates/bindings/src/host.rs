//! Python users as the engine sees them: requests go to the hub thread as commands. Holds no Python object.

use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{Announced, HostError, HostReply, LoadShape, RunEvent, ShapeTick, UserCounts, UserHost};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::control::{Answer, ControlCommand, ControlRequest, RunnerId};
use crate::hub_queue::{HubItem, HubQueue};

/// How many users of each class live; the hub thread writes, anyone reads.
pub(crate) type LivingUsers = Arc<Mutex<UserCounts>>;

/// The users of one Python runner.
#[derive(Clone)]
pub(crate) struct PythonHost {
    runner: RunnerId,
    queue: Arc<HubQueue>,
    living: LivingUsers,
}

impl PythonHost {
    pub(crate) fn new(runner: RunnerId, queue: Arc<HubQueue>, living: LivingUsers) -> Self {
        Self {
            runner,
            queue,
            living,
        }
    }

    fn ask<T: Send + 'static>(&self, request: impl FnOnce(Answer<T>) -> ControlRequest) -> HostReply<T> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(HubItem::Control(ControlCommand {
            runner: self.runner,
            request: request(answer),
        }));
        Box::pin(async move {
            answered
                .await
                .unwrap_or_else(|_| Err(HostError("the hub thread has ended".into())))
        })
    }
}

impl UserHost for PythonHost {
    fn set_users(&self, wanted: UserCounts, ends_ramp: bool) -> HostReply<()> {
        self.ask(|answer| ControlRequest::SetUsers {
            wanted,
            ends_ramp,
            answer,
        })
    }

    fn stop_all(&self) -> HostReply<()> {
        self.ask(ControlRequest::StopAll)
    }

    fn announce(&self, event: RunEvent) -> HostReply<Announced> {
        self.ask(|answer| ControlRequest::Announce(event, answer))
    }

    fn user_counts(&self) -> UserCounts {
        self.living.lock().clone()
    }

    fn unheard_for(&self) -> Duration {
        self.queue.unheard_for()
    }
}

/// A load shape written in Python, asked on the hub thread.
pub(crate) struct PythonShape(pub(crate) PythonHost);

impl LoadShape for PythonShape {
    fn tick(&mut self) -> HostReply<Option<ShapeTick>> {
        self.0.ask(ControlRequest::Tick)
    }
}
