//! One side of a comparison: an endpoint of one or more runs, laid out so that a figure of any mixture of its blocks is
//! found fast. Knows nothing of the other side.

use std::ops::Range;

use crate::block::{Block, Distribution};
use crate::metric::Metric;

/// More blocks than this in a run are joined with their neighbours: longer blocks depend less on each other, and Student's
/// t hardly changes beyond.
const MOST_BLOCKS: usize = 64;

/// Sums of so many numbers are taken side by side.
const LANES: usize = 8;

/// How often each block is counted, padded with zeros to a multiple of [`LANES`].
pub(crate) type Weights = [f32];

/// An endpoint of one or more runs in blocks.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// Blocks of each run.
    runs: Vec<usize>,
    /// All response times.
    merged: Distribution,
    /// Every value that occurs (ms), ascending.
    values: Vec<f64>,
    /// For each value a row: how many values up to it each block has.
    up_to: Vec<f32>,
    /// Length of a row.
    stride: usize,
    counts: Vec<f32>,
    sums: Vec<f32>,
    requests: Vec<f32>,
    failures: Vec<f32>,
    seconds: Vec<f32>,
    once: Vec<f32>,
}

impl Side {
    /// Lays out the blocks of one or more runs, each in order.
    pub(crate) fn new(runs: &[&[Block]]) -> Self {
        let grouped: Vec<usize> = runs.iter().map(|run| group_size(run.len())).collect();
        let lengths: Vec<usize> = runs
            .iter()
            .zip(&grouped)
            .map(|(run, &size)| run.len().div_ceil(size))
            .collect();
        let blocks: usize = lengths.iter().sum();
        let merged = merged(&runs.iter().flat_map(|run| run.iter()).collect::<Vec<_>>());
        let mut side = Self::empty(lengths, padded(blocks), merged);
        let mut first = 0;
        for (run, (&size, length)) in runs.iter().zip(grouped.iter().zip(side.runs.clone())) {
            for (index, block) in run.iter().enumerate() {
                side.add(first + index / size, block);
            }
            first += length;
        }
        side.once[..blocks].fill(1.0);
        side.accumulate();
        side
    }

    fn empty(runs: Vec<usize>, stride: usize, merged: Distribution) -> Self {
        let zeros = || vec![0.0; stride];
        Self {
            runs,
            up_to: vec![0.0; stride * merged.counts.len()],
            values: merged.counts.iter().map(|&(value, _)| value).collect(),
            merged,
            stride,
            counts: zeros(),
            sums: zeros(),
            requests: zeros(),
            failures: zeros(),
            seconds: zeros(),
            once: zeros(),
        }
    }

    fn add(&mut self, column: usize, block: &Block) {
        self.requests[column] += block.requests as f32;
        self.failures[column] += block.failures as f32;
        self.seconds[column] += block.seconds as f32;
        let mut row = 0;
        let mut sum = 0.0;
        for &(value, count) in &block.times.counts {
            // Both ascend, and every value is among the known ones.
            while self.values[row] < value {
                row += 1;
            }
            self.up_to[row * self.stride + column] += count as f32;
            self.counts[column] += count as f32;
            sum += value * count as f64;
        }
        self.sums[column] += sum as f32;
    }

    fn accumulate(&mut self) {
        for row in 1..self.values.len() {
            let (before, rest) = self.up_to.split_at_mut(row * self.stride);
            let last = &before[(row - 1) * self.stride..];
            for (sum, add) in rest[..self.stride].iter_mut().zip(last) {
                *sum += add;
            }
        }
    }

    /// Gives up the layout for what is drawn.
    pub(crate) fn into_merged(self) -> Distribution {
        self.merged
    }

    /// Blocks of each run.
    pub(crate) fn runs(&self) -> &[usize] {
        &self.runs
    }

    /// Blocks in all.
    pub(crate) fn blocks(&self) -> usize {
        self.runs.iter().sum()
    }

    /// Length of weights for this side.
    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Each block once.
    pub(crate) fn once(&self) -> &Weights {
        &self.once
    }

