//! A run's figures with their errors: what is kept of each run, so that a history needs no distributions.

use serde::{Deserialize, Serialize};

use crate::block::{BlockedEndpoint, BlockedRun};
use crate::bootstrap::{deviation, inflation};
use crate::effect::scaled;
use crate::endpoint::Endpoint;
use crate::figures::Figures;
use crate::metric::Metric;
use crate::side::Side;
use crate::typical::typical_of_run;

/// What is estimated.
const METRICS: [Metric; 6] = [
    Metric::Percentile(0.5),
    Metric::Percentile(0.95),
    Metric::Percentile(0.99),
    Metric::Average,
    Metric::ErrorRate,
    Metric::RequestsPerSecond,
];

/// A figure of one endpoint of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Which endpoint.
    pub endpoint: Endpoint,
    /// Which figure.
    pub metric: Metric,
    /// Its value: response times of the typical stretch of time, which a single stall does not move.
    pub value: f64,
    /// Standard error of its logarithm within the run (of the rate itself for errors); 0 if unknown.
    pub standard_error_log: f64,
    /// Response times (or requests) it rests on.
    pub samples: u64,
}

/// Figures of every endpoint that was called.
pub fn estimate(run: &BlockedRun) -> Vec<Estimate> {
    run.endpoints
        .iter()
        .filter(|endpoint| Figures::requests_of(endpoint) > 0)
        .flat_map(of_endpoint)
        .collect()
}

fn of_endpoint(endpoint: &BlockedEndpoint) -> Vec<Estimate> {
    let figures = Figures::of(endpoint);
    let side = Side::new(&[&endpoint.blocks]);
    let of_metric = |metric| {
        let (value, standard_error_log) = with_error(&side, metric)
            .or_else(|| Some((figures.value(metric)?, 0.0)))
            .filter(|(value, error)| value.is_finite() && error.is_finite())?;
        Some(Estimate {
            endpoint: endpoint.endpoint.clone(),
            metric,
            value,
            standard_error_log,
            samples: figures.samples(),
        })
    };
    METRICS.into_iter().filter_map(of_metric).collect()
}

fn with_error(side: &Side, metric: Metric) -> Option<(f64, f64)> {
    if matches!(metric, Metric::Percentile(_) | Metric::Average) {
        return typical_of_run(side, metric);
    }
    let value = side.value(metric, side.once())?;
    let scores = side.scores(metric);
    let spread = deviation(&scores)? * (scores.len() as f64).sqrt() * inflation(&[scores]).sqrt();
    // Scores are shares of the whole; rates of errors are not taken as logarithms.
    let is_rate = metric == Metric::ErrorRate;
    let poisson = (side.failures() + 0.5).sqrt() / side.requests().max(1.0);
    Some((
        value,
        if is_rate {
            (spread * value).max(poisson)
        } else {
            spread
        },
    ))
}

impl Estimate {
    /// The value where it is compared: as a logarithm, or as it is for errors.
    pub(crate) fn size(&self) -> f64 {
        scaled(self.metric, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Block, Distribution, Summary};

    #[test]
    fn figures_come_with_their_errors() {
        let blocks: Vec<Block> = (0..12)
            .map(|index| {
                let times = (1..=1_000).map(|value| (f64::from(value + index), 1)).collect();
                Block {
                    seconds: 10.0,
                    requests: 1_000,
                    failures: 2,
                    times: Distribution { counts: times },
                }
            })
            .collect();
        let endpoint = BlockedEndpoint {
            endpoint: Endpoint::total(),
            blocks,
            summary: None,
        };
        let found = estimate(&BlockedRun {
            endpoints: vec![endpoint],
            ..BlockedRun::default()
        });
        let of = |name: &str| {
            found
                .iter()
                .find(|estimate| estimate.metric.to_string() == name)
                .expect(name)
        };
        assert!(
            (of("p50").value - 506.5).abs() < 1.0 && of("p50").standard_error_log > 0.0,
            "{:?}",
            of("p50")
        );
        assert!((of("errors").value - 0.002).abs() < 1e-9 && of("errors").standard_error_log > 0.0);
        assert!((of("requests/s").value - 100.0).abs() < 1e-3);
        assert_eq!(of("p99").samples, 12_000);
        let text = serde_json::to_string(of("p95")).expect("serializable");
        let back: Estimate = serde_json::from_str(&text).expect("what was just written");
        // JSON may lose the last bit.
        assert!((back.value / of("p95").value - 1.0).abs() < 1e-12);
        assert_eq!(
            (&back.endpoint, back.metric, back.samples),
            (&of("p95").endpoint, of("p95").metric, 12_000)
        );
    }

    #[test]
    fn summaries_have_no_error() {
        let summary = Summary {
            count: 5,
            mean: 3.0,
            percentiles: vec![(0.5, 2.0)],
            ..Summary::default()
        };
        let endpoint = BlockedEndpoint {
            endpoint: Endpoint::total(),
            blocks: vec![],
            summary: Some(summary),
        };
        let found = estimate(&BlockedRun {
            endpoints: vec![endpoint],
            ..BlockedRun::default()
        });
        let values: Vec<(String, f64, f64)> = found
            .iter()
            .map(|estimate| {
                (
                    estimate.metric.to_string(),
                    estimate.value,
                    estimate.standard_error_log,
                )
            })
            .collect();
        assert_eq!(
            values,
            [
                ("p50".to_owned(), 2.0, 0.0),
                ("average".to_owned(), 3.0, 0.0),
                ("errors".to_owned(), 0.0, 0.0)
            ]
        );
    }
}
