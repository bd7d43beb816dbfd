//! Budgets, groups and levels as a file describes them: `budgets.toml`, or a table of `pyproject.toml`. Opens no file.
//!
//! ```toml
//! budgets = ["p50 < 100ms", "errors < 0.1%"]      # as after --budget
//!
//! [groups]
//! checkout = ["POST /api/cart/*", "POST /api/checkout"]
//!
//! [[budget]]
//! for = "group checkout"      # endpoint, pattern, "each", a group; all requests if left out
//! expect = ["p95 < 2s"]
//! during = "steady"           # or "run", as is usual
//! window = "30s"
//! min_samples = 100
//! advisory = false
//! abort = true
//! abort_after = "10s"         # asks for abort, too
//!
//! [levels.smoke]              # changes a usual level or adds one
//! users = 10
//! spawn_rate = 5
//! run_time = "30s"
//! tags = ["browse"]
//! exclude_tags = []
//! budgets = ["errors < 1%"]   # instead of all those above
//!
//! [compare]                   # for comparisons: see rules.rs
//! ```

mod section;

use toml::de::DeTable;

use self::section::{Document, Entry, Section};
use crate::budget::{Abort, Budget, BudgetError, During, Name, Options, Scope};
use crate::groups::Groups;
use crate::level::{Level, LevelError, Levels};
use crate::rules::Rules;

const KEYS: [&str; 5] = ["budgets", "budget", "groups", "levels", "compare"];
const BUDGET_KEYS: [&str; 8] = [
    "for",
    "expect",
    "during",
    "window",
    "min_samples",
    "advisory",
    "abort",
    "abort_after",
];
const LEVEL_KEYS: [&str; 6] = [
    "users",
    "spawn_rate",
    "run_time",
    "tags",
    "exclude_tags",
    "budgets",
];

/// What a file says about budgets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateFile {
    /// Its budgets in order.
    pub budgets: Vec<Budget>,
    /// Its groups.
    pub groups: Groups,
    /// The usual levels with what it changes or adds.
    pub levels: Levels,
    /// The usual tolerances with what its table `compare` changes.
    pub rules: Rules,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {}{problem}", line_text(*.line), key_text(.key))]
pub struct GateError {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1, if it is known.
    pub line: Option<usize>,
    /// The key and the way to it; empty if it is about no key.
    pub key: String,
    /// What is wrong and what is allowed, in one line.
    pub problem: String,
}

fn line_text(line: Option<usize>) -> String {
    line.map(|line| format!(":{line}")).unwrap_or_default()
}

fn key_text(key: &str) -> String {
    match key {
        "" => String::new(),
        _ => format!("{key}: "),
    }
}

impl GateFile {
    /// Reads a file's text. `table` is the way to the table that counts, `["tool", "katydid", "gate"]` in a
    /// `pyproject.toml`; nothing is said where that table is missing.
    ///
    /// # Errors
    ///
    /// When the text is no TOML, has an unknown key, a value that is not allowed, or budgets that contradict each
    /// other.
    pub fn parse(file_name: &str, text: &str, table: Option<&[&str]>) -> Result<Self, GateError> {
        let document = Document {
            file: file_name,
            text,
        };
        let syntax = |error: toml::de::Error| {
            let at = error.span().map(|span| span.start);
            document.error(at, "", crate::budget::one_line(error.message()))
        };
        let root = DeTable::parse(text).map_err(syntax)?;
        let mut section = document.root(root.get_ref());
        for key in table.unwrap_or_default() {
            match section.get(key) {
                Some(entry) => section = entry.section()?,
                None => return Ok(Self::default()),
            }
        }
        let mut file = Self::read(&section)?;
        if let Some(entry) = section.get("compare") {
            let inner = entry.section()?;
            let compare = table_at(text, table.unwrap_or_default(), "compare").unwrap_or_default();
            file.rules = Rules::from_table(&compare).map_err(|error| {
                let at = inner
                    .get(error.key())
                    .map_or(entry.start(), |entry| entry.start());
                document.error(Some(at), "", error.to_string())
            })?;
        }
        Ok(file)
    }

    fn read(section: &Section<'_>) -> Result<Self, GateError> {
        section.expect_keys(&KEYS)?;
        let groups = section.read("groups", read_groups)?.unwrap_or_default();
        let mut budgets = section
            .read("budgets", |entry| read_budgets(entry, &groups))?
            .unwrap_or_default();
        if let Some(entry) = section.get("budget") {
            for section in entry.sections()? {
                budgets.extend(read_budget(&section, &groups)?);
            }
            check(&entry, &budgets)?;
        }
        let levels = section.read("levels", |entry| read_levels(entry, &groups))?;
        Ok(Self {
            budgets,
            groups,
            levels: levels.unwrap_or_default(),
            rules: Rules::default(),
        })
    }

    /// The budgets of a level: its own if it has any, else the file's.
    ///
    /// # Errors
    ///
    /// When there is no such level.
    pub fn budgets_at(&self, level: Option<&str>) -> Result<&[Budget], LevelError> {
        let own = match level {
            Some(name) => self.levels.get(name)?.budgets.as_deref(),
            None => None,
        };
        Ok(own.unwrap_or(&self.budgets))
    }
}

