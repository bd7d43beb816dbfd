//! The plain figures of one endpoint of one run, from its blocks or as another tool reckoned them. No uncertainty.

use crate::block::{Block, BlockedEndpoint, Distribution, Summary};
use crate::metric::Metric;
use crate::side::merged;

/// What an endpoint's requests came to.
#[derive(Clone, Debug)]
pub(crate) struct Figures<'a> {
    times: Distribution,
    requests: u64,
    failures: u64,
    seconds: f64,
    summary: Option<&'a Summary>,
}

impl<'a> Figures<'a> {
    pub(crate) fn of(endpoint: &'a BlockedEndpoint) -> Self {
        let blocks: Vec<&Block> = endpoint.blocks.iter().collect();
        Self {
            times: merged(&blocks),
            requests: blocks.iter().map(|block| block.requests).sum(),
            failures: blocks.iter().map(|block| block.failures).sum(),
            seconds: blocks.iter().map(|block| block.seconds).sum(),
            summary: endpoint.summary.as_ref(),
        }
    }

    /// Requests of an endpoint, failed ones included, without looking at their times.
    pub(crate) fn requests_of(endpoint: &BlockedEndpoint) -> u64 {
        let counted = || {
            endpoint
                .blocks
                .iter()
                .map(|block| block.requests.max(block.times.count()))
                .sum()
        };
        endpoint
            .summary
            .as_ref()
            .map_or_else(counted, |summary| summary.count)
    }

    /// Response times (or rounds).
    pub(crate) fn samples(&self) -> u64 {
        self.summary
            .map_or_else(|| self.times.count(), |summary| summary.count)
    }

    /// A metric: as another tool told it, or else from the blocks. `None` if neither tells.
    pub(crate) fn value(&self, metric: Metric) -> Option<f64> {
        self.summary
            // A tool that tells no rate writes 0, and nothing can be compared with that.
            .map_or_else(
                || self.of_blocks(metric),
                |summary| {
                    told(summary, metric).filter(|&value| value > 0.0 || metric != Metric::RequestsPerSecond)
                },
            )
    }

    fn of_blocks(&self, metric: Metric) -> Option<f64> {
        let requests = self.requests as f64;
        match metric {
            Metric::Percentile(fraction) => self.times.quantile(fraction),
            Metric::Average => self.times.mean(),
            Metric::Minimum => self.times.counts.first().map(|&(value, _)| value),
            Metric::Maximum => self.times.counts.last().map(|&(value, _)| value),
            Metric::StandardDeviation => standard_deviation(&self.times),
            Metric::InterquartileRange => Some(self.times.quantile(0.75)? - self.times.quantile(0.25)?),
            Metric::ErrorRate => (self.requests > 0).then(|| self.failures as f64 / requests),
            Metric::Failures => Some(self.failures as f64),
            Metric::RequestsPerSecond => (self.seconds > 0.0).then(|| requests / self.seconds),
            Metric::Requests => Some(requests),
            Metric::PeakMemory => None,
        }
    }
}

/// What the summary of another tool tells; `None` for what it does not.
pub(crate) fn told(summary: &Summary, metric: Metric) -> Option<f64> {
    match metric {
        Metric::Percentile(wanted) => summary
            .percentiles
            .iter()
            .find(|(fraction, _)| (fraction - wanted).abs() < 1e-9)
            .map(|&(_, value)| value),
        Metric::Average => Some(summary.mean),
        Metric::Minimum => Some(summary.min),
        Metric::Maximum => Some(summary.max),
        Metric::StandardDeviation => summary.standard_deviation,
        Metric::InterquartileRange => summary.interquartile_range,
        Metric::ErrorRate => (summary.count > 0).then(|| summary.failures as f64 / summary.count as f64),
        Metric::Failures => Some(summary.failures as f64),
        Metric::RequestsPerSecond => Some(summary.requests_per_second),
        Metric::Requests => Some(summary.count as f64),
        Metric::PeakMemory => summary.peak_memory_bytes.map(|bytes| bytes as f64),
    }
}

/// With n − 1, as Python's `statistics.stdev` and pytest-benchmark.
fn standard_deviation(times: &Distribution) -> Option<f64> {
    let (count, mean) = (times.count(), times.mean()?);
    let squares: f64 = times
        .counts
        .iter()
        .map(|&(value, count)| (value - mean).powi(2) * count as f64)
        .sum();
    (count > 1).then(|| (squares / (count - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;

    #[test]
    fn figures_come_from_the_blocks() {
        let times = Distribution {
            counts: vec![(1.0, 1), (2.0, 2), (3.0, 1)],
        };
        let block = Block {
            seconds: 2.0,
            requests: 4,
            failures: 1,
            times,
        };
        let (endpoint, summary) = (Endpoint::total(), None);
        let endpoint = BlockedEndpoint {
            endpoint,
            blocks: vec![block.clone(), block],
            summary,
        };
        let figures = Figures::of(&endpoint);
        for (metric, value) in [
            ("p50", 2.0),
            ("average", 2.0),
            ("min", 1.0),
            ("max", 3.0),
            ("stddev", (4.0f64 / 7.0).sqrt()),
            ("iqr", 1.0),
            ("errors", 0.25),
            ("requests/s", 2.0),
            ("failures", 2.0),
        ] {
            let metric: Metric = metric.parse().expect("a metric");
            assert_eq!(figures.value(metric), Some(value), "{metric}");
        }
        assert_eq!(figures.value(Metric::PeakMemory), None);
    }
}
