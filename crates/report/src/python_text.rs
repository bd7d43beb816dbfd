//! Numbers and strings as Python writes them, for files that people read with what reads Locust's.

/// A float as `repr` gives it: the shortest digits that read back the same, always with a point or exponent.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent
            .strip_prefix('-')
            .map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = value.to_string();
    if text.contains('.') { text } else { text + ".0" }
}

/// Headings of percentile columns: 0.95 is `95%`, 0.999 is `99.9%`, and 0.57 is, as in Locust, `57.0%`.
pub(crate) fn percentile_heading(fraction: f64) -> String {
    let percent = fraction * 100.0;
    if percent.fract() == 0.0 {
        return format!("{percent}%");
    }
    format!("{}%", float((percent * 1e6).round_ties_even() / 1e6))
}

/// The text inside `CatchResponseError('...')`, which is how a failure that a locustfile declared is kept.
pub(crate) fn unwrapped_error(error: &str) -> String {
    let inner = error
        .strip_prefix("CatchResponseError(")
        .and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) => string_of_literal(inner).unwrap_or_else(|| inner.to_owned()),
        None => error.to_owned(),
    }
}

/// The string that a Python literal stands for; `None` if it is not a plain one.
fn string_of_literal(literal: &str) -> Option<String> {
    let quote = literal
        .chars()
        .next()
        .filter(|&first| first == '\'' || first == '"')?;
    let inner = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut text = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(escaped(&mut letters)?),
            letter if letter == quote => return None,
            letter => text.push(letter),
        }
    }
    Some(text)
}

fn escaped(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let digits = match letters.next()? {
        'n' => return Some('\n'),
        'r' => return Some('\r'),
        't' => return Some('\t'),
        same @ ('\\' | '\'' | '"') => return Some(same),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + letters.next()?.to_digit(16)?;
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_like_repr() {
        let table = [
            (0.0, "0.0"),
            (12.7, "12.7"),
            (100.0, "100.0"),
            (12.700000000000001, "12.700000000000001"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e100, "1.25e+100"),
            (-2.5, "-2.5"),
        ];
        for (value, text) in table {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn headings_like_locusts() {
        let headings = [0.5, 0.66, 0.57, 0.29, 0.999, 0.9999, 0.123_456_789, 1.0].map(percentile_heading);
        assert_eq!(
            headings,
            [
                "50%",
                "66%",
                "57.0%",
                "29.0%",
                "99.9%",
                "99.99%",
                "12.345679%",
                "100%"
            ]
        );
    }

    #[test]
    fn declared_failures_are_shown_unwrapped() {
        let table = [
            ("CatchResponseError('too slow')", "too slow"),
            (r#"CatchResponseError("it's \\ late")"#, r"it's \ late"),
            (r"CatchResponseError('a\nb\x1b\u00e9')", "a\nb\u{1b}é"),
            ("CatchResponseError(ValueError('x'))", "ValueError('x')"),
            ("CatchResponseError('a', 'b')", "'a', 'b'"),
            ("CatchResponseError()", ""),
            ("CatchResponseError('cut off", "CatchResponseError('cut off"),
            ("HTTPError('404')", "HTTPError('404')"),
        ];
        for (error, text) in table {
            assert_eq!(unwrapped_error(error), text);
        }
    }
}
