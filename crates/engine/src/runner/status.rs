//! What a runner shows of itself. Does not change anything.

use std::time::Duration;

use crate::event::Announced;
use crate::state::RunState;
use crate::user_class::UserCounts;

/// The state of a run, as everybody may see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunnerStatus {
    /// Where the run is.
    pub state: RunState,
    /// Users by class that lived when the last ramp was complete.
    pub target_user_counts: UserCounts,
    /// Users that the last start asked for; set before the ramp.
    pub target_user_count: u64,
    /// Users per second that the last start asked for.
    pub spawn_rate: f64,
    /// Users by class that lived just before the last stop: what a ratio report speaks of.
    pub final_user_counts: UserCounts,
    /// Whether the runner is gone.
    pub quit: bool,
    /// Whether a load shape leads the test.
    pub shape_active: bool,
    /// Whether the last load shape that led a test came to its own end.
    pub shape_done: bool,
    /// How late the last step of a ramp started.
    pub spawn_lag: Duration,
    /// Steps of ramps so far; a new number means that `spawn_lag` was measured anew.
    pub spawn_steps: u64,
    /// What user code has said in answer to the runner's announcements.
    pub announced: Announced,
    /// Why the host could not go on, if it could not. The runner then stops the test by itself.
    pub failure: Option<String>,
}

/// Counts as they stand in log lines: a JSON object and the sum.
pub(super) fn counts_for_log(counts: &UserCounts) -> String {
    let total: u64 = counts.values().sum();
    let words: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{}: {count}", serde_json::Value::from(name.as_str())))
        .collect();
    format!("{{{}}} ({total} total users)", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{UserCounts, counts_for_log};

    #[test]
    fn counts_read_as_in_locust() {
        let counts = UserCounts::from([("Buyer".to_owned(), 2), ("Visitor".to_owned(), 10)]);
        assert_eq!(
            counts_for_log(&counts),
            r#"{"Buyer": 2, "Visitor": 10} (12 total users)"#
        );
    }
}
