//! Worker processes on this machine (`--processes`): started as new processes, watched, and never left behind. Knows
//! nothing of what they do.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use katydid_tui::Output;

/// How often it is looked whether a process has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Processes that this one started.
#[derive(Debug, Default)]
pub struct Children {
    running: Vec<Child>,
    worst: i32,
    /// Where they write, if not straight to the terminal.
    output: Option<&'static Output>,
}

/// How one of them ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its number in the system.
    pub process: u32,
    /// Its exit code; 128 and the signal for one that was killed.
    pub exit_code: i32,
}

impl Children {
    /// Starts so many of them. Each is in a process group of its own, so that Ctrl-C reaches this process only, which
    /// tells them; and ends with this process, however that ends. With `is_kept` a view in the terminal keeps what they
    /// write until it is gone.
    ///
    /// # Errors
    ///
    /// When the system starts none; those that were started are ended again.
    pub fn start(command: &[String], count: usize, is_kept: bool) -> std::io::Result<Self> {
        let output = if is_kept { katydid_tui::output() } else { None };
        let mut children = Self::default();
        children.output = output;
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| std::io::Error::other("no command"))?;
        for _ in 0..count {
            let mut child = Command::new(program);
            // Keys that are typed are for this process.
            child.args(arguments).stdin(Stdio::null());
            if let Some(output) = output {
                child.stdout(output.writer()?).stderr(output.writer()?);
            }
            // It is a worker, and starts none itself.
            for mode in ["MODE_MASTER", "PROCESSES"] {
                child
                    .env_remove(format!("LOCUST_{mode}"))
                    .env_remove(format!("KATYDID_{mode}"));
            }
            detach(&mut child);
            match child.spawn() {
                Ok(child) => children.running.push(child),
                Err(error) => {
                    children.finish(Duration::ZERO);
                    return Err(error);
                }
            }
        }
        Ok(children)
    }

    /// Starts one whose output goes to a file, without some variables of the environment. Otherwise as [`start`](Self::start).
    ///
    /// # Errors
    ///
    /// When the system does not start it.
    pub(crate) fn start_into(
        command: &[String],
        output: &std::fs::File,
        without: &[String],
    ) -> std::io::Result<Self> {
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| std::io::Error::other("no command"))?;
        let mut child = Command::new(program);
        child
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?);
        for name in without {
            child.env_remove(name);
        }
        detach(&mut child);
        Ok(Self {
            running: vec![child.spawn()?],
            ..Self::default()
        })
    }

    /// Those that ended since the last call.
    pub fn ended(&mut self) -> Vec<Ended> {
        let mut ended = Vec::new();
        self.running.retain_mut(|child| match child.try_wait() {
            Ok(None) => true,
            Ok(Some(status)) => {
                let exit_code = exit_code(status);
                let process = child.id();
                ended.push(Ended { process, exit_code });
                false
            }
            Err(_) => false,
        });
        self.worst = ended.iter().map(|one| one.exit_code).fold(self.worst, i32::max);
        ended
    }

    /// How many still run.
    pub fn count(&self) -> usize {
        self.running.len()
    }

    /// Asks all that still run to end.
    pub fn interrupt(&self) {
        for child in &self.running {
            tell(child, Signal::Interrupt);
        }
    }

    /// Waits so long for all to end by themselves, then asks them to, then makes them. The greatest exit code of all.
    pub fn finish(&mut self, grace: Duration) -> i32 {
        for signal in [None, Some(Signal::Interrupt), Some(Signal::Kill)] {
            if let Some(signal) = signal {
                self.running.iter().for_each(|child| tell(child, signal));
            }
            let deadline = Instant::now() + grace.max(LOOK_EVERY);
            while !self.running.is_empty() && Instant::now() < deadline {
                self.ended();
                std::thread::sleep(LOOK_EVERY);
            }
        }
        if let Some(output) = self.output {
            output.flush();
        }
        self.worst
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        self.running.iter().for_each(|child| tell(child, Signal::Kill));
    }
}

#[derive(Clone, Copy)]
enum Signal {
    Interrupt,
    Kill,
}

#[cfg(unix)]
fn tell(child: &Child, signal: Signal) {
    let number = match signal {
        Signal::Interrupt => libc::SIGINT,
        Signal::Kill => libc::SIGKILL,
    };
    if let Ok(process) = libc::pid_t::try_from(child.id()) {
        // SAFETY: a signal to a child that has not been waited for, so the number is still its own.
        unsafe { libc::kill(process, number) };
    }
}

#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
    #[cfg(target_os = "linux")]
    // SAFETY: between fork and exec only a system call is made, which is allowed there.
    unsafe {
        command.pre_exec(|| {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
            Ok(())
        });
    }
}

#[cfg(unix)]
fn exit_code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn exit_codes_of_all_are_known() {
        let mut children = Children::start(&shell("exit 3"), 2, false).expect("a shell");
        assert_eq!(children.finish(Duration::from_secs(10)), 3);
        assert_eq!(children.count(), 0);
    }

    #[test]
    fn whoever_does_not_end_is_asked_and_then_made_to() {
        let mut children = Children::start(
            &shell("trap 'exit 7' INT; while :; do sleep 0.05; done"),
            1,
            false,
        )
        .expect("a shell");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(children.finish(Duration::from_millis(500)), 7);
        let mut children =
            Children::start(&shell("trap '' INT; while :; do sleep 0.05; done"), 1, false).expect("a shell");
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(children.finish(Duration::from_millis(200)), 128 + libc::SIGKILL);
    }

    #[test]
    fn a_command_that_is_none_is_an_error() {
        assert!(Children::start(&["no-such-program-here".to_owned()], 1, false).is_err());
    }
}
