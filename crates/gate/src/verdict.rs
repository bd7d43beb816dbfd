//! What a run comes to: findings, each with its reason, and one verdict over all of them.

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::metric::{Metric, Unit};

/// What one rule found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It cannot be told from what was measured.
    Inconclusive,
    /// There is too little to judge, which is no fault.
    NotJudged,
}

/// What kind of rule it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Whether the measurement can be trusted.
    Validity,
    /// A fixed limit.
    Budget,
    /// Against a baseline, with an interval.
    Regression,
    /// Against a baseline, the plain figure.
    Change,
}

/// What one rule found, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind of rule it was.
    pub kind: FindingKind,
    /// What it found.
    pub outcome: Outcome,
    /// Whether it only advises: it never decides.
    #[serde(default)]
    pub advisory: bool,
    /// What it is about: an endpoint as [`Endpoint`] writes it, a group, or the run.
    pub subject: String,
    /// The endpoint, if it is about one.
    pub endpoint: Option<Endpoint>,
    /// The figure, if it is about one.
    pub metric: Option<Metric>,
    /// What the values are.
    pub unit: Option<Unit>,
    /// The rule as it was written: `p95 < 300ms`.
    pub rule: String,
    /// What was measured.
    pub measured: Option<f64>,
    /// What it was held against.
    pub limit: Option<f64>,
    /// The comparison, if it was one.
    pub compared: Option<Compared>,
    /// The reason in one line for a person, without subject, metric and outcome.
    pub reason: String,
}

/// A figure of two runs. Where more is better the ratio is turned over, so that above 1 is always worse.
///
/// With an interval, response times are those of the typical stretch of time, which a stall does not move. Its lower end is
/// corrected for all figures that are judged together, its upper end stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// What it was.
    pub base: f64,
    /// What it is.
    pub head: f64,
    /// How many times worse it is; for error rates the difference.
    pub ratio: f64,
    /// Lower end of the interval for the ratio; `None` if there is none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// What is tolerated: 0.05 for 5 %.
    pub tolerance: f64,
    /// Response times on the side that has fewer.
    pub samples: u64,
    /// Whether it got better beyond doubt, by the same rule mirrored.
    pub improved: bool,
}

/// What all findings come to, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The measurement cannot be trusted, whatever it says.
    Invalid,
    /// A limit is broken.
    BudgetBroken,
    /// It got worse.
    Regression,
    /// It cannot be told.
    Inconclusive,
    /// All is well.
    Pass,
}

/// What a process ends with when it cannot be told, unless somebody says otherwise.
pub const INCONCLUSIVE_EXIT_CODE: i32 = 12;

/// Findings and the verdict over them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Everything that was found, in the order of the rules.
    pub findings: Vec<Finding>,
}

impl Finding {
    /// A measurement that cannot be trusted, and why.
    pub fn untrusted(subject: &str, reason: impl Into<String>) -> Self {
        Self {
            kind: FindingKind::Validity,
            outcome: Outcome::Fail,
            advisory: false,
            subject: subject.to_owned(),
            endpoint: None,
            metric: None,
            unit: None,
            rule: subject.to_owned(),
            measured: None,
            limit: None,
            compared: None,
            reason: reason.into(),
        }
    }

    /// The verdict that this finding alone calls for.
    pub fn verdict(&self) -> Verdict {
        match (self.advisory, self.outcome, self.kind) {
            (true, ..) | (_, Outcome::Pass | Outcome::NotJudged, _) => Verdict::Pass,
            (_, Outcome::Fail, FindingKind::Validity) => Verdict::Invalid,
            (_, Outcome::Fail, FindingKind::Budget) => Verdict::BudgetBroken,
            (_, Outcome::Fail, FindingKind::Regression | FindingKind::Change) => Verdict::Regression,
            (_, Outcome::Inconclusive, _) => Verdict::Inconclusive,
        }
    }

    /// One line for a person: `FAIL  GET /cart: p95 412 ms, allowed < 300ms`.
    pub fn line(&self) -> String {
        let word = match (self.outcome, self.advisory) {
            (Outcome::Pass, _) => "PASS",
            (Outcome::Fail, false) => "FAIL",
            (Outcome::Fail, true) => "WARN",
            (Outcome::Inconclusive, _) => "UNSURE",
            (Outcome::NotJudged, _) => "SKIP",
        };
        let metric = self.metric.map(|metric| format!("{metric} ")).unwrap_or_default();
        format!("{word:<6} {}: {metric}{}", self.subject, self.reason)
    }
}

impl Judgement {
    /// Puts findings together.
    pub fn of(findings: Vec<Finding>) -> Self {
        let verdict = findings
            .iter()
            .map(Finding::verdict)
            .min()
            .unwrap_or(Verdict::Pass);
        Self { verdict, findings }
    }

    /// Findings that decided the verdict; none when it is [`Verdict::Pass`].
    pub fn deciding(&self) -> impl Iterator<Item = &Finding> {
        let verdict = self.verdict;
        self.findings
            .iter()
            .filter(move |finding| verdict != Verdict::Pass && finding.verdict() == verdict)
    }
}

impl Verdict {
    /// The word for a person.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invalid => "INVALID",
            Self::BudgetBroken => "BUDGET BROKEN",
            Self::Regression => "REGRESSION",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::Pass => "PASS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(kind: FindingKind, outcome: Outcome, advisory: bool) -> Finding {
        Finding {
            kind,
            outcome,
            advisory,
            subject: "GET /cart".to_owned(),
            endpoint: None,
            metric: Some(Metric::Percentile(0.95)),
            unit: Some(Unit::Milliseconds),
            rule: "p95 < 300ms".to_owned(),
            measured: None,
            limit: None,
            compared: None,
            reason: "412 ms, allowed < 300ms".to_owned(),
        }
    }

    #[test]
    fn the_gravest_finding_decides() {
        use FindingKind::{Budget, Regression, Validity};
        use Outcome::{Fail, Inconclusive, NotJudged, Pass};
        for (findings, verdict) in [
            (vec![], Verdict::Pass),
            (
                vec![finding(Budget, Fail, true), finding(Budget, NotJudged, false)],
                Verdict::Pass,
            ),
            (
                vec![
                    finding(Regression, Inconclusive, false),
                    finding(Budget, Pass, false),
                ],
                Verdict::Inconclusive,
            ),
            (
                vec![
                    finding(Regression, Inconclusive, false),
                    finding(Regression, Fail, false),
                ],
                Verdict::Regression,
            ),
            (
                vec![finding(Regression, Fail, false), finding(Budget, Fail, false)],
                Verdict::BudgetBroken,
            ),
            (
                vec![finding(Budget, Fail, false), finding(Validity, Fail, false)],
                Verdict::Invalid,
            ),
        ] {
            assert_eq!(Judgement::of(findings).verdict, verdict);
        }
    }

    #[test]
    fn a_finding_is_one_line() {
        let line = finding(FindingKind::Budget, Outcome::Fail, false).line();
        assert_eq!(line, "FAIL   GET /cart: p95 412 ms, allowed < 300ms");
    }
}
