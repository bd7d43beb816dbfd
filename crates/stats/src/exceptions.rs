//! The table of exceptions that user code raised, by traceback.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::OTHER_ERRORS;
use crate::error_text::{error_text, traceback_text};

/// One row of the table of exceptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExceptionRow {
    /// How often it was raised.
    pub count: u64,
    /// Text of the first one.
    pub message: Arc<str>,
    /// Where it was raised; what rows are told apart by.
    pub traceback: Arc<str>,
    /// Nodes it was raised on; "local" without workers.
    pub nodes: BTreeSet<Arc<str>>,
}

/// Exceptions in order of first occurrence, bounded.
#[derive(Clone, Debug)]
pub struct Exceptions {
    rows: IndexMap<Arc<str>, ExceptionRow>,
    limit: usize,
    folded: u64,
}

impl Exceptions {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            rows: IndexMap::new(),
            limit,
            folded: 0,
        }
    }

    pub(crate) fn record(&mut self, node: &str, message: &str, traceback: &str) {
        let message = error_text(message).as_ref().into();
        let nodes = BTreeSet::from([node.into()]);
        self.merge(ExceptionRow {
            count: 1,
            message,
            traceback: traceback_text(traceback).as_ref().into(),
            nodes,
        });
    }

    pub(crate) fn merge(&mut self, mut exception: ExceptionRow) {
        if let Some(row) = self.rows.get_mut(&exception.traceback) {
            row.count += exception.count;
            row.nodes.extend(exception.nodes);
            return;
        }
        if self.rows.len() >= self.limit && *exception.traceback != *OTHER_ERRORS {
            self.folded += exception.count;
            exception.message = OTHER_ERRORS.into();
            exception.traceback = OTHER_ERRORS.into();
            return self.merge(exception);
        }
        self.rows.insert(exception.traceback.clone(), exception);
    }

    /// Every row, in order of first occurrence.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ExceptionRow> + '_ {
        self.rows.values()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Exceptions counted under [`OTHER_ERRORS`] because the limit was reached.
    pub(crate) fn folded(&self) -> u64 {
        self.folded
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
    fn groups_by_traceback_and_collects_nodes() {
        let mut exceptions = Exceptions::new(2);
        exceptions.record("local", "first", "line 1");
        exceptions.record("worker", "second", "line 1");
        for number in 0..5 {
            exceptions.record("local", "text", &format!("line {number}"));
        }
        let rows: Vec<_> = exceptions.iter().cloned().collect();
        assert_eq!(rows.len(), 3);
        assert_eq!((rows[0].count, &*rows[0].message), (3, "first"));
        assert_eq!(
            rows[0].nodes.iter().map(|node| &**node).collect::<Vec<_>>(),
            ["local", "worker"]
        );
        assert_eq!(&*rows[2].traceback, OTHER_ERRORS);
        assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), 7);
        assert_eq!(exceptions.folded(), 3);
    }
}
