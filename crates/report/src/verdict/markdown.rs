//! A verdict as Markdown: a comment on a pull request, the summary of a build's step.
//!
//! Names are text in every flavour: whatever Markdown, HTML or a table would take for its own is written as a character
//! reference, and nobody is called by a name with an `@`.

use katydid_gate::{Finding, Outcome, RunFacts, Unit, Verdict};

use super::{Standing, VerdictReport, exit_code_meaning, findings_text, seconds_of, short_commit, shortened};

/// By this line a program finds the comment that it wrote before, to write it anew.
pub const MARKER: &str = "<!-- katydid-verdict -->";

/// Bytes of a comment: GitHub takes 65,536 characters, and whoever posts it may add some.
pub const LARGEST_COMMENT: usize = 65_000;

/// Bytes of a step's summary: GitHub takes 1 MiB for all that a step writes.
pub const LARGEST_SUMMARY: usize = 1_000_000;

/// Letters of a name or a reason in a table.
const LONGEST_CELL: usize = 160;

/// Letters of a fact.
const LONGEST_FACT: usize = 60;

/// Runs whose facts are told.
const MOST_BASES: usize = 8;

/// Bytes kept for what stands around the rows of a table.
const FRAME: usize = 200;

/// Headline, what is not well, all findings folded away, and facts: at most `largest` bytes, if that is at least
/// 16,000. Rows that have no room are counted.
pub fn markdown(report: &VerdictReport, largest: usize) -> String {
    let mut page = Page {
        text: format!("{MARKER}\n{}", headline(report)),
        largest,
    };
    let end = format!("{}{}", facts(report), more(report));
    let findings = report.gravest_first();
    let (grave, _): (Vec<&Finding>, Vec<&Finding>) = findings
        .iter()
        .partition(|finding| !matches!(finding.outcome, Outcome::Pass | Outcome::NotJudged));
    page.table(&REASONS, &grave, end.len() + FRAME);
    page.folded(&findings, end.len());
    page.text.push_str(&end);
    page.text
}

struct Page {
    text: String,
    largest: usize,
}

/// A head of two lines, and how a finding becomes a line below it.
struct Table {
    head: &'static str,
    row: fn(&Finding) -> String,
}

/// For who wants to know what is wrong.
const REASONS: Table = Table {
    head: "| | Subject | Metric | Change | Reason |\n| --- | --- | --- | ---: | --- |\n",
    row: reason_row,
};

/// For who wants to know everything.
const FIGURES: Table = Table {
    head: "| | Subject | Metric | Measured | Base | Change | Rule |\n| --- | --- | --- | ---: | ---: | ---: | --- |\n",
    row: figures_row,
};

impl Page {
    /// A table of as many rows as leave `kept` bytes free; no table without rows.
    fn table(&mut self, table: &Table, findings: &[&Finding], kept: usize) {
        if findings.is_empty() {
            return;
        }
        self.text.push_str(table.head);
        let end = self.largest.saturating_sub(kept + FRAME);
        for (at, finding) in findings.iter().enumerate() {
            let row = (table.row)(finding);
            if self.text.len() + row.len() > end {
                let left_out = findings_text(findings.len() - at);
                self.text.push_str(&format!("\n… and {left_out} more.\n"));
                break;
            }
            self.text.push_str(&row);
        }
        self.text.push('\n');
    }

    fn folded(&mut self, findings: &[&Finding], kept: usize) {
        if findings.is_empty() {
            return;
        }
        let all = findings_text(findings.len());
        self.text
            .push_str(&format!("<details><summary>All: {all}</summary>\n\n"));
        self.table(&FIGURES, findings, kept);
        self.text.push_str("</details>\n\n");
    }
}

fn headline(report: &VerdictReport) -> String {
    let verdict = report.judgement.verdict;
    let sign = match verdict {
        Verdict::Pass if report.exit_code == 0 => "✅",
        // The process fails for something else, such as failed requests.
        Verdict::Pass => "⚠️",
        Verdict::Inconclusive => "❔",
        Verdict::Invalid => "⚠️",
        Verdict::BudgetBroken | Verdict::Regression => "❌",
    };
    format!(
        "## {sign} Katydid: {}\n\n<b>{}</b>: {}. Exit code {}: {}.\n\n",
        verdict.word(),
        text(&report.title),
        report.tally(),
        report.exit_code,
        exit_code_meaning(report.exit_code)
    )
}

fn reason_row(finding: &Finding) -> String {
    let change = figures(finding).map(|[_, _, change]| change).unwrap_or_default();
    row(finding, &[change, text(&finding.reason)])
}

/// Findings without figures have their reason in place of them.
fn figures_row(finding: &Finding) -> String {
    let none = || [const { String::new() }; 3];
    let told = figures(finding);
    let last = if told.is_some() {
        &finding.rule
    } else {
        &finding.reason
    };
    let [measured, base, change] = told.unwrap_or_else(none);
    row(finding, &[measured, base, change, text(last)])
}

fn row(finding: &Finding, cells: &[String]) -> String {
    let metric = finding
        .metric
        .map(|metric| metric.to_string())
        .unwrap_or_default();
    let (word, subject) = (word(finding), code(&finding.subject, LONGEST_CELL));
    format!("| {word} | {subject} | {metric} | {} |\n", cells.join(" | "))
}

