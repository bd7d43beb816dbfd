//! Comparisons of runs whose difference is known.

mod support;

use katydid_gate::{
    Block, BlockedEndpoint, BlockedRun, CompareError, Comparison, Distribution, Endpoint, Finding, Metric,
    Outcome, Rules, RunKind, Summary, compare, judge_duel,
};
use support::chance::Chance;

const P50: Metric = Metric::Percentile(0.5);
const P99: Metric = Metric::Percentile(0.99);

/// Blocks of 2,000 requests around 100 ms that are this many times slower, and fail this often.
fn blocks(seed: u64, count: usize, slower: f64, failure_share: f64) -> Vec<Block> {
    let mut chance = Chance::new(seed);
    let mut block = |_| {
        let load = 0.01 * chance.normal();
        let mut times: Vec<i64> = (0..2_000)
            .map(|_| (100.0 * slower * (load + 0.4 * chance.normal()).exp() * 10.0).round() as i64)
            .collect();
        times.sort_unstable();
        let counts = times.chunk_by(|left, right| left == right);
        Block {
            seconds: 10.0,
            requests: 2_000,
            failures: (0..2_000).filter(|_| chance.share() < failure_share).count() as u64,
            times: Distribution {
                counts: counts
                    .map(|same| (same[0] as f64 / 10.0, same.len() as u64))
                    .collect(),
            },
        }
    };
    (0..count).map(&mut block).collect()
}

fn endpoint(name: &str, blocks: Vec<Block>) -> BlockedEndpoint {
    BlockedEndpoint {
        endpoint: Endpoint::new("GET", name),
        blocks,
        summary: None,
    }
}

fn run(endpoints: Vec<BlockedEndpoint>) -> BlockedRun {
    BlockedRun {
        endpoints,
        ..BlockedRun::default()
    }
}

fn cart(seed: u64, slower: f64, failure_share: f64) -> BlockedRun {
    run(vec![endpoint("/cart", blocks(seed, 20, slower, failure_share))])
}

fn compared(base: &BlockedRun, head: &BlockedRun) -> Comparison {
    compare(std::slice::from_ref(base), head, &Rules::default()).expect("an endpoint in common")
}

fn of(comparison: &Comparison, metric: Metric) -> &Finding {
    let found = comparison
        .findings
        .iter()
        .find(|finding| finding.metric == Some(metric));
    found.expect("a gated metric")
}

#[test]
fn the_same_passes_whatever_else_is_asked() {
    let found = compared(&cart(1, 1.0, 0.001), &cart(2, 1.0, 0.001));
    for finding in &found.findings {
        assert_eq!(finding.outcome, Outcome::Pass, "{}", finding.line());
    }
    assert_eq!(found.findings.len(), 4);
    assert_eq!(found.judged, 4);
}

#[test]
fn what_is_slower_fails_with_its_reason() {
    let found = compared(&cart(1, 1.0, 0.0), &cart(2, 1.25, 0.0));
    for metric in [P50, Metric::Percentile(0.95), P99] {
        assert_eq!(
            of(&found, metric).outcome,
            Outcome::Fail,
            "{}",
            of(&found, metric).line()
        );
    }
    assert_eq!(of(&found, Metric::ErrorRate).outcome, Outcome::Pass);
    let compared = of(&found, P50).compared.expect("it was judged");
    assert!((compared.ratio - 1.25).abs() < 0.02 && !compared.improved);
    assert!((compared.head / compared.base - compared.ratio).abs() < 1e-9);
    assert!(compared.low.expect("an interval") > 1.05);
    let line = of(&found, P50).line();
    assert!(
        line.starts_with("FAIL   GET /cart: p50 100 ms → 125 ms, 1.2") && line.ends_with("tolerated 1.05"),
        "{line}"
    );
    assert_eq!(of(&found, P50).rule, "p50 +5%");
}

#[test]
fn what_is_faster_is_told() {
    let found = compared(&cart(1, 1.0, 0.0), &cart(2, 0.7, 0.0));
    let finding = of(&found, P50);
    assert_eq!(finding.outcome, Outcome::Pass);
    assert!(finding.compared.expect("it was judged").improved);
    assert!(
        finding.reason.ends_with("better beyond doubt"),
        "{}",
        finding.reason
    );
}

#[test]
fn what_is_close_to_the_tolerance_is_unsure() {
    let found = compared(&cart(1, 1.0, 0.0), &cart(2, 1.05, 0.0));
    assert_eq!(
        of(&found, P50).outcome,
        Outcome::Inconclusive,
        "{}",
        of(&found, P50).line()
    );
}

