//! Why a file could not be imported: the file, the place in it, and what is needed there.

use std::io;
use std::path::{Path, PathBuf};

/// Characters of a wrong value that are shown.
const SHOWN: usize = 40;

/// A file that could not be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It could not be read.
    #[error("read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds more than such a file ever does.
    #[error("import {}: it is larger than {limit}, which no {what} is", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit, in words.
        limit: &'static str,
        /// What it was taken for.
        what: &'static str,
    },
    /// As a whole it is not what it was taken for.
    #[error("import {}: {problem}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what is needed.
        problem: String,
    },
    /// A column of a table is missing.
    #[error(
        "import {}: line 1 has no column \"{column}\", which is needed (`locust --csv` writes it); it has {found}",
        path.display()
    )]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// Heading that is needed.
        column: String,
        /// Headings there are.
        found: String,
    },
    /// Something is wrong at one place.
    #[error("import {}: line {line}, column {column}: {problem}", path.display())]
    Place {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Heading of the column in a table, else its number from 1.
        column: String,
        /// What is wrong, and what is needed.
        problem: String,
    },
}

impl ImportError {
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn format(path: &Path, problem: impl Into<String>) -> Self {
        Self::Format {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    pub(super) fn json(path: &Path, error: &serde_json::Error) -> Self {
        // The place is told beside the text, which ends with it.
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or(&text).to_owned();
        Self::Place {
            path: path.to_owned(),
            line: error.line() as u64,
            column: error.column().to_string(),
            problem,
        }
    }
}

/// A wrong value as an error shows it: quoted, short, without control characters.
pub(super) fn shown(text: &str) -> String {
    let mut start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    format!("{start:?}")
}
