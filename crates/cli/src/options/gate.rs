//! Keeping runs, and judging them.

use super::{BASE, FLAG, Group, Kind, OptionRow};
use crate::options::DefaultValue::Integer;

const GATE: OptionRow = OptionRow {
    group: Group::Gate,
    ..BASE
};

pub(super) const ROWS: &[OptionRow] = &[
    OptionRow {
        flags: &["--budget"],
        dest: "budget",
        env: Some("BUDGET"),
        kind: Kind::Repeated,
        metavar: Some("<budget>"),
        help: "A limit the run must keep, such as 'p95 < 300ms' or 'GET /cart: p99 < 500ms, errors < 0.1%'; may be given \
               several times (see docs/gate.md)",
        ..GATE
    },
    OptionRow {
        flags: &["--budgets"],
        dest: "budgets",
        env: Some("BUDGETS"),
        kind: Kind::Path,
        metavar: Some("<file>"),
        help: "File with budgets, levels and tolerances [default: budgets.toml, or the table tool.katydid.gate of \
               pyproject.toml, if there is one]",
        ..GATE
    },
    OptionRow {
        flags: &["--level"],
        dest: "level",
        env: Some("LEVEL"),
        metavar: Some("<name>"),
        help: "Users, spawn rate, run time, tags and budgets of a test level: smoke, load, stress, soak, or one of the file \
               with budgets. Options on the command line count before it",
        ..GATE
    },
    OptionRow {
        flags: &["--baseline"],
        dest: "baseline",
        env: Some("BASELINE"),
        metavar: Some("<run>"),
        help: "Compare with the accepted runs of a branch, or with one kept run, at the end; fail if it got slower",
        ..GATE
    },
    OptionRow {
        flags: &["--exit-code-on-inconclusive"],
        dest: "exit_code_on_inconclusive",
        env: Some("EXIT_CODE_ON_INCONCLUSIVE"),
        kind: Kind::Integer,
        default: Integer(12),
        metavar: Some("<int>"),
        help: "Exit code when budgets or the comparison cannot be decided [default: 12]",
        ..GATE
    },
    OptionRow {
        flags: &["--service-pid"],
        dest: "service_pid",
        env: Some("SERVICE_PID"),
        kind: Kind::Integer,
        bound: super::Bound::AtLeastOne,
        metavar: Some("<pid>"),
        help: "Watch the memory of the service under test and its children, by the id of its process on this machine",
        ..GATE
    },
    OptionRow {
        flags: &["--seed"],
        dest: "seed",
        env: Some("SEED"),
        kind: Kind::Integer,
        metavar: Some("<int>"),
        help: "Begin Python's random numbers with this, so that tasks and wait times repeat",
        ..GATE
    },
    OptionRow {
        flags: &["--store"],
        dest: "store",
        env: Some("STORE"),
        kind: Kind::Path,
        metavar: Some("<file>"),
        help: "File that runs are kept in [default: .katydid/runs.db]",
        ..GATE
    },
    OptionRow {
        flags: &["--no-store"],
        dest: "no_store",
        env: Some("NO_STORE"),
        kind: FLAG.kind,
        default: FLAG.default,
        help: "Do not keep the run",
        ..GATE
    },
    OptionRow {
        flags: &["--keep-runs"],
        dest: "keep_runs",
        env: Some("KEEP_RUNS"),
        kind: Kind::Integer,
        default: Integer(200),
        bound: super::Bound::AtLeastOne,
        metavar: Some("<int>"),
        help: "Runs that are kept, baselines beside them; older ones are removed [default: 200]",
        ..GATE
    },
    OptionRow {
        flags: &["--branch"],
        dest: "branch",
        env: Some("BRANCH"),
        metavar: Some("<name>"),
        help: "Branch of the tested code [default: as the CI system or git says]",
        ..GATE
    },
    OptionRow {
        flags: &["--commit"],
        dest: "commit",
        env: Some("COMMIT"),
        metavar: Some("<hash>"),
        help: "Commit of the tested code [default: as the CI system or git says]",
        ..GATE
    },
    OptionRow {
        flags: &["--verdict-json"],
        dest: "verdict_json",
        env: Some("VERDICT_JSON"),
        kind: Kind::Path,
        metavar: Some("<file>"),
        help: "Write the verdict with every finding as JSON",
        ..GATE
    },
    OptionRow {
        flags: &["--verdict-junit"],
        dest: "verdict_junit",
        env: Some("VERDICT_JUNIT"),
        kind: Kind::Path,
        metavar: Some("<file>"),
        help: "The same as JUnit XML",
        ..GATE
    },
    OptionRow {
        flags: &["--verdict-markdown"],
        dest: "verdict_markdown",
        env: Some("VERDICT_MARKDOWN"),
        kind: Kind::Path,
        metavar: Some("<file>"),
        help: "The same as Markdown, for a comment on a pull request",
        ..GATE
    },
    OptionRow {
        flags: &["--verdict-html"],
        dest: "verdict_html",
        env: Some("VERDICT_HTML"),
        kind: Kind::Path,
        metavar: Some("<file>"),
        help: "Write a page that draws the comparison with the baseline",
        ..GATE
    },
    OptionRow {
        flags: &["--verdict-metrics"],
        dest: "verdict_metrics",
        env: Some("VERDICT_METRICS"),
        kind: Kind::Path,
        metavar: Some("<file>"),
        help: "The figures as OpenMetrics text, for GitLab's metrics report",
        ..GATE
    },
];
