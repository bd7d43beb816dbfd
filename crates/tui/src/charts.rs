//! Curves over time.

use katydid_report::clock;
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Chart, Dataset, GraphType};
use std::time::Duration;

use crate::curve::Curve;
use crate::draw::framed;
use crate::text;
use crate::view::View;

/// The percentiles that are shown, each with its colour.
pub(crate) const PERCENTILES: [(&str, Color); 3] = [
    ("p50", Color::Green),
    ("p95", Color::Yellow),
    ("p99", Color::Magenta),
];

/// Charts side by side are no narrower than this.
const LEAST_COLUMNS: u16 = 36;

/// A curve with its name and colour; drawn in order, so that the last one covers the others.
struct Named<'a> {
    name: &'static str,
    color: Color,
    curve: &'a Curve,
}

/// The charts that matter most, side by side: as many as there is room for.
pub(crate) fn draw_first(frame: &mut Frame<'_>, area: Rect, view: &View) {
    if area.height == 0 {
        return;
    }
    let count = if area.width >= 3 * LEAST_COLUMNS { 3 } else { 2 };
    let areas = Layout::horizontal(vec![Constraint::Fill(1); count])
        .spacing(1)
        .split(area);
    for (draw, area) in [draw_rates, draw_times, draw_users].into_iter().zip(areas.iter()) {
        draw(frame, *area, view);
    }
}

/// All of them, in two rows.
pub(crate) fn draw_all(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    let two = |area| {
        Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)])
            .spacing(1)
            .areas(area)
    };
    let [[first, second], [third, fourth]] = [two(above), two(below)];
    draw_rates(frame, first, view);
    draw_times(frame, second, view);
    draw_users(frame, third, view);
    draw_generator(frame, fourth, view);
}

fn draw_rates(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let charts = &view.figures.charts;
    let curves = [
        named("failures/s", Color::Red, &charts.failures),
        named("requests/s", Color::Cyan, &charts.requests),
    ];
    draw_chart(frame, area, view, "", &curves);
}

fn draw_times(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let charts = &view.figures.charts;
    let [(p50, green), (p95, yellow), (p99, magenta)] = PERCENTILES;
    // The lowest last: where curves meet, it is the one that most requests saw.
    let curves = [
        named(p99, magenta, &charts.p99),
        named(p95, yellow, &charts.p95),
        named(p50, green, &charts.p50),
    ];
    draw_chart(frame, area, view, "ms", &curves);
}

fn draw_users(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let charts = &view.figures.charts;
    let curves = [
        named("target", Color::DarkGray, &charts.target_users),
        named("users", Color::Blue, &charts.users),
    ];
    draw_chart(frame, area, view, "", &curves);
}

fn draw_generator(frame: &mut Frame<'_>, area: Rect, view: &View) {
    let curves = [named("generator CPU %", Color::Yellow, &view.figures.charts.cpu)];
    draw_chart(frame, area, view, "", &curves);
}

fn named<'a>(name: &'static str, color: Color, curve: &'a Curve) -> Named<'a> {
    Named { name, color, curve }
}

fn draw_chart(frame: &mut Frame<'_>, area: Rect, view: &View, unit: &str, curves: &[Named<'_>]) {
    let greatest = curves
        .iter()
        .filter_map(|named| named.curve.greatest())
        .fold(0.0, f64::max);
    let (top, end) = (round_up(greatest), view.figures.charts.seconds().max(10.0));
    let datasets = curves.iter().flat_map(|named| {
        let style = Style::new().fg(named.color);
        let dataset = |piece| Dataset::default().data(piece).style(style);
        let datasets = named.curve.pieces().iter().map(|piece| dataset(piece.as_slice()));
        let datasets = datasets.map(|dataset| dataset.marker(Marker::Braille).graph_type(GraphType::Line));
        datasets.collect::<Vec<_>>()
    });
    let faint = Style::new().fg(Color::DarkGray);
    let middle = (area.height >= 8).then(|| text::axis(top / 2.0));
    let y_labels = [Some("0".to_owned()), middle, Some(text::axis(top))]
        .into_iter()
        .flatten();
    let moment = |seconds: f64| clock(Duration::from_secs_f64(seconds));
    let x_labels = [0.0, end / 2.0, end].map(moment);
    let y_axis = Axis::default().bounds([0.0, top]).labels(y_labels).style(faint);
    let chart = Chart::new(datasets.collect())
        .block(framed(title(unit, curves), frame.area()))
        .legend_position(None)
        .x_axis(Axis::default().bounds([0.0, end]).labels(x_labels).style(faint))
        .y_axis(y_axis.labels_alignment(Alignment::Right));
    frame.render_widget(chart, area);
}

/// The names of the curves with their last values, the one in front first: a legend that covers nothing.
fn title(unit: &str, curves: &[Named<'_>]) -> Line<'static> {
    let format = if unit == "ms" { text::time } else { text::axis };
    let value = |curve: &Curve| curve.last().map_or_else(|| "-".to_owned(), format);
    let mut spans: Vec<Span<'static>> = Vec::new();
    for named in curves.iter().rev() {
        let text = format!(" {} {}", named.name, value(named.curve));
        spans.push(Span::styled(text, Style::new().fg(named.color)));
    }
    spans.push(Span::raw(if unit.is_empty() {
        " ".to_owned()
    } else {
        format!(" {unit} ")
    }));
    Line::from(spans)
}

/// The next round number, with a little room above.
fn round_up(greatest: f64) -> f64 {
    if greatest <= 0.0 {
        return 1.0;
    }
    let wanted = greatest * 1.02;
    let power = 10_f64.powf(wanted.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let step = steps.into_iter().find(|step| step * power >= wanted);
    step.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number() {
        let table = [
            (0.0, 1.0),
            (0.9, 1.0),
            (1.0, 1.5),
            (20.0, 30.0),
            (19.0, 20.0),
            (99.0, 150.0),
            (1_234.0, 1_500.0),
        ];
        for (greatest, top) in table {
            assert_eq!(round_up(greatest), top, "{greatest}");
        }
    }
}
