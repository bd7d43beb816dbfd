//! One row of a table: what an endpoint saw in a second, or in the whole run. Knows no format.

use katydid_gate::{Distribution, Summary};
use katydid_stats::{EntrySecond, SparseCounts, bucket_middle_ms};

use crate::{KeptEndpoint, KeptRun};

/// What one endpoint saw in one second, or in the whole run.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Seconds since the epoch; `None` for the whole run.
    pub(super) second: Option<i64>,
    pub(super) method: &'a str,
    pub(super) name: &'a str,
    pub(super) requests: u64,
    pub(super) failures: u64,
    pub(super) times: Distribution,
    summary: Option<&'a Summary>,
}

/// Rows in order of time.
pub(super) fn rows(run: &KeptRun) -> impl Iterator<Item = Row<'_>> {
    let endpoints = if run.seconds.is_empty() {
        &run.endpoints[..]
    } else {
        &[]
    };
    let seconds = run.seconds.iter().map(Row::of_second);
    seconds.chain(endpoints.iter().map(Row::of_endpoint))
}

/// (value in ms, count), from the least.
pub(super) fn milliseconds(counts: &SparseCounts) -> impl Iterator<Item = (f64, u64)> + '_ {
    counts
        .iter()
        .map(|(bucket, count)| (bucket_middle_ms(bucket), u64::from(count)))
}

impl<'a> Row<'a> {
    fn of_second(second: &'a EntrySecond) -> Self {
        Self {
            second: Some(second.second),
            method: &second.method,
            name: &second.name,
            requests: second.requests,
            failures: second.failures,
            times: Distribution {
                counts: milliseconds(&second.response_times).collect(),
            },
            summary: None,
        }
    }

    fn of_endpoint(kept: &'a KeptEndpoint) -> Self {
        Self {
            second: None,
            method: &kept.endpoint.method,
            name: &kept.endpoint.name,
            requests: kept.requests,
            failures: kept.failures,
            times: counted(&kept.values),
            summary: kept.summary.as_ref(),
        }
    }

    /// What another tool has reckoned is told as it is; else it is reckoned here.
    pub(super) fn mean(&self) -> Option<f64> {
        self.summary
            .map(|summary| summary.mean)
            .or_else(|| self.times.mean())
    }

    pub(super) fn least(&self) -> Option<f64> {
        let least = self.times.counts.first().map(|&(value, _)| value);
        self.summary.map(|summary| summary.min).or(least)
    }

    pub(super) fn greatest(&self) -> Option<f64> {
        let greatest = self.times.counts.last().map(|&(value, _)| value);
        self.summary.map(|summary| summary.max).or(greatest)
    }

    pub(super) fn quantile(&self, fraction: f64) -> Option<f64> {
        let told = self.summary.and_then(|summary| {
            let mut percentiles = summary.percentiles.iter();
            percentiles.find(|(other, _)| (other - fraction).abs() < 1e-9)
        });
        told.map(|&(_, value)| value)
            .or_else(|| self.times.quantile(fraction))
    }
}

/// Values with their counts, from the least.
fn counted(values: &[f64]) -> Distribution {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let equal = sorted.chunk_by(|left, right| left == right);
    Distribution {
        counts: equal.map(|equal| (equal[0], equal.len() as u64)).collect(),
    }
}
