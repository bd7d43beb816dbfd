//! Whether a budget for the whole period is broken beyond doubt while the run still goes on.
//!
//! - Cannot be mended, so at once: too great a maximum, too many failures or requests, too much memory, too small a
//!   minimum.
//! - Can still be met, so never: more requests or failures, a greater maximum, a smaller minimum, `!=`.
//! - Percentiles and error rates with an upper limit: more requests are over it than allowed, by a one-sided bound of
//!   3.3 standard deviations with twice the variance of independent requests, because one stall makes many slow; from
//!   30 samples on, and for 10 seconds.
//! - Too few requests per second: from the end of the ramp on, in the period and since then, for 10 seconds.
//! - What is left (averages, spreads, percentiles from below): for 10 seconds.

use crate::budget::{Budget, Relation};
use crate::metric::Metric;
use crate::stretch::Stretch;

/// One in two thousand, on one side.
const DEVIATIONS: f64 = 3.3;
/// By how much requests that follow each other vary more than independent ones.
const DESIGN_EFFECT: f64 = 2.0;
/// Fewest samples for the bound to be one.
const LEAST_SAMPLES: u64 = 30;
/// For how many seconds a budget that can be mended must be broken.
const LASTING_SECONDS: i64 = 10;

/// How a budget stands in the middle of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is kept, or may yet be.
    Fine,
    /// It is broken, and would have to be mended.
    Broken,
    /// It is broken, whatever comes.
    Final,
}

impl Standing {
    /// For how long it must stand so before the run is ended.
    pub(super) fn usual_delay(self) -> i64 {
        match self {
            Self::Fine | Self::Broken => LASTING_SECONDS,
            Self::Final => 0,
        }
    }
}

/// How a budget stands after a stretch from the start of its period. `steady_rate` are the requests per second since
/// the ramp ended, if it has.
pub(super) fn of(budget: &Budget, stretch: &Stretch, steady_rate: Option<f64>) -> Standing {
    let Some(value) = stretch
        .figure(budget.metric)
        .filter(|&value| !budget.allows(value))
    else {
        return Standing::Fine;
    };
    if stretch.samples(budget.metric) < budget.min_samples {
        return Standing::Fine;
    }
    let comparison = budget.comparison;
    let is_over = comparison.is_upper() || comparison == Relation::Equal && value > budget.limit;
    let is_broken = match budget.metric {
        Metric::Maximum | Metric::Failures | Metric::Requests | Metric::PeakMemory => {
            return final_if(is_over);
        }
        Metric::Minimum => return final_if(comparison.is_lower()),
        Metric::Percentile(_) | Metric::ErrorRate if comparison.is_upper() => {
            is_beyond_doubt(budget, stretch)
        }
        Metric::RequestsPerSecond if comparison.is_lower() => {
            steady_rate.is_some_and(|rate| !budget.allows(rate))
        }
        _ => true,
    };
    match is_broken {
        true => Standing::Broken,
        false => Standing::Fine,
    }
}

fn final_if(is_final: bool) -> Standing {
    match is_final {
        true => Standing::Final,
        false => Standing::Fine,
    }
}

/// Whether so many are over the limit that chance does not explain it.
fn is_beyond_doubt(budget: &Budget, stretch: &Stretch) -> bool {
    let samples = stretch.samples(budget.metric);
    let (over, allowed_share) = match budget.metric {
        Metric::Percentile(fraction) => (count_over(budget, stretch), 1.0 - fraction),
        _ => (stretch.block.failures, budget.limit),
    };
    let count = samples as f64;
    let deviation = (DESIGN_EFFECT * count * allowed_share * (1.0 - allowed_share)).sqrt();
    samples >= LEAST_SAMPLES && over as f64 > count * allowed_share + DEVIATIONS * deviation
}

fn count_over(budget: &Budget, stretch: &Stretch) -> u64 {
    let counts = &stretch.block.times.counts;
    counts
        .iter()
        .filter(|&&(value, _)| !budget.allows(value))
        .map(|&(_, count)| count)
        .sum()
}
