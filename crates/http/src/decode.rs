//! Undoes Content-Encoding, a bounded step at a time, so that a small body that grows without end never fills the
//! memory of a caller who streams or discards it. Takes bytes, not sockets.

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{Decoder as Zstd, InBuffer, Operation, OutBuffer};

use crate::error::Error;

/// The content codings we can undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn parse(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("gzip") || is("x-gzip") {
            Some(Self::Gzip)
        } else if is("deflate") {
            Some(Self::Deflate)
        } else if is("br") {
            Some(Self::Brotli)
        } else if is("zstd") {
            Some(Self::Zstd)
        } else {
            None
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Most codings applied one over the other that are undone.
const MAX_CODINGS: usize = 5;

/// What a response's Content-Encoding headers list, in order of application.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Codings {
    list: [Option<Coding>; MAX_CODINGS],
    length: usize,
    /// A coding we do not know, or too many: the body is handed over as it is, as urllib3 does.
    unknown: bool,
}

impl Codings {
    pub(crate) fn add_list(&mut self, value: &[u8]) {
        for name in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            if name.is_empty() || name.eq_ignore_ascii_case(b"identity") {
                continue;
            }
            match Coding::parse(name) {
                Some(coding) if self.length < MAX_CODINGS => {
                    self.list[self.length] = Some(coding);
                    self.length += 1;
                }
                _ => self.unknown = true,
            }
        }
    }

    /// The decoder for these codings, if there is anything to decode.
    pub(crate) fn decoder(&self) -> Result<Option<Box<Decoder>>, Error> {
        if self.length == 0 || self.unknown {
            return Ok(None);
        }
        let mut decoder: Option<Box<Decoder>> = None;
        for coding in self.list.iter().flatten() {
            decoder = Some(Box::new(Decoder::new(*coding, decoder)?));
        }
        Ok(decoder)
    }
}

/// How far one step came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) read: usize,
    pub(crate) written: usize,
}

/// Undoes one coding, and then those under it.
pub(crate) struct Decoder {
    coding: Coding,
    engine: Engine,
    started: bool,
    ended: bool,
    under: Option<Box<Under>>,
}

/// The decoder of the coding that was applied first, and the bytes on their way to it.
struct Under {
    decoder: Box<Decoder>,
    bytes: Vec<u8>,
    used: usize,
}

enum Engine {
    /// Inflates gzip members, zlib streams or raw deflate; `None` until the first bytes tell which.
    Inflate(Option<Decompress>),
    Brotli(Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>),
    Zstd(Zstd<'static>),
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Decoder({})", self.coding.as_str())
    }
}

impl Decoder {
    fn new(coding: Coding, under: Option<Box<Decoder>>) -> Result<Self, Error> {
        let engine = match coding {
            Coding::Gzip | Coding::Deflate => Engine::Inflate(None),
            Coding::Brotli => Engine::Brotli(Box::new(BrotliState::new(
                StandardAlloc::default(),
                StandardAlloc::default(),
                StandardAlloc::default(),
            ))),
            Coding::Zstd => Engine::Zstd(Zstd::new().map_err(|error| Error::Decode {
                encoding: coding.as_str(),
                reason: error.to_string(),
            })?),
        };
        let under = under.map(|decoder| {
            Box::new(Under {
                decoder,
                bytes: Vec::new(),
                used: 0,
            })
        });
        Ok(Self {
            coding,
            engine,
            started: false,
            ended: false,
            under,
        })
    }

    /// Decodes from `input` into `output`. All is out when the input is used up and the output is not full.
    pub(crate) fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Error> {
        let Some(mut under) = self.under.take() else {
            return self.own_step(input, output);
        };
        let outcome = self.step_under(&mut under, input, output);
        self.under = Some(under);
        outcome
    }

    fn step_under(&mut self, under: &mut Under, input: &[u8], output: &mut [u8]) -> Result<Step, Error> {
        let mut total = Step::default();
        loop {
            let step = under
                .decoder
                .step(&under.bytes[under.used..], &mut output[total.written..])?;
            under.used += step.read;
            total.written += step.written;
            if total.written == output.len() {
                return Ok(total);
            }
            under.bytes.resize(output.len(), 0);
            let own = self.own_step(&input[total.read..], &mut under.bytes)?;
            total.read += own.read;
            under.bytes.truncate(own.written);
            under.used = 0;
            if own.written == 0 {
                return Ok(total);
            }
        }
    }

