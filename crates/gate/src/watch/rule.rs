//! One budget held against one subject: the windows so far, and since when it is broken.

use katydid_stats::Timestamp;

use super::standing::Standing;
use crate::budget::Budget;
use crate::judged::{Subject, finding, outcome, value_text};
use crate::metric::Metric;
use crate::stretch::Stretch;
use crate::verdict::{Finding, Outcome};

/// The state of one budget for one subject.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The number of the budget.
    pub(super) budget: usize,
    /// Windows that were judged.
    judged: u64,
    /// Those of them that broke the budget.
    broken: u64,
    /// Windows with too little to judge.
    skipped: u64,
    worst: Option<Worst>,
    /// Whether a window broke the budget that is a reason to end the run.
    is_doomed: bool,
    broken_since: Option<(i64, Standing)>,
}

/// The window that is furthest to the wrong side.
#[derive(Clone, Copy, Debug)]
struct Worst {
    value: f64,
    first_second: i64,
}

/// Full windows that hold the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    /// The first second of the first.
    pub(super) first_second: i64,
    /// How many there are.
    pub(super) count: u64,
    /// Whether they lie behind the ramp.
    pub(super) is_steady: bool,
}

impl Rule {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            budget,
            judged: 0,
            broken: 0,
            skipped: 0,
            worst: None,
            is_doomed: false,
            broken_since: None,
        }
    }

    /// Judges windows.
    pub(super) fn add_windows(&mut self, budget: &Budget, stretch: &Stretch, windows: Windows) {
        let is_enough = stretch.samples(budget.metric) >= budget.min_samples;
        let Some(value) = stretch.figure(budget.metric).filter(|_| is_enough) else {
            self.skipped += windows.count;
            return;
        };
        self.judged += windows.count;
        if !budget.allows(value) {
            self.broken += windows.count;
            // Too few requests while users are still coming are no reason to end a run.
            let counts_requests = matches!(budget.metric, Metric::Requests | Metric::RequestsPerSecond);
            self.is_doomed |= windows.is_steady || !counts_requests || !budget.comparison.is_lower();
        }
        let badness = |value| budget.comparison.badness(value, budget.limit);
        if self
            .worst
            .is_none_or(|worst| badness(value) > badness(worst.value))
        {
            self.worst = Some(Worst {
                value,
                first_second: windows.first_second,
            });
        }
    }

    /// What the windows come to.
    pub(super) fn windowed(&self, budget: &Budget, subject: &Subject, no_memory: &str) -> Finding {
        let length = budget.period.window_seconds.unwrap_or(0);
        let Some(worst) = self.worst else {
            let reason = match (self.skipped, budget.metric) {
                (0, _) => format!("too short for a window of {length} s"),
                (_, Metric::PeakMemory) => no_memory.to_owned(),
                _ => format!("none of {} windows had {}", self.skipped, enough(budget)),
            };
            return finding(budget, subject, Outcome::Inconclusive, None, reason);
        };
        let count = match (self.broken, self.judged) {
            (0, 1) => "; the only window".to_owned(),
            (0, judged) => format!("; the worst of {judged} windows"),
            (broken, judged) => format!("; {broken} of {judged} windows broke it"),
        };
        let skipped = match self.skipped {
            0 => String::new(),
            skipped => format!(", {skipped} had {}", too_few(budget)),
        };
        let reason = format!(
            "{} in the {length} s from {}, allowed {}{count}{skipped}",
            value_text(worst.value, budget),
            clock(worst.first_second),
            budget.limit_text()
        );
        finding(
            budget,
            subject,
            outcome(budget, worst.value),
            Some(worst.value),
            reason,
        )
    }

    /// Takes note of how it stands at the end of a second. True when it has been broken for long enough to end the
    /// run.
    pub(super) fn is_to_abort(&mut self, budget: &Budget, standing: Standing, second: i64) -> bool {
        if standing == Standing::Fine {
            self.broken_since = None;
            return false;
        }
        let since = match self.broken_since {
            Some((since, before)) if before == standing => since,
            _ => second,
        };
        self.broken_since = Some((since, standing));
        let delay = budget
            .abort
            .and_then(|abort| abort.after_seconds)
            .map_or(standing.usual_delay(), i64::from);
        second - since >= delay
    }

    /// How the windows so far stand.
    pub(super) fn standing_of_windows(&self) -> Standing {
        match self.is_doomed {
            true => Standing::Final,
            false => Standing::Fine,
        }
    }
}

fn enough(budget: &Budget) -> String {
    match budget.min_samples {
        0 => "a request".to_owned(),
        count => format!("{count} samples"),
    }
}

fn too_few(budget: &Budget) -> String {
    match budget.min_samples {
        0 => "no request".to_owned(),
        count => format!("fewer than {count} samples"),
    }
}

/// `12:00:31 UTC`.
fn clock(second: i64) -> String {
    let utc = Timestamp(second as f64).utc();
    format!("{} UTC", utc.get(11..19).unwrap_or(&utc))
}
