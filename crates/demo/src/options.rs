//! What a person may ask of the service, typed or built in code. Does not act on any of it.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::routes;

/// How the sample shop listens and how well it behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoOptions {
    /// Name or address to listen on; loopback unless told otherwise.
    pub host: String,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// Time added to every answer of a route.
    pub delays: Vec<RouteRule<Duration>>,
    /// Upper bound of a random time added on top of the delay.
    pub jitters: Vec<RouteRule<Duration>>,
    /// Share of requests, from 0 to 1, answered with status 500.
    pub error_rates: Vec<RouteRule<f64>>,
    /// Start of the random numbers behind jitter and errors: the same seed gives the same sequence.
    pub seed: u64,
    /// Sessions (with their carts) kept; the ones unused for longest leave first.
    pub max_sessions: usize,
    /// Orders kept; the oldest leave first.
    pub max_orders: u32,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8080,
            delays: Vec::new(),
            jitters: Vec::new(),
            error_rates: Vec::new(),
            seed: 1,
            max_sessions: 100_000,
            max_orders: 50_000,
        }
    }
}

/// One value for the routes that a selector picks. The most exact selector wins: a name before a path, a
/// longer path before a shorter one, `*` last. Of two equal ones the later wins.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteRule<T> {
    /// Which routes.
    pub route: RouteSelector,
    /// What for them.
    pub value: T,
}

/// Picks routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteSelector {
    /// `*`: every route but `health`, so that a readiness check still answers at once.
    All,
    /// A route's name, such as `checkout`.
    Name(String),
    /// A path and everything below it, such as `/api/cart`.
    Prefix(String),
}

impl RouteSelector {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::All);
        }
        if text.starts_with('/') {
            return Ok(Self::Prefix(text.to_owned()));
        }
        let names = routes::names();
        if names.contains(&text) {
            return Ok(Self::Name(text.to_owned()));
        }
        Err(format!(
            "unknown route {text:?}: use '*', a path such as /api/cart, or one of {}",
            names.join(", ")
        ))
    }
}

/// Defines the command line of `demo-server`.
pub fn command() -> Command {
    let defaults = DemoOptions::default();
    Command::new("demo-server")
        .about("Serve the sample shop, a target to try load tests on")
        .after_help(format!(
            "ROUTE is '*' (every route but health), a path and all below it (/api/cart), or one of these \
             names:\n{}",
            routes::names().join(", ")
        ))
        .arg(
            Arg::new("host")
                .long("host")
                .value_name("HOST")
                .default_value(defaults.host)
                .help("Name or address to listen on"),
        )
        .arg(
            Arg::new("port")
                .long("port")
                .short('p')
                .value_name("N")
                .value_parser(value_parser!(u16))
                .default_value(defaults.port.to_string())
                .help("Port to listen on; 0 takes a free one"),
        )
        .arg(rule(
            "delay",
            "ROUTE=20ms",
            "Time added to every answer of a route (repeatable)",
        ))
        .arg(rule(
            "jitter",
            "ROUTE=5ms",
            "Random extra time, up to this much, on top of the delay (repeatable)",
        ))
        .arg(rule(
            "error-rate",
            "ROUTE=0.01",
            "Share of requests answered with status 500 (repeatable)",
        ))
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .value_parser(value_parser!(u64))
                .default_value(defaults.seed.to_string())
                .help("Start of the random numbers behind jitter and errors"),
        )
}

fn rule(name: &'static str, value_name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value_name)
        .action(ArgAction::Append)
        .help(help)
}

