//! What is allowed: a scope, a metric, a comparison, a limit, a period, options. Does not know what was measured.
//!
//! As text:
//!
//! ```text
//! budget      = [ scope ": " ] expectation { "," expectation } [ "[" option { "," option } "]" ]
//! scope       = "each"              each endpoint by itself
//!             | "group " NAME       the endpoints of a group together
//!             | NAME                the endpoint of that name ("GET /cart"; "/cart" for any method)
//!             | PATTERN             a name with * or ?: each endpoint that matches, by itself
//!             | '"' NAME '"'        a name as it stands, whatever it contains
//!                                   none, or "all requests", or "Aggregated": all requests together
//! expectation = metric ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) limit
//! limit       = NUMBER unit         µs us ms s m for times, % for errors, /s or nothing for requests/s,
//!                                   B KB MB GB KiB MiB GiB for memory, nothing or k or M for counts
//! option      = "steady"            only from the end of the ramp on
//!             | "window " TIME      each stretch of that length by itself; one that breaks it is enough
//!             | "min " N " samples" | "samples >= " N     with fewer it cannot be told
//!             | "advisory"          is told and does not decide
//!             | "abort" [ " after " TIME ]    ends the run when it is broken beyond doubt
//! ```
//!
//! The scope ends at the last `: `, so names may contain whatever names contain. Options stand once, at the end, and
//! hold for all expectations of the text. `==` and `!=` are for counts. A percentage is always written with its `%`,
//! because `errors < 0.1` could be meant either way.

mod contradiction;
mod error;
mod limit;
mod options;
mod scope;
mod text;

use std::fmt;

pub(crate) use error::one_line;
pub use error::{BudgetError, BudgetProblem};
pub(crate) use options::{Options, possible_seconds};
pub use scope::{Name, Scope};

use crate::groups::Groups;
use crate::metric::Metric;

/// One limit for one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Whose figure.
    pub scope: Scope,
    /// Which figure.
    pub metric: Metric,
    /// How it must stand to the limit.
    pub comparison: Relation,
    /// The limit, in the unit of the metric.
    pub limit: f64,
    /// Which stretch of the run.
    pub period: Period,
    /// Fewest samples (response times for times, else requests) that are judged.
    pub min_samples: u64,
    /// Whether it only advises.
    pub advisory: bool,
    /// Whether it ends the run when it is broken beyond doubt.
    pub abort: Option<Abort>,
}

/// When a broken budget ends the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abort {
    /// For how many seconds it must have been broken; `None` for as long as its kind needs.
    pub after_seconds: Option<u32>,
}

/// How a figure must stand to its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Below it.
    Less,
    /// Not above it.
    LessOrEqual,
    /// Above it.
    Greater,
    /// Not below it.
    GreaterOrEqual,
    /// The same.
    Equal,
    /// Another.
    NotEqual,
}

/// A stretch of a run, or all stretches of one length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Period {
    /// The part of the run.
    pub during: During,
    /// Length of the windows, if each is judged by itself.
    pub window_seconds: Option<u32>,
}

/// A part of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum During {
    /// From start to end.
    #[default]
    Run,
    /// From the end of the ramp on.
    Steady,
}

impl Budget {
    /// Reads budgets as they are typed; see the module for the grammar.
    ///
    /// ```
    /// use katydid_gate::{Budget, Groups};
    /// let budgets = Budget::parse_list("GET /cart: p99 < 500ms, errors < 0.1% [steady]", &Groups::default())?;
    /// assert_eq!(budgets[1].to_string(), "GET /cart: errors < 0.1% [steady]");
    /// # Ok::<(), katydid_gate::BudgetError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is no budget, names a group that does not exist, or contradicts itself.
    pub fn parse_list(text: &str, groups: &Groups) -> Result<Vec<Self>, BudgetError> {
        let within = |problem| BudgetError::new(text, problem);
        let (scope, rest) = text::split_scope(text);
        let scope = Scope::parse(scope.unwrap_or("all requests"), groups).map_err(within)?;
        let budgets = text::expectations(rest, &scope, &Options::default()).map_err(within)?;
        Self::check(&budgets)?;
        Ok(budgets)
    }

    /// Reads expectations without a scope, as they stand beside one; `defaults` hold where a text has no such option.
    pub(crate) fn parse_expectations(
        text: &str,
        scope: &Scope,
        defaults: &Options,
    ) -> Result<Vec<Self>, BudgetError> {
        text::expectations(text, scope, defaults).map_err(|problem| BudgetError::new(text, problem))
    }

    /// Checks that budgets can hold together.
    ///
    /// # Errors
    ///
    /// When two of them, for the same scope and period, cannot.
    pub fn check(budgets: &[Self]) -> Result<(), BudgetError> {
        contradiction::check(budgets)
    }

    /// Whether a measured value is within it.
    pub fn allows(&self, measured: f64) -> bool {
        self.comparison.holds(measured, self.limit)
    }

    /// `< 300ms`.
    pub fn limit_text(&self) -> String {
        format!(
            "{} {}",
            self.comparison,
            limit::text(self.limit, self.metric.unit())
        )
    }

    /// `p95 < 300ms [steady]`: all but the scope.
    pub fn rule(&self) -> String {
        let options = Options::of(self).to_string();
        format!("{} {}{options}", self.metric, self.limit_text())
    }
}

/// As [`Budget::parse_list`] reads it.
impl fmt::Display for Budget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope {
            Scope::All => formatter.write_str(&self.rule()),
            _ => write!(formatter, "{}: {}", self.scope, self.rule()),
        }
    }
}

impl Relation {
    /// Whether a value stands to a limit as it must.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::LessOrEqual => value <= limit,
            Self::Greater => value > limit,
            Self::GreaterOrEqual => value >= limit,
            Self::Equal => value == limit,
            Self::NotEqual => value != limit,
        }
    }

    /// Whether the limit is one from above.
    pub fn is_upper(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual)
    }

    /// Whether the limit is one from below.
    pub fn is_lower(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual)
    }

    /// How far a value lies to the wrong side of a limit; the greater, the worse.
    pub(crate) fn badness(self, value: f64, limit: f64) -> f64 {
        match self {
            Self::Less | Self::LessOrEqual => value - limit,
            Self::Greater | Self::GreaterOrEqual => limit - value,
            Self::Equal => (value - limit).abs(),
            Self::NotEqual => -(value - limit).abs(),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        })
    }
}

#[cfg(test)]
mod tests;
