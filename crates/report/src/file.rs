//! Writing a file so that a reader, or a run that is killed, never sees half of it.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::ReportError;

/// Fails, naming the path, if a file cannot be written there later. Makes missing folders; leaves a file that
/// exists as it is, and none that does not.
pub fn check_writable(path: &Path) -> Result<(), ReportError> {
    make_folder(path)?;
    let existed = path.exists();
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map_err(|source| ReportError::new("write", path, source))?;
    if existed {
        return Ok(());
    }
    fs::remove_file(path).map_err(|source| ReportError::new("write", path, source))
}

/// Writes a whole file, in one step as far as readers can tell. Makes missing folders.
pub fn write_file(path: &Path, content: &[u8]) -> Result<(), ReportError> {
    make_folder(path)?;
    replace(path, content).map_err(|source| ReportError::new("write", path, source))
}

/// A path with something put behind its last letter.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut text = OsString::from(path);
    text.push(suffix);
    PathBuf::from(text)
}

pub(crate) fn make_folder(path: &Path) -> Result<(), ReportError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(|source| {
        let why = format!("cannot create folder {}: {source}", folder.display());
        ReportError::new("write", path, io::Error::new(source.kind(), why))
    })
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link stays a link: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_special = fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file());
    if is_special {
        // /dev/stdout and the like cannot be replaced, only written to.
        return fs::write(&target, content);
    }
    let unfinished = with_suffix(&target, ".tmp");
    fs::write(&unfinished, content)?;
    fs::rename(&unfinished, &target).inspect_err(|_| {
        // The first error is the one to tell; a left-over file is replaced next time.
        let _ = fs::remove_file(&unfinished);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_through_missing_folders_and_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/report.html");
        check_writable(&path).expect("writable");
        assert!(!path.exists());
        write_file(&path, b"one").expect("written");
        check_writable(&path).expect("writable");
        assert_eq!(fs::read(&path).expect("read"), b"one");

        let link = folder.path().join("link.html");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        write_file(&link, b"two").expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read(&path).expect("read"), b"two");
        assert_eq!(
            fs::read_dir(path.parent().expect("a folder"))
                .expect("listed")
                .count(),
            1
        );
    }

    #[test]
    fn errors_name_the_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        write_file(&file, b"").expect("written");
        for path in [file.join("below/report.html"), folder.path().to_owned()] {
            let error = check_writable(&path).expect_err("not writable").to_string();
            assert!(error.contains(&folder.path().display().to_string()), "{error}");
        }
    }

    #[test]
    fn special_files_are_written_to() {
        write_file(Path::new("/dev/null"), b"text").expect("written");
        assert!(!Path::new("/dev/null").is_file());
    }
}
