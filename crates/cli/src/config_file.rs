//! Files with options: `locust.conf`, `katydid.conf`, `pyproject.toml` and the like. Gives keys and texts in the
//! order in which later ones win; does not know what they mean.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::CliError;
use crate::value::Written;

/// Tables of a TOML file that speak to us, the one that wins last.
const TABLES: [&str; 2] = ["locust", "katydid"];

/// The table inside of ours that holds no options.
pub(crate) const GATE_TABLE: &str = "gate";

/// One setting in a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) written: Written,
    pub(crate) file: PathBuf,
}

/// The files that are read without being asked for, the ones that win last.
pub(crate) fn default_files(home: Option<&Path>, directory: &Path) -> Vec<PathBuf> {
    let at_home = home
        .into_iter()
        .flat_map(|home| [home.join(".locust.conf"), home.join(".katydid.conf")]);
    // Locust's documentation gives another order; this is the one it really follows.
    let here = ["locust.conf", "katydid.conf", "pyproject.toml"].map(|name| directory.join(name));
    at_home.chain(here).collect()
}

/// Reads a file that may be missing.
pub(crate) fn read_if_there(file: &Path) -> Result<Vec<Entry>, CliError> {
    match std::fs::read_to_string(file) {
        Ok(text) => parse(file, &text),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::IsADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(unreadable(file, &error)),
    }
}

/// Reads a file that must be there.
pub(crate) fn read(file: &Path) -> Result<Vec<Entry>, CliError> {
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
    parse(file, &text)
}

fn unreadable(file: &Path, error: &io::Error) -> CliError {
    CliError::Usage(format!(
        "cannot read configuration file {}: {error}",
        file.display()
    ))
}

fn parse(file: &Path, text: &str) -> Result<Vec<Entry>, CliError> {
    let is_toml = file.extension().is_some_and(|extension| extension == "toml");
    let pairs = if is_toml {
        parse_toml(text)
    } else {
        parse_lines(text)
    };
    let pairs = pairs.map_err(|why| CliError::Usage(format!("{}: {why}", file.display())))?;
    let entry = |(key, written)| Entry {
        key,
        written,
        file: file.to_owned(),
    };
    Ok(pairs.into_iter().map(entry).collect())
}

fn parse_toml(text: &str) -> Result<Vec<(String, Written)>, String> {
    let document: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    let tables = TABLES
        .iter()
        .filter_map(|name| document.get("tool")?.get(name)?.as_table());
    tables
        .flatten()
        // Budgets and levels stand in a table of their own, which somebody else reads.
        .filter(|(key, _)| *key != GATE_TABLE)
        .map(|(key, value)| Ok((key.clone(), of_toml(key, value)?)))
        .collect()
}

fn of_toml(key: &str, value: &toml::Value) -> Result<Written, String> {
    let text = |value: &toml::Value| match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Table(_) | toml::Value::Array(_) => {
            Err(format!("{key}: a table or a list in a list means nothing here"))
        }
        other => Ok(other.to_string()),
    };
    match value {
        toml::Value::Array(values) => Ok(Written::List(values.iter().map(text).collect::<Result<_, _>>()?)),
        single => Ok(Written::Text(text(single)?)),
    }
}

/// Reads the line format of ConfigArgParse: `key = value`, `key: value`, `key value`, `--key value`, a bare `key`
/// for a flag, lists in brackets; lines that begin with `#`, `;`, `[` or `---` say nothing.
fn parse_lines(text: &str) -> Result<Vec<(String, Written)>, String> {
    let says_nothing =
        |line: &str| line.is_empty() || line.starts_with(['#', ';', '[']) || line.starts_with("---");
    let mut pairs = Vec::new();
    for (index, line) in text.lines().map(str::trim).enumerate() {
        if says_nothing(line) {
            continue;
        }
        let (key, value) =
            parse_line(line).ok_or_else(|| format!("line {}: cannot read '{line}'", index + 1))?;
        pairs.push((key.trim_start_matches("--").to_owned(), list_or_text(&value)));
    }
    Ok(pairs)
}

