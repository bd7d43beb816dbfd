//! The terminal as the view needs it, and as it was: given back however the process ends, as far as it still can.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ratatui::Frame;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};

use crate::output::{output, real_stderr};

type Backend = CrosstermBackend<BufWriter<Box<dyn Write + Send>>>;

/// The one terminal of this process, while the view is up.
static OPEN: Mutex<Option<Open>> = Mutex::new(None);

struct Open {
    terminal: Terminal<Backend>,
    /// A child that was forked meanwhile has no business with the terminal.
    process: u32,
}

/// Whether there is a terminal to draw on and to read keys from.
pub fn can_show() -> bool {
    let can_draw = std::env::var_os("TERM").is_none_or(|name| name != "dumb");
    can_draw && io::stderr().is_terminal() && io::stdin().is_terminal()
}

/// Takes the terminal. What others write is kept from now on, before anything of the view is seen.
pub(crate) fn open() -> io::Result<()> {
    let tty: Box<dyn Write + Send> = Box::new(real_stderr()?);
    if let Some(output) = output() {
        output.hold()?;
    }
    let terminal = enter(BufWriter::new(tty)).inspect_err(|_| {
        let _ = disable_raw_mode();
        release_output();
    })?;
    *lock() = Some(Open {
        terminal,
        process: std::process::id(),
    });
    leave_at_exit();
    Ok(())
}

fn enter(mut tty: BufWriter<Box<dyn Write + Send>>) -> io::Result<Terminal<Backend>> {
    enable_raw_mode()?;
    execute!(tty, EnterAlternateScreen, Hide)?;
    Terminal::new(CrosstermBackend::new(tty))
}

fn release_output() {
    if let Some(output) = output() {
        output.release();
    }
}

/// Gives the terminal back, and then what others wrote meanwhile. Does nothing the second time.
pub(crate) fn close() {
    let Some(mut open) = lock().take_if(|open| open.process == std::process::id()) else {
        return;
    };
    let writer = open.terminal.backend_mut();
    let _ = execute!(writer, EndSynchronizedUpdate, LeaveAlternateScreen, Show);
    // Keys that were meant for the view are not for the shell.
    discard_input();
    let _ = disable_raw_mode();
    release_output();
}

/// Draws one frame, from scratch if what is on the screen may not be what was drawn. False when the view is gone.
pub(crate) fn draw(from_scratch: bool, render: impl FnOnce(&mut Frame<'_>)) -> bool {
    let mut open = lock();
    let Some(open) = open.as_mut() else { return false };
    // A terminal that cannot be written to is no reason to end a test.
    let _ = execute!(open.terminal.backend_mut(), BeginSynchronizedUpdate);
    if from_scratch && let Ok(size) = open.terminal.size() {
        // Not `clear`, which asks the terminal where its cursor is, through standard output.
        let _ = open.terminal.resize(size.into());
    }
    let _ = open.terminal.draw(render);
    let _ = execute!(open.terminal.backend_mut(), EndSynchronizedUpdate);
    true
}

fn lock() -> MutexGuard<'static, Option<Open>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// User code may end the process at any moment.
#[cfg(unix)]
fn leave_at_exit() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    extern "C" fn leave() {
        close();
    }
    ONCE.call_once(|| {
        // SAFETY: `leave` lives as long as the program and unwinds nowhere.
        unsafe { libc::atexit(leave) };
    });
}

#[cfg(not(unix))]
fn leave_at_exit() {}

#[cfg(unix)]
fn discard_input() {
    // SAFETY: acts on the descriptor alone, and fails where it is no terminal.
    unsafe { libc::tcflush(libc::STDIN_FILENO, libc::TCIFLUSH) };
}

#[cfg(not(unix))]
fn discard_input() {}
