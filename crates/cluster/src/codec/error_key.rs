//! The key that Locust files a failure under, so that the rows of Katydid and of Locust workers add up.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// `StatsError.create_key`: SHA-256 of method, name and the text's `repr`, in hexadecimal digits.
pub(super) fn error_key(method: &str, name: &str, error: &str) -> String {
    let digest = Sha256::digest(format!("{method}.{name}.{}", repr(error)).as_bytes());
    digest.iter().fold(String::new(), |mut hexadecimal, byte| {
        let _ = write!(hexadecimal, "{byte:02x}");
        hexadecimal
    })
}

/// A text as Python writes it, but for letters that Python holds unprintable beyond control characters.
fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut written = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            letter if letter == quote => {
                written.push('\\');
                written.push(letter);
            }
            letter if letter < ' ' || ('\u{7f}'..='\u{a0}').contains(&letter) || letter == '\u{ad}' => {
                let _ = write!(written, "\\x{:02x}", u32::from(letter));
            }
            letter => written.push(letter),
        }
    }
    written.push(quote);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_one_that_locust_makes() {
        // hashlib.sha256("GET./a.'it failed'".encode()).hexdigest()
        assert_eq!(
            error_key("GET", "/a", "it failed"),
            "772cba40d6d3f33b0d60c23b0f03cba04c9aebc1e4a5fe1c52921db3c8296db5"
        );
    }

    #[test]
    fn texts_look_as_in_python() {
        for (text, written) in [
            ("plain", "'plain'"),
            ("it's", "\"it's\""),
            ("it's \"so\"", "'it\\'s \"so\"'"),
            ("a\nb\\c\u{1}", "'a\\nb\\\\c\\x01'"),
            ("grün", "'grün'"),
        ] {
            assert_eq!(repr(text), written);
        }
    }
}
