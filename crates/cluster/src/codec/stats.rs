//! A `stats` message: what Locust puts into it, and the exact numbers that Katydid adds.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use katydid_engine::UserCounts;
use katydid_stats::{
    EntryReport, ExceptionRow, Failure, Limits, RunStats, StatsDelta, TOTAL_NAME, Timestamp,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::error_key::error_key;
use super::{DEEPEST, MOST_USERS};
use crate::message::{Numbered, Report, WorkerHealth};

/// What of a `stats` message is read. Other keys belong to listeners in user code.
#[derive(Debug, Deserialize)]
struct Received {
    #[serde(default)]
    stats: Vec<EntryReport>,
    #[serde(default)]
    errors: BTreeMap<String, FailureReport>,
    #[serde(default)]
    user_classes_count: UserCounts,
    #[serde(default)]
    katydid: Option<Own>,
}

/// What Katydid nodes say to each other in it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Own {
    #[serde(default)]
    session: Option<String>,
    number: u64,
    /// A `StatsDelta`, packed.
    #[serde(with = "serde_bytes")]
    delta: Vec<u8>,
    health: WorkerHealth,
}

/// A row of failures as Locust tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FailureReport {
    method: Arc<str>,
    name: Arc<str>,
    error: Arc<str>,
    occurrences: u64,
    #[serde(default)]
    first_seen: Option<f64>,
    #[serde(default)]
    last_seen: Option<f64>,
}

/// Reads the data of a `stats` message.
pub(super) fn read(data: Bytes, now: Timestamp) -> Result<Report, rmp_serde::decode::Error> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(&data);
    deserializer.set_max_depth(DEEPEST);
    let mut received = Received::deserialize(&mut deserializer)?;
    // The node id: without it, the message is not a whole one.
    IgnoredAny::deserialize(&mut deserializer)?;
    for count in received.user_classes_count.values_mut() {
        *count = (*count).min(MOST_USERS);
    }
    let mut report = Report {
        users: received.user_classes_count,
        raw: data,
        ..Report::default()
    };
    match received.katydid {
        Some(own) => {
            report.delta = rmp_serde::from_slice(&own.delta)?;
            report.number = Some(own.number);
            report.session = own.session;
            report.health = Some(own.health);
        }
        None => {
            received.stats.iter_mut().for_each(bound);
            report.delta = delta_of(&received.stats, received.errors.into_values(), now);
        }
    }
    report.delta.tame(now);
    Ok(report)
}

/// Bounds what is added up before [`StatsDelta::tame`] sees it: several times of a row may share a bucket.
fn bound(row: &mut EntryReport) {
    let counts = row.response_times.values_mut();
    counts.for_each(|count| *count = (*count).min(u32::MAX.into()));
}

fn delta_of(
    stats: &[EntryReport],
    errors: impl Iterator<Item = FailureReport>,
    now: Timestamp,
) -> StatsDelta {
    StatsDelta {
        entries: stats.iter().map(EntryReport::delta).collect(),
        failures: errors
            .map(|row| Failure {
                method: row.method,
                name: row.name,
                error: row.error,
                occurrences: row.occurrences,
                first_seen: row.first_seen.map_or(now, Timestamp),
                last_seen: row.last_seen.map_or(now, Timestamp),
            })
            .collect(),
        ..StatsDelta::default()
    }
}

/// What a worker's report says in the keys that Locust knows.
#[derive(Debug, Default, Serialize)]
pub(super) struct LocustReport {
    stats: Vec<EntryReport>,
    stats_total: EntryReport,
    errors: BTreeMap<String, FailureReport>,
}

/// Tells an interval as Locust does: times rounded to two digits, one row for each name, exceptions left out, which
/// have messages of their own.
pub(super) fn locust_report(delta: StatsDelta, now: Timestamp) -> (LocustReport, Vec<ExceptionRow>) {
    let mut merged = RunStats::new(Limits::default(), now);
    merged.merge(delta);
    let errors = merged.errors().iter().map(|row| {
        let key = error_key(&row.method, &row.name, &row.error);
        let told = FailureReport {
            method: row.method,
            name: row.name,
            error: row.error,
            occurrences: row.occurrences,
            first_seen: Some(row.first_seen.0),
            last_seen: Some(row.last_seen.0),
        };
        (key, told)
    });
    let report = LocustReport {
        stats: merged.entries().map(EntryReport::from).collect(),
        stats_total: EntryReport {
            name: TOTAL_NAME.into(),
            ..EntryReport::from(merged.total())
        },
        errors: errors.collect(),
    };
    (report, merged.exceptions().iter().cloned().collect())
}

/// The part that only a Katydid master reads.
pub(super) fn own(numbered: Numbered, delta: &StatsDelta) -> Result<Own, rmp_serde::encode::Error> {
    Ok(Own {
        session: Some(numbered.session),
        number: numbered.number,
        delta: rmp_serde::to_vec(delta)?,
        health: numbered.health,
    })
}
