//! The collector as threads use it.

use std::sync::Arc;
use std::time::Duration;

use katydid_stats::{
    Collector, Entry, EntryDelta, Limits, Percentiles, PhaseTimes, RunStats, Sample, SecondDelta,
    SparseCounts, Timestamp,
};

fn sample(name: &str, at: f64) -> Sample<'_> {
    let response_time = Some(Duration::from_millis(10));
    Sample {
        method: "GET",
        name,
        response_time,
        phases: katydid_stats::PhaseDurations::default(),
        response_length: 1,
        error: None,
        at: Timestamp(at),
    }
}

#[test]
fn what_is_read_is_always_current() {
    let collector = Collector::new(Limits::default(), Timestamp(0.0));
    for number in 1..=10 {
        collector.record(&sample("/", f64::from(number)));
        assert_eq!(
            collector.with(|stats| stats.total().num_requests()),
            number as u64
        );
        collector.record_error("GET", "/", "bad", Timestamp(f64::from(number)));
        assert_eq!(
            collector.snapshot(Timestamp(11.0)).errors[0].occurrences,
            number as u64
        );
    }
}

#[test]
fn recording_goes_on_while_somebody_reads() {
    let collector = Arc::new(Collector::new(Limits::default(), Timestamp(0.0)));
    let threads: Vec<_> = (0..2)
        .map(|thread| {
            let collector = Arc::clone(&collector);
            let name = format!("/{thread}");
            std::thread::spawn(move || {
                (0..20_000).for_each(|number| collector.record(&sample(&name, f64::from(number) / 1e3)))
            })
        })
        .collect();
    while threads.iter().any(|thread| !thread.is_finished()) {
        collector.collect();
    }
    threads
        .into_iter()
        .for_each(|thread| thread.join().expect("records"));
    let snapshot = collector.snapshot(Timestamp(20.0));
    assert_eq!(snapshot.total.num_requests, 40_000);
    assert_eq!(
        snapshot
            .entries
            .iter()
            .map(|entry| entry.num_requests)
            .collect::<Vec<_>>(),
        [20_000, 20_000]
    );
}

#[test]
fn pending_samples_are_part_of_the_past_when_a_run_is_reset() {
    let collector = Collector::new(Limits::default(), Timestamp(0.0));
    collector.record(&sample("/a", 1.0));
    collector.reset(Timestamp(2.0));
    collector.record(&sample("/a", 3.0));
    assert_eq!(collector.with(|stats| stats.total().num_requests()), 1);
    collector.record(&sample("/a", 4.0));
    collector.health().set_cpu(100.0);
    collector.clear(Timestamp(5.0));
    assert_eq!(collector.with(|stats| stats.entries().len()), 0);
    assert_eq!(collector.health().snapshot().cpu_percent_max, None);
}

#[test]
fn snapshots_are_sorted_by_name_then_method() {
    let collector = Collector::new(Limits::default(), Timestamp(0.0));
    for (method, name) in [("POST", "/b"), ("GET", "/b"), ("PUT", "/a"), ("GET", "/É")] {
        collector.record(&Sample {
            method,
            ..sample(name, 1.0)
        });
    }
    let snapshot = collector.snapshot(Timestamp(2.0));
    let keys: Vec<_> = snapshot
        .entries
        .iter()
        .map(|entry| (&*entry.name, &*entry.method))
        .collect();
    assert_eq!(
        keys,
        [("/a", "PUT"), ("/b", "GET"), ("/b", "POST"), ("/É", "GET")]
    );
}

#[test]
fn snapshots_hold_the_percentiles_that_were_asked_for() {
    let collector = Collector::new(Limits::default(), Timestamp(0.0));
    collector.record(&sample("/", 1.0));
    collector.with(|stats| {
        let report = vec![0.5, 0.999];
        stats.set_percentiles(Percentiles {
            report,
            current_for_entries: true,
            ..stats.percentiles().clone()
        });
    });
    let snapshot = collector.snapshot(Timestamp(2.0));
    assert_eq!(snapshot.entries[0].percentiles, [Some(10.0), Some(10.0)]);
    assert_eq!(snapshot.entries[0].current_percentiles, [Some(10.0), Some(10.0)]);
    assert_eq!(snapshot.total.chart_percentiles.len(), 2);
    let json = serde_json::to_value(&snapshot).expect("serializes");
    assert_eq!(json["total"]["name"], "Aggregated");
}

#[test]
fn entries_can_be_made_before_their_first_request() {
    let collector = Collector::new(Limits { names: 1, errors: 1 }, Timestamp(0.0));
    collector.with(|stats| stats.create("GET", "/a", Timestamp(1.0)));
    collector.with(|stats| stats.create("GET", "/a", Timestamp(2.0)));
    collector.with(|stats| stats.create("GET", "/too-many", Timestamp(2.0)));
    let started = collector.with(|stats| {
        stats
            .entries()
            .map(|entry| entry.start_time())
            .collect::<Vec<_>>()
    });
    assert_eq!(started, [Timestamp(1.0)]);
}

