//! The cost of recording one request. Timing needs an optimised build and a quiet machine, so it is run by
//! hand: `cargo test --release -p katydid-stats --test hot_path -- --ignored --nocapture`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use katydid_stats::{Collector, Limits, Sample, Timestamp};

#[test]
#[ignore = "a measurement"]
fn recording_is_quick() {
    const BATCHES: u32 = 20;
    const BATCH: u32 = 60_000;
    for name_count in [1, 20, 2_000] {
        let names: Vec<String> = (0..name_count)
            .map(|number| format!("/shop/category/item-{number}"))
            .collect();
        let collector = Collector::new(Limits::default(), Timestamp(0.0));
        for error in [
            None,
            Some("HTTPError('404 Client Error: Not Found for url: /shop')"),
        ] {
            let mut best = [Duration::MAX; 2];
            for batch in 0..BATCHES {
                let start = Instant::now();
                for number in 0..BATCH {
                    let name = &names[number as usize % names.len()];
                    let response_time = Some(Duration::from_micros(u64::from(
                        number.wrapping_mul(7919) % 50_000,
                    )));
                    let at = Timestamp(1000.0 + f64::from(batch));
                    let sample = Sample {
                        method: "GET",
                        name,
                        response_time,
                        phases: katydid_stats::PhaseDurations::default(),
                        response_length: 100,
                        error,
                        at,
                    };
                    collector.record(black_box(&sample));
                }
                let recorded = start.elapsed();
                collector.collect();
                // The best batch is the one that other work on the machine disturbed least.
                best = [best[0].min(recorded), best[1].min(start.elapsed() - recorded)];
            }
            let [record, collect] = best.map(|time| time / BATCH);
            println!(
                "{name_count} names, error {}: record {record:?}, collect {collect:?} each",
                error.is_some()
            );
            let collecting = Instant::now();
            black_box(collector.snapshot(Timestamp(1033.0)));
            println!("    snapshot: {:?}", collecting.elapsed());
        }
    }
    let collector = Collector::default();
    let start = Instant::now();
    for number in 0..BATCH {
        collector
            .health()
            .record_resume_lag(black_box(Duration::from_micros(u64::from(number % 5_000))));
    }
    println!("resume lag: {:?}", start.elapsed() / BATCH);
}
