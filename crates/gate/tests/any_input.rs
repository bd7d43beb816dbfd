//! Whatever blocks hold, nothing panics and no interval is turned over.

use katydid_gate::{
    Block, BlockedEndpoint, BlockedRun, Distribution, Endpoint, HistoryPoint, Outcome, Rules, RunKind,
    changes, compare, estimate, history, judge_duel,
};
use katydid_stats::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

fn any_block() -> impl Strategy<Value = Block> {
    let counts = btree_map(0u32..2_000, 0u64..300, 0..12);
    (counts, 0u64..5, 0.0..20.0f64).prop_map(|(counts, failures, seconds)| {
        let times = Distribution {
            counts: counts
                .into_iter()
                .map(|(value, count)| (f64::from(value) / 4.0, count))
                .collect(),
        };
        Block {
            seconds,
            requests: times.count() + failures,
            failures,
            times,
        }
    })
}

fn any_run() -> impl Strategy<Value = BlockedRun> {
    vec(vec(any_block(), 0..14), 0..3).prop_map(|endpoints| BlockedRun {
        endpoints: endpoints
            .into_iter()
            .enumerate()
            .map(|(index, blocks)| BlockedEndpoint {
                endpoint: Endpoint::new("GET", format!("/{index}")),
                blocks,
                summary: None,
            })
            .collect(),
        ..BlockedRun::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn comparisons_hold_together(bases in vec(any_run(), 1..4), head in any_run()) {
        let rules = Rules { alpha: 0.1, ..Rules::default() };
        let found = [
            compare(&bases, &head, &rules).ok(),
            judge_duel(&bases[0], &head, 2, 3, &rules).ok().map(|duel| duel.comparison),
        ];
        for finding in found.iter().flatten().flat_map(|comparison| &comparison.findings) {
            let Some(compared) = finding.compared else { continue };
            let (low, high) = (compared.low.unwrap_or(f64::NAN), compared.high.unwrap_or(f64::NAN));
            prop_assert!(low <= compared.ratio && compared.ratio <= high, "{}", finding.line());
            if finding.outcome == Outcome::Fail {
                prop_assert!(compared.ratio > compared.tolerance, "{}", finding.line());
            }
        }
    }

    #[test]
    fn estimates_and_histories_hold_together(runs in vec(any_run(), 0..12)) {
        let points: Vec<HistoryPoint> = runs
            .iter()
            .zip(1..)
            .map(|(run, number)| HistoryPoint {
                run: number,
                commit: None,
                at: Timestamp(number as f64),
                estimates: estimate(run),
            })
            .collect();
        let found = history(&points, RunKind::LoadTest, &Rules::default());
        prop_assert!(found.changes.iter().all(|change| change.index < points.len()));
        if let [first, .., last] = runs.as_slice() {
            let limits = ["mean:10%", "p95:20ms", "stddev:1"].map(|text| text.parse().expect("a limit"));
            prop_assert!(changes(first, last, &limits).iter().all(|finding| !finding.reason.contains("NaN")));
        }
    }
}
