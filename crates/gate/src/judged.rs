//! Findings of budgets: one budget, one subject, what was measured, in words.

use crate::budget::{Budget, During, Name, Scope};
use crate::endpoint::Endpoint;
use crate::metric::{Metric, Unit};
use crate::nearest;
use crate::stretch::Stretch;
use crate::verdict::{Finding, FindingKind, Outcome};

/// Most names that a reason lists.
const LISTED: usize = 3;

/// Whose figure was judged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    All,
    Endpoint(Endpoint),
    Group(String),
}

impl Subject {
    /// What a budget judges of one endpoint that its scope matches.
    pub(crate) fn of(scope: &Scope, endpoint: &Endpoint) -> Self {
        Self::merged(scope).unwrap_or_else(|| Self::Endpoint(endpoint.clone()))
    }

    /// What a budget judges together, if it does.
    pub(crate) fn merged(scope: &Scope) -> Option<Self> {
        match scope {
            Scope::All => Some(Self::All),
            Scope::Group { name, .. } => Some(Self::Group(name.clone())),
            Scope::Each | Scope::Named(_) => None,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::All => Endpoint::total().to_string(),
            Self::Endpoint(endpoint) => endpoint.to_string(),
            Self::Group(name) => format!("group {name}"),
        }
    }

    fn endpoint(&self) -> Option<Endpoint> {
        match self {
            Self::All => Some(Endpoint::total()),
            Self::Endpoint(endpoint) => Some(endpoint.clone()),
            Self::Group(_) => None,
        }
    }
}

/// A finding of a budget about a subject.
pub(crate) fn finding(
    budget: &Budget,
    subject: &Subject,
    outcome: Outcome,
    measured: Option<f64>,
    reason: String,
) -> Finding {
    Finding {
        kind: FindingKind::Budget,
        outcome,
        advisory: budget.advisory,
        subject: subject.text(),
        endpoint: subject.endpoint(),
        metric: Some(budget.metric),
        unit: Some(budget.metric.unit()),
        rule: budget.rule(),
        measured,
        limit: Some(budget.limit),
        compared: None,
        reason,
    }
}

/// Judges a whole stretch. `no_memory` says why there is no figure of memory, if there is none.
pub(crate) fn whole(budget: &Budget, subject: &Subject, stretch: &Stretch, no_memory: &str) -> Finding {
    let unsure = |reason| finding(budget, subject, Outcome::Inconclusive, None, reason);
    let samples = stretch.samples(budget.metric);
    if samples < budget.min_samples {
        return unsure(format!("only {samples} of {} samples", budget.min_samples));
    }
    let Some(measured) = stretch.figure(budget.metric) else {
        return unsure(no_figure(budget, stretch, no_memory));
    };
    let share = match budget.metric {
        Metric::ErrorRate => format!(" ({} of {})", stretch.block.failures, stretch.block.requests),
        _ => String::new(),
    };
    let when = match budget.period.during {
        During::Run => "",
        During::Steady => " in the steady phase",
    };
    let reason = format!(
        "{}{share}{when}, allowed {}",
        value_text(measured, budget),
        budget.limit_text()
    );
    finding(budget, subject, outcome(budget, measured), Some(measured), reason)
}

pub(crate) fn outcome(budget: &Budget, measured: f64) -> Outcome {
    match budget.allows(measured) {
        true => Outcome::Pass,
        false => Outcome::Fail,
    }
}

fn no_figure(budget: &Budget, stretch: &Stretch, no_memory: &str) -> String {
    match (budget.metric.unit(), budget.period.during) {
        (Unit::Bytes, _) => no_memory.to_owned(),
        (Unit::PerSecond, During::Run) => "the run took no time".to_owned(),
        (Unit::PerSecond, During::Steady) => "the run ended with the ramp".to_owned(),
        (_, During::Steady) if stretch.block.requests == 0 => "no request in the steady phase".to_owned(),
        _ if stretch.block.requests == 0 => "no request".to_owned(),
        _ => "no response time was told".to_owned(),
    }
}

