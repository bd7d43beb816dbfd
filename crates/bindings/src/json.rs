//! JSON values to Python objects and back, for what is too rare to deserve types of its own.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};
use pyo3::{IntoPyObjectExt, PyTypeInfo};
use serde_json::{Map, Number, Value};

/// A JSON value as plain Python objects.
pub(crate) fn to_python(py: Python<'_>, value: &Value) -> PyResult<Py<PyAny>> {
    match value {
        Value::Null => Ok(py.None()),
        Value::Bool(flag) => flag.into_py_any(py),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into_py_any(py),
            None => number.as_f64().into_py_any(py),
        },
        Value::String(text) => text.into_py_any(py),
        Value::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(to_python(py, item)?)?;
            }
            list.into_py_any(py)
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, field) in fields {
                dict.set_item(name, to_python(py, field)?)?;
            }
            dict.into_py_any(py)
        }
    }
}

/// Plain Python objects as a JSON value; what has no JSON form becomes its text.
pub(crate) fn from_python(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::Null);
    }
    if PyBool::is_exact_type_of(value) {
        return Ok(Value::Bool(value.is_truthy()?));
    }
    if value.is_instance_of::<PyInt>() {
        return value
            .extract::<i64>()
            .map_or_else(|_| text(value), |whole| Ok(Value::from(whole)));
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(Number::from_f64(value.extract()?).map_or(Value::Null, Value::Number));
    }
    if value.is_instance_of::<PyString>() {
        return text(value);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        let fields = dict
            .iter()
            .map(|(name, field)| Ok((name.str()?.to_string(), from_python(&field)?)));
        return Ok(Value::Object(fields.collect::<PyResult<Map<_, _>>>()?));
    }
    match value.try_iter() {
        Ok(items) => Ok(Value::Array(
            items.map(|item| from_python(&item?)).collect::<PyResult<_>>()?,
        )),
        Err(_) => text(value),
    }
}

fn text(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    Ok(Value::String(value.str()?.to_string()))
}
