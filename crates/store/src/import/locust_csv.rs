//! The CSV files that Locust writes with `--csv`, and Katydid like it.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use katydid_gate::RunFacts;
use katydid_stats::Timestamp;

use super::locust_history::{Survey, WINDOW_SECONDS};
use super::locust_tables::{count_exceptions, cut_off_remark, read_failures, read_stats};
use super::{ImportError, Imported};
use crate::{KeptEndpoint, KeptRun};

/// What the files of one run end with; the first must be there.
const SUFFIXES: [&str; 4] = [
    "_stats.csv",
    "_stats_history.csv",
    "_failures.csv",
    "_exceptions.csv",
];

/// By how much Locust rounds response times in its tables: to two digits.
const LOCUSTS_ROUNDING: f64 = 0.05;

/// By how much Katydid rounds them: to whole milliseconds, of times that have three digits.
const KATYDIDS_ROUNDING: f64 = 0.005;

/// By how much percentiles of several windows together are off, because values between two percentiles of a
/// window are spread evenly.
const WINDOWS_ROUNDING: f64 = 0.05;

/// Imports the CSV files of a run of Locust: `PREFIX_stats.csv`, and `PREFIX_stats_history.csv`, `PREFIX_failures.csv`
/// and `PREFIX_exceptions.csv` if they are there. The path of any of them is as good as the prefix.
///
/// Second by second the run is known only if Locust was told `--csv-full-history`, and then in windows of
/// [`WINDOW_SECONDS`](super::WINDOW_SECONDS) whose requests are spread over their seconds. Fails, naming file, line and column,
/// when one of the files is not what Locust writes.
pub fn locust_csv(prefix: &Path) -> Result<Imported, ImportError> {
    let [stats_path, history_path, failures_path, exceptions_path] = paths(prefix);
    let stats = read_stats(&stats_path)?;
    let mut imported = Imported {
        run: KeptRun {
            facts: facts(stats.has_two_digits),
            endpoints: stats.endpoints,
            ..KeptRun::default()
        },
        remarks: stats.remarks,
    };
    if is_there(&history_path, &mut imported.remarks) {
        add_history(&mut imported, &history_path)?;
    }
    if imported.run.facts.ended_at.is_none() {
        guess_span(&mut imported, &stats_path)?;
    }
    if is_there(&failures_path, &mut imported.remarks) {
        let (failures, cut_off) = read_failures(&failures_path)?;
        imported.run.failures = failures;
        imported
            .remarks
            .extend(cut_off.map(|line| cut_off_remark(&failures_path, line)));
    }
    if exceptions_path.exists() {
        let kinds = count_exceptions(&exceptions_path)?;
        if kinds > 0 {
            imported.remarks.push(format!(
                "{}: {kinds} kinds of exceptions are not kept",
                exceptions_path.display()
            ));
        }
    }
    Ok(imported)
}

/// Whether a path is one of the files, or the prefix of them.
pub(super) fn is_prefix(path: &Path) -> bool {
    paths(path)[0].exists()
}

fn paths(prefix: &Path) -> [PathBuf; 4] {
    let text = prefix.as_os_str();
    let stem = SUFFIXES.iter().find_map(|suffix| {
        let stem = text.to_str()?.strip_suffix(suffix)?;
        Some(std::ffi::OsString::from(stem))
    });
    let stem = stem.unwrap_or_else(|| text.to_owned());
    SUFFIXES.map(|suffix| {
        let mut path = stem.clone();
        path.push(suffix);
        path.into()
    })
}

fn is_there(path: &Path, remarks: &mut Vec<String>) -> bool {
    let exists = path.exists();
    if !exists {
        remarks.push(format!("{} is missing", path.display()));
    }
    exists
}

/// Of a run in which no percentile came to 100 ms it cannot be told which of the two wrote the files.
fn facts(has_two_digits: bool) -> RunFacts {
    let (tool, rounding) = if has_two_digits {
        ("locust", LOCUSTS_ROUNDING)
    } else {
        ("katydid", KATYDIDS_ROUNDING)
    };
    RunFacts {
        tool: tool.to_owned(),
        rounding,
        ..RunFacts::default()
    }
}

fn add_history(imported: &mut Imported, path: &Path) -> Result<(), ImportError> {
    let survey = Survey::read(path)?;
    let Imported { run, remarks } = imported;
    if let Some((started_at, ended_at)) = survey.span() {
        run.facts.started_at = started_at;
        run.facts.ended_at = Some(ended_at);
    }
    run.facts.ramp_done_at = survey.ramp_done_at();
    run.facts.peak_user_count = survey.peak_user_count;
    remarks.extend(survey.cut_off.map(|line| cut_off_remark(path, line)));
    if survey.resets > 0 {
        remarks.push(format!(
            "{}: counting began anew {} times; what was before is left out",
            path.display(),
            survey.resets
        ));
    }
    if survey.is_full {
        run.seconds = survey.windows(path, &run.endpoints)?;
        run.facts.rounding = run.facts.rounding.max(WINDOWS_ROUNDING);
        run.facts.window_seconds = WINDOW_SECONDS as u32;
    } else {
        remarks.push(format!(
            "{}: only figures of the whole run are known, because Locust was not told --csv-full-history",
            path.display()
        ));
    }
    Ok(())
}

/// Without a history, the run ended when its table was last written, and took as long as its rate tells.
fn guess_span(imported: &mut Imported, stats_path: &Path) -> Result<(), ImportError> {
    let modified = std::fs::metadata(stats_path)
        .and_then(|metadata| metadata.modified())
        .map_err(|source| ImportError::read(stats_path, source))?;
    let ended_at = modified
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64();
    let facts = &mut imported.run.facts;
    let length = imported
        .run
        .endpoints
        .first()
        .and_then(length)
        .unwrap_or_default();
    facts.started_at = Timestamp((ended_at - length).max(0.0));
    facts.ended_at = Some(Timestamp(ended_at));
    imported.remarks.push(format!(
        "{}: when the run was is told by the time of this file",
        stats_path.display()
    ));
    Ok(())
}

fn length(total: &KeptEndpoint) -> Option<f64> {
    let length = total.requests as f64 / total.summary.as_ref()?.requests_per_second;
    length.is_finite().then_some(length)
}
