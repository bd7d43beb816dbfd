//! What `bench/page.py` looks at: a page over a run that was long before it began.
//!
//! `katydid-page-bench HOURS ENTRIES WORKERS` writes so much history into statistics at once, serves their page, prints its
//! port, and goes on counting as if the run did.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{Announced, HostReply, RunEvent, RunState, RunnerStatus, UserCounts, UserHost};
use katydid_report::{ReportContext, WorkerFacts};
use katydid_stats::{Collector, Limits, MarkKind, PhaseDurations, Sample, Timestamp};
use katydid_web::{AppAnswer, AppRequest, Desk, LogCounts, Parts, Question, Server, Site, WebSettings};
use serde_json::{Value, json};
use tokio::sync::watch;

const USERS: u64 = 500;

/// Requests of each entry in each second.
const REQUESTS: u64 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u64> = arguments.iter().filter_map(|word| word.parse().ok()).collect();
    let [hours, entries, workers] = numbers[..] else {
        eprintln!("usage: katydid-page-bench HOURS ENTRIES WORKERS");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("one thread can be had");
    runtime.block_on(serve(hours, entries, workers));
    ExitCode::SUCCESS
}

async fn serve(hours: u64, entries: u64, workers: u64) {
    let names: Vec<String> = (0..entries)
        .map(|number| format!("/api/resource/{number:03}"))
        .collect();
    let now = Timestamp::now();
    let start = Timestamp(now.0 - hours as f64 * 3_600.0);
    let collector = Arc::new(Collector::new(Limits::default(), start));
    collector.with(|stats| stats.keep_over_time(start));
    let mut times = Times(1);
    for second in 0..hours * 3_600 {
        let at = Timestamp(start.0 + second as f64);
        count(&collector, &names, at, &mut times);
        collector.observe(at, USERS, USERS, Some(workers));
        if second.is_multiple_of(1_800) {
            collector.with(|stats| stats.mark(at, MarkKind::Stage, format!("stage {}", second / 1_800)));
        }
    }
    let status = RunnerStatus {
        state: RunState::Running,
        target_user_count: USERS,
        spawn_rate: 10.0,
        ..RunnerStatus::default()
    };
    let (_sender, status) = watch::channel(status);
    let settings = WebSettings::default();
    let server = Server::bind(&settings).await.expect("a port is free");
    println!("{}", server.port());
    let site = Site::new(Parts {
        collector: collector.clone(),
        status,
        host: Arc::new(Users),
        desk: Arc::new(Facts(workers)),
        settings,
    });
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(server.serve(site, stopped));
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        count(&collector, &names, Timestamp::now(), &mut times);
    }
}

fn count(collector: &Collector, names: &[String], at: Timestamp, times: &mut Times) {
    for name in names {
        for _ in 0..REQUESTS {
            collector.record(&Sample {
                method: "GET",
                name,
                response_time: Some(times.next()),
                phases: PhaseDurations::default(),
                response_length: 1_000,
                error: None,
                at,
            });
        }
    }
}

/// Any spread of response times: most between 4 and 70 ms, few of them longer.
struct Times(u64);

impl Times {
    fn next(&mut self) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let drawn = (self.0 >> 40) as f64 / f64::from(1 << 24);
        Duration::from_secs_f64(0.004 * (1.0 / (1.001 - drawn)).powf(0.6))
    }
}

/// Users that are only a number.
struct Users;

impl UserHost for Users {
    fn set_users(&self, _wanted: UserCounts, _ends_ramp: bool) -> HostReply<()> {
        Box::pin(async { Ok(()) })
    }

    fn stop_all(&self) -> HostReply<()> {
        Box::pin(async { Ok(()) })
    }

    fn announce(&self, _event: RunEvent) -> HostReply<Announced> {
        Box::pin(async { Ok(Announced::default()) })
    }

    fn user_counts(&self) -> UserCounts {
        BTreeMap::from([("Visitor".to_owned(), USERS)])
    }
}

/// Says what is asked for, and does nothing.
struct Facts(u64);

impl Desk for Facts {
    fn context(&self) -> ReportContext {
        let worker = |index: u64| WorkerFacts {
            id: format!("worker-{index:03}"),
            index: index as i64,
            state: "running".to_owned(),
            user_count: USERS / self.0.max(1),
            cpu_percent: 40.0,
            memory_bytes: 60_000_000,
            ..WorkerFacts::default()
        };
        ReportContext {
            host: Some("http://shop.example".to_owned()),
            locustfile: "shop.py".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            workers: (0..self.0).map(worker).collect(),
            ..ReportContext::default()
        }
    }

    fn refresh(&self) {}

    fn log_counts(&self) -> LogCounts {
        LogCounts::default()
    }

    fn is_master(&self) -> bool {
        self.0 > 0
    }

    fn ask(&self, question: Question) -> HostReply<Value> {
        let answer = match question {
            Question::TemplateArgs => json!({
                "state": "running", "is_distributed": self.is_master(), "host": "http://shop.example",
                "locustfile": "shop.py", "percentiles_to_chart": [0.5, 0.95], "percentiles_to_statistics": [0.95, 0.99],
                "extra_options": {}, "num_users": USERS, "spawn_rate": 10,
            }),
            Question::Tasks => json!({"per_class": {}, "total": {}}),
            Question::Logs => json!({"master": [], "workers": {}}),
            _ => Value::Null,
        };
        Box::pin(async move { Ok(answer) })
    }

    fn has_app(&self) -> bool {
        false
    }

    fn app(&self, _request: AppRequest) -> HostReply<AppAnswer> {
        Box::pin(async { Ok(AppAnswer::default()) })
    }
}
