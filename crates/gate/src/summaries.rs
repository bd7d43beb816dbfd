//! Budgets held against figures that are already reckoned: another tool's summary, a benchmark, a run in blocks.
//!
//! Knows no seconds: what is asked of windows or of the steady phase cannot be told here, only by a
//! [`BudgetWatch`](crate::BudgetWatch).

use crate::block::{BlockedEndpoint, BlockedRun, Distribution, Summary};
use crate::budget::{Budget, Period};
use crate::endpoint::Endpoint;
use crate::figures::told;
use crate::judged::{self, Subject, finding};
use crate::metric::Metric;
use crate::stretch::Stretch;
use crate::verdict::{Finding, Outcome};

const NO_MEMORY: &str = "its memory was not measured";

/// Judges budgets by the blocks of a run, or by its summaries where there are no blocks.
pub fn judge_summaries(budgets: &[Budget], run: &BlockedRun) -> Vec<Finding> {
    let run = Measured::of(run);
    budgets.iter().flat_map(|budget| run.judge(budget)).collect()
}

/// A run with what is needed to judge it.
struct Measured<'a> {
    run: &'a BlockedRun,
    called: Vec<&'a Endpoint>,
}

/// What is known of a subject.
enum Known<'a> {
    Stretch(Stretch),
    Summary(&'a Summary),
    Nothing(String),
}

impl<'a> Measured<'a> {
    fn of(run: &'a BlockedRun) -> Self {
        let is_called = |endpoint: &&BlockedEndpoint| !endpoint.endpoint.is_total() && count(endpoint) > 0;
        let called = run.endpoints.iter().filter(is_called).map(|each| &each.endpoint);
        Self {
            run,
            called: called.collect(),
        }
    }

    fn judge(&self, budget: &Budget) -> Vec<Finding> {
        let subjects = judged::subjects(budget, self.called.iter().copied());
        if subjects.is_empty() {
            return vec![judged::never_called(budget, &self.called)];
        }
        if budget.period != Period::default() {
            let reason = "windows and the steady phase need the run second by second";
            return judged::unsure(budget, &subjects, reason);
        }
        let judge = |subject: &Subject| match self.known(budget, subject) {
            Known::Stretch(stretch) => judged::whole(budget, subject, &stretch, NO_MEMORY),
            Known::Summary(summary) => by_summary(budget, subject, summary),
            Known::Nothing(reason) => finding(budget, subject, Outcome::Inconclusive, None, reason),
        };
        let findings = subjects.iter().map(judge);
        findings
            .map(|finding| judged::with_missing_members(finding, budget, &self.called))
            .collect()
    }

    fn known(&self, budget: &Budget, subject: &Subject) -> Known<'a> {
        let members = self.members(budget, subject);
        let run_memory = self.run.peak_memory_bytes.filter(|_| *subject == Subject::All);
        match members[..] {
            [one] if !tells(one, budget.metric) => match (&one.summary, budget.metric, run_memory) {
                (_, Metric::PeakMemory, Some(_)) => Known::Stretch(stretch(&members, run_memory)),
                (Some(summary), ..) => Known::Summary(summary),
                (None, ..) => Known::Nothing("nothing was measured".to_owned()),
            },
            _ if budget.metric == Metric::PeakMemory => Known::Stretch(stretch(&members, run_memory)),
            _ if members.iter().all(|member| !member.blocks.is_empty()) => {
                Known::Stretch(stretch(&members, run_memory))
            }
            _ => Known::Nothing(format!(
                "the figures of {} endpoints cannot be put together without their distributions",
                members.len()
            )),
        }
    }

    /// The endpoints that a subject is made of.
    fn members(&self, budget: &Budget, subject: &Subject) -> Vec<&'a BlockedEndpoint> {
        let endpoints = &self.run.endpoints;
        let total = || endpoints.iter().find(|each| each.endpoint.is_total());
        let chosen = |each: &&BlockedEndpoint| match subject {
            Subject::Endpoint(endpoint) => each.endpoint == *endpoint,
            _ => !each.endpoint.is_total() && budget.scope.matches(&each.endpoint),
        };
        match subject {
            Subject::All if total().is_some() => total().into_iter().collect(),
            _ => endpoints
                .iter()
                .filter(chosen)
                .filter(|each| count(each) > 0)
                .collect(),
        }
    }
}