/// A table of a text that has been read before.
fn table_at(text: &str, path: &[&str], key: &str) -> Option<toml::Table> {
    let mut table: toml::Table = text.parse().ok()?;
    for key in path.iter().chain([&key]) {
        match table.remove(*key) {
            Some(toml::Value::Table(inner)) => table = inner,
            _ => return None,
        }
    }
    Some(table)
}

fn check(entry: &Entry<'_>, budgets: &[Budget]) -> Result<(), GateError> {
    Budget::check(budgets).map_err(|error| entry.error(error.to_string()))
}

fn read_groups(entry: &Entry<'_>) -> Result<Groups, GateError> {
    let mut groups = Groups::default();
    for (name, entry) in entry.section()?.entries() {
        let mut members = Vec::new();
        for (text, item) in entry.texts()? {
            let empty = || item.error("an endpoint's name or a pattern cannot be empty");
            members.push(Name::parse(text).ok_or_else(empty)?);
        }
        if members.is_empty() || name.trim() != name || name.is_empty() {
            return Err(
                entry.error("a group has a name, without spaces around it, and at least one endpoint")
            );
        }
        groups.insert(name, members);
    }
    Ok(groups)
}

/// Budgets as they are typed.
fn read_budgets(entry: &Entry<'_>, groups: &Groups) -> Result<Vec<Budget>, GateError> {
    let mut budgets = Vec::new();
    for (text, item) in entry.texts()? {
        let wrong = |error: BudgetError| item.error(error.to_string());
        budgets.extend(Budget::parse_list(text, groups).map_err(wrong)?);
    }
    check(entry, &budgets)?;
    Ok(budgets)
}

/// One `[[budget]]`.
fn read_budget(section: &Section<'_>, groups: &Groups) -> Result<Vec<Budget>, GateError> {
    section.expect_keys(&BUDGET_KEYS)?;
    let scope = section.read("for", |entry| {
        Scope::parse(entry.text()?, groups).map_err(|problem| entry.error(problem.to_string()))
    })?;
    let (scope, options) = (scope.unwrap_or(Scope::All), read_options(section)?);
    let entry = section
        .get("expect")
        .ok_or_else(|| section.error("expect is missing, such as expect = [\"p95 < 300ms\"]"))?;
    let mut budgets = Vec::new();
    for (text, item) in entry.texts()? {
        let wrong = |error: BudgetError| item.error(error.to_string());
        budgets.extend(Budget::parse_expectations(text, &scope, &options).map_err(wrong)?);
    }
    Ok(budgets)
}

fn read_options(section: &Section<'_>) -> Result<Options, GateError> {
    let during = section.read("during", |entry| match entry.text()? {
        "run" => Ok(During::Run),
        "steady" => Ok(During::Steady),
        other => Err(entry.error(format!(
            "'{}' is no part of a run (there is run, steady)",
            crate::budget::one_line(other)
        ))),
    })?;
    Ok(Options {
        during,
        window_seconds: section.read("window", read_seconds)?,
        min_samples: section.read("min_samples", |entry| entry.count(0))?,
        advisory: section.read("advisory", Entry::flag)?,
        abort: read_abort(section)?,
    })
}

fn read_abort(section: &Section<'_>) -> Result<Option<Option<Abort>>, GateError> {
    let is_asked = section.read("abort", Entry::flag)?;
    let after_seconds = section.read("abort_after", read_seconds)?;
    if let (Some(false), Some(_), Some(entry)) = (is_asked, after_seconds, section.get("abort_after")) {
        return Err(entry.error("a budget with abort = false has no abort_after (leave out one of them)"));
    }
    let is_asked = is_asked.or(after_seconds.map(|_| true));
    Ok(is_asked.map(|is_asked| is_asked.then_some(Abort { after_seconds })))
}

fn read_seconds(entry: &Entry<'_>) -> Result<u32, GateError> {
    let seconds = entry.duration()?.as_secs();
    crate::budget::possible_seconds(seconds).ok_or_else(|| entry.error("at most a week is allowed"))
}

fn read_levels(entry: &Entry<'_>, groups: &Groups) -> Result<Levels, GateError> {
    let mut levels = Levels::default();
    for (name, entry) in entry.section()?.entries() {
        read_level(&entry.section()?, groups, levels.entry(name))?;
    }
    Ok(levels)
}

/// What a level says takes the place of what it was.
fn read_level(section: &Section<'_>, groups: &Groups, level: &mut Level) -> Result<(), GateError> {
    section.expect_keys(&LEVEL_KEYS)?;
    level.users = section.read("users", |entry| entry.count(1))?.or(level.users);
    level.spawn_rate = section.read("spawn_rate", Entry::positive)?.or(level.spawn_rate);
    level.run_time = section.read("run_time", Entry::duration)?.or(level.run_time);
    level.tags = section.read("tags", Entry::strings)?.unwrap_or_default();
    level.exclude_tags = section.read("exclude_tags", Entry::strings)?.unwrap_or_default();
    level.budgets = section.read("budgets", |entry| read_budgets(entry, groups))?;
    Ok(())
}

#[cfg(test)]
mod tests;
