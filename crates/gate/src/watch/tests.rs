use std::collections::HashMap;

use katydid_stats::SparseCounts;
use proptest::prelude::*;

use super::*;
use crate::block::{Block, Distribution};
use crate::budget::Name;
use crate::groups::Groups;
use crate::stretch::Stretch;
use crate::verdict::Outcome;

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600;

fn groups() -> Groups {
    let mut groups = Groups::default();
    let names = ["GET /a", "GET /b"];
    groups.insert(
        "both",
        names.iter().filter_map(|name| Name::parse(name)).collect(),
    );
    groups
}

fn budgets(text: &str) -> Vec<Budget> {
    Budget::parse_list(text, &groups()).unwrap()
}

/// A second of `GET name`, with whole milliseconds under 1000, of which the first `failures` failed.
fn piece(second: i64, name: &str, failures: u64, times: &[u64]) -> EntrySecond {
    EntrySecond {
        second: START + second,
        method: "GET".into(),
        name: name.into(),
        requests: times.len() as u64,
        failures,
        response_times: SparseCounts::from_milliseconds(times.iter().map(|&time| (time as f64, 1))),
    }
}

fn at(second: f64) -> Timestamp {
    Timestamp(START as f64 + second)
}

/// Lines of a run of ten seconds whose ramp took two.
fn lines(text: &str, pieces: &[EntrySecond]) -> Vec<String> {
    let mut watch = BudgetWatch::new(budgets(text));
    watch.begin(at(0.0));
    watch.ramp_done(at(1.5));
    watch.feed(pieces);
    watch.advance(at(8.0));
    watch.finish(at(10.0));
    let findings = watch.findings(at(0.0), at(10.0));
    findings.iter().map(Finding::line).collect()
}

fn run() -> Vec<EntrySecond> {
    let mut pieces = vec![piece(0, "/a", 1, &[500, 1, 1, 1])];
    for second in 2..10 {
        let slow = if second == 5 { 900 } else { 1 };
        pieces.push(piece(second, "/a", 0, &[1, 1, 1, slow]));
        pieces.push(piece(second, "/b", 0, &[2, 2]));
    }
    pieces
}

#[test]
fn a_run_is_told_in_lines() {
    for (text, expected) in [
        ("p95 < 500ms", "PASS   all requests: p95 2.00 ms, allowed < 500ms"),
        ("max < 500ms", "FAIL   all requests: max 900 ms, allowed < 500ms"),
        (
            "max < 500ms [advisory]",
            "WARN   all requests: max 900 ms, allowed < 500ms",
        ),
        (
            "errors < 1%",
            "FAIL   all requests: errors 1.92 % (1 of 52), allowed < 1%",
        ),
        (
            "errors < 1% [steady]",
            "PASS   all requests: errors 0.00 % (0 of 48) in the steady phase, allowed < 1%",
        ),
        (
            "requests/s > 5.5",
            "FAIL   all requests: requests/s 5.2/s, allowed > 5.5",
        ),
        (
            "requests/s > 5.5 [steady]",
            "PASS   all requests: requests/s 6.0/s in the steady phase, allowed > 5.5",
        ),
        (
            "requests/s > 5.5 [window 3s]",
            "FAIL   all requests: requests/s 3.3/s in the 3 s from 00:00:00 UTC, allowed > 5.5; 2 of 8 windows broke it",
        ),
        (
            "requests/s > 5.5 [window 3s, steady]",
            "PASS   all requests: requests/s 6.0/s in the 3 s from 00:00:02 UTC, allowed > 5.5; the worst of 6 windows",
        ),
        (
            "GET /a: max < 600ms [window 2s]",
            "FAIL   GET /a: max 900 ms in the 2 s from 00:00:04 UTC, allowed < 600ms; 2 of 9 windows broke it",
        ),
        (
            "/b: p95 < 1s [window 2s, min 4 samples]",
            "PASS   GET /b: p95 2.00 ms in the 2 s from 00:00:02 UTC, allowed < 1s; the worst of 7 windows, 2 had fewer than 4 samples",
        ),
        (
            "/b: p95 < 1s [min 100 samples]",
            "UNSURE GET /b: p95 only 16 of 100 samples",
        ),
        (
            "p95 < 1s [window 5s, min 100 samples]",
            "UNSURE all requests: p95 none of 6 windows had 100 samples",
        ),
        (
            "p95 < 1s [window 30s]",
            "UNSURE all requests: p95 too short for a window of 30 s",
        ),
        (
            "group both: requests == 52",
            "PASS   group both: requests 52, allowed == 52",
        ),
        (
            "/cart: p95 < 1s",
            "FAIL   /cart: p95 never called; there is GET /a, GET /b",
        ),
        ("/admin: requests == 0", "PASS   /admin: requests never called"),
        (
            "memory < 1MB",
            "UNSURE all requests: memory the memory of the service was not watched (--service-pid does)",
        ),
    ] {
        assert_eq!(lines(text, &run()).join("\n"), expected, "{text}");
    }
}

