//! Whether two runs were made alike, so that a difference between them is the target's. Does not look at what was measured.

use crate::facts::{RunFacts, RunKind};
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
    differs(
        "kind",
        kind(base).to_owned(),
        kind(head).to_owned(),
        false,
        "compare runs of one kind",
    );
    if base.kind == RunKind::LoadTest && head.kind == RunKind::LoadTest {
        for (rule, base, head, advisory, cure) in of_load(base, head) {
            differs(rule, base, head, advisory, cure);
        }
    }
    found
}

/// What is told of the load on both sides: (rule, base, head, whether it only advises, cure). What one side does not tell
/// cannot differ: another tool's files hold less.
fn of_load(base: &RunFacts, head: &RunFacts) -> Vec<(&'static str, String, String, bool, &'static str)> {
    const ALIKE: &str = "run both with the same, or name another base";
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let mut told = Vec::new();
    if base.tool == head.tool {
        told.push((
            "load shape",
            or_none(&base.shape),
            or_none(&head.shape),
            false,
            ALIKE,
        ));
        told.push((
            "test level",
            or_none(&base.level),
            or_none(&head.level),
            false,
            ALIKE,
        ));
        let tags = |facts: &RunFacts| match facts.tags.is_empty() {
            true => "none".to_owned(),
            false => facts.tags.join(", "),
        };
        told.push(("tags", tags(base), tags(head), false, ALIKE));
        let seed = |facts: &RunFacts| {
            facts
                .seed
                .map_or_else(|| "none".to_owned(), |seed| seed.to_string())
        };
        told.push((
            "seed",
            seed(base),
            seed(head),
            true,
            "with the same --seed users choose alike",
        ));
    }
    if base.shape.is_none() && head.shape.is_none() {
        let users = (base.target_user_count, head.target_user_count);
        if users.0 > 0 && users.1 > 0 {
            told.push((
                "number of users",
                users.0.to_string(),
                users.1.to_string(),
                false,
                ALIKE,
            ));
        }
        let rates = (base.spawn_rate, head.spawn_rate);
        if rates.0 > 0.0 && rates.1 > 0.0 {
            told.push((
                "spawn rate",
                rates.0.to_string(),
                rates.1.to_string(),
                true,
                ALIKE,
            ));
        }
    }
    if !base.locustfile.is_empty() && !head.locustfile.is_empty() {
        let cure = "make sure that both describe the same users";
        told.push((
            "locustfile",
            base.locustfile.clone(),
            head.locustfile.clone(),
            true,
            cure,
        ));
    }
    told
}

/// Whether nothing makes the figures of two runs incomparable.
pub fn is_comparable(base: &RunFacts, head: &RunFacts) -> bool {
    comparability(base, head)
        .iter()
        .all(|finding| finding.advisory || finding.outcome != Outcome::Fail)
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
            ["same machine", "same seed", "same number of users"]
        );
        assert_eq!(
            found.iter().map(|finding| finding.advisory).collect::<Vec<_>>(),
            [false, true, false]
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
}
