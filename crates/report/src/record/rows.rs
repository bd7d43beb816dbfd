//! Rows of a record that may be too many: the first of them, and how many more there are.

use katydid_gate::{Finding, Judgement, Verdict};
use katydid_stats::{ExceptionRow, Failure, RunStats};
use serde::Serialize;

use crate::verdict::{FindingCounts, gravest_first};

/// Letters of a text that are told.
const LONGEST_TEXT: usize = 4_000;

/// Rows of a table, and how many more there are.
#[derive(Serialize)]
pub struct Rows<T> {
    /// Those that are told.
    pub rows: Vec<T>,
    /// How many are not.
    pub left_out: usize,
}

impl<T> Rows<T> {
    /// The first of those, which are sorted.
    fn first(mut rows: Vec<T>, most: usize) -> Self {
        let left_out = rows.len().saturating_sub(most);
        rows.truncate(most);
        Self { rows, left_out }
    }
}

/// Failures, the most frequent first, and at most so many rows.
pub fn failures(stats: &RunStats, most: usize) -> Rows<Failure> {
    let mut rows: Vec<Failure> = stats.errors().iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.occurrences));
    let mut rows = Rows::first(rows, most);
    rows.rows.iter_mut().for_each(|row| shorten(&mut row.error));
    rows
}

/// Exceptions, the most frequent first, and at most so many rows.
pub fn exceptions(stats: &RunStats, most: usize) -> Rows<ExceptionRow> {
    let mut rows: Vec<ExceptionRow> = stats.exceptions().iter().cloned().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    let mut rows = Rows::first(rows, most);
    for row in &mut rows.rows {
        shorten(&mut row.message);
        shorten(&mut row.traceback);
    }
    rows
}

fn shorten(text: &mut std::sync::Arc<str>) {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_TEXT) {
        *text = format!("{}…", &text[..end]).into();
    }
}

/// What a run came to, and the findings that it came from.
#[derive(Serialize)]
pub(super) struct VerdictView<'a> {
    verdict: Verdict,
    counts: FindingCounts,
    findings: Vec<&'a Finding>,
    findings_left_out: usize,
}

impl<'a> VerdictView<'a> {
    /// The gravest findings, and at most so many of them.
    pub(super) fn new(judgement: &'a Judgement, most: usize) -> Self {
        let Rows { rows, left_out } = Rows::first(gravest_first(&judgement.findings), most);
        Self {
            verdict: judgement.verdict,
            counts: FindingCounts::of(&judgement.findings),
            findings: rows,
            findings_left_out: left_out,
        }
    }
}
