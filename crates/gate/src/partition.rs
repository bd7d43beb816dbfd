//! Where a series changes its level: optimal partitioning (Jackson et al. 2005). Knows numbers only.
//!
//! Without the pruning of PELT, which is not exact when segments have a least length: some hundred runs need none.

/// Starts of the segments after the first, so that the squared distances from each segment's mean, in units of the variance,
/// plus a penalty for each change are least. A segment has at least `shortest` values.
pub(crate) fn partition(values: &[f64], variance: f64, penalty: f64, shortest: usize) -> Vec<usize> {
    let count = values.len();
    let sums = Sums::of(values);
    let mut best = vec![f64::INFINITY; count + 1];
    let mut last_start = vec![0; count + 1];
    best[0] = -penalty;
    for end in shortest..=count {
        for start in 0..=end - shortest {
            let cost = best[start] + sums.cost(start, end) / variance + penalty;
            if cost < best[end] {
                (best[end], last_start[end]) = (cost, start);
            }
        }
    }
    let mut changes = Vec::new();
    let mut end = count;
    while end > 0 && last_start[end] > 0 {
        end = last_start[end];
        changes.push(end);
    }
    changes.reverse();
    changes
}

struct Sums {
    values: Vec<f64>,
    squares: Vec<f64>,
}

impl Sums {
    fn of(values: &[f64]) -> Self {
        let running = |of: fn(f64) -> f64| {
            let mut sum = 0.0;
            let added = values.iter().map(move |&value| {
                sum += of(value);
                sum
            });
            std::iter::once(0.0).chain(added).collect()
        };
        Self {
            values: running(|value| value),
            squares: running(|value| value * value),
        }
    }

    /// Squared distances of some values from their mean.
    fn cost(&self, start: usize, end: usize) -> f64 {
        let sum = self.values[end] - self.values[start];
        (self.squares[end] - self.squares[start] - sum * sum / (end - start) as f64).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_found() {
        for (values, changes) in [
            (vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0], vec![3]),
            (vec![0.0, 1.0, 2.0, 3.0], vec![1, 2, 3]),
            (vec![0.5; 9], vec![]),
            (vec![], vec![]),
            (vec![4.0], vec![]),
        ] {
            assert_eq!(partition(&values, 0.01, 10.0, 1), changes, "{values:?}");
        }
    }

    #[test]
    fn segments_have_their_least_length() {
        let values = [0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 5.0, 5.0];
        let changes = partition(&values, 0.5, 10.0, 2);
        let mut ends = vec![0];
        ends.extend(&changes);
        ends.push(values.len());
        assert!(ends.windows(2).all(|pair| pair[1] - pair[0] >= 2), "{changes:?}");
    }
}
