//! What a run measured, in blocks of time: the form in which runs are compared.
//!
//! Requests that follow each other are not independent (one stall makes thousands slow), stretches of time nearly are.

use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::facts::RunFacts;

/// A run in blocks.
#[derive(Clone, Debug, Default)]
pub struct BlockedRun {
    /// What is known of it.
    pub facts: RunFacts,
    /// Its endpoints, the total first.
    pub endpoints: Vec<BlockedEndpoint>,
    /// Greatest resident memory of the service under test in bytes, if it was watched.
    pub peak_memory_bytes: Option<u64>,
}

/// One endpoint of a run in blocks.
#[derive(Clone, Debug)]
pub struct BlockedEndpoint {
    /// Which.
    pub endpoint: Endpoint,
    /// Stretches of time in order, those without a request too. Empty if only `summary` is known.
    pub blocks: Vec<Block>,
    /// Figures that another tool has reckoned, where no distribution is known.
    pub summary: Option<Summary>,
}

/// A stretch of time, or of rounds of a benchmark.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Length; 0 for rounds of a benchmark.
    pub seconds: f64,
    /// Finished requests, failed ones included.
    pub requests: u64,
    /// Failures.
    pub failures: u64,
    /// Response times.
    pub times: Distribution,
}

/// Values (ms) with their counts, from the least; no value twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// (value in ms, count).
    pub counts: Vec<(f64, u64)>,
}

/// Figures without a distribution. Times are milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Requests or rounds.
    pub count: u64,
    /// Failures.
    pub failures: u64,
    /// Requests per second.
    pub requests_per_second: f64,
    /// Least.
    pub min: f64,
    /// Greatest.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation, if it is told.
    pub standard_deviation: Option<f64>,
    /// Distance between the first and the third quartile, if it is told.
    pub interquartile_range: Option<f64>,
    /// (fraction, value), from the least fraction; 0.5 is among them.
    pub percentiles: Vec<(f64, f64)>,
    /// Greatest resident memory in bytes, if it is told.
    pub peak_memory_bytes: Option<u64>,
}

impl Distribution {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(|&(_, count)| count).sum()
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        let mut merged = Vec::with_capacity(self.counts.len().max(other.counts.len()));
        let (mut left, mut right) = (
            self.counts.iter().copied().peekable(),
            other.counts.iter().copied().peekable(),
        );
        loop {
            let next = match (left.peek().copied(), right.peek().copied()) {
                (Some((a, count_a)), Some((b, count_b))) if a == b => {
                    left.next();
                    right.next();
                    (a, count_a + count_b)
                }
                (Some((a, count)), Some((b, _))) if a < b => {
                    left.next();
                    (a, count)
                }
                (Some(value), None) => {
                    left.next();
                    value
                }
                (_, Some(value)) => {
                    right.next();
                    value
                }
                (None, None) => break,
            };
            merged.push(next);
        }
        self.counts = merged;
    }

    /// The value at a fraction of the sorted values: the one at position ⌊n·q⌋ counting from zero, the last for 1, as in
    /// [`katydid_stats::Histogram::quantile`]. `None` without values.
    pub fn quantile(&self, fraction: f64) -> Option<f64> {
        let last = self.count().checked_sub(1)?;
        let rank = ((self.count() as f64 * fraction) as u64).min(last);
        let mut before = 0;
        self.counts
            .iter()
            .find(|&&(_, count)| {
                before += count;
                before > rank
            })
            .map(|&(value, _)| value)
    }

    /// The mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        let sum: f64 = self
            .counts
            .iter()
            .map(|&(value, count)| value * count as f64)
            .sum();
        (count > 0).then(|| sum / count as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(f64, u64)]) -> Distribution {
        Distribution {
            counts: counts.to_vec(),
        }
    }

    #[test]
    fn merging_counts_equal_values_together() {
        let mut merged = of(&[(1.0, 2), (3.0, 1)]);
        merged.merge(&of(&[(0.5, 1), (3.0, 4), (9.0, 1)]));
        assert_eq!(merged, of(&[(0.5, 1), (1.0, 2), (3.0, 5), (9.0, 1)]));
    }

    #[test]
    fn quantiles_follow_locusts_rule() {
        let values = of(&[(1.0, 1), (2.0, 1), (3.0, 1), (4.0, 1)]);
        for (fraction, value) in [(0.0, 1.0), (0.25, 2.0), (0.5, 3.0), (0.99, 4.0), (1.0, 4.0)] {
            assert_eq!(values.quantile(fraction), Some(value), "{fraction}");
        }
        assert_eq!(Distribution::default().quantile(0.5), None);
        assert_eq!(values.mean(), Some(2.5));
    }
}
