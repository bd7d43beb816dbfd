//! The numbers of one made-up run beside those that Locust 2.47 gives for the same samples.

use std::time::Duration;

use katydid_stats::{Entry, Limits, Recorder, RunStats, Sample, Timestamp};

const FRACTIONS: [f64; 12] = [
    0.0, 0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0,
];

struct Run {
    recorder: Recorder,
    stats: RunStats,
}

impl Run {
    fn starting_at(second: f64) -> Self {
        Self {
            recorder: Recorder::default(),
            stats: RunStats::new(Limits::default(), Timestamp(second)),
        }
    }

    fn request(&mut self, at: f64, (method, name): (&str, &str), milliseconds: Option<f64>, length: u64) {
        self.sample(at, (method, name), milliseconds, length, None);
    }

    fn sample(
        &mut self,
        at: f64,
        (method, name): (&str, &str),
        milliseconds: Option<f64>,
        response_length: u64,
        error: Option<&str>,
    ) {
        let response_time = milliseconds.map(|value| Duration::from_secs_f64(value / 1e3));
        self.recorder.record(&Sample {
            method,
            name,
            response_time,
            phases: katydid_stats::PhaseDurations::default(),
            response_length,
            error,
            at: Timestamp(at),
        });
    }

    fn error(&mut self, at: f64, (method, name): (&str, &str), error: &str) {
        self.recorder.record_error(method, name, error, Timestamp(at));
    }

    fn merge(&mut self) -> &RunStats {
        self.stats.merge(self.recorder.take());
        &self.stats
    }
}

/// What Locust says of an entry.
struct Expected {
    requests: (u64, u64, u64),
    fail_ratio: f64,
    average: f64,
    median: f64,
    extremes: (Option<f64>, Option<f64>),
    current: (f64, f64),
    total: (f64, f64),
    content_length: f64,
    percentiles: [f64; 12],
}

#[track_caller]
fn assert_entry(stats: &RunStats, entry: &Entry, expected: Expected) {
    let clock = stats.clock();
    let near = |left: f64, right: f64, what: &str| {
        assert!((left - right).abs() < 1e-9, "{what}: {left} should be {right}");
    };
    let requests = (
        entry.num_requests(),
        entry.num_none_requests(),
        entry.num_failures(),
    );
    assert_eq!(requests, expected.requests, "requests, without time, failures");
    near(entry.fail_ratio(), expected.fail_ratio, "fail ratio");
    near(entry.avg_response_time(), expected.average, "average");
    assert_eq!(entry.median_response_time().round(), expected.median, "median");
    assert_eq!(
        (entry.min_response_time(), entry.max_response_time()),
        expected.extremes,
        "extremes"
    );
    near(entry.current_rps(clock), expected.current.0, "current requests/s");
    near(
        entry.current_fail_per_sec(clock),
        expected.current.1,
        "current failures/s",
    );
    near(entry.total_rps(clock), expected.total.0, "total requests/s");
    near(
        entry.total_fail_per_sec(clock),
        expected.total.1,
        "total failures/s",
    );
    near(
        entry.avg_content_length(),
        expected.content_length,
        "content length",
    );
    let percentiles = FRACTIONS.map(|fraction| entry.percentile(fraction).unwrap_or(0.0).round());
    assert_eq!(percentiles, expected.percentiles, "percentiles");
}

#[track_caller]
fn assert_current(stats: &RunStats, now: f64, median: Option<f64>, p95: Option<f64>) {
    let times = stats.total().current_percentiles(Timestamp(now), &[0.5, 0.95]);
    assert_eq!(
        times.iter().map(|time| time.map(f64::round)).collect::<Vec<_>>(),
        [median, p95]
    );
}

const A: (&str, &str) = ("GET", "/a");
const B: (&str, &str) = ("POST", "/b");
const C: (&str, &str) = ("GET", "/c");
const D: (&str, &str) = ("GET", "/d");

