//! What may get worse by how much before a comparison fails. Reads it from a table, compares nothing.

use crate::facts::RunKind;
use crate::metric::{Metric, MetricError, Unit};

/// Tolerances, and how sure a verdict must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// What is gated in load tests.
    pub tolerances: Vec<Tolerance>,
    /// What is gated in benchmarks.
    pub benchmark: Vec<Tolerance>,
    /// A response time of a load test that changes by less (ms) never fails.
    pub floor_ms: f64,
    /// Chance of one or more false alarms in a comparison, over all that is gated.
    pub alpha: f64,
    /// By how much two runs of the same are taken to differ (standard deviation, as a share) while a single base run cannot
    /// tell: an assumption, which two or more base runs replace.
    pub run_to_run: f64,
}

/// How much worse a metric may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Which.
    pub metric: Metric,
    /// 0.05 for 5 %; for error rates the difference, 0.001 for 0.1 percentage points.
    pub limit: f64,
}

/// A table that holds no rules.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RulesError {
    /// There is no such key.
    #[error("compare.{0}: no such key (there are tolerance, benchmark, metrics, floor, alpha, run_to_run)")]
    UnknownKey(String),
    /// The value is of no use.
    #[error("compare.{key}: {value} is not allowed: {allowed}")]
    Value {
        /// Where.
        key: String,
        /// What stands there.
        value: String,
        /// What may stand there.
        allowed: &'static str,
    },
    /// There is no such metric.
    #[error("compare.{key}: {error}")]
    Metric {
        /// Where.
        key: String,
        /// Which.
        error: MetricError,
    },
    /// It cannot be judged with an interval.
    #[error(
        "compare.{key}: {metric} cannot be judged with an interval (p50 to p99.99, average, errors and requests/s can)"
    )]
    NotGated {
        /// Where.
        key: String,
        /// Which.
        metric: Metric,
    },
    /// It is gated without a tolerance.
    #[error("compare.metrics: {0} has no tolerance, give one as tolerance = {{ {0:?} = \"10%\" }}")]
    NoTolerance(String),
}

impl RulesError {
    /// The key of the table that is wrong.
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::UnknownKey(key) => key,
            Self::Value { key, .. } | Self::Metric { key, .. } | Self::NotGated { key, .. } => {
                key.split('.').next().unwrap_or(key)
            }
            Self::NoTolerance(_) => "metrics",
        }
    }
}

const PERCENT: &str = "a share such as \"5%\" or 0.05, above 0% and up to 1000%";
const TIME: &str = "a time such as \"1ms\", \"0.5ms\" or \"0s\"";
const ALPHA: &str = "a number above 0 and up to 0.2, such as 0.01";
const TABLE: &str = "a table such as { p95 = \"10%\" }";
const NAMES: &str = "a list of metrics such as [\"p50\", \"p95\", \"errors\"]";

impl Default for Rules {
    fn default() -> Self {
        let of = |metric, limit| Tolerance { metric, limit };
        Self {
            tolerances: vec![
                of(Metric::Percentile(0.5), 0.05),
                of(Metric::Percentile(0.95), 0.10),
                of(Metric::Percentile(0.99), 0.15),
                of(Metric::ErrorRate, 0.001),
                of(Metric::RequestsPerSecond, 0.05),
            ],
            benchmark: vec![of(Metric::Average, 0.10), of(Metric::Percentile(0.5), 0.10)],
            floor_ms: 1.0,
            alpha: 0.01,
            run_to_run: 0.01,
        }
    }
}

impl Rules {
    /// Reads `[compare]`: `tolerance = { p50 = "5%" }` changes or adds what load tests are gated by, `benchmark` the same
    /// for benchmarks, `metrics = ["p95", "errors"]` leaves only these, `floor = "1ms"`, `alpha = 0.01`,
    /// `run_to_run = "1%"`. What is not there stays as in [`Rules::default`]. Fails with the key that is wrong and what may stand there.
    pub fn from_table(table: &toml::Table) -> Result<Self, RulesError> {
        let mut rules = Self::default();
        for (key, value) in table {
            match key.as_str() {
                "tolerance" => read_tolerances(key, value, &mut rules.tolerances)?,
                "benchmark" => read_tolerances(key, value, &mut rules.benchmark)?,
                "floor" => rules.floor_ms = read_time_ms(key, value)?,
                "alpha" => rules.alpha = read_alpha(key, value)?,
                "run_to_run" => rules.run_to_run = read_share(key, value)?,
                "metrics" => {}
                _ => return Err(RulesError::UnknownKey(key.clone())),
            }
        }
        if let Some(names) = table.get("metrics") {
            rules.keep_only(&read_metrics(names)?)?;
        }
        Ok(rules)
    }

