//! What stands in brackets behind an expectation, or beside it in a file.

use std::fmt;

use super::error::{BudgetProblem, one_line};
use super::{Abort, Budget, During};
use crate::nearest::hint;
use crate::span::parse_span;

/// Options, each `None` where it was not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub(crate) during: Option<During>,
    pub(crate) window_seconds: Option<u32>,
    pub(crate) min_samples: Option<u64>,
    pub(crate) advisory: Option<bool>,
    pub(crate) abort: Option<Option<Abort>>,
}

impl Options {
    /// The options of a budget.
    pub(super) fn of(budget: &Budget) -> Self {
        Self {
            during: Some(budget.period.during),
            window_seconds: budget.period.window_seconds,
            min_samples: Some(budget.min_samples),
            advisory: Some(budget.advisory),
            abort: Some(budget.abort),
        }
    }

    /// Reads what stands between the brackets.
    pub(super) fn parse(text: &str) -> Result<Self, BudgetProblem> {
        let mut options = Self::default();
        for option in text.split(',').map(str::trim) {
            options.add(option)?;
        }
        Ok(options)
    }

    fn add(&mut self, option: &str) -> Result<(), BudgetProblem> {
        let words: Vec<&str> = option.split_whitespace().collect();
        let unknown = || BudgetProblem::UnknownOption {
            option: one_line(option),
            hint: hint(
                words.first().unwrap_or(&""),
                ["steady", "window", "samples", "advisory", "abort"],
            ),
        };
        match words[..] {
            ["run"] => set(&mut self.during, During::Run, "run"),
            ["steady"] => set(&mut self.during, During::Steady, "steady"),
            ["advisory"] => set(&mut self.advisory, true, "advisory"),
            ["abort"] => set(&mut self.abort, Some(Abort { after_seconds: None }), "abort"),
            ["abort", "after", time] => {
                let after_seconds = Some(seconds(time).ok_or_else(unknown)?);
                set(&mut self.abort, Some(Abort { after_seconds }), "abort")
            }
            ["window", time] => set(
                &mut self.window_seconds,
                seconds(time).ok_or_else(unknown)?,
                "window",
            ),
            ["min", count, "samples" | "sample"] | ["samples", ">=", count] => {
                let count = count.parse().map_err(|_| unknown())?;
                set(&mut self.min_samples, count, "min samples")
            }
            _ => Err(unknown()),
        }
    }

    /// These, and the others where these have nothing.
    pub(super) fn or(self, others: &Self) -> Self {
        Self {
            during: self.during.or(others.during),
            window_seconds: self.window_seconds.or(others.window_seconds),
            min_samples: self.min_samples.or(others.min_samples),
            advisory: self.advisory.or(others.advisory),
            abort: self.abort.or(others.abort),
        }
    }
}

fn set<T>(place: &mut Option<T>, value: T, name: &'static str) -> Result<(), BudgetProblem> {
    match place.replace(value) {
        Some(_) => Err(BudgetProblem::RepeatedOption(name)),
        None => Ok(()),
    }
}

/// Longest window and delay: a week. It bounds what a window keeps.
const MOST_SECONDS: u64 = 7 * 86_400;

fn seconds(text: &str) -> Option<u32> {
    parse_span(text)
        .filter(|span| !span.is_zero())
        .and_then(|span| possible_seconds(span.as_secs()))
}

/// Seconds of a window or a delay, if there are not too many.
pub(crate) fn possible_seconds(seconds: u64) -> Option<u32> {
    u32::try_from(seconds).ok().filter(|_| seconds <= MOST_SECONDS)
}

/// ` [steady, window 30s]`, or nothing; what is usual is left out.
impl fmt::Display for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut texts = Vec::new();
        if self.during == Some(During::Steady) {
            texts.push("steady".to_owned());
        }
        if let Some(seconds) = self.window_seconds {
            texts.push(format!("window {seconds}s"));
        }
        if let Some(count @ 1..) = self.min_samples {
            texts.push(format!("min {count} samples"));
        }
        if self.advisory == Some(true) {
            texts.push("advisory".to_owned());
        }
        match self.abort.flatten() {
            Some(Abort {
                after_seconds: Some(seconds),
            }) => texts.push(format!("abort after {seconds}s")),
            Some(_) => texts.push("abort".to_owned()),
            None => {}
        }
        match texts.is_empty() {
            true => Ok(()),
            false => write!(formatter, " [{}]", texts.join(", ")),
        }
    }
}
