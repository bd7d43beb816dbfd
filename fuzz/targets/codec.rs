//! Any bytes are a message or an error, and what was read is written so that it reads the same.

#![no_main]

use std::collections::BTreeMap;

use bytes::Bytes;
use katydid_cluster::codec;
use katydid_cluster::message::{Numbered, Report, ToMaster, ToWorker};
use katydid_stats::{Limits, RunStats, Timestamp};
use libfuzzer_sys::fuzz_target;
use rmpv::Value;

/// Any moment, but always the same: findings must be found again.
const NOW: Timestamp = Timestamp(1_700_000_000.0);

fuzz_target!(|bytes: &[u8]| {
    let bytes = Bytes::copy_from_slice(bytes);
    if let Ok(message) = codec::to_master(bytes.clone(), NOW) {
        match message {
            ToMaster::Stats(report) => reports_count(&report),
            message => reads_the_same(
                &message,
                |message| codec::for_master(message, "a_1"),
                |bytes| codec::to_master(bytes, NOW),
            ),
        }
    }
    if let Ok(message) = codec::to_worker(&bytes) {
        let write = |message: &ToWorker| codec::for_worker(message, "a_1");
        reads_the_same(&message, write, |bytes| codec::to_worker(&bytes));
    }
    if let Ok(ToMaster::Stats(report)) = codec::to_master(with_delta(&bytes), NOW) {
        reports_count(&report);
    }
});

/// A report of a Katydid worker, whose exact numbers are these bytes.
fn with_delta(delta: &[u8]) -> Bytes {
    let health = Value::Map(vec![
        ("saturated".into(), false.into()),
        ("reason".into(), Value::Nil),
    ]);
    let own = Value::Map(vec![
        ("number".into(), 7.into()),
        ("delta".into(), Value::Binary(delta.to_vec())),
        ("health".into(), health),
    ]);
    let data = Value::Map(vec![("katydid".into(), own)]);
    let message = Value::Array(vec!["stats".into(), data, "a_1".into()]);
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &message).expect("memory takes everything");
    bytes.into()
}

/// The first time round may put right what no peer writes, such as text that is no UTF-8. After that nothing changes.
fn reads_the_same<M, E: std::fmt::Debug>(
    message: &M,
    write: impl Fn(&M) -> Vec<u8>,
    read: impl Fn(Bytes) -> Result<M, E>,
) {
    let again = read(write(message).into()).expect("what was written can be read");
    let written = write(&again);
    let once_more = read(written.clone().into()).expect("what was written can be read");
    assert_eq!(written, write(&once_more));
}

/// A report can be counted, shown and told, whatever is in it.
fn reports_count(report: &Report) {
    assert!(report.users.values().sum::<u64>() < u64::MAX);
    let requests = report.delta.num_requests();
    let mut stats = RunStats::new(Limits::default(), NOW);
    stats.merge(report.delta.clone());
    assert_eq!(stats.total().num_requests(), requests);
    for fraction in [0.0, 0.5, 1.0] {
        let _ = stats.total().percentile(fraction);
    }
    let _ = stats.total().requests_per_second();
    // Of the last bucket of all, which 600,000 years would be in, a build with checks cannot tell where it ends.
    let greatest = stats.total().response_times().quantile(1.0).unwrap_or_default();
    if greatest.as_micros() > 1 << 62 {
        return;
    }
    let _ = codec::told_by(report);

    let to_locust: Bytes = codec::for_master(&ToMaster::Stats(Box::new(report.clone())), "a_1").into();
    let told = expect_report(&to_locust);
    assert_eq!(told.users, report.users);
    assert_eq!(told.delta.num_requests(), requests);

    let health = report.health.clone().unwrap_or_default();
    let (to_katydid, _) = codec::report(
        &report.delta,
        &report.users,
        BTreeMap::new(),
        Some(Numbered {
            session: "a life".to_owned(),
            number: 7,
            health,
        }),
        "a_1",
    );
    let exact = expect_report(&to_katydid.into());
    assert_eq!(exact.number, Some(7));
    assert_eq!(exact.delta, report.delta);
}

fn expect_report(bytes: &Bytes) -> Report {
    match codec::to_master(bytes.clone(), NOW) {
        Ok(ToMaster::Stats(report)) => *report,
        other => panic!("not a report: {other:?}"),
    }
}
