//! What was logged and printed meanwhile.

use katydid_report::printable;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;

use crate::draw::framed;
use crate::text;

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, lines: &[String], below: usize) {
    let title = if below > 0 {
        format!(" Output: {below} lines below, End follows ")
    } else {
        " Output ".to_owned()
    };
    let block = framed(title, frame.area());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if lines.is_empty() {
        return frame.render_widget(
            Line::from(" nothing was written since the view was opened").dim(),
            inner,
        );
    }
    let room = usize::from(inner.height);
    let end = lines.len().saturating_sub(below).max(room.min(lines.len()));
    let shown = &lines[end.saturating_sub(room)..end];
    for (line, place) in shown.iter().zip(inner.rows()) {
        let text = text::fit(&printable(line), usize::from(inner.width));
        frame.render_widget(Line::styled(text, style(line)), place);
    }
}

/// By the level in a log line; what users print has none.
fn style(line: &str) -> Style {
    let has = |level: &str| line.contains(&format!("/{level}/"));
    if has("ERROR") || has("CRITICAL") {
        Style::new().fg(Color::Red)
    } else if has("WARNING") {
        Style::new().fg(Color::Yellow)
    } else {
        Style::new()
    }
}
