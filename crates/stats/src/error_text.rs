//! The text that failures are grouped by: without memory addresses, and of bounded length.

use std::borrow::Cow;

/// Bytes of an error text or traceback that are kept. Longer than any message a person reads, short enough that
/// servers that answer with whole pages cannot fill the memory.
const LONGEST_TEXT: usize = 16 * 1024;

/// Bytes of a request name that are kept.
const LONGEST_NAME: usize = 4 * 1024;

const ADDRESS_MARK: &str = "object at 0x";

/// Replaces the first memory address (`object at 0x7f...>`) by `0x....`, wherever it occurs in the text, so
/// that failures which differ only in it are one row. Other addresses stay: this is Locust's rule.
pub fn mask_address(text: &str) -> Cow<'_, str> {
    let Some(mark) = text.find(ADDRESS_MARK) else {
        return Cow::Borrowed(text);
    };
    let start = mark + ADDRESS_MARK.len() - "0x".len();
    let Some(length) = text[start..].find('>') else {
        return Cow::Borrowed(text);
    };
    Cow::Owned(text.replace(&text[start..start + length], "0x...."))
}

/// The form of an error text that is kept.
pub(crate) fn error_text(text: &str) -> Cow<'_, str> {
    match bounded(text, LONGEST_TEXT) {
        Cow::Borrowed(text) => mask_address(text),
        Cow::Owned(text) => Cow::Owned(mask_address(&text).into_owned()),
    }
}

/// The form of a request name that is kept.
pub(crate) fn request_name(text: &str) -> Cow<'_, str> {
    bounded(text, LONGEST_NAME)
}

/// The form of a traceback that is kept.
pub(crate) fn traceback_text(text: &str) -> Cow<'_, str> {
    bounded(text, LONGEST_TEXT)
}

fn bounded(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return Cow::Borrowed(text);
    }
    let end = (0..=longest)
        .rev()
        .find(|&end| text.is_char_boundary(end))
        .unwrap_or(0);
    Cow::Owned(format!(
        "{}... ({} bytes left out)",
        &text[..end],
        text.len() - end
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Locust 2.47's `StatsError.parse_error` gives.
    #[test]
    fn masks_the_first_address_everywhere() {
        let table = [
            ("plain", "plain"),
            ("<A object at 0x7f01>", "<A object at 0x....>"),
            (
                "<A object at 0x7f01> and <B object at 0x7f02>",
                "<A object at 0x....> and <B object at 0x7f02>",
            ),
            (
                "<A object at 0x7f01> then <A object at 0x7f01>",
                "<A object at 0x....> then <A object at 0x....>",
            ),
            (
                "object at 0x7f01 without an end",
                "object at 0x7f01 without an end",
            ),
            ("object at 0x>", "object at 0x....>"),
        ];
        for (text, masked) in table {
            assert_eq!(mask_address(text), masked);
        }
    }

    #[test]
    fn long_texts_say_what_was_left_out() {
        let text = "é".repeat(20_000);
        let kept = error_text(&text);
        assert!(kept.len() < LONGEST_TEXT + 40);
        assert!(
            kept.ends_with("é... (23616 bytes left out)"),
            "{}",
            &kept[kept.len() - 40..]
        );
    }
}
