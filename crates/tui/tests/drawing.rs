//! What a window of some size shows of a run.

#![allow(clippy::unwrap_used, clippy::panic, reason = "only tests use this")]

use std::sync::Arc;
use std::time::Duration;

use katydid_report::{Progress, ReportContext, WorkerFacts};
use katydid_stats::{Collector, HealthSnapshot, PhaseDurations, Sample, Timestamp};
use katydid_tui::{Charts, Column, Curve, FailureRow, Figures, Panel, RequestRow, UiState, View, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn row(name: &str, requests: u64, failures: u64) -> RequestRow {
    RequestRow {
        name: name.to_owned(),
        requests,
        failures,
        median: 12.34,
        p95: 56.7,
        p99: 123.4,
        average: 20.0,
        greatest: 1_234.0,
        requests_per_second: 345.6,
        failures_per_second: failures as f64 / 10.0,
    }
}

/// A minute of a run with so many names.
fn view(names: usize) -> View {
    let wave = |height: f64| {
        (0..60)
            .map(|second| Some(height + 5.0 * (f64::from(second) / 9.0).sin()))
            .collect()
    };
    let charts = Charts {
        requests: wave(300.0),
        failures: wave(10.0),
        p50: wave(12.0),
        p95: wave(50.0),
        p99: wave(100.0),
        users: (0..60).map(|second| Some(f64::from(second.min(20)))).collect(),
        target_users: (0..60).map(|_| Some(20.0)).collect(),
        cpu: wave(40.0),
    };
    let figures = Figures {
        total: row("Aggregated", 20_736, 42),
        recent: [Some(12.34), Some(56.7), None],
        rows: (0..names)
            .map(|number| {
                row(
                    &format!("GET /page/{number:03}"),
                    100 * number as u64,
                    number as u64 % 3,
                )
            })
            .collect(),
        failures: vec![FailureRow {
            occurrences: 42,
            name: "POST /checkout".to_owned(),
            error: "HTTPError('503 Server Error: Service Unavailable for url: /checkout')".to_owned(),
        }],
        charts,
        workers: Vec::new(),
        losses: Vec::new(),
    };
    View {
        host: Some("http://127.0.0.1:8155".to_owned()),
        locustfile: "shop.py".to_owned(),
        state: "running".to_owned(),
        elapsed: Duration::from_secs(60),
        run_time: Some(Duration::from_secs(120)),
        user_count: 18,
        target_user_count: 20,
        health: HealthSnapshot::default(),
        cpu_percent: Some(41.0),
        notice: None,
        figures: Arc::new(figures),
    }
}

/// The window as lines of text.
fn drawn(columns: u16, rows: u16, view: &View, output: &[String], state: &UiState) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(frame, view, output, state)).unwrap();
    let buffer = terminal.backend().buffer();
    let line =
        |row: &[ratatui::buffer::Cell]| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>();
    buffer.content.chunks(usize::from(columns)).map(line).collect()
}

/// The only line with that text.
fn line_with<'a>(lines: &'a [String], text: &str) -> &'a str {
    let found: Vec<&String> = lines.iter().filter(|line| line.contains(text)).collect();
    assert_eq!(found.len(), 1, "{text} in\n{}", lines.join("\n"));
    found[0]
}

fn in_panel(panel: Panel) -> UiState {
    UiState {
        panel,
        ..UiState::default()
    }
}

