//! What was measured over a stretch of time, and its figures. Does not know limits.

use crate::block::Block;
use crate::metric::Metric;

/// A stretch of time: requests, times, and the memory of the service meanwhile.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) block: Block,
    pub(crate) peak_memory_bytes: Option<u64>,
}

impl Stretch {
    /// A figure; `None` if nothing was measured that it could be reckoned from. Times come from the distribution, so
    /// they are as exact as its values: to three digits for a histogram.
    pub(crate) fn figure(&self, metric: Metric) -> Option<f64> {
        let (block, times) = (&self.block, &self.block.times);
        let is_idle = block.requests == 0 && block.failures == 0;
        match metric {
            Metric::Percentile(fraction) => times.quantile(fraction),
            Metric::Average => times.mean(),
            Metric::Minimum => times.counts.first().map(|&(value, _)| value),
            Metric::Maximum => times.counts.last().map(|&(value, _)| value),
            Metric::StandardDeviation => self.standard_deviation(),
            Metric::InterquartileRange => Some(times.quantile(0.75)? - times.quantile(0.25)?),
            Metric::ErrorRate => (!is_idle).then(|| self.error_rate()),
            Metric::Failures => (!is_idle).then_some(block.failures as f64),
            Metric::RequestsPerSecond => (block.seconds > 0.0).then(|| block.requests as f64 / block.seconds),
            Metric::Requests => Some(block.requests as f64),
            Metric::PeakMemory => self.peak_memory_bytes.map(|bytes| bytes as f64),
        }
    }

    /// How many samples the figure rests on: response times for times, else requests.
    pub(crate) fn samples(&self, metric: Metric) -> u64 {
        match metric.unit() {
            crate::metric::Unit::Milliseconds => self.block.times.count(),
            _ => self.block.requests,
        }
    }

    /// Failures per request; as in Locust 1 where something failed without a request.
    fn error_rate(&self) -> f64 {
        match self.block.requests {
            0 => 1.0,
            requests => self.block.failures as f64 / requests as f64,
        }
    }

    fn standard_deviation(&self) -> Option<f64> {
        let (times, mean) = (&self.block.times, self.block.times.mean()?);
        let squares: f64 = times
            .counts
            .iter()
            .map(|&(value, count)| (value - mean).powi(2) * count as f64)
            .sum();
        Some((squares / times.count() as f64).sqrt())
    }
}
