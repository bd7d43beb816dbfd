//! Whether files can be written, found out before the test rather than after it. Writes nothing that stays,
//! except missing folders.

use std::fs::{self, OpenOptions};
use std::path::Path;

use crate::error::CliError;

/// Makes the missing folders of a file and tries to open it for writing. What stands in it is left alone.
///
/// # Errors
///
/// When the file cannot be written. The text names option and file.
pub(crate) fn check(flag: &str, file: Option<&Path>) -> Result<(), CliError> {
    let Some(file) = file else { return Ok(()) };
    let wrong = |error: std::io::Error| {
        CliError::Configuration(format!("{flag}: cannot write {}: {error}", file.display()))
    };
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(wrong)?;
    }
    let was_there = file.exists();
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .map_err(wrong)?;
    if !was_there {
        fs::remove_file(file).map_err(wrong)?;
    }
    Ok(())
}
