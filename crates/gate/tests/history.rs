//! Changes over the runs of a branch, on series whose changes are known.

mod support;

use katydid_gate::{Endpoint, Estimate, History, HistoryPoint, Metric, Rules, RunKind, history};
use katydid_stats::Timestamp;
use support::chance::Chance;

const P50: Metric = Metric::Percentile(0.5);

/// Runs whose endpoints have these medians (ms): `values[endpoint][run]`.
fn points(values: &[Vec<f64>], error: f64) -> Vec<HistoryPoint> {
    let runs = values.first().map_or(0, Vec::len);
    (0..runs)
        .map(|run| HistoryPoint {
            run: 100 + run as i64,
            commit: Some(format!("commit{run}")),
            at: Timestamp(run as f64 * 86_400.0),
            estimates: values
                .iter()
                .enumerate()
                .map(|(endpoint, values)| Estimate {
                    endpoint: Endpoint::new("GET", format!("/{endpoint}")),
                    metric: P50,
                    value: values[run],
                    standard_error_log: error,
                    samples: 10_000,
                })
                .collect(),
        })
        .collect()
}

fn found(values: &[Vec<f64>], error: f64) -> History {
    history(&points(values, error), RunKind::LoadTest, &Rules::default())
}

#[test]
fn six_runs_that_step_up_change_at_each_step() {
    let found = found(&[vec![100.0, 150.0, 200.0, 250.0, 300.0, 350.0]], 0.01);
    let indexes: Vec<usize> = found.changes.iter().map(|change| change.index).collect();
    assert_eq!(indexes, [1, 2, 3, 4, 5], "{:?}", found.changes);
    let first = &found.changes[0];
    assert_eq!(first.commit.as_deref(), Some("commit1"));
    assert_eq!(first.previous_commit.as_deref(), Some("commit0"));
    assert_eq!(first.run, 101);
    assert!((first.ratio - 1.5).abs() < 1e-9 && first.is_worse && first.confidence > 0.99);
    assert!(found.blips.is_empty());
}

#[test]
fn steps_of_all_endpoints_are_no_noise() {
    let step = |run: usize| 100.0 + 50.0 * run as f64;
    let values: Vec<Vec<f64>> = (0..8)
        .map(|endpoint| {
            (0..6)
                .map(|run| step(run) + endpoint as f64 + ((run * 7 + endpoint) % 3) as f64)
                .collect()
        })
        .collect();
    let found = found(&values, 0.01);
    assert_eq!(found.changes.len(), 40, "{:?}", found.changes);
}

#[test]
fn few_runs_of_many_endpoints_tell_how_noisy_they_are() {
    let alarms = (0..100)
        .filter(|&seed| {
            !found(&noisy(3_000 + seed, 6, 0.04, 0, 1.0), 0.01)
                .changes
                .is_empty()
        })
        .count();
    assert!(alarms <= 5, "{alarms} of 100 histories");
}

#[test]
fn a_rise_and_a_fall_are_told_with_their_levels() {
    let found = found(&[vec![100.0, 101.0, 130.0, 131.0, 99.0, 100.0, 101.0]], 0.005);
    let changes: Vec<(usize, bool)> = found
        .changes
        .iter()
        .map(|change| (change.index, change.is_worse))
        .collect();
    assert_eq!(changes, [(2, true), (4, false)]);
    assert!((found.changes[0].before - 100.5).abs() < 0.1 && (found.changes[0].after - 130.5).abs() < 0.1);
}

#[test]
fn too_little_is_no_history() {
    assert_eq!(found(&[], 0.01), History::default());
    assert!(found(&[vec![100.0]], 0.01).changes.is_empty());
    assert!(found(&[vec![100.0, 104.0]], 0.01).changes.is_empty());
}

/// Fifty to eighty runs of ten endpoints that differ from run to run; the first endpoint's last `after` runs are slower.
fn noisy(seed: u64, runs: usize, spread: f64, after: usize, times: f64) -> Vec<Vec<f64>> {
    let mut chance = Chance::new(seed);
    let common: Vec<f64> = (0..runs).map(|_| spread / 2.0 * chance.normal()).collect();
    let mut value = |endpoint: usize, run: usize| {
        let slower = if endpoint == 0 && run >= runs - after {
            times
        } else {
            1.0
        };
        120.0 * slower * (common[run] + spread * chance.normal()).exp()
    };
    (0..10)
        .map(|endpoint| (0..runs).map(|run| value(endpoint, run)).collect())
        .collect()
}

#[test]
fn one_shift_among_noise_is_found_at_its_run() {
    let (mut right, mut wrong) = (0, 0);
    for seed in 0..100 {
        let found = found(&noisy(9_000 + seed, 60, 0.02, 25, 1.10), 0.01);
        let is_it = |change: &&katydid_gate::ChangePoint| {
            *change.endpoint.name == *"/0" && (34..=36).contains(&change.index) && change.is_worse
        };
        right += usize::from(found.changes.iter().any(|change| is_it(&change)));
        wrong += usize::from(found.changes.iter().any(|change| !is_it(&change)));
    }
    assert!(right >= 95, "{right} of 100 were found");
    assert!(wrong <= 5, "{wrong} of 100 had something else");
}

#[test]
fn nothing_is_found_where_nothing_changed() {
    let mut alarms = 0;
    for (seed, runs) in (0..200).zip([8, 12, 20, 50, 80].into_iter().cycle()) {
        let found = found(&noisy(7_000 + seed, runs, 0.03, 0, 1.0), 0.01);
        alarms += usize::from(!found.changes.is_empty());
    }
    assert!(alarms <= 4, "{alarms} of 200 histories");
}

#[test]
fn one_run_that_stands_out_is_a_blip() {
    for place in [1, 5, 20, 48] {
        let mut values = noisy(55, 50, 0.01, 0, 1.0);
        values[3][place] *= 1.6;
        let found = found(&values, 0.005);
        assert!(found.changes.is_empty(), "{place}: {:?}", found.changes);
        let blips: Vec<(&str, usize, bool)> = found
            .blips
            .iter()
            .map(|blip| (&*blip.endpoint.name, blip.index, blip.is_newest))
            .collect();
        assert_eq!(blips, [("/3", place, false)]);
    }
}

#[test]
fn the_newest_run_may_be_either() {
    let mut values = noisy(56, 50, 0.01, 0, 1.0);
    values[3][49] *= 1.6;
    let found = found(&values, 0.005);
    assert!(found.changes.is_empty());
    assert_eq!((found.blips.len(), found.blips[0].is_newest), (1, true));
}
