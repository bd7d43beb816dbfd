//! How long a comparison of two one-hour runs takes.
//!
//! `cargo run --release --example compare_time -- [endpoints] [blocks]`

use std::time::Instant;

use katydid_gate::{
    Block, BlockedEndpoint, BlockedRun, Distribution, Endpoint, Rules, compare, estimate, judge_duel,
};

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse::<usize>().ok());
    let (endpoints, blocks) = (arguments.next().unwrap_or(100), arguments.next().unwrap_or(120));
    let (base, head) = (run(endpoints, blocks, 1.0), run(endpoints, blocks, 1.03));
    let rules = Rules::default();
    let time = |name: &str, work: &dyn Fn() -> usize| {
        let began = Instant::now();
        let findings = work();
        println!(
            "{name}: {:.3} s, {findings} findings",
            began.elapsed().as_secs_f64()
        );
    };
    println!("{endpoints} endpoints, {blocks} blocks, about 700 values in each block");
    time("compare", &|| {
        compare(std::slice::from_ref(&base), &head, &rules).map_or(0, |found| found.findings.len())
    });
    time("judge_duel", &|| {
        judge_duel(&base, &head, 1, 3, &rules).map_or(0, |found| found.comparison.findings.len())
    });
    let bases = vec![base.clone(); 5];
    time("compare with 5 base runs", &|| {
        compare(&bases, &head, &rules).map_or(0, |found| found.findings.len())
    });
    time("estimate", &|| estimate(&base).len());
}

/// Values as histograms with three digits keep them.
fn run(endpoints: usize, blocks: usize, slower: f64) -> BlockedRun {
    let block = |seed: usize| {
        let counts: Vec<(f64, u64)> = (0..700)
            .map(|step| {
                let value = 20.0 * slower * (1.0 + (seed % 7) as f64 * 0.01) * (1.0f64 + 0.006).powi(step);
                (
                    (value * 100.0).round() / 100.0,
                    3 + (step as u64 * 7 + seed as u64) % 5,
                )
            })
            .collect();
        let times = Distribution { counts };
        Block {
            seconds: 30.0,
            requests: times.count(),
            failures: (seed % 3) as u64,
            times,
        }
    };
    let endpoints = (0..=endpoints).map(|index| BlockedEndpoint {
        endpoint: if index == 0 {
            Endpoint::total()
        } else {
            Endpoint::new("GET", format!("/{index}"))
        },
        blocks: (0..blocks).map(|at| block(index * 31 + at * 17)).collect(),
        summary: None,
    });
    BlockedRun {
        endpoints: endpoints.collect(),
        ..BlockedRun::default()
    }
}
