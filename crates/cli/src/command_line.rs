//! The command line proper, built from the table: arguments in, written values out; and the text of `--help`.
//! Does not read values.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use crate::error::CliError;
use crate::options::{Kind, OptionRow, row_of_flag, rows};
use crate::value::Written;

const USAGE: &str = "katydid [options] [UserClass ...]
       katydid duel --base URL --head URL [options]
       katydid runs | show RUN | report RUN | check RUN | compare BASE HEAD | history
       katydid baseline promote RUN | export RUN --to FORMAT | import FILE | schema
       katydid demo-server [options]
       katydid completion bash|zsh|fish";

const AFTER_HELP: &str = "\
Examples:
  katydid -f shop.py -H https://shop.example.com --headless -u 100 -r 10 -t 20m
  katydid --headless -u 100 -t 5m --csv results/shop --html 'report_{u}_{r}_{t}.html'
  katydid demo-server --port 8080      (a sample shop to try things on)

Options may also stand in locust.conf, katydid.conf or pyproject.toml ([tool.locust], [tool.katydid]), named like \
their long flag without dashes, and in environment variables such as LOCUST_USERS or KATYDID_USERS.";

/// An option that stands on the command line.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) row: &'static OptionRow,
    pub(crate) written: Written,
    /// Whether only the beginning of its flag was typed.
    pub(crate) abbreviated: bool,
}

/// Reads arguments; all of them must be known.
pub(crate) fn parse(arguments: &[String]) -> Result<Vec<Given>, CliError> {
    refuse_ambiguous(arguments)?;
    let mut command = command();
    let matches = command
        .try_get_matches_from_mut(arguments)
        .map_err(|error| one_line(&error))?;
    let given = |row: &'static OptionRow| {
        if matches.value_source(id(row)) != Some(clap::parser::ValueSource::CommandLine) {
            return None;
        }
        let texts = || matches.get_many::<String>(id(row)).into_iter().flatten().cloned();
        let written = match row.kind {
            Kind::Flag => Written::Present,
            Kind::List | Kind::Repeated => Written::List(texts().collect()),
            _ => Written::Text(texts().next_back()?),
        };
        Some(Given {
            row,
            written,
            abbreviated: is_abbreviated(row, arguments),
        })
    };
    Ok(rows().filter_map(given).collect())
}

/// Renders `--help`, at the terminal's width or the one given.
pub(crate) fn help(width: Option<usize>) -> StyledStr {
    let command = command();
    let mut command = match width {
        Some(width) => command.term_width(width),
        None => command.max_term_width(110),
    };
    command.render_help()
}

/// Parts arguments into those that the table knows and those that a test may define itself. Values of unknown
/// options cannot be told from names of User classes, so they stay among the known.
pub(crate) fn part(arguments: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            known.push(argument.clone());
            known.extend(rest.by_ref().cloned());
        } else if !looks_like_option(argument) {
            known.push(argument.clone());
        } else if let Some(value_follows) = meaning(argument) {
            known.push(argument.clone());
            known.extend(rest.by_ref().take(usize::from(value_follows)).cloned());
        } else {
            unknown.push(argument.clone());
        }
    }
    (known, unknown)
}

/// Long flags that begin with these letters; one alone if it is written in full.
pub(crate) fn candidates(typed: &str) -> Vec<&'static str> {
    let all: Vec<&str> = rows()
        .flat_map(OptionRow::long_flags)
        .filter(|flag| flag.starts_with(typed))
        .collect();
    match all.iter().find(|flag| **flag == typed) {
        Some(exact) => vec![*exact],
        None => all,
    }
}

fn looks_like_option(argument: &str) -> bool {
    argument.len() > 1 && argument.starts_with('-') && argument.parse::<f64>().is_err()
}

/// Whether the next argument is the value of this one; `None` for an option that the table does not know.
fn meaning(argument: &str) -> Option<bool> {
    if argument.starts_with("--") {
        let (typed, value) = argument
            .split_once('=')
            .map_or((argument, None), |(typed, value)| (typed, Some(value)));
        let [flag] = candidates(typed)[..] else {
            return None;
        };
        let row = row_of_flag(flag)?;
        return Some(row.takes_value() && row.kind != Kind::List && value.is_none());
    }
    for (at, letter) in argument[1..].char_indices() {
        let row = row_of_flag(&format!("-{letter}"))?;
        if row.takes_value() {
            let value_is_here = at + letter.len_utf8() < argument.len() - 1;
            return Some(row.kind != Kind::List && !value_is_here);
        }
    }
    Some(false)
}

fn is_abbreviated(row: &OptionRow, arguments: &[String]) -> bool {
    let typed = arguments.iter().filter_map(|argument| argument.split('=').next());
    let mut long = typed.filter(|typed| typed.starts_with("--") && row_of_flag(typed).is_none());
    long.any(|typed| {
        row.long_flags()
            .any(|flag| flag.starts_with(typed) && typed.len() > 2)
    })
}

fn refuse_ambiguous(arguments: &[String]) -> Result<(), CliError> {
    let options = arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .filter(|argument| argument.starts_with("--"));
    for argument in options {
        let typed = argument.split('=').next().unwrap_or_default();
        let found = candidates(typed);
        if found.len() > 1 {
            return Err(CliError::Usage(format!(
                "ambiguous option '{typed}' (could be {})",
                found.join(", ")
            )));
        }
    }
    Ok(())
}

