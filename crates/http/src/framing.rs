//! Finds the end of a response body: a length, chunks, or the end of the connection. Takes bytes, not sockets; does
//! not decode.

use httparse::Status;

/// The longest chunk-size line (extensions included) and trailer section.
const MAX_LINE: usize = 16 * 1024;

/// How much of a body is still to come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length { left: u64 },
    Chunked(Chunk),
    UntilClose,
    Done,
}

/// Where in a chunked body we are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chunk {
    Size,
    Data { size: u64, left: u64 },
    DataEnd,
    Trailers { seen: usize },
}

/// The next body bytes in a buffer: `skip` bytes of framing, then `data` bytes of body. No data means that more must
/// be read, or that the body is done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) skip: usize,
    pub(crate) data: usize,
}

impl Framing {
    pub(crate) fn chunked() -> Self {
        Self::Chunked(Chunk::Size)
    }

    pub(crate) fn is_done(&self) -> bool {
        *self == Self::Done
    }

    /// Claims the next body bytes at the start of `bytes`.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Result<Piece, &'static str> {
        match self {
            Self::Done => Ok(Piece::default()),
            Self::UntilClose => Ok(Piece {
                skip: 0,
                data: bytes.len(),
            }),
            Self::Length { left } => {
                let data = at_most(bytes.len(), *left);
                *left -= data as u64;
                if *left == 0 {
                    *self = Self::Done;
                }
                Ok(Piece { skip: 0, data })
            }
            Self::Chunked(chunk) => {
                let (piece, done) = chunk.next(bytes)?;
                if done {
                    *self = Self::Done;
                }
                Ok(piece)
            }
        }
    }

    /// Bytes seen of the chunk we are in, and its size.
    pub(crate) fn chunk(&self) -> Option<(u64, u64)> {
        match self {
            Self::Chunked(Chunk::Data { size, left }) => Some((size - left, *size)),
            _ => None,
        }
    }

    /// Whether the body is complete if the connection ends here. Some servers forget the empty line after the last
    /// chunk; nothing of the body is missing then.
    pub(crate) fn may_end(&self) -> bool {
        matches!(
            self,
            Self::Done | Self::UntilClose | Self::Chunked(Chunk::Trailers { .. })
        )
    }
}

impl Chunk {
    fn next(&mut self, bytes: &[u8]) -> Result<(Piece, bool), &'static str> {
        let mut skip = 0;
        loop {
            let rest = &bytes[skip..];
            let more = Ok((Piece { skip, data: 0 }, false));
            match self {
                Self::Size => {
                    let Some((length, size)) = parse_size(rest)? else {
                        return more;
                    };
                    skip += length;
                    *self = if size == 0 {
                        Self::Trailers { seen: 0 }
                    } else {
                        Self::Data { size, left: size }
                    };
                }
                Self::Data { left, .. } => {
                    let data = at_most(rest.len(), *left);
                    *left -= data as u64;
                    if *left == 0 {
                        *self = Self::DataEnd;
                    }
                    return Ok((Piece { skip, data }, false));
                }
                Self::DataEnd => match rest {
                    [b'\r', b'\n', ..] => {
                        skip += 2;
                        *self = Self::Size;
                    }
                    [] | [b'\r'] => return more,
                    _ => return Err("chunk is longer than its size"),
                },
                Self::Trailers { seen } => {
                    let Some(end) = memchr::memchr(b'\n', rest) else {
                        return if *seen + rest.len() > MAX_LINE {
                            Err("trailers are too long")
                        } else {
                            more
                        };
                    };
                    skip += end + 1;
                    *seen += end + 1;
                    if rest[..end].trim_ascii().is_empty() {
                        return Ok((Piece { skip, data: 0 }, true));
                    }
                    if *seen > MAX_LINE {
                        return Err("trailers are too long");
                    }
                }
            }
        }
    }
}

fn parse_size(bytes: &[u8]) -> Result<Option<(usize, u64)>, &'static str> {
    let Some(first) = bytes.first() else {
        return Ok(None);
    };
    if !first.is_ascii_hexdigit() {
        return Err("chunk size is not a number");
    }
    match httparse::parse_chunk_size(bytes) {
        Ok(Status::Complete(parsed)) => Ok(Some(parsed)),
        Ok(Status::Partial) if bytes.len() > MAX_LINE => Err("chunk size line is too long"),
        Ok(Status::Partial) => Ok(None),
        Err(_) => Err("chunk size is not a number"),
    }
}

fn at_most(available: usize, left: u64) -> usize {
    usize::try_from(left).map_or(available, |left| left.min(available))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Feeds `wire` in pieces that end at `cuts`, as reads would, and returns the body and whether it ended.
    fn read(mut framing: Framing, wire: &[u8], cuts: &[usize]) -> Result<(Vec<u8>, bool), &'static str> {
        let (mut body, mut start) = (Vec::new(), 0);
        for end in cuts.iter().copied().chain([wire.len()]) {
            loop {
                let piece = framing.next(&wire[start..end])?;
                body.extend_from_slice(&wire[start + piece.skip..start + piece.skip + piece.data]);
                start += piece.skip + piece.data;
                if piece.data == 0 {
                    break;
                }
            }
        }
        Ok((body, framing.is_done()))
    }

    #[test]
    fn chunks_are_the_same_wherever_reads_end() {
        let wire = b"3;a=b\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
        for first in 0..=wire.len() {
            for second in first..=wire.len() {
                let outcome = read(Framing::chunked(), wire, &[first, second]);
                assert_eq!(
                    outcome,
                    Ok((b"abc0123456789".to_vec(), true)),
                    "cut at {first} and {second}"
                );
            }
        }
    }

    #[test]
    fn lengths_leave_what_follows() {
        let mut framing = Framing::Length { left: 5 };
        assert_eq!(framing.next(b"abc"), Ok(Piece { skip: 0, data: 3 }));
        assert_eq!(framing.next(b"defgh"), Ok(Piece { skip: 0, data: 2 }));
        assert_eq!(framing.next(b"fgh"), Ok(Piece::default()));
        assert!(framing.is_done());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(wire in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..200) {
            let cut = cut.min(wire.len());
            let _ = read(Framing::chunked(), &wire, &[cut]);
        }

        #[test]
        fn chunk_like_bytes_are_the_same_wherever_a_read_ends(wire in "[0-3;x]{0,3}(\r\n|\n|.)[0-9a]{0,6}\r\n0?\r\n", cut in 0_usize..30) {
            let cut = cut.min(wire.len());
            let (whole, parts) = (read(Framing::chunked(), wire.as_bytes(), &[]), read(Framing::chunked(), wire.as_bytes(), &[cut]));
            prop_assert_eq!(whole, parts);
        }
    }
}
