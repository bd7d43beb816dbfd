//! Reads a response head and says what follows from it. Takes bytes, not sockets.

use std::mem::MaybeUninit;

use bytes::{Bytes, BytesMut};
use httparse::{Header, ParserConfig, Status};

use crate::decode::Codings;
use crate::framing::Framing;
use crate::headers::list_contains;
use crate::response::{Headers, ResponseHead, Version};

/// The longest head that is read, in bytes. Python's `http.client` allows as much for a single line.
pub const MAX_HEAD: usize = 64 * 1024;
/// The most header lines that are read. `http.client` stops at 100; some gateways send more.
pub const MAX_HEADERS: usize = 256;

/// How much of a line that is not HTTP an error shows, in bytes.
const SHOWN_OF_LINE: usize = 100;

/// A head, and what follows from it for the rest of the exchange.
#[derive(Debug)]
pub(crate) struct Head {
    /// Bytes it took.
    pub(crate) length: usize,
    pub(crate) status: u16,
    version: Version,
    content_length: Option<u64>,
    chunked: bool,
    /// Whether the server keeps the connection open.
    pub(crate) keep_alive: bool,
    pub(crate) codings: Codings,
    may_be_folded: bool,
    sets_cookies: bool,
}

/// Why bytes are not a head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HeadError {
    TooManyHeaders,
    Invalid(String),
}

impl Head {
    /// Reads a head from the start of `bytes`; `None` if it is not all there yet.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, HeadError> {
        let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut []);
        let mut config = ParserConfig::default();
        config.allow_obsolete_multiline_headers_in_responses(true);
        config.allow_spaces_after_header_name_in_responses(true);
        let parsed = config.parse_response_with_uninit_headers(&mut response, bytes, &mut headers);
        let length = match parsed {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => return Err(HeadError::TooManyHeaders),
            Err(error) => return Err(HeadError::Invalid(describe(error, bytes))),
        };
        let version = if response.version == Some(0) {
            Version::Http10
        } else {
            Version::Http11
        };
        let mut head = Self {
            length,
            status: response.code.unwrap_or_default(),
            version,
            content_length: None,
            chunked: false,
            keep_alive: version == Version::Http11,
            codings: Codings::default(),
            may_be_folded: false,
            sets_cookies: false,
        };
        for header in response.headers.iter() {
            head.note(header)?;
        }
        Ok(Some(head))
    }

    /// Looks at the headers that concern the exchange. By length first: most headers concern only the caller.
    fn note(&mut self, header: &Header<'_>) -> Result<(), HeadError> {
        let is = |known: &str| header.name.eq_ignore_ascii_case(known);
        match header.name.len() {
            10 if is("connection") => self.note_connection(header.value),
            10 if is("set-cookie") => self.sets_cookies = true,
            14 if is("content-length") => self.note_content_length(header.value)?,
            16 if is("content-encoding") => self.codings.add_list(header.value),
            17 if is("transfer-encoding") => self.note_transfer_encoding(header.value)?,
            _ => {}
        }
        self.may_be_folded |= may_be_folded(header);
        Ok(())
    }

    fn note_connection(&mut self, value: &[u8]) {
        if list_contains(value, "close") {
            self.keep_alive = false;
        } else if list_contains(value, "keep-alive") {
            self.keep_alive = true;
        }
    }

    fn note_content_length(&mut self, value: &[u8]) -> Result<(), HeadError> {
        for item in value.split(|byte| *byte == b',') {
            let length = parse_length(item.trim_ascii()).ok_or_else(|| {
                HeadError::Invalid(format!("content-length is {:?}", String::from_utf8_lossy(value)))
            })?;
            if self.content_length.is_some_and(|earlier| earlier != length) {
                return Err(HeadError::Invalid("two different content-lengths".to_owned()));
            }
            self.content_length = Some(length);
        }
        Ok(())
    }

    fn note_transfer_encoding(&mut self, value: &[u8]) -> Result<(), HeadError> {
        for item in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if item.eq_ignore_ascii_case(b"chunked") && !self.chunked {
                self.chunked = true;
            } else if !item.is_empty() && !item.eq_ignore_ascii_case(b"identity") {
                let text = String::from_utf8_lossy(value);
                return Err(HeadError::Invalid(format!(
                    "unsupported transfer-encoding {text:?}"
                )));
            }
        }
        Ok(())
    }

    /// How the end of the body is found. Chunked wins over a length, as in `http.client`.
    pub(crate) fn framing(&self, method_is_head: bool) -> Framing {
        let bodiless = matches!(self.status, 100..=199 | 204 | 304);
        if method_is_head || bodiless {
            return Framing::Done;
        }
        if self.chunked {
            return Framing::chunked();
        }
        match self.content_length {
            Some(0) => Framing::Done,
            Some(length) => Framing::Length { left: length },
            None => Framing::UntilClose,
        }
    }

    /// Whether another head follows: 100, 102 and 103, but not 101, which ends HTTP on this connection.
    pub(crate) fn is_interim(&self) -> bool {
        matches!(self.status, 100 | 102..=199)
    }

    pub(crate) fn content_length(&self) -> Option<u64> {
        self.content_length.filter(|_| !self.chunked)
    }

    /// The part of a head that the caller sees; `bytes` are those it was parsed from.
    pub(crate) fn to_response(&self, bytes: &[u8]) -> ResponseHead {
        let head = &bytes[..self.length];
        let head = if self.may_be_folded {
            unfolded(head)
        } else {
            Bytes::copy_from_slice(head)
        };
        ResponseHead {
            status: self.status,
            version: self.version,
            sets_cookies: self.sets_cookies,
            headers: Headers::new(head),
        }
    }
}

