//! `katydid cluster-key [FILE]`: a new key for a master and its workers.

use std::path::Path;

use katydid_cluster::ClusterKey;

use crate::error::CliError;

const USAGE: &str = "\
Usage: katydid cluster-key [FILE]

Makes a key for a cluster: in FILE, which only its owner may read and which must not exist yet, or on standard output.
Give the same file to the master and to every worker: --cluster-key FILE. Whoever has the key can run code on the workers.
";

/// What is printed, or why there is no key.
pub(crate) fn answer(arguments: &[String]) -> Result<String, CliError> {
    match arguments {
        [flag] if flag == "--help" || flag == "-h" => Ok(USAGE.to_owned()),
        [] => Ok(ClusterKey::generate().text()),
        [file] if !file.starts_with('-') => {
            let written = ClusterKey::generate().write(Path::new(file));
            written.map_err(|error| CliError::Configuration(error.to_string()))?;
            Ok(format!(
                "Wrote {file}: give it to the master and to every worker with --cluster-key {file}\n"
            ))
        }
        _ => Err(CliError::Usage(
            "cluster-key takes one file name, or none".to_owned(),
        )),
    }
}
