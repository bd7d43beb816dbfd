//! Judgements for the tests of all formats: what is usual, and what users may call their endpoints.

use katydid_gate::{
    Compared, Endpoint, Finding, FindingKind, Judgement, Machine, Metric, Outcome, RunFacts, RunKind, Unit,
};
use katydid_stats::Timestamp;
use serde_json::json;

use super::{BaseRun, VerdictReport};

/// Names that break out of whatever does not expect them.
pub(super) const HOSTILE: [&str; 12] = [
    "two\nlines\r\nand\rmore",
    "]]></failure><testcase name='x'/>",
    "::error::set, of: commands %0A",
    "a | b || c \\| d",
    "<script>alert(1)</script><!-- --> & &amp; \"'",
    "emoji 🦗 e\u{301} 漢字 \u{202e}turned",
    "control \0 \u{1} \u{b} \u{1b}[31mred\u{7f} \u{85} \u{fffe} \u{ffff}",
    "`tick` ``ticks`` ``` \n```",
    "*bold* _it_ [link](javascript:x) ![i](http://x) @everyone #1 ~~x~~ www.x.org",
    "</details></table>\n\n# heading\n---",
    "quote \" backslash \\ brace } # EOF",
    "",
];

/// A run that is worse than its baseline in two places.
pub(super) fn regression() -> VerdictReport {
    let mut slow_cart = compared("GET", "/cart", 0.95, Outcome::Fail, 1.42);
    slow_cart.reason = "42 % slower than main (213 ms, 1.31 to 1.55 times 150 ms), allowed 5 %".to_owned();
    let mut advice = budget("all requests", Metric::Percentile(0.99), Outcome::Fail, 812.0);
    advice.advisory = true;
    report(vec![
        validity(Outcome::Pass),
        budget("GET /cart", Metric::Percentile(0.95), Outcome::Pass, 213.0),
        compared("POST", "/login", 0.5, Outcome::Inconclusive, 1.04),
        slow_cart,
        compared("GET", "/products/[id]", 0.5, Outcome::Fail, 1.09),
        compared("DELETE", "/cart/[id]", 0.95, Outcome::NotJudged, 1.0),
        advice,
    ])
}

/// A run without a fault.
pub(super) fn passing() -> VerdictReport {
    report(vec![
        validity(Outcome::Pass),
        compared("GET", "/cart", 0.95, Outcome::Pass, 0.99),
    ])
}

/// A run whose generator could not keep up.
pub(super) fn invalid() -> VerdictReport {
    report(vec![validity(Outcome::Fail)])
}

/// A run of which nothing can be told.
pub(super) fn inconclusive() -> VerdictReport {
    report(vec![compared("GET", "/cart", 0.95, Outcome::Inconclusive, 1.1)])
}

/// So many broken budgets.
pub(super) fn failing(count: usize) -> VerdictReport {
    let finding = |at| {
        let subject = format!("GET /products/{at}");
        budget(&subject, Metric::Percentile(0.95), Outcome::Fail, 900.0)
    };
    report((0..count).map(finding).collect())
}

/// Everything that users may call their endpoints, runs and branches.
pub(super) fn hostile() -> VerdictReport {
    let long = "long ".repeat(2_000);
    let findings = HOSTILE.into_iter().chain([long.as_str()]).map(|name| {
        let mut finding = compared("GET", name, 0.95, Outcome::Fail, 2.0);
        finding.rule = format!("p95 of {name}");
        finding.reason = format!("worse: {name}");
        finding
    });
    let mut report = report(findings.collect());
    let all = HOSTILE.concat();
    report.title.clone_from(&all);
    report.command.clone_from(&all);
    for facts in [&mut report.head, &mut report.bases[0].facts] {
        facts.branch = Some(all.clone());
        facts.commit = Some(all.clone());
        facts.label = Some(all.clone());
        facts.machine.cpu_model.clone_from(&all);
        facts.locustfile.clone_from(&all);
        facts.host = Some(all.clone());
    }
    report.bases[0].name = all;
    report
}

