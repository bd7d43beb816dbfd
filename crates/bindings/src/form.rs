//! Mappings as a query or form, as `urllib.parse.urlencode` writes plain ones. What is not plain is left to `requests`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};

/// What `quote_plus` escapes, but for the space, of which it makes a plus.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'_')
    .remove(b'.')
    .remove(b'-')
    .remove(b'~')
    .remove(b' ');

/// `key=value&...` of a mapping whose keys are text and whose values are text or whole numbers; None for any other.
pub(crate) fn encode(fields: &Bound<'_, PyDict>) -> Option<String> {
    let mut form = String::new();
    for (key, value) in fields.iter() {
        if !form.is_empty() {
            form.push('&');
        }
        push(&mut form, key.cast_exact::<PyString>().ok()?)?;
        form.push('=');
        if let Ok(text) = value.cast_exact::<PyString>() {
            push(&mut form, text)?;
        } else if value.is_exact_instance_of::<PyInt>() {
            let number: i64 = value.extract().ok()?;
            form.push_str(&number.to_string());
        } else {
            return None;
        }
    }
    Some(form)
}

fn push(form: &mut String, text: &Bound<'_, PyString>) -> Option<()> {
    for part in utf8_percent_encode(text.to_str().ok()?, ESCAPED) {
        if part.contains(' ') {
            form.push_str(&part.replace(' ', "+"));
        } else {
            form.push_str(part);
        }
    }
    Some(())
}
