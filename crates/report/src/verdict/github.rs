//! A verdict as GitHub's workflow commands, which become annotations of a build.

use katydid_gate::Finding;

use super::{Standing, VerdictReport, exit_code_meaning, findings_text, shortened, subject_of};

/// GitHub shows no more of each kind for a step.
const MOST_OF_A_KIND: usize = 10;

/// Letters of a title or a message.
const LONGEST: usize = 400;

/// Errors for what decides or fails, warnings for doubts and advice, notices for what was not judged, and one with the
/// verdict. What GitHub would not show is counted in the last one of its kind.
pub fn github(report: &VerdictReport) -> String {
    let findings = report.gravest_first();
    let doubt = if report.fails_for_doubt() {
        "error"
    } else {
        "warning"
    };
    let level_of = |finding: &Finding| match Standing::of(finding) {
        Standing::Failed => Some("error"),
        Standing::Inconclusive if !finding.advisory => Some(doubt),
        Standing::Inconclusive | Standing::Warned => Some("warning"),
        Standing::NotJudged => Some("notice"),
        Standing::Passed => None,
    };
    let mut commands = vec![verdict_notice(report)];
    for level in ["notice", "warning", "error"] {
        let own: Vec<&Finding> = findings
            .iter()
            .copied()
            .filter(|finding| level_of(finding) == Some(level))
            .collect();
        let room = MOST_OF_A_KIND - usize::from(level == "notice");
        commands.extend(bounded(level, &own, room));
    }
    commands.concat()
}

fn verdict_notice(report: &VerdictReport) -> String {
    let title = format!("Katydid: {}", report.judgement.verdict.word());
    let message = format!(
        "{}: {} (exit code {}: {})",
        report.title,
        report.tally(),
        report.exit_code,
        exit_code_meaning(report.exit_code)
    );
    command("notice", &title, &message)
}

fn bounded(level: &str, findings: &[&Finding], room: usize) -> Vec<String> {
    let shown = if findings.len() > room {
        room - 1
    } else {
        findings.len()
    };
    let mut commands: Vec<String> = findings
        .iter()
        .take(shown)
        .map(|finding| command(level, &subject_of(finding), &finding.reason))
        .collect();
    let left_out = findings.len() - shown;
    if left_out > 0 {
        let message = format!("and {} more", findings_text(left_out));
        commands.push(command(level, "Katydid", &message));
    }
    commands
}

fn command(level: &str, title: &str, message: &str) -> String {
    let (title, message) = (shortened(title, LONGEST), shortened(message, LONGEST));
    format!("::{level} title={}::{}\n", property(&title), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn failures_are_errors() {
        insta::assert_snapshot!(github(&samples::regression()));
    }

    #[test]
    fn no_more_than_github_shows() {
        let text = github(&samples::failing(25));
        let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error ")).collect();
        assert_eq!(errors.len(), MOST_OF_A_KIND);
        assert_eq!(errors[9], "::error title=Katydid::and 16 findings more");
        let exact = github(&samples::failing(10));
        assert_eq!(
            exact.lines().filter(|line| line.starts_with("::error ")).count(),
            10
        );
        assert!(!exact.contains("more"));
    }

    #[test]
    fn hostile_names_give_no_command() {
        let text = github(&samples::hostile());
        insta::assert_snapshot!(text);
        assert!(text.lines().all(|line| {
            ["::notice title=", "::error title="]
                .iter()
                .any(|begin| line.starts_with(begin))
        }));
    }
}
