//! The rules of Locust's protocol as a master keeps them, one by one, and where Katydid differs on purpose.

#![allow(clippy::unwrap_used, reason = "only tests use this")]

use std::time::Duration;

use katydid_cluster::Value;
use katydid_cluster::fleet::{Effect, Fleet, Level, Notice, Patience};
use katydid_cluster::message::{Heartbeat, Report, ToMaster, ToWorker, Version, WorkerHealth};
use katydid_engine::{RunState, UserCounts};
use katydid_stats::{EntryDelta, PhaseTimes, StatsDelta, Timestamp};

/// A master whose clock tests set.
struct Master {
    fleet: Fleet,
    seconds: u64,
}

impl Master {
    fn new() -> Self {
        Self {
            fleet: Fleet::new("2.47.0", "session", Patience::default()),
            seconds: 1_000,
        }
    }

    /// With these workers, ready.
    fn of(workers: &[&str]) -> Self {
        let mut master = Self::new();
        for worker in workers {
            master.hear(worker, ready());
        }
        master
    }

    fn hear(&mut self, from: &str, message: ToMaster) -> Effects {
        let now = Duration::from_secs(self.seconds);
        Effects(self.fleet.handle(from, message, now))
    }

    /// A second passes in which nobody says anything.
    fn tick(&mut self) -> Effects {
        self.seconds += 1;
        Effects(self.fleet.tick(Duration::from_secs(self.seconds)))
    }

    fn ticks(&mut self, count: usize) -> Effects {
        Effects((0..count).flat_map(|_| self.tick().0).collect())
    }

    fn state(&self, worker: &str) -> Option<RunState> {
        self.fleet.node(worker).map(|node| node.state)
    }

    fn users(&self) -> u64 {
        self.fleet.user_counts().values().sum()
    }
}

/// What follows from a message.
struct Effects(Vec<Effect>);

impl Effects {
    fn sent(&self) -> Vec<(&str, &ToWorker)> {
        let sent = self.0.iter().filter_map(|effect| match effect {
            Effect::Send { to, message } => Some((&**to, message)),
            _ => None,
        });
        sent.collect()
    }

    fn joined(&self) -> Vec<&str> {
        let joined = self.0.iter().filter_map(|effect| match effect {
            Effect::Joined(worker) => Some(&**worker),
            _ => None,
        });
        joined.collect()
    }

    fn relieved(&self) -> Vec<&str> {
        let relieved = self.0.iter().filter_map(|effect| match effect {
            Effect::Relieve(worker) => Some(&**worker),
            _ => None,
        });
        relieved.collect()
    }

    fn left(&self) -> Vec<(&str, bool)> {
        let left = self.0.iter().filter_map(|effect| match effect {
            Effect::Left { worker, missing } => Some((&**worker, *missing)),
            _ => None,
        });
        left.collect()
    }

    fn merged(&self) -> u64 {
        let merged = self.0.iter().filter_map(|effect| match effect {
            Effect::Merge { report, .. } => Some(report.delta.num_requests()),
            _ => None,
        });
        merged.sum()
    }

    fn logged(&self) -> Vec<(Level, &str)> {
        let logged = self.0.iter().filter_map(|effect| match effect {
            Effect::Log(level, text) => Some((*level, &**text)),
            _ => None,
        });
        logged.collect()
    }

    fn told(&self) -> Vec<&Notice> {
        let told = self.0.iter().filter_map(|effect| match effect {
            Effect::Tell(notice) => Some(notice),
            _ => None,
        });
        told.collect()
    }
}

// Handshake and versions: 5.4, trap 34.

#[test]
fn who_is_ready_is_welcome_and_gets_a_number() {
    let mut master = Master::new();
    for (worker, index) in [("a_1", 0), ("b_1", 1), ("a_2", 2)] {
        let effects = master.hear(worker, ready());
        let ack = ToWorker::Ack {
            index: Some(index),
            session: Some("session".to_owned()),
        };
        assert_eq!(effects.sent(), [(worker, &ack)]);
        assert_eq!(effects.told(), [&Notice::WorkerConnect(worker.into())]);
        assert_eq!(effects.joined(), [worker]);
        assert_eq!(effects.left(), []);
    }
    assert_eq!(master.fleet.ready_count(), 3);
}

