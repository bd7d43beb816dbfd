//! The plain rule: one figure of one run against the same figure of another, as pytest-benchmark's
//! `--benchmark-compare-fail` has it. No interval, no doubt.

use std::fmt;
use std::str::FromStr;

use crate::block::{BlockedEndpoint, BlockedRun};
use crate::endpoint::Endpoint;
use crate::figures::Figures;
use crate::metric::{Metric, Unit};
use crate::rules::milliseconds;
use crate::verdict::{Compared, Finding, FindingKind, Outcome};

/// A figure may become this much worse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangeLimit {
    /// Which figure.
    pub metric: Metric,
    /// By how much.
    pub allowed: Allowed,
}

/// How much worse a figure may become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowed {
    /// By this many percent.
    Percent(f64),
    /// By this much, in the metric's unit: milliseconds, shares, numbers.
    Difference(f64),
}

/// A text that is no limit for a change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no limit for a change: write a field and a percentage (mean:10%), a difference in seconds (min:0.001), or one with a unit (p95:20ms)"
)]
pub struct ChangeLimitError(pub String);

/// As pytest-benchmark reads it: `mean:10%`, `min:0.001` (seconds). Beyond that: every metric, percentages with a fraction,
/// and times with a unit.
impl FromStr for ChangeLimit {
    type Err = ChangeLimitError;

    fn from_str(text: &str) -> Result<Self, ChangeLimitError> {
        let wrong = || ChangeLimitError(text.to_owned());
        let (field, limit) = text.trim().rsplit_once(':').ok_or_else(wrong)?;
        let metric: Metric = field.parse().map_err(|_| wrong())?;
        let allowed = read_allowed(metric, limit.trim()).ok_or_else(wrong)?;
        if metric == Metric::PeakMemory {
            return Err(wrong());
        }
        Ok(Self { metric, allowed })
    }
}

fn read_allowed(metric: Metric, text: &str) -> Option<Allowed> {
    let amount = |value: f64| (value.is_finite() && value >= 0.0).then_some(value);
    if let Some(percent) = text.strip_suffix('%') {
        return amount(percent.trim().parse().ok()?).map(Allowed::Percent);
    }
    let is_time = metric.unit() == Unit::Milliseconds;
    let difference = match (is_time, milliseconds(text)) {
        (true, Some(time)) => time,
        // Without a unit times are seconds, as there.
        (true, None) => text.parse::<f64>().ok()? * 1e3,
        (false, _) => text.parse().ok()?,
    };
    amount(difference).map(Allowed::Difference)
}

impl fmt::Display for ChangeLimit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.allowed {
            Allowed::Percent(percent) => write!(formatter, "{}:{percent}%", self.metric),
            Allowed::Difference(time) if self.metric.unit() == Unit::Milliseconds => {
                write!(formatter, "{}:{time}ms", self.metric)
            }
            Allowed::Difference(amount) => write!(formatter, "{}:{amount}", self.metric),
        }
    }
}

/// Holds every endpoint of a run that the base has too against limits for changes.
pub fn changes(base: &BlockedRun, head: &BlockedRun, limits: &[ChangeLimit]) -> Vec<Finding> {
    let counterpart = |endpoint: &Endpoint| base.endpoints.iter().find(|found| found.endpoint == *endpoint);
    let both = head
        .endpoints
        .iter()
        .map(|head| (counterpart(&head.endpoint), head));
    both.flat_map(|(base, head)| of_endpoint(base, head, limits))
        .collect()
}

fn of_endpoint(
    base: Option<&BlockedEndpoint>,
    head: &BlockedEndpoint,
    limits: &[ChangeLimit],
) -> Vec<Finding> {
    let Some(base) = base else {
        let of_new =
            |limit: &ChangeLimit| skipped(&head.endpoint, *limit, "new: the base has no such figure");
        return limits.iter().map(of_new).collect();
    };
    let (base, of_head) = (Figures::of(base), Figures::of(head));
    let judged = |limit: &ChangeLimit| {
        let values = base.value(limit.metric).zip(of_head.value(limit.metric));
        let Some((base_value, head_value)) = values else {
            return skipped(
                &head.endpoint,
                *limit,
                "one of the runs does not tell this figure",
            );
        };
        judged(
            &head.endpoint,
            *limit,
            base_value,
            head_value,
            base.samples().min(of_head.samples()),
        )
    };
    limits.iter().map(judged).collect()
}

