//! What a run tells user code, and what user code tells back. Does not call anybody.

/// A moment of a run that listeners in user code are told of.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// A test starts, from a state other than spawning or running. Users start after the listeners returned.
    TestStart,
    /// A ramp is over.
    SpawningComplete {
        /// Users alive at the end of the ramp.
        user_count: u64,
    },
    /// A test is about to stop; its users still run.
    TestStopping,
    /// A test has stopped; no user is left.
    TestStop,
    /// How much of the machine this process uses.
    UsageMonitor {
        /// Percent of one core.
        cpu_usage: f64,
        /// Resident memory in bytes.
        memory_usage: u64,
    },
    /// This process uses so much of a core that its own results suffer.
    CpuWarning {
        /// Percent of one core.
        cpu_usage: f64,
    },
    /// Shutdown begins.
    Quitting,
    /// The last thing before the process exits.
    Quit {
        /// The code that the process exits with.
        exit_code: i32,
    },
}

impl RunEvent {
    /// The name of the hook in `environment.events`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TestStart => "test_start",
            Self::SpawningComplete { .. } => "spawning_complete",
            Self::TestStopping => "test_stopping",
            Self::TestStop => "test_stop",
            Self::UsageMonitor { .. } => "usage_monitor",
            Self::CpuWarning { .. } => "cpu_warning",
            Self::Quitting => "quitting",
            Self::Quit { .. } => "quit",
        }
    }
}

/// What user code has said by the time its listeners returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// The exit code that user code asks for (`environment.process_exit_code`).
    pub exit_code: Option<i32>,
    /// Whether a listener (or any other background code of the user) raised.
    pub listener_failed: bool,
}

impl Announced {
    /// Adds what was said later: the newest exit code asked for counts, a failure stays.
    pub fn and_then(self, later: Self) -> Self {
        Self {
            exit_code: later.exit_code.or(self.exit_code),
            listener_failed: self.listener_failed || later.listener_failed,
        }
    }
}