fn parse_line(line: &str) -> Option<(&str, String)> {
    let key_end = line
        .find(|letter: char| ":=;#".contains(letter) || letter.is_whitespace())
        .unwrap_or(line.len());
    let (key, rest) = line.split_at(key_end);
    if key.is_empty() || rest.starts_with([';', '#']) {
        return None;
    }
    let spaced = rest.trim_start();
    match spaced.strip_prefix([':', '=']) {
        Some(value) => Some((key, without_comment(value).to_owned())),
        None if without_comment(rest).is_empty() => Some((key, "true".to_owned())),
        None => Some((key, without_comment(rest).to_owned())),
    }
}

/// Takes off quotes, and a comment that follows white space.
fn without_comment(value: &str) -> &str {
    let trimmed = value.trim();
    for quote in ['"', '\''] {
        let inner = trimmed
            .strip_prefix(quote)
            .and_then(|rest| rest.split_once(quote));
        if let Some((inner, after)) = inner
            && (after.trim().is_empty() || after.trim_start().starts_with([';', '#']))
        {
            return inner;
        }
    }
    let is_comment =
        |(at, letter): &(usize, char)| ";#".contains(*letter) && value[..*at].ends_with(char::is_whitespace);
    let end = value
        .char_indices()
        .find(is_comment)
        .map_or(value.len(), |(at, _)| at);
    value[..end].trim()
}

/// Reads `[a, b]` as a list (JSON, or bare words with commas between), anything else as it stands.
pub(crate) fn list_or_text(value: &str) -> Written {
    let Some(inner) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return Written::Text(value.to_owned());
    };
    let of_json = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    match serde_json::from_str::<Vec<serde_json::Value>>(value) {
        Ok(values) => Written::List(values.into_iter().map(of_json).collect()),
        Err(_) => Written::List(inner.split(',').map(|word| word.trim().to_owned()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Written {
        Written::Text(value.to_owned())
    }

    fn list(values: &[&str]) -> Written {
        Written::List(values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn every_way_to_write_a_line_is_read() {
        for (line, key, written) in [
            (
                "host = https://shop.example.com",
                "host",
                text("https://shop.example.com"),
            ),
            (
                "host: https://shop.example.com:8443/a#b",
                "host",
                text("https://shop.example.com:8443/a#b"),
            ),
            ("users 20", "users", text("20")),
            ("--users 20", "users", text("20")),
            ("users=20   # at night", "users", text("20")),
            ("headless", "headless", text("true")),
            ("headless ; always", "headless", text("true")),
            ("--headless", "headless", text("true")),
            ("host =", "host", text("")),
            ("html = \"a # b.html\" # name", "html", text("a # b.html")),
            ("tags = [a, b]", "tags", list(&["a", "b"])),
            ("tags = [\"a, b\", \"c\"]", "tags", list(&["a, b", "c"])),
            ("numbers = [1, 12]", "numbers", list(&["1", "12"])),
        ] {
            assert_eq!(parse_lines(line), Ok(vec![(key.to_owned(), written)]), "{line}");
        }
    }

    #[test]
    fn lines_that_say_nothing_are_skipped_and_broken_ones_named() {
        assert_eq!(parse_lines("# a\n; b\n\n[section]\n---\n"), Ok(vec![]));
        assert_eq!(
            parse_lines("users = 1\n= 5"),
            Err("line 2: cannot read '= 5'".to_owned())
        );
    }

    #[test]
    fn both_tables_of_a_toml_file_are_read_ours_last() {
        let text = "[tool.katydid]\nusers = 7\n[tool.locust]\nusers = 5\nheadless = true\ntags = ['a', 'b']\n[tool.other]\nx = 1";
        let pairs = parse_toml(text).unwrap();
        let keys: Vec<_> = pairs
            .iter()
            .map(|(key, written)| format!("{key} {written:?}"))
            .collect();
        assert_eq!(
            keys,
            [
                "headless Text(\"true\")",
                "tags List([\"a\", \"b\"])",
                "users Text(\"5\")",
                "users Text(\"7\")"
            ]
        );
        assert!(parse_toml("[tool.locust]\na = {b = 1}").is_err());
    }
}