    /// Response times in all.
    pub(crate) fn samples(&self) -> u64 {
        total(&self.counts) as u64
    }

    /// Response times of some blocks.
    pub(crate) fn samples_of(&self, blocks: Range<usize>) -> f64 {
        total(&self.counts[blocks])
    }

    /// Requests in all.
    pub(crate) fn requests(&self) -> f64 {
        total(&self.requests)
    }

    /// Failures in all.
    pub(crate) fn failures(&self) -> f64 {
        total(&self.failures)
    }

    /// A metric of the blocks, each counted as often as its weight says. `None` where there is nothing to tell.
    pub(crate) fn value(&self, metric: Metric, weights: &Weights) -> Option<f64> {
        self.value_near(metric, weights, self.values.len() / 2)
            .map(|(value, _)| value)
    }

    /// A metric of each run.
    pub(crate) fn values_of_runs(&self, metric: Metric) -> Vec<f64> {
        let mut first = 0;
        let of_run = |&blocks: &usize| {
            first += blocks;
            self.value_of(metric, first - blocks..first, 0)
                .map(|(value, _)| value)
        };
        self.runs.iter().filter_map(of_run).collect()
    }

    /// The metric of a mixture, beginning the search at a row: results of mixtures of the same blocks lie close together. Tells the row.
    pub(crate) fn value_near(&self, metric: Metric, weights: &Weights, row: usize) -> Option<(f64, usize)> {
        if let Metric::Percentile(fraction) = metric {
            let row = self.row_of(fraction, weights, row)?;
            return Some((self.values[row], row));
        }
        let (top, bottom) = self.fraction(metric)?;
        let below = dot(bottom, weights);
        (below > 0.0).then(|| (f64::from(dot(top, weights)) / f64::from(below), row))
    }

    /// A metric of neighbouring blocks, as [`value_near`](Self::value_near) finds it.
    pub(crate) fn value_of(&self, metric: Metric, blocks: Range<usize>, row: usize) -> Option<(f64, usize)> {
        let of_row = |row: &[f32]| row[blocks.clone()].iter().sum::<f32>();
        if let Metric::Percentile(fraction) = metric {
            let row = self.search(fraction, row, of_row)?;
            return Some((self.values[row], row));
        }
        let (top, bottom) = self.fraction(metric)?;
        let below = of_row(bottom);
        (below > 0.0).then(|| (f64::from(of_row(top)) / f64::from(below), row))
    }

    /// What each block adds to the error of a metric, in shares of all of it: the linear part of the estimate, which is
    /// what tells how much neighbouring blocks depend on each other.
    pub(crate) fn scores(&self, metric: Metric) -> Vec<f64> {
        let scored = |top: &[f32], bottom: &[f32], ratio: f64, scale: f64| -> Vec<f64> {
            let terms = top.iter().zip(bottom).take(self.blocks());
            terms
                .map(|(&top, &bottom)| (f64::from(top) - ratio * f64::from(bottom)) / scale)
                .collect()
        };
        if let Metric::Percentile(fraction) = metric {
            let Some(row) = self.row_of(fraction, &self.once, self.values.len() / 2) else {
                return Vec::new();
            };
            // The share that lies at or below the quantile is a little over the fraction where values are coarse.
            let share = f64::from(dot(self.row(row), &self.once)) / total(&self.counts);
            return scored(self.row(row), &self.counts, share, -total(&self.counts));
        }
        let Some((top, bottom)) = self.fraction(metric) else {
            return Vec::new();
        };
        let (above, below) = (total(top), total(bottom));
        scored(top, bottom, above / below, if above > 0.0 { above } else { 1.0 })
    }

    /// Numerator and denominator of a metric that is a ratio of sums.
    fn fraction(&self, metric: Metric) -> Option<(&[f32], &[f32])> {
        match metric {
            Metric::Average => Some((&self.sums, &self.counts)),
            Metric::ErrorRate => Some((&self.failures, &self.requests)),
            Metric::RequestsPerSecond => Some((&self.requests, &self.seconds)),
            _ => None,
        }
    }

    fn row(&self, row: usize) -> &[f32] {
        &self.up_to[row * self.stride..(row + 1) * self.stride]
    }

