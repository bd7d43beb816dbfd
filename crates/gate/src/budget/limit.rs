//! Limits with their units: read, and written so that they are read the same again.

use super::error::{BudgetProblem, one_line};
use crate::metric::{Metric, Unit};

/// A unit as it is written, and what it is worth in the unit of the metric.
type Scale = (&'static str, f64);

const TIMES: [Scale; 6] = [
    ("s", 1e3),
    ("ms", 1.0),
    ("us", 1e-3),
    ("\u{b5}s", 1e-3),
    ("\u{3bc}s", 1e-3),
    ("m", 60e3),
];
const RATIOS: [Scale; 1] = [("%", 0.01)];
const RATES: [Scale; 2] = [("", 1.0), ("/s", 1.0)];
const COUNTS: [Scale; 3] = [("", 1.0), ("k", 1e3), ("M", 1e6)];
const BYTES: [Scale; 8] = [
    ("GB", 1e9),
    ("MB", 1e6),
    ("KB", 1e3),
    ("kB", 1e3),
    ("GiB", 1_073_741_824.0),
    ("MiB", 1_048_576.0),
    ("KiB", 1024.0),
    ("B", 1.0),
];
/// Beyond this, whole numbers are no longer exact.
const GREATEST: f64 = 9e15;

fn scales(unit: Unit) -> &'static [Scale] {
    match unit {
        Unit::Milliseconds => &TIMES,
        Unit::Ratio => &RATIOS,
        Unit::Count => &COUNTS,
        Unit::PerSecond => &RATES,
        Unit::Bytes => &BYTES,
    }
}

/// Reads a limit of a metric.
pub(super) fn parse(text: &str, metric: Metric) -> Result<f64, BudgetProblem> {
    let text = text.trim();
    let shown = || one_line(text);
    if text.starts_with(['-', '\u{2212}']) {
        return Err(BudgetProblem::Negative {
            metric,
            text: shown(),
        });
    }
    let digits = text
        .find(|character: char| !(character.is_ascii_digit() || character == '.'))
        .unwrap_or(text.len());
    let (number, unit) = (&text[..digits], text[digits..].trim_start());
    let no_number = || BudgetProblem::NoNumber {
        metric,
        text: shown(),
    };
    let number: f64 = number.parse().map_err(|_| no_number())?;
    let value = scaled(number, unit, metric)?;
    if metric.unit() == Unit::Count && value.fract() != 0.0 {
        return Err(no_number());
    }
    check_range(value, metric, shown)
}

fn scaled(number: f64, unit: &str, metric: Metric) -> Result<f64, BudgetProblem> {
    // Nothing is nothing, in any unit.
    if number == 0.0 && unit.is_empty() {
        return Ok(0.0);
    }
    let scale = scales(metric.unit()).iter().find(|scale| scale.0 == unit);
    let wrong_unit = || BudgetProblem::WrongUnit {
        metric,
        unit: unit.to_owned(),
    };
    Ok(worth(number, scale.ok_or_else(wrong_unit)?.1))
}

/// Divides where the unit is a fraction: 0.1 / 100 is the nearest number to 0.001, 0.1 × 0.01 is not.
fn worth(number: f64, scale: f64) -> f64 {
    if scale < 1.0 {
        number / (1.0 / scale).round()
    } else {
        number * scale
    }
}

fn check_range(value: f64, metric: Metric, shown: impl Fn() -> String) -> Result<f64, BudgetProblem> {
    let (greatest, most) = match metric.unit() {
        Unit::Ratio => (1.0, "100%"),
        _ => (GREATEST, "9 · 10¹⁵"),
    };
    if value > greatest {
        return Err(BudgetProblem::TooGreat {
            metric,
            text: shown(),
            most,
        });
    }
    Ok(value)
}

/// Writes a limit as people would, 1 to 999 of a unit if there is one, so that it is read as the same value.
pub(super) fn text(value: f64, unit: Unit) -> String {
    let scales = scales(unit);
    scales
        .iter()
        .flat_map(|&(name, scale)| {
            let number = value / scale;
            // The quotient may miss the written number by its last digit.
            let rounded: f64 = format!("{number:.12}").parse().unwrap_or(number);
            [rounded, number].map(|number| (number, name, scale))
        })
        .filter(|&(number, _, scale)| worth(number, scale) == value)
        .map(|(number, name, _)| (!(1.0..1000.0).contains(&number), format!("{number}{name}")))
        // Of equal length the first: the list begins with what people write most.
        .min_by_key(|(is_unhandy, text)| (*is_unhandy, text.chars().count()))
        .map(|(_, text)| text)
        .unwrap_or_else(|| format!("{}{}", value / scales[0].1, scales[0].0))
}
