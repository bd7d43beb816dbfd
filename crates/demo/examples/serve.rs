//! The sample shop as a program of its own, for tests that have no `katydid` command yet.

use std::process::ExitCode;

fn main() -> ExitCode {
    let matches = katydid_demo::command().get_matches();
    let outcome = katydid_demo::parse(&matches)
        .and_then(|options| katydid_demo::run(options).map_err(|error| error.to_string()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("failed to {message}");
            ExitCode::FAILURE
        }
    }
}
