//! Lines over time, drawn as SVG without a script.

use std::fmt::Write;
use std::time::Duration;

use katydid_stats::{HistoryPoint, Timestamp};

use super::push;
use crate::progress::clock;
use crate::python_text::percentile_heading;

/// Points in one line: more than the page has columns are not seen.
const MOST_POINTS: usize = 400;

/// Colours that the style sheet has.
const MOST_LINES: usize = 6;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;

struct Line {
    label: String,
    /// Position of its colour in the style sheet.
    colour: usize,
    /// (seconds since the start, value); no value makes a gap.
    points: Vec<(f64, Option<f64>)>,
}

/// What stands for several points when a line has too many.
#[derive(Clone, Copy)]
enum Thinning {
    Mean,
    /// For what one wants to see the worst of.
    Greatest,
}

pub(super) fn push_charts(page: &mut String, history: &[HistoryPoint], start: Timestamp) {
    if history.is_empty() {
        return;
    }
    let line = |label: &str, colour, thinning, value: &dyn Fn(&HistoryPoint) -> Option<f64>| {
        let points = history
            .iter()
            .map(|point| ((point.time.0 - start.0).max(0.0), value(point)))
            .collect();
        Line {
            label: label.to_owned(),
            colour,
            points: thinned(points, thinning),
        }
    };
    page.push_str("<section>\n<h2>Over time</h2>\n<div class=\"charts\">\n");
    push_chart(
        page,
        "Requests per second",
        &[
            line("Requests/s", 0, Thinning::Mean, &|point| Some(point.current_rps)),
            line("Failures/s", 1, Thinning::Mean, &|point| {
                Some(point.current_fail_per_sec)
            }),
        ],
    );
    let fractions = fractions_of(history);
    let times: Vec<Line> = fractions
        .iter()
        .enumerate()
        .map(|(position, &fraction)| {
            let heading = percentile_heading(fraction);
            line(&heading, 2 + position, Thinning::Greatest, &|point| {
                let found = point
                    .response_time_percentiles
                    .iter()
                    .find(|(other, _)| *other == fraction)?;
                found.1
            })
        })
        .collect();
    push_chart(page, "Response times (ms)", &times);
    push_chart(
        page,
        "Users",
        &[line("Users", 5, Thinning::Mean, &|point| {
            Some(point.user_count as f64)
        })],
    );
    page.push_str("</div>\n</section>\n");
}

/// Percentiles that the history has; they may have been changed during a run.
fn fractions_of(history: &[HistoryPoint]) -> Vec<f64> {
    let mut fractions: Vec<f64> = Vec::new();
    for (fraction, _) in history.iter().flat_map(|point| &point.response_time_percentiles) {
        if !fractions.contains(fraction) && fractions.len() < MOST_LINES {
            fractions.push(*fraction);
        }
    }
    fractions
}

fn push_chart(page: &mut String, title: &str, lines: &[Line]) {
    let values = || {
        lines
            .iter()
            .flat_map(|line| line.points.iter().filter_map(|(_, value)| *value))
    };
    let step = tidy_step(values().fold(0.0, f64::max), 4.0);
    let greatest = (values().fold(0.0, f64::max) / step).ceil().max(1.0) * step;
    let seconds = lines
        .iter()
        .flat_map(|line| line.points.last())
        .map(|point| point.0)
        .fold(1.0, f64::max);
    let x = |second: f64| LEFT + second / seconds * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BOTTOM - value / greatest * (HEIGHT - TOP - BOTTOM);

    push(page, format_args!("<figure>\n<figcaption>{title}"));
    for line in lines {
        push(
            page,
            format_args!(
                " <span class=\"key line{}\">{}</span>",
                line.colour % MOST_LINES,
                line.label
            ),
        );
    }
    push(
        page,
        format_args!(
            "</figcaption>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title} over time\">\n"
        ),
    );
    let mut value = 0.0;
    while value <= greatest * 1.001 {
        let (y, text) = (y(value), axis_number(value, step));
        push(
            page,
            format_args!(
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>\n",
                WIDTH - RIGHT,
                LEFT - 6.0,
                y + 4.0
            ),
        );
        value += step;
    }
    push_times(page, seconds, x);
    for line in lines {
        push(
            page,
            format_args!(
                "<path class=\"line{}\" d=\"{}\"/>\n",
                line.colour % MOST_LINES,
                path(line, x, y)
            ),
        );
    }
    page.push_str("</svg>\n</figure>\n");
}

