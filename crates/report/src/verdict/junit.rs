//! A verdict as JUnit XML, which Jenkins, GitLab and most others read: a suite for each kind of finding, a case for each.
//!
//! | finding | case |
//! | --- | --- |
//! | does not hold | `failure` |
//! | the measurement cannot be trusted | `error`: nothing is known of the service |
//! | cannot be told | `skipped`; `error` if the process fails for it, so that whoever looks finds why |
//! | too little to judge, or only advises | `skipped`, which changes no build |
//!
//! Only elements and attributes of Jenkins' own schema are used. What XML forbids is written out.

use std::borrow::Cow;
use std::collections::HashMap;

use katydid_gate::{Finding, FindingKind, RunFacts};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Standing, VerdictReport, kind_word, seconds_of, shortened};

/// Letters of a name: lists of tests show it in a line.
const LONGEST_NAME: usize = 300;

/// Letters of any other text.
const LONGEST_TEXT: usize = 2_000;

const KINDS: [FindingKind; 4] = [
    FindingKind::Validity,
    FindingKind::Budget,
    FindingKind::Regression,
    FindingKind::Change,
];

/// The whole verdict as JUnit XML.
pub fn junit(report: &VerdictReport) -> String {
    let mut document = Document(Writer::new_with_indent(Vec::new(), b' ', 2));
    document.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    let cases = cases_of(report);
    let mut attributes = vec![("name", "katydid".to_owned())];
    attributes.extend(Tally::of(&cases).attributes().into_iter().take(3));
    if let Some(seconds) = seconds_of(&report.head) {
        attributes.push(("time", format!("{seconds:.3}")));
    }
    document.element("testsuites", &attributes, |document| {
        for kind in KINDS {
            document.suite(report, kind, &cases);
        }
    });
    document.finish()
}

/// A finding as a case.
struct Case<'a> {
    finding: &'a Finding,
    name: String,
    mark: Option<Mark>,
}

/// What a case is marked with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Failure,
    Error,
    Skipped,
}

fn cases_of(report: &VerdictReport) -> Vec<Case<'_>> {
    let mut names = HashMap::new();
    let mut findings = report.judgement.findings.iter();
    let case = |finding| Case {
        finding,
        name: unique_name(finding, &mut names),
        mark: mark_of(finding, report.fails_for_doubt()),
    };
    findings.by_ref().map(case).collect()
}

/// Without figures, so that a server recognises the case in the next run; readers take two of one name for one.
fn unique_name(finding: &Finding, names: &mut HashMap<(&'static str, String), usize>) -> String {
    let kind = kind_word(finding.kind);
    let name = format!("{}: {}", finding.subject, rule_of(finding));
    let name = fit(&name, LONGEST_NAME);
    let seen = names.entry((kind, name.clone())).or_insert(0);
    *seen += 1;
    match *seen {
        1 => name,
        again => format!("{name} ({again})"),
    }
}

/// The rule with its metric, which rules of comparisons do not name.
fn rule_of(finding: &Finding) -> String {
    match finding.metric.map(|metric| metric.to_string()) {
        Some(metric) if !finding.rule.starts_with(&metric) => format!("{metric} {}", finding.rule),
        _ => finding.rule.clone(),
    }
}

fn mark_of(finding: &Finding, fails_for_doubt: bool) -> Option<Mark> {
    match Standing::of(finding) {
        Standing::Passed => None,
        Standing::Failed if finding.kind == FindingKind::Validity => Some(Mark::Error),
        Standing::Failed => Some(Mark::Failure),
        Standing::Inconclusive if fails_for_doubt && !finding.advisory => Some(Mark::Error),
        Standing::Inconclusive | Standing::NotJudged | Standing::Warned => Some(Mark::Skipped),
    }
}

impl Mark {
    fn element(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// How many cases there are, and how many have which mark.
#[derive(Default)]
struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Tally {
    fn of<'a>(cases: impl IntoIterator<Item = &'a Case<'a>>) -> Self {
        let mut tally = Self::default();
        for case in cases {
            tally.tests += 1;
            match case.mark {
                Some(Mark::Failure) => tally.failures += 1,
                Some(Mark::Error) => tally.errors += 1,
                Some(Mark::Skipped) => tally.skipped += 1,
                None => {}
            }
        }
        tally
    }

    fn attributes(&self) -> [(&'static str, String); 4] {
        [
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
            ("skipped", self.skipped.to_string()),
        ]
    }
}

type Attribute = (&'static str, String);

struct Document(Writer<Vec<u8>>);

impl Document {
    fn suite(&mut self, report: &VerdictReport, kind: FindingKind, cases: &[Case<'_>]) {
        let own: Vec<&Case<'_>> = cases.iter().filter(|case| case.finding.kind == kind).collect();
        if own.is_empty() {
            return;
        }
        let mut attributes = vec![("name", format!("katydid {}", kind_word(kind)))];
        attributes.extend(Tally::of(own.iter().copied()).attributes());
        attributes.push(("timestamp", timestamp(&report.head)));
        self.element("testsuite", &attributes, |document| {
            document.properties(&properties_of(report));
            for case in own {
                document.case(case);
            }
        });
    }

    fn properties(&mut self, properties: &[Attribute]) {
        self.element("properties", &[], |document| {
            for (name, value) in properties {
                let attributes = [("name", (*name).to_owned()), ("value", value.clone())];
                document.write(Event::Empty(start("property", &attributes)));
            }
        });
    }

    fn case(&mut self, case: &Case<'_>) {
        let finding = case.finding;
        let attributes = [
            ("classname", format!("katydid.{}", kind_word(finding.kind))),
            ("name", case.name.clone()),
        ];
        self.element("testcase", &attributes, |document| match case.mark {
            None => document.text_element("system-out", &[], &finding.line()),
            Some(mark) => {
                let attributes = [("type", mark_type(finding)), ("message", message_of(finding))];
                document.text_element(mark.element(), &attributes, &finding.line());
            }
        });
    }

    fn element(&mut self, name: &str, attributes: &[Attribute], inside: impl FnOnce(&mut Self)) {
        self.write(Event::Start(start(name, attributes)));
        inside(self);
        self.write(Event::End(BytesEnd::new(name)));
    }

    fn text_element(&mut self, name: &str, attributes: &[Attribute], text: &str) {
        self.write(Event::Start(start(name, attributes)));
        self.write(Event::Text(BytesText::new(&fit(text, LONGEST_TEXT))));
        self.write(Event::End(BytesEnd::new(name)));
    }

    fn write(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect("memory can be written to");
    }

    fn finish(self) -> String {
        let mut text = String::from_utf8(self.0.into_inner()).expect("only text was written");
        text.push('\n');
        text
    }
}

fn start<'a>(name: &'a str, attributes: &[Attribute]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, fit(value, LONGEST_TEXT).as_str()));
    }
    start
}

fn message_of(finding: &Finding) -> String {
    let advice = if finding.advisory { "only advice: " } else { "" };
    let metric = finding
        .metric
        .map(|metric| format!("{metric} "))
        .unwrap_or_default();
    format!("{advice}{metric}{}", finding.reason)
}

fn mark_type(finding: &Finding) -> String {
    let word = match Standing::of(finding) {
        Standing::Warned => "advice",
        Standing::Inconclusive => "inconclusive",
        Standing::NotJudged => "not judged",
        Standing::Failed | Standing::Passed => kind_word(finding.kind),
    };
    word.to_owned()
}

/// Older schemas want no zone; it is UTC.
fn timestamp(facts: &RunFacts) -> String {
    facts.started_at.utc().trim_end_matches('Z').to_owned()
}

fn properties_of(report: &VerdictReport) -> Vec<Attribute> {
    let head = &report.head;
    let mut properties = vec![
        ("run", report.title.clone()),
        ("verdict", report.judgement.verdict.word().to_lowercase()),
        ("exit_code", report.exit_code.to_string()),
        (
            "tool",
            format!("{} {}", head.tool, head.version).trim().to_owned(),
        ),
        ("locustfile", head.locustfile.clone()),
        ("users", head.target_user_count.to_string()),
        ("dirty", head.dirty.to_string()),
    ];
    let known = [
        ("commit", &head.commit),
        ("branch", &head.branch),
        ("host", &head.host),
        ("level", &head.level),
        ("label", &head.label),
    ];
    properties.extend(
        known
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?))),
    );
    for base in &report.bases {
        properties.push(("base", base.name.clone()));
        properties.extend(base.facts.commit.clone().map(|commit| ("base_commit", commit)));
    }
    properties
}

