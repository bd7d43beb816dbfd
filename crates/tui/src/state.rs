//! What the person looks at, and how keys change it. What only the run can do comes back as a [`Command`].

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::command::Command;
use crate::rows::{Column, sorted};
use crate::view::View;

/// Rows that a page key goes by.
const PAGE: usize = 10;

/// A part of the view that fills the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panel {
    /// Some of everything, as much as there is room for.
    #[default]
    Overview,
    /// The table of requests.
    Requests,
    /// Every chart.
    Charts,
    /// What failed.
    Failures,
    /// What was logged and printed.
    Output,
    /// The workers of a master.
    Workers,
}

impl Panel {
    /// In the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Requests,
        Self::Charts,
        Self::Failures,
        Self::Output,
        Self::Workers,
    ];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Requests => "Requests",
            Self::Charts => "Charts",
            Self::Failures => "Failures",
            Self::Output => "Output",
            Self::Workers => "Workers",
        }
    }

    fn stepped(self, by: usize) -> Self {
        let position = Self::ALL
            .iter()
            .position(|panel| *panel == self)
            .unwrap_or_default();
        Self::ALL[(position + by) % Self::ALL.len()]
    }
}

/// What the person looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UiState {
    /// The panel that fills the window.
    pub panel: Panel,
    /// What the requests are sorted by.
    pub column: Column,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Name of the selected request: the selection stays with it however rows are sorted.
    pub selected: Option<String>,
    /// The selected failure.
    pub failure: usize,
    /// Lines of output below the window: 0 follows the newest.
    pub lines_below: usize,
    /// Whether the keys are explained.
    pub help: bool,
}

impl UiState {
    /// Takes a key in; `lines` is how many lines of output there are.
    pub fn press(&mut self, key: KeyEvent, view: &View, lines: usize) -> Option<Command> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return matches!(key.code, KeyCode::Char('c')).then_some(Command::Stop);
        }
        // Whoever wants to stop or to change the load need not leave the help first.
        if let Some(command) = command_of(key.code) {
            return Some(command);
        }
        if std::mem::take(&mut self.help) {
            return None;
        }
        match key.code {
            KeyCode::Char('?' | 'h') | KeyCode::F(1) => self.help = true,
            KeyCode::Char('o') => self.sort_by(self.column.next()),
            KeyCode::Char('O') => self.descending = !self.descending,
            KeyCode::Tab => self.panel = self.panel.stepped(1),
            KeyCode::BackTab => self.panel = self.panel.stepped(Panel::ALL.len() - 1),
            KeyCode::Char(digit @ '1'..='6') => self.panel = Panel::ALL[digit as usize - '1' as usize],
            code => self.step(code, view, lines),
        }
        None
    }

    fn sort_by(&mut self, column: Column) {
        (self.column, self.descending) = (column, column.is_descending());
    }

    fn step(&mut self, code: KeyCode, view: &View, lines: usize) {
        match self.panel {
            Panel::Overview | Panel::Requests => self.select(code, view),
            Panel::Failures => self.failure = moved(self.failure, code, view.figures.failures.len()),
            Panel::Output => self.lines_below = moved_up(self.lines_below, code, lines),
            Panel::Charts | Panel::Workers => {}
        }
    }

    fn select(&mut self, code: KeyCode, view: &View) {
        let rows = sorted(&view.figures.rows, self.column, self.descending);
        let position = self
            .selected
            .as_ref()
            .and_then(|name| rows.iter().position(|row| row.name == *name));
        let next = match (position, code) {
            // The first key shows where one is.
            (None, KeyCode::Down | KeyCode::Up | KeyCode::PageDown | KeyCode::PageUp) => 0,
            (position, code) => moved(position.unwrap_or_default(), code, rows.len()),
        };
        match code {
            KeyCode::Esc => self.selected = None,
            KeyCode::Down
            | KeyCode::Up
            | KeyCode::PageDown
            | KeyCode::PageUp
            | KeyCode::Home
            | KeyCode::End => {
                self.selected = rows.get(next).map(|row| row.name.clone());
            }
            _ => {}
        }
    }
}

fn command_of(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Char('w') => Command::ChangeUsers(1),
        KeyCode::Char('W') => Command::ChangeUsers(10),
        KeyCode::Char('s') => Command::ChangeUsers(-1),
        KeyCode::Char('S') => Command::ChangeUsers(-10),
        KeyCode::Char('q') => Command::Stop,
        _ => return None,
    })
}

