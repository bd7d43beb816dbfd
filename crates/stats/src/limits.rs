//! How many distinct rows a run may have, and what was counted under a shared row because of that.
//!
//! Ids or times in request names or error texts would otherwise fill the memory and every report.

use serde::{Deserialize, Serialize};

/// Name of the row for requests whose name came after the limit was reached; its method is empty.
pub const OTHER_NAMES: &str = "(other names)";

/// Text of the failure, or exception, row for those that came after the limit was reached.
pub const OTHER_ERRORS: &str = "(other errors)";

/// Bounds on distinct rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Distinct (method, name) pairs.
    pub names: usize,
    /// Distinct (method, name, error) rows, and distinct tracebacks.
    pub errors: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            names: 10_000,
            errors: 1_000,
        }
    }
}

/// What was counted under a shared row. Every one of these is also in the totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overflow {
    /// Requests and failures counted under [`OTHER_NAMES`].
    pub name_samples: u64,
    /// Failures counted under [`OTHER_ERRORS`].
    pub error_occurrences: u64,
    /// Exceptions counted under [`OTHER_ERRORS`].
    pub exception_occurrences: u64,
}

impl Overflow {
    /// Adds another count.
    pub fn merge(&mut self, other: Self) {
        self.name_samples += other.name_samples;
        self.error_occurrences += other.error_occurrences;
        self.exception_occurrences += other.exception_occurrences;
    }
}
