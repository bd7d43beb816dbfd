//! The run second by second, as it is taken away.

use std::time::Duration;

use katydid_stats::{Collector, Limits, PhaseDurations, Sample, TakenSeconds, Timestamp, bucket_middle_ms};

fn record(collector: &Collector, name: &str, at: f64, milliseconds: u64, error: Option<&str>) {
    collector.record(&Sample {
        method: "GET",
        name,
        response_time: Some(Duration::from_millis(milliseconds)),
        phases: PhaseDurations::default(),
        response_length: 10,
        error,
        at: Timestamp(at),
    });
}

/// Second, name, requests, failures, times in ms with their counts.
type Told = (i64, String, u64, u64, Vec<(u64, u32)>);

fn told(taken: &TakenSeconds) -> Vec<Told> {
    let of_second = |second: &katydid_stats::EntrySecond| {
        let times = second.response_times.iter();
        let times = times.map(|(bucket, count)| (bucket_middle_ms(bucket).round() as u64, count));
        (
            second.second,
            second.name.to_string(),
            second.requests,
            second.failures,
            times.collect(),
        )
    };
    taken.seconds.iter().map(of_second).collect()
}

fn collector() -> Collector {
    let limits = Limits {
        names: 2,
        ..Limits::default()
    };
    let collector = Collector::new(limits, Timestamp(1_000.0));
    collector.with(|stats| stats.keep_seconds());
    collector
}

#[test]
fn seconds_are_taken_once_and_late_requests_come_later() {
    let collector = collector();
    record(&collector, "/a", 1_000.1, 5, None);
    record(&collector, "/a", 1_000.9, 7, Some("no"));
    record(&collector, "/b", 1_001.0, 9, None);
    record(&collector, "/a", 1_002.0, 5, None);
    let expected = vec![
        (1_000, "/a".to_owned(), 2, 1, vec![(5, 1), (7, 1)]),
        (1_001, "/b".to_owned(), 1, 0, vec![(9, 1)]),
    ];
    assert_eq!(told(&collector.with(|stats| stats.take_seconds(1_002))), expected);
    record(&collector, "/a", 1_000.5, 5, None);
    let late = told(&collector.with(|stats| stats.take_seconds(i64::MAX)));
    assert_eq!(
        late.iter()
            .map(|(second, _, requests, ..)| (*second, *requests))
            .collect::<Vec<_>>(),
        [(1_000, 1), (1_002, 1)]
    );
}

#[test]
fn names_past_the_limit_share_one() {
    let collector = collector();
    for name in ["/a", "/b", "/c", "/d"] {
        record(&collector, name, 1_000.0, 5, None);
    }
    let taken = told(&collector.with(|stats| stats.take_seconds(i64::MAX)));
    assert_eq!(taken.len(), 3);
    assert_eq!(taken[2].2, 2);
}

#[test]
fn after_a_reset_what_was_taken_is_not_part_of_the_run() {
    let collector = collector();
    record(&collector, "/a", 1_000.0, 5, None);
    collector.reset(Timestamp(1_003.0));
    record(&collector, "/a", 1_003.0, 5, None);
    let taken = collector.with(|stats| stats.take_seconds(i64::MAX));
    assert!(taken.began_anew);
    assert_eq!(taken.seconds.len(), 1);
    assert!(!collector.with(|stats| stats.take_seconds(i64::MAX)).began_anew);
}
