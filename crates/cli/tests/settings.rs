//! From options as typed to what a run is meant to be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "only tests use this")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use katydid_cli::{PageRun, Role, RunOptions, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;

fn resolve(namespace: &Value) -> Result<Settings, (i32, String)> {
    let options = RunOptions::from_namespace(namespace.as_object().unwrap());
    let settings = options.and_then(|options| Settings::resolve(&options));
    settings.map_err(|error| (error.exit_code(), error.to_string()))
}

/// A run without the page, with one more option.
fn with(name: &str, value: Value) -> Result<Settings, (i32, String)> {
    let mut namespace = json!({"headless": true});
    namespace[name] = value;
    resolve(&namespace)
}

#[test]
fn a_run_without_the_page_needs_nothing_else() {
    let settings = resolve(&json!({"headless": true})).unwrap();
    assert_eq!(
        (settings.user_count, settings.spawn_rate, settings.run_time),
        (1, 1.0, None)
    );
    assert_eq!(
        (settings.stop_timeout, settings.exit_code_on_error),
        (Duration::ZERO, 1)
    );
    assert!(settings.periodic_tables && settings.console && settings.csv.is_none());
}

#[test]
fn numbers_take_on_their_units() {
    let settings = resolve(&json!({
        "headless": true, "num_users": 50, "spawn_rate": 2.5, "run_time": 90, "stop_timeout": 0.5, "num_requests": 1000,
        "only_summary": true, "skip_log_setup": true, "exit_code_on_error": 3,
    }))
    .unwrap();
    assert_eq!((settings.user_count, settings.spawn_rate), (50, 2.5));
    assert_eq!(settings.run_time, Some(Duration::from_secs(90)));
    assert_eq!(
        (settings.stop_timeout, settings.num_requests),
        (Duration::from_millis(500), Some(1000))
    );
    assert!(!settings.periodic_tables && !settings.console && settings.exit_code_on_error == 3);
    assert_eq!(settings.common_options, ["--users", "--spawn-rate", "--run-time"]);
}

#[test]
fn what_makes_no_sense_is_said_in_one_line() {
    for (namespace, code, text) in [
        (
            json!({"headless": true, "num_users": -1}),
            2,
            "-u/--users: must be 0 or more, got -1",
        ),
        (
            json!({"headless": true, "spawn_rate": 0}),
            2,
            "-r/--spawn-rate: must be a finite number above 0, got 0",
        ),
        (
            json!({"headless": true, "run_time": -5}),
            2,
            "-t/--run-time: must be 0 or more, got -5",
        ),
        (
            json!({"headless": true, "stop_timeout": 1e300}),
            2,
            "-s/--stop-timeout: must be at most 1e12, got 1e300",
        ),
        (
            json!({"headless": true, "stats_history_enabled": true}),
            2,
            "--csv-full-history needs --csv",
        ),
        (
            json!({"headless": true, "autoquit": 5}),
            1,
            "--autoquit only means something together with --autostart",
        ),
        (
            json!({"autostart": true, "web_base_path": "shop"}),
            1,
            "--web-base-path must begin with a slash",
        ),
    ] {
        assert_eq!(
            resolve(&namespace).unwrap_err(),
            (code, text.to_owned()),
            "{namespace}"
        );
    }
}

#[test]
fn a_master_waits_for_its_workers_and_a_worker_leaves_results_to_it() {
    let master = resolve(&json!({
        "headless": true, "master": true, "expect_workers": 3, "expect_workers_max_wait": 20,
    }));
    assert_eq!(
        master.unwrap().role,
        Role::Master {
            expect_workers: 3,
            max_wait: Some(std::time::Duration::from_secs(20)),
        }
    );
    let worker = resolve(&json!({
        "worker": true, "headless": true, "num_users": 50, "run_time": 60, "csv_prefix": "run", "json": true,
    }));
    let worker = worker.unwrap();
    assert_eq!(
        (worker.role, worker.user_count, worker.run_time),
        (Role::Worker, 0, None)
    );
    assert_eq!((worker.csv, worker.json, worker.console), (None, false, false));
}

