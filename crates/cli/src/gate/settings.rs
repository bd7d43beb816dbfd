//! How a run is kept and judged: options checked against each other, the budgets' file and the store, before any load.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use katydid_gate::{Budget, GateFile, Rules, RunFacts};
use katydid_store::{Commit, commit_of, this_machine};

use super::bases::Bases;
use super::gate_file;
use super::service_memory::ServiceMemory;
use crate::commands::DEFAULT_STORE;
use crate::error::CliError;
use crate::run_options::RunOptions;

/// How a run is kept and judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GateSettings {
    /// What is known of the run beforehand.
    pub facts: RunFacts,
    /// The file that runs are kept in; `None` if this one is not to be kept.
    pub store: Option<PathBuf>,
    /// Where baselines are looked for, kept or not.
    pub baseline_store: PathBuf,
    /// Runs that are kept.
    pub keep_runs: u32,
    /// A file of its own for this run, as a store.
    pub run_file: Option<PathBuf>,
    /// What must hold.
    pub budgets: Vec<Budget>,
    /// How runs are compared.
    pub rules: Rules,
    /// What the run is compared with.
    pub baseline: Option<String>,
    /// The process of the service under test.
    pub service_pid: Option<u32>,
    /// Files that the verdict is written to.
    pub outputs: VerdictOutputs,
    /// Exit code when it cannot be decided.
    pub exit_code_on_inconclusive: i32,
}

/// Where a verdict goes beside the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerdictOutputs {
    /// Every finding as JSON.
    pub json: Option<PathBuf>,
    /// JUnit XML.
    pub junit: Option<PathBuf>,
    /// Markdown.
    pub markdown: Option<PathBuf>,
    /// OpenMetrics text.
    pub metrics: Option<PathBuf>,
    /// A page with the comparison.
    pub html: Option<PathBuf>,
    /// Whether GitHub reads the standard output of this job.
    pub is_github: bool,
    /// The file that GitHub shows as the summary of this step.
    pub step_summary: Option<PathBuf>,
}

impl VerdictOutputs {
    /// What GitHub's variables ask for, without any file.
    pub(crate) fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_github = variable("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        Self {
            is_github,
            step_summary: variable("GITHUB_STEP_SUMMARY")
                .filter(|file| is_github && !file.is_empty())
                .map(PathBuf::from),
            ..Self::default()
        }
    }
}

impl GateSettings {
    /// Checks the options that keep and judge a run.
    pub(crate) fn resolve(options: &RunOptions, run_file: Option<&Path>) -> Result<Self, CliError> {
        let file = gate_file::find(Path::new("."), options.budgets.as_deref())?;
        let baseline_store = PathBuf::from(options.store.as_deref().unwrap_or(DEFAULT_STORE));
        let service_pid = service_pid(options)?;
        let facts = facts(options);
        let baseline = options.baseline.clone().filter(|baseline| !baseline.is_empty());
        if let Some(baseline) = &baseline {
            check_baseline(baseline, &baseline_store, facts.branch.as_deref())?;
        }
        let budgets = budgets(options, &file)?;
        let is_judging = !budgets.is_empty() || baseline.is_some();
        let outputs = outputs(options, baseline.is_some(), is_judging || options.worker)?;
        if !(0..=255).contains(&options.exit_code_on_inconclusive) {
            return Err(CliError::Usage(format!(
                "--exit-code-on-inconclusive: {} is none; exit codes go from 0 to 255",
                options.exit_code_on_inconclusive
            )));
        }
        if let Some(file) = run_file
            && is_same_file(file, &baseline_store)
        {
            return Err(CliError::Usage(format!(
                "--run-file: {} is where all runs are kept; name another file for this one",
                file.display()
            )));
        }
        Ok(Self {
            facts,
            store: (!options.no_store).then(|| baseline_store.clone()),
            baseline_store,
            keep_runs: u32::try_from(options.keep_runs).unwrap_or(u32::MAX),
            run_file: run_file.filter(|file| !is_record(file)).map(Path::to_owned),
            budgets,
            rules: file.rules.clone(),
            baseline,
            service_pid,
            outputs,
            exit_code_on_inconclusive: options.exit_code_on_inconclusive,
        })
    }

    /// Whether there is anything to hold the run against.
    pub(crate) fn is_judging(&self) -> bool {
        !self.budgets.is_empty() || self.baseline.is_some()
    }
}