#[test]
fn a_small_window_shows_what_matters() {
    let lines = drawn(80, 24, &view(5), &[], &UiState::default());
    let head = [
        " Katydid  shop.py → http://127.0.0.1:8155              running   18 of 20 users ",
        " 1:00 of 2:00 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━─────────────────────────────  50 % ",
    ];
    for (line, expected) in lines.iter().zip(head) {
        assert_eq!(line.trim_end(), expected.trim_end());
    }
    assert_eq!(
        lines[2].trim_end(),
        " 345.6 requests/s   0.20 % failed   last 10 s: p50 12.3  p95 56.7  p99 - ms"
    );
    assert!(lines[3].starts_with(" ● generator is well   responses wait 0 ms for Python (p99)   CPU 41 %"));
    assert!(lines[4].starts_with(" 1 Overview  2 Requests  3 Charts  4 Failures 42  5 Output  6 Workers "));
    assert!(
        lines[5].contains("requests/s") && lines[5].contains("p99"),
        "{}",
        lines[5]
    );
    let header = "Name                     Reqs  Fails   Med   p95   p99   Avg    Max   req/s fail/s";
    let first = "GET /page/000               0      0  12.3  56.7   123  20.0   1234   345.6      0";
    assert_eq!(lines[14].trim_end().len(), header.len().min(80), "{}", lines[14]);
    assert_eq!(words(&lines[14]), words(header));
    assert_eq!(words(&lines[15]), words(first));
    assert_eq!(words(&lines[22])[..3], ["Aggregated", "20736", "42"]);
    assert!(
        lines[23].starts_with(" w/W +1/+10 users  s/S -1/-10  Tab panel "),
        "{}",
        lines[23]
    );
    assert!(lines[23].trim_end().ends_with("q stop"), "{}", lines[23]);
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn a_large_window_shows_everything_at_once() {
    let output = [
        "[now] host/INFO/locust.main: Starting".to_owned(),
        "printed".to_owned(),
    ];
    let lines = drawn(200, 60, &view(20), &output, &UiState::default());
    for text in [
        "users 20",
        "GET /page/000",
        "GET /page/019",
        "POST /checkout",
        "503 Server Error",
        "printed",
        "Aggregated",
    ] {
        line_with(&lines, text);
    }
    assert!(
        !lines.iter().any(|line| line.contains('…')),
        "{}",
        lines.join("\n")
    );
}

#[test]
fn a_window_that_is_too_small_says_so() {
    for (columns, rows) in [(59, 24), (80, 14)] {
        let lines = drawn(columns, rows, &view(5), &[], &UiState::default()).join(" ");
        assert!(lines.contains("The window is too small"), "{lines}");
        assert!(!lines.contains("GET"), "{lines}");
    }
    assert!(drawn(1, 1, &view(5), &[], &UiState::default()).len() == 1);
    line_with(
        &drawn(60, 15, &view(2), &[], &UiState::default()),
        "GET /page/001",
    );
}

#[test]
fn every_panel_fits_every_window() {
    let mut view = view(200);
    let figures = Arc::get_mut(&mut view.figures).unwrap();
    figures.workers = vec![WorkerFacts::default(); 50];
    figures.losses =
        vec!["Worker a_1 was lost at 12:00:03 with 5 users; up to 30 requests are in doubt".to_owned(); 9];
    for help in [false, true] {
        for panel in Panel::ALL {
            for (columns, rows) in [
                (60, 15),
                (80, 24),
                (119, 34),
                (120, 34),
                (200, 60),
                (300, 15),
                (60, 100),
            ] {
                let state = UiState {
                    help,
                    ..in_panel(panel)
                };
                drawn(columns, rows, &view, &vec!["line".to_owned(); 40], &state);
                drawn(columns, rows, &View::default(), &[], &state);
            }
        }
    }
}

#[test]
fn the_table_scrolls_to_the_selected_row_in_any_order() {
    let view = view(100);
    let mut state = in_panel(Panel::Requests);
    let shown = |state: &UiState| -> Vec<String> {
        let lines = drawn(80, 24, &view, &[], state);
        lines
            .iter()
            .filter_map(|line| {
                line.split_whitespace()
                    .nth(1)?
                    .strip_prefix("/page/")
                    .map(str::to_owned)
            })
            .collect()
    };
    assert_eq!(shown(&state).first().map(String::as_str), Some("000"));
    state.selected = Some("GET /page/099".to_owned());
    assert_eq!(shown(&state).last().map(String::as_str), Some("099"));
    (state.column, state.descending) = (Column::Requests, true);
    assert_eq!(shown(&state).first().map(String::as_str), Some("099"));
    let lines = drawn(80, 24, &view, &[], &state);
    assert!(line_with(&lines, "1 to 15 of 100 names").contains("by Reqs, falling"));
}

#[test]
fn a_limit_of_the_generator_is_loud() {
    let mut view = view(1);
    view.health.reason =
        Some("a core was over 90 % busy for 60 % of the run; users were started up to 7 s late".to_owned());
    let lines = drawn(80, 24, &view, &[], &UiState::default());
    line_with(&lines, "THE GENERATOR IS THE LIMIT: a core was over 90 %");
    line_with(&lines, "started up to 7 s late");
    line_with(&lines, "Aggregated");
}

#[test]
fn a_worker_at_its_limit_is_loud_too() {
    let figures = Figures {
        workers: vec![WorkerFacts {
            id: "a_1".to_owned(),
            saturated: true,
            reason: Some("it is slow".to_owned()),
            ..WorkerFacts::default()
        }],
        ..Figures::default()
    };
    let progress = Progress {
        elapsed: Duration::ZERO,
        run_time: None,
        user_count: 0,
        target_user_count: 0,
    };
    let view = View::of(
        &ReportContext::default(),
        &progress,
        HealthSnapshot::default(),
        Arc::new(figures),
    );
    assert_eq!(view.health.reason.as_deref(), Some("worker a_1: it is slow"));
}

#[test]
fn failures_are_told_in_full_below() {
    let lines = drawn(80, 24, &view(1), &[], &in_panel(Panel::Failures));
    assert!(
        lines
            .iter()
            .any(|line| line.contains("Service Unavailable for url: /checkout')")),
        "{}",
        lines.join("\n")
    );
    let nothing = drawn(80, 24, &View::default(), &[], &in_panel(Panel::Failures));
    line_with(&nothing, "nothing has failed");
}

#[test]
fn output_follows_its_end_unless_somebody_reads() {
    let output: Vec<String> = (0..100)
        .map(|number| format!("line {number:03} \u{1b}[31mred\u{1b}[K"))
        .collect();
    let mut state = in_panel(Panel::Output);
    line_with(&drawn(80, 24, &view(1), &output, &state), "line 099 red");
    state.lines_below = 50;
    let lines = drawn(80, 24, &view(1), &output, &state);
    line_with(&lines, "line 049 red");
    line_with(&lines, "50 lines below");
    state.lines_below = 99;
    line_with(&drawn(80, 24, &view(1), &output, &state), "line 000 red");
}

#[test]
fn an_answer_takes_the_place_of_the_keys() {
    let mut view = view(1);
    view.notice = Some("The load shape decides how many users there are".to_owned());
    let lines = drawn(80, 24, &view, &[], &UiState::default());
    assert!(lines[23].starts_with(" The load shape decides"), "{}", lines[23]);
}

#[test]
fn figures_are_those_of_the_statistics() {
    let start = Timestamp(1_000.0);
    let collector = Collector::new(katydid_stats::Limits::default(), start);
    collector.with(|stats| stats.keep_over_time(start));
    for second in 0..10 {
        let at = Timestamp(1_000.5 + f64::from(second));
        for number in 0..=second {
            collector.record(&Sample {
                method: "GET",
                name: "/",
                response_time: Some(Duration::from_millis(20)),
                phases: PhaseDurations::default(),
                response_length: 10,
                error: (number == 9).then_some("no\nluck"),
                at,
            });
        }
        collector.observe(at, 3, 4, None);
    }
    collector.record_exception(
        "local",
        "what a pity",
        "Traceback:\n  File \"shop.py\", line 7, in buy\n    fail()",
    );
    let context = ReportContext::default();
    let figures = collector.with(|stats| Figures::of(stats, &context, Timestamp(1_012.0)));
    assert_eq!((figures.total.requests, figures.total.failures), (55, 1));
    assert_eq!(figures.rows.len(), 1);
    // The seconds after the last request saw none.
    let per_second: Curve = (1..=10)
        .map(|count| Some(f64::from(count)))
        .chain([Some(0.0); 2])
        .collect();
    assert_eq!(figures.charts.requests, per_second);
    let last = figures.charts.p95.last().unwrap();
    assert!((19.5..20.5).contains(&last), "{last}");
    assert_eq!(figures.charts.p95.end(), Some(9.0));
    assert_eq!(
        (figures.charts.users.last(), figures.charts.target_users.last()),
        (Some(3.0), Some(4.0))
    );
    let errors: Vec<&str> = figures.failures.iter().map(|row| row.error.as_str()).collect();
    assert_eq!(
        errors,
        ["no luck", "what a pity: File \"shop.py\", line 7, in buy"]
    );
}