#[test]
fn the_log_says_who_came() {
    let mut master = Master::of(&["a_1"]);
    let first = master.hear("b_1", ready());
    let text = "b_1 (index 1) reported as ready. 2 workers connected.";
    assert_eq!(first.logged(), [(Level::Info, text)]);
    let again = master.hear("b_1", ready());
    let text = "b_1 (index 1) reported as ready (duplicate message). 2 workers connected.";
    assert_eq!(again.logged(), [(Level::Debug, text)]);
    // Locust forgets whom has stopped, so that it is new.
    master.hear("b_1", ToMaster::ClientStopped);
    let after_a_test = master.hear("b_1", ready());
    assert_eq!(after_a_test.logged()[0].0, Level::Info);
}

#[test]
fn versions_are_compared_by_their_first_four_characters() {
    for (version, expected) in [
        (Version::Of("2.47.0".to_owned()), None),
        (Version::Unchecked, None),
        (
            Version::Of("2.47.9".to_owned()),
            Some((Level::Debug, "different patch version (2.47.9)")),
        ),
        (
            Version::Of("2.46.3".to_owned()),
            Some((Level::Warning, "different version (2.46.3)")),
        ),
        (
            Version::Of("3".to_owned()),
            Some((Level::Warning, "different version (3)")),
        ),
    ] {
        let effects = Master::new().hear("a_1", ToMaster::ClientReady(version));
        let mut about_versions = effects
            .logged()
            .into_iter()
            .filter(|(_, text)| text.contains("version"));
        match (about_versions.next(), expected) {
            (None, None) => {}
            (Some((level, text)), Some((expected, part))) => {
                assert!(level == expected && text.contains(part), "{level:?} {text}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(effects.joined(), ["a_1"], "it is welcome all the same");
    }
}

#[test]
fn workers_older_than_2_0_are_refused_without_an_answer() {
    let mut master = Master::new();
    let effects = master.hear("a_1", ToMaster::ClientReady(Version::Missing));
    assert_eq!(effects.0.len(), 1);
    assert_eq!(effects.logged()[0].0, Level::Error);
    assert_eq!(master.state("a_1"), None);
}

#[test]
fn an_index_is_for_ever() {
    let mut master = Master::of(&["a_1", "b_1"]);
    master.hear("a_1", ToMaster::Quit);
    master.hear("c_1", ready());
    master.hear("a_1", ready());
    let indexes: Vec<_> = master
        .fleet
        .nodes()
        .map(|(id, node)| (&**id, node.index))
        .collect();
    assert_eq!(indexes, [("a_1", 0), ("b_1", 1), ("c_1", 2)]);
}

// A test: 5.5, traps 10 and 47.

#[test]
fn users_are_those_that_workers_said_last() {
    let mut master = Master::of(&["a_1", "b_1"]);
    master.hear("a_1", ToMaster::Spawning);
    assert_eq!(
        (master.state("a_1"), master.users()),
        (Some(RunState::Spawning), 0),
        "told, but not yet there"
    );
    master.hear("a_1", complete(4));
    assert_eq!(
        (master.state("a_1"), master.users()),
        (Some(RunState::Running), 4)
    );
    master.hear("b_1", report(None, 0, 3));
    assert_eq!(master.users(), 7, "reports say so as well");
    master.hear("a_1", report(None, 0, 2));
    assert_eq!(master.users(), 5);
    assert_eq!(master.fleet.user_counts(), users(5));
}

#[test]
fn every_job_is_answered_even_by_those_that_run() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", complete(4));
    let effects = master.hear("a_1", ToMaster::Spawning);
    assert!(effects.0.is_empty());
    assert_eq!(
        (master.state("a_1"), master.users()),
        (Some(RunState::Spawning), 4)
    );
}

#[test]
fn who_is_not_known_and_spawns_is_told_to_quit() {
    for message in [ToMaster::Spawning, complete(4)] {
        let mut master = Master::new();
        let effects = master.hear("x_1", message);
        assert_eq!(effects.sent(), [("x_1", &ToWorker::Quit)]);
        assert_eq!(effects.logged()[0].0, Level::Warning);
        assert_eq!(master.state("x_1"), None);
    }
}

#[test]
fn who_has_stopped_is_gone_until_it_is_ready() {
    let mut master = Master::of(&["a_1", "b_1"]);
    master.hear("a_1", complete(4));
    let effects = master.hear("a_1", ToMaster::ClientStopped);
    assert_eq!(effects.left(), [("a_1", false)]);
    assert_eq!(
        effects.logged(),
        [(Level::Debug, "a_1 (index 0) reported that it has stopped")]
    );
    assert_eq!(master.users(), 0);
    assert_eq!(master.fleet.present().count(), 1);
    assert_eq!(master.hear("a_1", ready()).joined(), ["a_1"]);
    assert_eq!(master.state("a_1"), Some(RunState::Ready));

    let effects = master.hear("x_1", ToMaster::ClientStopped);
    let text = "Received client_stopped message from an unknown worker: x_1.";
    assert_eq!(effects.logged(), [(Level::Warning, text)]);
}

#[test]
fn a_locust_that_has_stopped_says_that_it_runs_and_is_not_believed() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", complete(4));
    master.hear("a_1", ToMaster::ClientStopped);
    // It sleeps before it is ready, and its heartbeats speak of the state before.
    let effects = master.hear("a_1", heartbeat("running"));
    assert_eq!(effects.joined(), <[&str; 0]>::default());
    assert_eq!(master.state("a_1"), Some(RunState::Stopped));
    assert!(
        !master.fleet.node("a_1").unwrap().has_users_or_spawns(),
        "nobody waits for it"
    );
    // That it is ready is believed: the message that said so may be lost.
    assert_eq!(master.hear("a_1", heartbeat("ready")).joined(), ["a_1"]);
}

#[test]
fn who_is_ready_in_the_middle_of_a_test_has_lost_its_users() {
    let mut master = Master::of(&["a_1", "b_1"]);
    master.hear("a_1", complete(4));
    let effects = master.hear("a_1", ready());
    assert_eq!(
        effects.left(),
        [("a_1", false)],
        "so that others make up for them"
    );
    assert_eq!(effects.joined(), ["a_1"]);
    assert_eq!(master.users(), 0);
    // Before it had any, it only asked twice.
    let effects = master.hear("b_1", ready());
    assert_eq!(effects.left(), []);
}

// Reports: 5.6.

#[test]
fn reports_without_numbers_are_all_counted() {
    let mut master = Master::of(&["a_1"]);
    assert_eq!(master.hear("a_1", report(None, 3, 0)).merged(), 3);
    assert_eq!(master.hear("a_1", report(None, 3, 0)).merged(), 3);
}

#[test]
fn a_report_with_a_number_is_counted_once() {
    let mut master = Master::of(&["a_1", "b_1"]);
    for (number, merged) in [(1, 5), (1, 0), (2, 5), (1, 0), (2, 0), (3, 5)] {
        assert_eq!(
            master.hear("a_1", report(Some(number), 5, 0)).merged(),
            merged,
            "{number}"
        );
    }
    assert_eq!(
        master.hear("b_1", report(Some(1), 5, 0)).merged(),
        5,
        "each worker has its own numbers"
    );
}

#[test]
fn a_report_that_comes_before_one_that_was_lost_is_taken_when_both_come_again() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", report(Some(1), 5, 0));
    assert_eq!(
        master.hear("a_1", report(Some(3), 7, 0)).merged(),
        0,
        "2 is missing"
    );
    let merged: u64 = [2, 3]
        .map(|number| master.hear("a_1", report(Some(number), 7, 0)).merged())
        .iter()
        .sum();
    assert_eq!(
        merged, 14,
        "the worker sends again what is not confirmed, in order"
    );
}

