//! One endpoint on both sides: what can be compared, the comparison of each metric, and why the rest cannot be judged.

use crate::block::{Block, BlockedEndpoint, Distribution};
use crate::bootstrap::DrawsBySize;
use crate::effect::{Effect, Pair, as_size, scaled};
use crate::endpoint::Endpoint;
use crate::figures::Figures;
use crate::metric::{Metric, Unit};
use crate::rules::Tolerance;
use crate::side::{Side, merged};
use crate::typical::typical;
use crate::verdict::Finding;
use crate::weigh::{Candidate, Setting};
use crate::wording::{not_judged, without_counterpart};

/// Values that must lie beyond a quantile on each side: its rank is then known to 14 %.
const FEWEST_BEYOND: f64 = 50.0;

/// Requests from which on a rate is judged: fewer come in steps of their users, which blocks of a second take for noise.
const FEWEST_OF_RATE: u64 = 1_000;

/// Blocks that each side must have: Student's t with fewer than 4 degrees of freedom tells nothing at small chances.
const FEWEST_BLOCKS: usize = 5;

/// One endpoint on both sides.
pub(crate) struct Subject<'a> {
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) bases: Vec<&'a BlockedEndpoint>,
    pub(crate) head: Option<&'a BlockedEndpoint>,
    /// How many base runs there are, also those without this endpoint.
    pub(crate) runs: usize,
}

/// What comparing endpoints brings together.
#[derive(Debug, Default)]
pub(crate) struct Weighing {
    draws: DrawsBySize,
    /// What is to be judged together.
    pub(crate) candidates: Vec<Candidate>,
    /// What cannot be judged: (place of the subject, place of the metric, finding).
    pub(crate) refused: Vec<(usize, usize, Finding)>,
    /// What is to be drawn: (place of the subject, base, head).
    pub(crate) merged: Vec<(usize, Distribution, Distribution)>,
}

impl Subject<'_> {
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
        (fewest < FEWEST_BLOCKS)
            .then(|| not_judged(self.endpoint, None, setting.short_reason(fewest, FEWEST_BLOCKS)))
    }

    /// Compares every gated metric, or says why that cannot be. `index` is its place among the subjects.
    pub(crate) fn weigh(&self, index: usize, is_paired: bool, setting: Setting<'_>, into: &mut Weighing) {
        if let Some(finding) = self.refusal(setting) {
            into.refused.push((index, 0, finding));
            into.merged.extend(self.merged(index));
            return;
        }
        let base_runs: Vec<&[Block]> = self.bases.iter().map(|base| base.blocks.as_slice()).collect();
        let head_runs: Vec<&[Block]> = self.head.iter().map(|head| head.blocks.as_slice()).collect();
        let (base, head) = (Side::new(&base_runs), Side::new(&head_runs));
        let is_paired = is_paired
            && base_runs
                .iter()
                .map(|run| run.len())
                .eq(head_runs.iter().map(|run| run.len()));
        let head_stream = u64::from(!is_paired);
        into.draws.prepare(0, &base);
        into.draws.prepare(head_stream, &head);
        let draws = (into.draws.get(0, &base), into.draws.get(head_stream, &head));
        let (Some(base_draws), Some(head_draws)) = draws else {
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
            match Self::candidate(pair, tolerance, setting) {
                Ok(found) => into.candidates.push(Candidate {
                    subject: index,
                    order,
                    endpoint: self.endpoint.clone(),
                    tolerance,
                    effect: found.effect,
                    base_runs: found.base_runs,
                    pooled: found.pooled,
                    relative: None,
                    shortness: base.samples() as f64
                        / base.runs().len() as f64
                        / (head.samples() as f64).max(1.0),
                    samples: samples(tolerance.metric, &base).min(samples(tolerance.metric, &head)),
                    head_failures: head.failures(),
                }),
                Err(Some(reason)) => {
                    let finding = not_judged(self.endpoint, Some(tolerance), reason);
                    into.refused.push((index, order, finding));
                }
                Err(None) => {}
            }
        }
        into.merged.push((index, base.into_merged(), head.into_merged()));
    }

    /// How much worse a metric is, or why that cannot be told. Nothing where the metric means nothing (the rate of a
    /// benchmark).
    fn candidate(
        pair: Pair<'_>,
        tolerance: Tolerance,
        setting: Setting<'_>,
    ) -> Result<Found, Option<String>> {
        let metric = tolerance.metric;
        let samples = pair.base.samples().min(pair.head.samples());
        let too_few = |needed: u64| Some(setting.few_reason(needed, samples));
        let needed = needed(metric);
        if samples < needed {
            return Err(too_few(needed));
        }
        // Rates of rare failures, and of requests, are sums; a block of its own tells nothing of them.
        if metric.unit() != Unit::Milliseconds {
            let base_runs = pair
                .base
                .values_of_runs(metric)
                .into_iter()
                .map(|value| scaled(metric, value))
                .collect();
            return Ok(Found {
                effect: pair.effect(metric).ok_or(None)?,
                pooled: None,
                base_runs,
            });
        }
        let typical = typical(pair, metric).ok_or_else(|| {
            let uneven = "response times come too unevenly over the run to be judged: run longer";
            if samples < 2 * needed {
                too_few(2 * needed)
            } else {
                Some(uneven.to_owned())
            }
        })?;
        let exceeds = pair.size(metric).ok_or(None)? > as_size(metric, tolerance.limit);
        Ok(Found {
            effect: typical.effect,
            // The bootstrap is dear, and what is tolerated contradicts nothing.
            pooled: exceeds.then(|| pair.effect(metric)).flatten(),
            base_runs: typical.base_runs,
        })
    }

    /// What is drawn of an endpoint that cannot be judged.
    fn merged(&self, index: usize) -> Option<(usize, Distribution, Distribution)> {
        let all = |sides: &[&BlockedEndpoint]| {
            merged(
                &sides
                    .iter()
                    .flat_map(|side| &side.blocks)
                    .collect::<Vec<&Block>>(),
            )
        };
        let (base, head) = (all(&self.bases), all(&[self.head?]));
        (base.count() > 0 && head.count() > 0).then_some((index, base, head))
    }
}

/// A metric that was found.
struct Found {
    effect: Effect,
    pooled: Option<Effect>,
    base_runs: Vec<f64>,
}

/// Response times that must be there on each side.
pub(crate) fn needed(metric: Metric) -> u64 {
    match metric {
        // Rounded, because 1 − 0.99 is a little more than 0.01.
        Metric::Percentile(fraction) => (FEWEST_BEYOND / (1.0 - fraction) - 1e-6).ceil() as u64,
        Metric::Average => FEWEST_BEYOND as u64,
        Metric::RequestsPerSecond => FEWEST_OF_RATE,
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
