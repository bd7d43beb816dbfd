//! The view on a terminal: a thread that draws what it is given and reads keys, so that the run never waits for a slow
//! terminal. Decides nothing.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::command::Command;
use crate::draw::draw;
use crate::output::output;
use crate::state::UiState;
use crate::terminal;
use crate::view::View;

/// How long a new view may have to wait for its turn.
const LOOK_EVERY: Duration = Duration::from_millis(60);

/// What other programs write over the view stays no longer than this.
const ANEW_EVERY: Duration = Duration::from_secs(10);

/// How long the end waits for a terminal that takes nothing any more.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// The view, as long as it lives. Dropped, it gives the terminal back, and what others wrote meanwhile is written.
pub struct Screen {
    shared: Arc<Shared>,
    ended: Receiver<()>,
}

#[derive(Default)]
struct Shared {
    next: Mutex<Option<View>>,
    is_closing: AtomicBool,
}

impl Screen {
    /// Takes the terminal; what keys ask of the run goes to `commands`, from another thread.
    ///
    /// # Errors
    ///
    /// When the terminal cannot be had.
    pub fn open(commands: impl Fn(Command) + Send + 'static) -> io::Result<Self> {
        terminal::open()?;
        let shared = Arc::new(Shared::default());
        let (sender, ended) = mpsc::channel();
        let for_thread = Arc::clone(&shared);
        let thread = move || {
            // Dropped last: whoever waits for the end wants the terminal to be given back.
            let _sender = sender;
            // Also when drawing panics; the run goes on without a view then.
            let _leaving = Leaving;
            Loop::new(for_thread, commands).run();
        };
        let spawned = std::thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(thread);
        spawned
            .map(|_| Self { shared, ended })
            .inspect_err(|_| terminal::close())
    }

    /// Shows this from now on.
    pub fn show(&self, view: View) {
        *self.shared.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(view);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.shared.is_closing.store(true, Ordering::Relaxed);
        let ended = self.ended.recv_timeout(CLOSE_LIMIT);
        debug_assert_ne!(ended, Ok(()), "nothing is ever sent");
    }
}

struct Leaving;

impl Drop for Leaving {
    fn drop(&mut self) {
        terminal::close();
    }
}

struct Loop<F> {
    shared: Arc<Shared>,
    commands: F,
    state: UiState,
    view: View,
    lines: Vec<String>,
    line_count: u64,
    drawn_anew: Instant,
}

/// What there is to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Nothing,
    Something,
    Everything,
}

impl<F: Fn(Command)> Loop<F> {
    fn new(shared: Arc<Shared>, commands: F) -> Self {
        Self {
            shared,
            commands,
            state: UiState::default(),
            view: View::default(),
            lines: Vec::new(),
            line_count: 0,
            drawn_anew: Instant::now(),
        }
    }

    fn run(mut self) {
        while !self.shared.is_closing.load(Ordering::Relaxed) {
            let change = self.read_keys().max(self.look_for_news());
            let change = if self.drawn_anew.elapsed() >= ANEW_EVERY {
                Change::Everything
            } else {
                change
            };
            if change == Change::Nothing {
                continue;
            }
            let is_anew = change == Change::Everything;
            if is_anew {
                self.drawn_anew = Instant::now();
            }
            if !terminal::draw(is_anew, |frame| draw(frame, &self.view, &self.lines, &self.state)) {
                return;
            }
        }
    }

    fn look_for_news(&mut self) -> Change {
        let mut change = Change::Nothing;
        if let Some(view) = self
            .shared
            .next
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            self.view = view;
            change = Change::Something;
        }
        if let Some(output) = output()
            && output.count() != self.line_count
        {
            let lines = output.lines();
            let count = output.count();
            if self.state.lines_below > 0 {
                // Whoever reads older lines wants to go on reading them.
                self.state.lines_below += usize::try_from(count - self.line_count).unwrap_or_default();
                self.state.lines_below = self.state.lines_below.min(lines.len().saturating_sub(1));
            }
            (self.lines, self.line_count) = (lines, count);
            change = Change::Something;
        }
        change
    }

    /// Waits a little for a key, and takes in all that were pressed.
    fn read_keys(&mut self) -> Change {
        let mut change = Change::Nothing;
        let mut patience = LOOK_EVERY;
        loop {
            match event::poll(patience) {
                Ok(true) => {}
                Ok(false) => return change,
                Err(_) => {
                    // Without keys it is still a view; but it must not spin.
                    std::thread::sleep(patience);
                    return change;
                }
            }
            patience = Duration::ZERO;
            change = change.max(match event::read() {
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => self.press(key),
                Ok(Event::Resize(..)) => Change::Something,
                _ => Change::Nothing,
            });
        }
    }

    fn press(&mut self, key: KeyEvent) -> Change {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('l') {
            return Change::Everything;
        }
        if let Some(command) = self.state.press(key, &self.view, self.lines.len()) {
            (self.commands)(command);
        }
        Change::Something
    }
}
