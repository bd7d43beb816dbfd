//! Whether the load generator itself was the limit, and why we think so.

use std::time::Duration;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::lag::Lag;

/// Answers that may wait this long for the Python thread, one in a hundred longer.
const RESUME_LAG_LIMIT_MS: f64 = 50.0;

/// Fewer resumed requests than this say nothing about one in a hundred.
const FEWEST_RESUMES: u64 = 100;

/// Share of one core, in percent, from which the generator counts as busy.
const CPU_LIMIT_PERCENT: f64 = 90.0;

/// Share of the run it must have been busy.
const BUSY_SHARE: f64 = 0.25;

/// Readings it must have been busy at, so that a short peak at the start is none.
const FEWEST_BUSY_READINGS: u64 = 3;

/// A step of the ramp may be this late ...
const SPAWN_LAG_LIMIT: Duration = Duration::from_secs(1);

/// ... in all but this share of the steps.
const LATE_SHARE: f64 = 0.05;

/// What is known about the generator's own state during a run.
///
/// The run is called *saturated*, and its figures are the generator's rather than the target's, when
///
/// - one answer in a hundred waited longer than 50 ms for the Python thread (of at least 100 answers), or
/// - that thread was over 90 % busy in a quarter of the readings, and in at least three, or
/// - more than one ramp step in twenty came over a second late.
#[derive(Debug, Default)]
pub struct Health {
    resume_lag: Lag,
    spawn_lag: Lag,
    cpu: Mutex<CpuReadings>,
}

#[derive(Clone, Copy, Debug, Default)]
struct CpuReadings {
    count: u64,
    busy: u64,
    sum: f64,
    max: f64,
    last: Option<f64>,
}

/// [`Health`] in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthSnapshot {
    /// Answers handed to the Python thread.
    pub resumes: u64,
    /// How late the Python thread took up a finished request: median (ms).
    pub resume_lag_p50_ms: f64,
    /// The same, one in a hundred.
    pub resume_lag_p99_ms: f64,
    /// The same, at worst.
    pub resume_lag_max_ms: f64,
    /// How late the steps of the ramp came, one in a hundred (ms).
    pub spawn_lag_p99_ms: f64,
    /// The same, at worst.
    pub spawn_lag_max_ms: f64,
    /// Mean share of one core used, in percent; `None` before the first reading.
    pub cpu_percent_mean: Option<f64>,
    /// Greatest share of one core used.
    pub cpu_percent_max: Option<f64>,
    /// Whether the generator was the limit, by the rule of [`Health`].
    pub saturated: bool,
    /// Why, in words for a person.
    pub reason: Option<String>,
}

impl Health {
    /// Counts one finished request that the Python thread took up this late. Cheap: no lock.
    pub fn record_resume_lag(&self, late: Duration) {
        self.resume_lag.record(late);
    }

    /// Counts one step of the ramp that came this late.
    pub fn record_spawn_lag(&self, late: Duration) {
        self.spawn_lag.record(late);
    }

    /// Takes a reading of the share of one core that the busiest thread of the generator uses, in percent.
    pub fn set_cpu(&self, percent: f64) {
        let mut cpu = self.cpu.lock();
        cpu.count += 1;
        cpu.busy += u64::from(percent > CPU_LIMIT_PERCENT);
        cpu.sum += percent;
        cpu.max = cpu.max.max(percent);
        cpu.last = Some(percent);
    }

    /// The last reading of [`set_cpu`](Self::set_cpu).
    pub fn cpu_percent(&self) -> Option<f64> {
        self.cpu.lock().last
    }

    /// The longest that a finished request waited for the Python thread since the last call (ms).
    pub fn take_recent_resume_lag_ms(&self) -> Option<f64> {
        self.resume_lag.take_recent_ms()
    }

    /// Forgets everything: a new run starts.
    pub fn clear(&self) {
        self.resume_lag.clear();
        self.spawn_lag.clear();
        *self.cpu.lock() = CpuReadings::default();
    }

    /// The numbers and the judgement so far.
    pub fn snapshot(&self) -> HealthSnapshot {
        let cpu = *self.cpu.lock();
        let reasons: Vec<String> = [self.slow_resumes(), busy_cpu(cpu), self.late_spawns()]
            .into_iter()
            .flatten()
            .collect();
        HealthSnapshot {
            resumes: self.resume_lag.count(),
            resume_lag_p50_ms: self.resume_lag.quantile_ms(0.5),
            resume_lag_p99_ms: self.resume_lag.quantile_ms(0.99),
            resume_lag_max_ms: self.resume_lag.max_ms(),
            spawn_lag_p99_ms: self.spawn_lag.quantile_ms(0.99),
            spawn_lag_max_ms: self.spawn_lag.max_ms(),
            cpu_percent_mean: (cpu.count > 0).then(|| cpu.sum / cpu.count as f64),
            cpu_percent_max: (cpu.count > 0).then_some(cpu.max),
            saturated: !reasons.is_empty(),
            reason: (!reasons.is_empty()).then(|| reasons.join("; ")),
        }
    }

