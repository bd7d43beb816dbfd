//! The run over time, one point every few seconds, for charts.

use serde::Serialize;

use crate::Timestamp;

/// Points after which the history is thinned to every other one: 28 hours at Locust's five seconds.
const MOST_POINTS: usize = 20_000;

/// The run as it was at one moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HistoryPoint {
    /// When.
    pub time: Timestamp,
    /// Users alive.
    pub user_count: u64,
    /// Current requests per second of the total.
    pub current_rps: f64,
    /// Current failures per second of the total.
    pub current_fail_per_sec: f64,
    /// Mean response time since the start, to two decimals (ms).
    pub total_avg_response_time: f64,
    /// Current response times of the total (ms), one for each of [`Percentiles::chart`](crate::Percentiles);
    /// `None` when the last seconds saw no response.
    pub response_time_percentiles: Vec<(f64, Option<f64>)>,
}

/// Points in order of time, bounded in number.
#[derive(Clone, Debug, Default)]
pub struct History {
    points: Vec<HistoryPoint>,
}

impl History {
    pub(crate) fn push(&mut self, point: HistoryPoint) {
        if self.points.len() >= MOST_POINTS {
            let mut position = 0;
            self.points.retain(|_| {
                position += 1;
                position % 2 == 1
            });
        }
        self.points.push(point);
    }

    /// Every point.
    pub fn points(&self) -> &[HistoryPoint] {
        &self.points
    }

    pub(crate) fn clear(&mut self) {
        self.points.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_is_thinned_and_keeps_its_ends() {
        let mut history = History::default();
        for second in 0..(3 * MOST_POINTS) {
            history.push(HistoryPoint {
                time: Timestamp(second as f64),
                user_count: 1,
                current_rps: 0.0,
                current_fail_per_sec: 0.0,
                total_avg_response_time: 0.0,
                response_time_percentiles: Vec::new(),
            });
            assert!(history.points().len() <= MOST_POINTS);
        }
        let times: Vec<f64> = history.points().iter().map(|point| point.time.0).collect();
        assert_eq!(times[0], 0.0);
        assert_eq!(times[times.len() - 1], (3 * MOST_POINTS - 1) as f64);
        assert!(times.is_sorted());
    }
}
