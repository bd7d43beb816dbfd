//! The dispatcher beside Locust's own (`fixtures/dispatch.json`, made by `fixtures/dispatch.py`), and rules that
//! hold for any numbers.

use std::time::{Duration, Instant};

use katydid_engine::{DispatchError, Dispatcher, Step, UserClass, UsersOnWorkers};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Scenario {
    classes: Vec<(String, f64, u64)>,
    workers: Vec<String>,
    ramps: Vec<Ramp>,
}

#[derive(Deserialize)]
struct Ramp {
    target: i64,
    rate: f64,
    only: Option<Vec<String>>,
    #[serde(default)]
    changes: Vec<(usize, String, String)>,
    pause: f64,
    steps: Vec<Vec<Vec<u64>>>,
}

fn counts(users: &UsersOnWorkers) -> Vec<Vec<u64>> {
    users
        .values()
        .map(|row| row.values().copied().collect())
        .collect()
}

fn total(users: &UsersOnWorkers) -> u64 {
    counts(users).iter().flatten().sum()
}

/// A step, and the complete numbers after it.
struct Played {
    step: Step,
    users: UsersOnWorkers,
}

fn play_one(dispatcher: &mut Dispatcher) -> Option<Played> {
    let step = dispatcher.next_step()?;
    let users = dispatcher.users_on_workers();
    Some(Played { step, users })
}

fn play(dispatcher: &mut Dispatcher) -> Vec<Played> {
    std::iter::from_fn(|| play_one(dispatcher)).collect()
}

#[test]
fn every_step_is_the_one_that_locust_takes() {
    let scenarios: Vec<Scenario> = serde_json::from_str(include_str!("fixtures/dispatch.json")).unwrap();
    assert!(scenarios.len() > 250);
    for (number, scenario) in scenarios.into_iter().enumerate() {
        let classes = scenario
            .classes
            .into_iter()
            .map(|(name, weight, fixed_count)| UserClass {
                name,
                weight,
                fixed_count,
            })
            .collect();
        let mut dispatcher = Dispatcher::new(scenario.workers, classes).unwrap();
        for (index, ramp) in scenario.ramps.into_iter().enumerate() {
            let place = format!("scenario {number}, ramp {index}");
            dispatcher
                .begin(ramp.target, ramp.rate, ramp.only.as_deref())
                .unwrap();
            let mut steps = Vec::new();
            while let Some(step) = dispatcher.next_step() {
                assert!(
                    step.pause.is_zero() || (step.pause.as_secs_f64() - ramp.pause).abs() < 1e-9,
                    "{place}"
                );
                steps.push(counts(&dispatcher.users_on_workers()));
                for (_, verb, worker) in ramp.changes.iter().filter(|(at, _, _)| *at + 1 == steps.len()) {
                    match verb.as_str() {
                        "add" => dispatcher.add_worker(worker),
                        _ => dispatcher.remove_worker(worker),
                    }
                }
            }
            assert_eq!(steps, ramp.steps, "{place}");
        }
    }
}

#[test]
fn numbers_without_meaning_are_refused() {
    let mut dispatcher = Dispatcher::local(vec![UserClass::weighted("Visitor", 1.0)]).unwrap();
    assert_eq!(
        dispatcher.begin(-1, 1.0, None),
        Err(DispatchError::NegativeUserCount(-1))
    );
    assert_eq!(
        dispatcher.begin(1, 0.0, None),
        Err(DispatchError::SpawnRateNotPositive(0.0))
    );
    assert_eq!(
        dispatcher.begin(1, -2.0, None),
        Err(DispatchError::SpawnRateNotPositive(-2.0))
    );
    for rate in [f64::NAN, f64::INFINITY] {
        assert!(matches!(
            dispatcher.begin(1, rate, None),
            Err(DispatchError::SpawnRateNotFinite(_))
        ));
    }
    assert_eq!(
        dispatcher.begin(1, 1.0, Some(&["Buyer".to_owned()])),
        Err(DispatchError::UnknownUserClass("Buyer".to_owned()))
    );
    assert_eq!(dispatcher.next_step(), None, "a refused ramp must not begin");
}

#[test]
fn lists_of_classes_without_meaning_are_refused() {
    assert_eq!(Dispatcher::local(vec![]).err(), Some(DispatchError::NoUserClass));
    let twice = vec![UserClass::weighted("A", 1.0), UserClass::weighted("A", 2.0)];
    assert_eq!(
        Dispatcher::local(twice).err(),
        Some(DispatchError::DuplicateUserClass("A".to_owned()))
    );
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        let error = Dispatcher::local(vec![UserClass::weighted("A", weight)]).err();
        assert!(matches!(error, Some(DispatchError::Weight { .. })), "{weight}");
    }
}

#[test]
fn the_last_worker_leaving_and_another_coming_keeps_the_users() {
    let mut dispatcher = Dispatcher::new(vec!["a_1".into()], vec![UserClass::weighted("A", 1.0)]).unwrap();
    dispatcher.begin(4, 2.0, None).unwrap();
    dispatcher.next_step().unwrap();
    dispatcher.remove_worker("a_1");
    dispatcher.add_worker("b_1");
    let users = play_one(&mut dispatcher).unwrap().users;
    assert_eq!(
        users,
        UsersOnWorkers::from([("b_1".to_owned(), [("A".to_owned(), 2)].into())])
    );
    assert_eq!(total(&play(&mut dispatcher).pop().unwrap().users), 4);
}