#[test]
fn a_pattern_judges_each_and_a_group_all_together() {
    let each = lines("each: max < 500ms", &run());
    assert_eq!(each.len(), 2);
    assert!(
        each[0].starts_with("FAIL   GET /a: ") && each[1].starts_with("PASS   GET /b: "),
        "{each:?}"
    );
    assert_eq!(lines("/?: max < 500ms", &run()), each);
    let together = lines("group both: max < 500ms", &run());
    assert!(together[0].starts_with("FAIL   group both: "), "{together:?}");
    let half = lines("group both: p50 < 1s", &run()[..1]);
    assert_eq!(
        half,
        ["PASS   group both: p50 1.00 ms, allowed < 1s; never called: GET /b"]
    );
}

#[test]
fn without_a_request_or_a_ramp_it_is_said() {
    for (text, expected) in [
        ("p95 < 1s", "FAIL   all requests: p95 no request was sent"),
        ("each: p95 < 1s", "FAIL   each: p95 no request was sent"),
        ("/a: p95 < 1s", "FAIL   /a: p95 no request was sent"),
        (
            "failures == 0",
            "FAIL   all requests: failures no request was sent",
        ),
        (
            "requests/s > 5",
            "FAIL   all requests: requests/s 0.0/s, allowed > 5",
        ),
        (
            "requests/s > 5 [window 2s]",
            "FAIL   all requests: requests/s 0.0/s in the 2 s from 00:00:00 UTC, allowed > 5; 9 of 9 windows broke it",
        ),
    ] {
        assert_eq!(lines(text, &[]).join("\n"), expected);
    }
    let mut watch = BudgetWatch::new(budgets("p95 < 1s [steady]"));
    watch.feed(&run());
    watch.finish(at(10.0));
    let line = watch.findings(at(0.0), at(10.0))[0].line();
    assert_eq!(
        line,
        "UNSURE all requests: p95 the ramp did not end, so nothing was steady"
    );
    let ramp_only = lines("p95 < 1s [steady]", &run()[..1]);
    assert_eq!(
        ramp_only,
        ["UNSURE all requests: p95 no request in the steady phase"]
    );
}

#[test]
fn memory_belongs_to_the_seconds_of_the_requests() {
    let mut watch = BudgetWatch::new(
        budgets("each: memory < 50B")
            .into_iter()
            .chain(budgets("memory < 50B"))
            .collect(),
    );
    for (second, bytes) in [(0, 10), (1, 99), (2, 20)] {
        watch.memory(START + second, bytes);
    }
    watch.feed(&[
        piece(0, "/a", 0, &[1]),
        piece(1, "/b", 0, &[1]),
        piece(4, "/a", 0, &[1]),
    ]);
    watch.finish(at(5.0));
    let measured: Vec<Option<f64>> = watch
        .findings(at(0.0), at(5.0))
        .iter()
        .map(|finding| finding.measured)
        .collect();
    // The sample of second 2 holds in second 4, too.
    assert_eq!(measured, [Some(20.0), Some(99.0), Some(99.0)]);
}

