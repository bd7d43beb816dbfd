//! What a comparison looks like: both distributions and their ratio from quantile to quantile. Judges nothing.

use serde::Serialize;

use crate::block::Distribution;
use crate::endpoint::Endpoint;
use crate::metric::Metric;
use crate::verdict::Finding;

/// More points than this nobody sees.
const MOST_POINTS: usize = 200;

/// Distributions that differ by this much have another shape, whatever their quantiles say.
const NOTABLE_DISTANCE: f64 = 0.1;

/// Quantiles that are drawn, in percent: the middle coarsely, the slow end finely.
const DRAWN_PERCENT: [f64; 25] = [
    5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0,
    90.0, 92.5, 95.0, 97.0, 98.0, 99.0, 99.5, 99.9,
];

/// An endpoint of both sides, to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EndpointComparison {
    /// Which.
    pub endpoint: Endpoint,
    /// Response times of the base: (ms, count), at most 200 points.
    pub base: Vec<(f64, u64)>,
    /// Those of the head.
    pub head: Vec<(f64, u64)>,
    /// How many times slower each quantile became.
    pub ratios: Vec<RatioPoint>,
    /// The greatest difference between the shares of requests within any time (Kolmogorov and Smirnov's D).
    #[serde(rename = "ks_distance")]
    pub distance: Option<f64>,
}

/// How many times slower one quantile became.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RatioPoint {
    /// The fraction of requests: 0.95.
    pub quantile: f64,
    /// What it was (ms).
    pub base: f64,
    /// What it is (ms).
    pub head: f64,
    /// How many times that is.
    pub ratio: f64,
    /// Lower end of its interval, if it was judged.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl EndpointComparison {
    /// Draws two distributions, with the intervals that findings hold.
    pub(crate) fn new(
        endpoint: &Endpoint,
        base: &Distribution,
        head: &Distribution,
        findings: &[Finding],
    ) -> Self {
        Self {
            endpoint: endpoint.clone(),
            ratios: ratios(endpoint, base, head, findings),
            distance: ks_distance(base, head),
            base: thinned(base),
            head: thinned(head),
        }
    }

    /// Whether the distributions differ enough to be worth a look. Only a hint.
    pub fn has_another_shape(&self) -> bool {
        self.distance.is_some_and(|distance| distance >= NOTABLE_DISTANCE)
    }
}

fn ratios(
    endpoint: &Endpoint,
    base: &Distribution,
    head: &Distribution,
    findings: &[Finding],
) -> Vec<RatioPoint> {
    let fewest = base.count().min(head.count()) as f64;
    DRAWN_PERCENT
        .iter()
        .map(|percent| percent / 100.0)
        // A quantile that a single request decides is no point of a curve.
        .filter(|quantile| fewest * (1.0 - quantile) >= 5.0)
        .filter_map(|quantile| {
            let (base, head) = (base.quantile(quantile)?, head.quantile(quantile)?);
            let judged = findings
                .iter()
                .find(|finding| {
                    finding.endpoint.as_ref() == Some(endpoint)
                        && finding.metric == Some(Metric::Percentile(quantile))
                })
                .and_then(|finding| finding.compared);
            Some(RatioPoint {
                quantile,
                base,
                head,
                ratio: if base > 0.0 { head / base } else { 1.0 },
                low: judged.and_then(|compared| compared.low),
                high: judged.and_then(|compared| compared.high),
            })
        })
        .collect()
}

/// The greatest difference between the shares of values up to any value, 0 to 1; `None` if one side has none.
pub fn ks_distance(base: &Distribution, head: &Distribution) -> Option<f64> {
    let (base_count, head_count) = (base.count(), head.count());
    if base_count == 0 || head_count == 0 {
        return None;
    }
    let (mut base_up_to, mut head_up_to, mut next, mut greatest) = (0, 0, 0, 0.0f64);
    for (index, &(value, count)) in base.counts.iter().enumerate() {
        base_up_to += count;
        let until = base
            .counts
            .get(index + 1)
            .map_or(f64::INFINITY, |&(value, _)| value);
        while next < head.counts.len() && head.counts[next].0 <= value {
            head_up_to += head.counts[next].1;
            next += 1;
        }
        let distance =
            |head: u64| (base_up_to as f64 / base_count as f64 - head as f64 / head_count as f64).abs();
        greatest = greatest.max(distance(head_up_to));
        // Between two values of the base only the head's share grows; it differs most at the ends.
        while next < head.counts.len() && head.counts[next].0 < until {
            head_up_to += head.counts[next].1;
            next += 1;
        }
        greatest = greatest.max(distance(head_up_to));
    }
    let before: u64 = head
        .counts
        .iter()
        .take_while(|&&(value, _)| value < base.counts[0].0)
        .map(|&(_, count)| count)
        .sum();
    Some(greatest.max(before as f64 / head_count as f64))
}

/// Joins values that lie close together (by their logarithm) until few are left; each at its mean.
fn thinned(times: &Distribution) -> Vec<(f64, u64)> {
    if times.counts.len() <= MOST_POINTS {
        return times.counts.clone();
    }
    let smallest = times
        .counts
        .iter()
        .map(|&(value, _)| value)
        .find(|&value| value > 0.0)
        .unwrap_or(1.0);
    let greatest = times.counts.last().map_or(smallest, |&(value, _)| value);
    let width = ((greatest / smallest).ln() / (MOST_POINTS - 2) as f64).max(f64::MIN_POSITIVE);
    let bin = |value: f64| {
        if value < smallest {
            -1
        } else {
            ((value / smallest).ln() / width) as i64
        }
    };
    times
        .counts
        .chunk_by(|left, right| bin(left.0) == bin(right.0))
        .map(|group| {
            let count: u64 = group.iter().map(|&(_, count)| count).sum();
            let sum: f64 = group.iter().map(|&(value, count)| value * count as f64).sum();
            (sum / count.max(1) as f64, count)
        })
        .collect()
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
    fn the_distance_is_that_of_the_textbook() {
        let base = of(&[(1.0, 1), (2.0, 1), (3.0, 1), (4.0, 1)]);
        for (head, distance) in [
            (base.clone(), 0.0),
            (of(&[(2.5, 4)]), 0.5),
            (of(&[(0.5, 4)]), 1.0),
            (of(&[(9.0, 4)]), 1.0),
            (of(&[(1.0, 1), (2.0, 1), (3.0, 2)]), 0.25),
        ] {
            assert_eq!(ks_distance(&base, &head), Some(distance), "{head:?}");
            assert_eq!(ks_distance(&head, &base), Some(distance), "{head:?}");
        }
        assert_eq!(ks_distance(&base, &of(&[])), None);
    }

    #[test]
    fn thinning_loses_no_request() {
        let many = of(&(1..5_000).map(|value| (f64::from(value), 2)).collect::<Vec<_>>());
        let few = thinned(&many);
        assert!(few.len() <= MOST_POINTS, "{}", few.len());
        assert_eq!(few.iter().map(|&(_, count)| count).sum::<u64>(), many.count());
        assert!(few.is_sorted_by(|left, right| left.0 < right.0));
    }
}
