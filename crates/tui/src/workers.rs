//! Workers of a master, as it sees them.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Cell, Row, Table};

use crate::draw::framed;
use crate::text;
use crate::view::Figures;
use katydid_report::{WorkerFacts, printable};

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
    let headings = ["Worker", "State", "Users", "CPU", "Memory", "Heard"];
    let header = Row::new(headings.map(|heading| Cell::from(heading).dark_gray()));
    let widths = [
        Constraint::Fill(1),
        Constraint::Length(9),
        Constraint::Length(7),
        Constraint::Length(6),
        Constraint::Length(9),
        Constraint::Length(7),
    ];
    let table = Table::new(figures.workers.iter().map(line), widths)
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

fn line(worker: &WorkerFacts) -> Row<'static> {
    let cells = [
        printable(&worker.id).into_owned(),
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
    Row::new(cells).style(color.map_or_else(Style::new, |color| Style::new().fg(color)))
}
