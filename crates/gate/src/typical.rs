//! How much worse the typical stretch of time became: trimmed means over blocks. Stalls and noisy neighbours, which hit a few
//! blocks of either side by luck, neither make nor hide a difference.
//!
//! Yuen's method (1974; for pairs Wilcox, "Introduction to Robust Estimation", 5.9): the fifth of the blocks with the least
//! and the fifth with the greatest value do not count for the mean, and are drawn in for its standard error.

use std::ops::Range;

use crate::bootstrap::{drift_inflation, inflation};
use crate::effect::{Effect, Pair, scaled, unscaled};
use crate::metric::Metric;
use crate::side::Side;

/// One in so many is left out at either end ...
const TRIMMED: usize = 5;

/// ... if there are this many; with fewer, too few would be left.
const FEWEST_TRIMMED: usize = 10;

/// Neighbouring blocks are joined until this many values lie beyond the quantile, which then means something in each.
const BEYOND_IN_BLOCK: f64 = 10.0;

/// Blocks of a side, after joining, that tell something.
const FEWEST_BLOCKS: usize = 5;

/// The middle of some values.
#[derive(Clone, Debug, PartialEq)]
struct Middle {
    mean: f64,
    /// Variance of the mean.
    variance: f64,
    freedom: f64,
    /// Distances from the mean, in order, with the outer ones drawn in.
    residuals: Vec<f64>,
}

/// An effect, with the middle of each base run.
#[derive(Clone, Debug)]
pub(crate) struct Typical {
    pub(crate) effect: Effect,
    pub(crate) base_runs: Vec<f64>,
}

/// How much worse the typical block is; `None` if there are too few of them.
pub(crate) fn typical(pair: Pair<'_>, metric: Metric) -> Option<Typical> {
    if pair.is_paired {
        of_pairs(pair, metric)
    } else {
        of_sides(pair, metric)
    }
}

/// The value of the typical block of one run, with the standard error of its logarithm.
pub(crate) fn typical_of_run(side: &Side, metric: Metric) -> Option<(f64, f64)> {
    let runs = middles(side, metric)?;
    let middle = Middle::of(runs.first()?);
    let inflation = drift_inflation(&middle.residuals);
    Some((
        unscaled(metric, middle.mean),
        (middle.variance * inflation).sqrt(),
    ))
}

fn of_pairs(pair: Pair<'_>, metric: Metric) -> Option<Typical> {
    let groups = groups(&[pair.base, pair.head], 0..pair.head.blocks(), metric);
    let (base, head) = (
        values(pair.base, &groups, metric),
        values(pair.head, &groups, metric),
    );
    if base.len() < FEWEST_BLOCKS || base.len() != head.len() {
        return None;
    }
    let sign = sign(metric);
    let differences: Vec<f64> = base
        .iter()
        .zip(&head)
        .map(|(base, head)| sign * (head - base))
        .collect();
    let middle = Middle::of(&differences);
    let inflation = inflation(std::slice::from_ref(&middle.residuals));
    let (least, greatest) = without_one(&differences);
    let centre = f64::midpoint(Middle::of(&base).mean, Middle::of(&head).mean);
    let effect = Effect {
        error: (middle.variance * inflation).sqrt(),
        freedom: (middle.freedom + 1.0) / inflation - 1.0,
        least,
        greatest,
        ..Effect::around(metric, centre, middle.mean)
    };
    Some(Typical {
        effect: effect.bounded(),
        base_runs: Vec::new(),
    })
}

fn of_sides(pair: Pair<'_>, metric: Metric) -> Option<Typical> {
    let (base, head) = (middles(pair.base, metric)?, middles(pair.head, metric)?);
    let mean =
        |runs: &[Vec<f64>]| runs.iter().map(|run| Middle::of(run).mean).sum::<f64>() / runs.len() as f64;
    let sign = sign(metric);
    let size_of = |base: &[Vec<f64>], head: &[Vec<f64>]| sign * (mean(head) - mean(base));
    let (mut variance, mut share) = (0.0, 0.0);
    for side in [&base, &head] {
        for run in side {
            let middle = Middle::of(run);
            let inflation = drift_inflation(&middle.residuals);
            let own = middle.variance * inflation / (side.len() * side.len()) as f64;
            variance += own;
            share += own.powi(2) / ((middle.freedom + 1.0) / inflation - 1.0).max(1.0);
        }
    }
    let size = size_of(&base, &head);
    let (mut least, mut greatest) = (size, size);
    if let [run] = head.as_slice() {
        let (fewest, most) = without_one(run);
        let ends = [fewest, most].map(|mean| size_of(&base, &[vec![mean]]));
        (least, greatest) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    }
    let centre = f64::midpoint(mean(&base), mean(&head));
    let effect = Effect {
        error: variance.sqrt(),
        freedom: if share > 0.0 {
            variance.powi(2) / share
        } else {
            1.0
        },
        least,
        greatest,
        ..Effect::around(metric, centre, size)
    };
    let base_runs = base.iter().map(|run| Middle::of(run).mean).collect();
    Some(Typical {
        effect: effect.bounded(),
        base_runs,
    })
}