fn report(findings: Vec<Finding>) -> VerdictReport {
    let judgement = Judgement::of(findings);
    let exit_code = match judgement.verdict {
        katydid_gate::Verdict::Pass => 0,
        katydid_gate::Verdict::BudgetBroken => 10,
        katydid_gate::Verdict::Regression => 11,
        katydid_gate::Verdict::Inconclusive => 12,
        katydid_gate::Verdict::Invalid => 13,
    };
    VerdictReport {
        title: "run 12 against main".to_owned(),
        judgement,
        head: facts(
            "9c1f0d2ab34e5566778899aabbccddeeff001122",
            "faster-cart",
            1_767_225_600.0,
        ),
        bases: vec![BaseRun {
            name: "main".to_owned(),
            facts: facts(
                "0123456789abcdef0123456789abcdef01234567",
                "main",
                1_767_139_200.0,
            ),
        }],
        exit_code,
        command: "katydid compare 12 main".to_owned(),
        comparison: Some(json!({ "format": "katydid-comparison-1" })),
    }
}

fn facts(commit: &str, branch: &str, started_at: f64) -> RunFacts {
    RunFacts {
        kind: RunKind::LoadTest,
        tool: "katydid".to_owned(),
        version: "0.1.0".to_owned(),
        label: None,
        started_at: Timestamp(started_at),
        ended_at: Some(Timestamp(started_at + 600.0)),
        ramp_done_at: Some(Timestamp(started_at + 20.0)),
        locustfile: "locustfile.py".to_owned(),
        host: Some("http://127.0.0.1:8000".to_owned()),
        level: Some("smoke".to_owned()),
        commit: Some(commit.to_owned()),
        branch: Some(branch.to_owned()),
        machine: Machine {
            cpu_model: "Sample CPU 3 GHz".to_owned(),
            cpu_count: 4,
            memory_bytes: 16_000_000_000,
            architecture: "x86_64".to_owned(),
            operating_system: "linux".to_owned(),
        },
        target_user_count: 200,
        peak_user_count: 200,
        spawn_rate: 10.0,
        run_time_seconds: Some(600.0),
        ..RunFacts::default()
    }
}

fn validity(outcome: Outcome) -> Finding {
    Finding {
        kind: FindingKind::Validity,
        outcome,
        advisory: false,
        subject: "the run".to_owned(),
        endpoint: None,
        metric: None,
        unit: None,
        rule: "generator kept up".to_owned(),
        measured: None,
        limit: None,
        compared: None,
        reason: match outcome {
            Outcome::Pass => "the generator kept up".to_owned(),
            _ => "the generator was saturated: CPU 98 % busy".to_owned(),
        },
    }
}

fn budget(subject: &str, metric: Metric, outcome: Outcome, measured: f64) -> Finding {
    Finding {
        kind: FindingKind::Budget,
        outcome,
        advisory: false,
        subject: subject.to_owned(),
        endpoint: subject
            .split_once(' ')
            .filter(|(method, _)| *method == "GET")
            .map(|(method, name)| Endpoint::new(method, name)),
        metric: Some(metric),
        unit: Some(Unit::Milliseconds),
        rule: format!("{metric} < 300ms"),
        measured: Some(measured),
        limit: Some(300.0),
        compared: None,
        reason: format!("{}, allowed < 300ms", Unit::Milliseconds.text(measured)),
    }
}

fn compared(method: &str, name: &str, fraction: f64, outcome: Outcome, ratio: f64) -> Finding {
    let endpoint = Endpoint::new(method, name);
    let has_interval = outcome != Outcome::NotJudged;
    Finding {
        kind: FindingKind::Regression,
        outcome,
        advisory: false,
        subject: endpoint.to_string(),
        endpoint: Some(endpoint),
        metric: Some(Metric::Percentile(fraction)),
        unit: Some(Unit::Milliseconds),
        rule: "within 5 % of main".to_owned(),
        measured: Some(150.0 * ratio),
        limit: Some(157.5),
        compared: Some(Compared {
            base: 150.0,
            head: 150.0 * ratio,
            ratio,
            low: has_interval.then_some(ratio * 0.93),
            high: has_interval.then_some(ratio * 1.09),
            tolerance: 0.05,
            samples: 4_210,
            improved: false,
        }),
        reason: format!("{ratio:.2} times main, allowed 5 % more"),
    }
}