#[test]
fn numbers_go_on_whatever_happens_to_a_worker() {
    for happening in [
        vec![ready()],
        vec![ToMaster::ClientStopped, ready()],
        vec![ToMaster::Quit],
        vec![ToMaster::Quit, ready()],
    ] {
        let mut master = Master::of(&["a_1"]);
        master.hear("a_1", report(Some(1), 5, 0));
        for message in happening {
            master.hear("a_1", message);
        }
        assert_eq!(
            master.hear("a_1", report(Some(1), 5, 0)).merged(),
            0,
            "it had been counted"
        );
        let next = master.hear("a_1", report(Some(2), 5, 0));
        assert_eq!(next.merged(), 5);
        assert!(next.logged().iter().all(|(level, _)| *level != Level::Warning));
    }
}

#[test]
fn requests_of_strangers_count_but_their_users_do_not() {
    let mut master = Master::of(&["a_1"]);
    let effects = master.hear("x_1", report(None, 3, 7));
    assert_eq!(effects.merged(), 3);
    let text = "Discarded report of users from unrecognized worker x_1";
    assert_eq!(effects.logged(), [(Level::Info, text)]);
    assert_eq!(master.users(), 0);
}

#[test]
fn strangers_cannot_fill_the_memory() {
    let mut master = Master::of(&["a_1"]);
    for number in 0..100_000 {
        master.hear(&format!("x_{number}"), report(Some(1), 1, 0));
    }
    let effects = master.hear("y_1", report(Some(1), 1, 0));
    assert_eq!(effects.merged(), 0);
    assert_eq!(effects.logged()[0].0, Level::Error);
    assert_eq!(
        master.hear("a_1", report(Some(1), 1, 0)).merged(),
        1,
        "those that are known go on"
    );
    assert_eq!(master.hear("x_7", report(Some(1), 1, 0)).merged(), 0);
}

