//! `katydid completion SHELL`: what a shell needs to complete the command line, made from the table of options.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use clap_complete::{Shell, generate};

use crate::command_line;
use crate::error::CliError;
use crate::options::{Kind, OptionRow, rows};

const AFTER_HELP: &str = "\
Examples:
  bash:  katydid completion bash >~/.local/share/bash-completion/completions/katydid
  zsh:   katydid completion zsh >~/.zfunc/_katydid     (with fpath+=~/.zfunc before compinit)
  fish:  katydid completion fish >~/.config/fish/completions/katydid.fish";

/// The script for the shell that the arguments name, or the text of `--help`. Fails when they name none.
pub(crate) fn answer(arguments: &[String]) -> Result<String, CliError> {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(shown) if !shown.use_stderr() => return Ok(shown.to_string()),
        Err(error) => return Err(command_line::one_line(&error)),
    };
    let Some(&shell) = matches.get_one::<Shell>("shell") else {
        return Err(CliError::Usage("completion: no shell is named".to_owned()));
    };
    let mut script = Vec::new();
    generate(shell, &mut completable(), "katydid", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(match shell {
        Shell::Fish => script.replace(FISH_CONDITION, &no_subcommand_yet()),
        _ => script,
    })
}

/// On which clap's script for fish offers options. It parses the line so far, and fails where a value is still to come:
/// behind `--loglevel` fish would offer files.
const FISH_CONDITION: &str = "\"__fish_katydid_needs_command\"";

fn no_subcommand_yet() -> String {
    let command = completable();
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    format!("\"not __fish_seen_subcommand_from {}\"", names.join(" "))
}

fn command() -> Command {
    Command::new("completion")
        .bin_name("katydid completion")
        .no_binary_name(true)
        .about("Prints a script that lets a shell complete options of katydid, their choices and files")
        .after_help(AFTER_HELP)
        .arg(
            Arg::new("shell")
                .required(true)
                .action(ArgAction::Set)
                .value_parser(value_parser!(Shell))
                .help("The shell to complete in"),
        )
}

/// The command as a shell should know it: with its subcommands, and with what values may be.
fn completable() -> Command {
    let known = rows().fold(command_line::command(), |command, row| {
        command.mut_arg(row.name(), |argument| with_values(row, argument))
    });
    known
        .no_binary_name(false)
        .disable_help_subcommand(true)
        .subcommand(katydid_demo::command().name("demo-server").no_binary_name(false))
        .subcommand(command().name("completion").no_binary_name(false))
}

fn with_values(row: &OptionRow, argument: Arg) -> Arg {
    match row.kind {
        Kind::Choice => argument.value_parser(PossibleValuesParser::new(row.choices.iter().copied())),
        Kind::Path => argument.value_hint(ValueHint::AnyPath),
        _ => argument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_to(arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        answer(&arguments).map_err(|error| error.line())
    }

    #[test]
    fn every_shell_gets_every_option_and_choice() {
        for shell in ["bash", "zsh", "fish"] {
            let script = answer_to(&[shell]).unwrap();
            for flag in rows().filter(|row| !row.hidden).flat_map(OptionRow::long_flags) {
                assert!(script.contains(flag.trim_start_matches('-')), "{shell}: {flag}");
            }
            assert!(script.contains("demo-server"), "{shell}");
            assert!(script.contains("WARNING"), "{shell}: levels of --loglevel");
        }
    }

    #[test]
    fn an_unknown_shell_is_refused_in_one_line() {
        let refused = answer_to(&["tcsh"]).unwrap_err();
        assert!(
            refused.contains("tcsh") && refused.lines().count() == 1,
            "{refused}"
        );
        assert!(answer_to(&[]).is_err());
        assert!(answer_to(&["--help"]).unwrap().contains("bash-completion"));
    }
}
