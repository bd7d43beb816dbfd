//! Leads the users of a worker as its master says: one thing after the other, each as long as user code takes.

use std::collections::VecDeque;
use std::sync::Arc;

use katydid_engine::{Announced, HostError, Observer, RunEvent, RunState, RunnerStatus, UserHost};
use tokio::sync::{mpsc, oneshot, watch};

use super::{TARGET, WorkerAudience};
use crate::message::{Job, ToMaster, Version};

/// Something to be done with the users.
pub(super) enum Work {
    Job(Job),
    SpawningComplete(u64),
    Stop {
        /// Whether the master waits for an answer.
        at_masters_wish: bool,
        reply: Option<oneshot::Sender<()>>,
    },
    Quit(Option<oneshot::Sender<()>>),
}

/// What comes of it.
pub(super) enum Told {
    ToMaster(ToMaster),
    /// Report what was measured, then go on.
    Report(oneshot::Sender<()>),
}

pub(super) struct Conductor {
    pub(super) host: Arc<dyn UserHost>,
    pub(super) audience: Arc<dyn WorkerAudience>,
    pub(super) observer: Observer,
    pub(super) status: Arc<watch::Sender<RunnerStatus>>,
    pub(super) told: mpsc::UnboundedSender<Told>,
    pub(super) work: mpsc::UnboundedReceiver<Work>,
    /// Whether the last test has been stopped; one that never began has not.
    pub(super) has_stopped: bool,
}

impl Conductor {
    /// Works until it is told to quit.
    pub(super) async fn run(mut self) {
        let mut last_job = f64::NEG_INFINITY;
        let mut ahead = VecDeque::new();
        loop {
            let next = match ahead.pop_front() {
                Some(work) => Some(work),
                None => self.work.recv().await,
            };
            match next {
                Some(Work::Job(job)) if job.timestamp <= last_job => {
                    log::info!(target: TARGET, "Discard spawn message with older or equal timestamp than timestamp of previous spawn message");
                }
                Some(Work::Job(job)) => {
                    last_job = job.timestamp;
                    ahead.extend(self.take_job(job).await);
                }
                Some(Work::SpawningComplete(user_count)) => {
                    self.announce(RunEvent::SpawningComplete { user_count }).await;
                }
                Some(Work::Stop {
                    at_masters_wish,
                    reply,
                }) => {
                    self.stop().await;
                    if at_masters_wish {
                        self.report().await;
                        self.tell(ToMaster::ClientStopped);
                        self.tell(ToMaster::ClientReady(Version::Unchecked));
                        self.enter(RunState::Ready);
                    }
                    reply.map(|reply| reply.send(()));
                }
                Some(Work::Quit(reply)) => {
                    self.stop().await;
                    self.status.send_modify(|status| status.quit = true);
                    reply.map(|reply| reply.send(()));
                }
                None => return,
            }
        }
    }

    /// Has the users of a job; what came meanwhile is for later. A newer job takes its place.
    async fn take_job(&mut self, job: Job) -> Option<Work> {
        let users: u64 = job.users.values().sum();
        let asked_for = job.users.iter().filter(|(_, count)| **count > 0);
        let classes = asked_for.map(|(name, _)| name.clone()).collect();
        if let Err(error) = self.audience.apply(job.setting, classes).await {
            self.fail(&error);
            return None;
        }
        if !self.status.borrow().state.is_active() {
            self.status.send_modify(|status| status.failure = None);
            self.announce(RunEvent::TestStart).await;
        }
        self.has_stopped = false;
        self.enter(RunState::Spawning);
        self.status.send_modify(|status| {
            status.target_user_count = users;
            status.target_user_counts.clone_from(&job.users);
        });
        let mut carried_out = self.host.set_users(job.users, false);
        let result = tokio::select! {
            result = &mut carried_out => result,
            newer = self.work.recv() => match newer {
                // Numbers are absolute: nobody needs to wait for the old ones.
                Some(Work::SpawningComplete(_)) => carried_out.await,
                newer => return newer,
            },
        };
        match result {
            Ok(()) => {
                let users = self.host.user_counts();
                self.tell(ToMaster::SpawningComplete(users));
                self.enter(RunState::Running);
            }
            Err(error) => self.fail(&error),
        }
        None
    }

    async fn stop(&mut self) {
        if std::mem::replace(&mut self.has_stopped, true) {
            return;
        }
        self.announce(RunEvent::TestStopping).await;
        let counts = self.host.user_counts();
        self.status
            .send_modify(|status| status.final_user_counts = counts);
        self.enter(RunState::Cleanup);
        if let Err(error) = self.host.stop_all().await {
            self.fail(&error);
        }
        self.enter(RunState::Stopped);
        self.announce(RunEvent::TestStop).await;
    }

    async fn announce(&mut self, event: RunEvent) {
        (self.observer)(&event);
        match self.host.announce(event).await {
            Ok(said) => self.note(said),
            Err(error) => self.fail(&error),
        }
    }

    async fn report(&mut self) {
        let (done, is_done) = oneshot::channel();
        if self.told.send(Told::Report(done)).is_ok() {
            let _ = is_done.await;
        }
    }

    fn tell(&self, message: ToMaster) {
        let _ = self.told.send(Told::ToMaster(message));
    }

    fn note(&self, said: Announced) {
        self.status
            .send_modify(|status| status.announced = status.announced.and_then(said));
    }

    fn fail(&self, error: &HostError) {
        log::error!(target: TARGET, "{error}");
        self.status.send_modify(|status| {
            status.failure.get_or_insert_with(|| error.to_string());
        });
    }

    fn enter(&self, state: RunState) {
        self.status.send_modify(|status| status.state = state);
    }
}