    /// What is gated in a run of this kind.
    pub fn gated(&self, kind: RunKind) -> &[Tolerance] {
        match kind {
            RunKind::LoadTest => &self.tolerances,
            RunKind::Benchmark => &self.benchmark,
        }
    }

    /// The tolerance of a metric in a run of this kind, gated or not: what is not gated has 10 %.
    pub(crate) fn tolerance(&self, metric: Metric, kind: RunKind) -> f64 {
        self.gated(kind)
            .iter()
            .find(|tolerance| tolerance.metric == metric)
            .map_or(0.10, |tolerance| tolerance.limit)
    }

    /// What a response time of this much may rise by, as a share: the tolerance, or the floor where that is more.
    pub(crate) fn allowed(&self, tolerance: Tolerance, base: f64, kind: RunKind) -> f64 {
        let has_floor =
            kind == RunKind::LoadTest && tolerance.metric.unit() == Unit::Milliseconds && base > 0.0;
        if has_floor {
            tolerance.limit.max(self.floor_ms / base)
        } else {
            tolerance.limit
        }
    }

    fn keep_only(&mut self, metrics: &[Metric]) -> Result<(), RulesError> {
        if let Some(missing) = metrics
            .iter()
            .find(|&&metric| !self.tolerances.iter().any(|tolerance| tolerance.metric == metric))
        {
            return Err(RulesError::NoTolerance(missing.to_string()));
        }
        self.tolerances
            .retain(|tolerance| metrics.contains(&tolerance.metric));
        Ok(())
    }
}

fn read_tolerances(key: &str, value: &toml::Value, into: &mut Vec<Tolerance>) -> Result<(), RulesError> {
    let table = value.as_table().ok_or_else(|| wrong(key, value, TABLE))?;
    for (name, value) in table {
        let key = format!("{key}.{name}");
        let metric = gated_metric(&key, name)?;
        let limit = read_share(&key, value)?;
        match into.iter_mut().find(|tolerance| tolerance.metric == metric) {
            Some(tolerance) => tolerance.limit = limit,
            None => into.push(Tolerance { metric, limit }),
        }
    }
    Ok(())
}

fn read_metrics(value: &toml::Value) -> Result<Vec<Metric>, RulesError> {
    let names = value.as_array().ok_or_else(|| wrong("metrics", value, NAMES))?;
    names
        .iter()
        .map(|name| {
            let text = name.as_str().ok_or_else(|| wrong("metrics", name, NAMES))?;
            gated_metric("metrics", text)
        })
        .collect()
}

fn gated_metric(key: &str, name: &str) -> Result<Metric, RulesError> {
    let key = || key.to_owned();
    let metric: Metric = name
        .parse()
        .map_err(|error| RulesError::Metric { key: key(), error })?;
    let can_be = matches!(
        metric,
        Metric::Percentile(_) | Metric::Average | Metric::ErrorRate | Metric::RequestsPerSecond
    );
    if can_be {
        Ok(metric)
    } else {
        Err(RulesError::NotGated { key: key(), metric })
    }
}

fn read_share(key: &str, value: &toml::Value) -> Result<f64, RulesError> {
    let share = match value {
        toml::Value::String(text) => text
            .trim()
            .strip_suffix('%')
            .and_then(|digits| digits.trim().parse::<f64>().ok())
            .map(|percent| percent / 100.0),
        other => number(other),
    };
    share
        .filter(|&share| share > 0.0 && share <= 10.0)
        .ok_or_else(|| wrong(key, value, PERCENT))
}

fn read_time_ms(key: &str, value: &toml::Value) -> Result<f64, RulesError> {
    let text = value.as_str().ok_or_else(|| wrong(key, value, TIME))?;
    milliseconds(text)
        .filter(|&time| time >= 0.0 && time.is_finite())
        .ok_or_else(|| wrong(key, value, TIME))
}

