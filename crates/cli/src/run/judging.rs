//! Keeping and judging the tests of a run: begun and ended here, decided in `gate`.

use std::time::Duration;

use katydid_gate::{Judgement, RunFacts};
use katydid_report::verdict::{BaseRun, ConsoleStyle, VerdictReport, console};
use katydid_stats::Timestamp;

use super::{Run, TARGET, Visit};
use crate::commands::verdict::comparison;
use crate::exit_code;
use crate::gate::{Gate, Judged, write_outputs};
use crate::settings::Role;
use crate::worker_facts::workers_and_losses;

/// Workers report every three seconds, and a report may take its time.
const LATENESS_OF_WORKERS_SECONDS: u32 = 7;
const LATENESS_SECONDS: u32 = 1;

/// What a disk gets to take the rest of a run, and what it gets when somebody insists on the end.
const PATIENCE_WITH_DISK: Duration = Duration::from_secs(30);
const HURRIED_PATIENCE: Duration = Duration::from_secs(2);

/// The test of a run, as far as keeping and judging it goes.
#[derive(Debug, Default)]
pub(super) enum TestGate<'a> {
    /// No test.
    #[default]
    Idle,
    /// A test is under way.
    Open(Box<Gate<'a>>),
    /// It is over, and what it came to is not told yet.
    Judged(Box<Judged<'a>>),
}

impl Run<'_> {
    /// A test begins.
    pub(super) fn open_gate(&mut self) {
        if self.settings.role == Role::Worker {
            return;
        }
        let context = &self.parts.report;
        let known = &self.settings.gate.facts;
        let status = self.status.borrow();
        let facts = RunFacts {
            started_at: Timestamp::now(),
            locustfile: context.locustfile.clone(),
            host: known.host.clone().or_else(|| context.host.clone()),
            shape: context.shape.clone(),
            target_user_count: match (self.settings.page.is_some(), self.parts.shape.is_some()) {
                (false, false) => known.target_user_count,
                _ => status.target_user_count,
            },
            ..known.clone()
        };
        drop(status);
        let lateness = match self.settings.role {
            Role::Local => LATENESS_SECONDS,
            _ => LATENESS_OF_WORKERS_SECONDS,
        };
        self.gate = TestGate::Open(Box::new(Gate::begin(&self.settings.gate, facts, lateness)));
        self.parts.report.judgement = None;
    }

    /// Looks at the test. `Some` if a budget is broken that ends it.
    pub(super) fn look_at_gate(&mut self) -> Option<String> {
        let (user_count, target) = (self.user_count(), self.status.borrow().target_user_count);
        let TestGate::Open(gate) = &mut self.gate else {
            return None;
        };
        gate.look(&self.parts.collector, Timestamp::now(), user_count, target)
    }

    /// The test is over: judges it.
    pub(super) fn judge(&mut self) {
        let TestGate::Open(gate) = std::mem::take(&mut self.gate) else {
            return;
        };
        let ended_early = self.is_cut_short();
        let health = self.parts.collector.health().snapshot();
        let master = self.parts.master.as_ref();
        let (workers, losses) = master.map(workers_and_losses).unwrap_or_default();
        let last = self
            .parts
            .collector
            .with(|stats| stats.clock().last_request_timestamp);
        let now = Timestamp::now();
        let ended = match (last, self.stop_asked) {
            // A clock that is ahead elsewhere makes no test longer.
            (Some(last), Some(asked)) => last.min(now).max(asked),
            (last, asked) => last.or(asked).unwrap_or(now).min(now),
        };
        let patience = if self.hurried {
            HURRIED_PATIENCE
        } else {
            PATIENCE_WITH_DISK
        };
        let judged = gate.end(&self.parts.collector, ended, patience, |facts| {
            facts.ended_early = ended_early;
            let generator = &mut facts.generator;
            generator.health = health;
            generator.requests_in_doubt = workers.iter().map(|worker| worker.requests_in_doubt).sum();
            generator.saturated_workers = workers
                .into_iter()
                .filter(|worker| worker.saturated)
                .map(|worker| (worker.id, worker.reason.unwrap_or_default()))
                .collect();
            generator.losses = losses;
        });
        self.verdict = judged.judgement.as_ref().map(|judgement| judgement.verdict);
        self.judges_failures = judged.judgement.as_ref().is_some_and(judges_failures);
        self.parts.report.judgement.clone_from(&judged.judgement);
        self.gate = TestGate::Judged(Box::new(judged));
    }

    /// Whether the test ends before what it was limited to was reached. Of those that a page leads, the one that began by
    /// itself ends early if somebody stops it. Whoever starts the others decides how long they are, unless the time limit
    /// of the process ends them.
    fn is_cut_short(&self) -> bool {
        let is_led = self.parts.report.shape.is_some();
        let shape_done = self.status.borrow().shape_done;
        let of_page = match (self.visit, self.first_test_is_over) {
            (Visit::FirstTest, false) => (is_led || self.is_limited()) && !shape_done,
            (Visit::Over, false) => is_led && !shape_done,
            (Visit::Over, true) => true,
            _ => false,
        };
        self.ends_early || of_page
    }

    /// Keeps the test that was judged, and says what it came to.
    pub(super) fn keep_test(&mut self) {
        let TestGate::Judged(mut judged) = std::mem::take(&mut self.gate) else {
            return;
        };
        if self.settings.page.is_some() {
            // The report at the end of the run fills it in for all others.
            let snapshot = self.parts.collector.snapshot(Timestamp::now());
            self.fill_in_context(&snapshot);
        }
        let record = match judged.can_be_kept() {
            true => self.record(),
            false => String::new(),
        };
        let kept = judged.keep(&self.parts.collector, &record, self.exit_code());
        if let Some(file) = kept.missing {
            self.report_failed = true;
            log::error!(target: TARGET, "The run is not in {}", file.display());
        }
        self.tell_verdict(&judged, kept.id);
    }

    fn tell_verdict(&mut self, judged: &Judged<'_>, id: Option<i64>) {
        let kept = id.map(|id| format!("Kept as run {id}: katydid show {id}"));
        let Some(judgement) = judged.judgement.clone() else {
            if let Some(kept) = kept {
                log::info!(target: TARGET, "{kept}");
            }
            return;
        };
        let title = id.map_or_else(|| "this run".to_owned(), |id| format!("run {id}"));
        let title = match &self.settings.gate.baseline {
            Some(baseline) => format!("{title} against {baseline}"),
            None => title,
        };
        let bases = judged
            .bases
            .iter()
            .cloned()
            .map(|(name, facts)| BaseRun { name, facts });
        let mut report = VerdictReport {
            title,
            judgement,
            head: judged.facts.clone(),
            bases: bases.collect(),
            exit_code: self.exit_code(),
            command: id.map(|id| format!("katydid show -v {id}")).unwrap_or_default(),
            comparison: None,
        };
        report.comparison = judged
            .endpoints
            .as_ref()
            .map(|endpoints| comparison(&report, endpoints));
        let (annotations, errors) = write_outputs(&self.settings.gate.outputs, &report);
        errors.iter().for_each(|error| self.report_error(error));
        if self.settings.console {
            let style = ConsoleStyle {
                colour: self.parts.terminal.is_live(),
                ..ConsoleStyle::default()
            };
            let text = console(&report, style);
            let lines = text
                .lines()
                .map(str::to_owned)
                .chain(std::iter::once(String::new()));
            self.parts.terminal.lines(&lines.collect::<Vec<_>>());
        }
        if !annotations.is_empty() {
            self.parts.terminal.result(&annotations);
        }
    }

    /// The exit code that the verdict asks for, if it asks for one.
    pub(super) fn verdict_code(&self) -> Option<exit_code::VerdictCode> {
        exit_code::of_verdict(self.verdict?, self.settings.gate.exit_code_on_inconclusive)
    }
}

/// Whether a budget for failures of all requests decided how many are too many.
fn judges_failures(judgement: &Judgement) -> bool {
    use katydid_gate::{FindingKind, Metric};
    judgement.findings.iter().any(|finding| {
        finding.kind == FindingKind::Budget
            && !finding.advisory
            && finding
                .endpoint
                .as_ref()
                .is_some_and(katydid_gate::Endpoint::is_total)
            && matches!(finding.metric, Some(Metric::ErrorRate | Metric::Failures))
    })
}
