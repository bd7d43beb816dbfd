//! The head of the frame: which run, how far, how fast, and whether the generator is well.

use katydid_report::clock;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};

use crate::text;
use crate::view::View;

/// Rows of the header: all of what is wrong with the generator must be seen.
pub(crate) fn rows(view: &View, columns: u16) -> u16 {
    3 + u16::try_from(health_lines(view, columns).len()).unwrap_or(1)
}

/// From this share of one core, in percent, a reading is worth a colour.
const BUSY_PERCENT: f64 = 80.0;

/// More of what is wrong would leave too little of the rest.
const MOST_REASON_ROWS: usize = 3;

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let columns = area.width;
    let lines = [
        run_line(view, columns),
        progress_line(view, columns),
        figures_line(view),
    ];
    let lines = lines.into_iter().chain(health_lines(view, columns));
    for (line, row) in lines.zip(area.rows()) {
        frame.render_widget(line, row);
    }
}

/// What runs against what, and with how many users.
fn run_line(view: &View, columns: u16) -> Line<'static> {
    let noun = if view.target_user_count == 1 {
        "user"
    } else {
        "users"
    };
    let wanted = format!("{} {noun}", text::count(view.target_user_count, 7));
    let users = match view.user_count == view.target_user_count {
        true => wanted,
        false => format!("{} of {wanted}", text::count(view.user_count, 7)),
    };
    let right = [
        Span::styled(format!(" {} ", view.state), state_style(&view.state)),
        format!("  {users} ").bold(),
    ];
    let taken = right.iter().map(Span::width).sum::<usize>();
    let target = view
        .host
        .as_ref()
        .map(|host| format!(" → {host}"))
        .unwrap_or_default();
    let room = usize::from(columns).saturating_sub(taken + " Katydid  ".len());
    let what = text::fit(&format!("{}{target}", view.locustfile), room);
    let gap = " ".repeat(room.saturating_sub(text::width(&what)));
    let left = [" Katydid ".bold().green(), format!(" {what}{gap}").into()];
    Line::from_iter(left.into_iter().chain(right))
}

fn state_style(state: &str) -> Style {
    match state {
        "running" => Style::new().fg(Color::Black).bg(Color::Green),
        "spawning" => Style::new().fg(Color::Black).bg(Color::Cyan),
        _ => Style::new().fg(Color::Black).bg(Color::Yellow),
    }
}

/// The time, with a bar if it is known how long the run takes.
fn progress_line(view: &View, columns: u16) -> Line<'static> {
    let elapsed = clock(view.elapsed);
    let Some(run_time) = view.run_time.filter(|time| !time.is_zero()) else {
        return Line::from(vec![
            format!(" {elapsed} ").bold(),
            "so far; it runs until it is stopped".dim(),
        ]);
    };
    let share = (view.elapsed.as_secs_f64() / run_time.as_secs_f64()).min(1.0);
    let left = format!(" {elapsed} of {} ", clock(run_time));
    let right = format!(" {:>3.0} % ", share * 100.0);
    let room = usize::from(columns).saturating_sub(left.len() + right.len());
    let done = (share * room as f64).round() as usize;
    Line::from(vec![
        left.bold(),
        "━".repeat(done).green(),
        "─".repeat(room - done).dark_gray(),
        right.into(),
    ])
}

/// How fast, how well.
fn figures_line(view: &View) -> Line<'static> {
    let figures = &view.figures;
    let total = &figures.total;
    let share = match total.requests {
        0 => 0.0,
        requests => total.failures as f64 * 100.0 / requests as f64,
    };
    let failed = format!("{share:.2} % failed");
    let failed = if total.failures > 0 {
        failed.red().bold()
    } else {
        failed.green()
    };
    let mut spans = vec![
        format!(" {} ", text::rate(total.requests_per_second))
            .bold()
            .cyan(),
        "requests/s   ".into(),
        failed,
        "   last 10 s:".dim(),
    ];
    for ((label, color), time) in crate::charts::PERCENTILES.into_iter().zip(figures.recent) {
        let time = time.map_or_else(|| "-".to_owned(), text::time);
        spans.extend([
            Span::styled(format!(" {label} "), Style::new().fg(color)),
            format!("{time} ").bold(),
        ]);
    }
    spans.push("ms".dim());
    Line::from(spans)
}

/// Whether the figures are the target's or the generator's.
fn health_lines(view: &View, columns: u16) -> Vec<Line<'static>> {
    let Some(reason) = &view.health.reason else {
        return vec![well_line(view)];
    };
    let columns = usize::from(columns);
    let text = format!("THE GENERATOR IS THE LIMIT: {reason}");
    let lines = text::wrap(&text, columns.saturating_sub(2))
        .into_iter()
        .take(MOST_REASON_ROWS);
    let padded = lines.map(|line| {
        format!(
            " {line}{}",
            " ".repeat(columns.saturating_sub(text::width(&line) + 1))
        )
    });
    padded
        .map(|line| Line::from(line.bold().white().on_red()))
        .collect()
}

fn well_line(view: &View) -> Line<'static> {
    let health = &view.health;
    let cpu = view
        .cpu_percent
        .map_or_else(|| "-".to_owned(), |percent| format!("{percent:.0} %"));
    let is_busy = view.cpu_percent.is_some_and(|percent| percent >= BUSY_PERCENT);
    Line::from(vec![
        " ● generator is well".green(),
        format!(
            "   responses wait {} ms for Python (p99)   ",
            text::time(health.resume_lag_p99_ms)
        )
        .dim(),
        if is_busy {
            format!("CPU {cpu}").yellow().bold()
        } else {
            format!("CPU {cpu}").dim()
        },
    ])
}
