//! Where standard output cannot be led elsewhere for a while: what others write goes through the view, which is drawn anew
//! every few seconds.

use std::io;
use std::process::Stdio;

/// Keeps nothing.
#[derive(Debug)]
pub struct Output;

/// There is none.
pub fn output() -> Option<&'static Output> {
    None
}

impl Output {
    /// Never called: there is no output.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn writer(&self) -> io::Result<Stdio> {
        Ok(Stdio::inherit())
    }

    pub(crate) fn hold(&self) -> io::Result<()> {
        Ok(())
    }

    pub(crate) fn release(&self) {}

    /// Nothing is on its way.
    pub fn flush(&self) {}

    pub(crate) fn count(&self) -> u64 {
        0
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        Vec::new()
    }
}

pub(crate) fn real_stderr() -> io::Result<io::Stderr> {
    Ok(io::stderr())
}
