//! What messages of locustfiles carry: msgpack values to Python objects and back, as Locust converts them.

use katydid_cluster::Value;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use pyo3::{IntoPyObjectExt, PyTypeInfo};

/// How deep lists and maps may lie in each other: far less than what exhausts the stack.
const DEEPEST: usize = 60;

/// The key of a map that stands for a moment, and of one that stands for a MongoDB id.
const MOMENT: &str = "__datetime__";
const OBJECT_ID: &str = "__ObjectId__";

/// How Locust writes a moment.
const MOMENT_FORMAT: &str = "%Y%m%dT%H:%M:%S.%f";

/// A value as Python objects.
pub(crate) fn to_python(py: Python<'_>, value: &Value) -> PyResult<Py<PyAny>> {
    match value {
        Value::Nil => Ok(py.None()),
        Value::Boolean(flag) => flag.into_py_any(py),
        Value::Integer(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into_py_any(py),
            (None, number) => number.unwrap_or_default().into_py_any(py),
        },
        Value::F32(number) => number.into_py_any(py),
        Value::F64(number) => number.into_py_any(py),
        Value::String(text) => String::from_utf8_lossy(text.as_bytes()).into_py_any(py),
        Value::Binary(bytes) | Value::Ext(_, bytes) => PyBytes::new(py, bytes).into_py_any(py),
        Value::Array(items) => {
            let items = items.iter().map(|item| to_python(py, item));
            PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_py_any(py)
        }
        Value::Map(fields) => {
            let dict = PyDict::new(py);
            for (key, field) in fields {
                dict.set_item(to_python(py, key)?, to_python(py, field)?)?;
            }
            restored(&dict)
        }
    }
}

/// A map that stands for something else becomes that.
fn restored(dict: &Bound<'_, PyDict>) -> PyResult<Py<PyAny>> {
    let py = dict.py();
    let text = || dict.get_item("as_str");
    if dict.contains(MOMENT)? {
        let class = py.import("datetime")?.getattr("datetime")?;
        return Ok(class.call_method1("strptime", (text()?, MOMENT_FORMAT))?.unbind());
    }
    if dict.contains(OBJECT_ID)? {
        let class = py.import("bson")?.getattr("ObjectId")?;
        return Ok(class.call1((text()?,))?.unbind());
    }
    Ok(dict.clone().into_any().unbind())
}

/// Python objects as a value. Raises TypeError for what a message cannot carry.
pub(crate) fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    below(value, DEEPEST)
}

fn below(value: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(PyTypeError::new_err(
            "lists and maps lie too deep in each other for a message",
        ));
    };
    if value.is_none() {
        return Ok(Value::Nil);
    }
    if PyBool::is_exact_type_of(value) {
        return Ok(Value::Boolean(value.is_truthy()?));
    }
    if value.is_instance_of::<PyInt>() {
        return match (value.extract::<i64>(), value.extract::<u64>()) {
            (Ok(number), _) => Ok(Value::from(number)),
            (_, Ok(number)) => Ok(Value::from(number)),
            _ => Err(PyOverflowError::new_err("Integer value out of range")),
        };
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(Value::F64(value.extract()?));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Value::from(text.to_cow()?.as_ref()));
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(Value::Binary(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = value.cast::<PyByteArray>() {
        return Ok(Value::Binary(bytes.to_vec()));
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        let fields = dict
            .iter()
            .map(|(key, field)| Ok((below(&key, depth)?, below(&field, depth)?)));
        return Ok(Value::Map(fields.collect::<PyResult<_>>()?));
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let items = value.try_iter()?.map(|item| below(&item?, depth));
        return Ok(Value::Array(items.collect::<PyResult<_>>()?));
    }
    special(value)
}

/// What Locust writes as a map of its own, by the name of its class.
fn special(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    let class = value.get_type();
    let name = class.name()?;
    let map = |key: &str, text: String| {
        Value::Map(vec![
            (Value::from(key), Value::Boolean(true)),
            (Value::from("as_str"), Value::from(text)),
        ])
    };
    let datetime = value.py().import("datetime")?.getattr("datetime")?;
    if value.is_instance(&datetime)? {
        let text: String = value.call_method1("strftime", (MOMENT_FORMAT,))?.extract()?;
        return Ok(map(MOMENT, text));
    }
    if name == "ObjectId" {
        return Ok(map(OBJECT_ID, value.str()?.to_string()));
    }
    Err(PyTypeError::new_err(format!(
        "can not serialize '{}' object",
        class.fully_qualified_name()?
    )))
}

/// Python objects as a value, in which whatever a message cannot carry is its text: for options, which are anything that
/// a locustfile's parser made of them.
pub(crate) fn from_options(options: &Bound<'_, PyDict>) -> PyResult<Value> {
    let fields = options.iter().map(|(key, value)| {
        let value = from_python(&value)
            .or_else(|_| Ok::<_, PyErr>(Value::from(value.str()?.to_string().as_str())))?;
        Ok((Value::from(key.str()?.to_string().as_str()), value))
    });
    Ok(Value::Map(fields.collect::<PyResult<_>>()?))
}

/// A message as bytes, as nodes send it. Raises TypeError for what it cannot carry.
#[pyfunction]
pub(crate) fn pack_message<'py>(
    py: Python<'py>,
    kind: &str,
    data: &Bound<'py, PyAny>,
    node_id: Option<&str>,
) -> PyResult<Bound<'py, PyBytes>> {
    let node_id = node_id.map_or(Value::Nil, Value::from);
    let message = Value::Array(vec![Value::from(kind), from_python(data)?, node_id]);
    Ok(PyBytes::new(py, &katydid_cluster::codec::raw_map(&message)))
}

/// (kind, data, node id) of a message. Raises ValueError for bytes that are none.
#[pyfunction]
pub(crate) fn unpack_message(py: Python<'_>, bytes: &[u8]) -> PyResult<Py<PyAny>> {
    let message =
        katydid_cluster::codec::value(bytes).map_err(|error| PyValueError::new_err(error.to_string()))?;
    match message.as_array().map(Vec::as_slice) {
        Some([kind, data, node_id]) => (
            to_python(py, kind)?,
            to_python(py, data)?,
            to_python(py, node_id)?,
        )
            .into_py_any(py),
        _ => Err(PyValueError::new_err("not an array of kind, data and node id")),
    }
}
