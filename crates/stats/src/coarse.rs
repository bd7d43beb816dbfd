//! Response times in 32 buckets for each doubling: what charts over time and heat maps are drawn from.
//!
//! A bucket is 3 % wide. Tables are made from the exact [`Histogram`](crate::Histogram), not from this.

use serde::{Serialize, Serializer};

use crate::Histogram;
use crate::bucket;
use crate::histogram::SparseCounts;

/// Buckets in one doubling.
const PER_DOUBLING: u64 = 32;
const PER_DOUBLING_BITS: u32 = PER_DOUBLING.ilog2();

/// Counts by bucket, sorted by bucket. Written as one flat list: `[bucket, count, bucket, count]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoarseCounts(Vec<(u16, u32)>);

/// The bucket of a number of microseconds.
fn bucket_of(microseconds: u64) -> u16 {
    if microseconds < PER_DOUBLING {
        return microseconds as u16;
    }
    let shift = microseconds.ilog2() - PER_DOUBLING_BITS;
    (u64::from(shift) * PER_DOUBLING + (microseconds >> shift)) as u16
}

impl CoarseCounts {
    /// How many response times were counted.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|&(_, count)| u64::from(count)).sum()
    }

    pub(crate) fn add(&mut self, exact: &SparseCounts) {
        // Both are sorted, and a finer bucket never belongs to an earlier coarse one than that before it.
        let mut position = 0;
        for (index, count) in exact.iter() {
            let bucket = bucket_of(bucket::span(index).0);
            while self.0.get(position).is_some_and(|&(known, _)| known < bucket) {
                position += 1;
            }
            self.add_at(position, bucket, count);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let mut position = 0;
        for &(bucket, count) in &other.0 {
            while self.0.get(position).is_some_and(|&(known, _)| known < bucket) {
                position += 1;
            }
            self.add_at(position, bucket, count);
        }
    }

    fn add_at(&mut self, position: usize, bucket: u16, count: u32) {
        match self.0.get_mut(position) {
            Some((known, sum)) if *known == bucket => *sum = sum.saturating_add(count),
            _ => self.0.insert(position, (bucket, count)),
        }
    }
}

impl From<&Histogram> for CoarseCounts {
    fn from(histogram: &Histogram) -> Self {
        let mut counts = Self::default();
        histogram.for_each(|index, count| {
            let bucket = bucket_of(bucket::span(index).0);
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            match counts.0.last_mut() {
                Some((known, sum)) if *known == bucket => *sum = sum.saturating_add(count),
                _ => counts.0.push((bucket, count)),
            }
        });
        counts
    }
}

impl Serialize for CoarseCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            self.0
                .iter()
                .flat_map(|&(bucket, count)| [u32::from(bucket), count]),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_those_that_the_documentation_tells() {
        for microseconds in (0..100_000_u64).chain([1 << 40, u64::MAX]) {
            let documented = match microseconds {
                0..32 => microseconds,
                _ => {
                    let exponent = u64::from(microseconds.ilog2());
                    let begin = 1_u128 << exponent;
                    let within = (u128::from(microseconds) - begin) * 32 / begin;
                    32 * (exponent - 4) + within as u64
                }
            };
            assert_eq!(
                u64::from(bucket_of(microseconds)),
                documented,
                "{microseconds} µs"
            );
        }
    }

    #[test]
    fn counting_together_or_apart_is_the_same() {
        let exact = |times: &[f64]| SparseCounts::from_milliseconds(times.iter().map(|&time| (time, 1)));
        let mut together = CoarseCounts::default();
        together.add(&exact(&[1.0, 1.01, 250.0, 9000.0]));
        together.add(&exact(&[0.0, 1.0, 260.0]));
        let (mut left, mut right) = (CoarseCounts::default(), CoarseCounts::default());
        left.add(&exact(&[0.0, 1.0, 260.0]));
        right.add(&exact(&[1.0, 1.01, 250.0, 9000.0]));
        left.merge(&right);
        assert_eq!(left, together);
        assert_eq!(together.count(), 7);
        let mut histogram = Histogram::default();
        for times in [exact(&[1.0, 1.01, 250.0, 9000.0]), exact(&[0.0, 1.0, 260.0])] {
            histogram.merge_sparse(&times);
        }
        assert_eq!(CoarseCounts::from(&histogram), together);
    }

    #[test]
    fn it_is_written_flat() {
        let mut counts = CoarseCounts::default();
        counts.add(&SparseCounts::from_milliseconds([(0.005, 2), (1.0, 3)]));
        assert_eq!(serde_json::to_string(&counts).unwrap(), "[5,2,190,3]");
    }
}
