//! What a person or a pipeline sees: lines on standard error, results on standard output, and, on a real
//! terminal only, one line that is drawn anew. Does not know what they say.

use std::io::{self, IsTerminal, Write};

/// Takes back the line under the cursor.
const CLEAR_LINE: &str = "\r\x1b[K";

/// The two outputs of a run. Whatever cannot be written is lost: a closed pipe is no reason to end a test.
pub struct Terminal {
    out: Box<dyn Write + Send>,
    error: Box<dyn Write + Send>,
    is_live: bool,
    drawn: bool,
}

impl Terminal {
    /// The outputs of this process, with a live line if standard error is a terminal that can draw one.
    pub fn of_process() -> Self {
        let can_draw = std::env::var_os("TERM").is_none_or(|name| name != "dumb");
        let is_live = io::stderr().is_terminal() && can_draw;
        Self {
            out: Box::new(io::stdout()),
            error: Box::new(io::stderr()),
            is_live,
            drawn: false,
        }
    }

    /// Any two outputs, with or without a live line.
    pub fn new(out: Box<dyn Write + Send>, error: Box<dyn Write + Send>, is_live: bool) -> Self {
        Self {
            out,
            error,
            is_live,
            drawn: false,
        }
    }

    /// Whether a live line would be seen.
    pub(crate) fn is_live(&self) -> bool {
        self.is_live
    }

    /// The width of the name column in tables that fit.
    pub(crate) fn name_width(&self) -> usize {
        katydid_report::console::name_width(self.is_live.then(columns))
    }

    /// Writes lines on standard error, above the live line, in one go so that others do not come between.
    pub(crate) fn lines<T: AsRef<str>>(&mut self, lines: &[T]) {
        if lines.is_empty() {
            return;
        }
        self.clear();
        let mut text = String::new();
        for line in lines {
            text.push_str(line.as_ref());
            text.push('\n');
        }
        let _ = self
            .error
            .write_all(text.as_bytes())
            .and_then(|()| self.error.flush());
    }

    /// Writes text on standard output.
    pub(crate) fn result(&mut self, text: &str) {
        self.clear();
        let _ = self
            .out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush());
    }

    /// Draws the live line. The cursor goes back to its start, so that what others write covers it.
    pub(crate) fn draw(&mut self, line: &str) {
        if !self.is_live {
            return;
        }
        // Cut to one row: a line that wraps could not be taken back.
        let fitting: String = line.chars().take(columns().saturating_sub(1)).collect();
        let _ = write!(self.error, "{CLEAR_LINE}{fitting}\r").and_then(|()| self.error.flush());
        self.drawn = true;
    }

    /// Takes the live line back.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = self
                .error
                .write_all(CLEAR_LINE.as_bytes())
                .and_then(|()| self.error.flush());
        }
    }
}

#[cfg(unix)]
fn columns() -> usize {
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: TIOCGWINSZ writes a winsize to the pointer, or nothing.
    let result = unsafe { libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    if result == 0 && size.ws_col > 0 {
        usize::from(size.ws_col)
    } else {
        80
    }
}

#[cfg(not(unix))]
fn columns() -> usize {
    80
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<u8>>>);

    impl Write for Seen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn shown(is_live: bool) -> String {
        let seen = Seen::default();
        let mut terminal = Terminal::new(Box::new(io::sink()), Box::new(seen.clone()), is_live);
        terminal.draw("5 users");
        terminal.lines(&["a table"]);
        terminal.clear();
        let bytes = seen.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_live_line_is_for_terminals_only() {
        assert_eq!(shown(true), "\r\x1b[K5 users\r\r\x1b[Ka table\n");
        assert_eq!(shown(false), "a table\n");
    }
}
