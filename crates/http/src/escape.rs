//! Percent-encoding of request targets, as urllib3 and requests do it together: what may not stand in a path or
//! query is escaped, escapes stay (in upper case), those of unreserved characters are undone, and dot segments are
//! resolved. Knows nothing about hosts.

use std::borrow::Cow;

/// Bytes that may stand in a path: unreserved, sub-delimiters and `:@/`.
const PATH: [bool; 256] = table(b"-._~!$&'()*+,;=:@/");
/// Bytes that may stand in a query: those of a path, and the question mark.
const QUERY: [bool; 256] = table(b"-._~!$&'()*+,;=:@/?");
/// Characters whose escapes are undone.
const UNRESERVED: [bool; 256] = table(b"-._~");

const fn table(extra: &[u8]) -> [bool; 256] {
    let mut allowed = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        allowed[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < extra.len() {
        allowed[extra[index] as usize] = true;
        index += 1;
    }
    allowed
}

/// The path and query to be sent for what the caller wrote; always starts with a slash, without the fragment.
pub(crate) fn normalised_target(text: &str) -> Cow<'_, str> {
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    if is_normal(text) {
        return Cow::Borrowed(text);
    }
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let mut target = String::with_capacity(text.len() + 16);
    if !path.starts_with('/') {
        target.push('/');
    }
    match without_dot_segments(path) {
        Some(path) => escape(&path, &PATH, &mut target),
        None => escape(path, &PATH, &mut target),
    }
    if let Some(query) = query {
        target.push('?');
        escape(query, &QUERY, &mut target);
    }
    Cow::Owned(target)
}

fn is_normal(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|byte| QUERY[usize::from(byte)]) && !text.contains("/.")
}

/// Resolves `.` and `..`; `None` if there are none.
fn without_dot_segments(path: &str) -> Option<String> {
    if !path.split('/').any(|segment| segment == "." || segment == "..") {
        return None;
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut joined = kept.join("/");
    if !joined.starts_with('/') {
        joined.insert(0, '/');
    }
    if (path.ends_with("/.") || path.ends_with("/..")) && !joined.ends_with('/') {
        joined.push('/');
    }
    Some(joined)
}

fn escape(text: &str, allowed: &[bool; 256], into: &mut String) {
    let bytes = text.as_bytes();
    // As urllib3: one percent sign that starts no escape means that none does.
    let has_escapes = every_percent_escapes(bytes);
    let mut index = 0;
    while index < bytes.len() {
        let byte = bytes[index];
        match escaped_byte(bytes, index).filter(|_| has_escapes) {
            Some(value) if UNRESERVED[usize::from(value)] => {
                into.push(char::from(value));
                index += 3;
            }
            Some(value) => {
                push_escape(value, into);
                index += 3;
            }
            None if allowed[usize::from(byte)] => {
                into.push(char::from(byte));
                index += 1;
            }
            None => {
                push_escape(byte, into);
                index += 1;
            }
        }
    }
}

fn every_percent_escapes(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'%', bytes).all(|index| escaped_byte(bytes, index).is_some())
}

/// The byte that the escape at `index` stands for.
fn escaped_byte(bytes: &[u8], index: usize) -> Option<u8> {
    let [b'%', high, low] = *bytes.get(index..index + 3)? else {
        return None;
    };
    Some(hex(high)? << 4 | hex(low)?)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

fn push_escape(byte: u8, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    into.push('%');
    into.push(char::from(DIGITS[usize::from(byte >> 4)]));
    into.push(char::from(DIGITS[usize::from(byte & 15)]));
}

/// Undoes every escape; bytes that are not UTF-8 become replacement characters.
pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        match escaped_byte(bytes, index) {
            Some(value) => {
                decoded.push(value);
                index += 3;
            }
            None => {
                decoded.push(bytes[index]);
                index += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn targets_are_fit_for_a_request_line_and_stay_as_they_are(text in any::<String>()) {
            let target = normalised_target(&text).into_owned();
            prop_assert!(target.starts_with('/'));
            prop_assert!(target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
            prop_assert_eq!(normalised_target(&target), target.as_str());
        }
    }
}
