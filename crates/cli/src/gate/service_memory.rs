//! Resident memory of the service under test: its process and all that it started, as the system counts them.

use std::collections::HashMap;
use std::fs;

/// Watches a process of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServiceMemory {
    pid: u32,
}

impl ServiceMemory {
    /// Watches the process with this id.
    ///
    /// # Errors
    ///
    /// When there is none, or this system does not tell; in words.
    pub(crate) fn of(pid: u32) -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err("the memory of a service can be watched on Linux only".to_owned());
        }
        let watch = Self { pid };
        match watch.bytes() {
            Some(_) => Ok(watch),
            None => Err(format!("there is no process {pid}")),
        }
    }

    /// What it uses now; `None` once it is gone.
    pub(crate) fn bytes(self) -> Option<u64> {
        resident_bytes(self.pid)?;
        let children = children_by_parent();
        let (mut sum, mut family) = (0, vec![self.pid]);
        while let Some(pid) = family.pop() {
            sum += resident_bytes(pid).unwrap_or(0);
            family.extend(children.get(&pid).into_iter().flatten());
        }
        Some(sum)
    }
}

/// VmRSS in bytes. See proc_pid_status(5).
fn resident_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

fn children_by_parent() -> HashMap<u32, Vec<u32>> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        if let Some(parent) = parent_of(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    children
}

/// The fourth field of proc_pid_stat(5); the second, a name in brackets, may hold anything.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_some_memory_and_its_children_count() {
        let pid = std::process::id();
        let alone = resident_bytes(pid).unwrap();
        let mut child = std::process::Command::new("sleep").arg("5").spawn().unwrap();
        let family = ServiceMemory::of(pid).unwrap().bytes().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(alone > 0 && family > alone / 2);
        assert_eq!(parent_of(child.id()), None);
    }

    #[test]
    fn nobody_is_refused_in_words() {
        assert_eq!(
            ServiceMemory::of(u32::MAX).unwrap_err(),
            format!("there is no process {}", u32::MAX)
        );
    }
}
