//! What a key asks of the run.

/// Something that only the run can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// So many users more, or fewer.
    ChangeUsers(i64),
    /// End, as after SIGINT.
    Stop,
}