#[test]
fn more_failures_fail() {
    let found = compared(&cart(1, 1.0, 0.001), &cart(2, 1.0, 0.01));
    let finding = of(&found, Metric::ErrorRate);
    assert_eq!(finding.outcome, Outcome::Fail, "{}", finding.line());
    assert!(finding.reason.contains("points ("), "{}", finding.reason);
}

#[test]
fn a_verdict_can_be_had_again() {
    let (base, head) = (cart(1, 1.0, 0.001), cart(2, 1.06, 0.002));
    assert_eq!(compared(&base, &head), compared(&base, &head));
}

#[test]
fn less_than_the_floor_never_fails() {
    let fast = |seed, slower| run(vec![endpoint("/", blocks(seed, 20, 0.02 * slower, 0.0))]);
    let found = compared(&fast(1, 1.0), &fast(2, 1.3));
    let finding = of(&found, P50);
    assert_eq!(finding.outcome, Outcome::Pass, "{}", finding.line());
    assert!(
        finding.reason.ends_with("tolerated 1.00 ms more"),
        "{}",
        finding.reason
    );
}

#[test]
fn rounded_times_widen_the_interval() {
    let (mut base, head) = (cart(1, 1.0, 0.0), cart(2, 1.12, 0.0));
    assert_eq!(of(&compared(&base, &head), P50).outcome, Outcome::Fail);
    base.facts.rounding = 0.05;
    assert_eq!(of(&compared(&base, &head), P50).outcome, Outcome::Inconclusive);
}

#[test]
fn endpoints_of_one_side_are_told() {
    let both = || endpoint("/", blocks(3, 20, 1.0, 0.0));
    let other = |name| endpoint(name, blocks(4, 20, 1.0, 0.0));
    let found = compared(
        &run(vec![both(), other("/old")]),
        &run(vec![both(), other("/new")]),
    );
    let outcome = |subject: &str| {
        let finding = found.findings.iter().find(|finding| finding.subject == subject);
        finding.map(|finding| finding.outcome)
    };
    assert_eq!(outcome("GET /old"), Some(Outcome::Inconclusive));
    assert_eq!(outcome("GET /new"), Some(Outcome::NotJudged));
    assert_eq!(found.endpoints.len(), 1);
}

#[test]
fn runs_without_anything_in_common_are_an_error() {
    let (base, mut head) = (cart(1, 1.0, 0.0), cart(2, 1.0, 0.0));
    head.endpoints[0].endpoint = Endpoint::new("GET", "/other");
    let rules = Rules::default();
    let error = compare(std::slice::from_ref(&base), &head, &rules).expect_err("nothing in common");
    assert_eq!(error, CompareError::NothingInCommon { base: 1, head: 1 });
    assert_eq!(compare(&[], &head, &rules), Err(CompareError::NoBase));
}

#[test]
fn too_little_is_not_judged() {
    let few = |seed| run(vec![endpoint("/", blocks(seed, 2, 1.0, 0.0))]);
    let found = compared(&few(1), &few(2));
    assert_eq!(found.findings[0].outcome, Outcome::NotJudged);
    assert_eq!(
        found.findings[0].reason,
        "needs 5 stretches of time on each side, there are 2: run longer"
    );
    let mut rules = Rules::default();
    rules.tolerances[0].metric = Metric::Percentile(0.999);
    let found = compare(&[cart(1, 1.0, 0.0)], &cart(2, 1.0, 0.0), &rules).expect("an endpoint in common");
    let reason = &of(&found, Metric::Percentile(0.999)).reason;
    assert!(
        reason.starts_with("needs 50000 response times on each side, there are 40000"),
        "{reason}"
    );
}

#[test]
fn summaries_have_no_interval() {
    let mut base = cart(1, 1.0, 0.0);
    base.endpoints[0].blocks.clear();
    base.endpoints[0].summary = Some(Summary {
        count: 10,
        ..Summary::default()
    });
    let found = compared(&base, &cart(2, 1.0, 0.0));
    assert_eq!(found.findings[0].outcome, Outcome::NotJudged);
    assert!(
        found.findings[0].reason.contains("--csv-full-history"),
        "{}",
        found.findings[0].reason
    );
}

