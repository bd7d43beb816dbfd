//! What can be wrong with kept runs. Does not print.

use std::path::PathBuf;

/// Why runs cannot be kept or read. Each fits after "cannot ...".
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such file.
    #[error("find {}: no runs were kept here yet", .0.display())]
    Missing(PathBuf),
    /// It is another kind of file.
    #[error("open {}: this is no file of Katydid's runs", .0.display())]
    Foreign(PathBuf),
    /// It was written by a later version.
    #[error("open {}: it was written by a later Katydid (schema {found}, this one knows {known})", file.display())]
    Newer {
        /// Which.
        file: PathBuf,
        /// Its schema.
        found: i64,
        /// The latest that is known here.
        known: i64,
    },
    /// The database is damaged.
    #[error("read {}: it is damaged ({why}); move it away and a new one is begun", file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// Others use it all the time.
    #[error("write {}: another process has held it for ten seconds", .0.display())]
    Busy(PathBuf),
    /// Anything else that SQLite says.
    #[error("use {}: {why}", file.display())]
    Sql {
        /// Which.
        file: PathBuf,
        /// What it says.
        why: String,
    },
    /// A folder or file of the system.
    #[error("use {}: {source}", file.display())]
    Io {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite copies from files whose names are UTF-8.
    #[error("copy from {}: its name is not UTF-8", .0.display())]
    Name(PathBuf),
    /// Some seconds of a run cannot be read.
    #[error("read all seconds of the run: a part of them is damaged")]
    DamagedChunk,
    /// Some seconds were written by a later version.
    #[error("read the seconds of the run: they are in format {0}, which is later than this Katydid")]
    NewerChunk(u8),
    /// Bytes could not be compressed.
    #[error("compress seconds: {0}")]
    Pack(String),
    /// A file for one run has several.
    #[error("overwrite {}: it holds {count} runs", file.display())]
    NotOneRun {
        /// Which.
        file: PathBuf,
        /// How many.
        count: usize,
    },
    /// No run is meant.
    #[error("{0}")]
    NoSuchRun(String),
}

impl StoreError {
    /// What an error of SQLite means for a file.
    pub(crate) fn of_sql(file: &std::path::Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let file = file.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Foreign(file),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged {
                file,
                why: error.to_string(),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(file),
            Some(ErrorCode::DiskFull) => Self::Sql {
                file,
                why: "the disk is full".to_owned(),
            },
            _ => Self::Sql {
                file,
                why: error.to_string(),
            },
        }
    }
}
