//! What an hour of a hundred names costs: bytes in the file, time to write and to read. Prints a table.
//!
//! With the name of a file: keeps two such hours in it, with 20,000 requests/s each, for whoever wants to compare them.

use std::path::Path;
use std::time::{Duration, Instant};

use katydid_gate::RunFacts;
use katydid_stats::{EntrySecond, SparseCounts, TakenSeconds, Timestamp};
use katydid_store::{RunEnding, RunId, RunWriter, Store};

const SECONDS: i64 = 3_600;
const NAMES: u64 = 100;

fn main() {
    if let Some(file) = std::env::args().nth(1) {
        for seed in 1..=2 {
            write(Path::new(&file), 20_000, seed);
        }
        return;
    }
    println!("| requests/s | file | bytes per name and second | writing | reading in blocks |");
    println!("| --- | --- | --- | --- | --- |");
    for rate in [200, 2_000, 20_000, 100_000] {
        println!("{}", measure(rate));
    }
}

fn measure(rate: u64) -> String {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let file = folder.path().join("runs.db");
    let (store, id, writing) = write(&file, rate, rate);
    let bytes = std::fs::metadata(&file).expect("the file").len();
    let begun = Instant::now();
    let blocked = store.blocked(id).expect("what was written");
    let reading = begun.elapsed();
    assert_eq!(blocked.endpoints.len(), NAMES as usize + 1);
    format!(
        "| {rate} | {:.1} MB | {:.1} | {:.2} s ({:.3} % of a core) | {:.2} s |",
        bytes as f64 / 1e6,
        bytes as f64 / (SECONDS as u64 * NAMES) as f64,
        writing.as_secs_f64(),
        writing.as_secs_f64() / SECONDS as f64 * 100.0,
        reading.as_secs_f64()
    )
}

/// Keeps an hour as a run that goes on would, and tells how long that took.
fn write(file: &Path, rate: u64, seed: u64) -> (Store, RunId, Duration) {
    let facts = RunFacts {
        tool: "katydid".to_owned(),
        started_at: Timestamp(0.0),
        ended_at: Some(Timestamp(SECONDS as f64)),
        ..RunFacts::default()
    };
    let mut random = Random(seed);
    let mut writing = Duration::ZERO;
    let store = Store::open(file).expect("a file of runs");
    let mut writer = RunWriter::begin(store, &facts).expect("a new run");
    for begin in (0..SECONDS).step_by(10) {
        let seconds = (begin..begin + 10).flat_map(|second| (0..NAMES).map(move |name| (second, name)));
        let seconds = seconds.map(|(second, name)| of_second(&mut random, second, name, rate / NAMES));
        let taken = TakenSeconds {
            began_anew: false,
            seconds: seconds.collect(),
        };
        let begun = Instant::now();
        writer.take(&taken).expect("memory");
        writer.flush(Timestamp(begin as f64)).expect("a disk");
        writing += begun.elapsed();
    }
    let id = writer.id();
    let ending = RunEnding {
        facts,
        ..RunEnding::default()
    };
    let store = writer.finish(&ending).expect("a disk");
    (store, id, writing)
}

/// Log-normal times: a median of its own for each name, a spread of 0.5 in logarithms.
fn of_second(random: &mut Random, second: i64, name: u64, count: u64) -> EntrySecond {
    let median = 5.0 * 1.05_f64.powi(name as i32);
    let times = (0..count).map(|_| (median * (0.5 * random.normal()).exp(), 1));
    EntrySecond {
        second,
        method: "GET".into(),
        name: format!("/{name}").into(),
        requests: count,
        failures: 0,
        response_times: SparseCounts::from_milliseconds(times),
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box and Muller's method.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
