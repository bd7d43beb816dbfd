//! The page: complete, escaped, bounded.

mod fixture;

use std::time::Duration;

use katydid_report::{ReportContext, html_page};
use katydid_stats::{Collector, Limits, Sample, Timestamp};
use serde_json::json;

fn context() -> ReportContext {
    ReportContext {
        host: Some("https://shop.example".into()),
        locustfile: "locustfile.py".into(),
        profile: Some("nightly".into()),
        state: "stopped".into(),
        user_count: 7,
        start_time: Timestamp(1000.0),
        end_time: Some(Timestamp(1063.0)),
        settings: vec![("Users".into(), "50".into()), ("Spawn rate".into(), "10".into())],
        task_ratio: json!({
            "per_class": {"Shopper": {"ratio": 1.0, "tasks": {"browse": {"ratio": 0.75}, "buy": {"ratio": 0.25}}}},
            "total": {"Shopper": {"ratio": 1.0, "tasks": {"browse": {"ratio": 0.75}, "buy": {"ratio": 0.25}}}},
        }),
        version: "0.1.0".into(),
        ..ReportContext::default()
    }
}

fn page(collector: &Collector) -> String {
    let snapshot = collector.snapshot(Timestamp(1021.0));
    html_page(&snapshot, &collector.history(), &context())
}

#[test]
fn says_everything_once() {
    let collector = fixture::twenty_seconds();
    collector.record_exception(
        "local",
        "boom",
        "Traceback (most recent call last):\n  File \"x\"\nValueError: boom\n",
    );
    for second in [1005.0, 1010.0, 1015.0, 1020.0] {
        collector.with(|stats| stats.push_history(Timestamp(second), 7));
    }
    let page = page(&collector);
    let expected = [
        "<title>nightly – load test report</title>",
        "<dd>https://shop.example</dd>",
        "1970-01-01T00:16:40Z – 1970-01-01T00:17:43Z (1 minute and 3 seconds)",
        "<td>/b, &quot;quoted&quot;</td><td>10</td><td class=\"failed\">10</td><td>12.7</td>",
        "<td>got &lt;it&gt; wrong</td>",
        "<summary>ValueError: boom</summary>",
        "aria-label=\"Requests per second over time\"",
        "aria-label=\"Response times (ms) over time\"",
        "aria-label=\"Users over time\"",
        "<b>75.0 %</b> browse",
        "<p>The load generator kept up.</p>",
        "<dt>Spawn rate</dt><dd>10</dd>",
        "Made by Katydid 0.1.0",
    ];
    for text in expected {
        assert!(page.contains(text), "{text} is not in the page");
    }
    for text in ["<script", "http://", "src=", "NaN", "inf"] {
        assert!(!page.contains(text), "{text} is in the page");
    }
}

#[test]
fn nothing_hostile_is_markup() {
    let collector = fixture::hostile();
    let snapshot = collector.snapshot(Timestamp(1021.0));
    let evil = fixture::HOSTILE[4].to_owned();
    let context = ReportContext {
        host: Some(evil.clone()),
        locustfile: evil.clone(),
        profile: Some(evil.clone()),
        settings: vec![(evil.clone(), evil.clone())],
        task_ratio: json!({"per_class": {evil.clone(): {"ratio": "x", "tasks": {evil.clone(): 3}}}, "total": [1]}),
        version: evil,
        ..context()
    };
    let page = html_page(&snapshot, &collector.history(), &context);
    assert!(!page.contains("<script") && !page.contains("<img"));
    assert_eq!(page.matches("</table>").count(), 4);
    assert!(!page.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t')));
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn an_empty_run_has_a_page() {
    let collector = Collector::new(Limits::default(), Timestamp(1000.0));
    collector.with(|stats| stats.push_history(Timestamp(1000.0), 0));
    let snapshot = collector.snapshot(Timestamp(1001.0));
    let page = html_page(&snapshot, &collector.history(), &ReportContext::default());
    assert!(page.contains("<td>Aggregated</td><td>0</td>"));
    assert!(!page.contains("NaN") && !page.contains("inf"));
}

#[test]
fn a_huge_run_has_a_bounded_page_that_adds_up() {
    let collector = Collector::new(Limits::default(), Timestamp(1000.0));
    for number in 0..5_000 {
        let name = format!("/{number}/{}", "<&>".repeat(600));
        let error = format!("error {number} {}", "\"".repeat(3_000));
        let response_time = Some(Duration::from_millis(number % 100));
        let at = Timestamp(1001.0 + number as f64 / 10.0);
        collector.record(&Sample {
            method: "GET",
            name: &name,
            response_time,
            phases: katydid_stats::PhaseDurations::default(),
            response_length: 1,
            error: Some(&error),
            at,
        });
        collector.record_exception("local", &error, &format!("{number}{}", "<".repeat(9_000)));
        if number % 2 == 0 {
            collector.with(|stats| stats.push_history(at, number));
        }
    }
    let page = page(&collector);
    assert!(page.len() < 12_000_000, "{} bytes", page.len());
    assert!(page.contains("(4000 more names)</td><td>4000</td><td>4000</td>"));
    assert!(page.contains("more errors)") && page.contains("more tracebacks)"));
}
