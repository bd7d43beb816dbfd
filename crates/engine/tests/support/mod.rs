//! A host that starts no users, but notes what it is asked and when, and answers as slowly as it is told.

#![allow(unreachable_pub, clippy::unwrap_used, reason = "only tests use this")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use katydid_engine::{
    Announced, HostError, HostReply, LoadShape, Observer, RunEvent, Runner, RunnerHandle, ShapeTick,
    StartRequest, UserClass, UserCounts, UserHost,
};
use tokio::time::{Instant, sleep};

/// What a host does with a call: how long it takes, and what it says then.
#[derive(Clone, Default)]
pub struct Manner {
    pub set_users_takes: Duration,
    pub stop_takes: Duration,
    pub listeners_take: Duration,
    pub set_users_fails: Option<String>,
    pub said: Announced,
}

pub struct FakeHost {
    began: Instant,
    manner: Manner,
    /// Each call with the milliseconds since the host was made.
    calls: Mutex<Vec<(u128, String)>>,
    alive: Mutex<UserCounts>,
}

impl FakeHost {
    fn note(&self, call: String) {
        self.calls
            .lock()
            .unwrap()
            .push((self.began.elapsed().as_millis(), call));
    }

    pub fn calls(&self) -> Vec<String> {
        self.calls
            .lock()
            .unwrap()
            .iter()
            .map(|(_, call)| call.clone())
            .collect()
    }

    pub fn timed_calls(&self) -> Vec<(u128, String)> {
        self.calls.lock().unwrap().clone()
    }
}

impl UserHost for FakeHost {
    fn set_users(&self, wanted: UserCounts, _ends_ramp: bool) -> HostReply<()> {
        let words: Vec<String> = wanted
            .iter()
            .map(|(name, count)| format!("{name}={count}"))
            .collect();
        self.note(words.join(" "));
        self.alive.lock().unwrap().extend(wanted);
        let (takes, fails) = (self.manner.set_users_takes, self.manner.set_users_fails.clone());
        Box::pin(async move {
            sleep(takes).await;
            fails.map_or(Ok(()), |why| Err(HostError(why)))
        })
    }

    fn stop_all(&self) -> HostReply<()> {
        self.note("stop_all".into());
        self.alive.lock().unwrap().clear();
        let takes = self.manner.stop_takes;
        Box::pin(async move {
            sleep(takes).await;
            Ok(())
        })
    }

    fn announce(&self, event: RunEvent) -> HostReply<Announced> {
        match &event {
            RunEvent::SpawningComplete { user_count } => {
                self.note(format!("spawning_complete({user_count})"))
            }
            other => self.note(other.name().to_owned()),
        }
        let (takes, said) = (self.manner.listeners_take, self.manner.said);
        Box::pin(async move {
            sleep(takes).await;
            Ok(said)
        })
    }

    fn user_counts(&self) -> UserCounts {
        self.alive.lock().unwrap().clone()
    }
}

/// Starts a runner over a fake host; also gives the names of the events that the observer saw.
pub fn runner(manner: Manner) -> (Arc<FakeHost>, RunnerHandle, Arc<Mutex<Vec<&'static str>>>) {
    let (calls, alive) = (Mutex::default(), Mutex::default());
    let host = Arc::new(FakeHost {
        began: Instant::now(),
        manner,
        calls,
        alive,
    });
    let seen: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let observer: Observer = {
        let seen = Arc::clone(&seen);
        Box::new(move |event| seen.lock().unwrap().push(event.name()))
    };
    let (runner, handle) = Runner::new(Arc::clone(&host) as Arc<dyn UserHost>, observer);
    tokio::spawn(runner.run());
    (host, handle, seen)
}

pub fn visitors(user_count: i64, spawn_rate: f64) -> StartRequest {
    StartRequest {
        user_count,
        spawn_rate,
        user_classes: vec![UserClass::weighted("Visitor", 1.0)],
        only: None,
    }
}

/// A shape that says one thing after the other, then the end.
pub struct Script(pub Vec<ShapeTick>);

impl LoadShape for Script {
    fn tick(&mut self) -> HostReply<Option<ShapeTick>> {
        let next = if self.0.is_empty() {
            None
        } else {
            Some(self.0.remove(0))
        };
        Box::pin(async move { Ok(next) })
    }
}

pub fn tick(user_count: i64, spawn_rate: f64) -> ShapeTick {
    ShapeTick {
        user_count,
        spawn_rate,
        user_classes: None,
    }
}
