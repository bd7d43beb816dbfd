//! The tables of failures and of exceptions, most frequent first.

use katydid_stats::{ExceptionRow, Failure, Snapshot};

use super::{LONGEST_CELL, push};
use crate::markup::{escaped, shortened};
use crate::python_text::unwrapped_error;

const MOST_FAILURES: usize = 500;
const MOST_EXCEPTIONS: usize = 100;
const LONGEST_TRACEBACK: usize = 8_000;

pub(super) fn push_failures(page: &mut String, snapshot: &Snapshot) {
    if snapshot.errors.is_empty() {
        return;
    }
    let mut failures: Vec<&Failure> = snapshot.errors.iter().collect();
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.occurrences));
    page.push_str(
        "<section>\n<h2>Failures</h2>\n<div class=\"scroll\"><table class=\"texts\">\n<thead><tr><th>Occurrences</th>\
         <th>Method</th><th>Name</th><th>Error</th><th>First seen</th><th>Last seen</th></tr></thead>\n<tbody>\n",
    );
    for failure in failures.iter().take(MOST_FAILURES) {
        push(
            page,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                failure.occurrences,
                shortened(&failure.method, LONGEST_CELL),
                shortened(&failure.name, LONGEST_CELL),
                shortened(&unwrapped_error(&failure.error), LONGEST_CELL),
                failure.first_seen.utc(),
                failure.last_seen.utc()
            ),
        );
    }
    if let Some(others) = failures.get(MOST_FAILURES..).filter(|others| !others.is_empty()) {
        let occurrences: u64 = others.iter().map(|failure| failure.occurrences).sum();
        push(
            page,
            format_args!(
                "<tr><td>{occurrences}</td><td colspan=\"5\">({} more errors)</td></tr>\n",
                others.len()
            ),
        );
    }
    page.push_str("</tbody>\n</table></div>\n</section>\n");
}

pub(super) fn push_exceptions(page: &mut String, snapshot: &Snapshot) {
    if snapshot.exceptions.is_empty() {
        return;
    }
    let mut exceptions: Vec<&ExceptionRow> = snapshot.exceptions.iter().collect();
    exceptions.sort_by_key(|exception| std::cmp::Reverse(exception.count));
    page.push_str(
        "<section>\n<h2>Exceptions</h2>\n<div class=\"scroll\"><table class=\"texts\">\n<thead><tr><th>Count</th>\
         <th>Message</th><th>Traceback</th><th>Nodes</th></tr></thead>\n<tbody>\n",
    );
    for exception in exceptions.iter().take(MOST_EXCEPTIONS) {
        let nodes: Vec<&str> = exception.nodes.iter().map(|node| &**node).collect();
        push(
            page,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td><details><summary>{}</summary><pre>{}</pre></details></td><td>{}</td></tr>\n",
                exception.count,
                shortened(&exception.message, LONGEST_CELL),
                shortened(last_line(&exception.traceback), 120),
                shortened(&exception.traceback, LONGEST_TRACEBACK),
                shortened(&nodes.join(", "), LONGEST_CELL)
            ),
        );
    }
    if let Some(others) = exceptions
        .get(MOST_EXCEPTIONS..)
        .filter(|others| !others.is_empty())
    {
        let count: u64 = others.iter().map(|exception| exception.count).sum();
        let text = format!("({} more tracebacks)", others.len());
        push(
            page,
            format_args!(
                "<tr><td>{count}</td><td colspan=\"3\">{}</td></tr>\n",
                escaped(&text)
            ),
        );
    }
    page.push_str("</tbody>\n</table></div>\n</section>\n");
}

/// Where a Python traceback says what happened.
fn last_line(traceback: &str) -> &str {
    traceback
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("traceback")
}
