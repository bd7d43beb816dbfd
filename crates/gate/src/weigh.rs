//! From effects to findings: p values, Holm's levels, intervals, outcomes.

use crate::effect::{Effect, as_size, unscaled};
use crate::endpoint::Endpoint;
use crate::facts::RunKind;
use crate::holm::levels;
use crate::metric::{Metric, Unit};
use crate::rules::{Rules, Tolerance};
use crate::student::{exceeded_with, upper_tail};
use crate::verdict::{Compared, Finding, Outcome};
use crate::wording::{not_judged, reason};

/// Failures that would just be tolerated must be this many, or else the number of requests is too small to judge.
pub(crate) const FEWEST_FAILURES: f64 = 5.0;

/// How many times alpha the chance may be that a figure passes which is worse by just what is tolerated: 0.05, the custom for
/// equivalence, with an alpha of 0.01.
const PASS_SHARE: f64 = 5.0;

/// What all rules of a comparison have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) kind: RunKind,
    /// The chance of a false alarm, which a duel splits over its looks.
    pub(crate) alpha: f64,
    /// By how much ratios may be off because of how times were kept, as a size.
    pub(crate) rounding: f64,
    /// By how much runs are taken to differ while a single base run cannot tell; 0 where both sides are of one run.
    pub(crate) run_to_run: f64,
}

/// A figure to be held against its tolerance.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) subject: usize,
    pub(crate) order: usize,
    pub(crate) endpoint: Endpoint,
    pub(crate) tolerance: Tolerance,
    pub(crate) effect: Effect,
    /// The middle of each base run, as sizes.
    pub(crate) base_runs: Vec<f64>,
    /// Over all requests together, where the effect is that of the typical block.
    pub(crate) pooled: Option<Effect>,
    /// Beside the other endpoints, where several base runs tell how these move together.
    pub(crate) relative: Option<Relative>,
    /// How many times as many response times a base run has as the head.
    pub(crate) shortness: f64,
    pub(crate) samples: u64,
    pub(crate) head_failures: f64,
}

/// How much worse an endpoint became than the others did, as a size: what the machine's day does to all of them cancels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relative {
    pub(crate) size: f64,
    pub(crate) error: f64,
    pub(crate) freedom: f64,
}

/// A candidate as numbers: sizes, above 0 is worse.
pub(crate) struct Weighed {
    pub(crate) limit: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) improved: bool,
    pub(crate) outcome: Outcome,
    pub(crate) hangs_on_one: bool,
    /// The typical block is well, all requests together are not.
    pub(crate) contradicted: bool,
    /// Interval of the ratio to what the other endpoints did, if that is beyond what is tolerated.
    pub(crate) beside_others: Option<(f64, f64)>,
}

impl Setting<'_> {
    pub(crate) fn gated(&self) -> &[Tolerance] {
        self.rules.gated(self.kind)
    }

    /// What is tolerated of a candidate, as a size.
    pub(crate) fn limit(&self, candidate: &Candidate) -> f64 {
        let allowed = self
            .rules
            .allowed(candidate.tolerance, candidate.effect.base, self.kind);
        as_size(candidate.tolerance.metric, allowed)
    }

    /// By how much a size may be off because of how times were kept. Counts are exact.
    fn rounding(&self, metric: Metric) -> f64 {
        if metric.unit() == Unit::Milliseconds {
            self.rounding
        } else {
            0.0
        }
    }
}

/// Judges all candidates together.
pub(crate) fn weighed(candidates: &[Candidate], setting: Setting<'_>) -> Vec<Finding> {
    let chance = |sign: f64| -> Vec<f64> {
        let of = |candidate: &Candidate| {
            let effect = candidate.effect;
            let distance =
                sign * effect.size - setting.rounding(candidate.tolerance.metric) - setting.limit(candidate);
            upper_tail(distance / effect.error, effect.freedom)
        };
        candidates.iter().map(of).collect()
    };
    // Where there are two ways to fail, each gets half of the chance of a false alarm.
    let has_two_ways = candidates.iter().any(|candidate| candidate.relative.is_some());
    let alpha = if has_two_ways {
        setting.alpha / 2.0
    } else {
        setting.alpha
    };
    let worse = levels(&chance(1.0), alpha);
    let better = levels(&chance(-1.0), setting.alpha);
    let beside = beside_others(candidates, alpha, setting);
    candidates
        .iter()
        .zip(worse.iter().zip(better).zip(beside))
        .map(|(candidate, ((&worse, better), beside_others))| {
            let mut weighed = weigh(candidate, worse, better, setting);
            weighed.beside_others = beside_others;
            weighed.outcome = weighed.outcome(candidate);
            finding(candidate, &weighed, setting)
        })
        .collect()
}

