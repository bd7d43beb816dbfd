//! Every place where options are written, in the order in which later ones win: files, environment, command
//! line. Does not judge what the options mean together.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::command_line::{self, Given};
use crate::config_file::{self, Entry};
use crate::error::CliError;
use crate::options::{Kind, OptionRow, rows};
use crate::value::{self, Place, Written};

/// Whether options that the table does not know are errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// They are handed on: the test, which is not loaded yet, may define them.
    Early,
    /// They are errors.
    Full,
}

/// What surrounds the command line.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// The user's own folder.
    pub home: Option<PathBuf>,
    /// The folder that relative names start from.
    pub directory: PathBuf,
}

impl Surroundings {
    /// The environment given, and the folders of this process.
    pub fn of_process(environment: BTreeMap<String, String>) -> Self {
        let home = environment.get("HOME").map(PathBuf::from);
        Self {
            environment,
            home,
            directory: std::env::current_dir().unwrap_or_default(),
        }
    }
}

/// Options as read: one value for each name in the namespace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// Each option's value by its name in the namespace, defaults included.
    pub values: Map<String, Value>,
    /// What the table does not know, as it would stand on a command line ([`Strictness::Early`] only).
    pub unknown: Vec<String>,
    /// What to tell the user about outdated options.
    pub notices: Vec<String>,
}

/// Reads every place.
///
/// # Errors
///
/// When a file cannot be read, a value is wrong, or (under [`Strictness::Full`]) an option is unknown.
pub fn parse(
    arguments: &[String],
    surroundings: &Surroundings,
    strictness: Strictness,
) -> Result<Parsed, CliError> {
    let (known, unknown) = match strictness {
        Strictness::Early => command_line::part(arguments),
        Strictness::Full => (arguments.to_vec(), Vec::new()),
    };
    let given = command_line::parse(&known)?;
    let mut parsed = Parsed {
        unknown,
        ..Parsed::default()
    };
    for row in rows() {
        parsed
            .values
            .entry(row.dest)
            .or_insert_with(|| value::default_of(row));
    }
    parsed.take_files(surroundings, &given, strictness)?;
    parsed.take_environment(&surroundings.environment)?;
    parsed.take_command_line(given, strictness)?;
    Ok(parsed)
}

impl Parsed {
    fn take_files(
        &mut self,
        surroundings: &Surroundings,
        given: &[Given],
        strictness: Strictness,
    ) -> Result<(), CliError> {
        let by_key: HashMap<&str, &'static OptionRow> = rows()
            .flat_map(|row| row.keys().map(move |key| (key, row)))
            .collect();
        for file in config_file::default_files(surroundings.home.as_deref(), &surroundings.directory) {
            self.take_entries(config_file::read_if_there(&file)?, &by_key, strictness)?;
        }
        let asked_for = given.iter().find(|given| given.row.dest == "config");
        if let Some(Given {
            written: Written::Text(file),
            ..
        }) = asked_for
        {
            let file = surroundings.directory.join(file);
            self.take_entries(config_file::read(&file)?, &by_key, strictness)?;
        }
        Ok(())
    }

    fn take_entries(
        &mut self,
        entries: Vec<Entry>,
        by_key: &HashMap<&str, &'static OptionRow>,
        strictness: Strictness,
    ) -> Result<(), CliError> {
        for Entry { key, written, file } in entries {
            match by_key.get(key.as_str()) {
                Some(row) => self.take(row, &written, &Place::File { path: file, key })?,
                None if strictness == Strictness::Early => self.hand_on(&key, written),
                None => {
                    return Err(CliError::Usage(format!(
                        "{}: unknown option '{key}'",
                        file.display()
                    )));
                }
            }
        }
        Ok(())
    }

    fn hand_on(&mut self, key: &str, written: Written) {
        match written {
            Written::Present => self.unknown.push(format!("--{key}")),
            Written::Text(text) => self.unknown.push(format!("--{key}={text}")),
            Written::List(texts) => self
                .unknown
                .extend(texts.iter().map(|text| format!("--{key}={text}"))),
        }
    }

    fn take_environment(&mut self, environment: &BTreeMap<String, String>) -> Result<(), CliError> {
        for row in rows() {
            for variable in row.env_names() {
                // An empty variable is a variable that is not set: container descriptions often cannot tell.
                let Some(text) = environment.get(&variable).filter(|text| !text.is_empty()) else {
                    continue;
                };
                let written = match row.kind {
                    Kind::List if row.flags.is_empty() => words(text),
                    Kind::List => config_file::list_or_text(text),
                    _ => Written::Text(text.clone()),
                };
                self.take(row, &written, &Place::Environment(variable))?;
                break;
            }
        }
        Ok(())
    }

    fn take_command_line(&mut self, given: Vec<Given>, strictness: Strictness) -> Result<(), CliError> {
        for Given {
            row,
            written,
            abbreviated,
        } in given
        {
            match self.take(row, &written, &Place::CommandLine) {
                // An abbreviation of ours may be an option of the test in full; its own parser will tell.
                Err(_) if strictness == Strictness::Early && abbreviated => {}
                other => other?,
            }
        }
        Ok(())
    }

    fn take(&mut self, row: &OptionRow, written: &Written, place: &Place) -> Result<(), CliError> {
        let value = value::read(row, written, place)?;
        self.values.insert(row.dest.to_owned(), value);
        if let Some(notice) = row.notice
            && !self.notices.iter().any(|said| said == notice)
        {
            self.notices.push(notice.to_owned());
        }
        Ok(())
    }
}

fn words(text: &str) -> Written {
    Written::List(text.split_whitespace().map(str::to_owned).collect())
}
