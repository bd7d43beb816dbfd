//! Whether what was measured can be trusted, and whether two runs can be compared. Does not look at what was measured.

use crate::facts::{GeneratorFacts, RunFacts, RunKind};
use crate::metric::Metric;
use crate::verdict::{Finding, FindingKind, Outcome};

/// The busiest thread of a generator that waits for a processor delays what it sends; from here on it may.
const CPU_LIMIT_PERCENT: f64 = 80.0;

/// Share of the requests asked for that may be missing.
const MISSING_SHARE: f64 = 0.001;

/// Share of the requests that may be in doubt.
const DOUBT_SHARE: f64 = 0.001;

/// Share by which the memory of the same machine may differ from boot to boot.
const MEMORY_SHARE: f64 = 0.05;

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
    if found.is_empty() {
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

/// Whether two runs were made alike. What makes figures incomparable fails, what may explain a difference advises.
pub fn comparability(base: &RunFacts, head: &RunFacts) -> Vec<Finding> {
    let mut found = of_machines(base, head);
    let kind = |facts: &RunFacts| match facts.kind {
        RunKind::LoadTest => "a load test",
        RunKind::Benchmark => "a benchmark",
    };
    let mut differs = |rule: &str, base: String, head: String, advisory: bool, cure: &str| {
        if base != head {
            let reason = format!("the base had {rule} {base}, the head {head}: {cure}");
            found.push(Finding {
                advisory,
                ..of_run(Outcome::Fail, &format!("same {rule}"), reason)
            });
        }
    };
    let run_alike = "run both with the same, or name another base";
    differs(
        "kind",
        kind(base).to_owned(),
        kind(head).to_owned(),
        false,
        run_alike,
    );
    if base.kind == RunKind::LoadTest && head.kind == RunKind::LoadTest {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        differs(
            "load shape",
            text(&base.shape),
            text(&head.shape),
            false,
            run_alike,
        );
        if base.shape.is_none() && head.shape.is_none() {
            let users = |facts: &RunFacts| facts.target_user_count.to_string();
            differs("number of users", users(base), users(head), false, run_alike);
            let rate = |facts: &RunFacts| facts.spawn_rate.to_string();
            differs("spawn rate", rate(base), rate(head), true, run_alike);
        }
        differs(
            "test level",
            text(&base.level),
            text(&head.level),
            false,
            run_alike,
        );
        let file = |facts: &RunFacts| facts.locustfile.clone();
        differs(
            "locustfile",
            file(base),
            file(head),
            true,
            "make sure that both describe the same users",
        );
        let tags = |facts: &RunFacts| facts.tags.join(", ");
        differs("tags", tags(base), tags(head), false, run_alike);
        let seed = |facts: &RunFacts| {
            facts
                .seed
                .map_or_else(|| "none".to_owned(), |seed| seed.to_string())
        };
        differs(
            "seed",
            seed(base),
            seed(head),
            true,
            "with the same --seed users choose alike",
        );
    }
    found
}

/// Whether base and head of a duel had the same load.
pub fn same_load(base_per_second: f64, head_per_second: f64) -> Option<Finding> {
    const ALLOWED: f64 = 0.01;
    let differs = (head_per_second - base_per_second).abs() > base_per_second.max(head_per_second) * ALLOWED;
    differs.then(|| {
        let (base, head) = (Metric::RequestsPerSecond.unit().text(base_per_second), head_per_second);
        let reason = format!(
            "the base was offered {base}, the head {head:.1}/s, which is over 1 % apart: use constant_throughput or longer wait times"
        );
        of_run(Outcome::Fail, "same load", reason)
    })
}

fn of_machines(base: &RunFacts, head: &RunFacts) -> Vec<Finding> {
    let (old, new) = (&base.machine, &head.machine);
    // What is not known cannot differ.
    let text =
        |old: &str, new: &str| (!old.is_empty() && !new.is_empty()).then(|| (old.to_owned(), new.to_owned()));
    let count = |old: u64, new: u64| (old > 0 && new > 0).then(|| (old.to_string(), new.to_string()));
    // The system keeps a little for itself, not always as much.
    let memory = |old: u64, new: u64| {
        let gigabytes = |bytes: u64| format!("{:.0} GB", bytes as f64 / 1e9);
        let is_close = old.abs_diff(new) as f64 <= old.max(new) as f64 * MEMORY_SHARE;
        (old > 0 && new > 0 && !is_close).then(|| (gigabytes(old), gigabytes(new)))
    };
    let fields = [
        ("processor", text(&old.cpu_model, &new.cpu_model)),
        ("number of processors", count(old.cpu_count, new.cpu_count)),
        ("memory", memory(old.memory_bytes, new.memory_bytes)),
        ("architecture", text(&old.architecture, &new.architecture)),
        (
            "operating system",
            text(&old.operating_system, &new.operating_system),
        ),
    ];
    let different = fields.into_iter().filter_map(|(field, values)| {
        let (old, new) = values.filter(|(old, new)| old != new)?;
        let reason =
            format!("another machine, {field} {old} → {new}: run the base on this machine, or use a duel");
        Some(of_run(Outcome::Fail, "same machine", reason))
    });
    different.collect()
}

fn of_run(outcome: Outcome, rule: &str, reason: String) -> Finding {
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
    use crate::facts::Machine;
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

    #[test]
    fn runs_that_were_made_differently_are_told_apart() {
        let machine = |model: &str, memory| Machine {
            cpu_model: model.to_owned(),
            cpu_count: 4,
            memory_bytes: memory,
            ..Machine::default()
        };
        let base = RunFacts {
            machine: machine("Xeon 1", 16_600_000_000),
            seed: Some(1),
            ..facts(10, 10)
        };
        let same = RunFacts {
            machine: machine("Xeon 1", 16_700_000_000),
            ..base.clone()
        };
        assert!(comparability(&base, &same).is_empty());
        let unknown = RunFacts {
            machine: Machine::default(),
            ..base.clone()
        };
        assert!(comparability(&base, &unknown).is_empty());
        let other = RunFacts {
            machine: machine("Xeon 2", 16_600_000_000),
            seed: Some(2),
            ..facts(20, 20)
        };
        let found = comparability(&base, &other);
        assert_eq!(
            failing(&found),
            ["same machine", "same number of users", "same seed"]
        );
        assert_eq!(
            found.iter().map(|finding| finding.advisory).collect::<Vec<_>>(),
            [false, false, true]
        );
        assert!(
            found[0]
                .reason
                .contains("processor Xeon 1 → Xeon 2: run the base"),
            "{}",
            found[0].reason
        );
        let benchmark = RunFacts {
            kind: RunKind::Benchmark,
            ..base.clone()
        };
        assert_eq!(failing(&comparability(&base, &benchmark)), ["same kind"]);
    }

    #[test]
    fn a_duel_needs_the_same_load() {
        assert!(same_load(100.0, 100.9).is_none());
        assert!(same_load(100.0, 98.0).is_some());
        assert!(same_load(0.0, 0.0).is_none());
    }
}