fn word(finding: &Finding) -> &'static str {
    match Standing::of(finding) {
        Standing::Failed => "❌ fail",
        Standing::Warned => "⚠️ warn",
        Standing::Inconclusive => "❔ unsure",
        Standing::NotJudged => "– not judged",
        Standing::Passed => "✅ pass",
    }
}

fn figures(finding: &Finding) -> Option<[String; 3]> {
    let unit = finding.unit?;
    let Some(compared) = finding.compared else {
        return Some([unit.text(finding.measured?), String::new(), String::new()]);
    };
    let change = if unit == Unit::Ratio {
        format!("{:+.2} points", compared.ratio * 100.0)
    } else {
        let interval = compared.low.zip(compared.high);
        let interval = interval.map(|(low, high)| format!(" ({low:.2} to {high:.2})"));
        format!("× {:.2}{}", compared.ratio, interval.unwrap_or_default())
    };
    Some([unit.text(compared.head), unit.text(compared.base), change])
}

fn facts(report: &VerdictReport) -> String {
    let mut table =
        "| | Commit | Branch | Users | Duration | Machine |\n| --- | --- | --- | ---: | ---: | --- |\n"
            .to_owned();
    table.push_str(&facts_row("this run", &report.head));
    for base in report.bases.iter().take(MOST_BASES) {
        table.push_str(&facts_row(&base.name, &base.facts));
    }
    table.push('\n');
    table
}

fn facts_row(name: &str, facts: &RunFacts) -> String {
    let duration = seconds_of(facts).map(|seconds| format!("{seconds:.0} s"));
    let machine = &facts.machine;
    let machine = if machine.cpu_model.is_empty() {
        String::new()
    } else {
        format!("{} × {}", machine.cpu_count, fact(&machine.cpu_model))
    };
    format!(
        "| {} | {} | {} | {} | {} | {machine} |\n",
        fact(name),
        code(&short_commit(facts).unwrap_or_default(), LONGEST_FACT),
        code(facts.branch.as_deref().unwrap_or_default(), LONGEST_FACT),
        facts.target_user_count,
        duration.unwrap_or_default(),
    )
}

fn more(report: &VerdictReport) -> String {
    if report.command.is_empty() {
        return String::new();
    }
    format!("More: {}\n", code(&report.command, LONGEST_CELL))
}

/// A name in the type of code, where nobody is called.
fn code(name: &str, most: usize) -> String {
    if name.trim().is_empty() {
        return String::new();
    }
    format!("<code>{}</code>", referenced(name, most, ""))
}

/// A space of no width keeps a name behind an @ from being called.
const APART: &str = "&#8203;";

fn text(text: &str) -> String {
    referenced(text, LONGEST_CELL, APART)
}

fn fact(text: &str) -> String {
    referenced(text, LONGEST_FACT, APART)
}

/// One line in which only letters, digits and what means nothing to Markdown stand for themselves.
fn referenced(text: &str, most: usize, behind_at: &str) -> String {
    let text = shortened(text, most);
    let mut written = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '@' => written.push_str(&format!("&#64;{behind_at}")),
            // Else an address without its scheme became a link.
            '.' if written.ends_with("www") => written.push_str("&#46;"),
            ' ' | '/' | ',' | '.' | '-' | '+' | '=' | '%' | '?' | ';' | '(' | ')' | '\'' | '"' => {
                written.push(letter)
            }
            letter if letter.is_ascii_punctuation() => written.push_str(&format!("&#{};", letter as u32)),
            letter => written.push(letter),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_comment_begins_with_what_matters() {
        insta::assert_snapshot!(markdown(&samples::regression(), LARGEST_COMMENT));
    }

    #[test]
    fn a_pass_has_no_table_of_failures() {
        insta::assert_snapshot!(markdown(&samples::passing(), LARGEST_COMMENT));
    }

    #[test]
    fn a_pass_of_a_process_that_fails_is_no_green_one() {
        let mut report = samples::passing();
        report.exit_code = 1;
        let markdown = markdown(&report, LARGEST_COMMENT);
        assert!(markdown.contains("## ⚠️ Katydid: PASS"), "{markdown}");
        assert!(markdown.contains("Exit code 1: requests failed."), "{markdown}");
    }

    #[test]
    fn names_are_text() {
        let markdown = markdown(&samples::hostile(), LARGEST_COMMENT);
        insta::assert_snapshot!(markdown);
        let hidden = markdown.matches("<!--").count();
        assert_eq!(hidden, 1, "only the marker");
        assert!(!markdown.contains("<script"));
        for line in markdown.lines().filter(|line| line.starts_with('|')) {
            let bars = line.matches('|').count();
            assert!([6, 7, 8].contains(&bars), "{bars}: {line}");
        }
    }

    #[test]
    fn it_fits_where_it_is_sent() {
        for (report, largest) in [
            (samples::failing(5_000), LARGEST_COMMENT),
            (samples::failing(50_000), LARGEST_SUMMARY),
            (samples::failing(60), 4_000),
            (samples::hostile(), 6_000),
        ] {
            let markdown = markdown(&report, largest);
            assert!(markdown.len() <= largest, "{} > {largest}", markdown.len());
            assert!(markdown.contains(" more.\n"), "what is left out is counted");
            assert_eq!(
                markdown.matches("<details>").count(),
                markdown.matches("</details>").count()
            );
            assert!(markdown.contains("More: "));
        }
    }
}
