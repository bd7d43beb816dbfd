//! The report: one file that draws a record, without anything beside it.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use katydid_stats::{HealthSnapshot, RunStats, Timestamp};

use crate::ReportContext;
use crate::record::{Extent, run_record};

include!(concat!(env!("OUT_DIR"), "/report_page.rs"));

/// What stands in the built page where the record belongs.
const PLACE: &str = "@@RUN_RECORD@@";

/// This Katydid cannot make reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this Katydid was built without its report page: run `make build`")]
pub struct NoReportPage;

/// A report is to be sent by mail and opened on a phone: this much of it may be the record.
const LARGEST_RECORD: usize = 1_700_000;

/// Whether reports can be made.
pub fn has_report_page() -> bool {
    PAGE.is_some()
}

/// The page that draws this record, which [`run_record`] made.
pub fn html_report(record: &str) -> Result<String, NoReportPage> {
    PAGE.map(|page| page.replacen(PLACE, &packed(record), 1))
        .ok_or(NoReportPage)
}

/// The record of a run for keeping: as much of it as a report has room for.
pub fn kept_record(
    stats: &RunStats,
    health: &HealthSnapshot,
    context: &ReportContext,
    now: Timestamp,
) -> String {
    let mut records = Extent::LADDER
        .into_iter()
        .map(|extent| run_record(stats, health, context, now, extent));
    let smallest = records.next_back().unwrap_or_default();
    records
        .find(|record| packed(record).len() <= LARGEST_RECORD)
        .unwrap_or(smallest)
}

/// Small, and without a letter that HTML knows.
pub(crate) fn packed(record: &str) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder
        .write_all(record.as_bytes())
        .and_then(|()| encoder.finish())
        .expect("memory can be written to");
    STANDARD.encode(packed)
}

/// A name for a file of results, as Locust makes it: when the run began, its file and its target; `what` is its end.
pub fn result_file_name(context: &ReportContext, began: Timestamp, what: &str) -> String {
    let began = began.utc().replace(':', "-");
    let host = context.host.as_deref().filter(|host| !host.is_empty());
    let host = host.map(|host| format!("_{host}")).unwrap_or_default();
    format!("Locust_{began}_{}{host}{what}", context.locustfile)
}
