//! One subject in one kind of period: what was measured of it, and the rules that are held against that.

use katydid_stats::EntrySecond;

use super::rule::{Rule, Windows};
use super::sliding::Sliding;
use super::standing;
use super::tally::Tally;
use crate::budget::{Budget, During, Period};
use crate::judged::{self, Subject};
use crate::verdict::Finding;

/// A subject in a kind of period. Budgets that differ only in metric and limit share it.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) subject: Subject,
    pub(super) period: Period,
    measured: Measured,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
enum Measured {
    Whole(Box<Tally>),
    Windows(Sliding),
}

/// The seconds of a run as far as they are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phases {
    /// The first second.
    pub(super) began: i64,
    /// The first second behind the ramp.
    pub(super) steady_from: Option<i64>,
}

impl Phases {
    pub(super) fn is_steady(self, second: i64) -> bool {
        self.steady_from.is_some_and(|from| second >= from)
    }

    /// The first second of a period.
    pub(super) fn start(self, period: Period) -> Option<i64> {
        match period.during {
            During::Run => Some(self.began),
            During::Steady => self.steady_from,
        }
    }
}

impl Watched {
    pub(super) fn new(subject: Subject, period: Period) -> Self {
        let measured = match period.window_seconds {
            Some(length) => Measured::Windows(Sliding::new(length)),
            None => Measured::Whole(Box::default()),
        };
        Self {
            subject,
            period,
            measured,
            rules: Vec::new(),
        }
    }

    /// Adds a budget, if it is not there yet.
    pub(super) fn add_rule(&mut self, budget: usize) {
        if self.rule(budget).is_none() {
            self.rules.push(Rule::new(budget));
        }
    }

    fn rule(&self, budget: usize) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.budget == budget)
    }

    /// Makes up for the empty seconds before the first request of this subject, of which the first that comes is `next`.
    pub(super) fn catch_up(&mut self, budgets: &[Budget], next: i64, phases: Phases) {
        let (Measured::Windows(sliding), Some(start)) = (&mut self.measured, phases.start(self.period))
        else {
            return;
        };
        if next <= start {
            return;
        }
        sliding.move_to(next - 1);
        let stretch = sliding.stretch();
        let first_end = start + i64::from(self.period.window_seconds.unwrap_or(1)) - 1;
        // Those that begin in the ramp apart from those behind it.
        let behind = phases
            .steady_from
            .map_or(i64::MAX, |from| from + (first_end - start));
        for (from, until, is_steady) in [
            (first_end, next.min(behind), false),
            (first_end.max(behind), next, true),
        ] {
            let Ok(count @ 1..) = u64::try_from(until.saturating_sub(from)) else {
                continue;
            };
            let windows = Windows {
                first_second: from - (first_end - start),
                count,
                is_steady,
            };
            for rule in &mut self.rules {
                rule.add_windows(&budgets[rule.budget], &stretch, windows);
            }
        }
    }

    /// Opens a second, so that it can be added to.
    pub(super) fn open(&mut self, second: i64) {
        if let Measured::Windows(sliding) = &mut self.measured {
            sliding.move_to(second);
        }
    }

    /// Adds what was seen in a second. For windows it must be one of the open window.
    pub(super) fn add(&mut self, piece: &EntrySecond, phases: Phases) {
        let is_steady = phases.is_steady(piece.second);
        if self.period.during == During::Steady && !is_steady {
            return;
        }
        match &mut self.measured {
            Measured::Whole(tally) => tally.add(piece, is_steady),
            Measured::Windows(sliding) => sliding.add(piece),
        }
    }

    /// Adds the memory of a second that counts for this subject.
    pub(super) fn add_memory(&mut self, second: i64, bytes: Option<u64>, phases: Phases) {
        if self.period.during == During::Steady && !phases.is_steady(second) {
            return;
        }
        match &mut self.measured {
            Measured::Whole(tally) => tally.add_memory(bytes),
            Measured::Windows(sliding) => sliding.add_memory(second, bytes),
        }
    }

    /// Judges the window that ends with a second, if it is a full one.
    pub(super) fn close(&mut self, budgets: &[Budget], second: i64, phases: Phases) {
        let (Measured::Windows(sliding), Some(start)) = (&self.measured, phases.start(self.period)) else {
            return;
        };
        let first_second = second - i64::from(self.period.window_seconds.unwrap_or(1)) + 1;
        if first_second < start {
            return;
        }
        let stretch = sliding.stretch();
        let windows = Windows {
            first_second,
            count: 1,
            is_steady: phases.is_steady(first_second),
        };
        for rule in &mut self.rules {
            rule.add_windows(&budgets[rule.budget], &stretch, windows);
        }
    }

    /// A budget that has been broken beyond doubt for long enough at the end of a second, with what is found then.
    pub(super) fn find_abort(&mut self, budgets: &[Budget], second: i64, phases: Phases) -> Option<Finding> {
        let is_asked = |rule: &&mut Rule| budgets[rule.budget].abort.is_some();
        if !self.rules.iter_mut().any(|rule| is_asked(&rule)) {
            return None;
        }
        let start = phases.start(self.period).filter(|&start| start <= second)?;
        let whole = match &self.measured {
            Measured::Whole(tally) => {
                let rate = phases
                    .steady_from
                    .filter(|&from| from <= second)
                    .map(|from| tally.steady_requests() as f64 / (second + 1 - from) as f64);
                Some((tally.stretch((second + 1 - start) as f64), rate))
            }
            Measured::Windows(_) => None,
        };
        for rule in self.rules.iter_mut().filter(is_asked) {
            let budget = &budgets[rule.budget];
            let standing = match &whole {
                Some((stretch, rate)) => standing::of(budget, stretch, *rate),
                None => rule.standing_of_windows(),
            };
            if rule.is_to_abort(budget, standing, second) {
                return Some(match &whole {
                    Some((stretch, _)) => judged::whole(budget, &self.subject, stretch, ""),
                    None => rule.windowed(budget, &self.subject, ""),
                });
            }
        }
        None
    }

    /// What a budget comes to over a period of that length.
    pub(super) fn finding(
        &self,
        (number, budget): (usize, &Budget),
        seconds: f64,
        no_memory: &str,
    ) -> Option<Finding> {
        let rule = self.rule(number)?;
        Some(match &self.measured {
            Measured::Whole(tally) => {
                judged::whole(budget, &self.subject, &tally.stretch(seconds), no_memory)
            }
            Measured::Windows(_) => rule.windowed(budget, &self.subject, no_memory),
        })
    }
}
