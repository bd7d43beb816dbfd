//! Every exit code in one place, and the rule that chooses among them. Those under 10 are Locust's.

use katydid_engine::Announced;
use katydid_gate::Verdict;

/// The test ran, and nothing failed.
pub const SUCCESS: i32 = 0;

/// The test cannot start as configured.
pub const CONFIGURATION: i32 = 1;

/// The command line (or what stands for it) cannot be read.
pub const USAGE: i32 = 2;

/// No request failed, but a listener or other background code of the test did, or users could not be started or
/// stopped.
pub const LISTENER_FAILED: i32 = 2;

/// A budget is broken.
pub const BUDGET_BROKEN: i32 = 10;

/// The service got worse than its baseline.
pub const REGRESSION: i32 = 11;

/// It cannot be told from what was measured, unless `--exit-code-on-inconclusive` says otherwise.
pub const INCONCLUSIVE: i32 = katydid_gate::INCONCLUSIVE_EXIT_CODE;

/// The measurement cannot be trusted.
pub const INVALID: i32 = 13;

/// The exit code that a verdict asks for, and whether it counts before failed requests; `None` if all is well.
pub fn of_verdict(verdict: Verdict, on_inconclusive: i32) -> Option<VerdictCode> {
    let (code, is_grave) = match verdict {
        Verdict::Invalid => (INVALID, true),
        Verdict::BudgetBroken => (BUDGET_BROKEN, true),
        Verdict::Regression => (REGRESSION, true),
        Verdict::Inconclusive => (on_inconclusive, false),
        Verdict::Pass => return None,
    };
    Some(VerdictCode { code, is_grave })
}

/// An exit code that a verdict asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictCode {
    /// The code.
    pub code: i32,
    /// Whether it counts before failed requests: they may be why.
    pub is_grave: bool,
}

/// What a run came to, as far as its exit code goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether any request failed or any user raised.
    pub failures: bool,
    /// What user code has said.
    pub announced: Announced,
    /// What the verdict asks for.
    pub verdict: Option<VerdictCode>,
    /// Whether the host broke down or did not answer.
    pub host_failed: bool,
}

/// Chooses the exit code: what user code asks for (`environment.process_exit_code`), else a grave verdict's, else `on_error`
/// after failures, else an undecided verdict's, else [`LISTENER_FAILED`], else [`SUCCESS`].
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
        Outcome {
            verdict: Some(VerdictCode { code, is_grave: true }),
            ..
        } => code,
        Outcome { failures: true, .. } => on_error,
        Outcome {
            verdict: Some(VerdictCode { code, .. }),
            ..
        } if code != SUCCESS => code,
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
            verdict: None,
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

    #[test]
    fn a_verdict_counts_before_failures_unless_it_is_undecided() {
        let outcome = |verdict, failures| Outcome {
            failures,
            verdict: of_verdict(verdict, 12),
            ..Outcome::default()
        };
        for (given, expected) in [
            (outcome(Verdict::Pass, false), 0),
            (outcome(Verdict::Pass, true), 7),
            (outcome(Verdict::Inconclusive, false), 12),
            (outcome(Verdict::Inconclusive, true), 7),
            (outcome(Verdict::Regression, true), 11),
            (outcome(Verdict::BudgetBroken, true), 10),
            (outcome(Verdict::Invalid, true), 13),
        ] {
            assert_eq!(choose(given, 7), expected, "{given:?}");
        }
        let tolerated = Outcome {
            verdict: of_verdict(Verdict::Inconclusive, 0),
            ..Outcome::default()
        };
        assert_eq!(choose(tolerated, 7), 0);
    }
}
