//! The key of a cluster: who has it may take part, and everything between nodes is encrypted with it.
//!
//! It is a CURVE key pair (<https://rfc.zeromq.org/spec/26/>) that all nodes share: the master proves that it has the
//! key, and takes nobody who has not.

use std::fs;
use std::io::Write;
use std::path::Path;

use omq_tokio::{CurveKeypair, CurvePublicKey, CurveSecretKey, CurveServerOptions, Options};

use crate::error::ClusterError;

const HEADING: &str =
    "# Key of a Katydid cluster. Whoever has it can run code on the workers: keep it secret.";

/// The key of a cluster.
#[derive(Clone, Debug)]
pub struct ClusterKey {
    pair: CurveKeypair,
}

impl ClusterKey {
    /// A new key.
    pub fn generate() -> Self {
        Self {
            pair: CurveKeypair::generate(),
        }
    }

    /// The key in a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds no key.
    pub fn read(file: &Path) -> Result<Self, ClusterError> {
        let wrong = |why: String| ClusterError::Key {
            file: file.display().to_string(),
            why,
        };
        let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("# "));
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return Err(wrong(
                "there should be one line with the key; make one with: katydid cluster-key".into(),
            ));
        };
        let secret = CurveSecretKey::from_z85(line)
            .map_err(|_| wrong("this is no key; make one with: katydid cluster-key".into()))?;
        let public = secret.derive_public();
        Ok(Self {
            pair: CurveKeypair { public, secret },
        })
    }

    /// Writes the key into a new file that only its owner may read.
    ///
    /// # Errors
    ///
    /// When there is such a file, or none can be made.
    pub fn write(&self, file: &Path) -> Result<(), ClusterError> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options
            .open(file)
            .and_then(|mut opened| opened.write_all(self.text().as_bytes()));
        written.map_err(|error| ClusterError::Key {
            file: file.display().to_string(),
            why: error.to_string(),
        })
    }

    /// What stands in a key file.
    pub fn text(&self) -> String {
        format!("{HEADING}\n{}\n", self.pair.secret.to_z85())
    }

    pub(crate) fn guard_master(&self, options: Options) -> Options {
        let CurvePublicKey(known) = self.pair.public;
        let admission = CurveServerOptions::new().authenticator(move |peer| peer.public_key == known);
        options.curve_server_with_options(self.pair.clone(), admission)
    }

    pub(crate) fn guard_worker(&self, options: Options) -> Options {
        options.curve_client(self.pair.clone(), self.pair.public)
    }
}
