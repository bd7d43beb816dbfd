//! Workers of a master, as it sees them.

use katydid_report::{WorkerFacts, printable};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Row, Table};

use crate::draw::framed;
use crate::text;
use crate::view::Figures;

const HEADINGS: [&str; 6] = ["Worker", "State", "Users", "CPU", "Memory", "Heard"];

/// Room that names want; with less, the last columns are left out.
const WORKER_COLUMNS: u16 = 20;
const LEAST_COLUMNS: usize = 4;

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, figures: &Figures) {
    let block = framed(format!(" {} workers ", figures.workers.len()), frame.area());
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if figures.workers.is_empty() {
        return frame.render_widget(
            Line::from(" no workers: this process runs the users itself").dim(),
            inner,
        );
    }
    let loss_rows = u16::try_from(figures.losses.len())
        .unwrap_or(u16::MAX)
        .min(inner.height / 3);
    let [above, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(loss_rows)]).areas(inner);
    let widths = [WORKER_COLUMNS, 9, 7, 6, 9, 7];
    let is_wide = widths.iter().sum::<u16>() + 5 <= inner.width;
    let count = if is_wide { widths.len() } else { LEAST_COLUMNS };
    let name_width = inner
        .width
        .saturating_sub(widths[1..count].iter().map(|width| width + 1).sum());
    let mut constraints = widths.map(Constraint::Length);
    constraints[0] = Constraint::Length(name_width);
    let header = cells(HEADINGS.map(str::to_owned), count).dark_gray();
    let rows = figures
        .workers
        .iter()
        .map(|worker| line(worker, usize::from(name_width), count));
    let table = Table::new(rows, &constraints[..count])
        .header(header)
        .column_spacing(1);
    frame.render_widget(table, above);
    for (loss, place) in figures.losses.iter().rev().zip(below.rows()) {
        frame.render_widget(
            Line::from(text::fit(&printable(loss), usize::from(place.width))).red(),
            place,
        );
    }
}

fn line(worker: &WorkerFacts, name_width: usize, count: usize) -> Row<'static> {
    let texts = [
        text::fit_name(&printable(&worker.id), name_width),
        worker.state.clone(),
        text::count(worker.user_count, 7),
        format!("{:.0} %", worker.cpu_percent),
        format!("{:.0} MB", worker.memory_bytes as f64 / 1e6),
        format!("{:.0} s", worker.last_seen_seconds),
    ];
    let color = match (worker.state.as_str(), worker.saturated) {
        ("missing", _) => Some(Color::Red),
        (_, true) => Some(Color::Yellow),
        _ => None,
    };
    cells(texts, count).style(color.map_or_else(Style::new, |color| Style::new().fg(color)))
}

/// The first so many of the texts; numbers stand to the right.
fn cells(texts: [String; 6], count: usize) -> Row<'static> {
    let cells = texts
        .into_iter()
        .enumerate()
        .take(count)
        .map(|(position, text)| match position {
            0 | 1 => Cell::from(text),
            _ => Cell::from(Line::from(text).right_aligned()),
        });
    Row::new(cells)
}
