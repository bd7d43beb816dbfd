//! The one table of options: flags, names, kinds, defaults and help. Everything that reads or shows options is
//! made from it: the command line, configuration files, environment variables, `--help`, and the Python parser
//! that locustfiles extend. Does not read anything itself.
//!
//! One file per group; a row is one option.

mod common;
mod distributed;
mod gate;
mod logging;
mod other;
mod statistics;
mod web;

use serde::Serialize;

/// What kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// On or off; takes no value on the command line.
    Flag,
    /// Any text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// A length of time such as `90`, `20m` or `1h30m`; seconds once read.
    Timespan,
    /// One of the row's choices, in any case.
    Choice,
    /// Any number of texts.
    List,
    /// Texts, one each time that the option is given.
    Repeated,
    /// A file or folder.
    Path,
}

/// What an option is when nobody sets it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum DefaultValue {
    /// Not set.
    Nothing,
    /// Off (no option is on by default).
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A text; read as the option's kind, like a typed one.
    Text(&'static str),
}

/// What numbers an option accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Bound {
    /// Any.
    #[serde(rename = "any")]
    Any,
    /// Finite and above zero.
    #[serde(rename = ">0")]
    AboveZero,
    /// One or more.
    #[serde(rename = ">=1")]
    AtLeastOne,
    /// Zero or more.
    #[serde(rename = ">=0")]
    AtLeastZero,
}

/// The section of `--help` that an option stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// What everybody needs.
    Common,
    /// The page and what it needs.
    Web,
    /// A master of workers.
    Master,
    /// A worker of a master.
    Worker,
    /// Choosing tasks.
    Tags,
    /// Results.
    Statistics,
    /// Keeping runs and judging them.
    Gate,
    /// Log lines.
    Logging,
    /// The rest.
    Other,
    /// The names at the end of the line.
    UserClasses,
}

impl Group {
    /// The heading in `--help`.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Common => "Common options",
            Self::Web => "Web UI options",
            Self::Master => "Master options",
            Self::Worker => "Worker options",
            Self::Tags => "Tag options",
            Self::Statistics => "Request statistics options",
            Self::Gate => "Gate options",
            Self::Logging => "Logging options",
            Self::Other => "Other options",
            Self::UserClasses => "User classes",
        }
    }
}

impl Serialize for Group {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.heading())
    }
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct OptionRow {
    /// As typed, with their dashes; empty for what is named by its place.
    pub flags: &'static [&'static str],
    /// The name in the namespace that user code sees.
    pub dest: &'static str,
    /// The environment variable without `LOCUST_` or `KATYDID_` in front.
    pub env: Option<&'static str>,
    /// What kind of value it takes.
    pub kind: Kind,
    /// What it is when nobody sets it.
    pub default: DefaultValue,
    /// What [`Kind::Choice`] chooses from.
    pub choices: &'static [&'static str],
    /// What numbers are accepted.
    pub bound: Bound,
    /// The text in `--help`.
    pub help: &'static str,
    /// The section of `--help`.
    pub group: Group,
    /// Whether `--help` leaves it out.
    pub hidden: bool,
    /// Why it is no longer accepted, if it is not.
    pub retired: Option<&'static str>,
    /// What to say when it is used although it is outdated.
    pub notice: Option<&'static str>,
    /// The name of the value in `--help`.
    pub metavar: Option<&'static str>,
}

/// What most rows have in common.
const BASE: OptionRow = OptionRow {
    flags: &[],
    dest: "",
    env: None,
    kind: Kind::String,
    default: DefaultValue::Nothing,
    choices: &[],
    bound: Bound::Any,
    help: "",
    group: Group::Common,
    hidden: false,
    retired: None,
    notice: None,
    metavar: None,
};

/// What most flags have in common.
const FLAG: OptionRow = OptionRow {
    kind: Kind::Flag,
    default: DefaultValue::Flag(false),
    ..BASE
};

const TABLE: &[&[OptionRow]] = &[
    common::ROWS,
    web::ROWS,
    distributed::ROWS,
    statistics::ROWS,
    gate::ROWS,
    logging::ROWS,
    other::ROWS,
];

/// Every option, in the order of `--help`.
pub fn rows() -> impl Iterator<Item = &'static OptionRow> {
    TABLE.iter().copied().flatten()
}

/// The row that a flag (with its dashes) belongs to.
pub(crate) fn row_of_flag(flag: &str) -> Option<&'static OptionRow> {
    rows().find(|row| row.flags.contains(&flag))
}

impl OptionRow {
    /// The flag that stands for the option in messages: the first long one, or the metavar.
    pub fn name(&self) -> &'static str {
        self.long_flags().next().or(self.metavar).unwrap_or(self.dest)
    }

    /// Flags that begin with two dashes.
    pub fn long_flags(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.flags.iter().copied().filter(|flag| flag.starts_with("--"))
    }

    /// The keys in configuration files: long flags without their dashes.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.long_flags().map(|flag| &flag[2..])
    }

    /// The environment variables, the one that wins first.
    pub fn env_names(&self) -> Vec<String> {
        self.env
            .iter()
            .flat_map(|name| [format!("KATYDID_{name}"), format!("LOCUST_{name}")])
            .collect()
    }

    /// Whether a value follows the flag.
    pub fn takes_value(&self) -> bool {
        self.kind != Kind::Flag
    }
}

/// One row as other languages read it.
#[derive(Clone, Debug, Serialize)]
pub struct ExportedRow {
    /// As typed, with their dashes.
    pub flags: &'static [&'static str],
    /// The name in the namespace.
    pub dest: &'static str,
    /// The environment variables, the one that wins first.
    pub env: Vec<String>,
    /// The key in configuration files.
    pub key: Option<&'static str>,
    /// What kind of value it takes.
    pub kind: Kind,
    /// What it is when nobody sets it.
    pub default: DefaultValue,
    /// What a choice chooses from.
    pub choices: &'static [&'static str],
    /// What numbers are accepted.
    pub bound: Bound,
    /// The text in `--help`.
    pub help: &'static str,
    /// The section of `--help`.
    pub group: Group,
    /// Whether `--help` leaves it out.
    pub hidden: bool,
    /// Why it is no longer accepted.
    pub retired: Option<&'static str>,
    /// What to say when it is used although it is outdated.
    pub notice: Option<&'static str>,
    /// The name of the value in `--help`.
    pub metavar: Option<&'static str>,
}

/// The whole table as plain rows, for the Python parser that locustfiles extend.
pub fn option_rows() -> Vec<ExportedRow> {
    let export = |row: &OptionRow| ExportedRow {
        flags: row.flags,
        dest: row.dest,
        env: row.env_names(),
        key: row.keys().next(),
        kind: row.kind,
        default: row.default,
        choices: row.choices,
        bound: row.bound,
        help: row.help,
        group: row.group,
        hidden: row.hidden,
        retired: row.retired,
        notice: row.notice,
        metavar: row.metavar,
    };
    rows().map(export).collect()
}
