//! JSON texts that come again and again, as the responses of a load test do. A text that comes a second time is kept in
//! read form, and from then on each asker gets a copy of that. Lists and objects are copied, since the asker may change
//! them; texts and numbers cannot change and are shared.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;
use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::json_text;

/// Longer texts are read each time.
const MAX_TEXT: usize = 16 * 1024;
/// How many texts are kept at most. Each has one place, where the next one of that place takes over.
const PLACES: usize = 64;

static SEEN: Mutex<[Seen; PLACES]> = Mutex::new([const { Seen { hash: 0, kept: None } }; PLACES]);

/// The last text of a place.
struct Seen {
    hash: u64,
    /// What it says, once it came twice.
    kept: Option<(Box<[u8]>, Arc<Kept>)>,
}

/// A value in read form, from which copies are made.
enum Kept {
    /// Neither list nor object.
    Plain(Py<PyAny>),
    /// A list of plain values only.
    PlainList(Py<PyList>),
    List(Vec<Kept>),
    /// An object of plain values only.
    PlainObject(Py<PyDict>),
    /// An object, and the values in it that are not plain.
    Object(Py<PyDict>, Vec<(Py<PyAny>, Kept)>),
}

/// What `json_text::parse` makes of this text, for the caller to keep and change.
pub(crate) fn parse<'py>(py: Python<'py>, text: &[u8]) -> Option<Bound<'py, PyAny>> {
    if text.len() > MAX_TEXT {
        return json_text::parse(py, text);
    }
    let hash = FixedState::default().hash_one(text);
    let place = hash as usize % PLACES;
    let known = {
        let mut places = SEEN.lock();
        let seen = &mut places[place];
        if seen.hash != hash {
            let before = std::mem::replace(seen, Seen { hash, kept: None });
            // Nothing of Python is made or dropped under the lock: that can run code of a user, who may ask for JSON.
            drop(places);
            drop(before);
            return json_text::parse(py, text);
        }
        let kept = seen.kept.as_ref();
        kept.filter(|(of, _)| **of == *text)
            .map(|(_, kept)| Arc::clone(kept))
    };
    if let Some(kept) = known {
        return kept.copy(py).ok();
    }
    let value = json_text::parse(py, text)?;
    if let Ok(kept) = Kept::of(&value) {
        let entry = Seen {
            hash,
            kept: Some((text.into(), Arc::new(kept))),
        };
        let before = std::mem::replace(&mut SEEN.lock()[place], entry);
        drop(before);
    }
    Some(value)
}

impl Kept {
    /// Takes a copy of a value that was just read.
    fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(items) = value.cast_exact::<PyList>() {
            let kept: Vec<_> = items
                .iter()
                .map(|item| Self::of(&item))
                .collect::<PyResult<_>>()?;
            let is_plain = kept.iter().all(|item| matches!(item, Self::Plain(_)));
            return Ok(if is_plain {
                Self::PlainList(items.get_slice(0, items.len()).unbind())
            } else {
                Self::List(kept)
            });
        }
        let Ok(fields) = value.cast_exact::<PyDict>() else {
            return Ok(Self::Plain(value.clone().unbind()));
        };
        let mut inner = Vec::new();
        for (key, field) in fields.iter() {
            match Self::of(&field)? {
                Self::Plain(_) => {}
                kept => inner.push((key.unbind(), kept)),
            }
        }
        let fields = fields.copy()?.unbind();
        Ok(if inner.is_empty() {
            Self::PlainObject(fields)
        } else {
            Self::Object(fields, inner)
        })
    }

    fn copy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Self::Plain(value) => value.bind(py).clone(),
            Self::PlainList(items) => {
                let items = items.bind(py);
                items.get_slice(0, items.len()).into_any()
            }
            Self::List(items) => {
                let copies: Vec<_> = items.iter().map(|item| item.copy(py)).collect::<PyResult<_>>()?;
                PyList::new(py, copies)?.into_any()
            }
            Self::PlainObject(fields) => fields.bind(py).copy()?.into_any(),
            Self::Object(fields, inner) => {
                let copy = fields.bind(py).copy()?;
                for (key, kept) in inner {
                    copy.set_item(key, kept.copy(py)?)?;
                }
                copy.into_any()
            }
        })
    }
}
