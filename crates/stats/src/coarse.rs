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

/// Lowest number of microseconds of a bucket, and how many it spans.
fn span_of(bucket: u16) -> (u64, u64) {
    let bucket = u64::from(bucket);
    if bucket < PER_DOUBLING {
        return (bucket, 1);
    }
    let shift = bucket / PER_DOUBLING - 1;
    ((bucket % PER_DOUBLING + PER_DOUBLING) << shift, 1 << shift)
}

impl CoarseCounts {
    /// How many response times were counted.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|&(_, count)| u64::from(count)).sum()
    }

    /// The response time (ms) that this fraction of the requests finished within; `None` without any.
    ///
    /// Off by 3 % at most: within a bucket the times count as evenly spread.
    pub fn quantile(&self, fraction: f64) -> Option<f64> {
        let wanted = fraction.clamp(0.0, 1.0) * self.count() as f64;
        let mut before = 0.0;
        for (position, &(bucket, count)) in self.0.iter().enumerate() {
            let count = f64::from(count);
            if before + count >= wanted || position + 1 == self.0.len() {
                let (lowest, width) = span_of(bucket);
                let share = ((wanted - before) / count).clamp(0.0, 1.0);
                return Some((lowest as f64 + share * width as f64) / 1e3);
            }
            before += count;
        }
        None
    }

    pub(crate) fn add(&mut self, exact: &SparseCounts) {
        self.add_all(
            exact
                .iter()
                .map(|(index, count)| (bucket_of(bucket::span(index).0), count)),
        );
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.add_all(other.0.iter().copied());
    }

    /// Counts that are sorted are quick to add. What came over a network may not be, and must not put this out of order.
    fn add_all(&mut self, counts: impl Iterator<Item = (u16, u32)>) {
        let (mut position, mut last) = (0, 0);
        for (bucket, count) in counts {
            if bucket < last {
                position = 0;
            }
            last = bucket;
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
    fn a_bucket_spans_what_is_counted_in_it() {
        for microseconds in (0..100_000_u64).chain([1 << 40, u64::MAX]) {
            let (lowest, width) = span_of(bucket_of(microseconds));
            assert!(
                lowest <= microseconds && microseconds - lowest < width,
                "{microseconds} µs"
            );
        }
    }

    #[test]
    fn a_quantile_lies_within_its_bucket_in_proportion() {
        let counts = |times: &[(f64, u64)]| {
            let mut counts = CoarseCounts::default();
            counts.add(&SparseCounts::from_milliseconds(times.iter().copied()));
            counts
        };
        assert_eq!(CoarseCounts::default().quantile(0.5), None);
        // The bucket of 1.024 ms ends at 1.056 ms.
        let one = counts(&[(1.024, 10)]);
        for (fraction, expected) in [(0.0, 1.024), (0.25, 1.032), (0.5, 1.04), (1.0, 1.056)] {
            assert_eq!(one.quantile(fraction), Some(expected), "{fraction}");
        }
        let two = counts(&[(1.024, 90), (1024.0, 10)]);
        assert_eq!(two.quantile(0.9), Some(1.056));
        assert_eq!(two.quantile(0.95), Some(1024.0));
        assert_eq!(two.quantile(7.0), Some(1032.192));
    }

    #[test]
    fn a_quantile_is_off_by_the_width_of_a_bucket_at_most() {
        let mut histogram = Histogram::default();
        histogram.merge_sparse(&SparseCounts::from_milliseconds(
            (1..5_000_u64).map(|number| (number as f64 * 0.37, 1 + number % 7)),
        ));
        let coarse = CoarseCounts::from(&histogram);
        for fraction in [0.01, 0.5, 0.9, 0.95, 0.99, 0.999] {
            let exact = histogram
                .quantile(fraction)
                .map(|time| time.as_secs_f64() * 1e3)
                .unwrap();
            let read = coarse.quantile(fraction).unwrap();
            assert!(
                (read - exact).abs() <= exact / 30.0,
                "{fraction}: {read} beside {exact}"
            );
        }
    }

    #[test]
    fn counts_out_of_order_are_put_in_order() {
        let sorted = CoarseCounts(vec![(5, 3), (7, 2), (9, 1)]);
        let mut counts = CoarseCounts::default();
        counts.merge(&CoarseCounts(vec![(9, 1), (5, 1), (7, 2), (5, 2)]));
        assert_eq!(counts, sorted);
    }

    #[test]
    fn it_is_written_flat() {
        let mut counts = CoarseCounts::default();
        counts.add(&SparseCounts::from_milliseconds([(0.005, 2), (1.0, 3)]));
        assert_eq!(serde_json::to_string(&counts).unwrap(), "[5,2,190,3]");
    }
}
