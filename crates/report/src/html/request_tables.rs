//! The tables of requests and of percentiles. Each adds up to its last row.

use katydid_stats::{EntrySnapshot, Snapshot};

use super::{LONGEST_CELL, push};
use crate::markup::shortened;
use crate::progress::milliseconds;
use crate::python_text::percentile_heading;

/// Names that a page shows; those with most requests, if there are more.
const MOST_ROWS: usize = 1_000;

pub(super) fn push_requests(page: &mut String, snapshot: &Snapshot) {
    let (shown, others) = shown_entries(snapshot);
    page.push_str(
        "<section>\n<h2>Requests</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Method</th><th>Name</th>\
         <th>Requests</th><th>Failures</th><th>Average (ms)</th><th>Min (ms)</th><th>Median (ms)</th>\
         <th>Max (ms)</th><th>Average size (bytes)</th><th>Requests/s</th><th>Failures/s</th></tr></thead>\n<tbody>\n",
    );
    shown.iter().for_each(|entry| push_request_row(page, entry));
    if !others.is_empty() {
        push(
            page,
            format_args!(
                "<tr><td></td><td>({} more names)</td><td>{}</td><td>{}</td><td colspan=\"7\"></td></tr>\n",
                others.len(),
                others.iter().map(|entry| entry.num_requests).sum::<u64>(),
                others.iter().map(|entry| entry.num_failures).sum::<u64>()
            ),
        );
    }
    page.push_str("</tbody>\n<tfoot>\n");
    push_request_row(page, &snapshot.total);
    page.push_str("</tfoot>\n</table></div>\n</section>\n");
}

fn push_request_row(page: &mut String, entry: &EntrySnapshot) {
    let median = entry.max_response_time.map(|_| entry.median_response_time);
    let average = entry.max_response_time.map(|_| entry.avg_response_time);
    push_names(page, entry);
    let failed = if entry.num_failures > 0 {
        " class=\"failed\""
    } else {
        ""
    };
    push(
        page,
        format_args!(
            "<td>{}</td><td{failed}>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.0}</td><td>{:.2}</td><td>{:.2}</td></tr>\n",
            entry.num_requests,
            entry.num_failures,
            time_cell(average),
            time_cell(entry.min_response_time),
            time_cell(median),
            time_cell(entry.max_response_time),
            entry.avg_content_length,
            entry.total_rps,
            entry.total_fail_per_sec
        ),
    );
}

pub(super) fn push_percentiles(page: &mut String, snapshot: &Snapshot) {
    let (shown, others) = shown_entries(snapshot);
    page.push_str(
        "<section>\n<h2>Response times (ms)</h2>\n<div class=\"scroll\"><table>\n\
         <thead><tr><th>Method</th><th>Name</th>",
    );
    for &fraction in &snapshot.percentiles.report {
        push(page, format_args!("<th>{}</th>", percentile_heading(fraction)));
    }
    page.push_str("<th>Requests</th></tr></thead>\n<tbody>\n");
    shown.iter().for_each(|entry| push_percentile_row(page, entry));
    if !others.is_empty() {
        push(
            page,
            format_args!(
                "<tr><td></td><td>({} more names)</td><td colspan=\"{}\"></td><td>{}</td></tr>\n",
                others.len(),
                snapshot.percentiles.report.len(),
                others.iter().map(|entry| entry.num_requests).sum::<u64>()
            ),
        );
    }
    page.push_str("</tbody>\n<tfoot>\n");
    push_percentile_row(page, &snapshot.total);
    page.push_str("</tfoot>\n</table></div>\n</section>\n");
}

fn push_percentile_row(page: &mut String, entry: &EntrySnapshot) {
    push_names(page, entry);
    for &time in &entry.percentiles {
        push(page, format_args!("<td>{}</td>", time_cell(time)));
    }
    push(page, format_args!("<td>{}</td></tr>\n", entry.num_requests));
}

fn push_names(page: &mut String, entry: &EntrySnapshot) {
    let (method, name) = (
        shortened(&entry.method, LONGEST_CELL),
        shortened(&entry.name, LONGEST_CELL),
    );
    push(page, format_args!("<tr><td>{method}</td><td>{name}</td>"));
}

fn time_cell(time: Option<f64>) -> String {
    time.map_or_else(|| "–".to_owned(), milliseconds)
}

/// The entries to show, in their order, and those to sum up.
fn shown_entries(snapshot: &Snapshot) -> (Vec<&EntrySnapshot>, Vec<&EntrySnapshot>) {
    let mut by_requests: Vec<&EntrySnapshot> = snapshot.entries.iter().collect();
    if by_requests.len() <= MOST_ROWS {
        return (by_requests, Vec::new());
    }
    by_requests.sort_by_key(|entry| std::cmp::Reverse(entry.num_requests + entry.num_failures));
    let others = by_requests.split_off(MOST_ROWS);
    by_requests.sort_by_key(|entry| (&entry.name, &entry.method));
    (by_requests, others)
}
