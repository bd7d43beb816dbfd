//! Splits users over user classes and workers, step by step. Pure: it neither waits nor asks a clock; each step
//! says how long to pause after it.
//!
//! The rules are Locust's, so that the same numbers give the same users at every step. [`ladder`] picks the
//! class of the next user, this file keeps who is where.

mod hosts;
mod ladder;
mod pace;
mod places;
mod step;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::error::DispatchError;
use crate::user_class::{UserClass, UserCounts};
use hosts::interleave_hosts;
use ladder::Ladder;
use pace::Pace;
use places::Places;
pub use step::{Step, WorkerUsers};

/// Users by class, by worker id.
pub type UsersOnWorkers = BTreeMap<String, UserCounts>;

/// The id of the only worker of a run without workers.
const LOCAL: &str = "local";

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

/// Decides who should run where. Lives as long as a test; each start or change of a test is one [`begin`].
///
/// [`begin`]: Self::begin
pub struct Dispatcher {
    /// Sorted by name; a class is its index here.
    classes: Vec<UserClass>,
    /// Their names, as steps carry them.
    names: Arc<[String]>,
    /// Every worker that is present, in the order of distribution.
    workers: Vec<Arc<str>>,
    /// Who is where. Speaks of `workers`, except while none is present.
    places: Places,
    ladder: Ladder,
    target: u64,
    pace: Pace,
    gradual: bool,
    progress: Progress,
    rebalance: bool,
    exhausted: bool,
}

impl Dispatcher {
    /// Makes a dispatcher for these workers. Fails for an empty or contradictory list of classes.
    pub fn new(workers: Vec<String>, classes: Vec<UserClass>) -> Result<Self, DispatchError> {
        let classes = sorted_and_checked(classes)?;
        let workers = interleave_hosts(workers.into_iter().map(Arc::from).collect());
        let all = (0..classes.len()).collect();
        Ok(Self {
            names: classes.iter().map(|class| class.name.clone()).collect(),
            places: Places::new(workers.clone(), classes.len()),
            ladder: Ladder::new(all, true),
            classes,
            workers,
            target: 0,
            pace: Pace::locust(1.0),
            gradual: false,
            progress: Progress::Over,
            rebalance: false,
            exhausted: false,
        })
    }

    /// Makes a dispatcher for users in one place.
    pub fn local(classes: Vec<UserClass>) -> Result<Self, DispatchError> {
        Self::new(vec![LOCAL.to_owned()], classes)
    }

    /// Spares target and workers what Locust does in one go: ramps of more than 100 users per second are cut into
    /// many small steps instead of one burst each second, and when workers come or go, users move at the spawn rate.
    pub fn gradual(self) -> Self {
        Self {
            gradual: true,
            places: self.places.level(),
            ..self
        }
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
        self.pace = if self.gradual {
            Pace::smooth(spawn_rate, self.workers.len())
        } else {
            Pace::locust(spawn_rate)
        };
        self.progress = Progress::Fresh;
        self.places.touch_all();
        Ok(())
    }

    /// Goes on towards the last target after workers came or went, at the rate that was asked for last. `false` when
    /// there is nothing to do.
    pub fn resume(&mut self) -> bool {
        self.progress = Progress::Stepping;
        self.exhausted = false;
        !self.is_over()
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
        if self.has_arrived() {
            self.exhausted = false;
            self.progress = Progress::Over;
            return None;
        }
        match self.user_count() {
            count if count < self.target && !self.exhausted => self.add_users(),
            count if count > self.target => self.remove_users(),
            _ => self.places.even_out(self.pace.users_per_step),
        }
        Some(self.step())
    }

    /// Whether every user of the ramp has been handed out.
    pub fn is_over(&self) -> bool {
        self.progress == Progress::Over
            || (self.progress == Progress::Stepping && !self.rebalance && self.has_arrived())
    }

    fn has_arrived(&self) -> bool {
        (self.exhausted || self.user_count() == self.target) && (!self.gradual || self.places.are_even())
    }

    /// Users handed out by now.
    pub fn user_count(&self) -> u64 {
        self.places.user_count()
    }

    /// Users handed out by now, by class and worker.
    pub fn users_on_workers(&self) -> UsersOnWorkers {
        let named = |row: &[u64]| self.names.iter().cloned().zip(row.iter().copied()).collect();
        self.places
            .rows()
            .map(|(worker, row)| (worker.to_string(), named(row)))
            .collect()
    }

    /// Adds a worker; the next step spreads all users anew, or the next steps move users to it.
    pub fn add_worker(&mut self, id: &str) {
        if self.workers.iter().any(|worker| **worker == *id) {
            return;
        }
        let mut workers = std::mem::take(&mut self.workers);
        workers.push(id.into());
        self.workers = interleave_hosts(workers);
        self.workers_changed();
    }

    /// Removes a worker; the next step spreads its users over those that are left, if any is, or the next steps make
    /// up for them.
    pub fn remove_worker(&mut self, id: &str) {
        self.workers.retain(|worker| **worker != *id);
        if !self.workers.is_empty() {
            self.workers_changed();
        }
    }

    /// How many workers are present.
    pub fn worker_count(&self) -> usize {
        self.workers.len()
    }

    fn workers_changed(&mut self) {
        if self.gradual {
            let lost = self.places.move_to(&self.workers);
            self.ladder.owe(lost);
            self.pace = self.pace.for_workers(self.workers.len());
        } else {
            self.spread_anew();
        }
    }

    fn step(&mut self) -> Step {
        let pause = if self.has_arrived() {
            Duration::ZERO
        } else {
            self.pace.pause
        };
        self.places.step(self.names.clone(), pause)
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
        if self.places.is_nowhere() {
            return false;
        }
        let Some(column) = self.ladder.next(&self.classes, self.places.totals()) else {
            return false;
        };
        self.places.add(column);
        true
    }

    fn remove_users(&mut self) {
        let kept = self
            .target
            .max(self.user_count().saturating_sub(self.pace.users_per_step));
        self.places.keep(kept);
        self.ladder.fixed_falls_due();
    }

    /// Works out the present number of users from nothing, on the present workers.
    fn spread_anew(&mut self) {
        let user_count = self.user_count();
        self.places = Places::new(self.workers.clone(), self.classes.len());
        self.ladder = Ladder::new(self.ladder.columns().to_vec(), true);
        while self.user_count() < user_count && self.add_user() {}
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
