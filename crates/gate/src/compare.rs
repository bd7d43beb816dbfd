//! Head against base: how much worse each figure became, with an interval, and whether that is tolerated.
//!
//! Response times are judged by the typical stretch of time, which stalls do not move, and by all requests together, which
//! must not contradict; rates by all requests. Differences of logarithms are held against Student's t; with several base runs
//! their standard errors are those between runs. Does not know where runs come from.

use serde::Serialize;

use crate::block::{Block, BlockedEndpoint, BlockedRun, Distribution};
use crate::bootstrap::DrawsBySize;
use crate::drawing::EndpointComparison;
use crate::effect::{Effect, Pair, scaled};
use crate::endpoint::Endpoint;
use crate::figures::Figures;
use crate::metric::{Metric, Unit};
use crate::rules::{Rules, Tolerance};
use crate::runs::{Variance, between_runs};
use crate::side::{Side, merged};
use crate::typical::typical;
use crate::verdict::Finding;
use crate::weigh::{Candidate, Setting, not_judged, weighed, without_counterpart};

/// Values that must lie beyond a quantile on each side: its rank is then known to 14 %.
const FEWEST_BEYOND: f64 = 50.0;

/// Blocks that each side must have: Student's t with fewer than 4 degrees of freedom tells nothing at small chances.
pub(crate) const FEWEST_BLOCKS: usize = 5;

/// Head against base.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What was found: the total first, then the endpoints of the head, then those that only the base has.
    pub findings: Vec<Finding>,
    /// The same endpoints, to be drawn: those that both sides have.
    pub endpoints: Vec<EndpointComparison>,
    /// How many figures were held against a tolerance.
    pub judged: usize,
    /// The chance of one or more false alarms among them.
    pub alpha: f64,
    /// Base runs.
    pub base_runs: usize,
}

/// Runs that cannot be compared at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// There is no base.
    #[error("nothing to compare with: there is no base run")]
    NoBase,
    /// No endpoint is on both sides.
    #[error("the runs have no endpoint in common: the base has {base}, the head {head}")]
    NothingInCommon {
        /// Endpoints of the base.
        base: usize,
        /// Endpoints of the head.
        head: usize,
    },
}

/// Holds a run against one or more runs of what it is to be compared with.
///
/// With one base run, only what happens within the runs is known: how much runs differ is not, and a verdict is a verdict
/// about these two runs. Fails if there is no base or if no endpoint is on both sides.
pub fn compare(base: &[BlockedRun], head: &BlockedRun, rules: &Rules) -> Result<Comparison, CompareError> {
    let bases: Vec<&BlockedRun> = base.iter().collect();
    let setting = Setting {
        rules,
        kind: head.facts.kind,
        alpha: rules.alpha,
        rounding: rounding(&bases, head),
    };
    compare_as(&bases, head, is_shaped_alike(&bases, head), setting)
}

/// The same with all that differs between a comparison and a duel said.
pub(crate) fn compare_as(
    bases: &[&BlockedRun],
    head: &BlockedRun,
    is_paired: bool,
    setting: Setting<'_>,
) -> Result<Comparison, CompareError> {
    let subjects = subjects(bases, head)?;
    let mut findings = Vec::new();
    let mut candidates = Vec::new();
    let mut draws = DrawsBySize::default();
    for (index, subject) in subjects.iter().enumerate() {
        match subject.refusal(setting) {
            Some(finding) => findings.push((index, 0, finding)),
            None => subject.weigh(
                index,
                is_paired,
                setting,
                &mut draws,
                &mut candidates,
                &mut findings,
            ),
        }
    }
    if bases.len() > 1 {
        add_run_to_run(subjects.len(), setting, &mut candidates);
    }
    let judged = candidates.len();
    for (candidate, finding) in candidates.iter().zip(weighed(&candidates, setting)) {
        findings.push((candidate.subject, candidate.order, finding));
    }
    findings.sort_by_key(|&(subject, order, _)| (subject, order));
    let findings: Vec<Finding> = findings.into_iter().map(|(_, _, finding)| finding).collect();
    let endpoints = subjects
        .iter()
        .filter_map(|subject| subject.drawn(&findings))
        .collect();
    Ok(Comparison {
        findings,
        endpoints,
        judged,
        alpha: setting.alpha,
        base_runs: bases.len(),
    })
}

/// By how much a ratio may be off because of how both sides were kept, as a size.
pub(crate) fn rounding(bases: &[&BlockedRun], head: &BlockedRun) -> f64 {
    let base = bases.iter().map(|run| run.facts.rounding).fold(0.0, f64::max);
    base.ln_1p() + head.facts.rounding.ln_1p()
}