#[test]
fn a_run_without_headless_is_led_by_the_page() {
    let page = |namespace| resolve(&namespace).unwrap().page;
    assert_eq!(page(json!({"headless": true})), None);
    let waiting = PageRun {
        autostart: false,
        autoquit: None,
    };
    assert_eq!(page(json!({})), Some(waiting));
    assert_eq!(page(json!({"headless": true, "headful": true})), Some(waiting));
    let short = PageRun {
        autostart: true,
        autoquit: Some(Duration::from_secs(3)),
    };
    assert_eq!(page(json!({"autostart": true, "autoquit": 3})), Some(short));
    assert!(
        !resolve(&json!({})).unwrap().periodic_tables,
        "they are for a terminal that shows nothing else"
    );
    assert!(resolve(&json!({"print_stats": true})).unwrap().periodic_tables);
}

#[test]
fn the_report_page_is_named_after_the_run() {
    let folder = TempDir::new().unwrap();
    let name = folder
        .path()
        .join("new/report_{u}_{r}_{t}.html")
        .display()
        .to_string();
    let named = |namespace: Value| {
        let mut namespace = namespace;
        (namespace["headless"], namespace["html_file"]) = (json!(true), json!(name));
        let file = resolve(&namespace).unwrap().html_file.unwrap();
        file.file_name().unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(
        named(json!({"num_users": 100, "spawn_rate": 10.0, "run_time": 50})),
        "report_100_10_50.html"
    );
    assert_eq!(
        named(json!({"num_users": 5, "spawn_rate": 0.5})),
        "report_5_0.5_{t}.html"
    );
    assert!(folder.path().join("new").is_dir(), "missing folders are made");
    assert_eq!(
        fs::read_dir(folder.path().join("new")).unwrap().count(),
        0,
        "nothing else is"
    );
}

#[test]
fn files_that_cannot_be_written_are_found_before_the_run() {
    let folder = TempDir::new().unwrap();
    let blocked = folder.path().join("file");
    fs::write(&blocked, "").unwrap();
    let below = blocked.join("below").display().to_string();
    for (flag, name) in [
        ("--csv", "csv_prefix"),
        ("--html", "html_file"),
        ("--json-file", "json_file"),
        ("--logfile", "logfile"),
    ] {
        let (code, text) = with(name, json!(below)).unwrap_err();
        assert_eq!(code, 1, "{flag}");
        assert!(
            text.starts_with(&format!("{flag}: cannot ")) && text.contains("file"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1);
    }
}

#[test]
fn files_of_an_earlier_run_are_left_alone() {
    let folder = TempDir::new().unwrap();
    let old = folder.path().join("old.json");
    fs::write(&old, "old").unwrap();
    let settings = with(
        "json_file",
        json!(folder.path().join("old").display().to_string()),
    )
    .unwrap();
    assert_eq!(settings.json_file.as_deref(), Some(Path::new(&old)));
    assert_eq!(fs::read_to_string(&old).unwrap(), "old");
}

#[test]
fn a_view_in_the_terminal_needs_one() {
    // Tests may be run in a terminal or not; these refusals come first.
    for (name, why) in [
        ("worker", "--tui: a worker has nothing to show; its master has"),
        ("headful", "--tui: cannot be combined with --headful"),
    ] {
        let mut namespace = json!({"tui": true});
        namespace[name] = json!(true);
        assert_eq!(resolve(&namespace), Err((2, why.to_owned())));
    }
    // A worker process of this machine has the command line of its master.
    let child = resolve(&json!({"tui": true, "worker": true, "processes": 0})).unwrap();
    assert_eq!((child.role, child.screen), (Role::Worker, false));
}
