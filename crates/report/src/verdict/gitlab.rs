//! A verdict as OpenMetrics text, which GitLab compares with that of the target branch (`artifacts:reports:metrics`).
//!
//! A gauge for each unit, told apart by endpoint and metric. Figures only: GitLab reads findings from JUnit XML.

use std::collections::HashSet;

use katydid_gate::{Finding, Unit};

use super::{VerdictReport, shortened};

/// Letters of a label: GitLab shows it in a line.
const LONGEST_LABEL: usize = 300;

/// What was measured, how it compares, how many findings there are, and the exit code.
pub fn gitlab(report: &VerdictReport) -> String {
    let mut text = String::new();
    for (unit, name, help) in UNITS {
        family(&mut text, name, help, samples_of(report, unit));
    }
    let ratios = report.judgement.findings.iter().filter_map(ratio);
    family(
        &mut text,
        "katydid_worse_ratio",
        "How many times worse than the baseline.",
        ratios,
    );
    family(
        &mut text,
        "katydid_findings",
        "Findings by outcome.",
        counts(report),
    );
    family(
        &mut text,
        "katydid_exit_code",
        "What the process ended with.",
        [(String::new(), f64::from(report.exit_code))],
    );
    text.push_str("# EOF\n");
    text
}

const UNITS: [(Unit, &str, &str); 5] = [
    (
        Unit::Milliseconds,
        "katydid_response_time_milliseconds",
        "Response times.",
    ),
    (Unit::Ratio, "katydid_failures_ratio", "Failures per request."),
    (Unit::PerSecond, "katydid_requests_per_second", "Throughput."),
    (Unit::Count, "katydid_number", "Requests and failures."),
    (Unit::Bytes, "katydid_memory_bytes", "Memory of the service."),
];

/// Labels with their braces, and a value.
type Sample = (String, f64);

fn samples_of(report: &VerdictReport, unit: Unit) -> impl Iterator<Item = Sample> {
    let findings = report.judgement.findings.iter();
    findings
        .filter(move |finding| finding.unit == Some(unit))
        .filter_map(|finding| {
            let compared = finding.compared.map(|compared| compared.head);
            Some((labels(finding), finding.measured.or(compared)?))
        })
}

fn ratio(finding: &Finding) -> Option<Sample> {
    // Error rates have a difference in place of a ratio.
    let compared = finding.compared.filter(|_| finding.unit != Some(Unit::Ratio))?;
    Some((labels(finding), compared.ratio))
}

fn counts(report: &VerdictReport) -> [Sample; 5] {
    let counts = report.counts();
    [
        ("passed", counts.passed),
        ("failed", counts.failed),
        ("warned", counts.warned),
        ("inconclusive", counts.inconclusive),
        ("not_judged", counts.not_judged),
    ]
    .map(|(outcome, count)| (format!("{{outcome=\"{outcome}\"}}"), count as f64))
}

fn labels(finding: &Finding) -> String {
    let metric = finding
        .metric
        .map(|metric| metric.to_string())
        .unwrap_or_default();
    let endpoint = label(&finding.subject);
    format!("{{endpoint=\"{endpoint}\",metric=\"{}\"}}", label(&metric))
}

fn label(text: &str) -> String {
    shortened(text, LONGEST_LABEL)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// Two rules may ask for one figure, and a figure may be told once only.
fn family(text: &mut String, name: &str, help: &str, samples: impl IntoIterator<Item = Sample>) {
    let mut told = HashSet::new();
    let lines: Vec<String> = samples
        .into_iter()
        .filter(|(labels, value)| value.is_finite() && told.insert(labels.clone()))
        .map(|(labels, value)| format!("{name}{labels} {value}\n"))
        .collect();
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("# TYPE {name} gauge\n# HELP {name} {help}\n"));
    text.extend(lines);
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn figures_are_told_once() {
        insta::assert_snapshot!(gitlab(&samples::regression()));
    }

    #[test]
    fn hostile_names_stay_in_their_label() {
        let text = gitlab(&samples::hostile());
        for line in text.lines() {
            let is_sample = line.starts_with("katydid_")
                && line
                    .rsplit_once(' ')
                    .is_some_and(|(_, value)| value.parse::<f64>().is_ok());
            assert!(is_sample || line.starts_with("# "), "{line}");
        }
        assert!(text.contains(r#"quote \" backslash \\ brace } # EOF"#), "{text}");
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let mut report = samples::passing();
        if let Some(compared) = &mut report.judgement.findings[1].compared {
            compared.ratio = f64::NAN;
        }
        assert!(!gitlab(&report).contains("katydid_worse_ratio"));
    }
}
