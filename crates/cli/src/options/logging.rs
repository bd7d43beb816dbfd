//! Log lines.

use super::{BASE, FLAG, Group, Kind, OptionRow};
use crate::options::DefaultValue::Text;

pub(super) const ROWS: &[OptionRow] = &[
    OptionRow {
        flags: &["--skip-log-setup"],
        dest: "skip_log_setup",
        env: Some("SKIP_LOG_SETUP"),
        group: Group::Logging,
        help: "Leave logging to the test, or to Python's defaults",
        ..FLAG
    },
    OptionRow {
        flags: &["--loglevel", "-L"],
        dest: "loglevel",
        env: Some("LOGLEVEL"),
        kind: Kind::Choice,
        default: Text("INFO"),
        choices: &["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
        metavar: Some("<level>"),
        group: Group::Logging,
        help: "DEBUG, INFO, WARNING, ERROR or CRITICAL [default: INFO]",
        ..BASE
    },
    OptionRow {
        flags: &["--logfile"],
        dest: "logfile",
        env: Some("LOGFILE"),
        kind: Kind::Path,
        metavar: Some("<filename>"),
        group: Group::Logging,
        help: "Write log lines to this file instead of standard error",
        ..BASE
    },
];
