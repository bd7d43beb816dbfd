//! A distribution from its percentiles: values are spread evenly between neighbouring ones, none lies outside them.

/// Different values between two percentiles: a reader of the result sees no steps, and a window stays below a kilobyte.
const STEPS: u64 = 10;

/// What is known of a window of time.
#[derive(Clone, Debug)]
pub(super) struct Knots<'a> {
    /// How many values there are.
    pub(super) count: u64,
    /// The least value that is possible.
    pub(super) least: f64,
    /// Their mean.
    pub(super) mean: f64,
    /// (fraction, value), from the least fraction.
    pub(super) percentiles: &'a [(f64, f64)],
}

impl Knots<'_> {
    /// (value, count) for as many values as there are, from the least.
    ///
    /// The value at position ⌊n·q⌋ is the percentile that was told for q, as Locust reckons it. Below the first
    /// percentile nothing is told but the mean of all: values reach down from there as far as it asks for, and no
    /// further than the least.
    pub(super) fn spread(&self) -> Vec<(f64, u64)> {
        match self.percentiles.first() {
            Some(&(_, first)) if self.count > 0 => self.spread_from(self.lowest(first)),
            _ => Vec::new(),
        }
    }

    /// The lower end, so that the mean is right: the sum grows evenly with it.
    fn lowest(&self, first: f64) -> f64 {
        let least = self.least.min(first);
        let sum_from = |lowest: f64| -> f64 {
            self.spread_from(lowest)
                .iter()
                .map(|&(value, count)| value * count as f64)
                .sum()
        };
        let (fewest, most) = (sum_from(least), sum_from(first));
        let slope = (most - fewest) / (first - least);
        if !(slope.is_finite() && slope > 0.0) {
            return first;
        }
        (least + (self.mean * self.count as f64 - fewest) / slope).clamp(least, first)
    }

    fn spread_from(&self, lowest: f64) -> Vec<(f64, u64)> {
        let mut spread = Vec::new();
        let points = self.points(lowest);
        for pair in points.windows(2) {
            let [(rank, value), (next_rank, next_value)] = [pair[0], pair[1]];
            spread.push((value, 1));
            let between = next_rank - rank - 1;
            let steps = between.min(STEPS);
            for step in 0..steps {
                let (from, to) = (split(between, step, steps), split(between, step + 1, steps));
                let middle = (from + to) as f64 / 2.0 + 0.5;
                let share = middle / (next_rank - rank) as f64;
                spread.push((value + (next_value - value) * share, to - from));
            }
        }
        spread.extend(points.last().map(|&(_, value)| (value, 1)));
        spread
    }

    /// (position in the sorted values, value), both growing, from the first position to the last.
    fn points(&self, lowest: f64) -> Vec<(u64, f64)> {
        let last = self.count - 1;
        let mut points = vec![(0, lowest)];
        let mut greatest = lowest;
        for &(fraction, value) in self.percentiles {
            let rank = ((self.count as f64 * fraction) as u64).min(last);
            // A window may move while its percentiles are written one after the other.
            greatest = value.max(greatest);
            put(&mut points, rank, greatest);
        }
        put(&mut points, last, greatest);
        points
    }
}

/// Of several values for one position the last, which is the greatest, counts.
fn put(points: &mut Vec<(u64, f64)>, rank: u64, value: f64) {
    match points.last_mut() {
        Some(point) if point.0 >= rank => point.1 = value,
        _ => points.push((rank, value)),
    }
}

/// Where the given one of equal parts begins. In 128 bits, because a count may be any number.
fn split(whole: u64, part: u64, parts: u64) -> u64 {
    (u128::from(whole) * u128::from(part) / u128::from(parts)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use katydid_gate::Distribution;

    const PERCENTILES: [(f64, f64); 5] = [
        (0.5, 26.0),
        (0.8, 75.0),
        (0.95, 210.0),
        (0.99, 340.0),
        (1.0, 550.0),
    ];

    fn distribution(count: u64, mean: f64) -> Distribution {
        let knots = Knots {
            count,
            least: 4.0,
            mean,
            percentiles: &PERCENTILES,
        };
        Distribution {
            counts: knots.spread(),
        }
    }

    #[test]
    fn every_percentile_comes_back() {
        for count in [200, 1_067, 12_345, 5_000_000_000] {
            let rebuilt = distribution(count, 62.0);
            assert_eq!(rebuilt.count(), count);
            for (fraction, value) in PERCENTILES {
                assert_eq!(rebuilt.quantile(fraction), Some(value), "{fraction} of {count}");
            }
        }
    }

    #[test]
    fn the_mean_comes_back_where_the_knots_allow_it() {
        let mean = distribution(10_000, 62.0).mean().expect("values");
        assert!((mean - 62.0).abs() < 0.01, "{mean}");
        let (least, _) = distribution(10_000, 0.0).counts[0];
        assert_eq!(least, 4.0);
        let (least, _) = distribution(10_000, 1e9).counts[0];
        assert_eq!(least, 26.0);
    }

    #[test]
    fn values_grow_and_stay_between_the_knots() {
        for count in 1..200 {
            let counts = distribution(count, 62.0).counts;
            assert!(counts.is_sorted_by(|a, b| a.0 <= b.0), "{counts:?}");
            assert!(counts.iter().all(|&(value, _)| (4.0..=550.0).contains(&value)));
            assert_eq!(counts.iter().map(|&(_, count)| count).sum::<u64>(), count);
        }
        assert!(distribution(0, 62.0).counts.is_empty());
    }

    #[test]
    fn a_window_that_moved_meanwhile_still_grows() {
        let knots = Knots {
            count: 100,
            least: 50.0,
            mean: 20.0,
            percentiles: &[(0.5, 30.0), (0.9, 20.0), (1.0, 40.0)],
        };
        assert!(knots.spread().is_sorted_by(|a, b| a.0 <= b.0));
    }
}
