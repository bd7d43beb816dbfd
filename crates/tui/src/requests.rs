//! The table of requests: sorted, scrolled to the selected row, with the total below.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Row, Table};

use crate::draw::untitled;
use crate::rows::{Column, RequestRow, sorted};
use crate::state::UiState;
use crate::text;
use crate::view::Figures;

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, figures: &Figures, state: &UiState) {
    let rows = sorted(&figures.rows, state.column, state.descending);
    let selected = rows
        .iter()
        .position(|row| state.selected.as_deref() == Some(&row.name));
    let block = untitled(frame.area());
    let inner = block.inner(area);
    let [above, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(inner);
    let room = usize::from(above.height.saturating_sub(1));
    let first = first_shown(selected, rows.len(), room);
    let shown = first..rows.len().min(first + room);
    frame.render_widget(block.title(title(&shown, rows.len(), state)), area);
    let (widths, limits) = widths(inner.width);
    let lines = shown.map(|position| line(rows[position], limits, selected == Some(position)));
    let table = Table::new(lines, widths).header(header(state)).column_spacing(1);
    frame.render_widget(table, above);
    let total = line(&figures.total, limits, false).bold();
    frame.render_widget(Table::new([total], widths).column_spacing(1), below);
}

fn title(shown: &Range<usize>, count: usize, state: &UiState) -> String {
    let direction = if state.descending { "falling" } else { "rising" };
    let names = match count {
        1 => "1 name".to_owned(),
        _ if shown.len() < count && !shown.is_empty() => {
            format!("{} to {} of {count} names", shown.start + 1, shown.end)
        }
        _ => format!("{count} names"),
    };
    format!(
        " {names} by {}, {direction}; times in ms ",
        state.column.heading()
    )
}

/// The first row to show, so that the selected one is in sight, in the middle where possible.
fn first_shown(selected: Option<usize>, count: usize, room: usize) -> usize {
    let wanted = selected.unwrap_or_default().saturating_sub(room / 2);
    wanted.min(count.saturating_sub(room))
}

/// Widths of all columns, and those of names, which get what the numbers leave, and of counts.
fn widths(columns: u16) -> ([Constraint; 10], (usize, usize)) {
    let numbers = match columns {
        ..70 => [6, 6, 5, 5, 5, 0, 5, 6, 0],
        70..100 => [6, 6, 5, 5, 5, 5, 5, 6, 6],
        100..160 => [9, 8, 8, 8, 8, 8, 8, 9, 8],
        // Numbers far from their names are hard to follow.
        _ => [13, 12, 12, 12, 12, 12, 12, 13, 12],
    };
    let taken: u16 = numbers.iter().sum::<u16>() + 9;
    let name = columns.saturating_sub(taken);
    let mut widths = [Constraint::Length(name); 10];
    for (width, number) in widths[1..].iter_mut().zip(numbers) {
        *width = Constraint::Length(number);
    }
    (
        widths,
        (usize::from(name), usize::from(numbers[0].min(numbers[1]))),
    )
}

fn header(state: &UiState) -> Row<'static> {
    Row::new(Column::ALL.map(|column| {
        let style = match column == state.column {
            true => Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            false => Style::new().fg(Color::DarkGray),
        };
        let heading = Line::styled(column.heading(), style);
        Cell::from(if column == Column::Name {
            heading
        } else {
            heading.right_aligned()
        })
    }))
}

fn line(row: &RequestRow, (name_width, count_width): (usize, usize), is_selected: bool) -> Row<'static> {
    let times = [row.median, row.p95, row.p99, row.average, row.greatest].map(text::time);
    let counts = [row.requests, row.failures].map(|count| text::count(count, count_width));
    let mut numbers = counts.to_vec();
    numbers.extend(times);
    numbers.extend([row.requests_per_second, row.failures_per_second].map(text::rate));
    let name = Cell::from(text::fit_name(&row.name, name_width));
    let cells = numbers
        .into_iter()
        .zip(Column::ALL.into_iter().skip(1))
        .map(|(number, column)| {
            let cell = Cell::from(Line::from(number).right_aligned());
            let is_failing =
                matches!(column, Column::Failures | Column::FailuresPerSecond) && row.failures > 0;
            if is_failing { cell.red() } else { cell }
        });
    let line = Row::new(std::iter::once(name).chain(cells));
    if is_selected { line.reversed() } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selected_row_is_in_sight() {
        let table = [
            (None, 100, 10, 0),
            (Some(3), 100, 10, 0),
            (Some(50), 100, 10, 45),
            (Some(99), 100, 10, 90),
            (Some(2), 3, 10, 0),
            (Some(2), 3, 0, 2),
        ];
        for (selected, count, room, first) in table {
            assert_eq!(
                first_shown(selected, count, room),
                first,
                "{selected:?} of {count}"
            );
        }
    }
}
