//! Numbers and names in few letters.

use katydid_report::milliseconds;
use ratatui::text::Line;

/// A count in at most so many letters, of which there must be six.
pub(crate) fn count(number: u64, columns: usize) -> String {
    let whole = number.to_string();
    if whole.len() <= columns {
        return whole;
    }
    match number {
        0..999_950_000 => format!("{:.1}M", number as f64 / 1e6),
        _ => format!("{:.1}G", number as f64 / 1e9),
    }
}

/// A response time in at most five letters: milliseconds, seconds from a hundred of them on.
pub(crate) fn time(time: f64) -> String {
    match time {
        0.0 => "0".to_owned(),
        short if short < 99_999.5 => milliseconds(short),
        long => format!("{:.0}s", long / 1e3),
    }
}

/// A rate in at most seven letters.
pub(crate) fn rate(rate: f64) -> String {
    match rate {
        0.0 => "0".to_owned(),
        slow if slow < 1_000.0 => format!("{slow:.1}"),
        fast if fast < 1e6 => format!("{fast:.0}"),
        fast => format!("{:.1}M", fast / 1e6),
    }
}

/// A value of an axis: no more digits than it needs.
pub(crate) fn axis(value: f64) -> String {
    match value {
        large if large >= 1e6 => format!("{}M", trimmed(large / 1e6)),
        large if large >= 1e4 => format!("{}k", trimmed(large / 1e3)),
        _ => trimmed(value),
    }
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The text cut at its end to so many columns, with a sign that it was.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut cut = begin_of(text, columns.saturating_sub(1));
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// The name cut in its middle: names of requests begin alike, and differ at their ends.
pub(crate) fn fit_name(name: &str, columns: usize) -> String {
    if width(name) <= columns {
        return name.to_owned();
    }
    let room = columns.saturating_sub(1);
    let begin = begin_of(name, room * 2 / 5);
    let backwards: String = name.chars().rev().collect();
    let end: String = begin_of(&backwards, room - width(&begin)).chars().rev().collect();
    let sign = if columns > 0 { "…" } else { "" };
    format!("{begin}{sign}{end}")
}

fn begin_of(text: &str, columns: usize) -> String {
    let mut begin = String::new();
    for letter in text.chars() {
        begin.push(letter);
        if width(&begin) > columns {
            begin.pop();
            break;
        }
    }
    begin
}

/// The text in rows of at most so many columns, parted between words.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match rows.last_mut() {
            Some(row) if width(row) + 1 + width(word) <= columns => row.extend([" ", word]),
            _ => rows.push(fit(word, columns)),
        }
    }
    rows
}

/// Columns that a text takes up.
pub(crate) fn width(text: &str) -> usize {
    Line::from(text).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_short() {
        let counts =
            [0, 999_999, 12_345_678, 999_949_999, u64::from(u32::MAX)].map(|number| count(number, 6));
        assert_eq!(counts, ["0", "999999", "12.3M", "999.9M", "4.3G"]);
        assert_eq!(count(12_345_678, 8), "12345678");
        let times = [0.0, 0.4567, 12.34, 123.4, 99_999.0, 123_456.0].map(time);
        assert_eq!(times, ["0", "0.46", "12.3", "123", "99999", "123s"]);
        let rates = [0.0, 0.25, 999.94, 12_345.6, 2e6].map(rate);
        assert_eq!(rates, ["0", "0.2", "999.9", "12346", "2.0M"]);
        let marks = [0.0, 0.25, 2.5, 40.0, 2_000.0, 25_000.0, 1.5e6].map(axis);
        assert_eq!(marks, ["0", "0.25", "2.5", "40", "2000", "25k", "1.5M"]);
    }

    #[test]
    fn rows_end_between_words() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible", 7), ["incomp…"]);
        assert!(wrap("", 7).is_empty());
    }

    #[test]
    fn a_long_name_is_cut_by_columns() {
        assert_eq!(fit("/cart", 5), "/cart");
        assert_eq!(fit("/checkout", 5), "/che…");
        assert_eq!(fit("商品一覧", 5), "商品…");
        assert_eq!(fit("/", 0), "");
        assert_eq!(fit_name("GET /api/products/[id]", 22), "GET /api/products/[id]");
        assert_eq!(fit_name("GET /api/products/[id]", 16), "GET /a…ucts/[id]");
        assert_eq!(fit_name("GET /商品一覧/商品", 11), "GET …/商品");
        assert_eq!(
            [0, 1, 2].map(|columns| fit_name("GET /", columns)),
            ["", "…", "…/"]
        );
    }
}
