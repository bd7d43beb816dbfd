//! A judgement for those who wait for it: a person at a terminal, a pull request, a build server.
//!
//! One module for each format, each a pure function of a [`VerdictReport`]. Judges nothing, writes no file, knows no
//! clock, and trusts no name: names of endpoints and runs come from users.

mod console;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
#[cfg(test)]
mod samples;

use std::borrow::Cow;

use katydid_gate::{Finding, FindingKind, Judgement, Outcome, RunFacts, Verdict};
use serde::Serialize;
use serde_json::Value;

use crate::printable;

pub use console::{ConsoleStyle, console};
pub use github::github;
pub use gitlab::gitlab;
pub use json::{VERDICT_FORMAT, VERDICT_SCHEMA, json};
pub use junit::junit;
pub use markdown::{LARGEST_COMMENT, LARGEST_SUMMARY, MARKER, markdown};

/// A judgement with what it is about.
#[derive(Clone, Debug)]
pub struct VerdictReport {
    /// What was judged: `run 12 against main`.
    pub title: String,
    /// The verdict and its findings.
    pub judgement: Judgement,
    /// The run that was judged.
    pub head: RunFacts,
    /// What it was held against; empty if only against budgets.
    pub bases: Vec<BaseRun>,
    /// What the process ends with.
    pub exit_code: i32,
    /// A command line that shows more; empty if there is none.
    pub command: String,
    /// What the comparison page draws, as [`comparison_page`](crate::comparison_page) takes it.
    pub comparison: Option<Value>,
}

/// A run that another one was held against.
#[derive(Clone, Debug, Serialize)]
pub struct BaseRun {
    /// What it is called: `main`, `run 11`.
    pub name: String,
    /// What is known of it.
    pub facts: RunFacts,
}

/// How many findings of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FindingCounts {
    /// Those that hold.
    pub passed: usize,
    /// Those that do not hold, and count.
    pub failed: usize,
    /// Those that do not hold, and only advise.
    pub warned: usize,
    /// Those that cannot be told from what was measured.
    pub inconclusive: usize,
    /// Those with too little to judge.
    pub not_judged: usize,
}

impl VerdictReport {
    /// How many findings of each kind there are.
    pub fn counts(&self) -> FindingCounts {
        FindingCounts::of(&self.judgement.findings)
    }

    /// Whether findings that cannot be told are what the process fails for.
    fn fails_for_doubt(&self) -> bool {
        self.judgement.verdict == Verdict::Inconclusive && self.exit_code != 0
    }

    /// Findings from the gravest on; those of one rank in the order of the rules.
    fn gravest_first(&self) -> Vec<&Finding> {
        gravest_first(&self.judgement.findings)
    }

    /// `2 failed, 1 inconclusive, 38 passed`.
    fn tally(&self) -> String {
        let counts = self.counts();
        let parts: Vec<String> = [
            (counts.failed, "failed"),
            (counts.inconclusive, "inconclusive"),
            (counts.warned, "warned"),
            (counts.not_judged, "not judged"),
            (counts.passed, "passed"),
        ]
        .into_iter()
        .filter(|&(count, _)| count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
        if parts.is_empty() {
            return "nothing was judged".to_owned();
        }
        parts.join(", ")
    }
}

impl FindingCounts {
    pub(crate) fn of(findings: &[Finding]) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            *match Standing::of(finding) {
                Standing::Failed => &mut counts.failed,
                Standing::Warned => &mut counts.warned,
                Standing::Inconclusive => &mut counts.inconclusive,
                Standing::NotJudged => &mut counts.not_judged,
                Standing::Passed => &mut counts.passed,
            } += 1;
        }
        counts
    }
}

/// Findings from the gravest on; those of one rank in the order of the rules.
pub(crate) fn gravest_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| (finding.verdict(), Standing::of(finding)));
    findings
}

/// What an exit code says, for a person.
pub fn exit_code_meaning(exit_code: i32) -> &'static str {
    match exit_code {
        0 => "success",
        1 => "requests failed",
        2 => "wrong usage",
        10 => "a budget is broken",
        11 => "worse than its baseline",
        12 => "cannot be told from what was measured",
        13 => "the measurement cannot be trusted",
        _ => "asked for by the locustfile or the command line",
    }
}

/// What became of a finding, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Failed,
    Inconclusive,
    Warned,
    NotJudged,
    Passed,
}

impl Standing {
    fn of(finding: &Finding) -> Self {
        match (finding.outcome, finding.advisory) {
            (Outcome::Fail, false) => Self::Failed,
            (Outcome::Fail, true) => Self::Warned,
            (Outcome::Inconclusive, _) => Self::Inconclusive,
            (Outcome::NotJudged, _) => Self::NotJudged,
            (Outcome::Pass, _) => Self::Passed,
        }
    }
}

/// The word that files and labels have for a kind.
fn kind_word(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Validity => "validity",
        FindingKind::Budget => "budget",
        FindingKind::Regression => "regression",
        FindingKind::Change => "change",
    }
}

/// Subject and metric: `GET /cart p95`.
fn subject_of(finding: &Finding) -> String {
    match finding.metric {
        Some(metric) => format!("{} {metric}", finding.subject),
        None => finding.subject.clone(),
    }
}

/// How long the run took, if that is known.
fn seconds_of(facts: &RunFacts) -> Option<f64> {
    facts
        .ended_at
        .map(|ended_at| ended_at.0 - facts.started_at.0)
        .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

/// The commit as people write it, with a `+` if there were changes beside it.
fn short_commit(facts: &RunFacts) -> Option<String> {
    let commit = facts.commit.as_deref()?;
    let short: String = commit.chars().take(12).collect();
    Some(if facts.dirty { format!("{short}+") } else { short })
}

/// A text in one line of at most so many letters; of a longer one both ends, because names differ at either.
fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    let text = printable(text);
    let length = text.chars().count();
    if length <= most {
        return text;
    }
    let tail = most / 3;
    let head = most - tail - 1;
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    Cow::Owned(format!("{begin}…{end}"))
}

/// `1 finding`, `2 findings`.
fn findings_text(count: usize) -> String {
    format!("{count} finding{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_keep_both_ends() {
        for (text, most, short) in [
            ("short", 5, "short"),
            ("abcdefghij", 7, "abcd…ij"),
            ("äöüäöüäöü", 4, "äö…ü"),
            ("two\nlines", 20, "two lines"),
        ] {
            assert_eq!(shortened(text, most), short);
        }
    }

    #[test]
    fn the_gravest_comes_first_and_the_rest_is_in_order() {
        let report = samples::regression();
        let order: Vec<Standing> = report.gravest_first().into_iter().map(Standing::of).collect();
        assert!(order.is_sorted(), "{order:?}");
        assert_eq!(
            report.tally(),
            "2 failed, 1 inconclusive, 1 warned, 1 not judged, 2 passed"
        );
    }
}
