//! Groups of endpoints that are judged together. Does not know what was called.

use std::collections::BTreeMap;

use crate::budget::Name;

/// Groups by name, each with the names or patterns of its endpoints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups(BTreeMap<String, Vec<Name>>);

impl Groups {
    /// Adds a group, or takes the place of the one with that name.
    pub fn insert(&mut self, name: impl Into<String>, members: Vec<Name>) {
        self.0.insert(name.into(), members);
    }

    /// The members of a group.
    pub fn get(&self, name: &str) -> Option<&[Name]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The names of the groups, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
