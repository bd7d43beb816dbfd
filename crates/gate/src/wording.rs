//! What a comparison's findings say to a person. Decides nothing.

use crate::endpoint::Endpoint;
use crate::facts::RunKind;
use crate::metric::Unit;
use crate::rules::Tolerance;
use crate::verdict::{Compared, Finding, FindingKind, Outcome};
use crate::weigh::{Candidate, FEWEST_FAILURES, Setting, Weighed};

impl Setting<'_> {
    pub(crate) fn summary_reason(&self, side: &str) -> String {
        let cure = match self.kind {
            RunKind::LoadTest => {
                "record the run with katydid, or with locust --csv-full-history and for some minutes"
            }
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

/// A comparison in which there is too little of everything.
pub(crate) fn nothing_judged(setting: Setting<'_>) -> Finding {
    let cure = match setting.kind {
        RunKind::LoadTest => "run longer, or with more users",
        RunKind::Benchmark => "time more rounds",
    };
    Finding {
        kind: FindingKind::Regression,
        outcome: Outcome::Inconclusive,
        subject: "comparison".to_owned(),
        rule: "something to judge".to_owned(),
        ..Finding::untrusted(
            "comparison",
            format!("there is too little to judge a single response time: {cure}"),
        )
    }
}

/// `812 ms → 955 ms, 1.18 times (1.12 to 1.24), tolerated 1.05`, with a remark where there is one.
pub(crate) fn reason(
    candidate: &Candidate,
    weighed: &Weighed,
    compared: &Compared,
    setting: Setting<'_>,
) -> String {
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
        // Above 1 is worse inside; a person reads that a rate became 0.7 times what it was.
        if metric.is_better_when_greater() {
            return format!(
                "{change}, {} times ({} to {}), tolerated {}{}",
                times(compared.ratio.recip()),
                times(high.recip()),
                times(low.recip()),
                times((-weighed.limit).exp()),
                remark(candidate, weighed)
            );
        }
        format!(
            "{change}, {} times ({} to {}), tolerated {tolerated}",
            times(compared.ratio),
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