    fn own_step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, Error> {
        self.started |= !input.is_empty();
        let outcome = match &mut self.engine {
            Engine::Inflate(inflate) => step_inflate(self.coding, inflate, &mut self.ended, input, output),
            Engine::Brotli(state) => step_brotli(state, &mut self.ended, input, output),
            Engine::Zstd(decoder) => step_zstd(decoder, &mut self.ended, input, output),
        };
        outcome.map_err(|reason| self.error(reason))
    }

    /// Checks that the body did not stop in the middle. An empty body is fine: HEAD and 304 have one.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.started && !self.ended {
            return Err(self.error("the body is truncated".to_owned()));
        }
        self.under.as_ref().map_or(Ok(()), |under| under.decoder.finish())
    }

    fn error(&self, reason: String) -> Error {
        Error::Decode {
            encoding: self.coding.as_str(),
            reason,
        }
    }
}

fn step_inflate(
    coding: Coding,
    inflate: &mut Option<Decompress>,
    ended: &mut bool,
    input: &[u8],
    output: &mut [u8],
) -> Result<Step, String> {
    let mut step = Step::default();
    loop {
        let rest = &input[step.read..];
        if *ended && !(coding == Coding::Gzip && rest.first() == Some(&0x1f)) {
            // Padding after the end is nobody's business; another gzip member is part of the body.
            return Ok(Step {
                read: input.len(),
                ..step
            });
        }
        if *ended || inflate.is_none() {
            let Some(first) = rest.first() else {
                return Ok(step);
            };
            *ended = false;
            *inflate = Some(match coding {
                Coding::Gzip => Decompress::new_gzip(15),
                _ => Decompress::new(is_zlib(*first)),
            });
        }
        let Some(engine) = inflate else { return Ok(step) };
        let (read, written) = (engine.total_in(), engine.total_out());
        let status = engine
            .decompress(rest, &mut output[step.written..], FlushDecompress::None)
            .map_err(|error| error.to_string())?;
        step.read += (engine.total_in() - read) as usize;
        step.written += (engine.total_out() - written) as usize;
        match status {
            Status::StreamEnd => *ended = true,
            Status::Ok | Status::BufError => return Ok(step),
        }
    }
}

/// A zlib header's first byte names the method (8) and a window of at most 32 KiB; in raw deflate the same bits would
/// be a stored block whose length cannot follow.
fn is_zlib(first: u8) -> bool {
    first & 0x0f == 8 && first >> 4 <= 7
}

fn step_brotli(
    state: &mut BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    ended: &mut bool,
    input: &[u8],
    output: &mut [u8],
) -> Result<Step, String> {
    if *ended {
        return Ok(Step {
            read: input.len(),
            written: 0,
        });
    }
    let (mut available_in, mut read) = (input.len(), 0);
    let (mut available_out, mut written, mut total) = (output.len(), 0, 0);
    let result = BrotliDecompressStream(
        &mut available_in,
        &mut read,
        input,
        &mut available_out,
        &mut written,
        output,
        &mut total,
        state,
    );
    match result {
        BrotliResult::ResultSuccess => {
            *ended = true;
            Ok(Step {
                read: input.len(),
                written,
            })
        }
        BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Ok(Step { read, written }),
        BrotliResult::ResultFailure => Err("the data is corrupt".to_owned()),
    }
}

fn step_zstd(
    decoder: &mut Zstd<'static>,
    ended: &mut bool,
    input: &[u8],
    output: &mut [u8],
) -> Result<Step, String> {
    if *ended && input.is_empty() {
        return Ok(Step::default());
    }
    let mut source = InBuffer::around(input);
    let mut target = OutBuffer::around(output);
    loop {
        let hint = decoder
            .run(&mut source, &mut target)
            .map_err(|error| error.to_string())?;
        *ended = hint == 0;
        if source.pos() == input.len() || target.pos() == target.capacity() {
            return Ok(Step {
                read: source.pos(),
                written: target.pos(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 1..200),
            list in "(gzip|deflate|br|zstd)(,(gzip|deflate|br|zstd)){0,2}",
            room in 1_usize..100,
        ) {
            let mut codings = Codings::default();
            codings.add_list(list.as_bytes());
            let mut decoder = codings.decoder().unwrap().unwrap();
            let (mut used, mut room) = (0, vec![0; room]);
            // Each step uses input, or fills the room, or is the last: there is no standing still.
            while let Ok(step) = decoder.step(&bytes[used..], &mut room) {
                used += step.read;
                prop_assert!(step.read > 0 || step.written == room.len() || used == bytes.len());
                if step.written < room.len() && used == bytes.len() {
                    let _ = decoder.finish();
                    break;
                }
            }
        }
    }
}
