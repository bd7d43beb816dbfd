//! The sample shop as a program of its own, for tests that have no `katydid` command yet.

use std::process::ExitCode;

fn main() -> ExitCode {
    let matches = katydid_demo::command().get_matches();
    let options = match katydid_demo::parse(&matches) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = katydid_demo::run(options) {
        eprintln!("error: failed to {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