/// The values of the blocks of each run.
fn middles(side: &Side, metric: Metric) -> Option<Vec<Vec<f64>>> {
    let mut first = 0;
    let mut runs = Vec::new();
    for &blocks in side.runs() {
        let groups = groups(&[side], first..first + blocks, metric);
        first += blocks;
        runs.push(values(side, &groups, metric));
    }
    runs.retain(|run| !run.is_empty());
    let blocks: usize = runs.iter().map(Vec::len).sum();
    (blocks >= FEWEST_BLOCKS).then_some(runs)
}

/// Neighbouring blocks that together have enough values on every side. What is left at the end goes to the last group.
fn groups(sides: &[&Side], blocks: Range<usize>, metric: Metric) -> Vec<Range<usize>> {
    let needed = match metric {
        Metric::Percentile(fraction) => BEYOND_IN_BLOCK / (1.0 - fraction).min(fraction) - 1e-6,
        _ => BEYOND_IN_BLOCK,
    };
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut first = blocks.start;
    for end in blocks.start + 1..=blocks.end {
        if sides.iter().all(|side| side.samples_of(first..end) >= needed) {
            groups.push(first..end);
            first = end;
        }
    }
    if let Some(last) = groups.last_mut() {
        last.end = blocks.end;
    }
    groups
}

fn values(side: &Side, groups: &[Range<usize>], metric: Metric) -> Vec<f64> {
    let mut row = 0;
    let of_group = |group: &Range<usize>| {
        let found = side.value_of(metric, group.clone(), row)?;
        row = found.1;
        Some(scaled(metric, found.0))
    };
    groups.iter().filter_map(of_group).collect()
}

/// The least and the greatest middle when one value is left out.
fn without_one(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let whole = Middle::of(&sorted).mean;
    match sorted.as_slice() {
        [] | [_] => (whole, whole),
        // The middle is least without the greatest value, and the other way round.
        [rest @ .., _] => (Middle::of(rest).mean, Middle::of(&sorted[1..]).mean),
    }
}

fn sign(metric: Metric) -> f64 {
    if metric.is_better_when_greater() {
        -1.0
    } else {
        1.0
    }
}

impl Middle {
    fn of(values: &[f64]) -> Self {
        let count = values.len();
        let left_out = if count >= FEWEST_TRIMMED {
            count / TRIMMED
        } else {
            0
        };
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let kept = &sorted[left_out..count - left_out];
        let mean = kept.iter().sum::<f64>() / kept.len().max(1) as f64;
        let (Some(&low), Some(&high)) = (kept.first(), kept.last()) else {
            return Self {
                mean,
                variance: 0.0,
                freedom: 0.0,
                residuals: Vec::new(),
            };
        };
        let drawn_in: Vec<f64> = values.iter().map(|value| value.clamp(low, high)).collect();
        let centre = drawn_in.iter().sum::<f64>() / count as f64;
        let residuals: Vec<f64> = drawn_in.iter().map(|value| value - centre).collect();
        let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
        let freedom = kept.len() as f64 - 1.0;
        let variance = if freedom > 0.0 {
            squares / (kept.len() as f64 * freedom)
        } else {
            0.0
        };
        Self {
            mean,
            variance,
            freedom,
            residuals,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_their_mean_and_its_variance() {
        let middle = Middle::of(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!((middle.mean, middle.freedom), (2.5, 3.0));
        assert!((middle.variance - 5.0 / 3.0 / 4.0).abs() < 1e-12);
    }

    #[test]
    fn outliers_do_not_move_the_middle() {
        let mut values: Vec<f64> = (0..20).map(f64::from).collect();
        let before = Middle::of(&values);
        values[19] = 1e6;
        assert_eq!(Middle::of(&values), before);
        assert_eq!(before.freedom, 11.0);
    }

    #[test]
    fn leaving_one_out_tells_the_range() {
        assert_eq!(without_one(&[5.0, 1.0, 3.0]), (2.0, 4.0));
    }
}
