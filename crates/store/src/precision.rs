//! How finely the seconds of a run are kept: buckets of a given number per doubling, in place of the 1,024 of a running test.
//!
//! A run of an hour with a hundred busy names has 360,000 distributions; at full precision they would be noise, mostly.

use std::sync::OnceLock;

use katydid_stats::{BUCKETS, bucket_middle_microseconds, bucket_of_microseconds};

/// A precision, from the finest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// 128 buckets in a doubling: within 0.4 %.
    Fine,
    /// 64: within 0.8 %.
    Middle,
    /// 32: within 1.6 %.
    Coarse,
}

impl Precision {
    /// Every precision, the finest first.
    pub(crate) const ALL: [Self; 3] = [Self::Fine, Self::Middle, Self::Coarse];

    /// The byte that stands for it in a chunk.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.code() == code)
    }

    fn bits(self) -> u32 {
        match self {
            Self::Fine => 7,
            Self::Middle => 6,
            Self::Coarse => 5,
        }
    }

    /// The kept bucket of each bucket of a running test.
    pub(crate) fn table_to_kept(self) -> &'static [u16] {
        static TABLES: [OnceLock<Vec<u16>>; 3] = [const { OnceLock::new() }; 3];
        TABLES[self as usize].get_or_init(|| {
            (0..BUCKETS)
                .map(|index| self.bucket_of(bucket_middle_microseconds(index as u16)))
                .collect()
        })
    }

    /// The bucket of a running test that stands for each kept one.
    pub(crate) fn table_to_running(self) -> &'static [u16] {
        static TABLES: [OnceLock<Vec<u16>>; 3] = [const { OnceLock::new() }; 3];
        TABLES[self as usize].get_or_init(|| {
            let last = self.bucket_of(u64::MAX);
            (0..=last)
                .map(|bucket| bucket_of_microseconds(self.middle(bucket)))
                .collect()
        })
    }

    /// Log-linear, as in HdrHistogram: below twice the number of buckets in a doubling, every microsecond has its own.
    fn bucket_of(self, microseconds: u64) -> u16 {
        let per_doubling = 1_u64 << self.bits();
        if microseconds < 2 * per_doubling {
            return microseconds as u16;
        }
        let shift = microseconds.ilog2() - self.bits();
        (u64::from(shift) * per_doubling + (microseconds >> shift)) as u16
    }

    fn middle(self, bucket: u16) -> u64 {
        let (bucket, per_doubling) = (u64::from(bucket), 1_u64 << self.bits());
        if bucket < 2 * per_doubling {
            return bucket;
        }
        let shift = bucket / per_doubling - 1;
        let lowest = (bucket % per_doubling + per_doubling) << shift;
        lowest + (1 << shift) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_off_by_more_than_the_precision() {
        for (precision, most) in Precision::ALL.into_iter().zip([0.005, 0.009, 0.017]) {
            for microseconds in (1..2_000).chain((2_000..10_000_000).step_by(997)) {
                let running = bucket_of_microseconds(microseconds);
                let kept = precision.table_to_kept()[usize::from(running)];
                let told = bucket_middle_microseconds(precision.table_to_running()[usize::from(kept)]);
                let off = (told as f64 - microseconds as f64).abs() / microseconds as f64;
                assert!(off <= most, "{precision:?}: {microseconds} became {told}");
            }
        }
    }

    #[test]
    fn the_greatest_time_has_a_bucket() {
        for precision in Precision::ALL {
            let kept = precision.table_to_kept()[BUCKETS - 1];
            assert!(precision.table_to_running().get(usize::from(kept)).is_some());
        }
    }
}