#[test]
fn an_entry_that_was_only_looked_up_is_in_no_report() {
    let collector = Collector::default();
    collector.with(|stats| stats.create("GET", "/looked-up", Timestamp(1.0)));
    collector.record(&Sample {
        method: "GET",
        name: "/used",
        response_time: None,
        phases: katydid_stats::PhaseDurations::default(),
        response_length: 0,
        error: None,
        at: Timestamp(1.0),
    });
    let names = |collector: &Collector| {
        let snapshot = collector.snapshot(Timestamp(2.0));
        let names: Vec<String> = snapshot
            .entries
            .iter()
            .map(|entry| entry.name.to_string())
            .collect();
        names
    };
    assert_eq!(names(&collector), ["/used"]);
    collector.reset(Timestamp(2.0));
    assert_eq!(names(&collector), ["/used"]);
}

#[test]
fn one_entry_can_be_changed_alone() {
    let collector = Collector::new(Limits::default(), Timestamp(0.0));
    collector.record(&sample("/", 1.0));
    collector.with(|stats| {
        let measured = stats.entry("GET", "/").cloned().expect("recorded");
        stats.merge_entry("GET", "/", &measured, Timestamp(2.0));
        stats.merge_entry("POST", "/copy", &measured, Timestamp(2.0));
        let requests = |method, name| stats.entry_or_total(method, name).map(Entry::num_requests);
        assert_eq!(requests("GET", "/"), Some(2));
        assert_eq!(requests("POST", "/copy"), Some(1));
        assert_eq!(
            requests("", "Aggregated"),
            Some(1),
            "the total is an entry of its own"
        );

        let copy = stats.entry("POST", "/copy").expect("made by merging");
        assert_eq!(copy.percentile(0.5), Some(10.0));
        assert_eq!(copy.current_percentile(Timestamp(2.0), 0.5), Some(10.0));
        assert_eq!(copy.requests_per_second(), measured.requests_per_second());
        assert_eq!(copy.start_time(), measured.start_time());

        stats.reset_entry("GET", "/", Timestamp(3.0));
        assert_eq!(stats.entry("GET", "/").map(Entry::num_requests), Some(0));
        assert_eq!(stats.total().num_requests(), 1);
    });
}

#[test]
fn counts_by_milliseconds_are_a_distribution() {
    let counts = SparseCounts::from_milliseconds([(3.0, 2), (250.0, 1), (-1.0, 1)]);
    assert_eq!(counts.count(), 4);
    let entry = EntryDelta {
        method: "GET".into(),
        name: "/told".into(),
        num_requests: 4,
        num_none_requests: 0,
        num_failures: 0,
        total_response_time_ms: 256.0,
        min_response_time_ms: Some(0.0),
        max_response_time_ms: Some(250.0),
        total_content_length: 0,
        first_timestamp: Timestamp(1.0),
        last_request_timestamp: Some(Timestamp(1.5)),
        seconds: vec![SecondDelta {
            second: 1,
            requests: 4,
            failures: 0,
            response_times: counts,
        }],
        phases: PhaseTimes::default(),
    };
    let mut stats = RunStats::new(Limits::default(), Timestamp(0.0));
    stats.merge_into_entry(&entry);
    let told = stats.entry("GET", "/told").expect("merged");
    let keys: Vec<_> = told.response_times().locust_buckets().into_iter().collect();
    assert_eq!(keys, [(0, 1), (3, 2), (250, 1)]);
    assert_eq!(stats.total().num_requests(), 0);
}

#[test]
fn what_is_to_be_passed_on_is_kept_once_and_forgotten_with_the_rest() {
    let collector = Collector::default();
    let request = |name: &str| {
        collector.record(&Sample {
            method: "GET",
            name,
            response_time: Some(Duration::from_millis(5)),
            phases: katydid_stats::PhaseDurations::default(),
            response_length: 0,
            error: None,
            at: Timestamp::now(),
        });
    };
    request("/before");
    assert!(collector.take_unsent().is_empty(), "nobody asked for it");
    collector.keep_unsent();
    request("/a");
    collector.collect();
    request("/a");
    assert_eq!(collector.take_unsent().num_requests(), 2);
    assert!(collector.take_unsent().is_empty());
    assert_eq!(collector.with(|stats| stats.total().num_requests()), 3);
    request("/b");
    collector.clear(Timestamp::now());
    assert!(collector.take_unsent().is_empty());
}
