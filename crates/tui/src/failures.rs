//! What failed, the most frequent first.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Stylize;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use crate::draw::framed;
use crate::text;
use crate::view::{FailureRow, Figures};

/// Rows in which the selected failure is told in full.
const DETAIL_ROWS: u16 = 5;

/// Draws the failures; with a selected one, its whole text below.
pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, figures: &Figures, selected: Option<usize>) {
    let block = framed(" Failures and exceptions ", frame.area());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let Some(first) = figures.failures.first() else {
        return frame.render_widget(Line::from(" nothing has failed").green(), inner);
    };
    let detail_rows = if selected.is_some() && inner.height > 2 * DETAIL_ROWS {
        DETAIL_ROWS
    } else {
        0
    };
    let [above, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(detail_rows)]).areas(inner);
    let position = selected.unwrap_or_default().min(figures.failures.len() - 1);
    let room = usize::from(above.height);
    let skipped = position
        .saturating_sub(room / 2)
        .min(figures.failures.len().saturating_sub(room));
    let shown = (0..).zip(&figures.failures).skip(skipped);
    for ((number, row), place) in shown.zip(above.rows()) {
        let line = line(row, usize::from(above.width));
        let is_selected = selected.is_some() && number == position;
        frame.render_widget(if is_selected { line.reversed() } else { line }, place);
    }
    let row = figures.failures.get(position).unwrap_or(first);
    let whole = Paragraph::new(vec![
        Line::from(row.name.clone()).bold(),
        Line::from(row.error.clone()),
    ]);
    frame.render_widget(
        whole
            .wrap(Wrap { trim: true })
            .block(framed(" In full ", Rect::default())),
        below,
    );
}

fn line(row: &FailureRow, columns: usize) -> Line<'static> {
    let count = format!("{:>8} ", text::count(row.occurrences, 7));
    let room = columns.saturating_sub(count.len());
    let name = text::fit(&row.name, room / 2);
    let error = text::fit(&row.error, room.saturating_sub(text::width(&name) + 2));
    Line::from(vec![count.red().bold(), name.into(), "  ".into(), error.dim()])
}
