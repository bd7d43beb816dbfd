//! The table of failures: how often each (method, name, error) occurred.

use std::sync::Arc;

use indexmap::{Equivalent, IndexMap};
use serde::{Deserialize, Serialize};

use crate::error_text::error_text;
use crate::{OTHER_ERRORS, Timestamp};

/// One row of the table of failures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// Request method or type.
    pub method: Arc<str>,
    /// Name the request is counted under.
    pub name: Arc<str>,
    /// Text of the error, its first memory address masked.
    pub error: Arc<str>,
    /// How often it occurred.
    pub occurrences: u64,
    /// When it first did.
    pub first_seen: Timestamp,
    /// When it last did.
    pub last_seen: Timestamp,
}

/// Failures by (method, name, error) in order of first occurrence, bounded.
#[derive(Clone, Debug)]
pub struct Failures {
    rows: IndexMap<FailureKey, Count>,
    limit: usize,
    folded: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct FailureKey {
    method: Arc<str>,
    name: Arc<str>,
    error: Arc<str>,
}

/// The same as [`FailureKey`], to look up with: equal values must hash alike, so the fields are in one order.
#[derive(Hash)]
struct KnownFailure<'a> {
    method: &'a str,
    name: &'a str,
    error: &'a str,
}

impl Equivalent<FailureKey> for KnownFailure<'_> {
    fn equivalent(&self, key: &FailureKey) -> bool {
        *self.error == *key.error && *self.name == *key.name && *self.method == *key.method
    }
}

#[derive(Clone, Copy, Debug)]
struct Count {
    occurrences: u64,
    first_seen: Timestamp,
    last_seen: Timestamp,
}

impl Count {
    const NONE: Self = Self {
        occurrences: 0,
        first_seen: Timestamp(f64::INFINITY),
        last_seen: Timestamp(f64::NEG_INFINITY),
    };

    fn add(&mut self, other: Self) {
        self.occurrences += other.occurrences;
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
    }
}

impl Failures {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            rows: IndexMap::new(),
            limit,
            folded: 0,
        }
    }

    /// Counts one failure. Does not allocate for one that is known, unless its text holds an address.
    pub(crate) fn record(&mut self, method: &str, name: &str, error: &str, at: Timestamp) {
        self.add(
            method,
            name,
            error,
            Count {
                occurrences: 1,
                first_seen: at,
                last_seen: at,
            },
        );
    }

    /// Adds a row that was counted elsewhere.
    pub(crate) fn merge(&mut self, failure: &Failure) {
        let Failure {
            method,
            name,
            error,
            occurrences,
            first_seen,
            last_seen,
        } = failure;
        let count = Count {
            occurrences: *occurrences,
            first_seen: *first_seen,
            last_seen: *last_seen,
        };
        self.add(method, name, error, count);
    }

    fn add(&mut self, method: &str, name: &str, error: &str, count: Count) {
        let error = error_text(error);
        let known = KnownFailure {
            method,
            name,
            error: &error,
        };
        if let Some(row) = self.rows.get_mut(&known) {
            return row.add(count);
        }
        // The shared row has a place of its own beyond the limit.
        let is_shared = *error == *OTHER_ERRORS && name.is_empty();
        if self.rows.len() >= self.limit && !is_shared {
            self.folded += count.occurrences;
            return self.add("", "", OTHER_ERRORS, count);
        }
        let key = FailureKey {
            method: method.into(),
            name: name.into(),
            error: error.as_ref().into(),
        };
        self.rows.insert(key, count);
    }

    /// Every row, in order of first occurrence.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Failure> + '_ {
        self.rows.iter().map(|(key, count)| Failure {
            method: key.method.clone(),
            name: key.name.clone(),
            error: key.error.clone(),
            occurrences: count.occurrences,
            first_seen: count.first_seen,
            last_seen: count.last_seen,
        })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Failures counted under [`OTHER_ERRORS`] because the limit was reached.
    pub(crate) fn folded(&self) -> u64 {
        self.folded
    }

    /// Rows that occurred since the last call; keeps what is known of them, unless the table is full.
    pub(crate) fn take(&mut self) -> Vec<Failure> {
        let taken = self.iter().filter(|row| row.occurrences > 0).collect();
        if self.rows.len() >= self.limit {
            self.clear();
        }
        self.rows.values_mut().for_each(|count| *count = Count::NONE);
        self.folded = 0;
        taken
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.folded = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_by_method_name_and_masked_text() {
        let mut failures = Failures::new(10);
        failures.record("GET", "/a", "<X object at 0x1>", Timestamp(5.0));
        failures.record("GET", "/a", "<X object at 0x2>", Timestamp(3.0));
        failures.record("GET", "/b", "<X object at 0x3>", Timestamp(4.0));
        let rows: Vec<Failure> = failures.iter().collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(&*rows[0].error, "<X object at 0x....>");
        assert_eq!(
            (rows[0].occurrences, rows[0].first_seen.0, rows[0].last_seen.0),
            (2, 3.0, 5.0)
        );
        assert_eq!(&*rows[1].name, "/b");
    }

    #[test]
    fn occurrences_add_up_past_the_limit() {
        let mut failures = Failures::new(3);
        for number in 0..100 {
            failures.record(
                "GET",
                "/a",
                &format!("error {}", number % 10),
                Timestamp(f64::from(number)),
            );
        }
        assert_eq!(failures.len(), 4);
        assert_eq!(failures.iter().map(|row| row.occurrences).sum::<u64>(), 100);
        assert_eq!(failures.folded(), 70);
        let last = failures.iter().last().expect("four rows");
        assert_eq!(
            (&*last.method, &*last.name, &*last.error, last.occurrences),
            ("", "", OTHER_ERRORS, 70)
        );
    }
}
