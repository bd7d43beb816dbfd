//! Writes the page of a made-up run of three minutes, to look at:
//! `cargo test -p katydid-report --test sample_page -- --ignored`, then open `target/sample-report.html`.

use std::time::Duration;

use katydid_report::{ReportContext, html_page, write_file};
use katydid_stats::{Collector, Limits, Sample, Timestamp};
use serde_json::json;

#[test]
#[ignore = "writes a page for people"]
fn sample_page() {
    let start = 1_772_366_400.0;
    let collector = Collector::new(Limits::default(), Timestamp(start));
    let names = [
        ("GET", "/"),
        ("GET", "/products"),
        ("GET", "/products/[id]"),
        ("POST", "/cart"),
        ("POST", "/checkout"),
    ];
    for tick in 0..18_000_u64 {
        let at = Timestamp(start + tick as f64 / 100.0);
        let users = (tick / 100).min(50);
        let noise = tick.wrapping_mul(2_654_435_761) % 1000;
        for (number, (method, name)) in names.iter().enumerate() {
            if noise % 50 > users || !(tick + number as u64).is_multiple_of(3) {
                continue;
            }
            let slow = if (9_000..10_500).contains(&tick) { 4 } else { 1 };
            let time = (2_000 + noise * noise / 40 * (number as u64 + 1) + users * 120) * slow;
            let error = match (number, noise) {
                (4, 0..40) => Some("HTTPError('503 Server Error: Service Unavailable for url: /checkout')"),
                (3, 0..8) => Some("CatchResponseError('the cart is <empty>')"),
                _ => None,
            };
            let response_time = Some(Duration::from_micros(time));
            collector.record(&Sample {
                method,
                name,
                response_time,
                phases: katydid_stats::PhaseDurations::default(),
                response_length: 2_000 + noise,
                error,
                at,
            });
        }
        collector.health().record_resume_lag(Duration::from_micros(noise));
        if tick.is_multiple_of(500) {
            collector.health().set_cpu(40.0 + noise as f64 / 100.0);
            collector.with(|stats| stats.push_history(at, users));
        }
    }
    let trace = "Traceback (most recent call last):\n  File \"locustfile.py\", line 12, in buy\n    cart[0]\nIndexError: list index out of range\n";
    collector.record_exception("local", "list index out of range", trace);
    let tasks = json!({"Shopper": {"ratio": 0.8, "tasks": {"browse": {"ratio": 0.75, "tasks": {"list": {"ratio": 0.5}, "detail": {"ratio": 0.5}}}, "buy": {"ratio": 0.25}}}, "Admin": {"ratio": 0.2, "tasks": {"report": {"ratio": 1.0}}}});
    let context = ReportContext {
        host: Some("https://shop.example".into()),
        locustfile: "locustfile.py".into(),
        profile: Some("nightly".into()),
        state: "stopped".into(),
        user_count: 50,
        start_time: Timestamp(start),
        end_time: Some(Timestamp(start + 180.0)),
        settings: [
            ("Users", "50"),
            ("Spawn rate", "1 per second"),
            ("Run time", "3 minutes"),
        ]
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .to_vec(),
        task_ratio: json!({"per_class": tasks, "total": tasks}),
        version: env!("CARGO_PKG_VERSION").into(),
        ..ReportContext::default()
    };
    let page = html_page(
        &collector.snapshot(Timestamp(start + 180.0)),
        &collector.history(),
        &context,
    );
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../target").into());
    write_file(
        &std::path::Path::new(&target).join("sample-report.html"),
        page.as_bytes(),
    )
    .expect("written");
}
