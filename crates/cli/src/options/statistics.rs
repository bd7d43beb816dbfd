//! Choosing tasks, and results.

use super::{BASE, FLAG, Group, Kind, OptionRow};

const STATISTICS: OptionRow = OptionRow {
    group: Group::Statistics,
    ..BASE
};
const STATISTICS_FLAG: OptionRow = OptionRow {
    group: Group::Statistics,
    ..FLAG
};
const TAGS: OptionRow = OptionRow {
    group: Group::Tags,
    kind: Kind::List,
    metavar: Some("<tag>"),
    ..BASE
};

pub(super) const ROWS: &[OptionRow] = &[
    OptionRow {
        flags: &["-T", "--tags"],
        dest: "tags",
        env: Some("TAGS"),
        help: "Run only tasks that carry one of these tags",
        ..TAGS
    },
    OptionRow {
        flags: &["-E", "--exclude-tags"],
        dest: "exclude_tags",
        env: Some("EXCLUDE_TAGS"),
        help: "Leave out tasks that carry one of these tags",
        ..TAGS
    },
    OptionRow {
        flags: &["--csv"],
        dest: "csv_prefix",
        env: Some("CSV"),
        kind: Kind::Path,
        metavar: Some("<prefix>"),
        help: "Write <prefix>_stats.csv, _stats_history.csv, _failures.csv and _exceptions.csv while the test runs",
        ..STATISTICS
    },
    OptionRow {
        flags: &["--csv-full-history"],
        dest: "stats_history_enabled",
        env: Some("CSV_FULL_HISTORY"),
        help: "With --csv: keep the history of every name, not only of the total",
        ..STATISTICS_FLAG
    },
    OptionRow {
        flags: &["--print-stats"],
        dest: "print_stats",
        env: Some("PRINT_STATS"),
        help: "Print the table of requests regularly in runs with the page too",
        ..STATISTICS_FLAG
    },
    OptionRow {
        flags: &["--only-summary"],
        dest: "only_summary",
        env: Some("ONLY_SUMMARY"),
        help: "Print tables at the end only",
        ..STATISTICS_FLAG
    },
    OptionRow {
        flags: &["--reset-stats"],
        dest: "reset_stats",
        env: Some("RESET_STATS"),
        help: "Start counting anew once all users have been started",
        ..STATISTICS_FLAG
    },
    OptionRow {
        flags: &["--html"],
        dest: "html_file",
        env: Some("HTML"),
        kind: Kind::Path,
        metavar: Some("<filename>"),
        help: "Write a report page at the end; {u}, {r} and {t} in the name become users, spawn rate and run time",
        ..STATISTICS
    },
    OptionRow {
        flags: &["--run-file"],
        dest: "run_file",
        env: Some("RUN_FILE"),
        kind: Kind::Path,
        metavar: Some("<filename>"),
        help: "Keep the run in a file of its own, for 'katydid compare', 'show' and 'report' elsewhere; one that ends in .json \
               is the record alone, which 'katydid report' makes a page of",
        ..STATISTICS
    },
    OptionRow {
        flags: &["--json"],
        dest: "json",
        help: "Print the final statistics as JSON on standard output",
        ..STATISTICS_FLAG
    },
    OptionRow {
        flags: &["--json-file"],
        dest: "json_file",
        kind: Kind::Path,
        metavar: Some("<filename>"),
        help: "Write the final statistics to <filename>.json instead of printing tables",
        ..STATISTICS
    },
];
