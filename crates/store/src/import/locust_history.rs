//! Locust's `_stats_history.csv`: when the run was, how many users there were, and its windows of ten seconds.
//!
//! A row tells percentiles of the last ten seconds, if Locust was asked for its full history; else they are those of the
//! run so far, from which no window can be told. Rows that follow each other overlap, so of ten only one is used. The
//! file is read twice, because windows end where the run does: then the last one is whole, and the first one is what
//! Locust reckons for it, which begins where the run began.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use katydid_gate::Endpoint;
use katydid_stats::{EntrySecond, SparseCounts, Timestamp};

use super::csv_table::{Column, CsvRow, CsvTable};
use super::import_error::ImportError;
use super::knots::Knots;
use super::locust_tables::endpoint;
use crate::KeptEndpoint;

/// Seconds that Locust's current percentiles look back, and the length of a window.
pub const WINDOW_SECONDS: i64 = 10;

/// Most windows of all endpoints: a day of a hundred endpoints.
const WINDOW_LIMIT: usize = 1_000_000;

/// Last second of the year 9999.
const LATEST: u64 = 253_402_300_799;

/// One row of the history.
#[derive(Clone, Debug)]
struct HistoryRow {
    line: u64,
    second: i64,
    users: u64,
    endpoint: Endpoint,
    /// From the beginning of the run, as is all that follows, except percentiles.
    requests: u64,
    failures: u64,
    mean: f64,
    least: f64,
    percentiles: Vec<(f64, f64)>,
}

/// The run as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    /// Line after which the figures that count begin: Locust may have counted anew.
    begins_after: u64,
    first: Option<i64>,
    last: i64,
    before: Option<(u64, u64)>,
    /// First and last second with most users.
    peak: Option<(i64, i64)>,
    /// Whether users left and came back in between.
    has_dips: bool,
    /// Most users.
    pub(super) peak_user_count: u64,
    /// Whether there are rows of endpoints.
    pub(super) is_full: bool,
    /// How often counting began anew.
    pub(super) resets: u64,
    /// Line of a row that was cut off.
    pub(super) cut_off: Option<u64>,
}

impl Survey {
    /// Looks through the file.
    pub(super) fn read(path: &Path) -> Result<Self, ImportError> {
        let table = CsvTable::open(path)?;
        let columns = HistoryColumns::of(&table)?;
        let mut survey = Self::default();
        let cut_off = table.read_rows(
            |row| columns.read(row),
            |row| {
                survey.add(&row);
                Ok(())
            },
        )?;
        Ok(Self { cut_off, ..survey })
    }

    fn add(&mut self, row: &HistoryRow) {
        if !row.endpoint.is_total() {
            self.is_full = true;
            return;
        }
        let (line_before, requests_before) = self.before.unwrap_or_default();
        if row.requests < requests_before {
            *self = Self {
                begins_after: line_before,
                resets: self.resets + 1,
                is_full: self.is_full,
                ..Self::default()
            };
        }
        let grew = row.requests > self.before.map_or(0, |(_, requests)| requests);
        self.before = Some((row.line, row.requests));
        if row.users == 0 && !grew {
            return;
        }
        // The clock may have been put back meanwhile.
        self.first = Some(self.first.map_or(row.second, |first| first.min(row.second)));
        self.last = self.last.max(row.second);
        self.add_users(row);
    }

    fn add_users(&mut self, row: &HistoryRow) {
        match &mut self.peak {
            Some((_, until)) if row.users == self.peak_user_count => {
                self.has_dips |= row.second - *until > 2;
                *until = row.second;
            }
            Some(_) if row.users < self.peak_user_count => {}
            _ => {
                self.peak = Some((row.second, row.second));
                self.peak_user_count = row.users;
                self.has_dips = false;
            }
        }
    }

