//! A verdict as JSON for programs. `schema.json` beside this file tells its format, and is printed by a command.

use katydid_gate::{Finding, RunFacts, Verdict};
use serde::Serialize;

use super::{BaseRun, FindingCounts, VerdictReport, exit_code_meaning};

/// What the format is called. A change that readers would stumble over gets a new name.
pub const VERDICT_FORMAT: &str = "katydid-verdict-1";

/// The JSON Schema (draft 2020-12) of what [`json`] writes.
pub const VERDICT_SCHEMA: &str = include_str!("schema.json");

#[derive(Serialize)]
struct VerdictFile<'a> {
    format: &'static str,
    title: &'a str,
    verdict: Verdict,
    exit_code: i32,
    exit_code_meaning: &'static str,
    command: &'a str,
    counts: FindingCounts,
    head: &'a RunFacts,
    bases: &'a [BaseRun],
    findings: &'a [Finding],
}

/// The whole verdict, findings in the order of the rules. Numbers that JSON has no word for are `null`.
pub fn json(report: &VerdictReport) -> String {
    let file = VerdictFile {
        format: VERDICT_FORMAT,
        title: &report.title,
        verdict: report.judgement.verdict,
        exit_code: report.exit_code,
        exit_code_meaning: exit_code_meaning(report.exit_code),
        command: &report.command,
        counts: report.counts(),
        head: &report.head,
        bases: &report.bases,
        findings: &report.judgement.findings,
    };
    let mut text = serde_json::to_string_pretty(&file).expect("text keys and plain values can be written");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::samples;
    use super::*;

    /// tests/test_verdict_files.py holds these files against the schema.
    #[test]
    fn every_verdict_has_its_file() {
        for (name, report) in [
            ("regression.json", samples::regression()),
            ("hostile.json", samples::hostile()),
        ] {
            insta::assert_binary_snapshot!(name, json(&report).into_bytes());
        }
    }

    #[test]
    fn names_come_back_as_they_were() {
        let written: Value = serde_json::from_str(&json(&samples::hostile())).expect("JSON");
        for (at, name) in samples::HOSTILE.into_iter().enumerate() {
            assert_eq!(written["findings"][at]["endpoint"]["name"], name);
        }
    }

    #[test]
    fn a_ratio_without_a_number_is_null() {
        let mut report = samples::passing();
        if let Some(compared) = &mut report.judgement.findings[1].compared {
            compared.ratio = f64::INFINITY;
        }
        let written: Value = serde_json::from_str(&json(&report)).expect("JSON");
        assert_eq!(written["findings"][1]["compared"]["ratio"], Value::Null);
    }

    #[test]
    fn the_schema_is_of_this_format() {
        let schema: Value = serde_json::from_str(VERDICT_SCHEMA).expect("JSON");
        assert_eq!(schema["properties"]["format"]["const"], VERDICT_FORMAT);
    }
}
