//! Head against base: how much worse each figure became, with an interval, and whether that is tolerated.
//!
//! Response times are judged by the typical stretch of time, which stalls do not move, and by all requests together, which
//! must not contradict; rates by all requests. Differences of logarithms are held against Student's t; with several base runs
//! their standard errors are those between runs. Does not know where runs come from.

use serde::Serialize;

use crate::block::{BlockedEndpoint, BlockedRun};
use crate::drawing::EndpointComparison;
use crate::endpoint::Endpoint;
use crate::figures::Figures;
use crate::rules::Rules;
use crate::run_to_run::add_run_to_run;
use crate::subject::{Subject, Weighing};
use crate::verdict::Finding;
use crate::weigh::{Setting, weighed};
use crate::wording::nothing_judged;

/// Head against base.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What was found: the total first, then the endpoints of the head, then those that only the base has.
    pub findings: Vec<Finding>,
    /// The same endpoints, to be drawn: those that both sides have.
    pub endpoints: Vec<EndpointComparison>,
    /// How many figures were held against a tolerance.
    pub judged: usize,
    /// The chance of one or more false alarms among them.
    pub alpha: f64,
    /// Base runs.
    pub base_runs: usize,
}

/// Runs that cannot be compared at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    /// There is no base.
    #[error("nothing to compare with: there is no base run")]
    NoBase,
    /// No endpoint is on both sides.
    #[error("the runs have no endpoint in common: the base has {base}, the head {head}")]
    NothingInCommon {
        /// Endpoints of the base.
        base: usize,
        /// Endpoints of the head.
        head: usize,
    },
}

/// Holds a run against one or more runs of what it is to be compared with.
///
/// With one base run, how much runs differ is not known but assumed ([`Rules::run_to_run`]): on a machine with worse days a
/// verdict is one about these two runs. Fails if there is no base or if no endpoint is on both sides.
pub fn compare(base: &[BlockedRun], head: &BlockedRun, rules: &Rules) -> Result<Comparison, CompareError> {
    let bases: Vec<&BlockedRun> = base.iter().collect();
    let setting = Setting {
        rules,
        kind: head.facts.kind,
        alpha: rules.alpha,
        rounding: rounding(&bases, head),
        run_to_run: rules.run_to_run,
    };
    compare_as(&bases, head, is_shaped_alike(&bases, head), setting)
}

/// The same with all that differs between a comparison and a duel said.
pub(crate) fn compare_as(
    bases: &[&BlockedRun],
    head: &BlockedRun,
    is_paired: bool,
    setting: Setting<'_>,
) -> Result<Comparison, CompareError> {
    let subjects = subjects(bases, head)?;
    let mut weighing = Weighing::default();
    for (index, subject) in subjects.iter().enumerate() {
        subject.weigh(index, is_paired, setting, &mut weighing);
    }
    let Weighing {
        mut candidates,
        refused: mut placed,
        merged,
        ..
    } = weighing;
    add_run_to_run(subjects.len(), setting, &mut candidates);
    for (candidate, finding) in candidates.iter().zip(weighed(&candidates, setting)) {
        placed.push((candidate.subject, candidate.order, finding));
    }
    placed.sort_by_key(|&(subject, order, _)| (subject, order));
    let mut findings: Vec<Finding> = placed.into_iter().map(|(_, _, finding)| finding).collect();
    if candidates.is_empty() {
        // What judged nothing must not pass.
        findings.push(nothing_judged(setting));
    }
    let drawn = merged
        .iter()
        .map(|(index, base, head)| EndpointComparison::new(subjects[*index].endpoint, base, head, &findings));
    Ok(Comparison {
        endpoints: drawn.collect(),
        findings,
        judged: candidates.len(),
        alpha: setting.alpha,
        base_runs: bases.len(),
    })
}

/// By how much a ratio may be off because of how both sides were kept, as a size.
pub(crate) fn rounding(bases: &[&BlockedRun], head: &BlockedRun) -> f64 {
    let base = bases.iter().map(|run| run.facts.rounding).fold(0.0, f64::max);
    base.ln_1p() + head.facts.rounding.ln_1p()
}

/// With a load shape, the same moment of both runs has the same users, and differences along the run cancel.
fn is_shaped_alike(bases: &[&BlockedRun], head: &BlockedRun) -> bool {
    let [base] = bases else { return false };
    base.facts.shape.is_some() && base.facts.shape == head.facts.shape
}

fn subjects<'a>(bases: &[&'a BlockedRun], head: &'a BlockedRun) -> Result<Vec<Subject<'a>>, CompareError> {
    if bases.is_empty() {
        return Err(CompareError::NoBase);
    }
    let was_called = |found: &&BlockedEndpoint| Figures::requests_of(found) > 0;
    let of = |run: &'a BlockedRun, endpoint: &Endpoint| {
        run.endpoints
            .iter()
            .filter(was_called)
            .find(|found| found.endpoint == *endpoint)
    };
    let mut endpoints: Vec<&Endpoint> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for run in std::iter::once(&head).chain(bases) {
        let called = run
            .endpoints
            .iter()
            .filter(was_called)
            .map(|found| &found.endpoint);
        endpoints.extend(called.filter(|&endpoint| known.insert(endpoint)));
    }
    let subjects: Vec<Subject<'_>> = endpoints
        .into_iter()
        .map(|endpoint| Subject {
            endpoint,
            bases: bases.iter().filter_map(|run| of(run, endpoint)).collect(),
            head: of(head, endpoint),
            runs: bases.len(),
        })
        .collect();
    let in_common = |subject: &Subject<'_>| !subject.bases.is_empty() && subject.head.is_some();
    // The total is always on both sides; it alone would compare what has nothing to do with each other.
    let is_common = subjects
        .iter()
        .any(|subject| in_common(subject) && !subject.endpoint.is_total())
        || subjects
            .iter()
            .all(|subject| subject.endpoint.is_total() && in_common(subject))
            && !subjects.is_empty();
    if is_common {
        return Ok(subjects);
    }
    let count = |is_on: fn(&Subject<'_>) -> bool| {
        subjects
            .iter()
            .filter(|subject| !subject.endpoint.is_total() && is_on(subject))
            .count()
    };
    let base = count(|subject| !subject.bases.is_empty());
    let head = count(|subject| subject.head.is_some());
    Err(CompareError::NothingInCommon { base, head })
}