#[test]
fn a_katydid_says_whether_it_was_the_limit() {
    let mut master = Master::of(&["a_1"]);
    let health = WorkerHealth {
        saturated: true,
        reason: Some("the CPU was busy".to_owned()),
        resume_lag_p99_ms: Some(80.5),
    };
    let report = Report {
        number: Some(1),
        health: Some(health.clone()),
        ..Report::default()
    };
    master.hear("a_1", ToMaster::Stats(Box::new(report)));
    assert_eq!(master.fleet.node("a_1").unwrap().health, Some(health));
    master.fleet.begin_test(Duration::from_secs(2_000));
    assert_eq!(master.fleet.node("a_1").unwrap().health, None);
}

// Heartbeats: 5.7, trap 29.

#[test]
fn a_heartbeat_is_answered() {
    let mut master = Master::of(&["a_1"]);
    let effects = master.hear("a_1", heartbeat("ready"));
    assert_eq!(
        effects.sent(),
        [("a_1", &ToWorker::Heartbeat { received: None })],
        "as Locust does"
    );
    assert_eq!(effects.told(), [&Notice::HeartbeatSent("a_1".into())]);
    master.hear("a_1", report(Some(1), 5, 0));
    let effects = master.hear("a_1", katydids_heartbeat("running", 5));
    let confirmed = ToWorker::Heartbeat { received: Some(1) };
    assert_eq!(
        effects.sent(),
        [("a_1", &confirmed)],
        "a Katydid hears up to where all is counted"
    );
}

#[test]
fn a_busy_worker_is_warned_of_once_in_a_test() {
    let mut master = Master::of(&["a_1"]);
    let busy = |cpu_usage| {
        ToMaster::Heartbeat(Heartbeat {
            state: "running".to_owned(),
            cpu_usage,
            ..Heartbeat::default()
        })
    };
    let text = "Worker a_1 (index 0) exceeded cpu threshold (will only log this once per worker)";
    assert_eq!(master.hear("a_1", busy(90.0)).logged(), []);
    assert_eq!(master.hear("a_1", busy(90.1)).logged(), [(Level::Warning, text)]);
    assert_eq!(master.hear("a_1", busy(99.0)).logged(), []);
    assert_eq!(master.fleet.node("a_1").unwrap().cpu_usage, 99.0);
    master.hear("a_1", ready());
    assert_eq!(
        master.hear("a_1", busy(99.0)).logged(),
        [],
        "ready once more, it is still the same"
    );
    master.fleet.begin_test(Duration::from_secs(2_000));
    assert_eq!(master.hear("a_1", busy(99.0)).logged(), [(Level::Warning, text)]);
}

