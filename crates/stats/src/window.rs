//! Per-second counts: how many requests and failures each second saw, and the response times of the last few.

use std::collections::VecDeque;

use crate::histogram::{Histogram, SparseCounts};

/// Seconds of counts that one request name keeps. Locust's rates look back 12 seconds from the run's last
/// request; the rest is for people who draw the counts.
pub(crate) const ENTRY_SECONDS: usize = 120;

/// Seconds that the current percentiles look back on.
pub(crate) const CURRENT_SECONDS: i64 = 10;

/// Seconds of response times kept: the window, and two for reports that come late.
const RECENT_SECONDS: usize = CURRENT_SECONDS as usize + 2;

/// Requests and failures by second; those of the newest `limit` seconds, or all of them.
#[derive(Clone, Debug)]
pub(crate) struct SecondCounts {
    /// Sorted by second, which arrive nearly so.
    seconds: VecDeque<SecondCount>,
    limit: Option<usize>,
}

/// What one second saw; seconds without requests and failures have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SecondCount {
    pub(crate) second: i64,
    /// 32 bits are enough for one second and halve the memory.
    pub(crate) requests: u32,
    pub(crate) failures: u32,
}

impl SecondCounts {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self {
            seconds: VecDeque::new(),
            limit,
        }
    }

    pub(crate) fn add(&mut self, second: i64, requests: u64, failures: u64) {
        let requests = u32::try_from(requests).unwrap_or(u32::MAX);
        let failures = u32::try_from(failures).unwrap_or(u32::MAX);
        match self.seconds.binary_search_by_key(&second, |count| count.second) {
            Ok(position) => {
                let count = &mut self.seconds[position];
                count.requests = count.requests.saturating_add(requests);
                count.failures = count.failures.saturating_add(failures);
            }
            Err(position) => {
                self.seconds.insert(
                    position,
                    SecondCount {
                        second,
                        requests,
                        failures,
                    },
                );
                self.drop_old();
            }
        }
    }

    /// Drops by age rather than number, so that a name which is asked for once a minute keeps two minutes.
    fn drop_old(&mut self) {
        let (Some(limit), Some(newest)) = (self.limit, self.seconds.back().map(|count| count.second)) else {
            return;
        };
        while self
            .seconds
            .front()
            .is_some_and(|count| newest.saturating_sub(count.second) >= limit as i64)
        {
            self.seconds.pop_front();
        }
    }

    /// Mean of a count over the seconds `from..until`, those without any included.
    pub(crate) fn mean(&self, from: i64, until: i64, count: impl Fn(&SecondCount) -> u32) -> f64 {
        let start = self.seconds.partition_point(|one| one.second < from);
        let counted = self.seconds.range(start..).take_while(|one| one.second < until);
        let sum: u64 = counted.map(|one| u64::from(count(one))).sum();
        sum as f64 / until.saturating_sub(from).max(1) as f64
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &SecondCount> + '_ {
        self.seconds.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.seconds.clear();
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.seconds.capacity() * size_of::<SecondCount>()
    }
}

/// Response times of the last seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecentTimes {
    /// Sorted by second.
    seconds: VecDeque<(i64, Histogram)>,
}

impl RecentTimes {
    pub(crate) fn add(&mut self, second: i64, response_times: &SparseCounts) {
        if let Some(histogram) = self.of(second) {
            histogram.merge_sparse(response_times);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (second, response_times) in &other.seconds {
            if let Some(histogram) = self.of(*second) {
                histogram.merge(response_times);
            }
        }
    }

    /// Where the times of a second are counted; `None` when it is too long ago.
    fn of(&mut self, second: i64) -> Option<&mut Histogram> {
        let mut position = match self.seconds.binary_search_by_key(&second, |&(second, _)| second) {
            Ok(position) => return Some(&mut self.seconds[position].1),
            Err(0) if self.seconds.len() == RECENT_SECONDS => return None,
            Err(position) => position,
        };
        self.seconds.insert(position, (second, Histogram::default()));
        if self.seconds.len() > RECENT_SECONDS {
            self.seconds.pop_front();
            position -= 1;
        }
        Some(&mut self.seconds[position].1)
    }

    /// Response times of the window that ends with the second `now`.
    pub(crate) fn window(&self, now: i64) -> Histogram {
        let mut window = Histogram::default();
        for (second, histogram) in &self.seconds {
            if *second > now.saturating_sub(CURRENT_SECONDS) && *second <= now {
                window.merge(histogram);
            }
        }
        window
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.seconds
            .iter()
            .map(|(_, histogram)| size_of::<i64>() + histogram.size_in_bytes())
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_the_last_two_minutes() {
        let mut counts = SecondCounts::new(Some(ENTRY_SECONDS));
        for second in 0..500 {
            counts.add(second, 2, 1);
        }
        assert_eq!(
            counts.iter().next(),
            Some(&SecondCount {
                second: 380,
                requests: 2,
                failures: 1
            })
        );
        assert_eq!(counts.iter().count(), ENTRY_SECONDS);
        counts.add(100, 9, 0);
        assert_eq!(counts.iter().count(), ENTRY_SECONDS, "too late to be kept");
    }

    #[test]
    fn means_include_idle_seconds() {
        let mut counts = SecondCounts::new(None);
        counts.add(10, 30, 0);
        counts.add(12, 30, 3);
        assert_eq!(counts.mean(10, 20, |one| one.requests), 6.0);
        assert_eq!(counts.mean(10, 20, |one| one.failures), 0.3);
        assert_eq!(counts.mean(20, 10, |one| one.requests), 0.0);
    }

    #[test]
    fn the_current_window_is_ten_seconds_long() {
        let mut recent = RecentTimes::default();
        for second in 0..30 {
            recent.add(second, &SparseCounts::from_indices(&mut [second as u16]));
        }
        recent.add(2, &SparseCounts::from_indices(&mut [1]));
        assert_eq!(recent.window(29).count(), 10);
        assert_eq!(recent.window(28).count(), 10);
        assert_eq!(recent.window(38).count(), 1);
        assert_eq!(recent.window(39).count(), 0);
    }
}
