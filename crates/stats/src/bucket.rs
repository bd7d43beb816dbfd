//! Where a response time is counted: HDR buckets of three significant digits, and Locust's coarser ones.
//!
//! Below 2048 µs every microsecond has a bucket; above, each doubling is divided into 1024 equal ones, so no
//! value is off by more than one part in 1024. The whole range of `u64` fits into 16 bits of index.

/// Buckets in one doubling.
const PER_DOUBLING: u64 = 1024;
const PER_DOUBLING_BITS: u32 = PER_DOUBLING.ilog2();

/// Buckets there are.
pub const BUCKETS: usize = LAST_INDEX as usize + 1;

/// The bucket of `u64::MAX`.
pub(crate) const LAST_INDEX: u16 = 56_319;

/// The bucket a number of microseconds is counted in.
pub(crate) fn index_of(microseconds: u64) -> u16 {
    if microseconds < 2 * PER_DOUBLING {
        return microseconds as u16;
    }
    let shift = microseconds.ilog2() - PER_DOUBLING_BITS;
    (u64::from(shift) * PER_DOUBLING + (microseconds >> shift)) as u16
}

/// Lowest value of a bucket, and how many values (µs) it spans.
pub(crate) fn span(index: u16) -> (u64, u64) {
    let index = u64::from(index);
    if index < 2 * PER_DOUBLING {
        return (index, 1);
    }
    let shift = index / PER_DOUBLING - 1;
    ((index % PER_DOUBLING + PER_DOUBLING) << shift, 1 << shift)
}

/// The value (µs) that stands for a bucket: its middle.
pub(crate) fn middle(index: u16) -> u64 {
    let (lowest, width) = span(index);
    lowest + width / 2
}

/// The bucket that a response time in microseconds is counted in.
pub fn bucket_of_microseconds(microseconds: u64) -> u16 {
    index_of(microseconds)
}

/// The number of microseconds that stands for a bucket.
pub fn bucket_middle_microseconds(index: u16) -> u64 {
    middle(index.min(LAST_INDEX))
}

/// The same in milliseconds.
pub fn bucket_middle_ms(index: u16) -> f64 {
    middle(index.min(LAST_INDEX)) as f64 / 1e3
}

/// Locust's key for a response time: two significant digits, a half rounded to the even neighbour.
///
/// ```
/// assert_eq!(katydid_stats::locust_bucket(147.0), 150);
/// assert_eq!(katydid_stats::locust_bucket(105.0), 100);
/// ```
pub fn locust_bucket(milliseconds: f64) -> u64 {
    let step = locust_step(milliseconds);
    ((milliseconds / step).round_ties_even() * step) as u64
}

fn locust_step(milliseconds: f64) -> f64 {
    match milliseconds {
        under if under < 100.0 => 1.0,
        under if under < 1_000.0 => 10.0,
        under if under < 10_000.0 => 100.0,
        _ => 1_000.0,
    }
}

/// Locust's key for everything in one HDR bucket.
///
/// A bucket that holds a value exactly half-way between two keys counts as that value: people who log whole
/// milliseconds get Locust's keys up to a second (above, a bucket is wider than a millisecond), and for
/// measured times it makes no difference.
pub(crate) fn locust_bucket_of(index: u16) -> u64 {
    let (lowest, width) = span(index);
    let middle_ms = middle(index) as f64 / 1e3;
    let step_us = (locust_step(middle_ms) * 1e3) as u64;
    let half_way = (lowest + (width - 1)) / (step_us / 2) * (step_us / 2);
    let is_odd_half = half_way / (step_us / 2) % 2 == 1;
    if is_odd_half && half_way >= lowest {
        locust_bucket(half_way as f64 / 1e3)
    } else {
        locust_bucket(middle_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_those_of_hdr_histogram() {
        let reference =
            hdrhistogram::Histogram::<u64>::new_with_bounds(1, u64::MAX / 4, 3).expect("valid bounds");
        let mut value = 0_u64;
        while value < 1 << 55 {
            let (lowest, width) = span(index_of(value));
            assert_eq!(lowest, reference.lowest_equivalent(value), "lowest of {value}");
            assert_eq!(
                lowest + (width - 1),
                reference.highest_equivalent(value),
                "highest of {value}"
            );
            assert_eq!(
                middle(index_of(value)),
                reference.median_equivalent(value),
                "middle of {value}"
            );
            value += 1 + value / 777;
        }
    }

    #[test]
    fn the_largest_value_has_a_bucket() {
        let (lowest, width) = span(index_of(u64::MAX));
        assert_eq!(lowest + (width - 1), u64::MAX);
        assert_eq!(index_of(u64::MAX), LAST_INDEX);
    }

    /// Keys that Locust 2.47's `bucket_response_time` gives.
    const LOCUST_KEYS: [(f64, u64); 24] = [
        (0.0, 0),
        (0.4, 0),
        (0.5, 0),
        (1.5, 2),
        (2.5, 2),
        (99.4, 99),
        (99.5, 100),
        (99.6, 100),
        (104.0, 100),
        (105.0, 100),
        (106.0, 110),
        (115.0, 120),
        (147.0, 150),
        (994.0, 990),
        (995.0, 1000),
        (999.9, 1000),
        (1049.0, 1000),
        (1050.0, 1000),
        (1150.0, 1200),
        (3432.0, 3400),
        (9950.0, 10000),
        (9999.0, 10000),
        (58760.0, 59000),
        (100500.0, 100000),
    ];

    #[test]
    fn locust_keys_round_half_to_even() {
        for (milliseconds, key) in LOCUST_KEYS {
            assert_eq!(locust_bucket(milliseconds), key, "{milliseconds} ms");
        }
    }

    #[test]
    fn locust_keys_survive_the_histogram() {
        for (milliseconds, key) in LOCUST_KEYS {
            assert_eq!(
                locust_bucket_of(index_of((milliseconds * 1e3) as u64)),
                key,
                "{milliseconds} ms"
            );
        }
    }

    #[test]
    fn whole_milliseconds_get_locusts_keys_up_to_a_second() {
        let wrong =
            (0..1_450_u64).filter(|ms| locust_bucket_of(index_of(ms * 1000)) != locust_bucket(*ms as f64));
        assert_eq!(wrong.collect::<Vec<_>>(), Vec::<u64>::new());
    }
}
