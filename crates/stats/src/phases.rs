//! What the time of a request went into: looking up the host, connecting, TLS, waiting for the answer, receiving it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::sample::milliseconds;

/// One value for each phase, in the order in which they happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Phases<T> {
    /// Looking up the host name.
    pub dns: T,
    /// TCP, and a proxy's tunnel.
    pub connect: T,
    /// The TLS handshake.
    pub tls: T,
    /// From a connection that is ready to the first byte of the answer: sending is part of it.
    pub waiting: T,
    /// From the first byte of the answer to its last.
    pub receiving: T,
}

/// How long the phases of one request took; `None` for one that did not happen, or that nobody measured.
pub type PhaseDurations = Phases<Option<Duration>>;

/// How long the phases of several requests took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PhaseTime {
    /// How often it happened. A connection that is used again has no lookup and no handshake.
    pub count: u64,
    /// Sum of its durations.
    pub total_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// The same for each phase.
pub type PhaseTimes = Phases<PhaseTime>;

impl<T> From<[T; 5]> for Phases<T> {
    /// In the order in which they happen.
    fn from([dns, connect, tls, waiting, receiving]: [T; 5]) -> Self {
        Self {
            dns,
            connect,
            tls,
            waiting,
            receiving,
        }
    }
}

impl<T> Phases<T> {
    /// The phases by name, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &T)> {
        let Self {
            dns,
            connect,
            tls,
            waiting,
            receiving,
        } = self;
        [
            ("dns", dns),
            ("connect", connect),
            ("tls", tls),
            ("waiting", waiting),
            ("receiving", receiving),
        ]
        .into_iter()
    }

    fn each_mut(&mut self) -> [&mut T; 5] {
        let Self {
            dns,
            connect,
            tls,
            waiting,
            receiving,
        } = self;
        [dns, connect, tls, waiting, receiving]
    }
}

impl PhaseTime {
    /// Mean duration; 0 where it never happened.
    pub fn mean_ms(&self) -> f64 {
        match self.count {
            0 => 0.0,
            count => self.total_ms / count as f64,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.total_ms += other.total_ms;
        self.max_ms = self.max_ms.max(other.max_ms);
    }
}

impl PhaseTimes {
    pub(crate) fn add(&mut self, durations: &PhaseDurations) {
        let times = self.each_mut().into_iter().zip(durations.iter());
        for (time, (_, duration)) in times {
            if let Some(duration) = duration {
                let total_ms = milliseconds(*duration);
                time.merge(&PhaseTime {
                    count: 1,
                    total_ms,
                    max_ms: total_ms,
                });
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let times = self.each_mut().into_iter().zip(other.iter());
        times.for_each(|(time, (_, other))| time.merge(other));
    }

    /// Applies a bound to every count, and one to every time.
    pub(crate) fn tame(&mut self, count: impl Fn(&mut u64), time: impl Fn(&mut f64)) {
        for phase in self.each_mut() {
            count(&mut phase.count);
            time(&mut phase.total_ms);
            time(&mut phase.max_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> PhaseDurations {
        Phases {
            dns: Some(Duration::from_millis(3)),
            connect: Some(Duration::from_millis(2)),
            waiting: Some(Duration::from_millis(10)),
            receiving: Some(Duration::from_millis(1)),
            tls: None,
        }
    }

    fn over_the_same_connection() -> PhaseDurations {
        Phases {
            waiting: Some(Duration::from_millis(20)),
            receiving: Some(Duration::from_millis(2)),
            ..Phases::default()
        }
    }

    #[test]
    fn a_phase_counts_only_the_requests_that_had_it() {
        let mut times = PhaseTimes::default();
        times.add(&first());
        times.add(&over_the_same_connection());
        let told: Vec<_> = times
            .iter()
            .map(|(name, time)| (name, time.count, time.mean_ms(), time.max_ms))
            .collect();
        assert_eq!(
            told,
            [
                ("dns", 1, 3.0, 3.0),
                ("connect", 1, 2.0, 2.0),
                ("tls", 0, 0.0, 0.0),
                ("waiting", 2, 15.0, 20.0),
                ("receiving", 2, 1.5, 2.0),
            ]
        );
    }

    #[test]
    fn merging_is_the_same_as_counting_in_one_place() {
        let (mut here, mut there, mut together) = (
            PhaseTimes::default(),
            PhaseTimes::default(),
            PhaseTimes::default(),
        );
        here.add(&first());
        there.add(&over_the_same_connection());
        together.add(&first());
        together.add(&over_the_same_connection());
        here.merge(&there);
        assert_eq!(here, together);
    }
}
