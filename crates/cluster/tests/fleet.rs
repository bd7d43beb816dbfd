//! Whatever workers do and in whatever order, their master keeps its books right.

#[path = "support/model.rs"]
mod model;

use model::{Cluster, Happening, IDS, Number, WORDS};
use proptest::prelude::*;

fn happening() -> impl Strategy<Value = Happening> {
    let id = 0..IDS;
    let users = || [0..9_u64, 0..9_u64];
    let requests = prop::option::of(prop_oneof![0..1_000_u64, Just(u64::MAX)]);
    let number = prop_oneof![
        2 => Just(Number::None),
        4 => Just(Number::Next),
        2 => (0..3_u64).prop_map(Number::Again),
        1 => (1..4_u64).prop_map(Number::After),
    ];
    prop_oneof![
        4 => id.clone().prop_map(Happening::Ready),
        1 => id.clone().prop_map(Happening::Quit),
        1 => id.clone().prop_map(Happening::Stopped),
        4 => (id.clone(), prop::sample::select(&WORDS[..]), requests)
            .prop_map(|(from, state, requests)| Happening::Heartbeat { from, state, requests }),
        1 => id.clone().prop_map(Happening::Spawning),
        2 => (id.clone(), users()).prop_map(|(from, users)| Happening::SpawningComplete(from, users)),
        3 => (id.clone(), number, 0..1_000_u64, users())
            .prop_map(|(from, number, requests, users)| Happening::Report { from, number, requests, users }),
        1 => id.prop_map(Happening::Garbage),
        6 => Just(Happening::Tick),
        1 => (0..60_u8, 0..20_u8).prop_map(|(target, rate)| Happening::Ramp(target, rate)),
        3 => (1..6_u8).prop_map(Happening::Steps),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_are_right_whatever_happens(happenings in prop::collection::vec(happening(), 0..120)) {
        let mut cluster = Cluster::default();
        for happening in &happenings {
            cluster.happens(happening);
        }
        cluster.ends();
    }
}
