//! What is judged: the requests of one name, or all of them.

use std::fmt;
use std::sync::Arc;

use katydid_stats::TOTAL_NAME;
use serde::{Deserialize, Serialize};

/// Requests that are counted together: method (or type) and name, as in the tables.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoint {
    /// Request method or type; empty for the total.
    pub method: Arc<str>,
    /// Name the requests are counted under.
    pub name: Arc<str>,
}

impl Endpoint {
    /// One of a run's names.
    pub fn new(method: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self {
            method: method.into(),
            name: name.into(),
        }
    }

    /// All requests of a run.
    pub fn total() -> Self {
        Self::new("", TOTAL_NAME)
    }

    /// Whether this is all of them.
    pub fn is_total(&self) -> bool {
        self.method.is_empty() && *self.name == *TOTAL_NAME
    }
}

/// `GET /cart`; `all requests` for the total.
impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_total(), self.method.is_empty()) {
            (true, _) => formatter.write_str("all requests"),
            (false, true) => formatter.write_str(&self.name),
            (false, false) => write!(formatter, "{} {}", self.method, self.name),
        }
    }
}
