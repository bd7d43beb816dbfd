//! Expectations as they are typed: `p99 < 500ms, errors < 0.1% [steady]`.

use super::error::{BudgetProblem, one_line};
use super::{Budget, Options, Period, Relation, Scope, limit};
use crate::metric::{Metric, Unit};
use crate::nearest::hint;

const METRICS: [&str; 19] = [
    "p50",
    "p90",
    "p95",
    "p99",
    "p99.9",
    "median",
    "average",
    "mean",
    "min",
    "max",
    "stddev",
    "iqr",
    "errors",
    "error_rate",
    "failures",
    "requests/s",
    "rps",
    "requests",
    "memory",
];

/// The longer first, so that `<=` is not read as `<`.
const COMPARISONS: [(&str, Relation); 6] = [
    ("<=", Relation::LessOrEqual),
    (">=", Relation::GreaterOrEqual),
    ("==", Relation::Equal),
    ("!=", Relation::NotEqual),
    ("<", Relation::Less),
    (">", Relation::Greater),
];

/// What stands before the last `: `, if there is one, and what stands behind it. No expectation contains `: `, but
/// names may.
pub(super) fn split_scope(text: &str) -> (Option<&str>, &str) {
    match text.rsplit_once(": ") {
        Some((scope, rest)) => (Some(scope), rest),
        None => (None, text),
    }
}

/// Reads expectations with their options.
pub(super) fn expectations(
    text: &str,
    scope: &Scope,
    defaults: &Options,
) -> Result<Vec<Budget>, BudgetProblem> {
    if let (Some(scope), _) = split_scope(text) {
        return Err(BudgetProblem::UnexpectedScope(one_line(scope)));
    }
    let (text, options) = split_options(text)?;
    let options = options.or(defaults);
    if options.advisory == Some(true) && options.abort.flatten().is_some() {
        return Err(BudgetProblem::AdvisoryAbort);
    }
    text.split(',')
        .map(|expectation| one(expectation, scope, &options))
        .collect()
}

fn split_options(text: &str) -> Result<(&str, Options), BudgetProblem> {
    let text = text.trim();
    let Some(inner) = text.strip_suffix(']') else {
        return match text.contains(['[', ']']) {
            true => Err(BudgetProblem::MisplacedOptions),
            false => Ok((text, Options::default())),
        };
    };
    match inner.split_once('[') {
        Some((before, options)) if !options.contains(['[', ']']) && !before.contains(']') => {
            Ok((before, Options::parse(options)?))
        }
        _ => Err(BudgetProblem::MisplacedOptions),
    }
}

fn one(text: &str, scope: &Scope, options: &Options) -> Result<Budget, BudgetProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BudgetProblem::Empty);
    }
    let at = text
        .find(['<', '>', '=', '!'])
        .ok_or_else(|| BudgetProblem::NoComparison(one_line(text)))?;
    let metric = metric(text[..at].trim())?;
    let (comparison, rest) = comparison(&text[at..])?;
    let is_equality = matches!(comparison, Relation::Equal | Relation::NotEqual);
    if is_equality && metric.unit() != Unit::Count {
        return Err(BudgetProblem::EqualityOfMeasures(comparison.to_string(), metric));
    }
    let budget = Budget {
        scope: scope.clone(),
        metric,
        comparison,
        limit: limit::parse(rest, metric)?,
        period: Period {
            during: options.during.unwrap_or_default(),
            window_seconds: options.window_seconds,
        },
        min_samples: options.min_samples.filter(|_| needs_samples(metric)).unwrap_or(0),
        advisory: options.advisory.unwrap_or(false),
        abort: options.abort.flatten(),
    };
    check_possible(&budget)?;
    Ok(budget)
}

/// For how many requests there were, and for memory, few requests are no lack of data.
fn needs_samples(metric: Metric) -> bool {
    !matches!(
        metric,
        Metric::Requests | Metric::RequestsPerSecond | Metric::PeakMemory
    )
}

fn metric(text: &str) -> Result<Metric, BudgetProblem> {
    let metric: Metric = text.parse().map_err(|error: crate::metric::MetricError| {
        let shown = crate::metric::MetricError(one_line(&error.0));
        let hint = match text.contains(':') {
            true => ", and a scope ends with a colon and a space".to_owned(),
            false => hint(text, METRICS),
        };
        BudgetProblem::UnknownMetric(format!("{shown}{hint}"))
    })?;
    match metric.to_string().parse() == Ok(metric) {
        true => Ok(metric),
        false => Err(BudgetProblem::TooFine(one_line(text))),
    }
}

fn comparison(text: &str) -> Result<(Relation, &str), BudgetProblem> {
    let end = text
        .find(|character| !matches!(character, '<' | '>' | '=' | '!'))
        .unwrap_or(text.len());
    let (sign, rest) = text.split_at(end);
    COMPARISONS
        .iter()
        .find(|(known, _)| *known == sign)
        .map(|&(_, comparison)| (comparison, rest))
        .ok_or_else(|| BudgetProblem::UnknownComparison(one_line(sign)))
}

/// No figure is below zero, no share above one.
fn check_possible(budget: &Budget) -> Result<(), BudgetProblem> {
    let is_impossible = match budget.comparison {
        Relation::Less => budget.limit == 0.0,
        Relation::Greater => budget.metric.unit() == Unit::Ratio && budget.limit == 1.0,
        _ => false,
    };
    match is_impossible {
        true => Err(BudgetProblem::Impossible(format!(
            "{} {}",
            budget.metric,
            budget.limit_text()
        ))),
        false => Ok(()),
    }
}
