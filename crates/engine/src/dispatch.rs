//! Splits users over user classes and workers, step by step. Pure: it neither waits nor asks a clock; each step
//! says how long to pause after it.
//!
//! The rules are Locust's, so that the same numbers give the same users at every step. [`ladder`] picks the
//! class of the next user, this file keeps who is where.

mod ladder;
mod pace;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use crate::error::DispatchError;
use crate::user_class::{UserClass, UserCounts};
use ladder::Ladder;
use pace::Pace;

/// Users by class, by worker id.
pub type UsersOnWorkers = BTreeMap<String, UserCounts>;

/// The id of the only worker of a run without workers.
const LOCAL: &str = "local";

/// One step of a ramp.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The complete numbers that should live after this step, on every worker.
    pub users: UsersOnWorkers,
    /// How long after the start of this step the next one starts; nothing when the target is reached.
    pub pause: Duration,
}

impl Step {
    /// The numbers over all workers.
    pub fn total(self) -> UserCounts {
        let mut total = UserCounts::new();
        for counts in self.users.into_values() {
            for (name, count) in counts {
                *total.entry(name).or_default() += count;
            }
        }
        total
    }
}

/// Where a ramp is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// No step was taken yet.
    Fresh,
    /// Between two steps.
    Stepping,
    /// No step is left.
    Over,
}

/// One running user: on which worker (row) and of which class (column).
#[derive(Clone, Copy, Debug)]
struct Placed {
    row: u32,
    column: u32,
}

/// Decides who should run where. Lives as long as a test; each start or change of a test is one [`begin`].
///
/// [`begin`]: Self::begin
pub struct Dispatcher {
    /// Sorted by name; a class is its index here.
    classes: Vec<UserClass>,
    /// Every worker that is present, in the order of distribution.
    workers: Vec<String>,
    /// The workers that `table` speaks of: `workers`, except while none is present.
    rows: Vec<String>,
    /// Users by row and class.
    table: Vec<Vec<u64>>,
    /// Users in the order in which they were added; removed from the end.
    placed: Vec<Placed>,
    ladder: Ladder,
    next_row: usize,
    target: u64,
    pace: Pace,
    smooth: bool,
    progress: Progress,
    rebalance: bool,
    exhausted: bool,
}

impl Dispatcher {
    /// Makes a dispatcher for these workers. Fails for an empty or contradictory list of classes.
    pub fn new(workers: Vec<String>, classes: Vec<UserClass>) -> Result<Self, DispatchError> {
        let classes = sorted_and_checked(classes)?;
        let workers = interleave_hosts(workers);
        let all = (0..classes.len()).collect();
        Ok(Self {
            table: vec![vec![0; classes.len()]; workers.len()],
            rows: workers.clone(),
            ladder: Ladder::new(all, true),
            classes,
            workers,
            placed: Vec::new(),
            next_row: 0,
            target: 0,
            pace: Pace::locust(1.0),
            smooth: false,
            progress: Progress::Over,
            rebalance: false,
            exhausted: false,
        })
    }

    /// Makes a dispatcher for users in one place.
    pub fn local(classes: Vec<UserClass>) -> Result<Self, DispatchError> {
        Self::new(vec![LOCAL.to_owned()], classes)
    }

    /// Cuts ramps of more than 100 users per second into many small steps instead of one burst each second.
    pub fn smooth(self) -> Self {
        Self { smooth: true, ..self }
    }

    /// From the start of a ramp to its first step.
    pub fn lead(&self) -> Duration {
        self.pace.lead
    }

    /// Begins a ramp from the present users to `target`, in place of the one under way. Fails, and changes
    /// nothing, when the numbers make no sense or `only` names an unknown class.
    ///
    /// ```
    /// use katydid_engine::{Dispatcher, UserClass};
    ///
    /// let classes = vec![UserClass::weighted("Buyer", 1.0), UserClass::weighted("Visitor", 3.0)];
    /// let mut dispatcher = Dispatcher::local(classes)?;
    /// dispatcher.begin(4, 2.0, None)?;
    /// let steps: Vec<_> = std::iter::from_fn(|| dispatcher.next_step()).map(|step| step.total()).collect();
    /// assert_eq!((steps[0]["Buyer"], steps[0]["Visitor"]), (1, 1));
    /// assert_eq!((steps[1]["Buyer"], steps[1]["Visitor"]), (1, 3));
    /// # Ok::<(), katydid_engine::DispatchError>(())
    /// ```
    pub fn begin(
        &mut self,
        target: i64,
        spawn_rate: f64,
        only: Option<&[String]>,
    ) -> Result<(), DispatchError> {
        let target = u64::try_from(target).map_err(|_| DispatchError::NegativeUserCount(target))?;
        check_spawn_rate(spawn_rate)?;
        if let Some(names) = only {
            let columns = self.columns(names)?;
            if columns != self.ladder.columns() {
                self.ladder = Ladder::new(columns, self.ladder.fixed_is_due());
            }
        }
        self.target = target;
        self.pace = if self.smooth {
            Pace::smooth(spawn_rate)
        } else {
            Pace::locust(spawn_rate)
        };
        self.progress = Progress::Fresh;
        Ok(())
    }

    /// Takes the next step of the ramp; `None` when it is over.
    pub fn next_step(&mut self) -> Option<Step> {
        match self.progress {
            Progress::Over => return None,
            Progress::Fresh => {
                self.progress = Progress::Stepping;
                if self.rebalance || self.user_count() == self.target {
                    // Said even when nothing changes, so that workers hear of every start.
                    self.rebalance = false;
                    return Some(self.step());
                }
            }
            Progress::Stepping if self.rebalance => {
                self.rebalance = false;
                return Some(self.step());
            }
            Progress::Stepping => {}
        }
        if self.exhausted || self.user_count() == self.target {
            self.exhausted = false;
            self.progress = Progress::Over;
            return None;
        }
        if self.user_count() < self.target {
            self.add_users()
        } else {
            self.remove_users()
        }
        Some(self.step())
    }