    /// The row of a quantile, by the rule of [`Distribution::quantile`]: gallops from `start`, then halves.
    fn row_of(&self, fraction: f64, weights: &Weights, start: usize) -> Option<usize> {
        self.search(fraction, start, |row| dot(row, weights))
    }

    fn search(&self, fraction: f64, start: usize, of_row: impl Fn(&[f32]) -> f32) -> Option<usize> {
        let count = of_row(&self.counts);
        let rank = (f64::from(count) * fraction).floor().min(f64::from(count) - 1.0) as f32;
        if count < 1.0 {
            return None;
        }
        let is_above = |row: usize| of_row(self.row(row)) > rank;
        let last = self.values.len() - 1;
        let (mut low, mut high, mut step) = (start.min(last), start.min(last), 1);
        while low > 0 && is_above(low) {
            high = low;
            low = low.saturating_sub(step);
            step *= 2;
        }
        step = 1;
        while high < last && !is_above(high) {
            low = high + 1;
            high = (high + step).min(last);
            step *= 2;
        }
        while low < high {
            let middle = usize::midpoint(low, high);
            if is_above(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(low.min(last))
    }
}

/// All response times of some blocks.
pub(crate) fn merged(blocks: &[&Block]) -> Distribution {
    match blocks {
        [] => Distribution::default(),
        [one] => one.times.clone(),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            let mut all = merged(left);
            all.merge(&merged(right));
            all
        }
    }
}

/// How many neighbours become one block.
fn group_size(blocks: usize) -> usize {
    blocks.div_ceil(MOST_BLOCKS).max(1)
}

fn padded(length: usize) -> usize {
    length.div_ceil(LANES) * LANES
}

fn total(numbers: &[f32]) -> f64 {
    numbers.iter().map(|&number| f64::from(number)).sum()
}

/// In eight sums side by side, which the compiler makes one instruction. Counts stay exact up to 2²⁴.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (left, right) in left.chunks_exact(LANES).zip(right.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(counts: &[(f64, u64)]) -> Block {
        let times = Distribution {
            counts: counts.to_vec(),
        };
        Block {
            seconds: 10.0,
            requests: times.count(),
            failures: 1,
            times,
        }
    }

    #[test]
    fn quantiles_are_those_of_the_merged_blocks() {
        let blocks = [
            block(&[(1.0, 4), (2.0, 3), (8.0, 1)]),
            block(&[(2.0, 5), (3.0, 5)]),
            block(&[(0.5, 2), (9.0, 1)]),
        ];
        let side = Side::new(&[&blocks]);
        let all = merged(&blocks.iter().collect::<Vec<_>>());
        for percent in 1..100 {
            let fraction = f64::from(percent) / 100.0;
            for start in [0, 2, 5, 99] {
                let found = side.value_near(Metric::Percentile(fraction), side.once(), start);
                assert_eq!(
                    found.map(|(value, _)| value),
                    all.quantile(fraction),
                    "{percent} {start}"
                );
            }
        }
        assert_eq!(side.samples(), 21);
        assert_eq!(
            side.value(Metric::RequestsPerSecond, side.once()),
            Some(21.0 / f64::from(30u8))
        );
    }

    #[test]
    fn weights_count_blocks_more_than_once() {
        let blocks = [block(&[(1.0, 1)]), block(&[(5.0, 1)])];
        let side = Side::new(&[&blocks]);
        let mut weights = vec![0.0; side.stride()];
        weights[1] = 3.0;
        assert_eq!(side.value(Metric::Percentile(0.5), &weights), Some(5.0));
        assert_eq!(side.value(Metric::Average, &weights), Some(5.0));
        weights[1] = 0.0;
        assert_eq!(side.value(Metric::Percentile(0.5), &weights), None);
    }

    #[test]
    fn many_blocks_are_joined() {
        let blocks = vec![block(&[(1.0, 2)]); 260];
        let side = Side::new(&[&blocks, &blocks[..7]]);
        assert_eq!(side.runs(), [52, 7]);
        assert_eq!(side.samples(), 534);
    }
}
