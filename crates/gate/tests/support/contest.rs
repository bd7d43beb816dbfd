//! Many comparisons of a kind: how often who is right.

use katydid_gate::{BlockedRun, Comparison, Endpoint, Finding, Outcome, Rules, compare, judge_duel};

use super::rivals::{RIVALS, called_worse};
use super::world::{Measured, Noise, SERVICE, Slowdown, World, run};

/// How a duel is fought.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub noise: Noise,
    pub block_seconds: f64,
    /// Pairs of blocks at each look.
    pub looks: [usize; 3],
}

/// Counts over many comparisons.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub fought: usize,
    /// Something failed.
    pub failed: usize,
    /// What is worse failed.
    pub right: usize,
    /// Something else failed.
    pub wrong: usize,
    pub unsure: usize,
    pub passed: usize,
    pub looks: usize,
    pub pairs: usize,
    /// For each rival: (it called something worse, it called what is worse worse, and something else).
    pub rivals: [(usize, usize, usize); RIVALS.len()],
    /// Findings that failed though nothing is worse there.
    pub false_findings: Vec<String>,
    /// How often each metric could not be told.
    pub unsure_metrics: std::collections::BTreeMap<String, usize>,
}

impl Score {
    fn take(&mut self, findings: &[Finding], slow: Option<usize>, base: &BlockedRun, head: &BlockedRun) {
        let guilty = slow.map(|index| Endpoint::new("GET", SERVICE[index].0));
        let failing: Vec<&Finding> = of(findings, Outcome::Fail);
        let is_right = |finding: &&&Finding| guilty.is_some() && finding.endpoint == guilty;
        // All requests together may well be slower when one endpoint is.
        let is_wrong = |finding: &&&Finding| {
            !(is_right(finding) || guilty.is_some() && finding.endpoint == Some(Endpoint::total()))
        };
        let unsure = of(findings, Outcome::Inconclusive);
        self.fought += 1;
        self.failed += usize::from(!failing.is_empty());
        self.right += usize::from(failing.iter().any(|finding| is_right(&finding)));
        self.wrong += usize::from(failing.iter().any(|finding| is_wrong(&finding)));
        self.unsure += usize::from(failing.is_empty() && !unsure.is_empty());
        self.passed += usize::from(failing.is_empty() && unsure.is_empty());
        self.false_findings
            .extend(failing.iter().filter(is_wrong).map(|finding| finding.line()));
        for finding in unsure {
            let metric = finding
                .metric
                .map(|metric| metric.to_string())
                .unwrap_or_default();
            *self.unsure_metrics.entry(metric).or_default() += 1;
        }
        for (called, score) in called_worse(base, head).iter().zip(&mut self.rivals) {
            // The total is the first of a run.
            let slow = slow.map(|index| index + 1);
            score.0 += usize::from(!called.is_empty());
            score.1 += usize::from(slow.is_some_and(|slow| called.contains(&slow)));
            score.2 += usize::from(called.iter().any(|&index| Some(index) != slow));
        }
    }
}

fn of(findings: &[Finding], outcome: Outcome) -> Vec<&Finding> {
    findings
        .iter()
        .filter(|finding| finding.outcome == outcome)
        .collect()
}

fn slow_endpoint(slowdown: Slowdown) -> Option<usize> {
    match slowdown {
        Slowdown::None => None,
        Slowdown::All { endpoint, .. } | Slowdown::Tail { endpoint, .. } => Some(endpoint),
    }
}

/// Fights duels, each in a world of its own.
pub fn duels(plan: Plan, count: usize, seed: u64, slowdown: impl Fn(usize) -> Slowdown) -> Score {
    let rules = Rules::default();
    let mut score = Score::default();
    for index in 0..count {
        let slowdown = slowdown(index);
        let mut world = World::new(plan.noise, seed + index as u64);
        let (mut base, mut head) = (Measured::new(), Measured::new());
        for (look, pairs) in (1..).zip(plan.looks) {
            for pair in base.first().map_or(0, Vec::len)..pairs {
                if pair % 2 == 0 {
                    world.measure(plan.block_seconds, Slowdown::None, &mut base);
                    world.measure(plan.block_seconds, slowdown, &mut head);
                } else {
                    world.measure(plan.block_seconds, slowdown, &mut head);
                    world.measure(plan.block_seconds, Slowdown::None, &mut base);
                }
            }
            let (base, head) = (run(&base), run(&head));
            let duel = judge_duel(&base, &head, look, plan.looks.len(), &rules).expect("endpoints in common");
            if !duel.needs_more {
                score.take(&duel.comparison.findings, slow_endpoint(slowdown), &base, &head);
                score.looks += look;
                score.pairs += pairs;
                break;
            }
        }
    }
    score
}

/// Compares runs, each at a time of its own, with base runs before them.
pub fn baselines(
    noise: Noise,
    base_runs: usize,
    blocks: usize,
    count: usize,
    seed: u64,
    slowdown: impl Fn(usize) -> Slowdown,
) -> Score {
    let rules = Rules::default();
    let mut score = Score::default();
    for index in 0..count {
        let mut world = World::new(noise, seed + index as u64);
        let mut measure = |slowdown: Slowdown| {
            let mut measured = Measured::new();
            world.begin_run();
            (0..blocks).for_each(|_| world.measure(10.0, slowdown, &mut measured));
            run(&measured)
        };
        let bases: Vec<BlockedRun> = (0..base_runs).map(|_| measure(Slowdown::None)).collect();
        let slowdown = slowdown(index);
        let head = measure(slowdown);
        let found: Comparison = compare(&bases, &head, &rules).expect("endpoints in common");
        score.take(
            &found.findings,
            slow_endpoint(slowdown),
            &bases[base_runs - 1],
            &head,
        );
        score.looks += 1;
        score.pairs += blocks;
    }
    score
}
