//! Keeping a run and judging it: its seconds go to the store and past the budgets while it goes on, and at its end all
//! that was found becomes one verdict.

mod bases;
pub(crate) mod gate_file;
mod keeper;
mod outputs;
mod scratch_file;
mod service_memory;
mod settings;

use std::path::{Path, PathBuf};
use std::time::Duration;

use katydid_gate::{
    BlockedRun, BudgetWatch, Comparison, Estimate, Finding, Judgement, Outcome, Rules, RunFacts,
    comparability, compare, estimate, validity, validity_of_requests,
};
use katydid_stats::{Collector, MarkKind, Timestamp};
use katydid_store::{RunEnding, RunFilter, RunId, RunWriter, Store, StoreError};

pub(crate) use bases::Bases;
use keeper::Keeper;
pub(crate) use outputs::write_outputs;
pub(crate) use scratch_file::ScratchFile;
use service_memory::ServiceMemory;
pub(crate) use settings::is_record;
pub use settings::{GateSettings, VerdictOutputs};

/// The logger's name.
const TARGET: &str = "katydid.gate";

/// One test on its way to a verdict.
#[derive(Debug)]
pub(crate) struct Gate<'a> {
    settings: &'a GateSettings,
    facts: RunFacts,
    keeper: Option<Keeper>,
    /// Where a run stands that is compared but not kept.
    scratch: Option<ScratchFile>,
    watch: BudgetWatch,
    service: Option<ServiceMemory>,
    memory: Vec<(i64, u64)>,
    ramp_told: bool,
    /// The first second that a request can belong to: also one that is reported late, after counting began anew.
    earliest: i64,
    /// Requests that were reported for a time before the run or after it.
    out_of_time: u64,
}

/// A test that was judged, and is not yet kept.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    settings: &'a GateSettings,
    /// What is known of the run.
    pub(crate) facts: RunFacts,
    /// What it came to; `None` if there was nothing to hold it against.
    pub(crate) judgement: Option<Judgement>,
    /// What it was compared with.
    pub(crate) bases: Vec<(String, RunFacts)>,
    /// Endpoints as a page draws them.
    pub(crate) endpoints: Option<serde_json::Value>,
    writer: Option<RunWriter>,
    scratch: Option<ScratchFile>,
    estimates: Vec<Estimate>,
    memory: Vec<(i64, u64)>,
}

impl<'a> Gate<'a> {
    /// Begins with a test. `facts` are those of the settings with what is known since.
    pub(crate) fn begin(settings: &'a GateSettings, facts: RunFacts, lateness_seconds: u32) -> Self {
        let kept = settings
            .store
            .as_deref()
            .and_then(|file| Keeper::begin(file, &facts));
        let needs_file = settings.baseline.is_some() || settings.run_file.is_some();
        let (keeper, scratch) = match kept {
            None if needs_file => begin_scratch(&facts).unzip(),
            kept => (kept, None),
        };
        let mut watch = BudgetWatch::new(settings.budgets.clone()).with_lateness(lateness_seconds);
        watch.begin(facts.started_at);
        Self {
            settings,
            keeper,
            scratch,
            watch,
            service: settings.service_pid.and_then(|pid| ServiceMemory::of(pid).ok()),
            memory: Vec::new(),
            ramp_told: false,
            earliest: facts.started_at.second() - 1 - i64::from(lateness_seconds),
            out_of_time: 0,
            facts,
        }
    }

    /// Looks at the run as it is now. `Some` with a reason if it should not go on.
    pub(crate) fn look(
        &mut self,
        collector: &Collector,
        now: Timestamp,
        user_count: u64,
        target: u64,
    ) -> Option<String> {
        self.facts.peak_user_count = self.facts.peak_user_count.max(user_count);
        self.facts.target_user_count = self.facts.target_user_count.max(target);
        if let Some(bytes) = self.service.and_then(ServiceMemory::bytes) {
            self.memory.push((now.second(), bytes));
            self.watch.memory(now.second(), bytes);
        }
        self.take(collector, now.second(), now);
        self.watch.advance(now);
        self.watch.abort().map(|finding| finding.line())
    }