#[test]
fn benchmarks_have_their_own_rules() {
    let of_kind = |seed, slower| {
        let mut run = cart(seed, slower, 0.0);
        run.facts.kind = RunKind::Benchmark;
        run
    };
    let found = compared(&of_kind(1, 0.0001), &of_kind(2, 0.00013));
    let metrics: Vec<String> = found
        .findings
        .iter()
        .filter_map(|finding| Some(finding.metric?.to_string()))
        .collect();
    assert_eq!(metrics, ["average", "p50"]);
}

#[test]
fn base_runs_that_differ_make_unsure() {
    let bases: Vec<BlockedRun> = [0.9, 1.0, 1.1, 0.95, 1.05]
        .iter()
        .zip(10..)
        .map(|(&slower, seed)| cart(seed, slower, 0.0))
        .collect();
    let rules = Rules::default();
    let found = compare(&bases, &cart(2, 1.12, 0.0), &rules).expect("an endpoint in common");
    assert_eq!(
        of(&found, P50).outcome,
        Outcome::Inconclusive,
        "{}",
        of(&found, P50).line()
    );
    let steady: Vec<BlockedRun> = (10..15).map(|seed| cart(seed, 1.0, 0.0)).collect();
    let found = compare(&steady, &cart(2, 1.12, 0.0), &rules).expect("an endpoint in common");
    assert_eq!(
        of(&found, P50).outcome,
        Outcome::Fail,
        "{}",
        of(&found, P50).line()
    );
}

#[test]
fn a_stall_neither_fails_nor_hides() {
    let stalled = |seed, slower| {
        let mut run = cart(seed, slower, 0.0);
        for (value, _) in &mut run.endpoints[0].blocks[7].times.counts {
            *value *= 20.0;
        }
        run
    };
    let found = compared(&cart(1, 1.0, 0.0), &stalled(2, 1.0));
    assert!(
        found
            .findings
            .iter()
            .all(|finding| finding.outcome != Outcome::Fail),
        "{:?}",
        found.findings
    );
    let found = compared(&stalled(1, 1.0), &cart(2, 1.15, 0.0));
    assert_eq!(
        of(&found, P50).outcome,
        Outcome::Fail,
        "{}",
        of(&found, P50).line()
    );
}

#[test]
fn a_few_far_slower_stretches_are_no_pass() {
    let mut head = cart(2, 1.0, 0.0);
    for index in [1, 6, 11, 16] {
        head.endpoints[0].blocks[index] = blocks(90 + index as u64, 1, 20.0, 0.0).remove(0);
    }
    let found = compared(&cart(1, 1.0, 0.0), &head);
    let finding = of(&found, Metric::Percentile(0.95));
    assert_eq!(finding.outcome, Outcome::Inconclusive, "{}", finding.line());
}

#[test]
fn a_duel_says_when_to_stop() {
    let rules = Rules::default();
    let duel = |slower, look| {
        judge_duel(&cart(1, 1.0, 0.0), &cart(2, slower, 0.0), look, 3, &rules).expect("one endpoint")
    };
    let same = duel(1.0, 1);
    assert!(
        !same.needs_more && same.pairs == 20,
        "{:?}",
        same.comparison.findings
    );
    let slower = duel(1.3, 1);
    assert!(!slower.needs_more);
    assert_eq!(of(&slower.comparison, P50).outcome, Outcome::Fail);
    let close = duel(1.045, 1);
    assert!(close.needs_more, "{:?}", close.comparison.findings);
    assert!(
        close.pairs_needed.is_none_or(|needed| needed > 20),
        "{:?}",
        close.pairs_needed
    );
    assert!(!duel(1.045, 3).needs_more);
    let alphas: f64 = (1..=3).map(|look| duel(1.0, look).comparison.alpha).sum();
    assert!((alphas - rules.alpha).abs() < 1e-12);
}

#[test]
fn what_is_drawn_is_small_and_whole() {
    let found = compared(&cart(1, 1.0, 0.0), &cart(2, 1.2, 0.0));
    let drawn = &found.endpoints[0];
    assert!(drawn.base.len() <= 200 && drawn.has_another_shape());
    assert_eq!(drawn.head.iter().map(|&(_, count)| count).sum::<u64>(), 40_000);
    let p95 = drawn
        .ratios
        .iter()
        .find(|point| point.quantile == 0.95)
        .expect("it is drawn");
    assert!(p95.low.is_some() && (p95.ratio - 1.2).abs() < 0.05);
    assert!(serde_json::to_string(&found).is_ok());
}
