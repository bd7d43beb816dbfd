//! Whole runs over a host without an interpreter. Time is paused, so minutes take milliseconds.

#![allow(clippy::unwrap_used, clippy::panic, reason = "only tests use this")]

mod support;

use std::fs;
use std::time::Duration;

use katydid_cli::Signal;
use katydid_engine::{Announced, HostReply, LoadShape, ShapeTick};
use serde_json::{Value, json};
use support::{Manner, Plan, Ran};
use tempfile::TempDir;

const SECOND: Duration = Duration::from_secs(1);

/// Ten seconds with four users.
fn ten_seconds() -> Value {
    json!({"headless": true, "num_users": 4, "spawn_rate": 4, "run_time": 10})
}

fn ten_seconds_with(name: &str, value: Value) -> Value {
    let mut options = ten_seconds();
    options[name] = value;
    options
}

/// The text of each table of requests.
fn tables(ran: &Ran) -> usize {
    ran.error.matches("# reqs      # fails").count()
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_by_its_time_and_prints_its_tables() {
    let ran = Plan::new(ten_seconds()).run().await;
    assert_eq!((ran.exit_code, ran.forced), (0, None));
    assert!((390..=400).contains(&ran.requests), "{}", ran.requests);
    assert_eq!(
        tables(&ran),
        6,
        "at the start, every two seconds, and at the end: {}",
        ran.error
    );
    assert!(ran.error.contains("Response time percentiles (approximated)"));
    assert!(!ran.error.contains("Error report") && ran.out.is_empty());
    let expected = [
        "test_start",
        "spawning_complete",
        "test_stopping",
        "test_stop",
        "quitting",
        "quit(0)",
    ];
    assert_eq!(ran.events, expected);
}

#[tokio::test(start_paused = true)]
async fn only_the_summary_if_nothing_else_is_wanted() {
    let ran = Plan::new(ten_seconds_with("only_summary", json!(true)))
        .run()
        .await;
    assert_eq!(tables(&ran), 1);
    let ran = Plan::new(ten_seconds_with("skip_log_setup", json!(true)))
        .run()
        .await;
    assert_eq!(ran.error, "");
}

#[tokio::test(start_paused = true)]
async fn failures_and_exceptions_decide_the_exit_code() {
    let failing = || Manner {
        error: Some("HTTPError('503 Server Error')"),
        ..Manner::default()
    };
    let ran = Plan {
        manner: failing(),
        ..Plan::new(ten_seconds())
    }
    .run()
    .await;
    assert_eq!(ran.exit_code, 1);
    assert!(
        ran.error.contains("Error report") && ran.error.contains("GET /cart: HTTPError('503 Server Error')")
    );

    let ran = Plan {
        manner: failing(),
        ..Plan::new(ten_seconds_with("exit_code_on_error", json!(42)))
    }
    .run()
    .await;
    assert_eq!(
        (ran.exit_code, ran.events.last().unwrap().as_str()),
        (42, "quit(42)")
    );

    let manner = Manner {
        exception: Some("KeyError: 'token'"),
        ..Manner::default()
    };
    assert_eq!(
        Plan {
            manner,
            ..Plan::new(ten_seconds())
        }
        .run()
        .await
        .exit_code,
        1
    );
}

#[tokio::test(start_paused = true)]
async fn user_code_has_the_last_word_on_the_exit_code() {
    let wish = |event, exit_code, listener_failed| Manner {
        error: Some("no"),
        says: [(
            event,
            Announced {
                exit_code,
                listener_failed,
            },
        )]
        .into(),
        ..Manner::default()
    };
    for event in ["test_start", "test_stop", "quitting"] {
        let ran = Plan {
            manner: wish(event, Some(0), true),
            ..Plan::new(ten_seconds())
        }
        .run()
        .await;
        assert_eq!(ran.exit_code, 0, "{event}");
    }
    let failing_listener = Manner {
        error: None,
        ..wish("quitting", None, true)
    };
    assert_eq!(
        Plan {
            manner: failing_listener,
            ..Plan::new(ten_seconds())
        }
        .run()
        .await
        .exit_code,
        2
    );
    let failing_monitor = Manner {
        error: None,
        ..wish("usage_monitor", None, true)
    };
    let minute = ten_seconds_with("run_time", json!(60));
    assert_eq!(
        Plan {
            manner: failing_monitor,
            ..Plan::new(minute)
        }
        .run()
        .await
        .exit_code,
        2
    );
}

#[tokio::test(start_paused = true)]
async fn a_number_of_requests_ends_a_run() {
    let options = json!({"headless": true, "num_users": 10, "spawn_rate": 10, "num_requests": 1000});
    let ran = Plan::new(options).run().await;
    assert!((1000..=1030).contains(&ran.requests), "{}", ran.requests);
    assert_eq!(ran.exit_code, 0);
}

#[tokio::test(start_paused = true)]
async fn every_report_is_written_on_a_signal_too() {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let options = json!({
            "headless": true, "num_users": 4, "spawn_rate": 4, "json": true, "json_file": path("final"),
            "run_file": path("new/run.json"), "csv_prefix": path("csv/shop"),
            // A build without the page has no report.
            "html_file": katydid_report::has_report_page().then(|| path("new/report.html")),
        });
        let ran = Plan {
            signals: vec![(5 * SECOND, signal)],
            ..Plan::new(options)
        }
        .run()
        .await;
        assert_eq!((ran.exit_code, ran.forced), (0, None));
        let events: Vec<&str> = ran.events.iter().map(String::as_str).collect();
        assert_eq!(
            events[2..],
            ["quitting", "test_stopping", "test_stop", "quit(0)"],
            "{signal:?}"
        );
        let rows: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(
            (&rows[0]["name"], &rows[1]["name"]),
            (&json!("/"), &json!("/cart"))
        );
        assert_eq!(
            ran.out.trim_end(),
            fs::read_to_string(path("final.json")).unwrap().trim_end()
        );
        assert!(
            !ran.error.contains("(approximated)"),
            "--json-file stands in for the final tables"
        );
        assert!(
            fs::read_to_string(path("new/run.json"))
                .unwrap()
                .contains("/cart")
        );
        assert_eq!(
            fs::exists(path("new/report.html")).unwrap(),
            katydid_report::has_report_page()
        );
        let stats = fs::read_to_string(path("csv/shop_stats.csv")).unwrap();
        assert!(
            stats
                .lines()
                .last()
                .unwrap()
                .starts_with(&format!(",Aggregated,{},0,", ran.requests)),
            "{stats}"
        );
        let history = fs::read_to_string(path("csv/shop_stats_history.csv")).unwrap();
        assert_eq!(
            history.lines().count(),
            8,
            "a header, one row a second from the first on, and one at the end"
        );
        assert!(
            fs::exists(path("csv/shop_failures.csv")).unwrap()
                && fs::exists(path("csv/shop_exceptions.csv")).unwrap()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_ends_a_run_at_once_with_its_reports() {
    let manner = Manner {
        is_stuck: true,
        ..Manner::default()
    };
    let signals = vec![(5 * SECOND, Signal::Interrupt), (7 * SECOND, Signal::Interrupt)];
    let mut options = ten_seconds_with("run_time", json!(100));
    options["stop_timeout"] = json!(1000);
    let began = tokio::time::Instant::now();
    let ran = Plan {
        manner,
        signals,
        ..Plan::new(options)
    }
    .run()
    .await;
    assert_eq!(began.elapsed(), 7 * SECOND);
    assert_eq!(
        (ran.exit_code, ran.forced),
        (130, Some(130)),
        "not as if all went well"
    );
    assert!(ran.error.contains("(approximated)"));
}

#[tokio::test(start_paused = true)]
async fn a_host_whose_thread_is_blocked_is_left_behind() {
    let manner = Manner {
        is_blocked: true,
        ..Manner::default()
    };
    let began = tokio::time::Instant::now();
    let ran = Plan {
        manner,
        ..Plan::new(ten_seconds_with("stop_timeout", json!(5)))
    }
    .run()
    .await;
    assert_eq!(began.elapsed(), (10 + 5 + 10) * SECOND);
    assert_eq!((ran.exit_code, ran.forced), (2, Some(2)));
    assert!(ran.error.contains("(approximated)"));
}

#[tokio::test(start_paused = true)]
async fn users_that_do_not_stop_are_left_behind() {
    let manner = Manner {
        is_stuck: true,
        ..Manner::default()
    };
    let began = tokio::time::Instant::now();
    let ran = Plan {
        manner,
        ..Plan::new(ten_seconds_with("stop_timeout", json!(5)))
    }
    .run()
    .await;
    assert_eq!(began.elapsed(), (10 + 5 + 10) * SECOND);
    assert_eq!((ran.exit_code, ran.forced), (2, Some(2)));
    assert!(
        ran.error.contains("(approximated)"),
        "the reports are written all the same"
    );
}

#[tokio::test(start_paused = true)]
async fn a_host_that_breaks_down_ends_the_run() {
    let manner = Manner {
        is_broken: true,
        ..Manner::default()
    };
    let ran = Plan {
        manner,
        ..Plan::new(ten_seconds())
    }
    .run()
    .await;
    assert_eq!((ran.exit_code, ran.requests), (2, 0));
    assert_eq!(
        ran.events,
        ["test_start", "test_stopping", "test_stop", "quitting", "quit(2)"]
    );
}

/// Two users for three seconds.
struct Short(u64);

impl LoadShape for Short {
    fn tick(&mut self) -> HostReply<Option<ShapeTick>> {
        self.0 += 1;
        let now = (self.0 <= 3).then_some(ShapeTick {
            user_count: 2,
            spawn_rate: 2.0,
            user_classes: None,
        });
        Box::pin(async move { Ok(now) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_shape_leads_and_ends_a_run() {
    let began = tokio::time::Instant::now();
    let ran = Plan {
        shape: Some(Box::new(Short(0))),
        ..Plan::new(ten_seconds())
    }
    .run()
    .await;
    assert_eq!(began.elapsed(), 3 * SECOND);
    assert_eq!(ran.exit_code, 0);
    assert!((55..=60).contains(&ran.requests), "{}", ran.requests);
}

#[tokio::test(start_paused = true)]
async fn the_live_line_is_drawn_on_a_terminal_only() {
    let ran = Plan {
        is_live: true,
        ..Plan::new(ten_seconds_with("only_summary", json!(true)))
    }
    .run()
    .await;
    assert!(ran.error.contains("0:05 of 0:10 | 4 users |"), "{}", ran.error);
    let ran = Plan::new(ten_seconds()).run().await;
    assert!(!ran.error.contains("4 users |") && !ran.error.contains('\x1b'));
}

#[tokio::test(start_paused = true)]
async fn a_report_that_cannot_be_written_costs_the_exit_code_but_not_the_others() {
    let folder = TempDir::new().unwrap();
    let mut options = ten_seconds_with(
        "html_file",
        json!(folder.path().join("a/report.html").display().to_string()),
    );
    options["json"] = json!(true);
    let plan = Plan::new(options);
    let run = plan.run();
    // The folder that was checked before the run becomes a file while it runs.
    let spoil = async {
        tokio::time::sleep(SECOND).await;
        fs::remove_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
    };
    let (ran, ()) = tokio::join!(run, spoil);
    assert_eq!(ran.exit_code, 1);
    assert!(ran.out.contains("/cart") && ran.error.contains("(approximated)"));
}
