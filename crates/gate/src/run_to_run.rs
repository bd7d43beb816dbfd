//! What the base runs' differences mean for a comparison: greater errors, and a second look beside the other endpoints.

use crate::effect::Effect;
use crate::metric::Unit;
use crate::runs::{Between, Variance, between_runs, median};
use crate::weigh::{Candidate, Relative, Setting};

/// Fewer other endpoints do not tell what kind of day the machine had.
const FEWEST_OTHERS: usize = 4;

/// What is known less well than this many times what is tolerated does not move as the other endpoints do: stalls, for one,
/// add to times rather than multiply them.
const MOST_RESTLESS: f64 = 2.0;

/// The median of normal values varies this many times as much as their mean.
const MEDIAN_VARIANCE: f64 = 1.57;

/// Makes the errors of effects at least as great as the differences between base runs say, or as they are taken to be where
/// these cannot tell. Within one run, as in a duel, nothing is taken.
pub(crate) fn add_run_to_run(subjects: usize, setting: Setting<'_>, candidates: &mut [Candidate]) {
    for tolerance in setting.gated() {
        let is_it = |candidate: &&mut Candidate| candidate.tolerance.metric == tolerance.metric;
        let mut rows = vec![Vec::new(); subjects];
        for candidate in candidates.iter_mut().filter(is_it) {
            rows[candidate.subject].clone_from(&candidate.base_runs);
        }
        let variances = between_runs(&rows);
        let mut others: Vec<(usize, f64)> = Vec::new();
        for candidate in candidates.iter_mut().filter(is_it) {
            if !candidate.endpoint.is_total() {
                others.push((candidate.subject, candidate.effect.size));
            }
        }
        for candidate in candidates.iter_mut().filter(is_it) {
            match variances[candidate.subject] {
                Some(between) => candidate.take_run_to_run(between, &others, setting),
                None => candidate.assume_run_to_run(setting.run_to_run),
            }
        }
    }
}

impl Candidate {
    /// Both runs differ from what they would be on average; rates are taken to be what was offered.
    fn assume_run_to_run(&mut self, share: f64) {
        if self.tolerance.metric.unit() == Unit::Milliseconds {
            let within = self.effect.error.powi(2);
            let both = within + 2.0 * share.powi(2);
            self.effect.error = both.sqrt();
            self.effect.freedom *= (both / within).powi(2);
        }
    }

    /// One more run differs from the mean of k by s·√(1 + 1/k).
    fn take_run_to_run(&mut self, between: Between, all: &[(usize, f64)], setting: Setting<'_>) {
        let runs = self.base_runs.len() as f64;
        self.effect.take_at_least(between.whole, 1.0 + 1.0 / runs);
        let others: Vec<f64> = all
            .iter()
            .filter(|&&(subject, _)| subject != self.subject)
            .map(|&(_, size)| size)
            .collect();
        let is_time = self.tolerance.metric.unit() == Unit::Milliseconds;
        let (Some(own), true) = (between.own, is_time && !self.endpoint.is_total()) else {
            return;
        };
        let is_calm = self.effect.error <= setting.limit(self) * MOST_RESTLESS;
        if others.len() >= FEWEST_OTHERS && is_calm {
            let of_median = MEDIAN_VARIANCE / others.len() as f64;
            // A head that is shorter than the base runs differs by as much more.
            let times = (self.shortness.max(1.0) + 1.0 / runs) * (1.0 + of_median);
            self.relative = Some(Relative {
                size: self.effect.size - median(others),
                error: (own.variance * times).sqrt(),
                freedom: own.freedom,
            });
        }
    }
}

impl Effect {
    fn take_at_least(&mut self, between: Variance, times: f64) {
        let error = (between.variance * times).sqrt();
        if error > self.error {
            (self.error, self.freedom) = (error, between.freedom);
        } else {
            // What happens within runs is more than what differs between them; the weaker of both knows how well.
            self.freedom = self.freedom.min(between.freedom.max(1.0));
        }
    }
}