fn moved(position: usize, code: KeyCode, count: usize) -> usize {
    let last = count.saturating_sub(1);
    let position = match code {
        KeyCode::Down => position + 1,
        KeyCode::Up => position.saturating_sub(1),
        KeyCode::PageDown => position + PAGE,
        KeyCode::PageUp => position.saturating_sub(PAGE),
        KeyCode::Home => 0,
        KeyCode::End => last,
        _ => position,
    };
    position.min(last)
}

/// The same counted from the end.
fn moved_up(below: usize, code: KeyCode, count: usize) -> usize {
    let mirrored = match code {
        KeyCode::Down => KeyCode::Up,
        KeyCode::Up => KeyCode::Down,
        KeyCode::PageDown => KeyCode::PageUp,
        KeyCode::PageUp => KeyCode::PageDown,
        KeyCode::Home => KeyCode::End,
        KeyCode::End => KeyCode::Home,
        other => other,
    };
    moved(below, mirrored, count)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::RequestRow;
    use crate::view::{FailureRow, Figures};

    fn view() -> View {
        let row = |name: &str, requests| RequestRow {
            name: name.to_owned(),
            requests,
            ..RequestRow::default()
        };
        let figures = Figures {
            rows: vec![row("b", 5), row("c", 7), row("a", 1)],
            failures: vec![FailureRow::default(); 15],
            ..Figures::default()
        };
        View {
            figures: Arc::new(figures),
            ..View::default()
        }
    }

    fn press(state: &mut UiState, codes: &[KeyCode]) -> Vec<Command> {
        let view = view();
        codes
            .iter()
            .filter_map(|code| state.press(KeyEvent::from(*code), &view, 30))
            .collect()
    }

    #[test]
    fn some_keys_are_for_the_run() {
        let mut state = UiState::default();
        let keys = ['w', 'W', 's', 'S', 'x', 'q'].map(KeyCode::Char);
        let expected = [1, 10, -1, -10].map(Command::ChangeUsers);
        assert_eq!(
            press(&mut state, &keys),
            [&expected[..], &[Command::Stop]].concat()
        );
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(state.press(interrupt, &view(), 0), Some(Command::Stop));
        let other = KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL);
        assert_eq!(state.press(other, &view(), 0), None);
        assert_eq!(state, UiState::default());
    }

    #[test]
    fn panels_have_numbers_and_come_round() {
        let mut state = UiState::default();
        press(&mut state, &[KeyCode::Char('4')]);
        assert_eq!(state.panel, Panel::Failures);
        press(&mut state, &[KeyCode::Tab; 3]);
        assert_eq!(state.panel, Panel::Overview);
        press(&mut state, &[KeyCode::BackTab]);
        assert_eq!(state.panel, Panel::Workers);
    }

    #[test]
    fn the_selection_stays_with_its_row_when_the_order_changes() {
        let mut state = UiState::default();
        press(&mut state, &[KeyCode::Down, KeyCode::Down]);
        assert_eq!(state.selected.as_deref(), Some("b"));
        press(&mut state, &[KeyCode::Char('o')]);
        assert_eq!((state.column, state.descending), (Column::Requests, true));
        press(&mut state, &[KeyCode::Up]);
        assert_eq!(state.selected.as_deref(), Some("c"));
        press(&mut state, &[KeyCode::PageDown]);
        assert_eq!(state.selected.as_deref(), Some("a"));
        press(&mut state, &[KeyCode::Char('O'), KeyCode::Down]);
        assert_eq!(state.selected.as_deref(), Some("b"));
        press(&mut state, &[KeyCode::Esc]);
        assert_eq!(state.selected, None);
    }

    #[test]
    fn failures_and_output_scroll_to_their_ends_and_no_further() {
        let mut state = UiState::default();
        press(
            &mut state,
            &[KeyCode::Char('4'), KeyCode::PageDown, KeyCode::PageDown],
        );
        assert_eq!(state.failure, 14);
        press(&mut state, &[KeyCode::Char('5'), KeyCode::PageUp, KeyCode::Up]);
        assert_eq!(state.lines_below, 11);
        press(&mut state, &[KeyCode::Home]);
        assert_eq!(state.lines_below, 29);
        press(&mut state, &[KeyCode::End]);
        assert_eq!(state.lines_below, 0);
    }

    #[test]
    fn any_key_leaves_the_help() {
        let mut state = UiState::default();
        press(&mut state, &[KeyCode::Char('?')]);
        assert!(state.help);
        press(&mut state, &[KeyCode::Char('3')]);
        assert_eq!((state.help, state.panel), (false, Panel::Overview));
    }
}