/// Forty seconds of three kinds of requests; the run started 1.75 s before the first.
fn forty_seconds(merge_every: usize) -> Run {
    let mut run = Run::starting_at(1000.25);
    for number in 0..160_u64 {
        let at = 1002.0 + number as f64 * 0.25;
        run.request(at, A, Some((1 + number * 7 % 90) as f64), 100 + number);
        if number.is_multiple_of(5) {
            run.request(at, B, None, 0);
        }
        if number.is_multiple_of(10) {
            run.error(at, B, "oops");
        }
        if number.is_multiple_of(4) {
            run.sample(at, C, Some((2 * (number % 8)) as f64), 10, Some("bad"));
        }
        if (number as usize).is_multiple_of(merge_every) {
            run.merge();
        }
    }
    run.merge();
    run
}

#[test]
fn a_run_of_forty_seconds() {
    for merge_every in [1, 3, 4, 50, 1000] {
        let run = forty_seconds(merge_every);
        let stats = &run.stats;
        assert_entry(
            stats,
            stats.total(),
            Expected {
                requests: (232, 32, 56),
                fail_ratio: 0.2413793103448276,
                average: 36.4,
                median: 33.0,
                extremes: (Some(0.0), Some(90.0)),
                current: (5.8, 1.4),
                total: (5.590361445783133, 1.3493975903614457),
                content_length: 125.51724137931035,
                percentiles: [
                    0.0, 33.0, 51.0, 61.0, 67.0, 79.0, 85.0, 88.0, 89.0, 90.0, 90.0, 90.0,
                ],
            },
        );
        assert_entry(
            stats,
            stats.entry(A.0, A.1).expect("requested"),
            Expected {
                requests: (160, 0, 0),
                fail_ratio: 0.0,
                average: 44.5,
                median: 44.0,
                extremes: (Some(1.0), Some(90.0)),
                current: (4.0, 0.0),
                total: (3.855421686746988, 0.0),
                content_length: 179.5,
                percentiles: [
                    1.0, 44.0, 59.0, 67.0, 72.0, 81.0, 86.0, 88.0, 89.0, 90.0, 90.0, 90.0,
                ],
            },
        );
        assert_entry(
            stats,
            stats.entry(B.0, B.1).expect("requested"),
            Expected {
                requests: (32, 32, 16),
                fail_ratio: 0.5,
                average: 0.0,
                median: 0.0,
                extremes: (None, None),
                current: (0.8, 0.4),
                total: (0.7710843373493976, 0.3855421686746988),
                content_length: 0.0,
                percentiles: [0.0; 12],
            },
        );
        assert_entry(
            stats,
            stats.entry(C.0, C.1).expect("requested"),
            Expected {
                requests: (40, 0, 40),
                fail_ratio: 1.0,
                average: 4.0,
                median: 8.0,
                extremes: (Some(0.0), Some(8.0)),
                current: (1.0, 1.0),
                total: (0.963855421686747, 0.963855421686747),
                content_length: 10.0,
                percentiles: [0.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0],
            },
        );
    }
}

#[test]
fn current_rates_freeze_and_current_percentiles_slide() {
    let mut run = forty_seconds(4);
    assert_current(&run.stats, 1041.75, Some(34.0), Some(87.0));
    assert_current(&run.stats, 1046.5, Some(27.0), Some(88.0));
    assert_current(&run.stats, 1047.0, Some(33.0), Some(89.0));
    // Locust would go on showing the last second until 1061; a window without responses has no percentile.
    assert_current(&run.stats, 1052.0, None, None);

    run.error(1047.0, D, "only error");
    let stats = run.merge();
    let clock = stats.clock();
    assert_eq!(stats.total().current_rps(clock), 5.8);
    assert_eq!(stats.total().last_request_timestamp(), Some(Timestamp(1041.75)));
    let only_error = stats.entry(D.0, D.1).expect("failed");
    assert_eq!((only_error.num_requests(), only_error.num_failures()), (0, 1));
    assert_eq!(only_error.fail_ratio(), 1.0);
    assert_eq!(only_error.total_fail_per_sec(clock), 0.024096385542168676);
    assert_eq!(only_error.last_request_timestamp(), None);
    assert_eq!(only_error.start_time(), Timestamp(1047.0));
}

#[test]
fn an_empty_run_is_all_zero() {
    let run = Run::starting_at(1000.25);
    let expected = Expected {
        requests: (0, 0, 0),
        fail_ratio: 0.0,
        average: 0.0,
        median: 0.0,
        extremes: (None, None),
        current: (0.0, 0.0),
        total: (0.0, 0.0),
        content_length: 0.0,
        percentiles: [0.0; 12],
    };
    assert_entry(&run.stats, run.stats.total(), expected);
    assert_current(&run.stats, 1001.0, None, None);
}