/// Where the verdict goes, checked: nobody waits for one that there will not be.
fn outputs(options: &RunOptions, is_comparing: bool, is_judging: bool) -> Result<VerdictOutputs, CliError> {
    let path = |file: &Option<String>| file.as_ref().filter(|file| !file.is_empty()).map(PathBuf::from);
    let outputs = VerdictOutputs {
        json: path(&options.verdict_json),
        junit: path(&options.verdict_junit),
        markdown: path(&options.verdict_markdown),
        metrics: path(&options.verdict_metrics),
        html: path(&options.verdict_html),
        ..VerdictOutputs::of_environment(|name| std::env::var(name).ok())
    };
    if outputs.html.is_some() && !is_comparing {
        return Err(CliError::Usage(
            "--verdict-html draws a comparison, so it needs --baseline".to_owned(),
        ));
    }
    if let Some((flag, _)) = outputs.files().next().filter(|_| !is_judging) {
        return Err(CliError::Usage(format!(
            "{flag}: there is nothing to judge; give --baseline, --budget, or a file with budgets"
        )));
    }
    outputs.check()?;
    Ok(outputs)
}

/// Whether two names lead to one file, which may not be there yet.
fn is_same_file(left: &Path, right: &Path) -> bool {
    match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}

/// Whether a file of `--run-file` is the record alone.
pub(crate) fn is_record(file: &Path) -> bool {
    file.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// An error with the option that it is about.
pub(crate) fn named(option: &str, error: CliError) -> CliError {
    match error {
        CliError::Usage(why) => CliError::Usage(format!("{option}: {why}")),
        CliError::Configuration(why) => CliError::Configuration(format!("{option}: {why}")),
    }
}

/// The first run of a branch has nothing to be compared with; any other run does, or a pipeline that lost its store would
/// pass without a word.
fn check_baseline(baseline: &str, store: &Path, branch: Option<&str>) -> Result<(), CliError> {
    if branch == Some(baseline) && Bases::is_first_of(baseline, store) {
        return Ok(());
    }
    Bases::find(baseline, store, Path::new("."), None, None)
        .map(|_| ())
        .map_err(|error| named("--baseline", error))
}

fn service_pid(options: &RunOptions) -> Result<Option<u32>, CliError> {
    let Some(pid) = options.service_pid else {
        return Ok(None);
    };
    let wrong = |why: String| CliError::Configuration(format!("--service-pid: {why}"));
    let pid = u32::try_from(pid).map_err(|_| wrong(format!("there is no process {pid}")))?;
    ServiceMemory::of(pid).map_err(wrong)?;
    Ok(Some(pid))
}

/// Budgets of the file, of the level, and of the command line.
fn budgets(options: &RunOptions, file: &GateFile) -> Result<Vec<Budget>, CliError> {
    let usage = |why: &dyn std::fmt::Display| CliError::Usage(format!("--budget: {why}"));
    let of_level = match &options.level {
        Some(name) => gate_file::level(file, name)?.budgets,
        None => None,
    };
    let mut budgets = of_level.unwrap_or_else(|| file.budgets.clone());
    for text in options.budget.iter().flatten() {
        budgets.extend(Budget::parse_list(text, &file.groups).map_err(|error| usage(&error))?);
    }
    Budget::check(&budgets).map_err(|error| usage(&error))?;
    Ok(budgets)
}

/// The commit of the folder that this process was started in. Asked once: options are resolved before anything is started
/// and again at the run, and git takes its time.
fn commit_here(environment: &BTreeMap<String, String>) -> Commit {
    static COMMIT: OnceLock<Commit> = OnceLock::new();
    COMMIT
        .get_or_init(|| commit_of(Path::new("."), environment))
        .clone()
}

fn facts(options: &RunOptions) -> RunFacts {
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let commit = match (&options.commit, &options.branch) {
        (Some(_), Some(_)) => Commit::default(),
        _ => commit_here(&environment),
    };
    RunFacts {
        tool: "katydid".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        label: options.profile.clone(),
        host: options.host.clone(),
        level: options.level.clone(),
        tags: options.tags.clone().unwrap_or_default(),
        seed: options.seed.map(i64::cast_unsigned),
        dirty: commit.dirty && options.commit.is_none(),
        commit: options.commit.clone().or(commit.hash),
        branch: options.branch.clone().or(commit.branch),
        machine: this_machine(),
        target_user_count: options
            .num_users
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(1),
        spawn_rate: options.spawn_rate.unwrap_or(1.0),
        run_time_seconds: options.run_time.filter(|seconds| *seconds > 0.0),
        target_requests: options.num_requests.map(i64::unsigned_abs),
        ..RunFacts::default()
    }
}