/// Whether the blocks of an endpoint tell a figure: rounds of a benchmark have no length.
fn tells(endpoint: &BlockedEndpoint, metric: Metric) -> bool {
    match metric {
        Metric::RequestsPerSecond => endpoint.blocks.iter().any(|block| block.seconds > 0.0),
        _ => !endpoint.blocks.is_empty(),
    }
}

/// Requests of an endpoint.
fn count(endpoint: &BlockedEndpoint) -> u64 {
    let in_blocks: u64 = endpoint.blocks.iter().map(|block| block.requests).sum();
    let in_summary = endpoint.summary.as_ref().map_or(0, |summary| summary.count);
    in_blocks.max(in_summary)
}

/// All blocks of endpoints that ran beside each other.
fn stretch(members: &[&BlockedEndpoint], run_memory: Option<u64>) -> Stretch {
    let mut stretch = Stretch::default();
    let mut times = Distribution::default();
    for member in members {
        let seconds = member.blocks.iter().map(|block| block.seconds).sum();
        stretch.block.seconds = stretch.block.seconds.max(seconds);
        for block in &member.blocks {
            stretch.block.requests += block.requests;
            stretch.block.failures += block.failures;
            times.merge(&block.times);
        }
    }
    stretch.block.times = times;
    let of_member = |member: &&BlockedEndpoint| member.summary.as_ref()?.peak_memory_bytes;
    stretch.peak_memory_bytes = members.iter().filter_map(of_member).max().max(run_memory);
    stretch
}

fn by_summary(budget: &Budget, subject: &Subject, summary: &Summary) -> Finding {
    let unsure = |reason| finding(budget, subject, Outcome::Inconclusive, None, reason);
    if summary.count < budget.min_samples {
        return unsure(format!(
            "only {} of {} samples",
            summary.count, budget.min_samples
        ));
    }
    if let Some(measured) = told(summary, budget.metric) {
        let outcome = judged::outcome(budget, measured);
        let value = judged::value_text(measured, budget);
        let reason = format!("{value}, allowed {}", budget.limit_text());
        return finding(budget, subject, outcome, Some(measured), reason);
    }
    match budget.metric {
        Metric::Percentile(fraction) => between(budget, subject, summary, fraction),
        Metric::PeakMemory => unsure(NO_MEMORY.to_owned()),
        _ => unsure("not among its figures".to_owned()),
    }
}

/// A percentile that was not told lies between its neighbours, which may be enough.
fn between(budget: &Budget, subject: &Subject, summary: &Summary, wanted: f64) -> Finding {
    let told = || summary.percentiles.iter().copied();
    let below = told()
        .filter(|&(fraction, _)| fraction < wanted)
        .map(|(fraction, value)| (Metric::Percentile(fraction), value))
        .fold((Metric::Minimum, summary.min), |_, next| next);
    let above = told()
        .find(|&(fraction, _)| fraction > wanted)
        .map_or((Metric::Maximum, summary.max), |(fraction, value)| {
            (Metric::Percentile(fraction), value)
        });
    let told: Vec<String> = told()
        .map(|(fraction, _)| Metric::Percentile(fraction).to_string())
        .collect();
    let (outcome, (metric, value), word) = match (budget.allows(below.1), budget.allows(above.1)) {
        (true, true) if budget.comparison.is_upper() => (Outcome::Pass, above, "at most"),
        (true, true) => (Outcome::Pass, below, "at least"),
        (false, false) if budget.comparison.is_upper() => (Outcome::Fail, below, "at least"),
        (false, false) => (Outcome::Fail, above, "at most"),
        _ => {
            let reason = format!("not among its figures (there is {})", told.join(", "));
            return finding(budget, subject, Outcome::Inconclusive, None, reason);
        }
    };
    let reason = format!(
        "{word} {} ({metric}), allowed {}",
        judged::value_text(value, budget),
        budget.limit_text()
    );
    finding(budget, subject, outcome, Some(value), reason)
}

#[cfg(test)]
mod tests;
