//! What a duel is asked for: its own options, and those of the test, which are handed on.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use katydid_gate::Rules;

use crate::command_line;
use crate::commands::{Parsed, parse, verdict};
use crate::error::CliError;
use crate::gate::VerdictOutputs;
use crate::options;
use crate::sources::Surroundings;
use crate::timespan;

use super::block::AROUND_A_BLOCK;

/// What a duel is asked for.
#[derive(Clone, Debug)]
pub struct DuelOptions {
    /// Address of what it was.
    pub base: String,
    /// Address of what it is.
    pub head: String,
    /// Length of a block.
    pub block: Duration,
    /// Pairs of blocks before the first look.
    pub pairs: usize,
    /// How long it may take.
    pub time_limit: Duration,
    /// What random numbers begin with; each pair has its own.
    pub seed: u64,
    /// Whether these say how fast users come.
    pub has_spawn_rate: bool,
    /// Options of the test, as typed.
    pub test: Vec<String>,
    /// How the two are compared.
    pub rules: Rules,
    /// Where the verdict goes.
    pub outputs: VerdictOutputs,
    /// The arguments of the verdict.
    pub(crate) matches: ArgMatches,
}

impl PartialEq for DuelOptions {
    /// Two are the same if they ask for the same test.
    fn eq(&self, other: &Self) -> bool {
        (&self.base, &self.head, self.block, self.pairs, &self.test)
            == (&other.base, &other.head, other.block, other.pairs, &other.test)
    }
}

/// Nobody waits longer for a duel.
const LONGEST: Duration = Duration::from_secs(7 * 86_400);

/// Options of the test that a duel sets itself.
const OWN: [&str; 12] = [
    "host",
    "run_time",
    "run_file",
    "store",
    "no_store",
    "master",
    "worker",
    "processes",
    "baseline",
    "budget",
    "service_pid",
    "keep_runs",
];

/// Variables that ask for something of the duel as a whole, not of a block of it.
pub(super) fn variables_of_the_duel() -> Vec<String> {
    let is_ours = |dest: &str| OWN.contains(&dest) || dest.starts_with("verdict_");
    let rows = options::rows().filter(|row| is_ours(row.dest));
    let of_github = ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"].map(str::to_owned);
    rows.flat_map(|row| row.env_names()).chain(of_github).collect()
}

/// Arguments that take back what a configuration file of this folder may ask for.
pub(super) fn unset_by_the_duel() -> impl Iterator<Item = String> {
    options::rows()
        .filter(|row| row.dest == "baseline" || row.dest.starts_with("verdict_"))
        .map(|row| format!("{}=", row.name()))
}

fn command() -> Command {
    let time = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("time")
            .default_value(default)
            .help(help)
    };
    let address = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("url")
            .required(true)
            .help(help)
    };
    let command = Command::new("duel")
        .about(
            "Measures two deployments in turns with the same test, and says whether the head is worse than the base. Blocks \
             alternate, with the same seed for both of a pair, and more are added while it cannot be told",
        )
        .override_usage("katydid duel --base URL --head URL [-f FILE] [-u USERS] [options of the test] [UserClass ...]")
        .arg(address("base", "Address of what it was"))
        .arg(address("head", "Address of what it is"))
        .arg(time("block", "10s", "Length of a block, after its users are there"))
        .arg(
            Arg::new("pairs")
                .long("pairs")
                .value_name("count")
                .value_parser(value_parser!(u64).range(5..=1000))
                .default_value("8")
                .help("Pairs of blocks before the first look at the figures"),
        )
        .arg(time("time-limit", "15m", "How long it may take altogether"))
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("int")
                .value_parser(value_parser!(u64))
                .default_value("1")
                .help("What random numbers of the first pair begin with"),
        )
        .arg(verdict::page_argument());
    verdict::with_arguments(command)
}

/// Reads the arguments; `Err` with a text for `--help`.
pub(crate) fn read(
    arguments: &[String],
    surroundings: &Surroundings,
) -> Result<Result<DuelOptions, String>, CliError> {
    let (own, test) = parted(arguments);
    let matches = match parse(command(), &own)? {
        Parsed::Matches(matches) => *matches,
        Parsed::Help(text) => return Ok(Err(text)),
    };
    let has_spawn_rate = check_test(&test)?;
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let time = |name: &str| {
        let usage = |why: String| CliError::Usage(format!("duel: --{name}: {why}"));
        let time = timespan::parse(&text(name)).map_err(usage)?;
        match time {
            time if time.is_zero() => Err(usage("must be longer than nothing".to_owned())),
            time if time > LONGEST => Err(usage("must be a week at most".to_owned())),
            time => Ok(time),
        }
    };
    for name in ["base", "head"] {
        if !["http://", "https://"]
            .iter()
            .any(|scheme| text(name).starts_with(scheme))
        {
            return Err(CliError::Usage(format!(
                "duel: --{name}: '{}' is no address; write http://... or https://...",
                text(name)
            )));
        }
    }
    let (pairs, block, limit) = (
        matches.get_one::<u64>("pairs").map_or(8, |pairs| *pairs as usize),
        time("block")?,
        time("time-limit")?,
    );
    let least = (block + AROUND_A_BLOCK) * 2 * pairs as u32;
    if least > limit {
        return Err(CliError::Usage(format!(
            "duel: --time-limit: {pairs} pairs of blocks of {} take {} or more; allow more time, or ask for shorter blocks",
            timespan::text(block.as_secs_f64()),
            timespan::text(least.as_secs_f64())
        )));
    }
    Ok(Ok(DuelOptions {
        base: text("base"),
        head: text("head"),
        block,
        pairs,
        time_limit: limit,
        seed: matches.get_one::<u64>("seed").copied().unwrap_or(1),
        has_spawn_rate,
        test,
        rules: verdict::rules(&matches, surroundings)?,
        outputs: verdict::outputs(&matches, surroundings)?,
        matches,
    }))
}

/// Arguments of the duel, and those of the test.
fn parted(arguments: &[String]) -> (Vec<String>, Vec<String>) {
    let command = command();
    let own_flag = |argument: &str| {
        let typed = argument.split('=').next().unwrap_or_default();
        command.get_arguments().find(|arg| {
            let aliases = arg.get_all_aliases().unwrap_or_default();
            let mut names = arg.get_long().into_iter().chain(aliases);
            names.any(|name| typed.strip_prefix("--") == Some(name))
                || arg.get_short().is_some_and(|short| typed == format!("-{short}"))
        })
    };
    let (mut own, mut test) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--help" || argument == "-h" {
            own.push(argument.clone());
        } else if let Some(flag) = own_flag(argument) {
            own.push(argument.clone());
            if flag.get_action().takes_values() && !argument.contains('=') {
                own.extend(rest.next().cloned());
            }
        } else {
            test.push(argument.clone());
        }
    }
    (own, test)
}

/// Refuses what the duel sets itself, and says whether a spawn rate is given.
fn check_test(test: &[String]) -> Result<bool, CliError> {
    let (known, _) = command_line::part(test);
    let given = command_line::parse(&known)?;
    for given in &given {
        if OWN.contains(&given.row.dest) {
            return Err(CliError::Usage(format!(
                "duel: {} is set by the duel itself",
                given.row.flags.join("/")
            )));
        }
    }
    Ok(given.iter().any(|given| given.row.dest == "spawn_rate"))
}
