//! Whether what was measured can be trusted. Does not look at what was measured.

use crate::facts::{GeneratorFacts, RunFacts, RunKind};
use crate::verdict::{Finding, FindingKind, Outcome};

/// The busiest thread of a generator that waits for a processor delays what it sends; from here on it may.
const CPU_LIMIT_PERCENT: f64 = 80.0;

/// Share of the requests asked for that may be missing.
const MISSING_SHARE: f64 = 0.001;

/// Share of the requests that may be in doubt.
const DOUBT_SHARE: f64 = 0.001;
/// Share of requests that may be reported for an impossible time: a clock that is off by a second or two moves a few.
const OUT_OF_TIME_SHARE: f64 = 0.05;

/// Whether the measurement of a run can be trusted. Response times are taken off the Python thread, so one that lags does not
/// falsify them; it lowers the load, which is why lag counts only as part of the generator's own judgement that it was the
/// limit, and as fewer users or requests than asked for.
pub fn validity(facts: &RunFacts) -> Vec<Finding> {
    if facts.kind == RunKind::Benchmark {
        return Vec::new();
    }
    let mut found = of_generator(&facts.generator);
    found.extend(of_users(facts));
    found.extend(of_losses(&facts.generator));
    found.extend(of_clocks(&facts.generator));
    if found.iter().all(|finding| finding.outcome != Outcome::Fail) {
        found.push(of_run(
            Outcome::Pass,
            "measurement",
            "the generator kept up".to_owned(),
        ));
    }
    found
}

/// The same with the number of requests that were finished, which facts do not hold: too few of those asked for, or too many
/// in doubt.
pub fn validity_of_requests(facts: &RunFacts, requests: u64) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(target) = facts.target_requests {
        let missing = target.saturating_sub(requests);
        if missing as f64 > target as f64 * MISSING_SHARE {
            found.push(of_run(
                Outcome::Fail,
                "all requests asked for",
                format!("{requests} of {target} requests were finished: give it more time, or ask for fewer"),
            ));
        }
    }
    let in_doubt = facts.generator.requests_in_doubt;
    if in_doubt > 0 {
        let is_many = in_doubt as f64 > requests as f64 * DOUBT_SHARE;
        let outcome = if is_many { Outcome::Fail } else { Outcome::Pass };
        let reason = format!(
            "{in_doubt} requests may have been sent and are not in the results of {requests}: run it again"
        );
        found.push(of_run(outcome, "requests in doubt <= 0.1%", reason));
    }
    found
}

/// Whether nothing speaks against the measurement of a run.
pub fn is_trusted(facts: &RunFacts) -> bool {
    let holds = |finding: &Finding| finding.advisory || finding.outcome != Outcome::Fail;
    validity(facts).iter().all(holds)
}

/// Requests for a time before the run or after it are in no stretch of it that is compared, nor in a window.
fn of_clocks(generator: &GeneratorFacts) -> Option<Finding> {
    let share = generator.share_out_of_time;
    let is_many = share > OUT_OF_TIME_SHARE;
    let outcome = if is_many {
        Outcome::Fail
    } else {
        Outcome::NotJudged
    };
    let reason = format!(
        "{:.1} % of the requests were reported for a time before the run or after it: set the clocks of all workers",
        share * 100.0
    );
    (share > 0.0).then(|| of_run(outcome, "clocks agree", reason))
}

fn of_generator(generator: &GeneratorFacts) -> Vec<Finding> {
    let mut found = Vec::new();
    let cure = "use more workers or machines, or fewer users";
    let health = &generator.health;
    if health.saturated {
        let reason = health.reason.as_deref().unwrap_or("it could not keep up");
        let reason =
            format!("the generator was the limit, its figures are not the target's: {reason}; {cure}");
        found.push(of_run(Outcome::Fail, "generator not saturated", reason));
    }
    for (worker, reason) in &generator.saturated_workers {
        let reason = format!("worker {worker} was the limit: {reason}; {cure}");
        found.push(of_run(Outcome::Fail, "generator not saturated", reason));
    }
    let busy = health
        .cpu_percent_mean
        .filter(|&percent| percent > CPU_LIMIT_PERCENT && !health.saturated);
    if let Some(percent) = busy {
        let reason =
            format!("the generator used {percent:.0} % of its processor on average, allowed 80 %: {cure}");
        found.push(of_run(Outcome::Fail, "generator cpu <= 80%", reason));
    }
    found
}