#[test]
fn who_is_silent_for_more_than_four_seconds_is_missing() {
    let mut master = Master::of(&["a_1", "b_1"]);
    master.hear("a_1", complete(4));
    for _ in 0..4 {
        assert!(master.tick().0.is_empty());
        master.hear("b_1", heartbeat("ready"));
    }
    let effects = master.tick();
    assert_eq!(effects.left(), [("a_1", true)]);
    let text = "Worker a_1 failed to send heartbeat, setting state to missing.";
    assert_eq!(effects.logged()[0], (Level::Info, text));
    assert_eq!(
        effects.logged()[1].0,
        Level::Warning,
        "a Katydid says what is in doubt"
    );
    assert_eq!(
        (master.state("a_1"), master.users()),
        (Some(RunState::Missing), 0)
    );
    assert_eq!(master.state("b_1"), Some(RunState::Ready));
    assert!(master.tick().0.is_empty(), "that is said once");
}

#[test]
fn reports_of_a_missing_worker_count_but_its_users_do_not() {
    let mut master = Master::of(&["a_1"]);
    master.ticks(5);
    assert_eq!(master.hear("a_1", report(None, 3, 7)).merged(), 3);
    assert_eq!(master.users(), 0);
    assert_eq!(master.state("a_1"), Some(RunState::Missing));
}

#[test]
fn a_sign_of_life_heals_a_missing_worker() {
    for (message, relieved) in [
        (heartbeat("running"), true),
        // What it was told before it went missing may still be on its way.
        (heartbeat("ready"), true),
        // A Locust is healed by heartbeats only, and after another message never gets users again.
        (ToMaster::Spawning, true),
        (complete(4), true),
        (ready(), false),
    ] {
        let mut master = Master::of(&["a_1"]);
        master.hear("a_1", complete(4));
        master.ticks(5);
        let effects = master.hear("a_1", message.clone());
        assert_eq!(effects.joined(), ["a_1"], "{message:?}");
        assert_eq!(effects.left(), [], "{message:?}");
        let none: &[&str] = &[];
        let expected = if relieved { &["a_1"] } else { none };
        assert_eq!(
            effects.relieved(),
            expected,
            "others have its users by now: {message:?}"
        );
        assert!(
            master.ticks(3).0.is_empty(),
            "it has time to send a heartbeat: {message:?}"
        );
        let next = master.hear("a_1", heartbeat("running"));
        assert_eq!(next.joined(), none, "that is said once: {message:?}");
    }
}

#[test]
fn a_missing_worker_that_cleans_up_first_is_healed_when_it_is_ready() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", complete(4));
    master.ticks(5);
    let none: &[&str] = &[];
    for word in ["cleanup", "stopping", "stopped"] {
        let effects = master.hear("a_1", heartbeat(word));
        assert_eq!(
            (effects.relieved(), effects.joined()),
            (none.into(), none.into()),
            "{word}"
        );
    }
    let effects = master.hear("a_1", heartbeat("ready"));
    assert_eq!((effects.relieved(), effects.joined()), (vec!["a_1"], vec!["a_1"]));
}

#[test]
fn healing_is_logged_and_noted_with_the_loss() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", complete(4));
    master.ticks(5);
    assert_eq!(master.fleet.losses()[0].back_after, None);
    let effects = master.hear("a_1", heartbeat("running"));
    let text = "Worker a_1 self-healed with heartbeat, setting state to running.";
    assert_eq!(effects.logged(), [(Level::Info, text)]);
    assert_eq!(master.fleet.losses()[0].back_after, Some(Duration::from_secs(5)));
}

