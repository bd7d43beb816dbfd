//! What others write to the terminal while the view is up: users that print, log lines, worker processes. It is kept, and
//! written once the view is gone.
//!
//! Standard output and error lead into a pipe meanwhile, so that nobody needs to know of the view: not Python, no C
//! library, no child. One thread reads the pipe, so that nobody waits.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, PipeReader, PipeWriter, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// Lines that are kept.
const MOST_LINES: usize = 5_000;

/// Longer ones are cut: without an end of line, memory would fill up.
const LONGEST_LINE: u64 = 64 * 1024;

/// How long a release waits for what is still on its way.
const DRAIN_LIMIT: Duration = Duration::from_millis(500);

/// Stands for the end of what was written before the release; nobody writes this by chance.
const END_MARK: &str = "\u{0}end of what katydid kept\u{0}";

/// The one pipe of this process.
#[derive(Debug)]
pub struct Output {
    writer: PipeWriter,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The real standard output and error, while these lead into the pipe.
    held: Option<[Option<OwnedFd>; 2]>,
    lines: VecDeque<String>,
    left_out: u64,
    /// How many lines there were ever.
    count: u64,
    drained: Option<Sender<()>>,
}

/// The pipe, made when it is first asked for. What is written to it goes on to standard error, except while a view is up.
pub fn output() -> Option<&'static Output> {
    static OUTPUT: OnceLock<Option<&'static Output>> = OnceLock::new();
    *OUTPUT.get_or_init(|| Output::begin().ok())
}

impl Output {
    fn begin() -> io::Result<&'static Self> {
        let (reader, writer) = io::pipe()?;
        let output: &'static Self = Box::leak(Box::new(Self {
            writer,
            state: Mutex::default(),
        }));
        std::thread::Builder::new()
            .name("terminal-output".to_owned())
            .spawn(move || output.read(reader))?;
        Ok(output)
    }

    /// An end of the pipe, for a child process.
    ///
    /// # Errors
    ///
    /// When the system has no descriptor left.
    pub fn writer(&self) -> io::Result<PipeWriter> {
        self.writer.try_clone()
    }

    /// Leads standard output (if it is a terminal) and standard error into the pipe.
    pub(crate) fn hold(&self) -> io::Result<()> {
        let mut state = self.state();
        if state.held.is_some() {
            return Ok(());
        }
        let out = io::stdout();
        let real_out = if out.is_terminal() {
            Some(out.as_fd().try_clone_to_owned()?)
        } else {
            None
        };
        let real_error = Some(io::stderr().as_fd().try_clone_to_owned()?);
        if real_out.is_some() {
            point(libc::STDOUT_FILENO, self.writer.as_fd())?;
        }
        point(libc::STDERR_FILENO, self.writer.as_fd())?;
        *state = State {
            held: Some([real_out, real_error]),
            count: state.count,
            ..State::default()
        };
        Ok(())
    }

    /// Gives standard output and error back, and writes what was kept.
    pub(crate) fn release(&self) {
        if let Some([real_out, real_error]) = &self.state().held {
            for (number, real) in [(libc::STDOUT_FILENO, real_out), (libc::STDERR_FILENO, real_error)] {
                if let Some(real) = real {
                    let _ = point(number, real.as_fd());
                }
            }
        }
        self.flush();
        let mut state = self.state();
        state.held = None;
        let mut text = String::new();
        if state.left_out > 0 {
            text.push_str(&format!("({} earlier lines are left out)\n", state.left_out));
        }
        state
            .lines
            .drain(..)
            .for_each(|line| text.extend([line.as_str(), "\n"]));
        let _ = io::stderr().write_all(text.as_bytes());
    }

    /// Waits until all that was written to the pipe has been read, for a short time at most.
    pub fn flush(&self) {
        let (sender, drained) = mpsc::channel();
        self.state().drained = Some(sender);
        let marked = (&self.writer).write_all(format!("{END_MARK}\n").as_bytes());
        if marked.is_ok() {
            let _ = drained.recv_timeout(DRAIN_LIMIT);
        }
    }

    /// How many lines there were so far: whether to ask for [`lines`](Self::lines).
    pub(crate) fn count(&self) -> u64 {
        self.state().count
    }

    /// What is kept.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.state().lines.iter().cloned().collect()
    }

    fn read(&self, reader: PipeReader) {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        loop {
            line.clear();
            match io::Read::take(&mut reader, LONGEST_LINE).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => self.take_in(&line),
            }
        }
    }

    fn take_in(&self, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches('\n');
        let mut state = self.state();
        // Somebody may have begun a line just before.
        let (text, is_end) = text
            .strip_suffix(END_MARK)
            .map_or((text, false), |text| (text, true));
        if !(is_end && text.is_empty()) {
            state.take_in(text);
        }
        if is_end && let Some(drained) = state.drained.take() {
            let _ = drained.send(());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_in(&mut self, line: &str) {
        if self.held.is_none() {
            // The words of a child before or after the view.
            let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
            return;
        }
        self.count += 1;
        if self.lines.len() == MOST_LINES {
            self.lines.pop_front();
            self.left_out += 1;
        }
        self.lines.push_back(line.to_owned());
    }
}

/// Where the view is drawn: the terminal behind standard error, also while that leads elsewhere.
pub(crate) fn real_stderr() -> io::Result<File> {
    io::stderr().as_fd().try_clone_to_owned().map(File::from)
}

fn point(number: i32, to: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: both are open descriptors, and dup2 replaces the one by the other in one step.
    match unsafe { libc::dup2(to.as_raw_fd(), number) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