    /// When the run began and ended, if it did anything.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.first?;
        Some((Timestamp(first as f64), Timestamp(self.last as f64)))
    }

    /// When all users were there, if most of the run was spent with them.
    pub(super) fn ramp_done_at(&self) -> Option<Timestamp> {
        let (from, until) = self.peak?;
        let is_plateau = !self.has_dips && until > from && self.last - until <= WINDOW_SECONDS;
        is_plateau.then_some(Timestamp(from as f64))
    }

    /// Windows of the given endpoints, in order of time.
    pub(super) fn windows(
        &self,
        path: &Path,
        endpoints: &[KeptEndpoint],
    ) -> Result<Vec<EntrySecond>, ImportError> {
        let Some(first) = self.first else {
            return Ok(Vec::new());
        };
        let table = CsvTable::open(path)?;
        let columns = HistoryColumns::of(&table)?;
        let mut windows = Windows {
            path,
            first,
            last: self.last,
            open: endpoints
                .iter()
                .filter(|kept| !kept.endpoint.is_total())
                .map(|kept| (kept.endpoint.clone(), OpenWindow::default()))
                .collect(),
            closed: Vec::new(),
        };
        table.read_rows(
            |row| columns.read(row),
            |row| {
                let counts = row.line > self.begins_after && row.second >= first && row.second <= self.last;
                if counts { windows.add(row) } else { Ok(()) }
            },
        )?;
        windows.finish(endpoints)
    }
}

/// Windows while the file is read.
#[derive(Debug)]
struct Windows<'a> {
    path: &'a Path,
    first: i64,
    last: i64,
    open: HashMap<Endpoint, OpenWindow>,
    closed: Vec<EntrySecond>,
}

/// A window evenly over its seconds, so that rates are right at any of them: each gets every so manieth of its values.
fn spread(window: &EntrySecond, begin: i64, end: i64) -> Vec<EntrySecond> {
    let seconds = (end - begin + 1).max(1) as u64;
    let mut before = 0;
    let mut parts = vec![Vec::new(); seconds as usize];
    for (bucket, count) in window.response_times.iter() {
        let after = before + u64::from(count);
        for (part, counts) in (0..).zip(&mut parts) {
            // How many numbers from `before` to `after` leave the rest `part`.
            let up_to = |end: u64| (end + seconds - 1 - part) / seconds;
            let of_part = up_to(after) - up_to(before);
            if of_part > 0 {
                counts.push((bucket, u32::try_from(of_part).unwrap_or(u32::MAX)));
            }
        }
        before = after;
    }
    let share = |sum: u64, part: u64| (sum + seconds - 1 - part) / seconds;
    let of_second = |(part, counts): (u64, Vec<(u16, u32)>)| EntrySecond {
        second: begin + part as i64,
        requests: share(window.requests, part),
        failures: share(window.failures, part),
        response_times: SparseCounts::from_buckets(counts),
        ..window.clone()
    };
    (0..)
        .zip(parts)
        .map(of_second)
        .filter(|second| second.requests > 0 || second.failures > 0)
        .collect()
}

/// The window of one endpoint that may get later rows.
#[derive(Debug, Default)]
struct OpenWindow {
    latest: Option<HistoryRow>,
    /// What was counted in windows before.
    requests: u64,
    failures: u64,
    sum: f64,
}

impl Windows<'_> {
    fn add(&mut self, row: HistoryRow) -> Result<(), ImportError> {
        let number = self.number_of(row.second);
        // Endpoints that the table of requests does not tell were left out of it on purpose, or the file is not its.
        let Some(open) = self.open.get_mut(&row.endpoint) else {
            return Ok(());
        };
        let latest = open.latest.replace(row);
        let ended = latest.filter(|latest| (self.last - latest.second) / WINDOW_SECONDS != number);
        let closed = ended.and_then(|row| open.close(&row, None));
        self.put(closed)
    }

    /// Windows are numbered from the end.
    fn number_of(&self, second: i64) -> i64 {
        (self.last - second) / WINDOW_SECONDS
    }

    fn put(&mut self, closed: Option<EntrySecond>) -> Result<(), ImportError> {
        let Some(window) = closed else {
            return Ok(());
        };
        if self.closed.len() >= WINDOW_LIMIT * WINDOW_SECONDS as usize {
            return Err(ImportError::format(
                self.path,
                format!("it has more than {WINDOW_LIMIT} windows of {WINDOW_SECONDS} seconds"),
            ));
        }
        let end = self.last - self.number_of(window.second) * WINDOW_SECONDS;
        let begin = (end - WINDOW_SECONDS + 1).max(self.first);
        self.closed.extend(spread(&window, begin, end));
        Ok(())
    }

    fn finish(mut self, endpoints: &[KeptEndpoint]) -> Result<Vec<EntrySecond>, ImportError> {
        for kept in endpoints {
            let Some(mut open) = self.open.remove(&kept.endpoint) else {
                continue;
            };
            let closed = open.latest.take().and_then(|row| open.close(&row, Some(kept)));
            self.put(closed)?;
        }
        // Stable, so that endpoints keep their order within a second.
        self.closed.sort_by_key(|window| window.second);
        Ok(self.closed)
    }
}

