//! One page about one run, which needs nothing beside it: no scripts, no fonts, no network.
//!
//! Bounded in size: tables have a most of rows and say what they left out, texts are cut, charts are thinned.

mod chart;
mod failure_tables;
mod request_tables;
mod task_ratio;

use std::fmt::Write;

use katydid_stats::{HealthSnapshot, HistoryPoint, Snapshot, Timestamp};

use crate::ReportContext;
use crate::markup::{escaped, shortened};
use crate::progress::{closing_notes, milliseconds};

/// Letters of a name or an error that a table shows.
const LONGEST_CELL: usize = 300;

const STYLE: &str = include_str!("html/style.css");

/// The whole page.
pub fn html_page(snapshot: &Snapshot, history: &[HistoryPoint], context: &ReportContext) -> String {
    let mut page = String::with_capacity(64 * 1024);
    let title = context
        .profile
        .as_deref()
        .or(context.host.as_deref())
        .unwrap_or("Load test");
    push(
        &mut page,
        format_args!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{} – load test report</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
            shortened(title, LONGEST_CELL)
        ),
    );
    push_header(&mut page, snapshot, context);
    push_notes(&mut page, snapshot);
    push_figures(&mut page, snapshot);
    chart::push_charts(&mut page, history, snapshot.start_time);
    request_tables::push_requests(&mut page, snapshot);
    request_tables::push_percentiles(&mut page, snapshot);
    failure_tables::push_failures(&mut page, snapshot);
    failure_tables::push_exceptions(&mut page, snapshot);
    task_ratio::push_task_ratio(&mut page, &context.task_ratio);
    push_health(&mut page, &snapshot.health);
    push_settings(&mut page, context);
    push(
        &mut page,
        format_args!(
            "<footer>Made by Katydid {}</footer>\n</main>\n</body>\n</html>\n",
            escaped(&context.version)
        ),
    );
    page
}

fn push_header(page: &mut String, snapshot: &Snapshot, context: &ReportContext) {
    let start = context.start_time;
    let end = context
        .end_time
        .or(snapshot.last_request_timestamp)
        .unwrap_or(start);
    push(
        page,
        format_args!("<header>\n<h1>Load test report</h1>\n<dl class=\"facts\">\n"),
    );
    let profile = context
        .profile
        .as_ref()
        .map(|profile| ("Profile", profile.clone()));
    let facts = profile.into_iter().chain([
        ("Host", context.host.clone().unwrap_or_else(|| "none".to_owned())),
        ("Script", context.locustfile.clone()),
        (
            "During",
            format!(
                "{} – {} ({})",
                start.utc(),
                end.utc(),
                duration_in_words(start, end)
            ),
        ),
    ]);
    for (label, value) in facts {
        push(
            page,
            format_args!(
                "<div><dt>{label}</dt><dd>{}</dd></div>\n",
                shortened(&value, 2000)
            ),
        );
    }
    page.push_str("</dl>\n</header>\n");
}

fn push_notes(page: &mut String, snapshot: &Snapshot) {
    for note in closing_notes(snapshot) {
        push(
            page,
            format_args!("<p class=\"note\" role=\"note\">{}</p>\n", escaped(&note)),
        );
    }
}

/// The handful of numbers that most readers come for.
fn push_figures(page: &mut String, snapshot: &Snapshot) {
    let total = &snapshot.total;
    let quantile = |wanted: f64| {
        let position = snapshot
            .percentiles
            .report
            .iter()
            .position(|&fraction| fraction == wanted)?;
        total.percentiles.get(position).copied().flatten()
    };
    let time =
        |time: Option<f64>| time.map_or_else(|| "–".to_owned(), |time| format!("{} ms", milliseconds(time)));
    let figures = [
        ("Requests", total.num_requests.to_string()),
        ("Requests/s", format!("{:.1}", total.total_rps)),
        (
            "Failures",
            format!("{} ({:.2} %)", total.num_failures, total.fail_ratio * 100.0),
        ),
        (
            "Median",
            time(Some(total.median_response_time).filter(|_| total.max_response_time.is_some())),
        ),
        ("95 %", time(quantile(0.95))),
        ("99 %", time(quantile(0.99))),
        ("Slowest", time(total.max_response_time)),
    ];
    page.push_str("<section class=\"figures\" aria-label=\"Summary\">\n");
    for (label, figure) in figures {
        push(
            page,
            format_args!("<div><span>{label}</span><strong>{figure}</strong></div>\n"),
        );
    }
    page.push_str("</section>\n");
}

fn push_health(page: &mut String, health: &HealthSnapshot) {
    let percent =
        |value: Option<f64>| value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.0} %"));
    let verdict = match &health.reason {
        Some(reason) => format!("The load generator was the limit: {reason}."),
        None => "The load generator kept up.".to_owned(),
    };
    let rows = [
        (
            "Responses waited for the Python thread",
            format!(
                "median {} ms, 99 % {} ms, longest {} ms",
                milliseconds(health.resume_lag_p50_ms),
                milliseconds(health.resume_lag_p99_ms),
                milliseconds(health.resume_lag_max_ms)
            ),
        ),
        (
            "Users started late",
            format!(
                "99 % {} ms, longest {} ms",
                milliseconds(health.spawn_lag_p99_ms),
                milliseconds(health.spawn_lag_max_ms)
            ),
        ),
        (
            "Use of one core",
            format!(
                "mean {}, greatest {}",
                percent(health.cpu_percent_mean),
                percent(health.cpu_percent_max)
            ),
        ),
    ];
    push(
        page,
        format_args!(
            "<section>\n<h2>Load generator</h2>\n<p>{}</p>\n<dl class=\"facts\">\n",
            escaped(&verdict)
        ),
    );
    for (label, text) in rows {
        push(page, format_args!("<div><dt>{label}</dt><dd>{text}</dd></div>\n"));
    }
    page.push_str("</dl>\n</section>\n");
}

fn push_settings(page: &mut String, context: &ReportContext) {
    if context.settings.is_empty() {
        return;
    }
    page.push_str("<section>\n<h2>Settings</h2>\n<dl class=\"facts\">\n");
    for (label, value) in context.settings.iter().take(200) {
        let (label, value) = (shortened(label, LONGEST_CELL), shortened(value, 2000));
        push(
            page,
            format_args!("<div><dt>{label}</dt><dd>{value}</dd></div>\n"),
        );
    }
    page.push_str("</dl>\n</section>\n");
}

/// "1 minute and 3 seconds", whole seconds.
fn duration_in_words(start: Timestamp, end: Timestamp) -> String {
    let seconds = (end.0 - start.0).max(0.0) as u64;
    let parts = [
        (seconds / 86_400, "day"),
        (seconds / 3_600 % 24, "hour"),
        (seconds / 60 % 60, "minute"),
        (seconds % 60, "second"),
    ];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
        .collect();
    match words.split_last() {
        None => "0 seconds".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_locusts() {
        let table = [
            (0.9, "0 seconds"),
            (1.0, "1 second"),
            (63.0, "1 minute and 3 seconds"),
            (3600.0, "1 hour"),
            (90_061.0, "1 day, 1 hour, 1 minute and 1 second"),
            (-5.0, "0 seconds"),
        ];
        for (seconds, words) in table {
            assert_eq!(duration_in_words(Timestamp(0.0), Timestamp(seconds)), words);
        }
    }
}
