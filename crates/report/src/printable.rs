//! Text from elsewhere made fit for a terminal.

use std::borrow::Cow;

/// Removes what could move the cursor, colour the screen or turn the reading direction: escape sequences,
/// control characters, direction overrides. Line ends and tabs become spaces, so that a row stays a row.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_sequence(&mut letters),
            '\u{9b}' => skip_parameters(&mut letters),
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' | '\u{85}' => plain.push(' '),
            letter if is_unprintable(letter) => {}
            letter => plain.push(letter),
        }
    }
    Cow::Owned(plain)
}

pub(crate) fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Skips what follows an escape character.
fn skip_sequence(letters: &mut Letters<'_>) {
    match letters.peek() {
        Some('[') => {
            letters.next();
            skip_parameters(letters);
        }
        // An operating system command ends with a bell or an escape of its own. One that does not end is not
        // one, so a text cannot hide behind it.
        Some(']') => {
            let mut ahead = letters.clone();
            let end = ahead
                .by_ref()
                .take(1024)
                .find(|letter| matches!(letter, '\u{7}' | '\u{1b}'));
            if let Some(end) = end {
                if end == '\u{1b}' && ahead.peek() == Some(&'\\') {
                    ahead.next();
                }
                *letters = ahead;
            }
        }
        _ => {}
    }
}

/// Skips the parameters and the last letter of a control sequence.
fn skip_parameters(letters: &mut Letters<'_>) {
    while letters.next_if(|letter| matches!(letter, ' '..='?')).is_some() {}
    letters.next_if(|letter| matches!(letter, '@'..='~'));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_see_text_only() {
        let table = [
            ("plain é 漢字 🦗", "plain é 漢字 🦗"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[1;1Hclear", "clear"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]0;no end", "]0;no end"),
            ("a\r\nb\nc\td\re", "a b c d e"),
            ("bell\u{7} back\u{8} nul\u{0} del\u{7f}", "bell back nul del"),
            ("\u{202e}evil\u{2066}", "evil"),
            ("end\u{1b}", "end"),
        ];
        for (text, plain) in table {
            assert_eq!(printable(text), plain, "{text:?}");
        }
    }
}