/// Labels of the time axis.
fn push_times(page: &mut String, seconds: f64, x: impl Fn(f64) -> f64) {
    const STEPS: [f64; 15] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0,
        21_600.0,
    ];
    let fitting = STEPS.into_iter().find(|step| seconds / step <= 6.5);
    let step = fitting.unwrap_or_else(|| (seconds / 6.0 / 86_400.0).ceil() * 86_400.0);
    let mut second = 0.0;
    while second <= seconds {
        let text = clock(Duration::from_secs(second as u64));
        let y = HEIGHT - 6.0;
        push(
            page,
            format_args!(
                "<text x=\"{:.1}\" y=\"{y}\" text-anchor=\"middle\">{text}</text>\n",
                x(second)
            ),
        );
        second += step;
    }
}

fn path(line: &Line, x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut is_drawing = false;
    for &(second, value) in &line.points {
        let Some(value) = value else {
            is_drawing = false;
            continue;
        };
        let (x, y) = (x(second), y(value));
        // A point with gaps on both sides is seen as a dot, because the style gives lines round ends.
        let command = if is_drawing {
            format!("L{x:.1} {y:.1}")
        } else {
            format!("M{x:.1} {y:.1}L{x:.1} {y:.1}")
        };
        path.write_str(&command).expect("a string takes any text");
        is_drawing = true;
    }
    path
}

/// At most [`MOST_POINTS`] points; a bin without values stays a gap.
fn thinned(points: Vec<(f64, Option<f64>)>, thinning: Thinning) -> Vec<(f64, Option<f64>)> {
    let bin = points.len().div_ceil(MOST_POINTS);
    if bin <= 1 {
        return points;
    }
    points
        .chunks(bin)
        .map(|chunk| {
            let values: Vec<f64> = chunk.iter().filter_map(|(_, value)| *value).collect();
            let value = match thinning {
                _ if values.is_empty() => None,
                Thinning::Mean => Some(values.iter().sum::<f64>() / values.len() as f64),
                Thinning::Greatest => values.iter().copied().reduce(f64::max),
            };
            (chunk[chunk.len() - 1].0, value)
        })
        .collect()
}

/// 1, 2 or 5 times a power of ten, so that about `count` steps reach the greatest value.
fn tidy_step(greatest: f64, count: f64) -> f64 {
    if !(greatest > 0.0 && greatest.is_finite()) {
        return 1.0;
    }
    let rough = greatest / count;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= rough)
        .unwrap_or(10.0);
    factor * power
}

fn axis_number(value: f64, step: f64) -> String {
    if value >= 1_000_000.0 {
        return format!("{}M", value / 1_000_000.0);
    }
    if value >= 10_000.0 {
        return format!("{}k", value / 1_000.0);
    }
    let decimals = if step >= 1.0 {
        0
    } else {
        (-step.log10().floor()) as usize
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_tidy() {
        let table = [
            (0.0, 1.0),
            (0.9, 0.5),
            (4.0, 1.0),
            (7.0, 2.0),
            (100.0, 50.0),
            (1234.0, 500.0),
            (f64::NAN, 1.0),
        ];
        for (greatest, step) in table {
            assert!(
                (tidy_step(greatest, 4.0) - step).abs() < 1e-9,
                "{greatest}: {}",
                tidy_step(greatest, 4.0)
            );
        }
        assert_eq!(axis_number(0.25, 0.05), "0.25");
        assert_eq!(axis_number(15_000.0, 5_000.0), "15k");
    }

    #[test]
    fn long_lines_are_thinned_and_keep_their_peaks() {
        let points: Vec<(f64, Option<f64>)> = (0..20_000)
            .map(|second| {
                (
                    f64::from(second),
                    (second != 77).then_some(if second == 12_345 { 99.0 } else { 1.0 }),
                )
            })
            .collect();
        let greatest = thinned(points.clone(), Thinning::Greatest);
        assert!(greatest.len() <= MOST_POINTS);
        assert!(greatest.iter().any(|(_, value)| *value == Some(99.0)));
        assert_eq!(greatest[greatest.len() - 1].0, 19_999.0);
        assert!(
            thinned(points, Thinning::Mean)
                .iter()
                .all(|(_, value)| value.is_some_and(|value| value < 3.0))
        );
    }
}
