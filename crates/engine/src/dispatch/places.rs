//! Who is where: users by worker and class, in the order in which they came. Does not know why.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::step::{Step, WorkerUsers};

/// One running user: on which worker (row) and of which class (column).
#[derive(Clone, Copy, Debug)]
struct Placed {
    row: u32,
    column: u32,
}

/// A table of users, and the rule that says where the next one goes.
#[derive(Debug)]
pub(super) struct Places {
    workers: Vec<Arc<str>>,
    /// Users by row and class.
    table: Vec<Vec<u64>>,
    /// Users by row.
    loads: Vec<u64>,
    /// Users by class.
    totals: Vec<u64>,
    /// Users in the order in which they were added; removed from the end.
    placed: Vec<Placed>,
    /// Where to look next.
    cursor: usize,
    /// Rows with more users than this are passed over. Locust passes over none.
    level: Option<u64>,
    /// Rows that changed since the last step.
    touched: Vec<bool>,
}

impl Places {
    pub(super) fn new(workers: Vec<Arc<str>>, class_count: usize) -> Self {
        Self {
            table: vec![vec![0; class_count]; workers.len()],
            loads: vec![0; workers.len()],
            totals: vec![0; class_count],
            placed: Vec::new(),
            cursor: 0,
            level: None,
            touched: vec![false; workers.len()],
            workers,
        }
    }

    /// From now on users go where the fewest are.
    pub(super) fn level(self) -> Self {
        Self {
            level: Some(0),
            ..self
        }
    }

    pub(super) fn is_nowhere(&self) -> bool {
        self.workers.is_empty()
    }

    pub(super) fn user_count(&self) -> u64 {
        self.placed.len() as u64
    }

    pub(super) fn totals(&self) -> &[u64] {
        &self.totals
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = (&Arc<str>, &[u64])> {
        self.workers.iter().zip(self.table.iter().map(Vec::as_slice))
    }

    /// Every row is part of the next step.
    pub(super) fn touch_all(&mut self) {
        self.touched.fill(true);
    }

    /// Adds a user of this class where it is the turn. There must be a row.
    pub(super) fn add(&mut self, column: usize) {
        let row = self.next_row();
        self.count(row, column, 1);
        self.placed.push(Placed {
            row: row as u32,
            column: column as u32,
        });
    }

    /// Removes the users that came last, until so many are left.
    pub(super) fn keep(&mut self, user_count: u64) {
        while self.user_count() > user_count {
            let Some(gone) = self.placed.pop() else { return };
            self.count(gone.row as usize, gone.column as usize, -1);
        }
        self.level = self.level.map(|_| 0);
    }

    /// Whether no row has two users more than another.
    pub(super) fn are_even(&self) -> bool {
        let most = self.loads.iter().max().copied().unwrap_or_default();
        let fewest = self.loads.iter().min().copied().unwrap_or_default();
        most - fewest <= 1
    }

    /// Moves up to so many users from the rows with the most to those with the fewest.
    pub(super) fn even_out(&mut self, user_count: u64) {
        self.level = Some(0);
        let fair = self.user_count() / self.loads.len().max(1) as u64;
        let mut moves = user_count;
        // First those with two too many, then, to fill up rows that still have too few, those with one.
        for most in [fair + 1, fair] {
            let mut index = self.placed.len();
            while moves > 0 && index > 0 {
                index -= 1;
                let Placed { row, column } = self.placed[index];
                if self.loads[row as usize] <= most {
                    continue;
                }
                let to = self.next_row();
                if self.loads[to] >= fair && most == fair {
                    return;
                }
                self.count(row as usize, column as usize, -1);
                self.count(to, column as usize, 1);
                self.placed[index].row = to as u32;
                moves -= 1;
            }
        }
    }

    /// Goes over to these workers. Users of workers that are gone are lost: their numbers by class.
    pub(super) fn move_to(&mut self, workers: &[Arc<str>]) -> Vec<u64> {
        let row_of: HashMap<&str, u32> = (0..).zip(workers).map(|(row, id)| (&**id, row)).collect();
        let rows: Vec<Option<u32>> = self.workers.iter().map(|id| row_of.get(&**id).copied()).collect();
        let class_count = self.totals.len();
        let mut lost = vec![0; class_count];
        let mut moved = Self::new(workers.to_vec(), class_count);
        for (old, new) in rows.iter().enumerate() {
            if let Some(new) = new {
                moved.touched[*new as usize] = self.touched[old];
            }
        }
        for user in &self.placed {
            match rows[user.row as usize] {
                Some(row) => {
                    moved.table[row as usize][user.column as usize] += 1;
                    moved.loads[row as usize] += 1;
                    moved.totals[user.column as usize] += 1;
                    moved.placed.push(Placed { row, ..*user });
                }
                None => lost[user.column as usize] += 1,
            }
        }
        moved.level = self.level.map(|_| 0);
        *self = moved;
        lost
    }

    /// What the next step tells: the rows that changed since the last.
    pub(super) fn step(&mut self, classes: Arc<[String]>, pause: Duration) -> Step {
        let rows = self.touched.iter().enumerate().filter(|(_, touched)| **touched);
        let changed = rows
            .map(|(row, _)| WorkerUsers {
                worker: self.workers[row].clone(),
                counts: self.table[row].clone(),
            })
            .collect();
        self.touched.fill(false);
        Step {
            classes,
            totals: self.totals.clone(),
            changed,
            pause,
        }
    }

    fn count(&mut self, row: usize, column: usize, change: i64) {
        for count in [
            &mut self.table[row][column],
            &mut self.loads[row],
            &mut self.totals[column],
        ] {
            *count = count.wrapping_add_signed(change);
        }
        self.touched[row] = true;
    }

    /// The row whose turn it is: one after the other, without those above the level. The level rises when all are
    /// above it, so that a look at every row pays for as many users as rows.
    fn next_row(&mut self) -> usize {
        let Some(mut level) = self.level else {
            let row = self.cursor % self.loads.len();
            self.cursor = (row + 1) % self.loads.len();
            return row;
        };
        loop {
            let found = self.loads[self.cursor.min(self.loads.len())..]
                .iter()
                .position(|load| *load <= level);
            if let Some(offset) = found {
                let row = self.cursor + offset;
                self.cursor = row + 1;
                self.level = Some(level);
                return row;
            }
            self.cursor = 0;
            level = self.loads.iter().min().copied().unwrap_or_default();
        }
    }
}
