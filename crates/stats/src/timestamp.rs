//! A moment of the run, in seconds since the epoch. Time is passed in; only loops ask [`Timestamp::now`].

use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

const SECONDS_PER_DAY: i64 = 86_400;

/// Seconds since the epoch, with fractions, as Locust keeps them.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub f64);

impl Timestamp {
    /// Reads the system's clock.
    pub fn now() -> Self {
        // A clock before 1970 is a machine that was never set; zero is as good as any other answer.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(since_epoch.as_secs_f64())
    }

    /// The whole second this moment lies in.
    pub fn second(self) -> i64 {
        self.0.floor() as i64
    }

    /// The later of two moments.
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// The earlier of two moments.
    pub fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// `2026-03-01T12:30:05Z`: UTC, whole seconds.
    pub fn utc(self) -> String {
        // A hostile or broken clock must not overflow the calendar below.
        let seconds = self.second().clamp(0, 253_402_300_799);
        let (year, month, day) = civil_date(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Year, month and day of a day counted from 1970-01-01, for days from then on (the Gregorian calendar,
/// counted in eras of 400 years that begin on 1 March, so that the leap day is the last of its year).
fn civil_date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_utc_like_the_calendar() {
        let table = [
            (0.0, "1970-01-01T00:00:00Z"),
            (951_782_399.9, "2000-02-28T23:59:59Z"),
            (951_782_400.0, "2000-02-29T00:00:00Z"),
            (951_868_800.0, "2000-03-01T00:00:00Z"),
            (1_000_000_000.5, "2001-09-09T01:46:40Z"),
            (1_767_225_599.0, "2025-12-31T23:59:59Z"),
            (1_767_225_600.0, "2026-01-01T00:00:00Z"),
            (4_107_542_400.0, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, text) in table {
            assert_eq!(Timestamp(seconds).utc(), text);
        }
    }

    #[test]
    fn a_broken_clock_still_prints() {
        for seconds in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -5.0] {
            assert!(Timestamp(seconds).utc().ends_with('Z'));
        }
    }
}