/// Reads `20ms`, `0.5s`, `300us`.
pub(crate) fn milliseconds(text: &str) -> Option<f64> {
    let text = text.trim();
    [("ms", 1.0), ("µs", 1e-3), ("us", 1e-3), ("ns", 1e-6), ("s", 1e3)]
        .into_iter()
        .find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.trim().parse::<f64>().ok()? * factor))
}

fn read_alpha(key: &str, value: &toml::Value) -> Result<f64, RulesError> {
    number(value)
        .filter(|&alpha| alpha > 0.0 && alpha <= 0.2)
        .ok_or_else(|| wrong(key, value, ALPHA))
}

fn number(value: &toml::Value) -> Option<f64> {
    value
        .as_float()
        .or_else(|| value.as_integer().map(|whole| whole as f64))
}

fn wrong(key: &str, value: &toml::Value, allowed: &'static str) -> RulesError {
    let (key, value) = (key.to_owned(), value.to_string());
    RulesError::Value { key, value, allowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Rules, String> {
        let table: toml::Table = text.parse().expect("the test's own TOML");
        Rules::from_table(&table).map_err(|error| error.to_string())
    }

    #[test]
    fn a_table_changes_what_it_names() {
        let rules =
            read("tolerance = { p50 = '8%', errors = '0.5%', 'p99.9' = 0.3 }\nfloor = '0.5ms'\nalpha = 0.05")
                .expect("a good table");
        let limit = |metric| rules.tolerance(metric, RunKind::LoadTest);
        assert_eq!(limit(Metric::Percentile(0.5)), 0.08);
        assert_eq!(limit(Metric::Percentile(0.95)), 0.10);
        assert_eq!(limit(Metric::ErrorRate), 0.005);
        assert_eq!("p99.9".parse().map(limit), Ok(0.3));
        assert_eq!((rules.floor_ms, rules.alpha), (0.5, 0.05));
        assert_eq!(read(""), Ok(Rules::default()));
    }

    #[test]
    fn a_list_of_metrics_leaves_only_these() {
        let rules =
            read("metrics = ['p95', 'average']\ntolerance = { average = '5%' }").expect("a good table");
        let names: Vec<String> = rules
            .tolerances
            .iter()
            .map(|tolerance| tolerance.metric.to_string())
            .collect();
        assert_eq!(names, ["p95", "average"]);
    }

    #[test]
    fn errors_name_the_key_and_what_is_allowed() {
        for (text, part) in [
            (
                "tolerence = 3",
                "compare.tolerence: no such key (there are tolerance",
            ),
            (
                "tolerance = 3",
                "compare.tolerance: 3 is not allowed: a table such as",
            ),
            (
                "tolerance = { p95 = 'ten' }",
                "compare.tolerance.p95: \"ten\" is not allowed: a share",
            ),
            (
                "tolerance = { p95 = -1 }",
                "compare.tolerance.p95: -1 is not allowed",
            ),
            (
                "tolerance = { latency = '5%' }",
                "compare.tolerance.latency: 'latency' is no metric",
            ),
            (
                "tolerance = { max = '5%' }",
                "compare.tolerance.max: max cannot be judged",
            ),
            ("floor = 1", "compare.floor: 1 is not allowed: a time"),
            ("alpha = 0.5", "compare.alpha: 0.5 is not allowed"),
            (
                "metrics = 'p95'",
                "compare.metrics: \"p95\" is not allowed: a list",
            ),
            ("metrics = ['p90']", "compare.metrics: p90 has no tolerance"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn the_floor_widens_the_tolerance_of_short_times() {
        let rules = Rules::default();
        let p50 = rules.tolerances[0];
        assert_eq!(rules.allowed(p50, 4.0, RunKind::LoadTest), 0.25);
        assert_eq!(rules.allowed(p50, 400.0, RunKind::LoadTest), 0.05);
        assert_eq!(rules.allowed(p50, 4.0, RunKind::Benchmark), 0.05);
        assert_eq!(rules.allowed(rules.tolerances[3], 0.01, RunKind::LoadTest), 0.001);
    }
}
