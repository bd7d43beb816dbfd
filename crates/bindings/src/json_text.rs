//! JSON text as Python's own `json` module reads and writes it, faster. What is not plain is left to that module.

use std::io;

use jiter::{FloatMode, PartialMode, PythonParse, StringCacheMode};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::Serialize;
use serde::ser::{Error, SerializeMap, SerializeSeq, Serializer};
use serde_json::ser::Formatter;

/// Lists in lists are followed this far; deeper ones may be endless.
const MAX_DEPTH: u32 = 100;

/// What `json.loads` makes of this text; None if that needs a closer look, for its error or its leniency.
pub(crate) fn parse<'py>(py: Python<'py>, text: &[u8]) -> Option<Bound<'py, PyAny>> {
    let parse = PythonParse {
        allow_inf_nan: false,
        cache_mode: StringCacheMode::Keys,
        partial_mode: PartialMode::Off,
        catch_duplicate_keys: false,
        float_mode: FloatMode::Float,
    };
    parse.python_parse(py, text).ok()
}

/// What `json.dumps` makes of this value; None for what only it can write or refuse.
pub(crate) fn write(value: &Bound<'_, PyAny>) -> Option<Vec<u8>> {
    let mut serializer = serde_json::Serializer::with_formatter(Vec::with_capacity(128), PythonFormatter);
    Value { value, depth: 0 }.serialize(&mut serializer).ok()?;
    Some(serializer.into_inner())
}

struct Value<'a, 'py> {
    value: &'a Bound<'py, PyAny>,
    depth: u32,
}

impl Serialize for Value<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.value;
        if let Ok(text) = value.cast_exact::<PyString>() {
            return serializer.serialize_str(text.to_str().map_err(S::Error::custom)?);
        }
        if value.is_exact_instance_of::<PyInt>() {
            return serializer.serialize_i64(value.extract().map_err(S::Error::custom)?);
        }
        if let Ok(flag) = value.cast_exact::<PyBool>() {
            return serializer.serialize_bool(flag.is_true());
        }
        if value.is_none() {
            return serializer.serialize_unit();
        }
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            let number = number.value();
            if number.is_finite() {
                return serializer.serialize_f64(number);
            }
        }
        if self.depth < MAX_DEPTH {
            if let Ok(fields) = value.cast_exact::<PyDict>() {
                return self.write_fields(fields, serializer);
            }
            if let Ok(items) = value.cast_exact::<PyList>() {
                return self.write_items(items.iter(), serializer);
            }
            if let Ok(items) = value.cast_exact::<PyTuple>() {
                return self.write_items(items.iter(), serializer);
            }
        }
        Err(S::Error::custom("not plain"))
    }
}

impl Value<'_, '_> {
    fn write_fields<S: Serializer>(
        &self,
        fields: &Bound<'_, PyDict>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for (key, field) in fields.iter() {
            let key = key
                .cast_exact::<PyString>()
                .map_err(|_| S::Error::custom("a key is no text"))?;
            map.serialize_key(key.to_str().map_err(S::Error::custom)?)?;
            map.serialize_value(&self.inside(&field))?;
        }
        map.end()
    }

    fn write_items<'py, S: Serializer>(
        &self,
        items: impl ExactSizeIterator<Item = Bound<'py, PyAny>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(items.len()))?;
        for item in items {
            list.serialize_element(&self.inside(&item))?;
        }
        list.end()
    }

    fn inside<'a, 'py>(&self, value: &'a Bound<'py, PyAny>) -> Value<'a, 'py> {
        Value {
            value,
            depth: self.depth + 1,
        }
    }
}

/// `json.dumps` without arguments: a space after each comma and colon, ASCII only, numbers as `repr` has them.
struct PythonFormatter;

impl Formatter for PythonFormatter {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // SAFETY: only `write` starts this, with the GIL held; the text is freed as the function asks for.
        unsafe {
            let text =
                ffi::PyOS_double_to_string(value, b'r' as _, 0, ffi::Py_DTSF_ADD_DOT_0, std::ptr::null_mut());
            if text.is_null() {
                ffi::PyErr_Clear();
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            let written = writer.write_all(std::ffi::CStr::from_ptr(text).to_bytes());
            ffi::PyMem_Free(text.cast());
            written
        }
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        for letter in fragment.chars() {
            if matches!(letter, ' '..='~') {
                writer.write_all(&[letter as u8])?;
                continue;
            }
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}