/// With a load shape, the same moment of both runs has the same users, and differences along the run cancel.
fn is_shaped_alike(bases: &[&BlockedRun], head: &BlockedRun) -> bool {
    let [base] = bases else { return false };
    base.facts.shape.is_some() && base.facts.shape == head.facts.shape
}

/// One endpoint on both sides.
struct Subject<'a> {
    endpoint: &'a Endpoint,
    bases: Vec<&'a BlockedEndpoint>,
    head: Option<&'a BlockedEndpoint>,
    /// How many base runs there are, also those without this endpoint.
    runs: usize,
}

fn subjects<'a>(bases: &[&'a BlockedRun], head: &'a BlockedRun) -> Result<Vec<Subject<'a>>, CompareError> {
    if bases.is_empty() {
        return Err(CompareError::NoBase);
    }
    let was_called = |found: &&BlockedEndpoint| Figures::requests_of(found) > 0;
    let of = |run: &'a BlockedRun, endpoint: &Endpoint| {
        run.endpoints
            .iter()
            .filter(was_called)
            .find(|found| found.endpoint == *endpoint)
    };
    let mut endpoints: Vec<&Endpoint> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for run in std::iter::once(&head).chain(bases) {
        let called = run
            .endpoints
            .iter()
            .filter(was_called)
            .map(|found| &found.endpoint);
        endpoints.extend(called.filter(|&endpoint| known.insert(endpoint)));
    }
    let subjects: Vec<Subject<'_>> = endpoints
        .into_iter()
        .map(|endpoint| Subject {
            endpoint,
            bases: bases.iter().filter_map(|run| of(run, endpoint)).collect(),
            head: of(head, endpoint),
            runs: bases.len(),
        })
        .collect();
    let in_common = |subject: &Subject<'_>| !subject.bases.is_empty() && subject.head.is_some();
    // The total is always on both sides; it alone would compare what has nothing to do with each other.
    let is_common = subjects
        .iter()
        .any(|subject| in_common(subject) && !subject.endpoint.is_total())
        || subjects
            .iter()
            .all(|subject| subject.endpoint.is_total() && in_common(subject))
            && !subjects.is_empty();
    if is_common {
        return Ok(subjects);
    }
    let count = |is_on: fn(&Subject<'_>) -> bool| {
        subjects
            .iter()
            .filter(|subject| !subject.endpoint.is_total() && is_on(subject))
            .count()
    };
    let base = count(|subject| !subject.bases.is_empty());
    let head = count(|subject| subject.head.is_some());
    Err(CompareError::NothingInCommon { base, head })
}

impl<'a> Subject<'a> {
    /// Why nothing of this endpoint can be judged, if so.
    fn refusal(&self, setting: Setting<'_>) -> Option<Finding> {
        let Some(head) = self.head else {
            let requests = self.bases.iter().map(|base| Figures::requests_of(base)).sum();
            return Some(without_counterpart(self.endpoint, Some(requests), self.runs));
        };
        if self.bases.is_empty() {
            return Some(without_counterpart(self.endpoint, None, self.runs));
        }
        let mut sides = vec![("head", head)];
        sides.extend(self.bases.iter().map(|&base| ("base", base)));
        let summary = sides.iter().find(|(_, side)| side.blocks.is_empty());
        if let Some((side, _)) = summary {
            return Some(not_judged(self.endpoint, None, setting.summary_reason(side)));
        }
        let base_blocks: usize = self.bases.iter().map(|base| base.blocks.len()).sum();
        let fewest = head.blocks.len().min(base_blocks);
        (fewest < FEWEST_BLOCKS).then(|| not_judged(self.endpoint, None, setting.short_reason(fewest)))
    }

    /// Compares every gated metric.
    fn weigh(
        &self,
        index: usize,
        is_paired: bool,
        setting: Setting<'_>,
        draws: &mut DrawsBySize,
        candidates: &mut Vec<Candidate>,
        findings: &mut Vec<(usize, usize, Finding)>,
    ) {
        let base_runs: Vec<&[Block]> = self.bases.iter().map(|base| base.blocks.as_slice()).collect();
        let head_runs: Vec<&[Block]> = self.head.iter().map(|head| head.blocks.as_slice()).collect();
        let (base, head) = (Side::new(&base_runs), Side::new(&head_runs));
        let is_paired = is_paired
            && base_runs
                .iter()
                .map(|run| run.len())
                .eq(head_runs.iter().map(|run| run.len()));
        let head_stream = u64::from(!is_paired);
        draws.prepare(0, &base);
        draws.prepare(head_stream, &head);
        let (Some(base_draws), Some(head_draws)) = (draws.get(0, &base), draws.get(head_stream, &head))
        else {
            return;
        };
        let pair = Pair {
            base: &base,
            head: &head,
            base_draws,
            head_draws,
            is_paired,
        };
        for (order, &tolerance) in setting.gated().iter().enumerate() {
            if !applies(tolerance.metric, self.endpoint) {
                continue;
            }
            match self.candidate(pair, tolerance) {
                Ok(found) => candidates.push(Candidate {
                    subject: index,
                    order,
                    endpoint: self.endpoint.clone(),
                    tolerance,
                    effect: found.effect,
                    base_runs: found.base_runs,
                    pooled: found.pooled,
                    samples: samples(tolerance.metric, &base).min(samples(tolerance.metric, &head)),
                    head_failures: head.failures(),
                }),
                Err(Some(reason)) => {
                    findings.push((index, order, not_judged(self.endpoint, Some(tolerance), reason)));
                }
                Err(None) => {}
            }
        }
    }

