use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{Metric, Tolerance};

const EXAMPLE: &str = include_str!("../../../../examples/budgets.toml");

fn parse(text: &str) -> Result<GateFile, GateError> {
    GateFile::parse("budgets.toml", text, None)
}

fn rules(budgets: &[Budget]) -> Vec<String> {
    budgets.iter().map(Budget::to_string).collect()
}

#[test]
fn the_example_is_read() {
    let file = parse(EXAMPLE).unwrap();
    assert_eq!(
        rules(&file.budgets),
        [
            "p50 < 100ms",
            "p99 < 500ms",
            "errors < 0.1%",
            "requests/s > 200",
            "api/products/list: p50 < 50ms",
            "api/products/list: p99 < 200ms",
            "api/products/list: memory < 10MB",
            "api/orders/create: p50 < 100ms",
            "api/orders/create: p99 < 500ms",
            "api/orders/create: memory < 5MB",
            "api/search: p50 < 80ms",
            "api/search: p99 < 300ms",
            "api/search: memory < 20MB",
            "batch/daily_report: p50 < 30s",
            "batch/daily_report: p99 < 1m",
            "batch/daily_report: memory < 512MB",
        ]
    );
    for (name, users, minutes, own) in [
        ("smoke", 10, 0.5, Some(2)),
        ("load", 100, 5.0, None),
        ("stress", 500, 30.0, Some(1)),
        ("soak", 100, 120.0, None),
    ] {
        let level = file.levels.get(name).unwrap();
        assert_eq!(level.users, Some(users), "{name}");
        assert_eq!(
            level.run_time,
            Some(Duration::from_secs_f64(minutes * 60.0)),
            "{name}"
        );
        assert_eq!(level.budgets.as_ref().map(Vec::len), own, "{name}");
        assert_eq!(
            file.budgets_at(Some(name)).unwrap().len(),
            own.unwrap_or(16),
            "{name}"
        );
    }
    assert_eq!(file.budgets_at(None).unwrap().len(), 16);
    assert!(file.budgets_at(Some("smok")).is_err());
}

#[test]
fn every_key_is_read() {
    let file = parse(
        r#"
        budgets = "p50 < 100ms"
        [groups]
        checkout = ["POST /api/cart/*", "POST /api/checkout"]
        [[budget]]
        for = "group checkout"
        expect = ["p99 < 200ms, errors < 1% [run]", "p95 < 1s [window 10s]"]
        during = "steady"
        window = "30s"
        min_samples = 100
        abort_after = 10
        [[budget]]
        expect = "memory < 10MB"
        advisory = true
        [levels.night]
        users = 1_000
        spawn_rate = 2.5
        run_time = 90
        tags = ["browse"]
        exclude_tags = ["slow"]
        budgets = []
        [levels.smoke]
        users = 20
        [compare]
        floor = "2ms"
        [compare.tolerance]
        p95 = "12%"
        "#,
    )
    .unwrap();
    let written = [
        "p50 < 100ms",
        "group checkout: p99 < 200ms [window 30s, min 100 samples, abort after 10s]",
        "group checkout: errors < 1% [window 30s, min 100 samples, abort after 10s]",
        "group checkout: p95 < 1s [steady, window 10s, min 100 samples, abort after 10s]",
        "memory < 10MB [advisory]",
    ];
    assert_eq!(rules(&file.budgets), written);
    let night = Level {
        users: Some(1000),
        spawn_rate: Some(2.5),
        run_time: Some(Duration::from_secs(90)),
        tags: vec!["browse".to_owned()],
        exclude_tags: vec!["slow".to_owned()],
        budgets: Some(vec![]),
    };
    assert_eq!(file.levels.get("night"), Ok(&night));
    assert!(file.budgets_at(Some("night")).unwrap().is_empty());
    let smoke = file.levels.get("smoke").unwrap();
    assert_eq!((smoke.users, smoke.spawn_rate), (Some(20), Some(5.0)));
    assert_eq!(file.rules.floor_ms, 2.0);
    let p95 = |tolerance: &&Tolerance| tolerance.metric == Metric::Percentile(0.95);
    assert_eq!(file.rules.tolerances.iter().find(p95).unwrap().limit, 0.12);
}

#[test]
fn a_table_of_another_file_is_read() {
    let path: &[&str] = &["tool", "katydid", "gate"];
    let text = "[project]\nname = 'shop'\n[tool.katydid]\nusers = 5\n[tool.katydid.gate]\nbudgets = ['p95 < 1s']\n\
                [tool.katydid.gate.compare]\nfloor = '2ms'\n";
    let file = GateFile::parse("pyproject.toml", text, Some(path)).unwrap();
    assert_eq!(rules(&file.budgets), ["p95 < 1s"]);
    assert_eq!(file.rules.floor_ms, 2.0);
    let without = GateFile::parse("pyproject.toml", "[project]\nname = 'shop'\n", Some(path)).unwrap();
    assert_eq!(without, GateFile::default());
    let wrong = GateFile::parse("pyproject.toml", "tool = 3", Some(path)).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "pyproject.toml:1: tool: expected a table, found 3"
    );
}