/// An endpoint that became worse than the others did by more than is tolerated, and worse at all by as much, is worse whatever
/// the machine's day was.
fn beside_others(candidates: &[Candidate], alpha: f64, setting: Setting<'_>) -> Vec<Option<(f64, f64)>> {
    let rounding = |candidate: &Candidate| setting.rounding(candidate.tolerance.metric);
    let chances: Vec<f64> = candidates
        .iter()
        .filter_map(|candidate| {
            let relative = candidate.relative?;
            let distance = relative.size - rounding(candidate) - setting.limit(candidate);
            Some(upper_tail(distance / relative.error, relative.freedom))
        })
        .collect();
    let mut levels = levels(&chances, alpha).into_iter();
    candidates
        .iter()
        .map(|candidate| {
            let relative = candidate.relative?;
            let limit = setting.limit(candidate);
            let margin =
                rounding(candidate) + exceeded_with(levels.next()?, relative.freedom) * relative.error;
            let (low, high) = (relative.size - margin, relative.size + margin);
            (low > limit && candidate.effect.least > limit).then_some((low, high))
        })
        .collect()
}

/// The lower end is corrected for the number of rules, because one false alarm among them spoils the verdict. The upper end
/// is not: all is well only if every rule passes, which needs no correction (Berger 1982, intersection-union tests). What is
/// worse by just what is tolerated passes with a chance of five times alpha, what is worse by twice as much hardly ever.
fn weigh(candidate: &Candidate, worse: f64, better: f64, setting: Setting<'_>) -> Weighed {
    let (effect, metric) = (candidate.effect, candidate.tolerance.metric);
    let (limit, rounding) = (setting.limit(candidate), setting.rounding(metric));
    let margin = |chance| rounding + exceeded_with(chance, effect.freedom) * effect.error;
    let (low, high) = (
        effect.size - margin(worse),
        effect.size + margin(setting.alpha * PASS_SHARE),
    );
    let hangs_on_one = low > limit && effect.least <= limit;
    let improved = effect.size + margin(better) < -limit && effect.greatest < -limit;
    let contradicted = candidate.pooled.is_some_and(|pooled| {
        let low = pooled.size - rounding - exceeded_with(setting.alpha, pooled.freedom) * pooled.error;
        low > limit && pooled.least > limit
    });
    Weighed {
        limit,
        low,
        high,
        improved,
        outcome: Outcome::Inconclusive,
        hangs_on_one,
        contradicted,
        beside_others: None,
    }
}

impl Weighed {
    fn outcome(&self, candidate: &Candidate) -> Outcome {
        let is_rate = candidate.tolerance.metric == Metric::ErrorRate;
        if self.low > self.limit && !self.hangs_on_one || self.beside_others.is_some() {
            return Outcome::Fail;
        }
        if is_rate && candidate.head_failures == 0.0 {
            return Outcome::Pass;
        }
        if self.high < self.limit {
            return if self.contradicted {
                Outcome::Inconclusive
            } else {
                Outcome::Pass
            };
        }
        if is_rate && (candidate.samples as f64 * self.limit) < FEWEST_FAILURES {
            return Outcome::NotJudged;
        }
        Outcome::Inconclusive
    }
}

fn finding(candidate: &Candidate, weighed: &Weighed, setting: Setting<'_>) -> Finding {
    let (effect, metric) = (candidate.effect, candidate.tolerance.metric);
    // JSON has no infinity, and nobody cares beyond e³⁰.
    let ratio = |size: f64| unscaled(metric, size.clamp(-30.0, 30.0));
    let compared = Compared {
        base: effect.base,
        head: effect.head,
        ratio: ratio(effect.size),
        low: Some(ratio(weighed.low)),
        high: Some(ratio(weighed.high)),
        tolerance: candidate.tolerance.limit,
        samples: candidate.samples,
        improved: weighed.improved,
    };
    Finding {
        outcome: weighed.outcome,
        measured: Some(effect.head),
        limit: Some(limit_value(metric, effect.base, weighed.limit)),
        compared: Some(compared),
        reason: reason(candidate, weighed, &compared, setting),
        ..not_judged(&candidate.endpoint, Some(candidate.tolerance), String::new())
    }
}

/// The value that would just be tolerated.
fn limit_value(metric: Metric, base: f64, limit: f64) -> f64 {
    match (metric.unit(), metric.is_better_when_greater()) {
        (Unit::Ratio, _) => base + limit,
        (_, false) => base * limit.exp(),
        (_, true) => base / limit.exp(),
    }
}
