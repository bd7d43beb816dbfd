//! A class of users as the dispatcher sees it: a name and a share. Does not know what its users do.

use std::collections::BTreeMap;

/// Users by class name; always absolute numbers, never a change.
pub type UserCounts = BTreeMap<String, u64>;

/// A class of users and its share of the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct UserClass {
    /// The name, unique in one run.
    pub name: String,
    /// The share among the classes without a fixed count.
    pub weight: f64,
    /// Exactly so many users, started before the weighted ones; 0 means that the weight decides.
    pub fixed_count: u64,
}

impl UserClass {
    /// A class that takes part by its weight.
    pub fn weighted(name: impl Into<String>, weight: f64) -> Self {
        Self {
            name: name.into(),
            weight,
            fixed_count: 0,
        }
    }

    /// A class with a fixed number of users.
    pub fn fixed(name: impl Into<String>, fixed_count: u64) -> Self {
        Self {
            name: name.into(),
            weight: 1.0,
            fixed_count,
        }
    }
}
