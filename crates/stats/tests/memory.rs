//! Memory stays small and flat however long a run is and however many names it has.

use std::time::Duration;

use katydid_stats::{Limits, Recorder, RunStats, Sample, Timestamp};

/// Response times in µs like those of a healthy service: most near 20 ms, some three times that.
fn typical_times() -> impl Iterator<Item = u64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(move || {
        // The sum of twelve even numbers is close to a normal one.
        let normal: f64 = (0..12)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state as f64 / u64::MAX as f64
            })
            .sum::<f64>()
            - 6.0;
        (20_000.0 * (normal * 0.35).exp()) as u64
    })
}

fn run(requests: usize, per_second: usize) -> RunStats {
    let mut recorder = Recorder::default();
    let mut stats = RunStats::new(Limits::default(), Timestamp(0.0));
    for (number, microseconds) in typical_times().take(requests).enumerate() {
        let at = Timestamp(1.0 + number as f64 / per_second as f64);
        let response_time = Some(Duration::from_micros(microseconds));
        recorder.record(&Sample {
            method: "GET",
            name: "/",
            response_time,
            phases: katydid_stats::PhaseDurations::default(),
            response_length: 1,
            error: None,
            at,
        });
        if number % per_second == 0 {
            stats.merge(recorder.take());
        }
    }
    stats.merge(recorder.take());
    stats
}

#[test]
fn a_typical_entry_takes_a_few_kilobytes() {
    for (requests, most_kilobytes) in [(100, 5), (3_000, 11), (30_000, 12), (300_000, 15)] {
        let stats = run(requests, 30);
        let entry = stats.entry("GET", "/").expect("requested");
        let (whole, times) = (entry.size_in_bytes(), entry.response_times().size_in_bytes());
        println!("{requests} requests: {whole} bytes, of which {times} response times");
        assert!(
            whole <= most_kilobytes * 1024,
            "{requests} requests take {whole} bytes"
        );
    }
}

#[test]
fn an_hour_takes_no_more_than_ten_minutes() {
    let (short, long) = (run(30 * 600, 30), run(30 * 3_600, 30));
    let size = |stats: &RunStats| stats.entry("GET", "/").expect("requested").size_in_bytes();
    assert!(
        size(&long) < size(&short) * 3 / 2,
        "{} and {}",
        size(&short),
        size(&long)
    );
}
