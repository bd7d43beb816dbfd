//! One value of an option: from what was written somewhere to what it means. Does not look for it.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use crate::error::CliError;
use crate::options::{Bound, DefaultValue, Kind, OptionRow};
use crate::timespan;

/// A value as written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Written {
    /// A flag that stands on the command line.
    Present,
    /// One text.
    Text(String),
    /// Several.
    List(Vec<String>),
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    CommandLine,
    Environment(String),
    File { path: PathBuf, key: String },
}

impl Place {
    /// How messages name the option that stands there.
    fn name(&self, row: &OptionRow) -> String {
        match self {
            Self::CommandLine if row.flags.is_empty() => row.name().to_owned(),
            Self::CommandLine => row.flags.join("/"),
            Self::Environment(variable) => format!("environment variable {variable}"),
            Self::File { path, key } => format!("{}: {key}", path.display()),
        }
    }
}

/// Reads a value as its row says.
///
/// # Errors
///
/// When it is not of the row's kind, out of bounds, or the option is retired. The text names place and value.
pub(crate) fn read(row: &OptionRow, written: &Written, place: &Place) -> Result<Value, CliError> {
    let wrong = |why: String| CliError::Usage(format!("{}: {why}", place.name(row)));
    if let Some(why) = row.retired {
        return Err(wrong(format!("no longer supported, {why}")));
    }
    match written {
        Written::Present => Ok(Value::Bool(true)),
        Written::Text(text) => of_text(row, text).map_err(wrong),
        Written::List(texts) if matches!(row.kind, Kind::List | Kind::Repeated) => {
            Ok(Value::from(texts.clone()))
        }
        Written::List(_) => Err(wrong("takes one value, not a list".to_owned())),
    }
}

/// What an option is when nobody sets it.
pub(crate) fn default_of(row: &OptionRow) -> Value {
    match row.default {
        DefaultValue::Nothing => Value::Null,
        DefaultValue::Flag(flag) => Value::Bool(flag),
        DefaultValue::Integer(number) => Value::from(number),
        DefaultValue::Text(text) => of_text(row, text).unwrap_or_else(|_| Value::from(text)),
    }
}

fn of_text(row: &OptionRow, text: &str) -> Result<Value, String> {
    match row.kind {
        Kind::Flag => flag(text).map(Value::Bool),
        Kind::String | Kind::Path => Ok(Value::from(text)),
        Kind::List | Kind::Repeated => Ok(Value::from(vec![text])),
        Kind::Timespan => timespan::parse(text).map(|time| Value::from(time.as_secs())),
        Kind::Integer => {
            let number: i64 = text
                .trim()
                .parse()
                .map_err(|_| format!("invalid whole number '{text}'"))?;
            check(row.bound, number as f64)?;
            Ok(Value::from(number))
        }
        Kind::Float => {
            let number: f64 = text
                .trim()
                .parse()
                .map_err(|_| format!("invalid number '{text}'"))?;
            check(row.bound, number)?;
            Ok(Value::from(number))
        }
        Kind::Choice => {
            let choice = text.to_uppercase();
            let known = row.choices.contains(&choice.as_str());
            known
                .then_some(Value::from(choice))
                .ok_or_else(|| format!("'{text}' is not one of {}", row.choices.join(", ")))
        }
    }
}

fn flag(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(format!("'{text}' is neither true nor false")),
    }
}

/// Checks a number against the bound of its option; the text says what it must be.
pub(crate) fn check(bound: Bound, number: f64) -> Result<(), String> {
    let fits = match bound {
        Bound::Any => !number.is_nan(),
        Bound::AboveZero => number > 0.0 && number.is_finite(),
        Bound::AtLeastOne => number >= 1.0,
        Bound::AtLeastZero => number >= 0.0,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("must be {bound}, got {number}"))
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Any => "a number",
            Self::AboveZero => "a finite number above 0",
            Self::AtLeastOne => "1 or more",
            Self::AtLeastZero => "0 or more",
        })
    }
}
