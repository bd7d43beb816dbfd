use super::*;
use crate::block::Block;
use crate::groups::Groups;

fn summary() -> Summary {
    Summary {
        count: 1000,
        failures: 5,
        requests_per_second: 50.0,
        min: 1.0,
        max: 900.0,
        mean: 40.0,
        percentiles: vec![(0.5, 30.0), (0.95, 200.0), (0.99, 400.0)],
        peak_memory_bytes: Some(7_000_000),
        ..Summary::default()
    }
}

fn endpoint(endpoint: Endpoint, summary: Option<Summary>) -> BlockedEndpoint {
    BlockedEndpoint {
        endpoint,
        blocks: vec![],
        summary,
    }
}

fn line(text: &str, endpoints: Vec<BlockedEndpoint>) -> String {
    let run = BlockedRun {
        endpoints,
        ..BlockedRun::default()
    };
    let mut groups = Groups::default();
    groups.insert("all", vec![crate::budget::Name::Pattern("*".to_owned())]);
    let budgets = Budget::parse_list(text, &groups).unwrap();
    let findings = judge_summaries(&budgets, &run);
    let lines: Vec<String> = findings.iter().map(Finding::line).collect();
    lines.join("\n")
}

#[test]
fn a_summary_is_judged_by_what_it_tells() {
    for (text, expected) in [
        ("p95 < 300ms", "PASS   all requests: p95 200 ms, allowed < 300ms"),
        (
            "errors < 0.1%",
            "FAIL   all requests: errors 0.50 %, allowed < 0.1%",
        ),
        (
            "requests/s > 60",
            "FAIL   all requests: requests/s 50.0/s, allowed > 60",
        ),
        (
            "memory < 8MB",
            "PASS   all requests: memory 7.0 MB, allowed < 8MB",
        ),
        (
            "p90 < 300ms",
            "PASS   all requests: p90 at most 200 ms (p95), allowed < 300ms",
        ),
        (
            "p90 < 20ms",
            "FAIL   all requests: p90 at least 30.0 ms (p50), allowed < 20ms",
        ),
        (
            "p90 < 100ms",
            "UNSURE all requests: p90 not among its figures (there is p50, p95, p99)",
        ),
        (
            "p99.9 < 1s",
            "PASS   all requests: p99.9 at most 900 ms (max), allowed < 1s",
        ),
        (
            "p10 > 50ms",
            "FAIL   all requests: p10 at most 30.0 ms (p50), allowed > 50ms",
        ),
        ("iqr < 1s", "UNSURE all requests: iqr not among its figures"),
        (
            "p95 < 1s [min 2000 samples]",
            "UNSURE all requests: p95 only 1000 of 2000 samples",
        ),
        (
            "p95 < 1s [steady]",
            "UNSURE all requests: p95 windows and the steady phase need the run second by second",
        ),
        ("each: p95 < 100ms", "FAIL   GET /a: p95 200 ms, allowed < 100ms"),
        ("/b: p95 < 1s", "FAIL   /b: p95 never called; there is GET /a"),
    ] {
        let endpoints = vec![
            endpoint(Endpoint::total(), Some(summary())),
            endpoint(Endpoint::new("GET", "/a"), Some(summary())),
        ];
        assert_eq!(line(text, endpoints), expected);
    }
}

#[test]
fn distributions_are_put_together_and_summaries_are_not() {
    let two = |blocks: fn(f64) -> Vec<Block>, summary: Option<Summary>| {
        let endpoint = |name: &str, value| BlockedEndpoint {
            endpoint: Endpoint::new("GET", name),
            blocks: blocks(value),
            summary: summary.clone(),
        };
        vec![endpoint("/a", 10.0), endpoint("/b", 30.0)]
    };
    let block = |value| {
        vec![Block {
            seconds: 10.0,
            requests: 5,
            failures: 0,
            times: Distribution {
                counts: vec![(value, 5)],
            },
        }]
    };
    for scope in ["", "group all: "] {
        let subject = if scope.is_empty() {
            "all requests"
        } else {
            "group all"
        };
        let rate = line(&format!("{scope}requests/s >= 1"), two(block, None));
        assert_eq!(rate, format!("PASS   {subject}: requests/s 1.0/s, allowed >= 1"));
        let unsure = line(&format!("{scope}p95 < 1s"), two(|_| vec![], Some(summary())));
        assert!(
            unsure.starts_with(&format!("UNSURE {subject}: p95 the figures of 2")),
            "{unsure}"
        );
    }
    assert_eq!(
        line("p50 < 1s", vec![]),
        "FAIL   all requests: p50 no request was sent"
    );
}

#[test]
fn rounds_of_a_benchmark_are_judged_with_what_they_lack_from_its_summary() {
    let rounds = Block {
        requests: 1000,
        times: Distribution {
            counts: vec![(20.0, 1000)],
        },
        ..Block::default()
    };
    let benchmark = BlockedEndpoint {
        endpoint: Endpoint::new("BENCHMARK", "test_shop.py::test_list"),
        blocks: vec![rounds],
        summary: Some(summary()),
    };
    for (text, expected) in [
        ("p95 < 30ms", "PASS   all requests: p95 20.0 ms, allowed < 30ms"),
        ("rps > 60", "FAIL   all requests: requests/s 50.0/s, allowed > 60"),
        (
            "*test_list: memory < 5MB",
            "FAIL   BENCHMARK test_shop.py::test_list: memory 7.0 MB, allowed < 5MB",
        ),
    ] {
        assert_eq!(line(text, vec![benchmark.clone()]), expected);
    }
}