fn parse_length(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Whether a header may go on over a line end: inside its value, or before it, where httparse skips it as space.
fn may_be_folded(header: &Header<'_>) -> bool {
    let end_of_name = header.name.as_ptr() as usize + header.name.len();
    let usual_gap = (header.value.as_ptr() as usize).wrapping_sub(end_of_name) <= ": ".len();
    header.value.is_empty() || !usual_gap || memchr::memchr(b'\n', header.value).is_some()
}

/// Joins obsolete folded header lines with spaces, so that one header is one line.
fn unfolded(head: &[u8]) -> Bytes {
    let mut joined = BytesMut::from(head);
    for index in 0..joined.len().saturating_sub(1) {
        if joined[index] == b'\n' && matches!(joined[index + 1], b' ' | b'\t') {
            joined[index] = b' ';
            if index > 0 && joined[index - 1] == b'\r' {
                joined[index - 1] = b' ';
            }
        }
    }
    joined.freeze()
}

fn describe(error: httparse::Error, bytes: &[u8]) -> String {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty())
        .unwrap_or_default();
    let start = line[..line.len().min(SHOWN_OF_LINE)]
        .trim_ascii_end()
        .escape_ascii();
    match error {
        httparse::Error::Version | httparse::Error::Status => format!("bad status line \"{start}\""),
        other => format!("{other} after \"{start}\""),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(lines: &str) -> Head {
        let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
        Head::parse(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn what_follows_from_a_head() {
        assert_eq!(head("").framing(false), Framing::UntilClose);
        assert_eq!(head("Content-Length: 0\r\n").framing(false), Framing::Done);
        assert_eq!(
            head("content-length: 7\r\n").framing(false),
            Framing::Length { left: 7 }
        );
        assert_eq!(head("content-length: 7\r\n").framing(true), Framing::Done);
        assert_eq!(
            head("Transfer-Encoding: identity, chunked\r\n").framing(false),
            Framing::chunked()
        );
        assert!(head("Connection: Upgrade\r\n").keep_alive);
        assert!(!head("Connection: Upgrade, close\r\n").keep_alive);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Head::parse(&bytes);
        }

        #[test]
        fn heads_that_are_read_can_be_looked_at(lines in "([a-zA-Z-]{1,8} {0,2}:[ -~]{0,9}\r?\n( [ -~]{0,5}\r\n)?){0,6}") {
            let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\nbody");
            if let Ok(Some(head)) = Head::parse(text.as_bytes()) {
                prop_assert_eq!(&text[head.length..], "body");
                let response = head.to_response(text.as_bytes());
                prop_assert_eq!(response.reason(), b"OK");
                let starts = lines.lines().filter(|line| !line.starts_with(' ')).count();
                prop_assert_eq!(response.headers.iter().count(), starts);
            }
        }
    }
}
