//! Systems whose books and calls are not known here: the threads run wherever they are put.

use std::time::Duration;

/// A thread of this process.
#[derive(Debug, Clone, Copy)]
pub struct Thread;

impl Thread {
    /// None: the system is not known.
    pub fn current() -> Option<Self> {
        None
    }
}

/// Two threads.
#[derive(Debug)]
pub struct Pair;

impl Pair {
    /// Does nothing.
    pub fn new(_first: Thread, _second: Thread) -> Self {
        Self
    }

    /// False: there is nothing to do.
    pub fn look(&self) -> bool {
        false
    }

    /// Does nothing.
    pub fn part_for(&self, _time: Duration) {}
}

/// None: the system is not known.
pub fn only_cpu_of(_thread: u64) -> Option<usize> {
    None
}
