//! What `bench/cluster.py` measures masters with: simulated workers that speak the real protocol, and the dispatcher on
//! its own.
//!
//! `katydid-cluster-bench workers PORT COUNT SECONDS` connects so many workers, which have no users but count requests
//! under 20 names as if they had. `katydid-cluster-bench dispatch` works out a million users on ten thousand workers.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_cluster::message::Setting;
use katydid_cluster::{
    MasterAddress, Value, Worker, WorkerAudience, WorkerHost, WorkerNotice, WorkerSettings, WorkerSide,
};
use katydid_engine::{Announced, Dispatcher, HostReply, RunEvent, RunState, UserClass, UserCounts, UserHost};
use katydid_stats::{Collector, PhaseDurations, Sample, Timestamp};
use parking_lot::Mutex;
use serde_json::json;

const NAMES: usize = 20;

/// How often each worker counts requests, and how many under each name.
const COUNT_EVERY: Duration = Duration::from_millis(500);
const REQUESTS_AT_ONCE: u64 = 5;

/// What their times went into.
const PHASES: PhaseDurations = PhaseDurations {
    dns: None,
    connect: None,
    tls: None,
    waiting: Some(Duration::from_millis(150)),
    receiving: Some(Duration::from_millis(50)),
};

/// All workers come within one interval of reports, so that their reports do not come at the same moment either.
const COMING: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["workers", port, count, seconds] => match (port.parse(), count.parse(), seconds.parse()) {
            (Ok(port), Ok(count), Ok(seconds)) => workers(port, count, Duration::from_secs(seconds)),
            _ => usage(),
        },
        ["dispatch"] => dispatch(),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: katydid-cluster-bench workers PORT COUNT SECONDS | dispatch");
    ExitCode::from(2)
}

/// Users that are only numbers.
#[derive(Default)]
struct NoUsers(Mutex<UserCounts>);

impl UserHost for NoUsers {
    fn set_users(&self, wanted: UserCounts, _ends_ramp: bool) -> HostReply<()> {
        *self.0.lock() = wanted;
        Box::pin(async { Ok(()) })
    }

    fn stop_all(&self) -> HostReply<()> {
        self.0.lock().clear();
        Box::pin(async { Ok(()) })
    }

    fn announce(&self, _event: RunEvent) -> HostReply<Announced> {
        Box::pin(async { Ok(Announced::default()) })
    }

    fn user_counts(&self) -> UserCounts {
        self.0.lock().clone()
    }
}

struct NoAudience;

impl WorkerAudience for NoAudience {
    fn tell(&self, _notice: WorkerNotice) {}

    fn apply(&self, _setting: Arc<Setting>, _classes: Vec<String>) -> HostReply<()> {
        Box::pin(async { Ok(()) })
    }

    fn wants_reports(&self) -> bool {
        false
    }

    fn report_extra(&self, _told: Value) -> HostReply<BTreeMap<String, Value>> {
        Box::pin(async { Ok(BTreeMap::new()) })
    }
}

fn workers(port: u16, count: usize, length: Duration) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        eprintln!("no runtime can be had");
        return ExitCode::FAILURE;
    };
    runtime.block_on(async {
        let connected = Arc::new(Mutex::new(0_usize));
        let counted = Arc::new(Mutex::new(0_u64));
        let mut tasks = Vec::new();
        let began = tokio::time::Instant::now();
        for number in 0..count {
            let (connected, counted) = (connected.clone(), counted.clone());
            tasks.push(tokio::spawn(one_worker(port, number, connected, counted)));
            tokio::time::sleep_until(began + COMING.mul_f64((number + 1) as f64 / count as f64)).await;
        }
        tokio::time::sleep(length).await;
        let alive = tasks.iter().filter(|task| !task.is_finished()).count();
        println!("{}", json!({"workers": count, "connected": *connected.lock(), "alive": alive, "requests": *counted.lock()}));
    });
    ExitCode::SUCCESS
}

