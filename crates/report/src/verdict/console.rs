//! A verdict for a terminal or a build's log.
//!
//! The last lines are what one sees, so the gravest finding stands last but for the verdict itself.

use katydid_gate::{Finding, Verdict};

use super::{Standing, VerdictReport, exit_code_meaning, findings_text, shortened};

/// Findings that fit on a screen together with the verdict. What is left out is counted.
const MOST_LINES: usize = 30;

/// Letters of what a line tells.
const LONGEST_LINE: usize = 300;

/// Letters of a subject, so that the reason has its place.
const LONGEST_SUBJECT: usize = 120;

/// How a verdict is written for a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConsoleStyle {
    /// Whether every finding has its line, those that hold too.
    pub verbose: bool,
    /// Whether words have colours.
    pub colour: bool,
}

/// How many findings are of no concern; a line for each other one, the gravest last; the verdict.
pub fn console(report: &VerdictReport, style: ConsoleStyle) -> String {
    // A line that began with what users wrote could be a command to the server that keeps the log.
    let mut lines = vec![format!("Katydid: {}", shortened(&report.title, LONGEST_LINE))];
    let findings = report.gravest_first();
    let told: Vec<&Finding> = findings
        .into_iter()
        .filter(|finding| style.verbose || is_of_concern(finding))
        .collect();
    let room = if style.verbose { told.len() } else { MOST_LINES };
    lines.extend(quiet_line(report, style));
    if told.len() > room {
        lines.push(format!("... and {}", less_grave(told.len() - room)));
    }
    lines.extend(told.iter().take(room).rev().map(|finding| line(finding, style)));
    lines.push(verdict_line(report, style));
    if !report.command.is_empty() {
        lines.push(format!("More: {}", shortened(&report.command, LONGEST_LINE)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn less_grave(count: usize) -> String {
    match count {
        1 => "1 less grave finding".to_owned(),
        count => format!("{count} less grave findings"),
    }
}

fn is_of_concern(finding: &Finding) -> bool {
    !matches!(Standing::of(finding), Standing::Passed | Standing::NotJudged)
}

fn quiet_line(report: &VerdictReport, style: ConsoleStyle) -> Option<String> {
    let counts = report.counts();
    if style.verbose || counts.passed + counts.not_judged == 0 {
        return None;
    }
    let passed = format!("{} passed", findings_text(counts.passed));
    Some(match counts.not_judged {
        0 => passed,
        not_judged => format!("{passed}, {not_judged} had too little to judge"),
    })
}

fn line(finding: &Finding, style: ConsoleStyle) -> String {
    let subject = shortened(&finding.subject, LONGEST_SUBJECT).into_owned();
    let finding = Finding {
        subject,
        ..finding.clone()
    };
    let line = shortened(&finding.line(), LONGEST_LINE).into_owned();
    // The word in front is six letters wide, and all of it letters of one byte.
    match line.split_at_checked(6) {
        Some((word, rest)) => format!("{}{rest}", coloured(word, colour_of(&finding), style)),
        None => line,
    }
}

fn verdict_line(report: &VerdictReport, style: ConsoleStyle) -> String {
    let verdict = report.judgement.verdict;
    let colour = match verdict {
        Verdict::Pass => Colour::Green,
        Verdict::Inconclusive => Colour::Yellow,
        Verdict::Invalid | Verdict::BudgetBroken | Verdict::Regression => Colour::Red,
    };
    format!(
        "{}: {} (exit code {}: {})",
        coloured(verdict.word(), colour, style),
        report.tally(),
        report.exit_code,
        exit_code_meaning(report.exit_code)
    )
}

#[derive(Clone, Copy)]
enum Colour {
    Red,
    Green,
    Yellow,
    Grey,
}

fn colour_of(finding: &Finding) -> Colour {
    match Standing::of(finding) {
        Standing::Failed => Colour::Red,
        Standing::Warned | Standing::Inconclusive => Colour::Yellow,
        Standing::NotJudged => Colour::Grey,
        Standing::Passed => Colour::Green,
    }
}

fn coloured(word: &str, colour: Colour, style: ConsoleStyle) -> String {
    if !style.colour {
        return word.to_owned();
    }
    let code = match colour {
        Colour::Red => "1;31",
        Colour::Green => "32",
        Colour::Yellow => "33",
        Colour::Grey => "90",
    };
    format!("\x1b[{code}m{word}\x1b[0m")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn what_fails_stands_last() {
        insta::assert_snapshot!(console(&samples::regression(), ConsoleStyle::default()));
    }

    #[test]
    fn everything_if_asked_for() {
        let style = ConsoleStyle {
            verbose: true,
            colour: true,
        };
        insta::assert_snapshot!(console(&samples::regression(), style).replace('\x1b', "<esc>"));
    }

    #[test]
    fn a_pass_is_short() {
        insta::assert_snapshot!(console(&samples::passing(), ConsoleStyle::default()), @r"
        Katydid: run 12 against main
        2 findings passed
        PASS: 2 passed (exit code 0: success)
        More: katydid compare 12 main
        ");
    }

    #[test]
    fn hundreds_of_failures_fit_on_a_screen() {
        let text = console(&samples::failing(500), ConsoleStyle::default());
        assert_eq!(text.lines().count(), MOST_LINES + 4, "{text}");
        assert!(text.contains("... and 470 less grave findings"), "{text}");
    }

    #[test]
    fn hostile_names_stay_in_their_line() {
        let report = samples::hostile();
        let text = console(&report, ConsoleStyle::default());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), report.judgement.findings.len() + 3, "{text}");
        assert!(
            lines.iter().all(|line| line.chars().count() <= LONGEST_LINE + 10),
            "{text}"
        );
        assert!(!text.contains('\x1b') && !lines.iter().any(|line| line.starts_with("::")));
    }
}
