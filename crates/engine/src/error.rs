//! What can be wrong with a request to the dispatcher or the runner.

/// A ramp that cannot be worked out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DispatchError {
    /// There must be somebody to start.
    #[error("no user class to start users of")]
    NoUserClass,
    /// Names tell user classes apart.
    #[error("user class {0} is given twice")]
    DuplicateUserClass(String),
    /// A start asked for a class that the run does not have.
    #[error("unknown user class {0}")]
    UnknownUserClass(String),
    /// A weight must be a number that is not negative.
    #[error("weight of user class {name} must be a finite number of at least 0, got {weight}")]
    Weight {
        /// The class.
        name: String,
        /// Its weight.
        weight: f64,
    },
    /// Fewer than no users.
    #[error("the number of users must not be negative, got {0}")]
    NegativeUserCount(i64),
    /// Nobody would ever start.
    #[error("the spawn rate must be above 0, got {0}")]
    SpawnRateNotPositive(f64),
    /// Not a number, or infinite.
    #[error("the spawn rate must be a finite number, got {0}")]
    SpawnRateNotFinite(f64),
}

/// A request that the runner refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RunnerError {
    /// The ramp cannot be worked out.
    #[error(transparent)]
    Dispatch(#[from] DispatchError),
    /// Users live on workers, and none is connected.
    #[error("no worker is connected")]
    NoWorker,
    /// A worker starts what its master tells it, and nothing else.
    #[error("only the master starts a test")]
    LedByMaster,
    /// One shape at a time.
    #[error("a load shape is running already")]
    ShapeRunning,
    /// The runner is on its way out, or gone.
    #[error("the runner has quit")]
    Quit,
}
