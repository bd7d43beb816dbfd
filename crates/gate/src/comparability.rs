//! Whether two runs were made alike, so that a difference between them is the target's. Does not look at what was measured.

use crate::facts::{RunFacts, RunKind};
use crate::metric::Metric;
use crate::validity::of_run;
use crate::verdict::{Finding, Outcome};

/// Share by which the memory of the same machine may differ from boot to boot.
const MEMORY_SHARE: f64 = 0.05;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Machine;

    fn failing(found: &[Finding]) -> Vec<&str> {
        found.iter().map(|finding| finding.rule.as_str()).collect()
    }

    fn facts(users: u64, peak: u64) -> RunFacts {
        RunFacts {
            target_user_count: users,
            peak_user_count: peak,
            ..RunFacts::default()
        }
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
