//! The cost of recording one request. Timing needs an optimised build and a quiet machine, so it is run by
//! hand: `cargo test --release -p katydid-stats --test hot_path -- --ignored --nocapture`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use katydid_stats::{Collector, Limits, Sample, Timestamp};

#[test]
#[ignore = "a measurement"]
fn recording_is_quick() {
    const REQUESTS: u32 = 2_000_000;
    for name_count in [1, 20, 2_000] {
        let names: Vec<String> = (0..name_count)
            .map(|number| format!("/shop/category/item-{number}"))
            .collect();
        let collector = Collector::new(Limits::default(), Timestamp(0.0));
        for error in [
            None,
            Some("HTTPError('404 Client Error: Not Found for url: /shop')"),
        ] {
            let start = Instant::now();
            for number in 0..REQUESTS {
                let name = &names[number as usize % names.len()];
                let response_time = Some(Duration::from_micros(u64::from(
                    number.wrapping_mul(7919) % 50_000,
                )));
                let at = Timestamp(1000.0 + f64::from(number) / 60_000.0);
                let sample = Sample {
                    method: "GET",
                    name,
                    response_time,
                    response_length: 100,
                    error,
                    at,
                };
                collector.record(black_box(&sample));
                if number % 60_000 == 0 {
                    collector.collect();
                }
            }
            let each = start.elapsed() / REQUESTS;
            println!(
                "{name_count} names, error {}: {each:?} for each request, collecting included",
                error.is_some()
            );
            let collecting = Instant::now();
            black_box(collector.snapshot(Timestamp(1033.0)));
            println!("    snapshot: {:?}", collecting.elapsed());
        }
    }
    let collector = Collector::default();
    let start = Instant::now();
    for number in 0..REQUESTS {
        collector
            .health()
            .record_resume_lag(black_box(Duration::from_micros(u64::from(number % 5_000))));
    }
    println!("resume lag: {:?}", start.elapsed() / REQUESTS);
}
