//! Whatever workers do and in whatever order, their master keeps its books right.

#![no_main]

#[path = "../../crates/cluster/tests/support/model.rs"]
mod model;

use libfuzzer_sys::fuzz_target;
use model::{Cluster, Happening, IDS, Number, WORDS};

fuzz_target!(|bytes: &[u8]| {
    let mut cluster = Cluster::default();
    let mut bytes = bytes.iter().copied();
    while let Some(happening) = next(&mut bytes) {
        cluster.happens(&happening);
    }
    cluster.ends();
});

/// One byte says what happens and to whom, those after it the rest.
fn next(bytes: &mut impl Iterator<Item = u8>) -> Option<Happening> {
    let first = usize::from(bytes.next()?);
    let (what, from) = (first / IDS, first % IDS);
    let mut byte = || bytes.next().unwrap_or_default();
    Some(match what {
        0..=4 => Happening::Ready(from),
        5 => Happening::Quit(from),
        6 => Happening::Stopped(from),
        7..=12 => Happening::Heartbeat {
            from,
            state: WORDS[usize::from(byte()) % WORDS.len()],
            requests: match byte() {
                0 => None,
                u8::MAX => Some(u64::MAX),
                some => Some(u64::from(some) * 100),
            },
        },
        13..=14 => Happening::Spawning(from),
        15..=16 => Happening::SpawningComplete(from, [byte().into(), byte().into()]),
        17..=22 => Happening::Report {
            from,
            number: match byte() {
                0 => Number::None,
                1..=100 => Number::Next,
                // No number comes after the greatest.
                u8::MAX => Number::After(u64::MAX),
                again @ 101..=150 => Number::Again(u64::from(again) - 101),
                lost => Number::After(u64::from(lost) - 150),
            },
            requests: byte().into(),
            users: [byte().into(), byte().into()],
        },
        23 => Happening::Garbage(from),
        24..=26 => Happening::Ramp(byte(), byte()),
        27..=32 => Happening::Steps(byte() % 8),
        _ => Happening::Tick,
    })
}