/// The second in which a run of a minute would be ended: a second has `requests`, of which every `slow_every`th takes
/// 900 ms and fails, from second `from` on.
fn aborted_at(text: &str, slow_every: usize, from: i64) -> Option<i64> {
    let mut watch = BudgetWatch::new(budgets(text)).with_lateness(0);
    watch.begin(at(0.0));
    watch.ramp_done(at(5.0));
    (0..60).find(|&second| {
        let is_slow = |number: &usize| second >= from && number.is_multiple_of(slow_every);
        let times: Vec<u64> = (0..20)
            .map(|number| if is_slow(&number) { 900 } else { 1 })
            .collect();
        let failures = times.iter().filter(|&&time| time == 900).count() as u64;
        watch.feed(&[piece(second, "/a", failures, &times)]);
        watch.memory(START + second, if second >= from { 100 } else { 1 });
        watch.advance(at((second + 1) as f64));
        watch.abort().is_some()
    })
}

#[test]
fn a_run_is_ended_when_a_budget_is_broken_beyond_doubt() {
    for (text, slow_every, from, second) in [
        // What cannot be mended, at once or when it has been asked to.
        ("max < 500ms [abort]", 20, 7, Some(7)),
        ("max < 500ms [abort after 3s]", 20, 7, Some(10)),
        ("failures == 0 [abort]", 20, 7, Some(7)),
        ("requests < 101 [abort]", 20, 7, Some(5)),
        ("memory < 50B [abort]", 20, 7, Some(7)),
        ("errors < 3% [window 5s, abort]", 20, 7, Some(9)),
        // More than allowed, but it may be chance: 5 % of requests for p95.
        ("p95 < 500ms [abort]", 20, 0, None),
        // All of them: 10 seconds after the bound is passed.
        ("p95 < 500ms [abort]", 1, 0, Some(11)),
        ("p95 < 500ms [abort after 1s]", 1, 0, Some(2)),
        ("p95 < 500ms [abort, min 500 samples]", 1, 0, Some(34)),
        ("errors < 1% [abort]", 2, 20, Some(31)),
        ("average < 500ms [abort]", 1, 0, Some(10)),
        // Not before the ramp is over, and not for what may still come.
        ("requests/s > 30 [abort]", 20, 0, Some(15)),
        ("requests/s > 30 [window 2s, abort]", 20, 0, Some(6)),
        ("requests > 5000 [abort]", 20, 0, None),
        ("max > 5s [abort]", 20, 0, None),
        ("max < 500ms", 1, 0, None),
        ("max < 5s [abort]", 1, 0, None),
    ] {
        assert_eq!(aborted_at(text, slow_every, from), second, "{text}");
    }
}

#[test]
fn windows_that_missed_requests_are_not_trusted() {
    for (late, outcome) in [
        (0, None),
        (1, Some(Outcome::NotJudged)),
        (50, Some(Outcome::Fail)),
    ] {
        let mut watch = BudgetWatch::new(budgets("max < 9s [window 1s]"));
        watch.begin(at(0.0));
        watch.feed(&[piece(5, "/a", 0, &[1; 200])]);
        watch.advance(at(9.0));
        watch.feed(&[piece(3, "/a", 0, &vec![1; late])]);
        watch.finish(at(10.0));
        let findings = watch.findings(at(0.0), at(10.0));
        let told = findings.iter().find(|finding| finding.rule == "reports in time");
        assert_eq!(told.map(|finding| finding.outcome), outcome, "{late}");
    }
}

#[test]
fn what_comes_late_still_counts() {
    let mut watch = BudgetWatch::new(budgets("requests == 3"));
    watch.begin(at(0.0));
    watch.feed(&[piece(5, "/a", 0, &[1])]);
    watch.advance(at(9.0));
    assert_eq!(watch.late_requests(), 0);
    watch.feed(&[piece(3, "/a", 0, &[1]), piece(3, "/b", 0, &[1])]);
    assert_eq!(watch.late_requests(), 2);
    watch.finish(at(10.0));
    assert_eq!(watch.findings(at(0.0), at(10.0))[0].outcome, Outcome::Pass);
}

