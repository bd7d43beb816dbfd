//! This machine, as far as its speed goes. Runs of different machines are not compared.

use std::fs;

use katydid_gate::Machine;

/// Reads what the system tells; what it does not tell stays empty.
pub fn this_machine() -> Machine {
    Machine {
        cpu_model: cpu_model().unwrap_or_default(),
        cpu_count: std::thread::available_parallelism().map_or(0, |count| count.get() as u64),
        memory_bytes: memory_bytes().unwrap_or_default(),
        architecture: std::env::consts::ARCH.to_owned(),
        operating_system: std::env::consts::OS.to_owned(),
    }
}

fn cpu_model() -> Option<String> {
    value_of(
        &fs::read_to_string("/proc/cpuinfo").ok()?,
        &["model name", "Model", "cpu model"],
    )
}

/// In whole gibibytes: what the kernel takes for itself differs from boot to boot.
fn memory_bytes() -> Option<u64> {
    let total = value_of(&fs::read_to_string("/proc/meminfo").ok()?, &["MemTotal"])?;
    let kibibytes: u64 = total.split_whitespace().next()?.parse().ok()?;
    Some(((kibibytes + (1 << 19)) >> 20) << 30)
}

fn value_of(text: &str, keys: &[&str]) -> Option<String> {
    let pairs = || text.lines().filter_map(|line| line.split_once(':'));
    keys.iter().find_map(|key| {
        let (_, value) = pairs().find(|(found, _)| found.trim() == *key)?;
        Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_behind_their_keys() {
        let text = "processor\t: 0\nmodel name\t: A  Processor @ 2.00GHz\n";
        assert_eq!(
            value_of(text, &["Model", "model name"]).as_deref(),
            Some("A Processor @ 2.00GHz")
        );
        assert_eq!(value_of(text, &["Model"]), None);
    }

    #[test]
    fn this_one_has_a_processor() {
        assert!(this_machine().cpu_count > 0);
    }
}
