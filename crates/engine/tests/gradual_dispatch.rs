//! What Katydid does where Locust moves all users in one go: workers come and go, and users follow at the spawn rate.

#![allow(clippy::unwrap_used, reason = "only tests use this")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use katydid_engine::{Dispatcher, Step, UserClass};
use proptest::prelude::*;

/// What workers know: the last numbers that each was told.
#[derive(Default)]
struct Told(BTreeMap<String, BTreeMap<String, u64>>);

impl Told {
    fn hear(&mut self, step: &Step) {
        for users in step.changed() {
            self.0.insert(users.worker.to_string(), step.counts(users));
        }
    }

    fn loads(&self) -> Vec<u64> {
        self.0.values().map(|row| row.values().sum()).collect()
    }

    fn of_class(&self, name: &str) -> u64 {
        self.0.values().map(|row| row[name]).sum()
    }
}

fn workers(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("h{number}_x")).collect()
}

fn two_classes() -> Vec<UserClass> {
    vec![UserClass::weighted("A", 1.0), UserClass::weighted("B", 3.0)]
}

/// Plays the ramp to its end; gives how many steps it took.
fn play(dispatcher: &mut Dispatcher, told: &mut Told) -> usize {
    std::iter::from_fn(|| dispatcher.next_step())
        .inspect(|step| told.hear(step))
        .count()
}

#[test]
fn users_of_a_lost_worker_come_back_at_the_spawn_rate() {
    let mut dispatcher = Dispatcher::new(workers(4), two_classes()).unwrap().gradual();
    let mut told = Told::default();
    dispatcher.begin(40, 5.0, None).unwrap();
    play(&mut dispatcher, &mut told);
    assert_eq!(told.loads(), [10, 10, 10, 10]);

    dispatcher.remove_worker("h2_x");
    told.0.remove("h2_x");
    assert!(dispatcher.resume());
    let first = dispatcher.next_step().unwrap();
    told.hear(&first);
    assert_eq!(told.loads().iter().sum::<u64>(), 35, "five more, not ten");
    assert_eq!(first.pause, Duration::from_secs(1));
    play(&mut dispatcher, &mut told);
    assert_eq!(told.loads(), [14, 13, 13]);
    assert_eq!(
        (told.of_class("A"), told.of_class("B")),
        (10, 30),
        "the mix is the same"
    );
}

#[test]
fn a_new_worker_is_filled_at_the_spawn_rate() {
    let mut dispatcher = Dispatcher::new(workers(2), two_classes()).unwrap().gradual();
    let mut told = Told::default();
    dispatcher.begin(30, 10.0, None).unwrap();
    play(&mut dispatcher, &mut told);
    dispatcher.add_worker("h2_x");
    assert!(dispatcher.resume());
    assert_eq!(
        play(&mut dispatcher, &mut told),
        1,
        "ten users move in one step of ten"
    );
    assert_eq!(told.loads(), [10, 10, 10]);
    assert_eq!((told.of_class("A"), told.of_class("B")), (8, 22));
    assert!(!dispatcher.resume(), "there is nothing to do any more");
}

#[test]
fn users_that_are_owed_are_no_longer_when_fewer_are_wanted() {
    let mut dispatcher = Dispatcher::new(workers(2), two_classes()).unwrap().gradual();
    let mut told = Told::default();
    dispatcher.begin(20, 10.0, None).unwrap();
    play(&mut dispatcher, &mut told);
    dispatcher.remove_worker("h0_x");
    told.0.remove("h0_x");
    dispatcher.begin(4, 10.0, None).unwrap();
    play(&mut dispatcher, &mut told);
    assert_eq!(told.loads(), [4]);
}

#[test]
fn a_step_names_only_workers_that_change() {
    let mut dispatcher = Dispatcher::new(workers(100), two_classes()).unwrap().gradual();
    dispatcher.begin(50, 10.0, None).unwrap();
    let sizes: Vec<usize> = std::iter::from_fn(|| dispatcher.next_step())
        .map(|step| step.changed().len())
        .collect();
    assert_eq!(
        sizes,
        [100, 10, 10, 10, 10],
        "all hear of the start, then those with a new user"
    );
}

/// The figure of the distributed benchmark; here with a debug build's patience.
#[test]
fn a_million_users_over_ten_thousand_workers() {
    let classes =
        (0..50).map(|number| UserClass::weighted(format!("User{number:02}"), f64::from(number + 1)));
    let mut dispatcher = Dispatcher::new(workers(10_000), classes.collect())
        .unwrap()
        .gradual();
    dispatcher.begin(1_000_000, 100_000.0, None).unwrap();
    let (mut slowest, mut steps) = (Duration::ZERO, 0);
    let mut told = Told::default();
    loop {
        let began = Instant::now();
        let Some(step) = dispatcher.next_step() else { break };
        slowest = slowest.max(began.elapsed());
        steps += 1;
        if dispatcher.is_over() {
            told.hear(&step);
        }
    }
    let loads: Vec<u64> = dispatcher
        .users_on_workers()
        .values()
        .map(|row| row.values().sum())
        .collect();
    assert_eq!(loads.iter().sum::<u64>(), 1_000_000);
    assert_eq!((loads.iter().min(), loads.iter().max()), (Some(&100), Some(&100)));
    assert!(
        slowest < Duration::from_secs(2),
        "{steps} steps, the slowest took {slowest:?}"
    );
    println!("{steps} steps, the slowest took {slowest:?}");
}

#[derive(Clone, Debug)]
enum Change {
    Join(usize),
    Leave(usize),
    Ramp(i64, f64),
    Steps(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..8_usize).prop_map(Change::Join),
        (0..8_usize).prop_map(Change::Leave),
        (0..200_i64, 1.0..90.0_f64).prop_map(|(target, rate)| Change::Ramp(target, rate)),
        (0..6_usize).prop_map(Change::Steps),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_all_users_are_there_in_the_end(changes in prop::collection::vec(change(), 0..40)) {
        let mut dispatcher = Dispatcher::new(workers(3), two_classes()).unwrap().gradual();
        let mut present: std::collections::BTreeSet<usize> = (0..3).collect();
        let mut told = Told::default();
        let mut target = 0;
        for change in changes {
            match change {
                Change::Join(number) => {
                    if present.insert(number) {
                        dispatcher.add_worker(&format!("h{number}_x"));
                        dispatcher.resume();
                    }
                }
                Change::Leave(number) => {
                    if present.len() > 1 && present.remove(&number) {
                        dispatcher.remove_worker(&format!("h{number}_x"));
                        told.0.remove(&format!("h{number}_x"));
                        dispatcher.resume();
                    }
                }
                Change::Ramp(wanted, rate) => {
                    target = wanted as u64;
                    dispatcher.begin(wanted, rate, None).unwrap();
                }
                Change::Steps(count) => (0..count).filter_map(|_| dispatcher.next_step()).for_each(|step| told.hear(&step)),
            }
        }
        play(&mut dispatcher, &mut told);
        let loads = told.loads();
        prop_assert_eq!(loads.iter().sum::<u64>(), target);
        prop_assert!(loads.iter().max().unwrap_or(&0) - loads.iter().min().unwrap_or(&0) <= 1, "{loads:?}");
        prop_assert_eq!(dispatcher.user_count(), target);
    }
}
