//! Picks the class of the next user: fixed counts first, then by weight. Does not know of workers' names or of
//! time.
//!
//! By weight means: the class for which one more user brings the mix closest to the wanted one, measured by the
//! Kullback-Leibler divergence. Each class counts from its own weight, so that the first picks are spread too.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::user_class::UserClass;

/// One class in line. The smallest goes next; ties go by count, weight and name (classes are sorted by name).
#[derive(Clone, Debug)]
struct Contender {
    /// What the divergence changes by when this class gets one more user.
    gain: f64,
    count: f64,
    weight: f64,
    column: usize,
}

impl Contender {
    fn new(weight: f64, count: f64, column: usize) -> Self {
        Self {
            gain: weight * (count / (count + 1.0)).log2(),
            count: count + 1.0,
            weight,
            column,
        }
    }
}

impl Ord for Contender {
    fn cmp(&self, other: &Self) -> Ordering {
        self.gain
            .total_cmp(&other.gain)
            .then(self.count.total_cmp(&other.count))
            .then(self.weight.total_cmp(&other.weight))
            .then(self.column.cmp(&other.column))
    }
}

impl PartialOrd for Contender {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Contender {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Contender {}

/// Classes taking turns by weight, without end.
#[derive(Clone, Debug)]
struct Turns(BinaryHeap<Reverse<Contender>>);

impl Turns {
    fn new(weights: impl Iterator<Item = (usize, f64)>) -> Self {
        let positive = weights.filter(|(_, weight)| *weight > 0.0);
        Self(
            positive
                .map(|(column, weight)| Reverse(Contender::new(weight, weight, column)))
                .collect(),
        )
    }

    fn next(&mut self) -> Option<usize> {
        let mut first = self.0.peek_mut()?;
        let Contender {
            count,
            weight,
            column,
            ..
        } = first.0;
        first.0 = Contender::new(weight, count, column);
        Some(column)
    }
}

/// The order in which classes get users.
#[derive(Clone, Debug)]
pub(super) struct Ladder {
    /// The classes that take part, ascending.
    columns: Vec<usize>,
    /// Whether missing users of fixed classes are to be counted again before the next pick.
    fixed_due: bool,
    /// Users of fixed classes that were found missing and are not handed out yet.
    fixed: Turns,
    fixed_left: u64,
    /// Made at the first pick.
    weighted: Option<Turns>,
}

impl Ladder {
    pub(super) fn new(columns: Vec<usize>, fixed_due: bool) -> Self {
        Self {
            columns,
            fixed_due,
            fixed: Turns(BinaryHeap::new()),
            fixed_left: 0,
            weighted: None,
        }
    }

    pub(super) fn columns(&self) -> &[usize] {
        &self.columns
    }

    pub(super) fn fixed_is_due(&self) -> bool {
        self.fixed_due
    }

    /// Users were removed, so fixed classes may have too few again. Those already found missing come first.
    pub(super) fn fixed_falls_due(&mut self) {
        self.fixed_due = true;
    }

    /// The class of the next user; `None` when fixed classes are complete and no other has any weight.
    pub(super) fn next(&mut self, classes: &[UserClass], table: &[Vec<u64>]) -> Option<usize> {
        if self.fixed_left == 0 && self.fixed_due {
            self.fixed_due = false;
            self.count_missing(classes, table);
        }
        if self.fixed_left > 0 {
            self.fixed_left -= 1;
            return self.fixed.next();
        }
        let columns = &self.columns;
        let weighted = self.weighted.get_or_insert_with(|| {
            let by_weight = columns.iter().filter(|column| classes[**column].fixed_count == 0);
            Turns::new(by_weight.map(|column| (*column, classes[*column].weight)))
        });
        weighted.next()
    }

    fn count_missing(&mut self, classes: &[UserClass], table: &[Vec<u64>]) {
        let missing = |column: &usize| {
            let present: u64 = table.iter().map(|row| row[*column]).sum();
            (*column, classes[*column].fixed_count.saturating_sub(present))
        };
        let missing: Vec<(usize, u64)> = self.columns.iter().map(missing).collect();
        self.fixed_left = missing.iter().map(|(_, count)| count).sum();
        self.fixed = Turns::new(missing.into_iter().map(|(column, count)| (column, count as f64)));
    }
}