#[test]
fn what_is_wrong_has_its_line_and_key() {
    for (text, error) in [
        ("budgets = [", "budgets.toml:1: "),
        (
            "\nbudgts = []",
            "budgets.toml:2: budgts: unknown key (there is budgets, budget, groups, levels, compare), did you mean 'budgets'?",
        ),
        (
            "budgets = [\n  'p95 < 300ms',\n  'p95 < 300',\n]",
            "budgets.toml:3: budgets[1]: budget 'p95 < 300': p95: the limit has no unit",
        ),
        (
            "budgets = ['p95 < 300ms', 3]",
            "budgets.toml:1: budgets[1]: expected a text, found 3",
        ),
        ("budgets = 3", "expected a list of texts, found 3"),
        (
            "budgets = ['p95 < 300ms', 'p95 > 1s']",
            "cannot hold together with 'p95 < 300ms'",
        ),
        (
            "budgets = ['p95 < 300ms']\n[[budget]]\nexpect = ['p95 > 1s']",
            "budget: budget 'p95 > 1s': cannot hold together",
        ),
        (
            "[budget]\nexpect = []",
            "budget: expected tables, as [[…]], found a table",
        ),
        (
            "[[budget]]\nfro = 'each'",
            "budgets.toml:2: budget[0].fro: unknown key (there is for, expect,",
        ),
        (
            "[[budget]]\nfor = 'each'",
            "budgets.toml:2: budget[0]: expect is missing",
        ),
        (
            "[[budget]]\nfor = 'group cart'\nexpect = 'p95 < 1s'",
            "there is no group 'cart' (none is described under [groups])",
        ),
        (
            "[[budget]]\nexpect = 'GET /: p95 < 1s'",
            "budget[0].expect: budget 'GET /: p95 < 1s': 'GET /' looks like a scope",
        ),
        (
            "[[budget]]\nexpect = 'p95 < 1s'\nduring = 'ramp'",
            "budgets.toml:3: budget[0].during: 'ramp' is no part of a run (there is run, steady)",
        ),
        (
            "[[budget]]\nexpect = 'p95 < 1s'\nwindow = 0",
            "budget[0].window: expected a time such as \"30s\"",
        ),
        (
            "[[budget]]\nexpect = 'p95 < 1s'\nmin_samples = -1",
            "expected a whole number of at least 0, found -1",
        ),
        (
            "[[budget]]\nexpect = 'p95 < 1s'\nabort = false\nabort_after = 3",
            "budgets.toml:4: budget[0].abort_after: ",
        ),
        (
            "[[budget]]\nexpect = 'p95 < 1s'\nabort = true\nadvisory = true",
            "an advisory budget never decides",
        ),
        ("[groups]\nall = []", "groups.all: a group has a name"),
        ("[groups]\nall = ['']", "groups.all[0]: an endpoint's name"),
        (
            "[levels.smoke]\nusers = 'ten'",
            "budgets.toml:2: levels.smoke.users: expected a whole number of at least 1, found 'ten'",
        ),
        ("[levels.smoke]\nspawn_rate = nan", "expected a number above 0"),
        ("[levels.smoke]\nusres = 3", "levels.smoke.usres: unknown key"),
        ("[levels]\nsmoke = 3", "levels.smoke: expected a table, found 3"),
        ("compare = 3", "compare: expected a table, found 3"),
        (
            "[compare]\nalpha = 0.01\ntolerence = 3",
            "compare.tolerence: no such key (there are tolerance, benchmark, metrics, floor, alpha, run_to_run)",
        ),
    ] {
        let found = parse(text).map(|_| ()).unwrap_err().to_string();
        assert!(found.contains(error), "{found}\n  lacks {error}");
        assert!(!found.contains('\n'), "{found}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let _ = parse(&text);
    }

    #[test]
    fn nearly_a_file_is_read_or_refused(
        text in r#"(\[\[budget\]\]\n|\[levels\.(smoke|x)\]\n|\[groups\]\n|(budgets|expect|for|window|users|tags|abort|x) = ("p95 < 1s"|"each"|"30s"|3|-1|true|\[\]|\[3\]|\{\}|1e400)\n){0,8}"#
    ) {
        if let Err(error) = parse(&text) {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}