/// One line that XML can hold.
fn fit(text: &str, most: usize) -> String {
    shortened(&allowed(text), most).into_owned()
}

/// Writes out what XML 1.0 has no way to say: `\u{1b}` for an escape character.
fn allowed(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_allowed) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_allowed(letter) {
            written.push(letter);
        } else {
            written.extend(letter.escape_unicode());
        }
    }
    Cow::Owned(written)
}

/// XML 1.0, production 2; the characters it advises against are left out as well.
fn is_allowed(letter: char) -> bool {
    match letter {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}' => false,
        letter => (letter as u32) & 0xfffe != 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;

    use super::super::samples;
    use super::*;

    /// tests/test_verdict_files.py holds these files against a schema.
    #[test]
    fn every_verdict_has_its_file() {
        for (name, report) in [
            ("regression.xml", samples::regression()),
            ("inconclusive.xml", samples::inconclusive()),
            ("invalid.xml", samples::invalid()),
            ("hostile.xml", samples::hostile()),
        ] {
            insta::assert_binary_snapshot!(name, junit(&report).into_bytes());
        }
    }

    #[test]
    fn hostile_names_open_no_element() {
        let text = junit(&samples::hostile());
        let mut reader = Reader::from_str(&text);
        reader.config_mut().check_end_names = true;
        let mut opened: HashMap<String, usize> = HashMap::new();
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(start) => *opened.entry(start.name().as_ref().to_owned()).or_default() += 1,
                Event::Eof => break,
                _ => {}
            }
        }
        let findings = samples::HOSTILE.len() + 1;
        let expected = [
            ("testsuites", 1),
            ("testsuite", 1),
            ("properties", 1),
            ("testcase", findings),
            ("failure", findings),
        ];
        let expected = expected.map(|(name, count)| (name.to_owned(), count));
        assert_eq!(opened, HashMap::from(expected));
        assert!(text.chars().all(is_allowed), "{text}");
        assert!(
            text.contains(r"control \u{0} \u{1} \u{b} \u{1b}[31mred"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.len() < 3 * LONGEST_TEXT), "{text}");
    }

    #[test]
    fn equal_findings_have_names_of_their_own() {
        let mut report = samples::failing(1);
        let again = report.judgement.findings[0].clone();
        report.judgement.findings.push(again);
        let text = junit(&report);
        assert!(
            text.contains(r#"name="GET /products/0: p95 &lt; 300ms""#),
            "{text}"
        );
        assert!(
            text.contains(r#"name="GET /products/0: p95 &lt; 300ms (2)""#),
            "{text}"
        );
    }

    #[test]
    fn doubt_is_an_error_only_if_the_process_fails_for_it() {
        let mut report = samples::inconclusive();
        assert!(junit(&report).contains("<error "));
        report.exit_code = 0;
        let text = junit(&report);
        assert!(text.contains("<skipped ") && !text.contains("<error "), "{text}");
    }
}