impl OpenWindow {
    /// The window that ends with a row; its second is that of the row. `None` when nothing happened in it, or when Locust
    /// did not know its percentiles: then its requests count in the next one, or, if there is none, by the `summary`.
    fn close(&mut self, row: &HistoryRow, summary: Option<&KeptEndpoint>) -> Option<EntrySecond> {
        let requests = row
            .requests
            .checked_sub(self.requests)
            .filter(|&requests| requests > 0)?;
        let sum = row.mean * row.requests as f64;
        let mean = ((sum - self.sum) / requests as f64).max(0.0);
        // Locust prints 0 where it knows nothing.
        let is_unknown = mean >= 1.0 && row.percentiles.iter().all(|&(_, value)| value == 0.0);
        let of_run;
        let percentiles = match (is_unknown, summary) {
            (false, _) => &row.percentiles,
            (true, None) => return None,
            (true, Some(kept)) => {
                let summary = kept.summary.as_ref()?;
                of_run = [&summary.percentiles[..], &[(1.0, summary.max)]].concat();
                &of_run
            }
        };
        let knots = Knots {
            count: requests,
            least: row.least,
            mean,
            percentiles,
        };
        let window = EntrySecond {
            second: row.second,
            method: Arc::clone(&row.endpoint.method),
            name: Arc::clone(&row.endpoint.name),
            requests,
            failures: row.failures.saturating_sub(self.failures),
            response_times: SparseCounts::from_milliseconds(knots.spread()),
        };
        (self.requests, self.failures, self.sum) = (row.requests, row.failures, sum);
        Some(window)
    }
}

/// Columns of the history.
#[derive(Debug)]
struct HistoryColumns {
    second: Column,
    users: Column,
    method: Column,
    name: Column,
    requests: Column,
    failures: Column,
    average: Column,
    least: Column,
    percentiles: Vec<(f64, Column)>,
}

impl HistoryColumns {
    fn of(table: &CsvTable) -> Result<Self, ImportError> {
        Ok(Self {
            second: table.column(&["Timestamp"])?,
            users: table.column(&["User Count"])?,
            method: table.column(&["Type"])?,
            name: table.column(&["Name"])?,
            requests: table.column(&["Total Request Count"])?,
            failures: table.column(&["Total Failure Count"])?,
            average: table.column(&["Total Average Response Time"])?,
            least: table.column(&["Total Min Response Time"])?,
            percentiles: table.percentile_columns()?,
        })
    }

    fn read(&self, row: &CsvRow<'_>) -> Result<HistoryRow, ImportError> {
        let second = row.whole(self.second)?;
        if second > LATEST {
            return Err(row.refused(self.second, "a time in seconds since 1970"));
        }
        let requests = row.whole(self.requests)?;
        Ok(HistoryRow {
            line: row.line,
            second: second as i64,
            users: row.whole(self.users)?,
            endpoint: endpoint(&row.text(self.method), &row.text(self.name)),
            requests,
            failures: row.whole(self.failures)?,
            mean: row.number(self.average)?,
            least: row.number(self.least)?.max(0.0),
            percentiles: self.percentiles(row, requests)?,
        })
    }

    /// Without requests all cells are `N/A`.
    fn percentiles(&self, row: &CsvRow<'_>, requests: u64) -> Result<Vec<(f64, f64)>, ImportError> {
        if requests == 0 {
            return Ok(Vec::new());
        }
        let cells = self.percentiles.iter();
        cells
            .map(|&(fraction, column)| Ok((fraction, row.number(column)?.max(0.0))))
            .collect()
    }
}
