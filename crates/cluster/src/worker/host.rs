//! A worker's users as the run sees them: those of its own process, and a master to take leave of.

use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{Announced, HostReply, RunEvent, UserCounts, UserHost};
use tokio::sync::oneshot;

use super::{Command, WorkerHandle};

/// The users of this process, which belong to a worker.
#[derive(Clone)]
pub struct WorkerHost {
    worker: WorkerHandle,
    local: Arc<dyn UserHost>,
}

impl WorkerHost {
    /// `local` has the users.
    pub fn new(worker: WorkerHandle, local: Arc<dyn UserHost>) -> Self {
        Self { worker, local }
    }
}

impl UserHost for WorkerHost {
    fn set_users(&self, wanted: UserCounts, ends_ramp: bool) -> HostReply<()> {
        self.local.set_users(wanted, ends_ramp)
    }

    fn stop_all(&self) -> HostReply<()> {
        self.local.stop_all()
    }

    fn announce(&self, event: RunEvent) -> HostReply<Announced> {
        self.local.announce(event)
    }

    fn user_counts(&self) -> UserCounts {
        self.local.user_counts()
    }

    fn leave(&self) -> HostReply<()> {
        let (reply, answer) = oneshot::channel();
        let _ = self.worker.commands.send(Command::Leave(reply));
        Box::pin(async move {
            // A loop that has ended has taken leave.
            let _ = answer.await;
            Ok(())
        })
    }

    fn unheard_for(&self) -> Duration {
        self.local.unheard_for()
    }
}