#[test]
fn a_young_run_counts_its_rate_from_the_start() {
    let mut run = Run::starting_at(2000.9);
    (0..14).for_each(|number| run.request(2001.0 + f64::from(number) * 0.5, A, Some(10.0), 1));
    let stats = run.merge();
    assert_eq!(stats.total().current_rps(stats.clock()), 1.6);
    assert!((stats.total().total_rps(stats.clock()) - 2.1212121212121504).abs() < 1e-9);
}

#[test]
fn percentiles_of_few_samples() {
    let hundred: Vec<f64> = (1..100).map(f64::from).collect();
    let nine_hundred: Vec<f64> = (0..900).map(|number| f64::from(number % 90 + 1)).collect();
    // The first row differs from Locust on purpose: a percentile is never above the greatest value, 12.7.
    let table: [(&[f64], [f64; 12]); 5] = [
        (&[12.7], [12.7; 12]),
        (
            &[10.0, 20.0],
            [
                10.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0,
            ],
        ),
        (
            &[10.0, 20.0, 30.0, 40.0],
            [
                10.0, 30.0, 30.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0,
            ],
        ),
        (
            &hundred,
            [
                1.0, 50.0, 66.0, 75.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.0, 99.0, 99.0,
            ],
        ),
        (
            &nine_hundred,
            [
                1.0, 46.0, 60.0, 68.0, 73.0, 82.0, 86.0, 89.0, 90.0, 90.0, 90.0, 90.0,
            ],
        ),
    ];
    for (values, expected) in table {
        let mut run = Run::starting_at(0.0);
        values
            .iter()
            .for_each(|&value| run.request(5.0, A, Some(value), 0));
        let entry = run.merge().entry(A.0, A.1).expect("requested");
        for (fraction, expected) in FRACTIONS.into_iter().zip(expected) {
            let value = entry.percentile(fraction).expect("has samples");
            assert!(
                (value - expected).abs() <= expected / 1000.0,
                "{} values, {fraction}: {value}",
                values.len()
            );
        }
    }
}

#[test]
fn reset_keeps_names_and_exceptions_and_clear_does_not() {
    let mut run = forty_seconds(10);
    run.recorder.record_exception("local", "boom", "traceback");
    run.merge();
    run.stats.push_history(Timestamp(1042.0), 5);

    run.stats.reset(Timestamp(1050.0));
    let names: Vec<_> = run
        .stats
        .entries()
        .map(|entry| (entry.name().to_string(), entry.num_requests()))
        .collect();
    assert_eq!(names, [("/a".into(), 0), ("/b".into(), 0), ("/c".into(), 0)]);
    assert_eq!(run.stats.total().num_requests(), 0);
    assert_eq!(run.stats.total().start_time(), Timestamp(1050.0));
    assert!(run.stats.errors().is_empty() && run.stats.history().is_empty());
    assert_eq!(run.stats.exceptions().len(), 1);
    assert_current(&run.stats, 1050.0, None, None);

    run.request(1052.0, A, Some(5.0), 1);
    let stats = run.merge();
    assert_eq!(stats.total().total_rps(stats.clock()), 0.5);
    assert_eq!(stats.total().requests_per_second().len(), 1);

    run.stats.clear(Timestamp(1060.0));
    assert_eq!(run.stats.entries().len(), 0);
    assert!(run.stats.exceptions().is_empty());
}

#[test]
fn history_points_hold_the_current_figures() {
    let mut run = forty_seconds(4);
    run.stats.push_history(Timestamp(1041.75), 7);
    let point = &run.stats.history()[0];
    assert_eq!(
        (point.user_count, point.current_rps, point.current_fail_per_sec),
        (7, 5.8, 1.4)
    );
    assert_eq!(point.total_avg_response_time, 36.4);
    let fractions: Vec<f64> = point
        .response_time_percentiles
        .iter()
        .map(|(fraction, _)| *fraction)
        .collect();
    assert_eq!(fractions, [0.5, 0.95]);
}
