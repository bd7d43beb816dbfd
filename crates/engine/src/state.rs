//! The states of a run and which may follow which. Does not act on them.

use std::fmt;

/// The state of a run, or of a worker as its master sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum RunState {
    /// Nothing was started yet.
    #[default]
    Ready,
    /// On the way to a new number of users.
    Spawning,
    /// The wanted number of users was reached.
    Running,
    /// Users are being stopped.
    Cleanup,
    /// Workers have been told to stop.
    Stopping,
    /// No user is left.
    Stopped,
    /// A worker that is no longer heard of.
    Missing,
}

impl RunState {
    /// The word that Locust uses for this state, in `runner.state` and in messages between nodes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Spawning => "spawning",
            Self::Running => "running",
            Self::Cleanup => "cleanup",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Missing => "missing",
        }
    }

    /// The state that a word stands for; `None` for an unknown word.
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [
            Self::Ready,
            Self::Spawning,
            Self::Running,
            Self::Cleanup,
            Self::Stopping,
            Self::Stopped,
            Self::Missing,
        ];
        all.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether a test is under way, so that a start changes it instead of beginning a new one.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Spawning | Self::Running)
    }

    /// Whether `next` may follow this state.
    pub fn may_become(self, next: Self) -> bool {
        use RunState::{Cleanup, Missing, Ready, Running, Spawning, Stopped, Stopping};
        match (self, next) {
            (before, after) if before == after => true,
            // A worker may vanish at any moment, and comes back as ready.
            (_, Missing) | (Missing, Ready) => true,
            (Ready | Stopped, Spawning | Ready) => true,
            (Spawning, Running) | (Running, Spawning) => true,
            // Stopping what never started is legal, because its listeners are told all the same.
            (Ready | Spawning | Running, Stopping | Cleanup) => true,
            (Stopping, Cleanup | Stopped) | (Cleanup, Stopped) => true,
            _ => false,
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::RunState::{self, Cleanup, Missing, Ready, Running, Spawning, Stopped, Stopping};

    const ALL: [RunState; 7] = [Ready, Spawning, Running, Cleanup, Stopping, Stopped, Missing];

    #[test]
    fn every_word_finds_its_state_again() {
        for state in ALL {
            assert_eq!(RunState::from_word(state.as_str()), Some(state));
        }
        assert_eq!(RunState::from_word("paused"), None);
    }

    #[test]
    fn the_ordinary_life_of_a_run_is_legal() {
        let life = [
            Ready, Spawning, Running, Spawning, Running, Cleanup, Stopped, Spawning,
        ];
        for pair in life.windows(2) {
            assert!(pair[0].may_become(pair[1]), "{} to {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (before, after) in [
            (Ready, Running),
            (Stopped, Running),
            (Cleanup, Spawning),
            (Stopped, Cleanup),
        ] {
            assert!(!before.may_become(after), "{before} to {after}");
        }
    }
}
