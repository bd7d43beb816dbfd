//! What a master knows of one worker.

use std::time::Duration;

use katydid_engine::{RunState, UserCounts};

use crate::message::WorkerHealth;

/// One worker, as its master sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its number among all that ever came, from 0.
    pub index: i64,
    /// What it said that it does, or `Missing`.
    pub state: RunState,
    /// Heartbeats that may still be missing.
    pub liveness: i32,
    /// Percent of one core.
    pub cpu_usage: f64,
    /// Resident memory in bytes.
    pub memory_usage: u64,
    /// Users, as it reported last.
    pub users: UserCounts,
    /// Whether it was the limit in this test, as far as it says so.
    pub health: Option<WorkerHealth>,
    pub(super) has_warned_of_cpu: bool,
    /// Whether it was said to be gone ([`Left`](super::Effect::Left)) and not to be back since.
    pub(super) has_left: bool,
    /// When it began to take part in this test, when anything was heard of it, and when a report came.
    pub(super) began_at: Duration,
    pub(super) heard_at: Duration,
    pub(super) reported_at: Duration,
    /// The number of its last report.
    pub(super) last_report: u64,
    /// Requests in reports of this test.
    pub(super) requests_reported: u64,
    /// Requests of this test that a heartbeat spoke of.
    pub(super) requests_told: Option<u64>,
}

impl Node {
    pub(super) fn new(index: i64, liveness: i32, now: Duration) -> Self {
        Self {
            index,
            state: RunState::Ready,
            liveness,
            cpu_usage: 0.0,
            memory_usage: 0,
            users: UserCounts::new(),
            health: None,
            has_warned_of_cpu: false,
            has_left: false,
            began_at: now,
            heard_at: now,
            reported_at: now,
            last_report: 0,
            requests_reported: 0,
            requests_told: None,
        }
    }

    /// It reported as ready once more: reports go on where they were.
    pub(super) fn carry_on(&mut self, before: &Self) {
        self.began_at = before.began_at;
        self.last_report = before.last_report;
        self.requests_reported = before.requests_reported;
        self.requests_told = before.requests_told;
        self.health.clone_from(&before.health);
        self.has_warned_of_cpu = before.has_warned_of_cpu;
    }

    pub(super) fn begin_test(&mut self, now: Duration) {
        self.began_at = now;
        self.reported_at = now;
        self.requests_reported = 0;
        self.requests_told = None;
        self.health = None;
        self.has_warned_of_cpu = false;
    }

    /// Users, as it reported last.
    pub fn user_count(&self) -> u64 {
        self.users.values().sum()
    }

    /// Whether it is in the middle of a test.
    pub fn has_users_or_spawns(&self) -> bool {
        self.state.is_active() || (self.is_present() && self.user_count() > 0)
    }

    /// Whether nothing is heard of it any more.
    pub fn is_missing(&self) -> bool {
        self.state == RunState::Missing
    }

    /// Whether it can have users.
    pub fn is_present(&self) -> bool {
        matches!(
            self.state,
            RunState::Ready | RunState::Spawning | RunState::Running
        )
    }
}
