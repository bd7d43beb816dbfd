//! What can be wrong before a test starts. Does not print.

use katydid_report::printable;

use crate::exit_code;

/// A reason not to start, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CliError {
    /// What was typed (or stands in a file or variable) cannot be read.
    #[error("{0}")]
    Usage(String),
    /// It can be read, but not be done.
    #[error("{0}")]
    Configuration(String),
}

impl CliError {
    /// The code to exit with.
    pub fn exit_code(&self) -> i32 {
        match self {
            Self::Usage(_) => exit_code::USAGE,
            Self::Configuration(_) => exit_code::CONFIGURATION,
        }
    }

    /// The line to print on standard error, without its end.
    pub fn line(&self) -> String {
        // Names of files, branches and endpoints come from anywhere; what moves a cursor must not reach a terminal.
        format!("katydid: error: {}", printable(&self.to_string()))
    }
}
