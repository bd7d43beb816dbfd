//! User code as a master or a worker reaches it: through the hub thread's queue. Holds no Python object.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use katydid_cluster::fleet::Notice;
use katydid_cluster::message::{Locustfiles, Report, Setting};
use katydid_cluster::{MasterAudience, Value, WorkerAudience, WorkerNotice};
use katydid_engine::{HostError, HostReply};
use tokio::sync::oneshot;

use crate::control::{Answer, ControlCommand, ControlRequest, NodeNotice, RunnerId};
use crate::hub_queue::{HubItem, HubQueue};

/// The user code of one runner, as its node tells it things.
pub(crate) struct Audience {
    queue: Arc<HubQueue>,
    /// Known as soon as there is a runner.
    runner: OnceLock<RunnerId>,
    /// Whether anybody wants to see reports: most runs have nobody, and spare themselves the dictionaries.
    wants_reports: AtomicBool,
    wants_heartbeats: AtomicBool,
}

impl Audience {
    pub(crate) fn new(queue: Arc<HubQueue>) -> Self {
        Self {
            queue,
            runner: OnceLock::new(),
            wants_reports: AtomicBool::new(false),
            wants_heartbeats: AtomicBool::new(false),
        }
    }

    pub(crate) fn set_runner(&self, runner: RunnerId) {
        let _ = self.runner.set(runner);
    }

    pub(crate) fn set_wishes(&self, reports: bool, heartbeats: bool) {
        self.wants_reports.store(reports, Ordering::Relaxed);
        self.wants_heartbeats.store(heartbeats, Ordering::Relaxed);
    }

    /// Puts a request into the queue; before there is a runner nobody can hear it.
    fn push(&self, request: ControlRequest) {
        if let Some(&runner) = self.runner.get() {
            self.queue
                .push(HubItem::Control(ControlCommand { runner, request }));
        }
    }

    fn notify(&self, notice: NodeNotice) {
        self.push(ControlRequest::Notice(notice));
    }

    fn ask<T: Send + 'static>(&self, request: impl FnOnce(Answer<T>) -> ControlRequest) -> HostReply<T> {
        let (answer, answered) = oneshot::channel();
        self.push(request(answer));
        Box::pin(async move {
            answered
                .await
                .unwrap_or_else(|_| Err(HostError("the hub thread has ended".into())))
        })
    }
}

impl MasterAudience for Audience {
    fn tell(&self, notice: Notice) {
        match notice {
            Notice::WorkerConnect(worker) => self.notify(NodeNotice::WorkerConnect(worker)),
            Notice::HeartbeatSent(worker) => {
                if self.wants_heartbeats.load(Ordering::Relaxed) {
                    self.notify(NodeNotice::Heartbeat(Some(worker)));
                }
            }
            Notice::Logs { worker_id, logs } => self.notify(NodeNotice::Logs(worker_id, logs)),
            Notice::Custom { kind, data, worker } => {
                self.notify(NodeNotice::Message(kind, data, Some(worker)));
            }
        }
    }

    fn take_report(&self, worker: &Arc<str>, report: Box<Report>) -> Result<(), Box<Report>> {
        if !self.wants_reports.load(Ordering::Relaxed) {
            return Err(report);
        }
        self.notify(NodeNotice::Report(worker.clone(), report));
        Ok(())
    }

    fn locustfiles(&self, takes_bundle: bool) -> HostReply<Result<Locustfiles, String>> {
        self.ask(|answer| ControlRequest::Locustfiles(takes_bundle, answer))
    }
}

impl WorkerAudience for Audience {
    fn tell(&self, notice: WorkerNotice) {
        match notice {
            WorkerNotice::HeartbeatReceived => {
                if self.wants_heartbeats.load(Ordering::Relaxed) {
                    self.notify(NodeNotice::Heartbeat(None));
                }
            }
            WorkerNotice::UpdateUserClass(settings) => self.notify(NodeNotice::UpdateUserClass(settings)),
            WorkerNotice::Custom { kind, data } => self.notify(NodeNotice::Message(kind, data, None)),
        }
    }

    fn apply(&self, setting: Arc<Setting>, classes: Vec<String>) -> HostReply<()> {
        self.ask(|answer| ControlRequest::Apply(setting, classes, answer))
    }

    fn wants_reports(&self) -> bool {
        self.wants_reports.load(Ordering::Relaxed)
    }

    fn report_extra(&self, told: Value) -> HostReply<BTreeMap<String, Value>> {
        self.ask(|answer| ControlRequest::ReportExtra(told, answer))
    }
}
