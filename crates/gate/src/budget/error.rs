//! Why a text is no budget, in one line.

use crate::metric::{Metric, Unit};

/// Most characters of a budget's text that an error repeats.
const SHOWN: usize = 200;

/// A text that is no budget.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("budget '{text}': {problem}")]
pub struct BudgetError {
    /// The text, as far as it fits on a line.
    pub text: String,
    /// What is wrong with it.
    pub problem: BudgetProblem,
}

/// What is wrong with a budget, and what would be allowed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BudgetProblem {
    /// There is nothing to hold something against.
    #[error("expected a metric, a comparison and a limit, such as 'p95 < 300ms'")]
    Empty,
    /// A text without a comparison.
    #[error("'{0}' has no comparison (there is <, <=, >, >=, and for counts == and !=), as in 'p95 < 300ms'")]
    NoComparison(String),
    /// `=` alone, `=<` and the like.
    #[error("'{0}' is no comparison (there is <, <=, >, >=, and for counts == and !=)")]
    UnknownComparison(String),
    /// A name of no metric.
    #[error("{0}")]
    UnknownMetric(String),
    /// A percentile finer than is kept.
    #[error("'{0}' is finer than percentiles are told (at most five decimals, such as p99.999)")]
    TooFine(String),
    /// `==` for something that is measured.
    #[error("'{0}' is for counts (failures, requests), not for {1}: there is <, <=, >, >=")]
    EqualityOfMeasures(String, Metric),
    /// A limit that is no number.
    #[error("{metric}: '{text}' is no limit ({})", allowed(*.metric))]
    NoNumber {
        /// The metric.
        metric: Metric,
        /// The limit's text.
        text: String,
    },
    /// A unit that the metric does not have, or none where one is needed.
    #[error("{metric}: {} ({})", unit_problem(.unit), allowed(*.metric))]
    WrongUnit {
        /// The metric.
        metric: Metric,
        /// The unit as it was written.
        unit: String,
    },
    /// A limit below zero.
    #[error("{metric}: the limit '{text}' is negative ({})", allowed(*.metric))]
    Negative {
        /// The metric.
        metric: Metric,
        /// The limit's text.
        text: String,
    },
    /// A limit that is out of its range.
    #[error("{metric}: the limit '{text}' is too great (at most {most})")]
    TooGreat {
        /// The metric.
        metric: Metric,
        /// The limit's text.
        text: String,
        /// The greatest that is allowed.
        most: &'static str,
    },
    /// A limit that no run can keep.
    #[error("{0} can never hold")]
    Impossible(String),
    /// No option, or one that cannot be read.
    #[error(
        "'[{option}]' is no option (there is steady, window 30s, min 100 samples, advisory, abort, abort after 10s){hint}"
    )]
    UnknownOption {
        /// The option's text.
        option: String,
        /// A guess at what was meant.
        hint: String,
    },
    /// The same option twice.
    #[error("the option '{0}' stands there twice")]
    RepeatedOption(&'static str),
    /// Options that do not go together.
    #[error("an advisory budget never decides, so it cannot abort a run (leave out 'advisory' or 'abort')")]
    AdvisoryAbort,
    /// Brackets that are not at the end.
    #[error("options stand once, in brackets at the end, and hold for the whole text")]
    MisplacedOptions,
    /// A scope without a name.
    #[error(
        "the scope before ': ' is empty (an endpoint, a pattern, 'each' or 'group NAME'; leave out ': ' for all requests)"
    )]
    EmptyScope,
    /// A scope where only expectations may stand.
    #[error("'{0}' looks like a scope; here it stands in 'for', and only the expectation in 'expect'")]
    UnexpectedScope(String),
    /// A group that nobody described.
    #[error("there is no group '{name}' ({known}){hint}")]
    UnknownGroup {
        /// Its name.
        name: String,
        /// Those there are.
        known: String,
        /// A guess at what was meant.
        hint: String,
    },
    /// Another budget that cannot hold together with this one.
    #[error("cannot hold together with '{other}'{reason}")]
    Contradiction {
        /// The other budget.
        other: String,
        /// Why, if it does not go without saying.
        reason: String,
    },
}

impl BudgetError {
    pub(crate) fn new(text: &str, problem: BudgetProblem) -> Self {
        Self {
            text: one_line(text),
            problem,
        }
    }
}

/// A text as it can stand in a line: no control characters, not too long.
pub(crate) fn one_line(text: &str) -> String {
    let mut line: String = text
        .trim()
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(SHOWN)
        .collect();
    if text.trim().chars().count() > SHOWN {
        line.push('…');
    }
    line
}

fn unit_problem(unit: &str) -> String {
    match unit {
        "" => "the limit has no unit".to_owned(),
        _ => format!("'{}' is not its unit", one_line(unit)),
    }
}

fn allowed(metric: Metric) -> &'static str {
    match metric.unit() {
        Unit::Milliseconds => "a time with its unit: 500µs, 300ms, 2s or 1m",
        Unit::Ratio => "a percentage with its sign: 0.1%",
        Unit::Count => "a whole number: 0, 500, 10k or 1M",
        Unit::PerSecond => "a number: 200 or 200/s",
        Unit::Bytes => "bytes with their unit: 10MB; B, KB, MB, GB, KiB, MiB or GiB",
    }
}
