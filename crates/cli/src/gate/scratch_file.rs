//! A file that is gone when its owner is: for runs that nobody wants to keep but that must be compared.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A name of its own, in a folder that only this user can reach: whoever may write beside it could put a link there.
#[derive(Debug)]
pub(crate) struct ScratchFile {
    path: PathBuf,
    _folder: TempDir,
}

impl ScratchFile {
    /// Makes the folder; the file is not there yet. Fails when the system has no room for such files.
    pub(crate) fn new() -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("katydid-").tempdir()?;
        Ok(Self {
            path: folder.path().join("scratch.db"),
            _folder: folder,
        })
    }

    /// Where it is, or may be made.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_gone_with_its_folder() {
        let file = ScratchFile::new().unwrap();
        let path = file.path().to_owned();
        std::fs::write(&path, "x").unwrap();
        drop(file);
        assert!(!path.exists() && !path.parent().unwrap().exists());
    }
}
