//! Nodes of a cluster in one process, with users that only count.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "only tests use this")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use katydid_cluster::fleet::Notice;
use katydid_cluster::message::{Locustfiles, Report, Setting};
use katydid_cluster::{
    ClusterKey, Master, MasterAddress, MasterAudience, MasterHandle, MasterHost, MasterSettings, MasterSide,
    MasterSocket, Value, Worker, WorkerAudience, WorkerHandle, WorkerHost, WorkerNotice, WorkerSettings,
    WorkerSide,
};
use katydid_engine::{
    Announced, HostReply, RunEvent, Runner, RunnerHandle, StartRequest, UserClass, UserCounts, UserHost,
};
use katydid_stats::{Collector, PhaseDurations, Sample, Timestamp};
use tokio::time::{Instant, sleep};

pub const VERSION: &str = "2.47.0";

/// Users that do nothing, and a note of what they were told.
#[derive(Default)]
pub struct CountingHost {
    alive: Mutex<UserCounts>,
    pub heard: Mutex<Vec<String>>,
}

impl UserHost for CountingHost {
    fn set_users(&self, wanted: UserCounts, _ends_ramp: bool) -> HostReply<()> {
        *self.alive.lock().unwrap() = wanted;
        Box::pin(async { Ok(()) })
    }

    fn stop_all(&self) -> HostReply<()> {
        self.alive.lock().unwrap().clear();
        Box::pin(async { Ok(()) })
    }

    fn announce(&self, event: RunEvent) -> HostReply<Announced> {
        self.heard.lock().unwrap().push(event.name().to_owned());
        Box::pin(async { Ok(Announced::default()) })
    }

    fn user_counts(&self) -> UserCounts {
        self.alive.lock().unwrap().clone()
    }
}

/// User code that notes what it hears.
#[derive(Default)]
pub struct Audience {
    pub notices: Mutex<Vec<Notice>>,
    pub heard: Mutex<Vec<WorkerNotice>>,
    pub settings: Mutex<Vec<Arc<Setting>>>,
}

impl MasterAudience for Audience {
    fn tell(&self, notice: Notice) {
        self.notices.lock().unwrap().push(notice);
    }

    fn take_report(&self, _worker: &Arc<str>, report: Box<Report>) -> Result<(), Box<Report>> {
        Err(report)
    }

    fn locustfiles(&self, _takes_bundle: bool) -> HostReply<Result<Locustfiles, String>> {
        Box::pin(async { Ok(Ok(Locustfiles::default())) })
    }
}

impl WorkerAudience for Audience {
    fn tell(&self, notice: WorkerNotice) {
        self.heard.lock().unwrap().push(notice);
    }

    fn apply(&self, setting: Arc<Setting>, _classes: Vec<String>) -> HostReply<()> {
        self.settings.lock().unwrap().push(setting);
        Box::pin(async { Ok(()) })
    }

    fn wants_reports(&self) -> bool {
        false
    }

    fn report_extra(&self, _told: Value) -> HostReply<BTreeMap<String, Value>> {
        Box::pin(async { Ok(BTreeMap::new()) })
    }
}

pub struct MasterNode {
    pub handle: MasterHandle,
    pub runner: RunnerHandle,
    pub host: MasterHost,
    pub local: Arc<CountingHost>,
    pub collector: Arc<Collector>,
    pub audience: Arc<Audience>,
    pub task: tokio::task::JoinHandle<()>,
}

/// Quicker than the defaults, so that tests are.
pub fn quick_master() -> MasterSettings {
    MasterSettings {
        heartbeat_interval: Duration::from_millis(100),
        report_wait: Duration::from_secs(5),
        ..MasterSettings::default()
    }
}

pub fn quick_worker() -> WorkerSettings {
    WorkerSettings {
        heartbeat_interval: Duration::from_millis(100),
        report_interval: Duration::from_millis(150),
        master_timeout: Duration::from_secs(3),
        connect_timeout: Duration::from_millis(300),
        connect_attempts: 10,
    }
}

