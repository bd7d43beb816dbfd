//! Hostile text inside HTML.

use std::fmt::{Display, Formatter, Result, Write};

use crate::printable::is_unprintable;

/// Text that is shown as it is: nothing in it is markup, and nothing in it is invisible.
pub(crate) struct Escaped<'a> {
    text: &'a str,
    longest: usize,
}

/// Escapes a text, all of it.
pub(crate) fn escaped(text: &str) -> Escaped<'_> {
    Escaped {
        text,
        longest: usize::MAX,
    }
}

/// Escapes a text and cuts it after so many letters.
pub(crate) fn shortened(text: &str, longest: usize) -> Escaped<'_> {
    Escaped { text, longest }
}

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        for (position, letter) in self.text.chars().enumerate() {
            if position == self.longest {
                return write!(formatter, "… ({} more)", self.text.chars().count() - position);
            }
            match letter {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                '\n' | '\t' => formatter.write_char(letter)?,
                '\r' => {}
                // HTML allows no control characters, and direction overrides would turn whole rows round.
                letter if is_unprintable(letter) => formatter.write_char('\u{fffd}')?,
                letter => formatter.write_char(letter)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        let hostile = "</td><script>alert('x')</script>\"&amp;\u{0}\u{1b}[31m\u{202e}";
        assert_eq!(
            escaped(hostile).to_string(),
            "&lt;/td&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;amp;\u{fffd}\u{fffd}[31m\u{fffd}"
        );
    }

    #[test]
    fn long_texts_say_so() {
        assert_eq!(shortened("ééééé", 2).to_string(), "éé… (3 more)");
        assert_eq!(shortened("éé", 2).to_string(), "éé");
    }
}
