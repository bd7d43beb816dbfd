//! Request headers, encoded and checked once, sent many times. Does not decide which headers a request has.

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use crate::error::Error;

/// Header lines ready for the wire. Cheap to clone, so that a session's headers are encoded once.
///
/// ```
/// let headers = katydid_http::HeaderBlock::builder().add("Accept", "*/*")?.add("X-Id", "7")?.build();
/// assert_eq!(headers.as_bytes(), b"Accept: */*\r\nX-Id: 7\r\n");
/// # Ok::<(), katydid_http::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderBlock {
    lines: Bytes,
    has: Known,
}

/// Which of the headers that concern the sending of a request are in a block.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) host: bool,
    pub(crate) content_length: bool,
    pub(crate) content_length_value: Option<u64>,
    pub(crate) transfer_encoding: bool,
    pub(crate) connection_close: bool,
    pub(crate) proxy_authorization: bool,
}

impl HeaderBlock {
    /// Starts an empty block.
    pub fn builder() -> HeaderBlockBuilder {
        HeaderBlockBuilder {
            lines: BytesMut::new(),
            has: Known::default(),
        }
    }

    /// Builds a block from pairs.
    ///
    /// # Errors
    /// [`Error::InvalidHeader`] for a name that is no token or a value with a line break or NUL.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, Error>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let mut builder = Self::builder();
        for (name, value) in pairs {
            builder = builder.add(name, value)?;
        }
        Ok(builder.build())
    }

    /// The lines as they are sent, without the empty line that ends a head.
    pub fn as_bytes(&self) -> &[u8] {
        &self.lines
    }

    /// Whether there is no header at all.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(crate) fn has(&self) -> Known {
        self.has
    }

    /// The Content-Length among these headers.
    pub(crate) fn content_length(&self) -> Option<u64> {
        self.has.content_length_value
    }
}

impl fmt::Debug for HeaderBlock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "HeaderBlock({:?})",
            String::from_utf8_lossy(&self.lines)
        )
    }
}

/// Collects headers for a [`HeaderBlock`], in the order they are to be sent.
#[derive(Debug, Default)]
pub struct HeaderBlockBuilder {
    lines: BytesMut,
    has: Known,
}

impl HeaderBlockBuilder {
    /// Appends one header line.
    ///
    /// # Errors
    /// [`Error::InvalidHeader`] for a name that is no token or a value with a line break or NUL.
    pub fn add(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<Self, Error> {
        let (name, value) = (name.as_ref(), value.as_ref());
        check(name, value).map_err(|reason| Error::InvalidHeader {
            name: String::from_utf8_lossy(name).into_owned(),
            reason,
        })?;
        self.note(name, value);
        if self.has.content_length && self.has.content_length_value.is_none() {
            let name = String::from_utf8_lossy(name).into_owned();
            return Err(Error::InvalidHeader {
                name,
                reason: "the value is not a number",
            });
        }
        self.lines.reserve(name.len() + value.len() + 4);
        self.lines.put_slice(name);
        self.lines.put_slice(b": ");
        self.lines.put_slice(value);
        self.lines.put_slice(b"\r\n");
        Ok(self)
    }

    /// Appends all lines of another block.
    pub fn append(mut self, block: &HeaderBlock) -> Self {
        self.lines.extend_from_slice(&block.lines);
        self.has.host |= block.has.host;
        self.has.content_length |= block.has.content_length;
        self.has.content_length_value = self.has.content_length_value.or(block.has.content_length_value);
        self.has.transfer_encoding |= block.has.transfer_encoding;
        self.has.connection_close |= block.has.connection_close;
        self.has.proxy_authorization |= block.has.proxy_authorization;
        self
    }

    /// Ends the block.
    pub fn build(self) -> HeaderBlock {
        HeaderBlock {
            lines: self.lines.freeze(),
            has: self.has,
        }
    }

    fn note(&mut self, name: &[u8], value: &[u8]) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        self.has.host |= is("host");
        if is("content-length") {
            self.has.content_length = true;
            self.has.content_length_value = std::str::from_utf8(value)
                .ok()
                .and_then(|digits| digits.trim().parse().ok());
        }
        self.has.transfer_encoding |= is("transfer-encoding");
        self.has.proxy_authorization |= is("proxy-authorization");
        self.has.connection_close |= is("connection") && list_contains(value, "close");
    }
}

fn check(name: &[u8], value: &[u8]) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("the name is empty");
    }
    if !name.iter().copied().all(is_token) {
        return Err("the name has a character that no header name has");
    }
    if value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err("the value has a line break or a NUL");
    }
    Ok(())
}

/// Whether a byte may stand in a method or header name.
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a comma-separated header value has this item.
pub(crate) fn list_contains(value: &[u8], item: &str) -> bool {
    value
        .split(|byte| *byte == b',')
        .any(|part| part.trim_ascii().eq_ignore_ascii_case(item.as_bytes()))
}
