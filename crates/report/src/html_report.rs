//! The report: one file that draws a record, without anything beside it.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use katydid_stats::Timestamp;

use crate::ReportContext;

include!(concat!(env!("OUT_DIR"), "/report_page.rs"));

/// What stands in the built page where the record belongs.
const PLACE: &str = "@@RUN_RECORD@@";

/// This Katydid cannot make reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this Katydid was built without its report page: run `make build`")]
pub struct NoReportPage;

/// The page that draws this record.
pub fn html_report(record: &str) -> Result<String, NoReportPage> {
    let page = PAGE.ok_or(NoReportPage)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder
        .write_all(record.as_bytes())
        .and_then(|()| encoder.finish())
        .expect("memory can be written to");
    Ok(page.replacen(PLACE, &STANDARD.encode(packed), 1))
}

/// A name for a file of results, as Locust makes it: when the run began, its file and its target; `what` is its end.
pub fn result_file_name(context: &ReportContext, began: Timestamp, what: &str) -> String {
    let began = began.utc().replace(':', "-");
    let host = context.host.as_deref().filter(|host| !host.is_empty());
    let host = host.map(|host| format!("_{host}")).unwrap_or_default();
    format!("Locust_{began}_{}{host}{what}", context.locustfile)
}
