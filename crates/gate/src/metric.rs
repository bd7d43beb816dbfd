//! What can be held against a limit, and how its values are written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A figure of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Metric {
    /// Response time that a fraction of the requests stayed within.
    Percentile(f64),
    /// Mean response time.
    Average,
    /// Least response time.
    Minimum,
    /// Greatest response time.
    Maximum,
    /// Standard deviation of response times.
    StandardDeviation,
    /// Distance between the first and the third quartile.
    InterquartileRange,
    /// Failures per request.
    ErrorRate,
    /// Number of failures.
    Failures,
    /// Requests per second.
    RequestsPerSecond,
    /// Number of requests.
    Requests,
    /// Greatest resident memory of the service under test.
    PeakMemory,
}

/// What the values of a metric are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// A share, 0 to 1.
    Ratio,
    /// A number of things.
    Count,
    /// Things per second.
    PerSecond,
    /// Bytes.
    Bytes,
}

/// A text that names no metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no metric (there is p50 to p99.99, median, average, min, max, stddev, iqr, errors, failures, requests/s, requests, memory)"
)]
pub struct MetricError(pub String);

impl Metric {
    /// What its values are.
    pub fn unit(self) -> Unit {
        match self {
            Self::ErrorRate => Unit::Ratio,
            Self::Failures | Self::Requests => Unit::Count,
            Self::RequestsPerSecond => Unit::PerSecond,
            Self::PeakMemory => Unit::Bytes,
            _ => Unit::Milliseconds,
        }
    }

    /// Whether more is better.
    pub fn is_better_when_greater(self) -> bool {
        matches!(self, Self::RequestsPerSecond | Self::Requests)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            // Rounded, because 0.999 × 100 is a little less.
            Self::Percentile(fraction) => {
                return write!(formatter, "p{}", (fraction * 1e7).round() / 1e5);
            }
            Self::Average => "average",
            Self::Minimum => "min",
            Self::Maximum => "max",
            Self::StandardDeviation => "stddev",
            Self::InterquartileRange => "iqr",
            Self::ErrorRate => "errors",
            Self::Failures => "failures",
            Self::RequestsPerSecond => "requests/s",
            Self::Requests => "requests",
            Self::PeakMemory => "memory",
        };
        formatter.write_str(name)
    }
}

impl FromStr for Metric {
    type Err = MetricError;

    fn from_str(text: &str) -> Result<Self, MetricError> {
        let wrong = || MetricError(text.to_owned());
        let lower = text.trim().to_lowercase();
        Ok(match lower.as_str() {
            "median" => Self::Percentile(0.5),
            "average" | "avg" | "mean" => Self::Average,
            "min" | "minimum" => Self::Minimum,
            "max" | "maximum" => Self::Maximum,
            "stddev" => Self::StandardDeviation,
            "iqr" => Self::InterquartileRange,
            "errors" | "error_rate" => Self::ErrorRate,
            "failures" => Self::Failures,
            "requests/s" | "rps" => Self::RequestsPerSecond,
            "requests" => Self::Requests,
            "memory" => Self::PeakMemory,
            other => {
                let percent: f64 = other
                    .strip_prefix('p')
                    .and_then(|digits| digits.parse().ok())
                    .ok_or_else(wrong)?;
                if !(percent > 0.0 && percent < 100.0) {
                    return Err(wrong());
                }
                Self::Percentile(percent / 100.0)
            }
        })
    }
}

/// As text, `p95`.
impl Serialize for Metric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Unit {
    /// A value with its unit, for a person: `12.3 ms`, `0.10 %`, `200/s`, `1.5 MB`.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Milliseconds if value >= 10_000.0 => format!("{:.1} s", value / 1e3),
            Self::Milliseconds if value >= 100.0 => format!("{value:.0} ms"),
            Self::Milliseconds if value >= 10.0 => format!("{value:.1} ms"),
            Self::Milliseconds if value >= 0.1 => format!("{value:.2} ms"),
            Self::Milliseconds => format!("{:.3} µs", value * 1e3),
            Self::Ratio => format!("{:.2} %", value * 100.0),
            Self::Count => format!("{value:.0}"),
            Self::PerSecond => format!("{value:.1}/s"),
            Self::Bytes => format!("{:.1} MB", value / 1e6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for (text, name) in [
            ("p95", "p95"),
            ("P99.9", "p99.9"),
            ("median", "p50"),
            ("avg", "average"),
            ("rps", "requests/s"),
            ("errors", "errors"),
        ] {
            assert_eq!(
                text.parse::<Metric>().map(|metric| metric.to_string()),
                Ok(name.to_owned())
            );
        }
        for text in ["p", "p0", "p100", "pNaN", "p-5", "latency", ""] {
            assert!(text.parse::<Metric>().is_err(), "{text}");
        }
    }

    #[test]
    fn values_have_their_units() {
        for (unit, value, text) in [
            (Unit::Milliseconds, 0.0421, "42.100 µs"),
            (Unit::Milliseconds, 312.4, "312 ms"),
            (Unit::Milliseconds, 61_000.0, "61.0 s"),
            (Unit::Ratio, 0.0012, "0.12 %"),
            (Unit::Bytes, 10_500_000.0, "10.5 MB"),
        ] {
            assert_eq!(unit.text(value), text);
        }
    }
}