    /// How much worse a metric is, or why that cannot be told. Nothing where the metric means nothing (the rate of a
    /// benchmark).
    fn candidate(&self, pair: Pair<'_>, tolerance: Tolerance) -> Result<Found, Option<String>> {
        let metric = tolerance.metric;
        let needed = needed(metric);
        let samples = pair.base.samples().min(pair.head.samples());
        let too_few = |needed: u64| {
            format!("needs {needed} response times on each side, there are {samples}: run longer")
        };
        if samples < needed {
            return Err(Some(too_few(needed)));
        }
        let pooled = pair.effect(metric).ok_or(None)?;
        // Rates of rare failures, and of requests, are sums; a block of its own tells nothing of them.
        if metric.unit() != Unit::Milliseconds {
            let base_runs = pair
                .base
                .values_of_runs(metric)
                .into_iter()
                .map(|value| scaled(metric, value))
                .collect();
            return Ok(Found {
                effect: pooled,
                pooled: None,
                base_runs,
            });
        }
        let typical = typical(pair, metric).ok_or_else(|| Some(too_few(2 * needed)))?;
        Ok(Found {
            effect: typical.effect,
            pooled: Some(pooled),
            base_runs: typical.base_runs,
        })
    }

    fn drawn(&self, findings: &[Finding]) -> Option<EndpointComparison> {
        let blocks: Vec<&Block> = self.bases.iter().flat_map(|base| &base.blocks).collect();
        let (base, head): (Distribution, Distribution) = (
            merged(&blocks),
            merged(&self.head?.blocks.iter().collect::<Vec<_>>()),
        );
        (base.count() > 0 && head.count() > 0)
            .then(|| EndpointComparison::new(self.endpoint, &base, &head, findings))
    }
}

/// A metric that was found.
struct Found {
    effect: Effect,
    pooled: Option<Effect>,
    base_runs: Vec<f64>,
}

/// Response times that must be there on each side.
fn needed(metric: Metric) -> u64 {
    match metric {
        // Rounded, because 1 − 0.99 is a little more than 0.01.
        Metric::Percentile(fraction) => (FEWEST_BEYOND / (1.0 - fraction) - 1e-6).ceil() as u64,
        _ => 0,
    }
}

/// Users who wait between tasks offer a rate of their own, so the rate is judged of all requests together only.
fn applies(metric: Metric, endpoint: &Endpoint) -> bool {
    metric != Metric::RequestsPerSecond || endpoint.is_total()
}

fn samples(metric: Metric, side: &Side) -> u64 {
    match metric {
        Metric::ErrorRate | Metric::RequestsPerSecond => side.requests() as u64,
        _ => side.samples(),
    }
}

/// Makes the errors of effects at least as great as the differences between base runs say: one more run differs from the mean
/// of k by s·√(1 + 1/k).
fn add_run_to_run(subjects: usize, setting: Setting<'_>, candidates: &mut [Candidate]) {
    for tolerance in setting.gated() {
        let mut rows = vec![Vec::new(); subjects];
        for candidate in candidates
            .iter()
            .filter(|candidate| candidate.tolerance.metric == tolerance.metric)
        {
            rows[candidate.subject].clone_from(&candidate.base_runs);
        }
        let variances = between_runs(&rows);
        let same = candidates
            .iter_mut()
            .filter(|candidate| candidate.tolerance.metric == tolerance.metric);
        for candidate in same {
            if let Some(variance) = variances[candidate.subject] {
                candidate
                    .effect
                    .take_run_to_run(variance, rows[candidate.subject].len());
            }
        }
    }
}

impl Effect {
    fn take_run_to_run(&mut self, between: Variance, runs: usize) {
        let error = (between.variance * (1.0 + 1.0 / runs as f64)).sqrt();
        if error > self.error {
            (self.error, self.freedom) = (error, between.freedom);
        } else {
            // What happens within runs is more than what differs between them; the weaker of both knows how well.
            self.freedom = self.freedom.min(between.freedom.max(1.0));
        }
    }
}
