//! Lengths of time as people type them: `90`, `90s`, `20m`, `1h30m`.

use std::time::Duration;

/// Reads a length of time: digits alone are seconds; else hours, minutes and seconds in this order, each at most
/// once.
///
/// # Errors
///
/// When the text is anything else, or more than fits. The text of the error fits after the text's name.
pub fn parse(text: &str) -> Result<Duration, String> {
    katydid_gate::parse_span(text)
        .ok_or_else(|| format!("invalid time '{text}' (write 300, 300s, 20m, 2h or 1h30m10s)"))
}

/// As [`parse`], with days in front as well: `90d`, `1d12h`.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_long(text: &str) -> Result<Duration, String> {
    let (days, rest) = match text.split_once('d') {
        Some((days, rest)) => (days.parse::<u64>().ok(), rest),
        None => (Some(0), text),
    };
    let days = days
        .and_then(|days| days.checked_mul(86_400))
        .map(Duration::from_secs);
    let rest = if rest.is_empty() && days.is_some() && text.ends_with('d') {
        Ok(Duration::ZERO)
    } else {
        parse(rest)
    };
    match (days, rest) {
        (Some(days), Ok(rest)) => Ok(days.saturating_add(rest)),
        _ => Err(format!("invalid time '{text}' (write 90d, 12h, 1d12h or 300s)")),
    }
}

/// A length of time as people read it: `45s`, `5m`, `1h30m`; dashes where there is none.
pub fn text(seconds: f64) -> String {
    if !(0.0..1e12).contains(&seconds) {
        return "-".to_owned();
    }
    let seconds = seconds.round() as u64;
    let parts = [
        (seconds / 3600, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    let told: String = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if told.is_empty() { "0s".to_owned() } else { told }
}

#[cfg(test)]
mod tests {
    use super::{parse, parse_long, text};

    #[test]
    fn days_count_for_ages() {
        for (typed, seconds) in [("90d", 7_776_000), ("1d12h", 129_600), ("5m", 300)] {
            assert_eq!(
                parse_long(typed).map(|time| time.as_secs()),
                Ok(seconds),
                "{typed}"
            );
        }
        for typed in ["d", "", "-1d", "1dd", "1.5d", "99999999999999999999d"] {
            assert!(parse_long(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn lengths_are_told_shortly() {
        for (seconds, told) in [
            (0.2, "0s"),
            (30.0, "30s"),
            (300.0, "5m"),
            (5_405.0, "1h30m5s"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(text(seconds), told);
        }
    }

    #[test]
    fn what_people_type_is_read() {
        for (text, seconds) in [
            ("0", 0),
            ("20", 20),
            ("020", 20),
            ("20s", 20),
            ("3m", 180),
            ("2h", 7200),
            ("1h20m", 4800),
            ("3h30m10s", 12610),
            ("1h5s", 3605),
            ("90m", 5400),
        ] {
            assert_eq!(parse(text).map(|time| time.as_secs()), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "s",
            "5x",
            "-5",
            "1.5",
            "20s3m",
            "5m5m",
            " 5",
            "5 ",
            "5S",
            "h",
            "٣",
            "99999999999999999999",
            "9999999999999999999h",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