#[test]
fn a_ramp_without_workers_ends_at_once() {
    let mut dispatcher = Dispatcher::new(vec![], vec![UserClass::weighted("A", 1.0)]).unwrap();
    dispatcher.begin(4, 2.0, None).unwrap();
    assert!(play(&mut dispatcher).iter().all(|step| step.users.is_empty()));
}

#[test]
fn a_million_users_take_no_time() {
    let classes =
        (0..20).map(|number| UserClass::weighted(format!("User{number:02}"), f64::from(number + 1)));
    let mut dispatcher =
        Dispatcher::new((0..50).map(|w| format!("h{w}_x")).collect(), classes.collect()).unwrap();
    let begin = Instant::now();
    dispatcher.begin(1_000_000, 10_000.0, None).unwrap();
    let steps = play(&mut dispatcher);
    assert_eq!((steps.len(), total(&steps[99].users)), (100, 1_000_000));
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "took {:?} in a debug build",
        begin.elapsed()
    );
}

fn some_classes() -> impl Strategy<Value = Vec<UserClass>> {
    let class = (0.01..50.0_f64, prop_oneof![3 => Just(0_u64), 1 => 1..20_u64]);
    prop::collection::vec(class, 1..8).prop_map(|drawn| {
        let named = |(index, (weight, fixed_count))| UserClass {
            name: format!("User{index}"),
            weight,
            fixed_count,
        };
        drawn.into_iter().enumerate().map(named).collect()
    })
}

proptest! {
    #[test]
    fn a_ramp_reaches_its_target_evenly(
        classes in some_classes(), workers in 1..6_usize, first in 0..300_i64, second in 0..300_i64, rate in 0.1..80.0_f64,
    ) {
        let fixed_only = classes.iter().all(|class| class.fixed_count > 0);
        let capacity = if fixed_only { classes.iter().map(|class| class.fixed_count).sum() } else { u64::MAX };
        let mut dispatcher = Dispatcher::new((0..workers).map(|w| format!("h_{w}")).collect(), classes).unwrap();
        for target in [first, second] {
            dispatcher.begin(target, rate, None).unwrap();
            let before = dispatcher.user_count();
            let wanted = capacity.min(target as u64);
            let steps = play(&mut dispatcher);
            prop_assert_eq!(total(&steps.last().unwrap().users), wanted);
            prop_assert!(dispatcher.is_over());
            prop_assert!(steps.last().unwrap().step.pause.is_zero());
            let per_step = (rate.floor() as u64).max(1);
            let expected = wanted.abs_diff(before).div_ceil(per_step).max(1);
            prop_assert!(steps.len() as u64 == expected || fixed_only && steps.len() as u64 <= expected + 1);
        }
    }

    #[test]
    fn users_leave_in_the_reverse_order(weights in prop::collection::vec(1..9_u8, 1..6), target in 1..60_i64) {
        let classes = weights.iter().enumerate().map(|(i, w)| UserClass::weighted(format!("U{i}"), f64::from(*w)));
        let mut dispatcher = Dispatcher::new(vec!["a_0".into(), "b_0".into()], classes.collect()).unwrap();
        dispatcher.begin(target, 1.0, None).unwrap();
        let up: Vec<_> = play(&mut dispatcher).into_iter().map(|step| step.users).collect();
        dispatcher.begin(0, 1.0, None).unwrap();
        let down: Vec<_> = play(&mut dispatcher).into_iter().map(|step| step.users).collect();
        prop_assert_eq!(up.iter().rev().skip(1).collect::<Vec<_>>(), down.iter().take(down.len() - 1).collect::<Vec<_>>());
    }

    #[test]
    fn shares_follow_weights(weights in prop::collection::vec(1..9_u8, 1..6)) {
        let sum: f64 = weights.iter().copied().map(f64::from).sum();
        let classes = weights.iter().enumerate().map(|(i, w)| UserClass::weighted(format!("U{i}"), f64::from(*w)));
        let mut dispatcher = Dispatcher::local(classes.collect()).unwrap();
        dispatcher.begin(1000, 1000.0, None).unwrap();
        let row = counts(&play(&mut dispatcher).pop().unwrap().users).pop().unwrap();
        for (count, weight) in row.iter().zip(&weights) {
            prop_assert!((*count as f64 - 1000.0 * f64::from(*weight) / sum).abs() < 3.0);
        }
    }

    #[test]
    fn spreading_anew_keeps_the_number_and_evens_it_out(users in 1..200_i64, workers in 1..6_usize) {
        let mut dispatcher = Dispatcher::new(vec!["a_0".into()], vec![UserClass::weighted("A", 1.0)]).unwrap();
        dispatcher.begin(users, 1000.0, None).unwrap();
        play(&mut dispatcher);
        for number in 1..=workers {
            dispatcher.add_worker(&format!("b_{number}"));
        }
        dispatcher.begin(users, 1.0, None).unwrap();
        let rows = counts(&play_one(&mut dispatcher).unwrap().users);
        let sizes: Vec<u64> = rows.iter().map(|row| row.iter().sum()).collect();
        prop_assert_eq!(sizes.iter().sum::<u64>(), users as u64);
        prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
    }
}