    fn slow_resumes(&self) -> Option<String> {
        let p99 = self.resume_lag.quantile_ms(0.99);
        let is_slow = self.resume_lag.count() >= FEWEST_RESUMES && p99 > RESUME_LAG_LIMIT_MS;
        is_slow.then(|| format!("one response in a hundred waited over {p99:.0} ms for the Python thread"))
    }

    fn late_spawns(&self) -> Option<String> {
        let (steps, late) = (self.spawn_lag.count(), self.spawn_lag.count_over(SPAWN_LAG_LIMIT));
        let is_late = late as f64 > steps as f64 * LATE_SHARE;
        let worst = self.spawn_lag.max_ms() / 1e3;
        is_late.then(|| format!("users were started up to {worst:.1} s later than asked"))
    }
}

fn busy_cpu(cpu: CpuReadings) -> Option<String> {
    let share = cpu.busy as f64 / cpu.count.max(1) as f64;
    let is_busy = cpu.busy >= FEWEST_BUSY_READINGS && share >= BUSY_SHARE;
    let percent = share * 100.0;
    is_busy.then(|| format!("a core was over {CPU_LIMIT_PERCENT:.0} % busy for {percent:.0} % of the run"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(resume_lags_ms: &[(u64, u64)], cpu: &[f64], spawn_lags_ms: &[(u64, u64)]) -> HealthSnapshot {
        let health = Health::default();
        for &(count, late) in resume_lags_ms {
            (0..count).for_each(|_| health.record_resume_lag(Duration::from_millis(late)));
        }
        for &(count, late) in spawn_lags_ms {
            (0..count).for_each(|_| health.record_spawn_lag(Duration::from_millis(late)));
        }
        cpu.iter().for_each(|&percent| health.set_cpu(percent));
        health.snapshot()
    }

    #[test]
    fn a_run_without_readings_is_well() {
        assert_eq!(with(&[], &[], &[]), HealthSnapshot::default());
    }

    #[test]
    fn the_rule_as_written() {
        let table: [(&str, HealthSnapshot, Option<&str>); 11] = [
            ("quick", with(&[(1000, 1)], &[50.0; 10], &[(10, 3)]), None),
            ("a few slow ones", with(&[(1000, 1), (9, 900)], &[], &[]), None),
            (
                "one in a hundred",
                with(&[(980, 1), (20, 100)], &[], &[]),
                Some("one response in a hundred waited over 100 ms for the Python thread"),
            ),
            ("too few to say", with(&[(99, 100)], &[], &[]), None),
            ("a peak at the start", with(&[], &[99.0, 99.0, 10.0], &[]), None),
            (
                "busy for a fifth",
                with(
                    &[],
                    &[
                        99.0, 99.0, 99.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0,
                    ],
                    &[],
                ),
                None,
            ),
            (
                "busy for half",
                with(&[], &[95.0, 95.0, 95.0, 20.0, 20.0, 20.0], &[]),
                Some("a core was over 90 % busy for 50 % of the run"),
            ),
            ("just under", with(&[], &[90.0; 50], &[]), None),
            (
                "one late step of many",
                with(&[], &[], &[(100, 1), (1, 3000)]),
                None,
            ),
            (
                "late steps",
                with(&[], &[], &[(10, 1), (1, 1500)]),
                Some("users were started up to 1.5 s later than asked"),
            ),
            (
                "all of it",
                with(&[(200, 80)], &[99.0; 4], &[(1, 2000)]),
                Some(
                    "one response in a hundred waited over 80 ms for the Python thread; a core was over 90 % busy \
                     for 100 % of the run; users were started up to 2.0 s later than asked",
                ),
            ),
        ];
        for (case, snapshot, reason) in table {
            assert_eq!(snapshot.reason.as_deref(), reason, "{case}");
            assert_eq!(snapshot.saturated, reason.is_some(), "{case}");
        }
    }

    #[test]
    fn a_new_run_starts_well() {
        let health = Health::default();
        (0..10).for_each(|_| health.set_cpu(100.0));
        (0..200).for_each(|_| health.record_resume_lag(Duration::from_secs(1)));
        health.clear();
        assert_eq!(health.snapshot(), HealthSnapshot::default());
    }
}
