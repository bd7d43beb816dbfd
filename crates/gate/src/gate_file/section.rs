//! One table of a TOML text, read key by key, so that each error has its file, line and key.

use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::GateError;
use crate::budget::one_line;
use crate::nearest::hint;
use crate::span::parse_span;

/// A text and the name of its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

/// A table and the way to it.
#[derive(Clone, Debug)]
pub(super) struct Section<'a> {
    document: Document<'a>,
    path: String,
    table: &'a DeTable<'a>,
}

/// A value and the way to it.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    document: Document<'a>,
    path: String,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Document<'a> {
    pub(super) fn error(self, at: Option<usize>, key: &str, problem: impl Into<String>) -> GateError {
        let line_of = |at: usize| self.text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
        GateError {
            file: self.file.to_owned(),
            line: at.map(line_of),
            key: one_line(key),
            problem: problem.into(),
        }
    }

    pub(super) fn root(self, table: &'a DeTable<'a>) -> Section<'a> {
        Section {
            document: self,
            path: String::new(),
            table,
        }
    }
}

impl<'a> Section<'a> {
    /// Refuses keys that are not known.
    pub(super) fn expect_keys(&self, known: &[&str]) -> Result<(), GateError> {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let hint = hint(name, known.iter().copied());
                let problem = format!("unknown key (there is {}){hint}", known.join(", "));
                return Err(self
                    .document
                    .error(Some(key.span().start), &self.join(name), problem));
            }
        }
        Ok(())
    }

    /// An error about the table itself.
    pub(super) fn error(&self, problem: &str) -> GateError {
        let first = self.table.keys().map(|key| key.span().start).min();
        self.document.error(first, &self.path, problem)
    }

    fn join(&self, key: &str) -> String {
        match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<Entry<'a>> {
        self.entries()
            .find(|(name, _)| *name == key)
            .map(|(_, entry)| entry)
    }

    /// All keys and values.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Entry<'a>)> {
        self.table.iter().map(|(key, value)| {
            let name: &str = key.get_ref();
            let entry = Entry {
                document: self.document,
                path: self.join(name),
                value,
            };
            (name, entry)
        })
    }

    /// What a key's value is read as, if there is that key.
    pub(super) fn read<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Entry<'a>) -> Result<T, GateError>,
    ) -> Result<Option<T>, GateError> {
        self.get(key).map(|entry| read(&entry)).transpose()
    }
}

impl<'a> Entry<'a> {
    /// Where its value begins.
    pub(super) fn start(&self) -> usize {
        self.value.span().start
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> GateError {
        self.document
            .error(Some(self.value.span().start), &self.path, problem)
    }

    fn expected(&self, what: &str) -> GateError {
        self.error(format!("expected {what}, found {}", kind(self.value.get_ref())))
    }

    pub(super) fn section(&self) -> Result<Section<'a>, GateError> {
        let table = self.value.get_ref().as_table();
        let section = |table| Section {
            document: self.document,
            path: self.path.clone(),
            table,
        };
        table.map(section).ok_or_else(|| self.expected("a table"))
    }

    fn items(&self) -> Option<impl Iterator<Item = Self> + use<'a>> {
        let (document, path) = (self.document, self.path.clone());
        let items = self.value.get_ref().as_array()?;
        Some(items.iter().enumerate().map(move |(index, value)| Self {
            document,
            path: format!("{path}[{index}]"),
            value,
        }))
    }

    /// The tables of `[[key]]`.
    pub(super) fn sections(&self) -> Result<Vec<Section<'a>>, GateError> {
        let items = self.items().ok_or_else(|| self.expected("tables, as [[…]]"))?;
        items.map(|item| item.section()).collect()
    }

    pub(super) fn text(&self) -> Result<&'a str, GateError> {
        self.value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.expected("a text"))
    }

    /// Texts with their places; one may stand without brackets.
    pub(super) fn texts(&self) -> Result<Vec<(&'a str, Self)>, GateError> {
        let what = "a list of texts";
        if let Some(text) = self.value.get_ref().as_str() {
            return Ok(vec![(text, self.clone())]);
        }
        let items = self.items().ok_or_else(|| self.expected(what))?;
        items
            .map(|item| match item.value.get_ref().as_str() {
                Some(text) => Ok((text, item)),
                None => Err(item.expected("a text")),
            })
            .collect()
    }

    pub(super) fn strings(&self) -> Result<Vec<String>, GateError> {
        Ok(self
            .texts()?
            .into_iter()
            .map(|(text, _)| text.to_owned())
            .collect())
    }

    pub(super) fn flag(&self) -> Result<bool, GateError> {
        self.value
            .get_ref()
            .as_bool()
            .ok_or_else(|| self.expected("true or false"))
    }

    /// A whole number of at least `least`.
    pub(super) fn count(&self, least: u64) -> Result<u64, GateError> {
        self.whole_number()
            .filter(|&count| count >= least)
            .ok_or_else(|| self.expected(&format!("a whole number of at least {least}")))
    }

    fn whole_number(&self) -> Option<u64> {
        let integer = self.value.get_ref().as_integer()?;
        u64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    /// A number above zero.
    pub(super) fn positive(&self) -> Result<f64, GateError> {
        let value = self.value.get_ref();
        let float = value.as_float().and_then(|float| float.as_str().parse().ok());
        float
            .or_else(|| self.whole_number().map(|count| count as f64))
            .filter(|number: &f64| number.is_finite() && *number > 0.0)
            .ok_or_else(|| self.expected("a number above 0"))
    }

    /// A length of time: a text, or whole seconds.
    pub(super) fn duration(&self) -> Result<Duration, GateError> {
        let from_text = self
            .value
            .get_ref()
            .as_str()
            .and_then(parse_span)
            .filter(|span| !span.is_zero());
        let from_seconds = || {
            self.whole_number()
                .filter(|&count| count > 0)
                .map(Duration::from_secs)
        };
        from_text
            .or_else(from_seconds)
            .ok_or_else(|| self.expected("a time such as \"30s\", \"5m\" or \"1h30m\""))
    }
}

/// What was found, in words.
fn kind(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("'{}'", one_line(text)),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