pub async fn master(port: u16, key: Option<&ClusterKey>) -> MasterNode {
    // The port of a master that was just ended may take a moment to be free.
    let began = Instant::now();
    let socket = loop {
        match MasterSocket::bind("127.0.0.1", port, key).await {
            Ok(socket) => break socket,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(10), "{error}"),
        }
        sleep(Duration::from_millis(10)).await;
    };
    let (master, handle) = Master::new(socket, VERSION, quick_master());
    let local = Arc::new(CountingHost::default());
    let host = MasterHost::new(handle.clone(), local.clone());
    let collector = Arc::new(Collector::default());
    let observed = collector.clone();
    let observer = move |event: &RunEvent| {
        if *event == RunEvent::TestStart {
            observed.clear(Timestamp::now());
        }
    };
    let (runner, runner_handle) = Runner::over_workers(Arc::new(host.clone()), Box::new(observer));
    tokio::spawn(runner.run());
    let audience = Arc::new(Audience::default());
    let task = tokio::spawn(master.run(MasterSide {
        runner: runner_handle.clone(),
        collector: collector.clone(),
        audience: audience.clone(),
    }));
    MasterNode {
        handle,
        runner: runner_handle,
        host,
        local,
        collector,
        audience,
        task,
    }
}

pub struct WorkerNode {
    pub handle: WorkerHandle,
    pub runner: RunnerHandle,
    pub host: WorkerHost,
    pub local: Arc<CountingHost>,
    pub collector: Arc<Collector>,
    pub audience: Arc<Audience>,
    pub task: tokio::task::JoinHandle<()>,
}

impl WorkerNode {
    /// A request that took so many milliseconds.
    pub fn request(&self, name: &str, milliseconds: u64, error: Option<&str>) {
        self.collector.record(&Sample {
            method: "GET",
            name,
            response_time: Some(Duration::from_millis(milliseconds)),
            phases: phases_of(milliseconds),
            response_length: 10,
            error,
            at: Timestamp::now(),
        });
    }
}

/// Of a request that took so long: most of it is waiting.
pub fn phases_of(milliseconds: u64) -> PhaseDurations {
    PhaseDurations {
        waiting: Some(Duration::from_millis(milliseconds - 1)),
        receiving: Some(Duration::from_millis(1)),
        ..PhaseDurations::default()
    }
}

pub async fn worker(id: &str, port: u16, key: Option<ClusterKey>) -> WorkerNode {
    let address = MasterAddress {
        host: "127.0.0.1".to_owned(),
        port,
        key,
    };
    let (mut worker, handle, runner) = Worker::connect(id, VERSION, address, quick_worker())
        .await
        .unwrap();
    worker.join().await.unwrap();
    let local = Arc::new(CountingHost::default());
    let collector = Arc::new(Collector::default());
    let audience = Arc::new(Audience::default());
    let observed = collector.clone();
    let task = tokio::spawn(worker.run(WorkerSide {
        host: local.clone(),
        collector: collector.clone(),
        observer: Box::new(move |event| {
            if *event == RunEvent::TestStart {
                observed.clear(Timestamp::now());
            }
        }),
        audience: audience.clone(),
        usage: Box::new(|| (1.0, 1 << 20)),
    }));
    WorkerNode {
        host: WorkerHost::new(handle.clone(), local.clone()),
        handle,
        runner,
        local,
        collector,
        audience,
        task,
    }
}

pub fn visitors(user_count: i64, spawn_rate: f64) -> StartRequest {
    StartRequest {
        user_count,
        spawn_rate,
        user_classes: vec![
            UserClass::weighted("Buyer", 1.0),
            UserClass::weighted("Visitor", 3.0),
        ],
        only: None,
    }
}

/// Waits until something is true, for at most ten seconds.
pub async fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_true() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "not within 10 s: {what}"
        );
        sleep(Duration::from_millis(10)).await;
    }
}

pub fn users(counts: UserCounts) -> u64 {
    counts.values().sum()
}
