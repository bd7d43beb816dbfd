//! Request headers as Python hands them over, encoded once and sent many times.

use std::sync::OnceLock;

use katydid_http::HeaderBlock;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

/// What kind of content the body has, when the caller's headers do not say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentKind {
    Json,
    Form,
    /// None, and that is said: `Content-Length: 0`.
    Nothing,
}

/// An immutable set of request headers.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Headers {
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    block: HeaderBlock,
    with_json: OnceLock<HeaderBlock>,
    with_form: OnceLock<HeaderBlock>,
    with_nothing: OnceLock<HeaderBlock>,
}

#[pymethods]
impl Headers {
    /// Takes (name, value) pairs, str or bytes each. Raises ValueError for what cannot be sent: line breaks, names that are no token.
    #[new]
    fn new(pairs: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>)>) -> PyResult<Self> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| Ok((bytes_of(name)?, bytes_of(value)?)));
        Self::from_pairs(pairs.collect::<PyResult<_>>()?)
    }

    /// These headers with some replaced or added; a value of None takes a header away.
    pub(crate) fn merged(&self, overrides: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut pairs = self.pairs.clone();
        for (name, value) in overrides {
            let name = bytes_of(&name)?;
            let place = pairs
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(&name));
            match (place, value.is_none()) {
                (Some(place), true) => drop(pairs.remove(place)),
                (Some(place), false) => pairs[place].1 = bytes_of(&value)?,
                (None, true) => {}
                (None, false) => pairs.push((name, bytes_of(&value)?)),
            }
        }
        Self::from_pairs(pairs)
    }

    /// Whether there is a header of this name, in any case.
    fn has(&self, name: &str) -> bool {
        let name = name.as_bytes();
        self.pairs
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// The (name, value) pairs in order, as latin-1 text.
    fn items(&self) -> Vec<(String, String)> {
        self.pairs
            .iter()
            .map(|(name, value)| (latin1(name), latin1(value)))
            .collect()
    }
}

const CONTENT_TYPE: &str = "Content-Type";

impl Headers {
    /// The lines to send, with a Content-Type for this kind of body unless there is one already.
    pub(crate) fn block(&self, kind: Option<ContentKind>) -> HeaderBlock {
        match kind {
            Some(ContentKind::Json) => self.extended(&self.with_json, CONTENT_TYPE, "application/json"),
            Some(ContentKind::Form) => {
                self.extended(&self.with_form, CONTENT_TYPE, "application/x-www-form-urlencoded")
            }
            Some(ContentKind::Nothing) => self.extended(&self.with_nothing, "Content-Length", "0"),
            None => self.block.clone(),
        }
    }

    fn extended(&self, cache: &OnceLock<HeaderBlock>, name: &str, value: &str) -> HeaderBlock {
        cache
            .get_or_init(|| {
                if self.has(name) {
                    return self.block.clone();
                }
                let builder = HeaderBlock::builder().append(&self.block).add(name, value);
                builder.expect("a constant header is valid").build()
            })
            .clone()
    }

    fn from_pairs(pairs: Vec<(Vec<u8>, Vec<u8>)>) -> PyResult<Self> {
        let block = HeaderBlock::from_pairs(pairs.iter().map(|(name, value)| (name, value)))
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            pairs,
            block,
            with_json: OnceLock::new(),
            with_form: OnceLock::new(),
            with_nothing: OnceLock::new(),
        })
    }
}

/// Header text as bytes: str as latin-1 where it fits, else UTF-8, as http.client and urllib3 send it.
fn bytes_of(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let Ok(text) = value.cast::<PyString>() else {
        let kind = value.get_type().name()?;
        return Err(PyValueError::new_err(format!(
            "header names and values must be str or bytes, not {kind}"
        )));
    };
    let text = text.to_str()?;
    let latin: Option<Vec<u8>> = text
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).ok())
        .collect();
    Ok(latin.unwrap_or_else(|| text.as_bytes().to_vec()))
}

/// Bytes as the text that http.client makes of them.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}