#[test]
fn clocks_that_are_wrong_neither_stop_nor_break_it() {
    let text = "each: requests/s > 1 [window 5s]";
    let mut watch = BudgetWatch::new([budgets(text), budgets("p95 < 1s [steady, abort]")].concat());
    for second in [i64::MIN, i64::MAX, 0, -START] {
        let mut piece = piece(0, "/a", 0, &[1]);
        piece.second = second;
        watch.feed(&[piece]);
        watch.memory(second, 1);
    }
    watch.ramp_done(Timestamp(f64::NAN));
    watch.advance(Timestamp(f64::NEG_INFINITY));
    watch.advance(at(0.0));
    watch.finish(Timestamp(f64::INFINITY));
    let findings = watch.findings(at(0.0), Timestamp(f64::NAN));
    assert_eq!(
        findings.len(),
        3,
        "one for each budget, and that reports did not come in time"
    );
}

#[test]
fn beginning_anew_forgets_the_requests() {
    let mut watch = BudgetWatch::new(budgets("GET /a: requests == 2 [steady]"));
    watch.feed(&run());
    watch.advance(at(20.0));
    watch.ramp_done(at(19.5));
    watch.begin(at(20.0));
    watch.feed(&[piece(20, "/a", 0, &[1, 1])]);
    watch.finish(at(30.0));
    assert_eq!(watch.findings(at(20.0), at(30.0))[0].outcome, Outcome::Pass);
}

/// What a budget comes to, reckoned from all pieces at once: (outcome, measured, windows that broke it).
fn brute_force(budget: &Budget, pieces: &[EntrySecond], steady_from: i64, ended: i64) -> Expected {
    let start = match budget.period.during {
        During::Run => 0,
        During::Steady => steady_from,
    };
    let windows: Vec<(i64, i64)> = match budget.period.window_seconds.map(i64::from) {
        None => vec![(start, ended + 100)],
        Some(length) => (start..=ended - length)
            .map(|first| (first, first + length))
            .collect(),
    };
    let length = budget
        .period
        .window_seconds
        .map_or((ended - start) as f64, f64::from);
    let mut found = Expected::default();
    for (first, end) in windows {
        let stretch = stretch_of(
            pieces
                .iter()
                .filter(|piece| (START + first..START + end).contains(&piece.second)),
            length,
        );
        let Some(value) = stretch
            .figure(budget.metric)
            .filter(|_| stretch.samples(budget.metric) >= budget.min_samples)
        else {
            continue;
        };
        found.judged += 1;
        found.broken += u64::from(!budget.allows(value));
        let worst = found.worst.unwrap_or(value);
        found.worst = Some(if budget.comparison.is_upper() {
            value.max(worst)
        } else {
            value.min(worst)
        });
    }
    found
}

#[derive(Debug, Default, PartialEq)]
struct Expected {
    judged: u64,
    broken: u64,
    worst: Option<f64>,
}

fn stretch_of<'a>(pieces: impl Iterator<Item = &'a EntrySecond>, seconds: f64) -> Stretch {
    let mut block = Block {
        seconds,
        ..Block::default()
    };
    let mut counts: HashMap<u16, u64> = HashMap::new();
    for piece in pieces {
        block.requests += piece.requests;
        block.failures += piece.failures;
        for (bucket, count) in piece.response_times.iter() {
            *counts.entry(bucket).or_default() += u64::from(count);
        }
    }
    let mut sorted: Vec<(f64, u64)> = counts
        .into_iter()
        .map(|(bucket, count)| (katydid_stats::bucket_middle_ms(bucket), count))
        .collect();
    sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
    block.times = Distribution { counts: sorted };
    Stretch {
        block,
        peak_memory_bytes: None,
    }
}

fn pieces() -> impl Strategy<Value = Vec<EntrySecond>> {
    let times = prop::collection::vec(prop_oneof![1_u64..50, 1_u64..5_000], 0..6);
    let one = (0_i64..40, prop_oneof!["/a", "/b", "/c"], 0_u64..3, times).prop_map(
        |(second, name, failures, times)| piece(second, &name, failures.min(times.len() as u64), &times),
    );
    prop::collection::vec(one, 0..120)
}

