//! A host in this process: its users do nothing but record a request every so often. And a run over it.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    dead_code,
    reason = "only tests use this, each a part of it"
)]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use katydid_cli::{
    Monitor, RunOptions, RunParts, Settings, Signal, SignalSource, Terminal, run, statistics_observer,
};
use katydid_engine::{
    Announced, HostError, HostReply, LoadShape, RunEvent, Runner, UserClass, UserCounts, UserHost,
};
use katydid_report::ReportContext;
use katydid_stats::{Collector, Sample, Timestamp};
use serde_json::Value;
use tokio::sync::mpsc;

/// How often each user sends a request.
const PAUSE: Duration = Duration::from_millis(100);

/// How a host behaves.
#[derive(Clone, Default)]
pub struct Manner {
    /// The text of the error that every request to `/cart` fails with.
    pub error: Option<&'static str>,
    /// What a user raises.
    pub exception: Option<&'static str>,
    /// Users never stop.
    pub is_stuck: bool,
    /// Nothing that is asked is heard.
    pub is_blocked: bool,
    /// Users cannot be started.
    pub is_broken: bool,
    /// What listeners say to an event, by its name.
    pub says: BTreeMap<&'static str, Announced>,
}

/// Hosts users that are rows in a table.
pub struct FakeHost {
    manner: Manner,
    alive: Mutex<UserCounts>,
    events: Mutex<Vec<String>>,
    collector: Arc<Collector>,
}

impl FakeHost {
    /// Sends what the users of the moment send, for as long as the host lives.
    async fn send(self: Arc<Self>) {
        loop {
            tokio::time::sleep(PAUSE).await;
            let alive: u64 = self.user_counts().values().sum();
            for number in 0..alive {
                let name = if number % 2 == 0 { "/" } else { "/cart" };
                let error = self.manner.error.filter(|_| name == "/cart");
                self.collector.record(&Sample {
                    method: "GET",
                    name,
                    response_time: Some(Duration::from_millis(20 + number)),
                    phases: katydid_stats::PhaseDurations::default(),
                    response_length: 1000,
                    error,
                    at: Timestamp::now(),
                });
            }
        }
    }
}

impl UserHost for FakeHost {
    fn set_users(&self, wanted: UserCounts, _ends_ramp: bool) -> HostReply<()> {
        if self.manner.is_broken {
            return Box::pin(async { Err(HostError("Visitor: no such host".to_owned())) });
        }
        self.alive.lock().unwrap().extend(wanted);
        if let Some(message) = self.manner.exception {
            self.collector.record_exception("local", message, "in task");
        }
        Box::pin(async { Ok(()) })
    }

    fn stop_all(&self) -> HostReply<()> {
        if self.manner.is_stuck {
            return Box::pin(std::future::pending());
        }
        self.alive.lock().unwrap().clear();
        Box::pin(async { Ok(()) })
    }

    fn unheard_for(&self) -> Duration {
        match self.manner.is_blocked {
            true => Duration::MAX,
            false => Duration::ZERO,
        }
    }

    fn announce(&self, event: RunEvent) -> HostReply<Announced> {
        if self.manner.is_blocked {
            return Box::pin(std::future::pending());
        }
        let name = event.name();
        let text = match event {
            RunEvent::Quit { exit_code } => format!("quit({exit_code})"),
            _ => name.to_owned(),
        };
        self.events.lock().unwrap().push(text);
        let said = self.manner.says.get(name).copied().unwrap_or_default();
        Box::pin(async move { Ok(said) })
    }

    fn user_counts(&self) -> UserCounts {
        self.alive.lock().unwrap().clone()
    }
}

/// An output that can be read.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<u8>>>);

impl Seen {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a run left behind.
pub struct Ran {
    pub exit_code: i32,
    pub out: String,
    pub error: String,
    pub events: Vec<String>,
    /// The code of a forced end, if there was one.
    pub forced: Option<i32>,
    pub requests: u64,
}

/// A run to be.
#[derive(Default)]
pub struct Plan {
    pub options: Value,
    pub manner: Manner,
    pub shape: Option<Box<dyn LoadShape>>,
    pub is_live: bool,
    /// Signals, with the time since the start at which they come.
    pub signals: Vec<(Duration, Signal)>,
}

impl Plan {
    pub fn new(options: Value) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Runs it, in paused time.
    pub async fn run(self) -> Ran {
        let mut options = RunOptions::from_namespace(self.options.as_object().unwrap()).unwrap();
        // Only a test that says where keeps anything.
        options.no_store = options.store.is_none();
        let settings = Settings::resolve(&options).unwrap();
        let (out, error) = (Seen::default(), Seen::default());
        let terminal = Terminal::new(Box::new(out.clone()), Box::new(error.clone()), self.is_live);
        let (signal_sender, receiver) = mpsc::unbounded_channel();
        for (after, signal) in self.signals {
            let sender = signal_sender.clone();
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                let _ = sender.send(signal);
            });
        }
        let forced = Arc::new(AtomicI32::new(-1));
        let note_forced = Arc::clone(&forced);
        let (host, mut parts) = compose(self.manner, terminal, SignalSource::Injected(receiver));
        parts.shape = self.shape;
        parts.forced_end = Box::new(move |code| note_forced.store(code, Ordering::Relaxed));
        let collector = Arc::clone(&parts.collector);
        let exit_code = run(&settings, parts).await;
        let forced = forced.load(Ordering::Relaxed);
        let events = host.events.lock().unwrap().clone();
        Ran {
            exit_code,
            out: out.text(),
            error: error.text(),
            events,
            forced: (forced != -1).then_some(forced),
            requests: collector.with(|stats| stats.total().num_requests()),
        }
    }
}

/// Puts a run's parts together around a host, and starts its users and its runner.
pub fn compose(manner: Manner, terminal: Terminal, signals: SignalSource) -> (Arc<FakeHost>, RunParts) {
    let collector = Arc::new(Collector::default());
    let (alive, events) = (Mutex::default(), Mutex::default());
    let host = Arc::new(FakeHost {
        manner,
        alive,
        events,
        collector: Arc::clone(&collector),
    });
    tokio::spawn(Arc::clone(&host).send());
    let observer = statistics_observer(Arc::clone(&collector), false);
    let (runner, handle) = Runner::new(Arc::clone(&host) as Arc<dyn UserHost>, observer);
    tokio::spawn(runner.run());
    let report = ReportContext {
        locustfile: "shop.py".to_owned(),
        host: Some("https://shop.example.com".to_owned()),
        ..ReportContext::default()
    };
    let parts = RunParts {
        host: Arc::clone(&host) as Arc<dyn UserHost>,
        master: None,
        runner: handle,
        collector,
        user_classes: vec![UserClass::weighted("Visitor", 1.0)],
        shape: None,
        shape_uses_common_options: false,
        report,
        monitor: Monitor::default(),
        terminal,
        signals,
        forced_end: Box::new(|code| std::process::exit(code)),
    };
    (host, parts)
}
