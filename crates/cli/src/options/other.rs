//! The rest.

use super::{BASE, FLAG, Group, Kind, OptionRow};
use crate::options::DefaultValue::{Integer, Text};

const OTHER: OptionRow = OptionRow {
    group: Group::Other,
    ..BASE
};
const OTHER_FLAG: OptionRow = OptionRow {
    group: Group::Other,
    ..FLAG
};

pub(super) const ROWS: &[OptionRow] = &[
    OptionRow {
        flags: &["--show-task-ratio"],
        dest: "show_task_ratio",
        help: "Print how often each task of the User classes is run, and exit",
        ..OTHER_FLAG
    },
    OptionRow {
        flags: &["--show-task-ratio-json"],
        dest: "show_task_ratio_json",
        help: "The same as JSON",
        ..OTHER_FLAG
    },
    OptionRow {
        flags: &["--version", "-V"],
        dest: "version",
        help: "Show the version and exit",
        ..OTHER_FLAG
    },
    OptionRow {
        flags: &["--exit-code-on-error"],
        dest: "exit_code_on_error",
        env: Some("EXIT_CODE_ON_ERROR"),
        kind: Kind::Integer,
        default: Integer(1),
        metavar: Some("<int>"),
        help: "Exit code of a run with failed requests or exceptions [default: 1]",
        ..OTHER
    },
    OptionRow {
        flags: &["-s", "--stop-timeout"],
        dest: "stop_timeout",
        env: Some("STOP_TIMEOUT"),
        kind: Kind::Timespan,
        default: Text("0"),
        metavar: Some("<time>"),
        help: "Let users finish the task they are at for so long when they are stopped [default: 0, no time]",
        ..OTHER
    },
    OptionRow {
        flags: &["--equal-weights"],
        dest: "equal_weights",
        help: "Choose all tasks equally often, whatever weights the test gives them",
        ..OTHER_FLAG
    },
    OptionRow {
        flags: &["--profile"],
        dest: "profile",
        metavar: Some("<name>"),
        help: "A label for the run, to tell similar runs apart",
        ..OTHER
    },
    OptionRow {
        flags: &["--otel"],
        dest: "otel",
        env: Some("ENABLE_OPENTELEMETRY"),
        help: "Report the run through OpenTelemetry",
        ..OTHER_FLAG
    },
    OptionRow {
        dest: "user_classes",
        env: Some("USER_CLASSES"),
        kind: Kind::List,
        metavar: Some("<UserClass>"),
        group: Group::UserClasses,
        help: "Names of User classes to run; all of them without any name (see --list)",
        ..BASE
    },
];
