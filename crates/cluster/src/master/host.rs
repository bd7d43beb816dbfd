//! A master as a host of users: who has them are its workers, who is told of events is user code on the master.

use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{Announced, HostError, HostReply, RunEvent, Step, UserCounts, UserHost};
use tokio::sync::oneshot;

use super::{Command, MasterHandle};
use crate::message::ToWorker;

/// The workers of a master, and the listeners of its own process.
#[derive(Clone)]
pub struct MasterHost {
    master: MasterHandle,
    local: Arc<dyn UserHost>,
}

impl MasterHost {
    /// `local` is told of events; it never gets users.
    pub fn new(master: MasterHandle, local: Arc<dyn UserHost>) -> Self {
        Self { master, local }
    }

    fn ask(&self, command: impl FnOnce(oneshot::Sender<()>) -> Command) -> HostReply<()> {
        let (reply, answer) = oneshot::channel();
        let _ = self.master.commands.send(command(reply));
        Box::pin(async move {
            answer
                .await
                .map_err(|_| HostError("the master's thread has ended".to_owned()))
        })
    }
}

impl UserHost for MasterHost {
    fn set_users(&self, _wanted: UserCounts, _ends_ramp: bool) -> HostReply<()> {
        // Who is where is part of a step; without it there is nobody to tell.
        Box::pin(async { Err(HostError("users of a master are on its workers".to_owned())) })
    }

    fn take_step(&self, step: Step, ends_ramp: bool) -> HostReply<()> {
        self.ask(|reply| Command::TakeStep(step, ends_ramp, reply))
    }

    fn stop_all(&self) -> HostReply<()> {
        self.ask(Command::StopAll)
    }

    fn announce(&self, event: RunEvent) -> HostReply<Announced> {
        if event == RunEvent::TestStart {
            let _ = self.master.commands.send(Command::BeginTest);
        }
        let for_workers = match event {
            RunEvent::SpawningComplete { user_count } => Some(user_count),
            _ => None,
        };
        let told = self.local.announce(event);
        let master = self.master.clone();
        Box::pin(async move {
            let said = told.await;
            if let Some(user_count) = for_workers {
                master.send(None, ToWorker::SpawningComplete(user_count));
            }
            said
        })
    }

    fn user_counts(&self) -> UserCounts {
        self.master.look(|fleet| fleet.user_counts())
    }

    fn leave(&self) -> HostReply<()> {
        self.ask(Command::Leave)
    }

    fn unheard_for(&self) -> Duration {
        self.local.unheard_for()
    }
}
