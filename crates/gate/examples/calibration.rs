//! How often each rule raises a false alarm and how often it finds what is worse, on simulated services: a Markdown table.
//!
//! `cargo run --release --example calibration -- [duels] [seed] [duels|baselines|all] [noise]`

#[path = "../tests/support/mod.rs"]
mod support;

use support::contest::{Plan, Score, baselines, duels};
use support::rivals::RIVALS;
use support::world::{AWFUL, NOISY, Noise, QUIET, SERVICE, Slowdown, USUAL, USUAL_BUT_FEW};

const NOISES: [Noise; 5] = [QUIET, USUAL, USUAL_BUT_FEW, NOISY, AWFUL];

/// What is worse, in words, and by how much in each contest.
type Case = (&'static str, fn(usize) -> Slowdown);

const CASES: [Case; 5] = [
    ("same build", |_| Slowdown::None),
    ("one endpoint ×1.10", |index| Slowdown::All {
        endpoint: index % SERVICE.len(),
        times: 1.10,
    }),
    ("one endpoint ×1.20", |index| Slowdown::All {
        endpoint: index % SERVICE.len(),
        times: 1.20,
    }),
    ("its slowest twelfth ×1.20", |index| Slowdown::Tail {
        endpoint: index % SERVICE.len(),
        times: 1.20,
    }),
    ("its slowest twelfth ×1.30", |index| Slowdown::Tail {
        endpoint: index % SERVICE.len(),
        times: 1.30,
    }),
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(200);
    let seed = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000);
    let only = arguments.next();
    let noise = arguments.next();
    let is_wanted = |what: &str| only.as_deref().is_none_or(|only| only == what || only == "all");
    if is_wanted("duels") {
        print_duels(count, seed, noise.as_deref());
    }
    if is_wanted("baselines") {
        print_baselines(count, seed);
    }
}

fn print_duels(count: usize, seed: u64, wanted: Option<&str>) {
    let noises: Vec<Noise> = NOISES
        .into_iter()
        .filter(|noise| wanted.is_none_or(|wanted| noise.name == wanted))
        .collect();
    println!("Duels, {count} each: 10 s blocks, looks at 16, 32 and 64 pairs\n");
    print_table(&noises, CASES.len(), |noise, slowdown| {
        let plan = Plan {
            noise,
            block_seconds: 10.0,
            looks: [16, 32, 64],
        };
        duels(plan, count, seed, slowdown)
    });
}

fn print_baselines(count: usize, seed: u64) {
    for base_runs in [1, 5, 10] {
        println!("\nA run against {base_runs} before it, {count} each: 5 minutes, 10 s blocks\n");
        print_table(&[QUIET, USUAL, NOISY], 3, |noise, slowdown| {
            baselines(noise, base_runs, 30, count, seed, slowdown)
        });
    }
}

/// Rows are reckoned side by side, because they are independent, and printed in order.
fn print_table(noises: &[Noise], cases: usize, score: impl Fn(Noise, fn(usize) -> Slowdown) -> Score + Sync) {
    print_head();
    let rows = noises
        .iter()
        .flat_map(|&noise| CASES[..cases].iter().map(move |&case| (noise, case)));
    let rows: Vec<(Noise, Case)> = rows.collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for together in rows.chunks(threads) {
        std::thread::scope(|scope| {
            let score = &score;
            let running = together
                .iter()
                .map(|&(noise, (name, slowdown))| (noise, name, scope.spawn(move || score(noise, slowdown))));
            for (noise, name, running) in running.collect::<Vec<_>>() {
                print_row(noise, name, &running.join().expect("a contest does not panic"));
            }
        });
    }
}

fn print_head() {
    let rivals: Vec<&str> = RIVALS.iter().map(|&(name, _)| name).collect();
    println!(
        "| noise | head | FAIL | right endpoint | wrong endpoint | unsure | PASS | pairs | {} |",
        rivals.join(" | ")
    );
    println!("|{}", " --- |".repeat(8 + rivals.len()));
}

fn print_row(noise: Noise, name: &str, score: &Score) {
    let share = |count: usize| format!("{:.1} %", 100.0 * count as f64 / score.fought as f64);
    let rivals: Vec<String> = score
        .rivals
        .iter()
        .map(|&(any, right, wrong)| {
            if name == "same build" {
                share(any)
            } else {
                format!("{}, wrong {}", share(right), share(wrong))
            }
        })
        .collect();
    println!(
        "| {} | {name} | {} | {} | {} | {} | {} | {:.0} | {} |",
        noise.name,
        share(score.failed),
        share(score.right),
        share(score.wrong),
        share(score.unsure),
        share(score.passed),
        score.pairs as f64 / score.fought as f64,
        rivals.join(" | ")
    );
    if std::env::var_os("DETAILS").is_some() {
        eprintln!("  unsure: {:?}", score.unsure_metrics);
        score.false_findings.iter().for_each(|line| eprintln!("  {line}"));
    }
}
