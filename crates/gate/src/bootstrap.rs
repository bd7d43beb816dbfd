//! The paired block bootstrap: how far a comparison might be off. Decides nothing.
//!
//! Requests within a stretch of time share its luck, so whole blocks are drawn, with replacement. Blocks that were measured
//! side by side are drawn together; their common luck cancels. Draws are the same each time.

use std::collections::BTreeMap;

use crate::random::Random;
use crate::side::Side;

/// Drawn mixtures. Only their spread is used, which 2,000 tell to 1.6 %; tails come from Student's t, because no feasible
/// number of draws reaches a chance of 0.01 divided by some hundred rules.
pub(crate) const DRAWS: usize = 2_000;

/// The same for every verdict, so that a verdict can be had again.
const SEED: u64 = 0x004B_6174_7964_6964;

/// Drawn mixtures of the blocks of one side: a row of weights for each.
#[derive(Debug)]
pub(crate) struct Draws {
    stride: usize,
    weights: Vec<f32>,
}

/// Draws for sides of all sizes, made once for each.
#[derive(Debug, Default)]
pub(crate) struct DrawsBySize {
    made: BTreeMap<(u64, Vec<usize>), Draws>,
}

impl Draws {
    /// Draws as many blocks of each run as it has.
    fn new(stream: u64, runs: &[usize], stride: usize) -> Self {
        let mut random = Random::new(SEED ^ (stream << 32));
        let mut weights = vec![0.0; DRAWS * stride];
        for row in weights.chunks_exact_mut(stride.max(1)) {
            let mut first = 0;
            for &blocks in runs {
                (0..blocks).for_each(|_| row[first + random.below(blocks)] += 1.0);
                first += blocks;
            }
        }
        Self { stride, weights }
    }

    /// The mixtures.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.weights.chunks_exact(self.stride.max(1))
    }
}

impl DrawsBySize {
    /// Makes sure that there are draws for a side. Different streams are independent.
    pub(crate) fn prepare(&mut self, stream: u64, side: &Side) {
        let key = (stream, side.runs().to_vec());
        self.made
            .entry(key)
            .or_insert_with(|| Draws::new(stream, side.runs(), side.stride()));
    }

    /// The draws for a side, if they were prepared.
    pub(crate) fn get(&self, stream: u64, side: &Side) -> Option<&Draws> {
        self.made.get(&(stream, side.runs().to_vec()))
    }
}

/// Blocks that depend on each other more than this tell next to nothing.
const MOST_CORRELATION: f64 = 0.9;

/// The standard deviation; `None` of fewer than two.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

/// By how much the variance of a sum exceeds that of independent blocks, at least 1 (Newey and West 1987, lags by their rule
/// of 1994). `series` are the scores of sides that are independent of each other.
pub(crate) fn inflation(series: &[Vec<f64>]) -> f64 {
    let plain: f64 = series.iter().map(|scores| covariance(scores, 0)).sum();
    let dependent: f64 = series
        .iter()
        .map(|scores| {
            let lags = (4.0 * (scores.len() as f64 / 100.0).powf(2.0 / 9.0)) as usize;
            let added: f64 = (1..=lags)
                .map(|lag| (1.0 - lag as f64 / (lags + 1) as f64) * covariance(scores, lag))
                .sum();
            covariance(scores, 0) + 2.0 * added
        })
        .sum();
    if plain > 0.0 {
        (dependent / plain).max(1.0)
    } else {
        1.0
    }
}

/// The same for values that drift slowly: as if each were the one before times ρ and something new (Andrews 1991), with ρ
/// corrected for its bias in short series (Kendall 1954). Sums over a few lags see too little of a drift that outlasts them.
pub(crate) fn drift_inflation(scores: &[f64]) -> f64 {
    let plain = covariance(scores, 0);
    if scores.len() < 3 || plain <= 0.0 {
        return 1.0;
    }
    let found = covariance(scores, 1) / plain;
    let correlation = (found + (1.0 + 3.0 * found) / scores.len() as f64).clamp(0.0, MOST_CORRELATION);
    ((1.0 + correlation) / (1.0 - correlation)).max(inflation(&[scores.to_vec()]))
}

/// Scores sum up to zero, so their mean is none.
fn covariance(scores: &[f64], lag: usize) -> f64 {
    scores
        .iter()
        .zip(scores.iter().skip(lag))
        .map(|(left, right)| left * right)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Block, Distribution};
    use crate::metric::Metric;

    #[test]
    fn the_spread_of_a_mean_is_the_textbooks() {
        let blocks: Vec<Block> = (0..20)
            .map(|index| Block {
                seconds: 1.0,
                requests: 1,
                failures: 0,
                times: Distribution {
                    counts: vec![(100.0 + f64::from(index), 1)],
                },
            })
            .collect();
        let side = Side::new(&[&blocks]);
        let mut draws = DrawsBySize::default();
        draws.prepare(0, &side);
        let draws = draws.get(0, &side).expect("just prepared");
        let means: Vec<f64> = draws
            .rows()
            .filter_map(|weights| side.value(Metric::Average, weights))
            .collect();
        // σ of 0..20 is √33.25; divided by √20.
        let spread = deviation(&means).expect("many draws");
        assert!((spread - 1.289).abs() < 0.06, "{spread}");
    }

    #[test]
    fn dependence_is_seen() {
        let alternating: Vec<f64> = (0..40)
            .map(|index| if index % 2 == 0 { 1.0 } else { -1.0 })
            .collect();
        assert_eq!(inflation(&[alternating]), 1.0);
        let halves: Vec<f64> = (0..40).map(|index| if index < 20 { 1.0 } else { -1.0 }).collect();
        assert!(inflation(&[halves]) > 3.0);
        assert_eq!(inflation(&[vec![0.0; 4]]), 1.0);
        let halves: Vec<f64> = (0..40).map(|index| if index < 20 { 1.0 } else { -1.0 }).collect();
        assert!(drift_inflation(&halves) > 15.0);
    }
}
