//! What everybody needs, and what people typed in 2018.

use super::{BASE, Bound, FLAG, Group, Kind, OptionRow};
use crate::options::DefaultValue::Text;

pub(super) const ROWS: &[OptionRow] = &[
    OptionRow {
        flags: &["-h", "--help"],
        dest: "help",
        help: "Show this text and exit",
        ..FLAG
    },
    OptionRow {
        flags: &["-f", "--locustfile"],
        dest: "locustfile",
        env: Some("LOCUSTFILE"),
        default: Text("locustfile.py"),
        metavar: Some("<filename>"),
        help: "The test: a .py file, several with commas between them, a folder of .py files, or the URL of one \
               [default: locustfile.py]",
        ..BASE
    },
    OptionRow {
        flags: &["--config"],
        dest: "config",
        kind: Kind::Path,
        metavar: Some("<filename>"),
        help: "A file with more options; it overrides locust.conf, katydid.conf and pyproject.toml",
        ..BASE
    },
    OptionRow {
        flags: &["-H", "--host"],
        dest: "host",
        env: Some("HOST"),
        metavar: Some("<base url>"),
        help: "Where to send the load, for example https://shop.example.com",
        ..BASE
    },
    OptionRow {
        flags: &["-u", "--users"],
        dest: "num_users",
        env: Some("USERS"),
        kind: Kind::Integer,
        bound: Bound::AtLeastZero,
        metavar: Some("<int>"),
        help: "Users at the peak, with --headless or --autostart [default: 1]",
        ..BASE
    },
    OptionRow {
        flags: &["-r", "--spawn-rate"],
        dest: "spawn_rate",
        env: Some("SPAWN_RATE"),
        kind: Kind::Float,
        bound: Bound::AboveZero,
        metavar: Some("<float>"),
        help: "Users to start per second, with --headless or --autostart [default: 1]",
        ..BASE
    },
    OptionRow {
        flags: &["-t", "--run-time"],
        dest: "run_time",
        env: Some("RUN_TIME"),
        kind: Kind::Timespan,
        metavar: Some("<time>"),
        help: "Stop after this time, such as 300, 300s, 20m or 1h30m; without it the test runs until interrupted",
        ..BASE
    },
    OptionRow {
        flags: &["--tui"],
        dest: "tui",
        env: Some("TUI"),
        help: "Run --headless with a live view in the terminal: charts, the table of requests, failures, and keys that \
               change the number of users (? lists them)",
        ..FLAG
    },
    OptionRow {
        flags: &["-l", "--list"],
        dest: "list_commands",
        help: "Show the User classes of the test and exit",
        ..FLAG
    },
    OptionRow {
        flags: &["--config-users"],
        dest: "config_users",
        env: Some("CONFIG_USERS"),
        kind: Kind::List,
        metavar: Some("<json>"),
        help: "Attributes of User classes as JSON objects or .json files, each with a user_class_name",
        ..BASE
    },
    OptionRow {
        flags: &["-n", "--num-request", "--num-requests"],
        dest: "num_requests",
        kind: Kind::Integer,
        bound: Bound::AtLeastOne,
        metavar: Some("<int>"),
        hidden: true,
        notice: Some(
            "-n/--num-request comes from Locust before 1.0; the test stops after that many requests",
        ),
        help: "Stop after this many requests",
        ..BASE
    },
    OptionRow {
        flags: &["--no-web"],
        dest: "headless",
        hidden: true,
        notice: Some("--no-web is --headless since Locust 1.0"),
        group: Group::Web,
        help: "The old name of --headless",
        ..FLAG
    },
    OptionRow {
        flags: &["-c", "--clients"],
        dest: "num_users",
        kind: Kind::Integer,
        bound: Bound::AtLeastZero,
        metavar: Some("<int>"),
        hidden: true,
        notice: Some("-c/--clients is -u/--users since Locust 1.0"),
        help: "The old name of --users",
        ..BASE
    },
    OptionRow {
        flags: &["--hatch-rate"],
        dest: "spawn_rate",
        kind: Kind::Float,
        bound: Bound::AboveZero,
        metavar: Some("<float>"),
        hidden: true,
        notice: Some("--hatch-rate is -r/--spawn-rate since Locust 1.2"),
        help: "The old name of --spawn-rate",
        ..BASE
    },
];