async fn one_worker(port: u16, number: usize, connected: Arc<Mutex<usize>>, counted: Arc<Mutex<u64>>) {
    let master = MasterAddress {
        host: "127.0.0.1".to_owned(),
        port,
        key: None,
    };
    // As a worker of real users would be named: a host, and something of its own.
    let id = format!("host{number:05}_{:032x}", number * 7_919 + 1);
    let joined = Worker::connect(&id, "2.47.0", master, WorkerSettings::default()).await;
    let Ok((mut worker, handle, runner)) = joined else {
        return;
    };
    let host: Arc<NoUsers> = Arc::default();
    let leaving = WorkerHost::new(handle, host.clone());
    if worker.join().await.is_err() {
        return;
    }
    *connected.lock() += 1;
    let collector = Arc::new(Collector::default());
    let observed = collector.clone();
    let work = worker.run(WorkerSide {
        host,
        collector: collector.clone(),
        observer: Box::new(move |event| {
            if *event == RunEvent::TestStart {
                observed.clear(Timestamp::now());
            }
        }),
        audience: Arc::new(NoAudience),
        usage: Box::new(|| (12.5, 64 << 20)),
    });
    let names: Vec<String> = (0..NAMES).map(|name| format!("/name/{name}")).collect();
    let count = async {
        let mut turn = number as u64;
        loop {
            tokio::time::sleep(COUNT_EVERY).await;
            if runner.status().quit {
                // The loop takes leave, and ends with it.
                let _ = leaving.leave().await;
                return;
            }
            if runner.status().state != RunState::Running {
                continue;
            }
            for name in &names {
                for _ in 0..REQUESTS_AT_ONCE {
                    // Any spread of times: 1 to 400 ms.
                    turn = turn
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    collector.record(&Sample {
                        method: "GET",
                        name,
                        response_time: Some(Duration::from_micros(1_000 + (turn >> 33) % 400_000)),
                        phases: PHASES,
                        response_length: 1_000,
                        error: None,
                        at: Timestamp::now(),
                    });
                }
            }
            *counted.lock() += REQUESTS_AT_ONCE * NAMES as u64;
        }
    };
    tokio::select! {
        () = work => {}
        () = count => {}
    }
}

fn dispatch() -> ExitCode {
    let classes =
        (0..50).map(|number| UserClass::weighted(format!("User{number:02}"), f64::from(number + 1)));
    let workers = (0..10_000).map(|number| format!("h{number}_x")).collect();
    let Ok(dispatcher) = Dispatcher::new(workers, classes.collect()) else {
        return ExitCode::FAILURE;
    };
    let mut dispatcher = dispatcher.gradual();
    let mut row = BTreeMap::new();
    for rate in [10_000.0, 100_000.0, 1_000_000.0] {
        let (up, steps) = slowest_step(&mut dispatcher, 1_000_000, rate);
        let (down, _) = slowest_step(&mut dispatcher, 0, rate);
        row.insert(
            format!("{rate:.0} users/s"),
            json!({"steps": steps, "slowest_ms": milliseconds(up), "slowest_down_ms": milliseconds(down)}),
        );
    }
    slowest_step(&mut dispatcher, 1_000_000, 100_000.0);
    let began = Instant::now();
    dispatcher.remove_worker("h5000_x");
    dispatcher.resume();
    while dispatcher.next_step().is_some() {}
    row.insert(
        "a worker lost".to_owned(),
        json!({"all_steps_ms": milliseconds(began.elapsed())}),
    );
    let loads: Vec<u64> = dispatcher
        .users_on_workers()
        .values()
        .map(|row| row.values().sum())
        .collect();
    let (most, fewest) = (
        loads.iter().max().copied().unwrap_or(0),
        loads.iter().min().copied().unwrap_or(0),
    );
    println!(
        "{}",
        json!({"users": loads.iter().sum::<u64>(), "workers": loads.len(), "uneven_by": most - fewest, "ramps": row})
    );
    ExitCode::SUCCESS
}

fn slowest_step(dispatcher: &mut Dispatcher, target: i64, rate: f64) -> (Duration, usize) {
    if dispatcher.begin(target, rate, None).is_err() {
        return (Duration::MAX, 0);
    }
    let (mut slowest, mut steps) = (Duration::ZERO, 0);
    loop {
        let began = Instant::now();
        if dispatcher.next_step().is_none() {
            return (slowest, steps);
        }
        slowest = slowest.max(began.elapsed());
        steps += 1;
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 1e2
}
