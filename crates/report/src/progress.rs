//! The text of one line that tells how a run is going, and of those that close it.

use std::time::Duration;

use katydid_stats::{OTHER_ERRORS, OTHER_NAMES, Snapshot};

/// How a run is going.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Time since the start.
    pub elapsed: Duration,
    /// How long it will go on, if that is known.
    pub run_time: Option<Duration>,
    /// Users alive.
    pub user_count: u64,
    /// Users wanted.
    pub target_user_count: u64,
}

impl Progress {
    /// One line, without colours, e.g.
    /// `0:12 of 1:00 | 50 users | 1234.5 requests/s | 3 failures (0.02%) | p95 18 ms`.
    pub fn line(&self, snapshot: &Snapshot) -> String {
        let total = &snapshot.total;
        let mut line = clock(self.elapsed);
        if let Some(run_time) = self.run_time {
            line.push_str(&format!(" of {}", clock(run_time)));
        }
        line.push_str(&match self.user_count == self.target_user_count {
            true => format!(" | {}", counted(self.user_count, "user")),
            false => format!(
                " | {} of {}",
                self.user_count,
                counted(self.target_user_count, "user")
            ),
        });
        line.push_str(&format!(" | {:.1} requests/s", total.current_rps));
        line.push_str(&format!(" | {}", counted(total.num_failures, "failure")));
        if total.num_failures > 0 {
            line.push_str(&format!(" ({:.2}%)", total.fail_ratio * 100.0));
        }
        if let Some(time) = snapshot.current_p95 {
            line.push_str(&format!(" | p95 {} ms", milliseconds(time)));
        }
        line
    }
}

/// What a person should know when reading the figures: that the generator was the limit, or that rows were
/// counted together. No lines when there is nothing to say.
pub fn closing_notes(snapshot: &Snapshot) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(reason) = &snapshot.health.reason {
        notes.push(format!(
            "The load generator was the limit, not the target: {reason}. Use fewer users, or more processes or machines."
        ));
    }
    let overflow = snapshot.overflow;
    let rows = [
        (
            overflow.name_samples,
            "requests had too many different names",
            OTHER_NAMES,
        ),
        (
            overflow.error_occurrences,
            "failures had too many different errors",
            OTHER_ERRORS,
        ),
        (
            overflow.exception_occurrences,
            "exceptions had too many different tracebacks",
            OTHER_ERRORS,
        ),
    ];
    let folded = rows.into_iter().filter(|(count, _, _)| *count > 0);
    notes.extend(folded.map(|(count, what, row)| format!("{count} {what} and are counted as \"{row}\".")));
    notes
}

/// `1:05`, `2:00:00`.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A response time with as many digits as a person can use.
pub fn milliseconds(time: f64) -> String {
    match time {
        short if short < 10.0 => format!("{short:.2}"),
        middle if middle < 100.0 => format!("{middle:.1}"),
        long => format!("{long:.0}"),
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