const RULES: [&str; 10] = [
    "p95 < 100ms",
    "p50 > 20ms",
    "average <= 500ms",
    "max < 4s",
    "errors < 20%",
    "failures <= 3",
    "requests/s > 2",
    "requests >= 3",
    "stddev < 1s",
    "iqr < 1s",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_watch_finds_what_brute_force_finds(
        pieces in pieces(),
        steady_from in 0_i64..20,
        ended in 20_i64..41,
        period in prop_oneof![
            Just(""), Just(" [steady]"), Just(" [window 1s]"), Just(" [window 7s]"),
            Just(" [steady, window 5s]"), Just(" [window 4s, min 6 samples]"), Just(" [min 9 samples]"),
        ],
        step in 1_i64..12,
    ) {
        let rules = RULES.map(|rule| format!("{rule}{period}"));
        let scopes = ["", "each: ", "group both: "];
        let texts = scopes.iter().flat_map(|scope| rules.iter().map(move |rule| format!("{scope}{rule}")));
        let all: Vec<Budget> = texts.flat_map(|text| budgets(&text)).collect();
        let mut watch = BudgetWatch::new(all.clone());
        watch.begin(at(0.0));
        watch.ramp_done(at(steady_from as f64 - 0.5));
        // As they would come: pieces of a second before it is closed, those of one step in no order.
        for now in (0..=ended).step_by(step as usize) {
            let come = |piece: &&EntrySecond| (START + now - step..START + now).contains(&piece.second);
            let mut come: Vec<EntrySecond> = pieces.iter().filter(come).cloned().collect();
            come.reverse();
            watch.feed(&come);
            watch.advance(at(now as f64));
            if now + step > ended {
                let rest: Vec<EntrySecond> =
                    pieces.iter().filter(|piece| piece.second >= START + now).cloned().collect();
                watch.feed(&rest);
            }
        }
        watch.finish(at(ended as f64));
        prop_assert_eq!(watch.late_requests(), 0);
        let findings = watch.findings(at(0.0), at(ended as f64));
        for budget in &all {
            for finding in findings.iter().filter(|finding| finding.rule == budget.rule()) {
                let chosen: Vec<EntrySecond> = pieces
                    .iter()
                    .filter(|piece| is_of(piece, finding))
                    .cloned()
                    .collect();
                let expected = brute_force(budget, &chosen, steady_from, ended);
                if finding.reason == "no request was sent" || finding.reason.starts_with("never called") {
                    prop_assert!(chosen.iter().all(|piece| piece.requests == 0) || chosen.is_empty());
                    continue;
                }
                let outcome = match (expected.worst, expected.broken) {
                    (None, _) => Outcome::Inconclusive,
                    (_, 0) => Outcome::Pass,
                    _ => Outcome::Fail,
                };
                prop_assert_eq!(finding.outcome, outcome, "{} {:?}", finding.line(), expected);
                let (found, wanted) = (finding.measured.unwrap_or(-1.0), expected.worst.unwrap_or(-1.0));
                prop_assert!((found - wanted).abs() < 1e-9, "{} {:?}", finding.line(), expected);
                if outcome == Outcome::Fail && budget.period.window_seconds.is_some() {
                    let count = format!("; {} of {} windows broke it", expected.broken, expected.judged);
                    prop_assert!(finding.reason.contains(&count), "{} {:?}", finding.line(), expected);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn whole_periods_are_the_same_in_any_order(pieces in pieces(), step in 1_usize..30) {
        let texts = RULES.map(|rule| budgets(&format!("each: {rule} [steady]")));
        let judge = |fed: &[EntrySecond], step: usize| {
            let mut watch = BudgetWatch::new(texts.concat());
            watch.begin(at(0.0));
            watch.ramp_done(at(5.0));
            for (number, some) in fed.chunks(step).enumerate() {
                watch.feed(some);
                watch.advance(at(number as f64 * 3.0));
            }
            watch.finish(at(40.0));
            watch.findings(at(0.0), at(40.0))
        };
        let reversed: Vec<EntrySecond> = pieces.iter().rev().cloned().collect();
        prop_assert_eq!(judge(&pieces, pieces.len() + 1), judge(&reversed, step));
    }
}

fn is_of(piece: &EntrySecond, finding: &Finding) -> bool {
    match finding.subject.as_str() {
        "all requests" => true,
        "group both" => matches!(&*piece.name, "/a" | "/b"),
        subject => subject == format!("GET {}", piece.name),
    }
}