#[test]
fn nobody_can_say_that_it_is_missing() {
    let mut master = Master::of(&["a_1", "b_1"]);
    master.hear("a_1", heartbeat("missing"));
    assert_eq!(master.state("a_1"), Some(RunState::Ready));
    master.hear("b_1", heartbeat("dancing"));
    assert_eq!(
        master.state("b_1"),
        Some(RunState::Ready),
        "nor a word that there is not"
    );
    let left = master.ticks(70).left().len();
    assert_eq!(
        (left, master.fleet.nodes().len()),
        (2, 0),
        "whoever is forgotten was said to be gone"
    );
}

#[test]
fn who_is_missing_for_a_minute_is_forgotten_without_another_word() {
    let mut master = Master::of(&["a_1", "b_1"]);
    let mut after = 0;
    while master.fleet.node("a_1").is_some() {
        master.hear("b_1", heartbeat("ready"));
        let effects = master.tick();
        after += 1;
        // Locust begins the whole ramp anew at this moment (trap 29): here its users were made up for long ago.
        assert_eq!(effects.left().len(), usize::from(after == 5));
    }
    assert_eq!(after, 65);
    let effects = master.hear("a_1", heartbeat("running"));
    assert_eq!(effects.joined(), <[&str; 0]>::default());
}

#[test]
fn who_is_not_known_and_lives_is_asked_to_report_anew() {
    // Locust does not answer, and a worker of a master that was restarted runs on by itself.
    let effects = Master::new().hear("x_1", heartbeat("running"));
    assert_eq!(effects.sent(), [("x_1", &ToWorker::Stop)]);
    assert_eq!(effects.logged()[0].0, Level::Info);
}

// What a loss takes along.

#[test]
fn a_loss_is_exact_up_to_the_last_heartbeat_of_a_katydid() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", complete(4));
    master.seconds += 10;
    master.hear("a_1", report(Some(1), 80, 4));
    master.hear("a_1", katydids_heartbeat("running", 100));
    master.ticks(5);
    let loss = &master.fleet.losses()[0];
    assert_eq!((&*loss.worker, loss.index, loss.users), ("a_1", 0, 4));
    assert_eq!(loss.silence, Duration::from_secs(5));
    // 20 that were not reported, and 10 per second for the five seconds after.
    assert_eq!(loss.requests, 20 + 50);
}

#[test]
fn a_loss_of_impossible_numbers_is_a_loss() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", complete(4));
    master.hear("a_1", katydids_heartbeat("running", u64::MAX));
    master.ticks(5);
    assert_eq!(master.fleet.losses()[0].requests, u64::MAX);
}

#[test]
fn a_worker_that_had_nothing_is_no_loss() {
    let mut master = Master::of(&["a_1"]);
    master.ticks(5);
    assert_eq!(master.fleet.losses(), []);
}

#[test]
fn losses_belong_to_a_test() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", complete(4));
    master.ticks(5);
    assert_eq!(master.fleet.losses().len(), 1);
    master.fleet.begin_test(Duration::from_secs(2_000));
    assert_eq!(master.fleet.losses(), []);
}

// Workers come and go: 5.8. Who gets which users is the dispatcher's business; it is told of all that follows.

#[test]
fn who_quits_is_gone_and_forgotten() {
    let mut master = Master::of(&["a_1", "b_1"]);
    master.hear("a_1", complete(4));
    let effects = master.hear("a_1", ToMaster::Quit);
    assert_eq!(effects.left(), [("a_1", false)]);
    assert_eq!(
        effects.logged(),
        [(Level::Info, "Worker 'a_1' (index 0) quit. 1 workers ready.")]
    );
    assert_eq!((master.state("a_1"), master.users()), (None, 0));
    assert!(
        master.hear("a_1", ToMaster::Quit).0.is_empty(),
        "nobody knows it any more"
    );
}

// Recovery: 5.11, trap 31.

#[test]
fn a_worker_whose_message_is_none_is_asked_to_connect_anew() {
    let mut master = Master::of(&["a_1"]);
    master.hear("a_1", report(None, 3, 0));
    let effects = Effects(master.fleet.handle_undecodable("a_1", "no message"));
    assert_eq!(effects.sent(), [("a_1", &ToWorker::Reconnect)]);
    assert_eq!(effects.logged()[0].0, Level::Error);
    assert_eq!(
        effects.merged(),
        0,
        "a Locust takes in the message before once more"
    );
    assert_eq!(master.fleet.undecodable(), 1);
}

