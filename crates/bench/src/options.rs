//! What is typed. Judges values, starts nothing.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use katydid_http::Url;

/// One measurement.
pub(crate) struct Options {
    pub(crate) url: Url,
    pub(crate) users: u32,
    pub(crate) duration: Duration,
}

impl Options {
    /// Reads the arguments of the process; ends it when they make no sense.
    pub(crate) fn parse() -> Self {
        Self::from(command().get_matches())
    }
}

impl From<ArgMatches> for Options {
    fn from(mut typed: ArgMatches) -> Self {
        const REQUIRED: &str = "clap refuses to go on without it";
        Self {
            url: typed.remove_one("url").expect(REQUIRED),
            users: typed.remove_one("users").expect(REQUIRED),
            duration: Duration::from_secs(typed.remove_one("seconds").expect(REQUIRED)),
        }
    }
}

fn command() -> Command {
    let required =
        |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value).required(true);
    Command::new("katydid-bench")
        .about("Sends GET requests from so many users that never wait, and prints what it measured as JSON")
        .arg(required("url", "URL").value_parser(Url::parse))
        .arg(required("users", "N").value_parser(value_parser!(u32).range(1..)))
        .arg(required("seconds", "N").value_parser(value_parser!(u64).range(1..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options, clap::Error> {
        let words = std::iter::once("katydid-bench").chain(line.split_whitespace());
        command().try_get_matches_from(words).map(Options::from)
    }

    #[test]
    fn what_bench_types() {
        let options = parsed("--url http://127.0.0.1:8081/ --users 50 --seconds 8").unwrap();
        assert_eq!(options.url.to_string(), "http://127.0.0.1:8081/");
        assert_eq!((options.users, options.duration), (50, Duration::from_secs(8)));
    }

    #[test]
    fn nonsense_is_refused() {
        for line in [
            "",
            "--url http://a/ --users 0 --seconds 1",
            "--url http://a/ --users 1 --seconds 0",
            "--url nowhere --users 1 --seconds 1",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