    /// Whether every user of the ramp has been handed out.
    pub fn is_over(&self) -> bool {
        self.progress == Progress::Over
            || (self.progress == Progress::Stepping
                && !self.rebalance
                && (self.exhausted || self.user_count() == self.target))
    }

    /// Users handed out by now.
    pub fn user_count(&self) -> u64 {
        self.placed.len() as u64
    }

    /// Users handed out by now, by class and worker.
    pub fn users_on_workers(&self) -> UsersOnWorkers {
        let named = |row: &Vec<u64>| {
            self.classes
                .iter()
                .map(|class| class.name.clone())
                .zip(row.iter().copied())
                .collect()
        };
        self.rows
            .iter()
            .cloned()
            .zip(self.table.iter().map(named))
            .collect()
    }

    /// Adds a worker; the next step spreads all users anew.
    pub fn add_worker(&mut self, id: &str) {
        if self.workers.iter().any(|worker| worker == id) {
            return;
        }
        self.workers.push(id.to_owned());
        self.workers = interleave_hosts(std::mem::take(&mut self.workers));
        self.spread_anew();
    }

    /// Removes a worker; the next step spreads its users over those that are left, if any is.
    pub fn remove_worker(&mut self, id: &str) {
        self.workers.retain(|worker| worker != id);
        if !self.workers.is_empty() {
            self.spread_anew();
        }
    }

    fn step(&self) -> Step {
        let pause = if self.exhausted || self.user_count() == self.target {
            Duration::ZERO
        } else {
            self.pace.pause
        };
        Step {
            users: self.users_on_workers(),
            pause,
        }
    }

    fn columns(&self, names: &[String]) -> Result<Vec<usize>, DispatchError> {
        let column = |name: &String| {
            let found = self.classes.iter().position(|class| class.name == *name);
            found.ok_or_else(|| DispatchError::UnknownUserClass(name.clone()))
        };
        let mut columns = names.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        if columns.is_empty() {
            return Err(DispatchError::NoUserClass);
        }
        columns.sort_unstable();
        columns.dedup();
        Ok(columns)
    }

    fn add_users(&mut self) {
        let wanted = self
            .target
            .min(self.user_count().saturating_add(self.pace.users_per_step));
        while self.user_count() < wanted {
            if !self.add_user() {
                self.exhausted = true;
                return;
            }
        }
    }

    /// Adds one user; `false` when no class wants any more.
    fn add_user(&mut self) -> bool {
        if self.rows.is_empty() {
            return false;
        }
        let Some(column) = self.ladder.next(&self.classes, &self.table) else {
            return false;
        };
        let row = self.next_row % self.rows.len();
        self.next_row = (row + 1) % self.rows.len();
        self.table[row][column] += 1;
        self.placed.push(Placed {
            row: row as u32,
            column: column as u32,
        });
        true
    }

    fn remove_users(&mut self) {
        let kept = self
            .target
            .max(self.user_count().saturating_sub(self.pace.users_per_step));
        for gone in self.placed.drain(kept as usize..) {
            self.table[gone.row as usize][gone.column as usize] -= 1;
        }
        self.ladder.fixed_falls_due();
    }

    /// Works out the present number of users from nothing, on the present workers.
    fn spread_anew(&mut self) {
        let user_count = self.placed.len();
        self.rows.clone_from(&self.workers);
        self.table = vec![vec![0; self.classes.len()]; self.rows.len()];
        self.placed.clear();
        self.ladder = Ladder::new(self.ladder.columns().to_vec(), true);
        self.next_row = 0;
        while self.placed.len() < user_count && self.add_user() {}
        self.rebalance = true;
    }
}

/// Sorts by name, because the order in which classes take turns must not depend on the order in a file.
fn sorted_and_checked(mut classes: Vec<UserClass>) -> Result<Vec<UserClass>, DispatchError> {
    classes.sort_by(|left, right| left.name.cmp(&right.name));
    if classes.is_empty() {
        return Err(DispatchError::NoUserClass);
    }
    if let Some(pair) = classes.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(DispatchError::DuplicateUserClass(pair[0].name.clone()));
    }
    if let Some(class) = classes
        .iter()
        .find(|class| !(class.weight.is_finite() && class.weight >= 0.0))
    {
        return Err(DispatchError::Weight {
            name: class.name.clone(),
            weight: class.weight,
        });
    }
    Ok(classes)
}

fn check_spawn_rate(spawn_rate: f64) -> Result<(), DispatchError> {
    if spawn_rate <= 0.0 {
        return Err(DispatchError::SpawnRateNotPositive(spawn_rate));
    }
    if !spawn_rate.is_finite() {
        return Err(DispatchError::SpawnRateNotFinite(spawn_rate));
    }
    Ok(())
}

/// Orders workers so that hosts take turns. The host is what stands before the first underscore of an id.
fn interleave_hosts(mut workers: Vec<String>) -> Vec<String> {
    workers.sort();
    let mut seen: HashSet<String> = HashSet::with_capacity(workers.len());
    workers.retain(|id| seen.insert(id.clone()));
    let mut earlier_on_host: BTreeMap<String, usize> = BTreeMap::new();
    let mut indexed: Vec<(usize, String)> = Vec::with_capacity(workers.len());
    for id in workers {
        let host = id.split('_').next().unwrap_or_default().to_owned();
        let index = earlier_on_host.entry(host).or_default();
        indexed.push((*index, id));
        *index += 1;
    }
    indexed.sort();
    indexed.into_iter().map(|(_, id)| id).collect()
}