    /// Takes what lies before a second. No request can have finished after `now`.
    fn take(&mut self, collector: &Collector, before: i64, now: Timestamp) {
        let (taken, ramp_done, counts_since) = collector.with(|stats| {
            let ramp_done = stats.marks().iter().find(|mark| mark.kind == MarkKind::RampDone);
            let ramp_done = ramp_done.map(|mark| mark.at);
            (stats.take_seconds(before), ramp_done, stats.clock().start_time)
        });
        if let (Some(at), false) = (ramp_done, self.ramp_told) {
            self.facts.ramp_done_at = Some(at);
            // All of them were there, whether anybody looked at that moment or not.
            self.facts.peak_user_count = self.facts.peak_user_count.max(self.facts.target_user_count);
            self.watch.ramp_done(at);
            self.ramp_told = true;
        }
        if taken.began_anew {
            self.begin_anew(counts_since);
        }
        // Moments and seconds are rounded, each by itself.
        let possible = self.earliest..=now.second() + 1;
        let impossible = taken
            .seconds
            .iter()
            .filter(|piece| !possible.contains(&piece.second));
        self.out_of_time += impossible.map(|piece| piece.requests).sum::<u64>();
        self.watch.feed(&taken.seconds);
        if let Some(keeper) = &mut self.keeper {
            keeper.take(taken);
        }
    }

    /// Counting began anew: what budgets saw before is not part of the run.
    fn begin_anew(&mut self, counts_since: Timestamp) {
        self.out_of_time = 0;
        self.facts.started_at = self.facts.started_at.max(counts_since);
        self.watch.begin(self.facts.started_at);
        if let Some(at) = self.facts.ramp_done_at {
            self.watch.ramp_done(at);
        }
    }

    /// Judges the test, which is over, when the disk has had its time. `complete` fills in what is known of it now.
    pub(crate) fn end(
        mut self,
        collector: &Collector,
        now: Timestamp,
        patience: Duration,
        complete: impl FnOnce(&mut RunFacts),
    ) -> Judged<'a> {
        let ended = now.max(self.facts.started_at);
        self.take(collector, i64::MAX, ended);
        self.facts.ended_at = Some(ended);
        let requests = collector.with(|stats| stats.total().num_requests());
        self.facts.generator.share_out_of_time = self.out_of_time as f64 / requests.max(1) as f64;
        complete(&mut self.facts);
        self.watch.finish(ended);
        let writer = self.keeper.take().and_then(|keeper| keeper.end(patience));
        let blocked = writer.as_ref().and_then(|writer| self.blocked(writer));
        let mut judged = Judged {
            settings: self.settings,
            estimates: blocked.as_ref().map(estimate).unwrap_or_default(),
            judgement: None,
            bases: Vec::new(),
            endpoints: None,
            writer,
            scratch: self.scratch.take(),
            memory: std::mem::take(&mut self.memory),
            facts: self.facts.clone(),
        };
        if self.settings.is_judging() {
            let mut findings = validity(&self.facts);
            findings.extend(validity_of_requests(&self.facts, requests));
            findings.extend(self.watch.findings(self.facts.started_at, ended));
            if let Some(baseline) = &self.settings.baseline {
                findings.extend(judged.against(baseline, blocked.as_ref()));
            }
            judged.judgement = Some(Judgement::of(findings));
        }
        judged
    }

    fn blocked(&self, writer: &RunWriter) -> Option<BlockedRun> {
        writer
            .store()
            .blocked_with(writer.id(), &self.facts)
            .inspect_err(|error| log::warn!(target: TARGET, "Cannot {error}"))
            .ok()
    }
}

