//! How late things happened: a small histogram that any thread may add to without waiting.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Buckets in one doubling: an error of at most one part in sixteen, enough to say "about 80 ms late".
const PER_DOUBLING: u64 = 16;

/// Buckets for up to 2^40 µs (twelve days); what is later counts as that.
const BUCKETS: usize = 38 * PER_DOUBLING as usize;

/// Lateness in microseconds, counted without locks or allocation.
#[derive(Debug)]
pub(crate) struct Lag {
    buckets: Box<[AtomicU64; BUCKETS]>,
    longest: AtomicU64,
    /// The longest since somebody asked.
    recent: AtomicU64,
}

impl Default for Lag {
    fn default() -> Self {
        Self {
            buckets: Box::new([const { AtomicU64::new(0) }; BUCKETS]),
            longest: AtomicU64::new(0),
            recent: AtomicU64::new(0),
        }
    }
}

impl Lag {
    /// Counts one event that came this late.
    pub(crate) fn record(&self, late: Duration) {
        let microseconds = late
            .as_secs()
            .saturating_mul(1_000_000)
            .saturating_add(late.subsec_micros().into());
        self.buckets[index_of(microseconds)].fetch_add(1, Relaxed);
        // A read is cheaper than a maximum in one step, and the longest seldom changes.
        if microseconds > self.longest.load(Relaxed) {
            self.longest.fetch_max(microseconds, Relaxed);
        }
        if microseconds > self.recent.load(Relaxed) {
            self.recent.fetch_max(microseconds, Relaxed);
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// How many were later than this.
    pub(crate) fn count_over(&self, late: Duration) -> u64 {
        let first = index_of(late.as_micros() as u64) + 1;
        self.buckets[first..]
            .iter()
            .map(|bucket| bucket.load(Relaxed))
            .sum()
    }

    /// Lateness at a fraction of all events, in ms.
    pub(crate) fn quantile_ms(&self, fraction: f64) -> f64 {
        let rank = (self.count() as f64 * fraction) as u64;
        let mut before = 0;
        for (index, bucket) in self.buckets.iter().enumerate() {
            before += bucket.load(Relaxed);
            if before > rank {
                return (middle(index) as f64 / 1e3).min(self.max_ms());
            }
        }
        self.max_ms()
    }

    pub(crate) fn max_ms(&self) -> f64 {
        self.longest.load(Relaxed) as f64 / 1e3
    }

    /// The longest since the last call; `None` if there was none to speak of.
    pub(crate) fn take_recent_ms(&self) -> Option<f64> {
        let recent = self.recent.swap(0, Relaxed);
        (recent > 0).then_some(recent as f64 / 1e3)
    }

    pub(crate) fn clear(&self) {
        self.buckets.iter().for_each(|bucket| bucket.store(0, Relaxed));
        self.longest.store(0, Relaxed);
        self.recent.store(0, Relaxed);
    }
}

fn index_of(microseconds: u64) -> usize {
    if microseconds < 2 * PER_DOUBLING {
        return microseconds as usize;
    }
    let shift = microseconds.ilog2() - PER_DOUBLING.ilog2();
    let index = u64::from(shift) * PER_DOUBLING + (microseconds >> shift);
    (index as usize).min(BUCKETS - 1)
}

fn middle(index: usize) -> u64 {
    let index = index as u64;
    if index < 2 * PER_DOUBLING {
        return index;
    }
    let shift = index / PER_DOUBLING - 1;
    ((index % PER_DOUBLING + PER_DOUBLING) << shift) + (1 << shift) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_close() {
        let lag = Lag::default();
        for milliseconds in 1..=1000 {
            lag.record(Duration::from_millis(milliseconds));
        }
        assert!(
            (lag.quantile_ms(0.5) / 500.0 - 1.0).abs() < 0.04,
            "{}",
            lag.quantile_ms(0.5)
        );
        assert!(
            (lag.quantile_ms(0.99) / 990.0 - 1.0).abs() < 0.04,
            "{}",
            lag.quantile_ms(0.99)
        );
        assert_eq!(lag.max_ms(), 1000.0);
        assert_eq!(lag.count(), 1000);
    }

    #[test]
    fn any_duration_is_counted() {
        let lag = Lag::default();
        for late in [
            Duration::ZERO,
            Duration::from_nanos(1),
            Duration::from_secs(1 << 40),
            Duration::MAX,
        ] {
            lag.record(late);
        }
        assert_eq!(lag.count(), 4);
        assert_eq!(lag.count_over(Duration::from_secs(1)), 2);
        assert_eq!(lag.quantile_ms(0.0), 0.0);
    }
}
