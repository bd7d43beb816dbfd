//! What can go wrong when results are written.

use std::io;
use std::path::{Path, PathBuf};

/// A result file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{action} {}: {source}", path.display())]
pub struct ReportError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl ReportError {
    pub(crate) fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// The file or folder in question.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