#[test]
fn a_stranger_whose_message_is_none_gets_no_answer_and_ten_lines() {
    let mut master = Master::new();
    let logged: usize = (0..100)
        .map(|_| {
            let effects = Effects(master.fleet.handle_undecodable("x_1", "no message"));
            assert_eq!(effects.sent(), []);
            effects.logged().len()
        })
        .sum();
    assert_eq!((logged, master.fleet.undecodable()), (10, 100));
}

// What is only passed on: 5.3, trap 32.

#[test]
fn what_concerns_user_code_is_passed_on() {
    let mut master = Master::of(&["a_1"]);
    for from in ["a_1", "x_1"] {
        let custom = ToMaster::Custom {
            kind: "greeting".to_owned(),
            data: Value::from("hello"),
        };
        let notice = Notice::Custom {
            kind: "greeting".to_owned(),
            data: Value::from("hello"),
            worker: from.into(),
        };
        assert_eq!(master.hear(from, custom).told(), [&notice], "of anybody");
    }
    let (worker_id, logs) = ("a_1".to_owned(), vec!["one".to_owned()]);
    let said = ToMaster::Logs {
        worker_id: worker_id.clone(),
        logs: logs.clone(),
    };
    assert_eq!(
        master.hear("a_1", said).told(),
        [&Notice::Logs { worker_id, logs }]
    );
    let raised = ToMaster::Exception {
        message: "no luck".to_owned(),
        traceback: "Traceback\n".to_owned(),
    };
    let counted = Effect::Exception {
        worker: "a_1".into(),
        message: "no luck".to_owned(),
        traceback: "Traceback\n".to_owned(),
    };
    assert_eq!(master.hear("a_1", raised).0, [counted]);
}

#[test]
fn whoever_asks_for_the_locustfile_gets_it() {
    let mut master = Master::new();
    for takes_bundle in [false, true] {
        let asked = ToMaster::Locustfile {
            version: "2.47.0".to_owned(),
            takes_bundle,
        };
        let to = "host_download_locustfile_0af3";
        let sent = Effect::SendLocustfile {
            to: to.into(),
            takes_bundle,
        };
        assert_eq!(master.hear(to, asked).0, [sent]);
        assert_eq!(master.state(to), None, "it is no worker");
    }
}

fn ready() -> ToMaster {
    ToMaster::ClientReady(Version::Of("2.47.0".to_owned()))
}

fn heartbeat(state: &str) -> ToMaster {
    ToMaster::Heartbeat(Heartbeat {
        state: state.to_owned(),
        ..Heartbeat::default()
    })
}

fn katydids_heartbeat(state: &str, requests: u64) -> ToMaster {
    ToMaster::Heartbeat(Heartbeat {
        state: state.to_owned(),
        requests: Some(requests),
        ..Heartbeat::default()
    })
}

fn users(count: u64) -> UserCounts {
    [("Visitor".to_owned(), count)].into()
}

fn complete(count: u64) -> ToMaster {
    ToMaster::SpawningComplete(users(count))
}

fn report(number: Option<u64>, requests: u64, user_count: u64) -> ToMaster {
    let entry = EntryDelta {
        method: "GET".into(),
        name: "/".into(),
        num_requests: requests,
        num_none_requests: requests,
        num_failures: 0,
        total_response_time_ms: 0.0,
        min_response_time_ms: None,
        max_response_time_ms: None,
        total_content_length: 0,
        first_timestamp: Timestamp(1.0),
        last_request_timestamp: Some(Timestamp(1.0)),
        seconds: Vec::new(),
        phases: PhaseTimes::default(),
    };
    ToMaster::Stats(Box::new(Report {
        number,
        delta: StatsDelta {
            entries: vec![entry],
            ..StatsDelta::default()
        },
        users: users(user_count),
        ..Report::default()
    }))
}
