//! The keys, explained over whatever is shown.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Stylize;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

const KEYS: [(&str, &str); 11] = [
    ("w  W", "one user more, ten more"),
    ("s  S", "one user fewer, ten fewer"),
    ("Tab  1-6", "the next panel, or that one"),
    ("↑ ↓  PgUp PgDn", "select a request or failure, scroll output"),
    ("Home End Esc", "to the first, to the last, to none"),
    ("o", "sort requests by the next column"),
    ("O", "turn the order round"),
    ("Ctrl-L", "draw everything anew"),
    ("q  Ctrl-C", "end the test, with its reports;"),
    ("", "once more: at once"),
    ("?", "this text; any key closes it"),
];

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect) {
    let lines: Vec<Line<'_>> = KEYS
        .iter()
        .map(|(keys, what)| Line::from(vec![format!(" {keys:<16}").bold(), (*what).into()]))
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or_default() + 2;
    let place = area.centered(Constraint::Length(62), Constraint::Length(height));
    frame.render_widget(Clear, place);
    let block = Block::bordered().border_type(BorderType::Rounded).title(" Keys ");
    frame.render_widget(Paragraph::new(lines).block(block), place);
}
