//! Counts by bucket while they come in: a list where they are few, an array where they are many.
//!
//! A run has blocks for each of its names. A thousand names with an array each would fill the memory of a machine; a busy
//! name with a list would be sorted for seconds.

use katydid_gate::Distribution;
use katydid_stats::bucket_middle_ms;

/// Entries of a list; with more it becomes an array, which is then not much larger.
const FEW: usize = 2_048;

/// Counts by bucket.
#[derive(Clone, Debug)]
pub(crate) enum Counts {
    /// As they came.
    Few(Vec<(u16, u32)>),
    /// From the first bucket on.
    Many { first: usize, counts: Vec<u32> },
}

impl Default for Counts {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Counts {
    /// Adds counts, sorted by bucket.
    pub(crate) fn add(&mut self, sorted: &[(u16, u32)]) {
        match self {
            Self::Few(few) if few.len() + sorted.len() <= FEW => few.extend_from_slice(sorted),
            Self::Few(few) => {
                let mut all = std::mem::take(few);
                all.extend_from_slice(sorted);
                all.sort_unstable_by_key(|&(bucket, _)| bucket);
                *self = Self::Many {
                    first: all.first().map_or(0, |&(bucket, _)| usize::from(bucket)),
                    counts: Vec::new(),
                };
                self.add(&all);
            }
            Self::Many { first, counts } => add_to_array(first, counts, sorted),
        }
    }

    /// What was counted, as values.
    pub(crate) fn distribution(self) -> Distribution {
        let counts = match self {
            Self::Few(mut few) => {
                few.sort_unstable_by_key(|&(bucket, _)| bucket);
                few.chunk_by(|left, right| left.0 == right.0)
                    .map(|equal| (equal[0].0, equal.iter().map(|&(_, count)| u64::from(count)).sum()))
                    .map(|(bucket, count)| (bucket_middle_ms(bucket), count))
                    .collect()
            }
            Self::Many { first, counts } => (first..)
                .zip(counts)
                .filter(|&(_, count)| count > 0)
                .map(|(bucket, count)| (value_of(bucket), u64::from(count)))
                .collect(),
        };
        Distribution { counts }
    }
}

fn value_of(bucket: usize) -> f64 {
    bucket_middle_ms(u16::try_from(bucket).unwrap_or(u16::MAX))
}

fn add_to_array(first: &mut usize, counts: &mut Vec<u32>, sorted: &[(u16, u32)]) {
    let (Some(&(least, _)), Some(&(greatest, _))) = (sorted.first(), sorted.last()) else {
        return;
    };
    let (least, greatest) = (usize::from(least), usize::from(greatest));
    if least < *first {
        counts.splice(0..0, std::iter::repeat_n(0, *first - least));
        *first = least;
    }
    if greatest - *first >= counts.len() {
        counts.resize(greatest + 1 - *first, 0);
    }
    for &(bucket, count) in sorted {
        let counted = &mut counts[usize::from(bucket) - *first];
        *counted = counted.saturating_add(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_and_an_array_count_alike() {
        let rows: Vec<Vec<(u16, u32)>> = (0..600_u16)
            .map(|row| {
                (0..10)
                    .map(|place| (3_000 - row % 97 + place * 211, 1 + u32::from(place)))
                    .collect()
            })
            .collect();
        let mut by_bucket = std::collections::BTreeMap::<u16, u64>::new();
        let mut counts = Counts::default();
        for (number, row) in rows.iter().enumerate() {
            counts.add(row);
            row.iter()
                .for_each(|&(bucket, count)| *by_bucket.entry(bucket).or_default() += u64::from(count));
            if [3, 599].contains(&number) {
                let expected: Vec<(f64, u64)> = by_bucket
                    .iter()
                    .map(|(&bucket, &count)| (bucket_middle_ms(bucket), count))
                    .collect();
                assert_eq!(
                    counts.clone().distribution().counts,
                    expected,
                    "after row {number}"
                );
            }
        }
        assert!(matches!(counts, Counts::Many { .. }));
    }
}
