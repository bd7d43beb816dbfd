//! From effects to findings: p values, Holm's levels, intervals, outcomes and their words.

use crate::effect::{Effect, as_size, unscaled};
use crate::endpoint::Endpoint;
use crate::facts::RunKind;
use crate::holm::levels;
use crate::metric::{Metric, Unit};
use crate::rules::{Rules, Tolerance};
use crate::student::{exceeded_with, upper_tail};
use crate::verdict::{Compared, Finding, FindingKind, Outcome};

/// Failures that would just be tolerated must be this many, or else the number of requests is too small to judge.
const FEWEST_FAILURES: f64 = 5.0;

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
struct Weighed {
    limit: f64,
    low: f64,
    high: f64,
    improved: bool,
    outcome: Outcome,
    hangs_on_one: bool,
    /// The typical block is well, all requests together are not.
    contradicted: bool,
    /// Interval of the ratio to what the other endpoints did, if that is beyond what is tolerated.
    beside_others: Option<(f64, f64)>,
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

    pub(crate) fn summary_reason(&self, side: &str) -> String {
        let cure = match self.kind {
            RunKind::LoadTest => "record the run with katydid, or with locust --csv-full-history",
            RunKind::Benchmark => "keep the rounds with --benchmark-save-data",
        };
        format!(
            "the {side} has only summary figures, which have no interval: {cure}, or set a plain limit such as mean:10%"
        )
    }

    pub(crate) fn few_reason(&self, needed: u64, samples: u64) -> String {
        match self.kind {
            RunKind::LoadTest => {
                format!("needs {needed} response times on each side, there are {samples}: run longer")
            }
            RunKind::Benchmark => {
                format!("needs {needed} rounds on each side, there are {samples}: time more rounds")
            }
        }
    }

    pub(crate) fn short_reason(&self, blocks: usize, fewest: usize) -> String {
        let what = match self.kind {
            RunKind::LoadTest => "stretches of time on each side",
            RunKind::Benchmark => "blocks of rounds on each side",
        };
        format!("needs {fewest} {what}, there are {blocks}: run longer")
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
    let ratio = |size| unscaled(metric, size);
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

fn reason(candidate: &Candidate, weighed: &Weighed, compared: &Compared, setting: Setting<'_>) -> String {
    let metric = candidate.tolerance.metric;
    let unit = metric.unit();
    let change = format!("{} → {}", unit.text(compared.base), unit.text(compared.head));
    let (low, high) = (
        compared.low.unwrap_or(f64::NAN),
        compared.high.unwrap_or(f64::NAN),
    );
    let figures = if unit == Unit::Ratio {
        let points = |share: f64| format!("{:+.2}", share * 100.0);
        let (ratio, limit) = (points(compared.ratio), points(weighed.limit));
        format!(
            "{change}, {ratio} points ({} to {}), tolerated {limit}",
            points(low),
            points(high)
        )
    } else {
        let is_floor = setting
            .rules
            .allowed(candidate.tolerance, compared.base, setting.kind)
            > candidate.tolerance.limit;
        let tolerated = if is_floor {
            format!("{} more", unit.text(setting.rules.floor_ms))
        } else {
            times(weighed.limit.exp())
        };
        let word = if metric.is_better_when_greater() {
            "times less"
        } else {
            "times"
        };
        let ratio = times(compared.ratio);
        format!(
            "{change}, {ratio} {word} ({} to {}), tolerated {tolerated}",
            times(low),
            times(high)
        )
    };
    format!("{figures}{}", remark(candidate, weighed))
}

/// What the numbers do not say.
fn remark(candidate: &Candidate, weighed: &Weighed) -> String {
    match weighed.outcome {
        Outcome::Fail if weighed.low <= weighed.limit => beside_others_remark(candidate, weighed),
        Outcome::Inconclusive if weighed.high < weighed.limit => {
            let pooled = candidate.pooled.unwrap_or(candidate.effect);
            let ratio = times(pooled.size.exp());
            format!(
                "; but over all requests {ratio} times, because a few stretches of time are far slower: run longer"
            )
        }
        _ if weighed.improved => "; better beyond doubt".to_owned(),
        Outcome::Inconclusive if weighed.hangs_on_one => {
            "; without one stretch of time it would hold: run longer".to_owned()
        }
        Outcome::Inconclusive if candidate.base_runs.len() > 1 => {
            let runs = candidate.base_runs.len();
            format!(
                "; the {runs} base runs differ too much, or are too few, to tell: add more of them, or use a duel"
            )
        }
        Outcome::Inconclusive => "; too close to tell: run longer".to_owned(),
        Outcome::NotJudged => {
            let needed = (FEWEST_FAILURES / weighed.limit).ceil();
            format!(
                "; to tell needs {needed:.0} requests on each side, there are {}",
                candidate.samples
            )
        }
        _ => String::new(),
    }
}

fn beside_others_remark(candidate: &Candidate, weighed: &Weighed) -> String {
    let Some((relative, (low, high))) = candidate.relative.zip(weighed.beside_others) else {
        return String::new();
    };
    let [ratio, low, high] = [relative.size, low, high].map(|size| times(size.exp()));
    format!("; {ratio} times ({low} to {high}) beside what the other endpoints did")
}

/// `1.18`; with more digits where two hide the difference, with fewer where nobody wants them.
fn times(ratio: f64) -> String {
    match ratio {
        _ if ratio >= 1e4 => "over 10000".to_owned(),
        _ if ratio >= 100.0 => format!("{ratio:.0}"),
        _ if (ratio - 1.0).abs() < 0.02 => format!("{ratio:.3}"),
        _ => format!("{ratio:.2}"),
    }
}

/// A figure, or an endpoint, about which nothing can be said.
pub(crate) fn not_judged(endpoint: &Endpoint, tolerance: Option<Tolerance>, reason: String) -> Finding {
    Finding {
        kind: FindingKind::Regression,
        outcome: Outcome::NotJudged,
        advisory: false,
        subject: endpoint.to_string(),
        endpoint: Some(endpoint.clone()),
        metric: tolerance.map(|tolerance| tolerance.metric),
        unit: tolerance.map(|tolerance| tolerance.metric.unit()),
        rule: tolerance.map(rule).unwrap_or_default(),
        measured: None,
        limit: None,
        compared: None,
        reason,
    }
}

/// An endpoint of one side only. Gone from the head is not judged good: what is no longer called is no longer tested. New in
/// the head is no fault.
pub(crate) fn without_counterpart(endpoint: &Endpoint, base_requests: Option<u64>, runs: usize) -> Finding {
    let Some(requests) = base_requests else {
        return not_judged(endpoint, None, "new: the base never called it".to_owned());
    };
    let runs = if runs == 1 {
        "the base".to_owned()
    } else {
        format!("{runs} base runs")
    };
    let reason = format!(
        "not called; {requests} requests in {runs}: run it again, or promote a new baseline if it is gone on purpose"
    );
    Finding {
        outcome: Outcome::Inconclusive,
        ..not_judged(endpoint, None, reason)
    }
}

/// `p95 +10%`, `errors +0.1 points`, `requests/s -3%`.
fn rule(tolerance: Tolerance) -> String {
    let percent = (tolerance.limit * 1e6).round() / 1e4;
    match (tolerance.metric.unit(), tolerance.metric.is_better_when_greater()) {
        (Unit::Ratio, _) => format!("{} +{percent} points", tolerance.metric),
        (_, true) => format!("{} -{percent}%", tolerance.metric),
        _ => format!("{} +{percent}%", tolerance.metric),
    }
}
