//! That verdicts are right as often as they promise, on simulated services. The full table: `make bench-gate`.

mod support;

use support::contest::{Plan, baselines, duels};
use support::world::{NOISY, QUIET, SERVICE, Slowdown, USUAL};

const SEED: u64 = 20_260_301;

fn plan(noise: support::world::Noise) -> Plan {
    Plan {
        noise,
        block_seconds: 10.0,
        looks: [16, 32, 64],
    }
}

fn slow(index: usize) -> Slowdown {
    Slowdown::All {
        endpoint: index % SERVICE.len(),
        times: 1.10,
    }
}

#[test]
fn the_same_build_does_not_fail() {
    for noise in [QUIET, USUAL, NOISY] {
        let score = duels(plan(noise), 10, SEED, |_| Slowdown::None);
        assert_eq!(score.failed, 0, "{}: {:?}", noise.name, score.false_findings);
    }
}

#[test]
fn a_slowdown_of_twice_the_tolerance_is_found_and_nothing_else() {
    let score = duels(plan(USUAL), 20, SEED + 1_000, slow);
    assert!(score.right >= 18, "{} of {}", score.right, score.fought);
    assert_eq!(score.wrong, 0, "{:?}", score.false_findings);
}

#[test]
fn a_slow_tail_is_found() {
    let tail = |index| Slowdown::Tail {
        endpoint: index % SERVICE.len(),
        times: 1.20,
    };
    let score = duels(plan(USUAL), 5, SEED + 2_000, tail);
    assert!(score.right >= 4, "{} of {}", score.right, score.fought);
    assert_eq!(score.wrong, 0, "{:?}", score.false_findings);
}

#[test]
fn several_base_runs_raise_no_false_alarm_however_much_they_differ() {
    let score = baselines(NOISY, 5, 12, 15, SEED + 3_000, |_| Slowdown::None);
    assert_eq!(score.failed, 0, "{:?}", score.false_findings);
}