/// A value for a person, with more digits where it would otherwise look the same as the limit.
pub(crate) fn value_text(value: f64, budget: &Budget) -> String {
    let unit = budget.metric.unit();
    let text = unit.text(value);
    if value == budget.limit || text != unit.text(budget.limit) {
        return text;
    }
    match unit {
        Unit::Milliseconds => format!("{value:.4} ms"),
        Unit::Ratio => format!("{:.5} %", value * 100.0),
        Unit::PerSecond => format!("{value:.4}/s"),
        Unit::Count => format!("{value}"),
        Unit::Bytes => format!("{value} bytes"),
    }
}

/// What a budget judges of what was called, each once.
pub(crate) fn subjects<'a>(budget: &Budget, called: impl Iterator<Item = &'a Endpoint>) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = called
        .filter(|endpoint| budget.scope.matches(endpoint))
        .map(|endpoint| Subject::of(&budget.scope, endpoint))
        .collect();
    subjects.dedup();
    // Where requests are counted and no name is asked for, that there was none is a figure, too.
    let counts_requests = matches!(
        budget.metric,
        Metric::Requests | Metric::RequestsPerSecond | Metric::PeakMemory
    );
    if subjects.is_empty() && budget.scope == Scope::All && counts_requests {
        subjects.push(Subject::All);
    }
    subjects
}

/// That it cannot be told, for each subject.
pub(crate) fn unsure(budget: &Budget, subjects: &[Subject], reason: &str) -> Vec<Finding> {
    let of_one = |subject| finding(budget, subject, Outcome::Inconclusive, None, reason.to_owned());
    subjects.iter().map(of_one).collect()
}

/// A budget whose scope nothing matches that was called: it fails, unless it is that nothing calls.
pub(crate) fn never_called(budget: &Budget, called: &[&Endpoint]) -> Finding {
    let forbids_requests = budget.metric == Metric::Requests && budget.allows(0.0) && !budget.allows(1.0);
    let (outcome, measured, reason) = match &budget.scope {
        _ if forbids_requests => (Outcome::Pass, Some(0.0), "never called".to_owned()),
        scope if !called.is_empty() => {
            let reason = format!("never called; there is {}", likest(scope, called));
            (Outcome::Fail, None, reason)
        }
        _ => (Outcome::Fail, None, "no request was sent".to_owned()),
    };
    Finding {
        subject: budget.scope.to_string(),
        endpoint: None,
        ..finding(budget, &Subject::All, outcome, measured, reason)
    }
}

/// Names the members of a group that nothing called, because the others may hide that.
pub(crate) fn with_missing_members(mut finding: Finding, budget: &Budget, called: &[&Endpoint]) -> Finding {
    let Scope::Group { members, .. } = &budget.scope else {
        return finding;
    };
    let is_missing = |member: &&Name| !called.iter().any(|endpoint| member.matches(endpoint));
    let missing: Vec<String> = members.iter().filter(is_missing).map(Name::to_string).collect();
    if !missing.is_empty() {
        finding.reason = format!("{}; never called: {}", finding.reason, missing.join(", "));
    }
    finding
}

/// The called names that are most like those of a scope.
fn likest(scope: &Scope, called: &[&Endpoint]) -> String {
    let wanted: Vec<String> = match scope {
        Scope::Group { members, .. } => members.iter().map(Name::to_string).collect(),
        _ => vec![scope.to_string()],
    };
    let likeness = |endpoint: &Endpoint, text: &str| {
        let to = |name: &String| nearest::likeness(name, text).max(nearest::likeness(name, &endpoint.name));
        wanted.iter().map(to).fold(0.0, f64::max)
    };
    let mut names: Vec<(f64, String)> = called
        .iter()
        .map(|endpoint| {
            let text = endpoint.to_string();
            (likeness(endpoint, &text), text)
        })
        .collect();
    names.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    let more = match names.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let listed: Vec<String> = names.into_iter().take(LISTED).map(|(_, text)| text).collect();
    format!("{}{more}", listed.join(", "))
}
