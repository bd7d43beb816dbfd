//! Lengths of time as people write them: `90`, `90s`, `20m`, `1h30m`. The same as `--run-time` takes.

use std::time::Duration;

const UNITS: [(char, u64); 3] = [('h', 3600), ('m', 60), ('s', 1)];

/// Reads a length of time: digits alone are seconds; else hours, minutes and seconds in this
/// order, each at most once. `None` for any other text.
pub fn parse_span(text: &str) -> Option<Duration> {
    let seconds = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        in_units(text)
    };
    seconds.map(Duration::from_secs)
}

fn in_units(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut seconds: u64 = 0;
    for (unit, worth) in UNITS {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && rest[digits..].starts_with(unit) {
            let number: u64 = rest[..digits].parse().ok()?;
            seconds = seconds.checked_add(number.checked_mul(worth)?)?;
            rest = &rest[digits + 1..];
        }
    }
    rest.is_empty().then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::parse_span;

    #[test]
    fn lengths_of_time_are_read() {
        for (text, seconds) in [("0", 0), ("20", 20), ("30s", 30), ("5m", 300), ("1h30m10s", 5410)] {
            assert_eq!(
                parse_span(text).map(|span| span.as_secs()),
                Some(seconds),
                "{text}"
            );
        }
        for text in ["", "5 s", "1s1h", "-3", "1.5s", "99999999999999999999h", "é"] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }
}
