//! Lengths of time as people type them: `90`, `90s`, `20m`, `1h30m`.

use std::time::Duration;

/// Reads a length of time: digits alone are seconds; else hours, minutes and seconds in this order, each at most
/// once.
///
/// # Errors
///
/// When the text is anything else, or more than fits. The text of the error fits after the text's name.
pub fn parse(text: &str) -> Result<Duration, String> {
    let seconds = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        in_units(text)
    };
    let wrong = || format!("invalid time '{text}' (write 300, 300s, 20m, 2h or 1h30m10s)");
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}

fn in_units(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut seconds: u64 = 0;
    for (unit, worth) in [('h', 3600), ('m', 60), ('s', 1)] {
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
    use super::parse;

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
