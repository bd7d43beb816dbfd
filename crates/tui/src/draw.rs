//! The whole frame: header, panel, keys. Only says what goes where.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Borders, Paragraph};

use crate::state::{Panel, UiState};
use crate::view::View;
use crate::{charts, failures, header, help, output_panel, requests, workers};

/// Less room than this shows nothing that could be read.
const LEAST_COLUMNS: u16 = 60;
const LEAST_ROWS: u16 = 15;

/// From here on everything stands side by side.
const WIDE: u16 = 120;
const HIGH: u16 = 34;

/// Draws the view, with what others wrote (`output`, a line each) as far as there is a place for it.
pub fn draw(frame: &mut Frame<'_>, view: &View, output: &[String], state: &UiState) {
    let area = frame.area();
    if area.width < LEAST_COLUMNS || area.height < LEAST_ROWS {
        return draw_too_small(frame, area);
    }
    let [head, panels, body, foot] = Layout::vertical([
        Constraint::Length(header::rows(view, area.width)),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(area);
    header::draw(frame, head, view);
    frame.render_widget(panel_line(view, output.len(), state), panels);
    draw_panel(frame, body, view, output, state);
    frame.render_widget(key_line(view), foot);
    if state.help {
        help::draw(frame, area);
    }
}

fn draw_panel(frame: &mut Frame<'_>, area: Rect, view: &View, output: &[String], state: &UiState) {
    match state.panel {
        Panel::Overview => draw_overview(frame, area, view, output, state),
        Panel::Requests => requests::draw(frame, area, &view.figures, state),
        Panel::Charts => charts::draw_all(frame, area, view),
        Panel::Failures => failures::draw(frame, area, &view.figures, Some(state.failure)),
        Panel::Output => output_panel::draw(frame, area, output, state.lines_below),
        Panel::Workers => workers::draw(frame, area, &view.figures),
    }
}

fn draw_overview(frame: &mut Frame<'_>, area: Rect, view: &View, output: &[String], state: &UiState) {
    let is_large = area.width >= WIDE && area.height >= HIGH;
    if !is_large {
        let chart_rows = if area.height >= 16 { 8 } else { 0 };
        let [above, below] =
            Layout::vertical([Constraint::Length(chart_rows), Constraint::Min(0)]).areas(area);
        charts::draw_first(frame, above, view);
        return requests::draw(frame, below, &view.figures, state);
    }
    // The table takes what it needs, within bounds, and what is written gets the rest.
    let table_rows = u16::try_from(view.figures.rows.len() + 4).unwrap_or(u16::MAX);
    let table_rows = table_rows.clamp(area.height / 4, area.height * 45 / 100);
    let [above, middle, below] = Layout::vertical([
        Constraint::Percentage(32),
        Constraint::Length(table_rows),
        Constraint::Min(0),
    ])
    .areas(area);
    charts::draw_first(frame, above, view);
    requests::draw(frame, middle, &view.figures, state);
    let has_workers = !view.figures.workers.is_empty();
    let parts = if has_workers { 3 } else { 2 };
    let parts = Layout::horizontal(vec![Constraint::Fill(1); parts])
        .spacing(1)
        .split(below);
    failures::draw(frame, parts[0], &view.figures, None);
    output_panel::draw(frame, parts[1], output, 0);
    if has_workers {
        workers::draw(frame, parts[2], &view.figures);
    }
}

/// The panels by number, with how much is in them.
fn panel_line(view: &View, lines: usize, state: &UiState) -> Line<'static> {
    let figures = &view.figures;
    let failures: u64 = figures.failures.iter().map(|row| row.occurrences).sum();
    let mut spans = Vec::new();
    for (number, panel) in (1..).zip(Panel::ALL) {
        let count = match panel {
            Panel::Failures => failures,
            Panel::Output => lines as u64,
            Panel::Workers => figures.workers.len() as u64,
            _ => 0,
        };
        let count = if count > 0 {
            format!(" {}", crate::text::count(count, 7))
        } else {
            String::new()
        };
        let text = format!(" {number} {}{count} ", panel.title());
        let style = match panel == state.panel {
            true => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            false if panel == Panel::Failures && failures > 0 => Style::new().fg(Color::Red),
            false => Style::new(),
        };
        spans.push(Span::styled(text, style));
    }
    Line::from(spans)
}

/// What was answered to the last key, or which keys there are.
fn key_line(view: &View) -> Line<'static> {
    if let Some(notice) = &view.notice {
        return Line::from(format!(" {notice}")).yellow().bold();
    }
    let keys = [
        ("w/W", "+1/+10 users"),
        ("s/S", "-1/-10"),
        ("Tab", "panel"),
        ("↑↓", "select"),
        ("o", "sort"),
        ("?", "help"),
        ("q", "stop"),
    ];
    let spans = keys
        .iter()
        .flat_map(|(key, what)| [format!(" {key} ").bold(), format!("{what} ").dim()]);
    Line::from(spans.collect::<Vec<_>>())
}

fn draw_too_small(frame: &mut Frame<'_>, area: Rect) {
    let text = format!(
        "The window is too small: {}x{}, and it takes {LEAST_COLUMNS}x{LEAST_ROWS}. The test goes on; q ends it.",
        area.width, area.height
    );
    frame.render_widget(
        Paragraph::new(text).wrap(ratatui::widgets::Wrap { trim: true }),
        area,
    );
}

/// A frame with a title; in a small window only its upper edge, which costs less room.
pub(crate) fn framed<'a>(title: impl Into<Line<'a>>, window: Rect) -> Block<'a> {
    untitled(window).title(title)
}

/// The same without a title so far.
pub(crate) fn untitled<'a>(window: Rect) -> Block<'a> {
    let is_roomy = window.width >= WIDE && window.height >= HIGH;
    Block::new()
        .borders(if is_roomy { Borders::ALL } else { Borders::TOP })
        .border_type(BorderType::Rounded)
        .border_style(Style::new().fg(Color::DarkGray))
}