pub(crate) fn command() -> Command {
    let command = Command::new("katydid")
        .override_usage(USAGE)
        .about("Load testing with users written in Python: Locust's locustfiles, run by a Rust engine")
        .after_help(AFTER_HELP)
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .infer_long_args(true)
        .args_override_self(true);
    rows().fold(command, |command, row| command.arg(argument(row)))
}

/// Rows of an outdated name share their `dest` with the present one, so a row is told by its name.
fn id(row: &OptionRow) -> &'static str {
    row.name()
}

fn argument(row: &'static OptionRow) -> Arg {
    let arg = Arg::new(id(row))
        .help(row.help)
        .help_heading(row.group.heading())
        .hide(row.hidden);
    let arg = row
        .long_flags()
        .enumerate()
        .fold(arg, |arg, (index, flag)| match index {
            0 => arg.long(&flag[2..]),
            _ => arg.alias(&flag[2..]),
        });
    let short = row
        .flags
        .iter()
        .find(|flag| !flag.starts_with("--"))
        .and_then(|flag| flag.chars().nth(1));
    let arg = short.into_iter().fold(arg, Arg::short);
    let value_name = row.metavar.unwrap_or("value").trim_matches(['<', '>']);
    match row.kind {
        Kind::Flag => arg.action(ArgAction::SetTrue),
        Kind::List if row.flags.is_empty() => {
            arg.value_name(value_name).num_args(0..).action(ArgAction::Append)
        }
        Kind::List => arg.value_name(value_name).num_args(0..).action(ArgAction::Set),
        Kind::Repeated => arg.value_name(value_name).action(ArgAction::Append),
        _ => arg
            .value_name(value_name)
            .action(ArgAction::Set)
            .allow_negative_numbers(true),
    }
}

fn valid_values(error: &clap::Error) -> String {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.join(", "),
        _ => "another one".to_owned(),
    }
}

/// Says in one line what clap says in several.
pub(crate) fn one_line(error: &clap::Error) -> CliError {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let what = context(ContextKind::InvalidArg).unwrap_or_default();
    let text = match error.kind() {
        ErrorKind::UnknownArgument => match context(ContextKind::SuggestedArg) {
            Some(suggestion) => format!("unknown option '{what}' (did you mean '{suggestion}'?)"),
            None => format!("unknown option '{what}'"),
        },
        ErrorKind::InvalidValue => match context(ContextKind::InvalidValue).filter(|value| !value.is_empty())
        {
            Some(value) => format!("'{value}' is no {what} (there is {})", valid_values(error)),
            None => format!("option '{what}' needs a value"),
        },
        ErrorKind::MissingRequiredArgument => {
            let missing = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(missing)) => missing.join(" and "),
                _ => what,
            };
            format!("{missing} is missing")
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => {
            format!("option '{what}' takes no value")
        }
        _ => {
            let all = error.to_string();
            all.lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned()
        }
    };
    CliError::Usage(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn parsed(text: &str) -> Result<Vec<String>, String> {
        let given = parse(&words(text)).map_err(|error| error.to_string())?;
        Ok(given
            .iter()
            .map(|given| format!("{} {:?}", given.row.dest, given.written))
            .collect())
    }

    #[test]
    fn the_table_is_sound() {
        command().debug_assert();
        let mut seen = std::collections::HashSet::new();
        for flag in rows().flat_map(|row| row.flags) {
            assert!(seen.insert(flag), "{flag} is given twice");
        }
        assert!(rows().all(|row| !row.help.is_empty() && !row.dest.is_empty()));
    }

    #[test]
    fn help_is_in_groups() {
        insta::assert_snapshot!(help(Some(100)).to_string());
    }

    #[test]
    fn flags_may_be_long_short_joined_and_abbreviated() {
        let users_and_headless = |text: &str| {
            let parsed = parsed(text).unwrap();
            assert_eq!(parsed, ["num_users Text(\"10\")", "headless Present"], "{text}");
        };
        users_and_headless("--users 10 --headless");
        users_and_headless("--users=10 --headless");
        users_and_headless("-u10 --headl");
        users_and_headless("-u 5 --headless --use 10 --headless");
        assert_eq!(parsed("--autoquit -1").unwrap(), ["autoquit Text(\"-1\")"]);
        assert_eq!(
            parsed("-T a b -E c Buyer -u 1 Visitor").unwrap()[1..],
            [
                "tags List([\"a\", \"b\"])",
                "exclude_tags List([\"c\", \"Buyer\"])",
                "user_classes List([\"Visitor\"])"
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_in_one_line() {
        for (text, expected) in [
            ("--usrs 5", "unknown option '--usrs' (did you mean '--users'?)"),
            ("-x", "unknown option '-x'"),
            ("--users", "option '--users <int>' needs a value"),
            ("--headless=yes", "option '--headless' takes no value"),
            (
                "--mas",
                "ambiguous option '--mas' (could be --master, --master-bind-host, --master-bind-port, --master-host, --master-port)",
            ),
        ] {
            assert_eq!(parsed(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn options_of_a_test_are_parted_from_ours() {
        let (known, unknown) = part(&words(
            "--colour red -u 5 --headl -Lq --shade=2 -lV -t1m Buyer -- --this",
        ));
        assert_eq!(known, words("red -u 5 --headl -Lq -lV -t1m Buyer -- --this"));
        assert_eq!(unknown, words("--colour --shade=2"));
    }
}
