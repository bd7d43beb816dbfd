//! Results to take away: tables as CSV, the report, the record.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};
use katydid_report::record::{Extent, run_record};
use katydid_report::{
    NoReportPage, ReportContext, exceptions_csv, failures_csv, html_report, kept_record, result_file_name,
    stats_csv,
};
use katydid_stats::{HealthSnapshot, RunStats, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::desk::Question;
use crate::error::Refusal;
use crate::site::Site;

/// A table of results as CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Requests.
    Requests,
    /// Failures.
    Failures,
    /// Exceptions.
    Exceptions,
    /// Every entry over time, if such a file is written.
    FullHistory,
}

impl Site {
    /// A table: the name of its file, and its content. `None` for a history that nobody writes.
    pub fn table(&self, table: Table) -> Option<(String, Vec<u8>)> {
        let snapshot = || self.collector.snapshot(Timestamp::now());
        let (what, bytes) = match table {
            Table::Requests => ("requests", stats_csv(&snapshot())),
            Table::Failures => ("failures", failures_csv(&snapshot())),
            Table::Exceptions => ("exceptions", exceptions_csv(&snapshot())),
            Table::FullHistory => {
                let file = self.settings.full_history_file.as_ref()?;
                ("requests_full_history", std::fs::read(file).ok()?)
            }
        };
        Some((self.file_name(&format!("_{what}.csv")), bytes))
    }

    /// The report: the name of its file, and the page.
    pub fn report(&self, task_ratio: Value) -> Result<(String, String), NoReportPage> {
        let page = html_report(&self.kept_record(task_ratio))?;
        Ok((self.file_name(".html"), page))
    }

    fn live_record(&self, task_ratio: Value) -> String {
        self.record(task_ratio, |stats, health, context, now| {
            run_record(stats, health, context, now, Extent::LIVE)
        })
    }

    fn kept_record(&self, task_ratio: Value) -> String {
        self.record(task_ratio, kept_record)
    }

    fn record(
        &self,
        task_ratio: Value,
        make: impl FnOnce(&RunStats, &HealthSnapshot, &ReportContext, Timestamp) -> String,
    ) -> String {
        let context = ReportContext {
            task_ratio,
            ..self.context()
        };
        let health = self.collector.health().snapshot();
        let now = Timestamp::now();
        self.collector.with(|stats| make(stats, &health, &context, now))
    }

    fn file_name(&self, what: &str) -> String {
        let began = self.collector.with(|stats| stats.clock().start_time);
        // Names come from files and hosts: only what no header and no file system trips over.
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        result_file_name(&self.context(), began, what)
            .chars()
            .map(|letter| if plain(letter) { letter } else { '_' })
            .collect()
    }

    /// Ratios of tasks. A record without them is better than none while the users keep the Python thread busy.
    async fn task_ratio(&self) -> Value {
        self.ask(Question::Tasks).await.unwrap_or_default()
    }
}

/// `GET` of one of the tables.
pub(crate) async fn table(site: &Site, table: Table) -> Result<Response, Refusal> {
    let (name, bytes) = site.table(table).ok_or_else(|| {
        Refusal::Missing("Error: Server was not started with option to generate full history.".to_owned())
    })?;
    let tag = format!("\"{}-{}\"", bytes.len(), Timestamp::now().second());
    let mut response = attachment("text/csv", &name, bytes);
    if table == Table::FullHistory
        && let Ok(tag) = tag.parse()
    {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

fn attachment(content_type: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename={name}")),
    ];
    (headers, bytes).into_response()
}

/// What may be said behind `?` of a download.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    download: Option<String>,
}

/// `GET /stats/report`.
pub(crate) async fn report(
    State(site): State<Arc<Site>>,
    Query(wish): Query<Wish>,
) -> Result<Response, Refusal> {
    let ratio = site.task_ratio().await;
    let (name, page) = site
        .report(ratio)
        .map_err(|error| Refusal::Missing(error.to_string()))?;
    if wish.download.is_some() {
        return Ok(attachment("text/html; charset=utf-8", &name, page.into_bytes()));
    }
    Ok(([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response())
}

/// `GET /live/run`.
pub(crate) async fn record(State(site): State<Arc<Site>>, Query(wish): Query<Wish>) -> Response {
    let ratio = site.task_ratio().await;
    if wish.download.is_none() {
        let record = site.live_record(ratio);
        return ([(CONTENT_TYPE, "application/json")], record).into_response();
    }
    let record = site.kept_record(ratio);
    attachment("application/json", &site.file_name(".json"), record.into_bytes())
}
