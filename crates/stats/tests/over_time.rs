//! The run over time: what charts are drawn from.

use std::time::Duration;

use katydid_stats::{
    Collector, GaugeSlot, Limits, MarkKind, PhaseDurations, RunStats, Sample, Timeline, Timestamp,
};

const START: Timestamp = Timestamp(1_000.0);

fn sample<'a>(name: &'a str, at: f64, milliseconds: u64, error: Option<&'a str>) -> Sample<'a> {
    Sample {
        method: "GET",
        name,
        response_time: Some(Duration::from_millis(milliseconds)),
        phases: PhaseDurations::default(),
        response_length: 10,
        error,
        at: Timestamp(at),
    }
}

fn collector() -> Collector {
    let collector = Collector::new(Limits::default(), START);
    collector.with(|stats| stats.keep_over_time(START));
    collector
}

fn told(timeline: &Timeline) -> String {
    let slots: Vec<_> = timeline.iter().collect();
    format!(
        "{} {} {}",
        timeline.start(),
        timeline.step(),
        serde_json::to_string(&slots).expect("numbers")
    )
}

fn timeline<R>(stats: &RunStats, name: &str, read: impl FnOnce(&Timeline) -> R) -> R {
    read(
        stats
            .entry("GET", name)
            .and_then(|entry| entry.timeline())
            .expect("kept"),
    )
}

#[test]
fn requests_and_failures_are_kept_by_second_for_each_entry_and_the_total() {
    let collector = collector();
    collector.record(&sample("/a", 1_000.2, 1, None));
    collector.record(&sample("/a", 1_000.9, 1, Some("no")));
    collector.record(&sample("/b", 1_002.0, 2, None));
    collector.with(|stats| {
        assert_eq!(timeline(stats, "/a", told), "1000 1 [[2,1,[190,2]]]");
        assert_eq!(timeline(stats, "/b", told), "1002 1 [[1,0,[222,1]]]");
        assert_eq!(
            told(stats.total().timeline().expect("kept")),
            "1000 1 [[2,1,[190,2]],null,[1,0,[222,1]]]"
        );
    });
}

#[test]
fn nothing_is_kept_unless_somebody_wants_it() {
    let collector = Collector::new(Limits::default(), START);
    collector.record(&sample("/a", 1_000.0, 1, None));
    collector.observe(START, 1, 1, None);
    collector.with(|stats| {
        stats.mark(START, MarkKind::TestStart, "test started".to_owned());
        assert!(stats.total().timeline().is_none() && stats.gauges().is_none() && stats.marks().is_empty());
    });
}

#[test]
fn whoever_saw_one_revision_is_told_what_came_after_it() {
    let collector = collector();
    collector.record(&sample("/a", 1_000.0, 1, None));
    let seen = collector.with(|stats| stats.revision());
    collector.record(&sample("/b", 1_001.0, 1, None));
    collector.with(|stats| {
        let changed = |name| stats.entry("GET", name).expect("counted").revision() > seen;
        assert!(!changed("/a") && changed("/b"));
        let total = stats.total().timeline().expect("kept");
        let slots: Vec<_> = total
            .changed_since(seen)
            .map(|(begin, slot)| (begin, slot.requests))
            .collect();
        assert_eq!(slots, [(1_001, 1)]);
    });
}

#[test]
fn a_new_run_begins_with_empty_slots_and_a_reset_is_marked() {
    let collector = collector();
    collector.record(&sample("/a", 1_000.0, 1, None));
    collector.observe(START, 5, 5, None);
    collector.clear(Timestamp(2_000.0));
    collector.record(&sample("/a", 2_001.0, 1, None));
    collector.observe(Timestamp(2_001.0), 7, 9, Some(2));
    collector.with(|stats| {
        assert_eq!(timeline(stats, "/a", told), "2001 1 [[1,0,[190,1]]]");
        let gauges: Vec<_> = stats.gauges().expect("kept").iter().flatten().copied().collect();
        assert_eq!(
            gauges,
            [GaugeSlot {
                user_count: 7,
                target_user_count: 9,
                worker_count: Some(2),
                ..GaugeSlot::default()
            }]
        );
    });
    collector.reset(Timestamp(2_002.0));
    collector.with(|stats| {
        let kinds: Vec<_> = stats.marks().iter().map(|mark| mark.kind).collect();
        assert_eq!(kinds, [MarkKind::Reset]);
        assert_eq!(timeline(stats, "/a", told), "2001 1 []".replace("2001", "2002"));
    });
}

#[test]
fn many_names_over_a_long_run_stay_small() {
    let collector = collector();
    for second in 0..3_000_u32 {
        let at = START.0 + f64::from(second);
        for name in 0..20 {
            let name = format!("/{}", (second + name * 7) % 600);
            collector.record(&sample(&name, at, u64::from(second % 90), None));
        }
        if second % 100 == 0 {
            collector.collect();
        }
    }
    collector.with(|stats| {
        let slots: usize = stats
            .entries()
            .map(|entry| entry.timeline().expect("kept").iter().count())
            .sum();
        assert!(slots <= 2 * 65_536, "{slots}");
        let total = stats.total().timeline().expect("kept");
        assert_eq!(
            (
                total.step(),
                total.iter().flatten().map(|slot| slot.requests).sum()
            ),
            (2, 60_000_u64)
        );
        for entry in stats.entries() {
            let counted: u64 = entry
                .timeline()
                .expect("kept")
                .iter()
                .flatten()
                .map(|slot| slot.requests)
                .sum();
            assert_eq!(counted, entry.num_requests());
        }
    });
}