fn of_users(facts: &RunFacts) -> Option<Finding> {
    let (peak, target) = (facts.peak_user_count, facts.target_user_count);
    // A load shape has no one number of users; what it asked for is not known here.
    let is_short = facts.shape.is_none() && peak < target;
    is_short.then(|| {
        let reason = format!(
            "{peak} of {target} users were there at most: give it a longer run time or a higher spawn rate"
        );
        of_run(Outcome::Fail, "all users asked for", reason)
    })
}

fn of_losses(generator: &GeneratorFacts) -> Vec<Finding> {
    let line = |loss: &String| of_run(Outcome::Fail, "no worker lost", format!("{loss}: run it again"));
    generator.losses.iter().map(line).collect()
}

pub(crate) fn of_run(outcome: Outcome, rule: &str, reason: String) -> Finding {
    Finding {
        kind: FindingKind::Validity,
        outcome,
        advisory: false,
        subject: "run".to_owned(),
        endpoint: None,
        metric: None,
        unit: None,
        rule: rule.to_owned(),
        measured: None,
        limit: None,
        compared: None,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use katydid_stats::HealthSnapshot;

    fn failing(found: &[Finding]) -> Vec<&str> {
        found
            .iter()
            .filter(|finding| finding.outcome == Outcome::Fail)
            .map(|finding| finding.rule.as_str())
            .collect()
    }

    fn facts(users: u64, peak: u64) -> RunFacts {
        RunFacts {
            target_user_count: users,
            peak_user_count: peak,
            ..RunFacts::default()
        }
    }

    #[test]
    fn a_clock_that_is_wrong_is_told_and_one_that_is_far_off_spoils_the_run() {
        let told = |share: f64| {
            let mut facts = facts(10, 10);
            facts.generator.share_out_of_time = share;
            let found = validity(&facts);
            let of_clocks = found.into_iter().find(|finding| finding.rule == "clocks agree");
            (of_clocks.map(|finding| finding.outcome), is_trusted(&facts))
        };
        assert_eq!(told(0.0), (None, true));
        assert_eq!(told(0.05), (Some(Outcome::NotJudged), true));
        assert_eq!(told(0.06), (Some(Outcome::Fail), false));
    }

    #[test]
    fn a_generator_that_kept_up_is_trusted() {
        let mut facts = facts(10, 10);
        // Late, but that neither falsifies a time nor lowers the load.
        facts.generator.health = HealthSnapshot {
            resumes: 50_000,
            resume_lag_p99_ms: 20.0,
            ..HealthSnapshot::default()
        };
        facts.generator.health.cpu_percent_mean = Some(79.0);
        let found = validity(&facts);
        assert_eq!((found.len(), found[0].outcome), (1, Outcome::Pass));
    }

    #[test]
    fn what_cannot_be_trusted_is_told() {
        let mut facts = facts(10, 7);
        facts.generator.health.cpu_percent_mean = Some(81.0);
        facts.generator.saturated_workers = vec![("w1".to_owned(), "over 90 % busy".to_owned())];
        facts.generator.losses = vec!["worker w2 was lost".to_owned()];
        facts.target_requests = Some(1_000);
        facts.generator.requests_in_doubt = 3;
        assert_eq!(
            failing(&validity(&facts)),
            [
                "generator not saturated",
                "generator cpu <= 80%",
                "all users asked for",
                "no worker lost"
            ]
        );
        assert_eq!(
            failing(&validity_of_requests(&facts, 990)),
            ["all requests asked for", "requests in doubt <= 0.1%"]
        );
        assert!(failing(&validity_of_requests(&facts, 100_000)).is_empty());
        facts.generator.health.saturated = true;
        assert_eq!(failing(&validity(&facts))[..2], ["generator not saturated"; 2]);
    }
}