/// Reads what [`command`] matched.
///
/// # Errors
///
/// When a route is unknown, or a time or share cannot be read. The text names the option.
pub fn parse(matches: &ArgMatches) -> Result<DemoOptions, String> {
    let defaults = DemoOptions::default();
    Ok(DemoOptions {
        host: matches
            .get_one::<String>("host")
            .cloned()
            .unwrap_or(defaults.host),
        port: matches.get_one::<u16>("port").copied().unwrap_or(defaults.port),
        delays: rules(matches, "delay", duration)?,
        jitters: rules(matches, "jitter", duration)?,
        error_rates: rules(matches, "error-rate", share)?,
        seed: matches.get_one::<u64>("seed").copied().unwrap_or(defaults.seed),
        ..DemoOptions::default()
    })
}

fn rules<T>(
    matches: &ArgMatches,
    name: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<RouteRule<T>>, String> {
    let typed = matches.get_many::<String>(name).into_iter().flatten();
    typed
        .map(|text| route_rule(text, &read).map_err(|reason| format!("--{name} {text}: {reason}")))
        .collect()
}

fn route_rule<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<RouteRule<T>, String> {
    let (route, value) = text.rsplit_once('=').ok_or("expected ROUTE=VALUE")?;
    Ok(RouteRule {
        route: RouteSelector::parse(route)?,
        value: read(value)?,
    })
}

/// Reads `20ms`, `1.5s`, `2m`; a bare number is milliseconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let seconds_per_unit = match &text[digits.len()..] {
        "" | "ms" => 0.001,
        "us" => 0.000_001,
        "s" => 1.0,
        "m" => 60.0,
        unit => return Err(format!("unknown unit {unit:?}: use us, ms, s or m")),
    };
    let number: f64 = digits
        .parse()
        .map_err(|_| format!("{text:?} is not a time such as 20ms"))?;
    let hour = 3600.0;
    let seconds = number * seconds_per_unit;
    if !(0.0..=hour).contains(&seconds) {
        return Err(format!("{text:?} is not between 0 and one hour"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("{text:?} is not a share from 0 to 1")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(arguments: &[&str]) -> Result<DemoOptions, String> {
        let matches = command()
            .no_binary_name(true)
            .try_get_matches_from(arguments)
            .unwrap();
        parse(&matches)
    }

    #[test]
    fn nothing_typed_is_the_default() {
        command().debug_assert();
        assert_eq!(typed(&[]).unwrap(), DemoOptions::default());
    }

    #[test]
    fn rules_are_read_with_their_units() {
        let options = typed(&[
            "--port=0",
            "--host=0.0.0.0",
            "--delay=*=20ms",
            "--delay=/api/cart=1.5s",
            "--jitter=checkout=250us",
            "--error-rate=login=0.25",
            "--seed=7",
        ])
        .unwrap();
        assert_eq!(
            (options.host.as_str(), options.port, options.seed),
            ("0.0.0.0", 0, 7)
        );
        let delays: Vec<_> = options
            .delays
            .iter()
            .map(|rule| (rule.route.clone(), rule.value))
            .collect();
        assert_eq!(
            delays,
            [
                (RouteSelector::All, Duration::from_millis(20)),
                (
                    RouteSelector::Prefix("/api/cart".to_owned()),
                    Duration::from_millis(1500)
                ),
            ]
        );
        assert_eq!(
            options.jitters[0].route,
            RouteSelector::Name("checkout".to_owned())
        );
        assert_eq!(options.jitters[0].value, Duration::from_micros(250));
        assert_eq!(options.error_rates[0].value, 0.25);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (argument, expected) in [
            ("--delay=*", "--delay *: expected ROUTE=VALUE"),
            ("--delay=*=fast", "unknown unit \"fast\""),
            ("--delay=*=x9ms", "is not a time such as 20ms"),
            ("--delay=*=-1s", "is not between 0 and one hour"),
            ("--delay=*=NaN", "unknown unit"),
            ("--delay=basket=1s", "unknown route \"basket\""),
            ("--error-rate=*=2", "is not a share from 0 to 1"),
        ] {
            let message = typed(&[argument]).unwrap_err();
            assert!(message.contains(expected), "{argument}: {message}");
        }
    }
}
