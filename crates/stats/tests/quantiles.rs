//! Quantiles beside those of the sorted samples, and sums whatever the way samples arrive.

use std::time::Duration;

use katydid_stats::{
    Histogram, Limits, OTHER_ERRORS, OTHER_NAMES, Recorder, RunStats, Sample, StatsDelta, Timestamp,
};
use proptest::prelude::*;

fn response_times() -> impl Strategy<Value = Vec<u64>> {
    let value = prop_oneof![
        0..3_000_u64,
        1_000..500_000_u64,
        0..100_000_000_u64,
        Just(150_000)
    ];
    prop::collection::vec(value, 1..400)
}

fn exact(sorted: &[u64], fraction: f64) -> u64 {
    sorted[((sorted.len() as f64 * fraction) as usize).min(sorted.len() - 1)]
}

fn sample(name: &str, microseconds: u64, at: f64) -> Sample<'_> {
    let response_time = Some(Duration::from_micros(microseconds));
    Sample {
        method: "GET",
        name,
        response_time,
        phases: katydid_stats::PhaseDurations::default(),
        response_length: 3,
        error: None,
        at: Timestamp(at),
    }
}

fn merged(values: &[u64], take_every: usize) -> RunStats {
    let mut recorder = Recorder::default();
    let mut stats = RunStats::new(Limits::default(), Timestamp(0.0));
    for (position, &value) in values.iter().enumerate() {
        recorder.record(&sample("/", value, 1.0 + position as f64 / 10.0));
        if position % take_every == 0 {
            stats.merge(recorder.take());
        }
    }
    stats.merge(recorder.take());
    stats
}

proptest! {
    #[test]
    fn percentiles_are_true_to_three_digits_and_within_the_extremes(
        values in response_times(), fraction in 0.0..=1.0_f64, take_every in 1..100_usize,
    ) {
        let mut sorted = values.clone();
        sorted.sort_unstable();
        let stats = merged(&values, take_every);
        let expected = exact(&sorted, fraction) as f64 / 1e3;
        let value = stats.total().percentile(fraction).expect("has samples");
        prop_assert!((value - expected).abs() <= expected / 1000.0 + 1e-9, "{value} should be {expected}");
        prop_assert!(value >= sorted[0] as f64 / 1e3);
        prop_assert!(value <= sorted[sorted.len() - 1] as f64 / 1e3);
    }

    #[test]
    fn sums_do_not_depend_on_how_samples_are_batched(values in response_times(), take_every in 1..100_usize) {
        let (stats, whole) = (merged(&values, take_every), merged(&values, usize::MAX));
        let (left, right) = (stats.total(), whole.total());
        prop_assert_eq!(left.num_requests(), values.len() as u64);
        prop_assert_eq!(left.min_response_time(), right.min_response_time());
        prop_assert_eq!(left.max_response_time(), right.max_response_time());
        prop_assert!((left.total_response_time() - right.total_response_time()).abs() < 1e-3);
        prop_assert_eq!(left.requests_per_second(), right.requests_per_second());
        prop_assert_eq!(left.response_times().locust_buckets(), right.response_times().locust_buckets());
        prop_assert_eq!(left.response_times().count(), values.len() as u64);
    }

    #[test]
    fn histograms_agree_with_the_reference_implementation(values in response_times(), fraction in 0.0..1.0_f64) {
        let mut ours = Histogram::default();
        let mut reference = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 1 << 40, 3).expect("valid bounds");
        for value in &values {
            ours.record(Duration::from_micros(*value));
            reference.record(*value).expect("within bounds");
        }
        let theirs: Vec<(u64, u64)> = reference
            .iter_recorded()
            .map(|step| (reference.median_equivalent(step.value_iterated_to()), step.count_at_value()))
            .collect();
        let counted: Vec<(u64, u64)> = ours.iter().map(|(value, count)| (value.as_micros() as u64, count)).collect();
        prop_assert_eq!(counted, theirs);
        let rank = (values.len() as f64 * fraction) as u64;
        let at = reference.value_at_quantile((rank as f64 + 0.5) / values.len() as f64);
        let expected = Duration::from_micros(reference.median_equivalent(at));
        prop_assert_eq!(ours.quantile(fraction), Some(expected));
    }

    #[test]
    fn nothing_is_lost_past_the_limits(names in prop::collection::vec((0..40_u8, 0..40_u8), 1..300), take_every in 1..50_usize) {
        let limits = Limits { names: 10, errors: 7 };
        let mut recorder = Recorder::new(limits);
        let mut stats = RunStats::new(limits, Timestamp(0.0));
        for (position, (name, error)) in names.iter().enumerate() {
            let (name, error) = (format!("/{name}"), format!("error {error}"));
            recorder.record(&Sample { error: Some(&error), ..sample(&name, 1000, 5.0) });
            if position % take_every == 0 {
                stats.merge(recorder.take());
            }
        }
        stats.merge(recorder.take());
        let count = names.len() as u64;
        prop_assert_eq!(stats.total().num_requests(), count);
        prop_assert_eq!(stats.entries().map(|entry| entry.num_requests()).sum::<u64>(), count);
        prop_assert_eq!(stats.entries().map(|entry| entry.num_failures()).sum::<u64>(), count);
        prop_assert_eq!(stats.errors().iter().map(|row| row.occurrences).sum::<u64>(), count);
        prop_assert!(stats.entries().len() <= 11 && stats.errors().len() <= 8);
        let shared = stats.entry("", OTHER_NAMES).map_or(0, |entry| entry.num_requests());
        prop_assert_eq!(stats.overflow().name_samples, shared);
        let folded: u64 = stats.errors().iter().filter(|row| *row.error == *OTHER_ERRORS).map(|row| row.occurrences).sum();
        prop_assert_eq!(stats.overflow().error_occurrences, folded);
    }

    #[test]
    fn a_delta_survives_the_network(values in response_times()) {
        let mut recorder = Recorder::default();
        // Whole milliseconds: the sum is a number that JSON holds exactly.
        values.iter().for_each(|&value| recorder.record(&sample("/é", value * 1000, 7.0)));
        recorder.record_error("GET", "/é", "bad", Timestamp(8.0));
        recorder.record_exception("local", "boom", "line 1");
        let delta = recorder.take();
        let text = serde_json::to_string(&delta).expect("serializes");
        prop_assert_eq!(serde_json::from_str::<StatsDelta>(&text).expect("reads back"), delta);
    }
}