fn judged(endpoint: &Endpoint, limit: ChangeLimit, base: f64, head: f64, samples: u64) -> Finding {
    let unit = limit.metric.unit();
    // Where more is better, less is the change that counts.
    let worse = if limit.metric.is_better_when_greater() {
        base - head
    } else {
        head - base
    };
    let (change, allowed, text) = match limit.allowed {
        Allowed::Percent(percent) => {
            // As there, what was nothing and is measured by its share has grown without bound.
            let change = if base == 0.0 {
                f64::INFINITY
            } else {
                worse / base * 100.0
            };
            (
                change,
                percent,
                format!("{change:+.1} % worse, allowed {percent} %"),
            )
        }
        Allowed::Difference(most) => {
            let sign = if worse < 0.0 { "-" } else { "+" };
            let text = format!(
                "{sign}{} worse, allowed {}",
                unit.text(worse.abs()),
                unit.text(most)
            );
            (worse, most, text)
        }
    };
    let has_failed = change > allowed;
    let (old, new) = if limit.metric.is_better_when_greater() {
        (head, base)
    } else {
        (base, head)
    };
    // JSON has no infinity.
    let ratio = if old == new {
        1.0
    } else {
        (new / old).min(f64::MAX)
    };
    let compared = Compared {
        base,
        head,
        ratio: if unit == Unit::Ratio { head - base } else { ratio },
        low: None,
        high: None,
        tolerance: match limit.allowed {
            Allowed::Percent(percent) => percent / 100.0,
            Allowed::Difference(most) => most,
        },
        samples,
        improved: false,
    };
    Finding {
        outcome: if has_failed { Outcome::Fail } else { Outcome::Pass },
        measured: Some(head),
        limit: Some(limit_value(limit, base)),
        compared: Some(compared),
        ..skipped(
            endpoint,
            limit,
            &format!("{} → {}, {text}", unit.text(base), unit.text(head)),
        )
    }
}

/// The value that is just allowed.
fn limit_value(limit: ChangeLimit, base: f64) -> f64 {
    let change = match limit.allowed {
        Allowed::Percent(percent) => base * percent / 100.0,
        Allowed::Difference(most) => most,
    };
    if limit.metric.is_better_when_greater() {
        base - change
    } else {
        base + change
    }
}

fn skipped(endpoint: &Endpoint, limit: ChangeLimit, reason: &str) -> Finding {
    Finding {
        kind: FindingKind::Change,
        outcome: Outcome::NotJudged,
        advisory: false,
        subject: endpoint.to_string(),
        endpoint: Some(endpoint.clone()),
        metric: Some(limit.metric),
        unit: Some(limit.metric.unit()),
        rule: limit.to_string(),
        measured: None,
        limit: None,
        compared: None,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Summary;

    fn benchmark(mean: f64, min: f64) -> BlockedRun {
        let summary = Summary {
            count: 10,
            mean,
            min,
            max: mean * 2.0,
            percentiles: vec![(0.5, mean)],
            ..Summary::default()
        };
        let endpoint = Endpoint::new("", "test_sort");
        let endpoints = vec![BlockedEndpoint {
            endpoint,
            blocks: Vec::new(),
            summary: Some(summary),
        }];
        BlockedRun {
            endpoints,
            ..BlockedRun::default()
        }
    }

    /// What pytest-benchmark 5 says of the same figures.
    #[test]
    fn limits_mean_what_they_mean_in_pytest_benchmark() {
        for (limit, base, head, outcome) in [
            ("mean:10%", 100.0, 110.0, Outcome::Pass),
            ("mean:10%", 100.0, 111.0, Outcome::Fail),
            ("mean:0%", 100.0, 100.0, Outcome::Pass),
            ("mean:0.001", 100.0, 101.5, Outcome::Fail),
            ("mean:1e-3", 100.0, 100.5, Outcome::Pass),
            ("median:5%", 100.0, 106.0, Outcome::Fail),
            ("mean:5%", 0.0, 0.0, Outcome::Fail),
            ("p50:20ms", 100.0, 119.0, Outcome::Pass),
            ("max:30 ms", 100.0, 119.0, Outcome::Fail),
            ("stddev:5%", 100.0, 119.0, Outcome::NotJudged),
            ("requests:5%", 100.0, 119.0, Outcome::Pass),
        ] {
            let limit: ChangeLimit = limit.parse().expect(limit);
            let found = changes(&benchmark(base, 1.0), &benchmark(head, 1.0), &[limit]);
            assert_eq!(found[0].outcome, outcome, "{limit}: {}", found[0].reason);
        }
    }

    #[test]
    fn a_reason_is_one_line() {
        let limit = "mean:10%".parse().expect("a limit");
        let found = changes(&benchmark(100.0, 1.0), &benchmark(125.0, 1.0), &[limit]);
        assert_eq!(
            found[0].line(),
            "FAIL   test_sort: average 100 ms → 125 ms, +25.0 % worse, allowed 10 %"
        );
    }

    #[test]
    fn what_is_no_limit_is_told() {
        for text in [
            "mean",
            "mean:",
            "mean:ten",
            "speed:5%",
            "mean:-5%",
            "mean:nan",
            "memory:5%",
        ] {
            let error = text.parse::<ChangeLimit>().expect_err(text).to_string();
            assert!(error.contains("mean:10%"), "{error}");
        }
    }
}
