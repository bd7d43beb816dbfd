//! What was logged and printed meanwhile.

use katydid_report::printable;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;

use crate::draw::framed;
use crate::text;

/// Narrower than this, a line has no room for its date, its host and its logger.
const SHORT_BELOW: u16 = 110;

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
        let short = if inner.width < SHORT_BELOW {
            shortened(line)
        } else {
            None
        };
        let text = short.unwrap_or_else(|| printable(line).into_owned());
        let text = text::fit(&text, usize::from(inner.width));
        frame.render_widget(Line::styled(text, style(line)), place);
    }
}

/// A log line as time and message: `[2026-03-01 12:30:05,123] host/INFO/locust.main: Starting`.
fn shortened(line: &str) -> Option<String> {
    let (date, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let time = date.split_once(' ')?.1.split_once(',')?.0;
    let (origin, message) = rest.split_once(": ")?;
    let is_origin = origin.matches('/').count() == 2 && !origin.contains(' ');
    is_origin.then(|| format!("{time} {}", printable(message)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_lines_are_told_from_others() {
        let line = "[2026-03-01 12:30:05,123] host/INFO/locust.main: Starting: now";
        assert_eq!(shortened(line).as_deref(), Some("12:30:05 Starting: now"));
        for other in ["printed", "[1, 2] a: b", "[a b,c] two words/INFO/x: y", ""] {
            assert_eq!(shortened(other), None, "{other}");
        }
    }
}