impl Judged<'_> {
    /// Compares with a baseline.
    fn against(&mut self, baseline: &str, head: Option<&BlockedRun>) -> Vec<Finding> {
        let id = self.writer.as_ref().map(RunWriter::id);
        // A run that is not kept has a number in another file.
        let id = id.filter(|_| self.scratch.is_none());
        let store = &self.settings.baseline_store;
        if self.facts.branch.as_deref() == Some(baseline) && Bases::is_first_of(baseline, store) {
            return vec![first_of(baseline)];
        }
        let found = Bases::find(baseline, store, Path::new("."), Some(&self.facts), id);
        let compared = found.map_err(|error| error.to_string()).and_then(|bases| {
            self.bases = bases.facts();
            let head = head.ok_or("this run could not be kept, so it cannot be compared")?;
            let comparison = held_against(&bases, head, &self.settings.rules)?;
            self.endpoints = serde_json::to_value(&comparison.endpoints).ok();
            Ok(comparison.findings)
        });
        compared.unwrap_or_else(|why| vec![Finding::untrusted("baseline", why)])
    }

    /// Whether there is anything to [`keep`](Self::keep).
    pub(crate) fn can_be_kept(&self) -> bool {
        self.writer.is_some()
    }

    /// Keeps the run with its end, copies it into a file of its own, and removes what is older than is to be kept. Problems
    /// with the store are told in the log: results are there in any case.
    pub(crate) fn keep(&mut self, collector: &Collector, record: &str, exit_code: i32) -> Kept {
        let mut kept = Kept {
            missing: self.settings.run_file.clone(),
            ..Kept::default()
        };
        let Some(writer) = self.writer.take() else {
            return kept;
        };
        let id = writer.id();
        let ending = RunEnding {
            facts: self.facts.clone(),
            failures: collector.with(|stats| stats.errors().iter().collect()),
            judgement: self.judgement.as_ref(),
            estimates: &self.estimates,
            record: Some(record),
            memory: &self.memory,
            exit_code: Some(exit_code),
        };
        let mut store = match writer.finish(&ending) {
            Ok(store) => store,
            Err(error) => {
                log::warn!(target: TARGET, "The run is not kept as it should be: cannot {error}");
                return kept;
            }
        };
        if let Some(file) = &self.settings.run_file {
            match copy(&store, id, file) {
                Ok(()) => kept.missing = None,
                Err(error) => log::error!(target: TARGET, "--run-file: cannot {error}"),
            }
        }
        if self.scratch.is_none() {
            kept.id = Some(id);
            if let Err(error) = prune(&mut store, self.settings.keep_runs) {
                log::warn!(target: TARGET, "Older runs are still there: cannot {error}");
            }
        }
        kept
    }
}

/// Where a run is now.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Its number in the store.
    pub(crate) id: Option<RunId>,
    /// The file of its own that was asked for, and that it is not in.
    pub(crate) missing: Option<PathBuf>,
}

fn prune(store: &mut Store, keep_runs: u32) -> Result<(), StoreError> {
    let outdated = store.outdated(Some(keep_runs), None)?;
    store.remove(&outdated.iter().map(|run| run.id).collect::<Vec<_>>())
}

/// For a run that must be compared or copied, and that the store does not take.
fn begin_scratch(facts: &RunFacts) -> Option<(Keeper, ScratchFile)> {
    let scratch = ScratchFile::new()
        .inspect_err(|error| log::warn!(target: TARGET, "This run is not kept: {error}"))
        .ok()?;
    Some((Keeper::begin(scratch.path(), facts)?, scratch))
}

/// Holds a run against others; says in words why that cannot be.
pub(crate) fn held_against(bases: &Bases, head: &BlockedRun, rules: &Rules) -> Result<Comparison, String> {
    let blocked = bases.blocked().map_err(|error| format!("cannot {error}"))?;
    let mut comparison = compare(&blocked, head, rules).map_err(|error| error.to_string())?;
    let mut findings = bases.remarks();
    for (_, facts) in bases.facts() {
        findings.extend(comparability(&facts, &head.facts));
    }
    findings.append(&mut comparison.findings);
    findings.extend(bases.creep(head, rules));
    comparison.findings = without_repetition(findings);
    Ok(comparison)
}

/// Several bases of one machine say the same.
pub(crate) fn without_repetition(findings: Vec<Finding>) -> Vec<Finding> {
    let mut told: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        if !told.contains(&finding) {
            told.push(finding);
        }
    }
    told
}

fn first_of(branch: &str) -> Finding {
    Finding {
        outcome: Outcome::NotJudged,
        ..Finding::untrusted(
            "baseline",
            format!("{branch} has no accepted run yet: this one may become its first"),
        )
    }
}

/// A file for one run: what stood there before is another run's. What is no plain file, and a store of several runs, are
/// nobody's to overwrite.
fn copy(store: &Store, id: RunId, file: &Path) -> Result<(), StoreError> {
    if file.exists() && !file.is_file() {
        return Err(StoreError::Foreign(file.to_owned()));
    }
    if let (Ok(left), Ok(right)) = (file.canonicalize(), store.file().canonicalize())
        && left == right
    {
        return Ok(()); // It is there already.
    }
    if let Ok(there) = Store::open_existing(file) {
        let count = there.runs(&RunFilter::default())?.len();
        if count > 1 {
            return Err(StoreError::NotOneRun {
                file: file.to_owned(),
                count,
            });
        }
    }
    let _ = std::fs::remove_file(file);
    store.copy(id, &Store::open(file)?).map(|_| ())
}
