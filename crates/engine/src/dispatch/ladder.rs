//! Picks the class of the next user: fixed counts first, then by weight. Does not know of workers' names or of
//! time.
//!
//! By weight means: the class for which one more user brings the mix closest to the wanted one, measured by the
//! Kullback-Leibler divergence. Each class counts from its own weight, so that the first picks are spread too.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

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
    /// Users that were lost with their worker, by class.
    owed: BTreeMap<usize, u64>,
    owed_turns: Turns,
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
            owed: BTreeMap::new(),
            owed_turns: Turns(BinaryHeap::new()),
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
        self.owed.clear();
    }

    /// The class of the next user; `None` when fixed classes are complete and no other has any weight.
    pub(super) fn next(&mut self, classes: &[UserClass], totals: &[u64]) -> Option<usize> {
        if let Some(owed) = self.next_owed() {
            return Some(owed);
        }
        if self.fixed_left == 0 && self.fixed_due {
            self.fixed_due = false;
            self.count_missing(classes, totals);
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

    /// Users that were picked and then lost come again before others; `lost` has one number for each class.
    pub(super) fn owe(&mut self, lost: Vec<u64>) {
        for (column, count) in lost.into_iter().enumerate() {
            if count > 0 && self.columns.contains(&column) {
                *self.owed.entry(column).or_default() += count;
            }
        }
        let owed = self.owed.iter().map(|(column, count)| (*column, *count as f64));
        self.owed_turns = Turns::new(owed);
    }

    /// Next of those that are owed, in the proportion in which they are.
    fn next_owed(&mut self) -> Option<usize> {
        while !self.owed.is_empty() {
            let column = self.owed_turns.next()?;
            let Some(left) = self.owed.get_mut(&column) else {
                continue;
            };
            *left -= 1;
            if *left == 0 {
                self.owed.remove(&column);
            }
            return Some(column);
        }
        None
    }

    fn count_missing(&mut self, classes: &[UserClass], totals: &[u64]) {
        let missing = |column: &usize| {
            let owed = self.owed.get(column).copied().unwrap_or_default();
            let present = totals[*column] + owed;
            (*column, classes[*column].fixed_count.saturating_sub(present))
        };
        let missing: Vec<(usize, u64)> = self.columns.iter().map(missing).collect();
        self.fixed_left = missing.iter().map(|(_, count)| count).sum();
        self.fixed = Turns::new(missing.into_iter().map(|(column, count)| (column, count as f64)));
    }
}
