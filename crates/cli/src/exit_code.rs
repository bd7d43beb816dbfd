//! Every exit code in one place, and the rule that chooses among them. They are Locust's.

use katydid_engine::Announced;

/// The test ran, and nothing failed.
pub const SUCCESS: i32 = 0;

/// The test cannot start as configured.
pub const CONFIGURATION: i32 = 1;

/// The command line (or what stands for it) cannot be read.
pub const USAGE: i32 = 2;

/// No request failed, but a listener or other background code of the test did, or users could not be started or
/// stopped.
pub const LISTENER_FAILED: i32 = 2;

/// What a run came to, as far as its exit code goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether any request failed or any user raised.
    pub failures: bool,
    /// What user code has said.
    pub announced: Announced,
    /// Whether the host broke down or did not answer.
    pub host_failed: bool,
}

/// Chooses the exit code: what user code asks for (`environment.process_exit_code`), else `on_error` after
/// failures, else [`LISTENER_FAILED`], else [`SUCCESS`].
pub fn choose(outcome: Outcome, on_error: i32) -> i32 {
    match outcome {
        Outcome {
            announced:
                Announced {
                    exit_code: Some(asked_for),
                    ..
                },
            ..
        } => asked_for,
        Outcome { failures: true, .. } => on_error,
        Outcome {
            host_failed: true, ..
        } => LISTENER_FAILED,
        Outcome {
            announced: Announced {
                listener_failed: true,
                ..
            },
            ..
        } => LISTENER_FAILED,
        _ => SUCCESS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_code_first_then_failures_then_listeners() {
        let outcome = |exit_code, failures, listener_failed, host_failed| Outcome {
            failures,
            announced: Announced {
                exit_code,
                listener_failed,
            },
            host_failed,
        };
        for (given, expected) in [
            (outcome(None, false, false, false), 0),
            (outcome(None, false, true, false), 2),
            (outcome(None, false, false, true), 2),
            (outcome(None, true, true, true), 7),
            (outcome(Some(0), true, true, false), 0),
            (outcome(Some(42), false, false, false), 42),
        ] {
            assert_eq!(choose(given, 7), expected, "{given:?}");
        }
    }
}
