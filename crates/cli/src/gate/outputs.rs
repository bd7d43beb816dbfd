//! Where a verdict is read beside the terminal: files, GitHub's annotations and its summary of the step.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use katydid_report::verdict::{
    LARGEST_COMMENT, LARGEST_SUMMARY, VerdictReport, github, gitlab, json, junit, markdown,
};
use katydid_report::{ReportError, comparison_page, write_file};

use super::settings::VerdictOutputs;
use crate::error::CliError;

impl VerdictOutputs {
    /// The files that were asked for, with their flags.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let files = [
            ("--verdict-json", &self.json),
            ("--verdict-junit", &self.junit),
            ("--verdict-markdown", &self.markdown),
            ("--verdict-metrics", &self.metrics),
            ("--verdict-html", &self.html),
        ];
        files
            .into_iter()
            .filter_map(|(flag, file)| Some((flag, file.as_deref()?)))
    }

    /// Checks before any load that every file can be written.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        for (flag, file) in self.files() {
            katydid_report::check_writable(file)
                .map_err(|error| CliError::Configuration(format!("{flag}: cannot {error}")))?;
        }
        Ok(())
    }
}

/// How a verdict becomes text.
type Render = fn(&VerdictReport) -> String;

/// Writes a verdict wherever it is wanted, and gives what is to be printed for GitHub, and what could not be written.
pub(crate) fn write_outputs(outputs: &VerdictOutputs, report: &VerdictReport) -> (String, Vec<ReportError>) {
    let texts: [(&Option<_>, Render); 4] = [
        (&outputs.json, json),
        (&outputs.junit, junit),
        (&outputs.markdown, |report| markdown(report, LARGEST_COMMENT)),
        (&outputs.metrics, gitlab),
    ];
    let mut errors: Vec<ReportError> = texts
        .into_iter()
        .filter_map(|(file, text)| write_file(file.as_deref()?, text(report).as_bytes()).err())
        .collect();
    if let (Some(file), Some(comparison)) = (&outputs.html, &report.comparison)
        && let Ok(page) = comparison_page(&comparison.to_string())
    {
        errors.extend(write_file(file, page.as_bytes()).err());
    }
    if let Some(file) = &outputs.step_summary {
        // What a job cannot tell GitHub is no fault of the run.
        if let Err(error) = append(file, &markdown(report, LARGEST_SUMMARY)) {
            log::warn!(target: super::TARGET, "Cannot write the summary of this step to {}: {error}", file.display());
        }
    }
    let annotations = if outputs.is_github {
        github(report)
    } else {
        String::new()
    };
    (annotations, errors)
}

fn append(file: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(file)?;
    file.write_all(text.as_bytes())
}
