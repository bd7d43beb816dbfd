//! One block of a duel: a run of its own in a process of its own, so that both sides begin alike.

use std::fs::File;
use std::time::Duration;

use katydid_gate::{BlockedRun, RunFacts};
use katydid_report::printable;
use katydid_stats::Timestamp;
use katydid_store::{Cut, RunFilter, Store};

use super::options::{unset_by_the_duel, variables_of_the_duel};
use super::{DuelOptions, has_measured};
use crate::commands::refused;
use crate::error::CliError;
use crate::gate::ScratchFile;
use crate::processes::Children;

/// Time for users to come before a block begins; what they send meanwhile does not count.
const WARM_UP: Duration = Duration::from_secs(1);

/// A block is made of whole seconds: the rest of the one that it begins in, and of the one that the run ends in.
const ROUNDING: Duration = Duration::from_secs(2);

/// What a block takes beside its own length, at least.
pub(super) const AROUND_A_BLOCK: Duration = Duration::from_secs(3);

/// How often it is looked whether the run is over.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A block that is being measured. Dropped, its process ends.
#[derive(Debug)]
pub(super) struct BlockRun {
    child: Children,
    run_file: ScratchFile,
    output: ScratchFile,
    seconds: u64,
}

impl BlockRun {
    /// Starts the test against an address.
    pub(super) fn start(
        options: &DuelOptions,
        program: &[String],
        host: &str,
        pair: usize,
    ) -> Result<Self, CliError> {
        let wrong =
            |error: &dyn std::fmt::Display| CliError::Configuration(format!("duel: start a block: {error}"));
        let (run_file, output) = (
            ScratchFile::new().map_err(|error| wrong(&error))?,
            ScratchFile::new().map_err(|error| wrong(&error))?,
        );
        let run_time = WARM_UP + options.block + ROUNDING;
        let mut command = program.to_vec();
        // Users come at once, unless somebody says how fast: a block is too short for a ramp.
        if !options.has_spawn_rate {
            command.push("--spawn-rate=1000".to_owned());
        }
        command.extend(options.test.iter().cloned());
        command.extend([
            "--headless".to_owned(),
            "--only-summary".to_owned(),
            format!("--host={host}"),
            format!("--run-time={}s", run_time.as_secs()),
            format!(
                "--seed={}",
                options.seed.wrapping_add(pair as u64) & i64::MAX as u64
            ),
            "--no-store".to_owned(),
            format!("--run-file={}", run_file.path().display()),
        ]);
        command.extend(unset_by_the_duel());
        let file = File::create(output.path()).map_err(|error| wrong(&error))?;
        let child =
            Children::start_into(&command, &file, &variables_of_the_duel()).map_err(|error| wrong(&error))?;
        Ok(Self {
            child,
            run_file,
            output,
            seconds: options.block.as_secs(),
        })
    }

    /// Waits for its end, and gives what was measured as one block.
    pub(super) async fn wait(mut self) -> Result<BlockedRun, CliError> {
        let code = loop {
            if let Some(ended) = self.child.ended().first() {
                break ended.exit_code;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        };
        if !has_measured(code) || !self.run_file.path().exists() {
            return Err(CliError::Configuration(format!(
                "duel: a block ended with code {code}: {}",
                self.last_words()
            )));
        }
        self.measured()
    }

    fn measured(&self) -> Result<BlockedRun, CliError> {
        let store = Store::open_existing(self.run_file.path()).map_err(|error| refused(&error))?;
        let runs = store
            .runs(&RunFilter::default())
            .map_err(|error| refused(&error))?;
        let run = runs.into_iter().next().ok_or_else(|| {
            CliError::Configuration(format!("duel: a block measured nothing: {}", self.last_words()))
        })?;
        let facts = run.facts;
        if facts.ended_early {
            return Err(CliError::Configuration(format!(
                "duel: a block ended before its time, as with a budget that aborts: {}",
                self.last_words()
            )));
        }
        let begin = begin_of(&facts);
        let cut = Cut::whole(begin, begin + i64::try_from(self.seconds).unwrap_or(i64::MAX / 4));
        store
            .blocked_by(run.id, &facts, cut)
            .map_err(|error| refused(&error))
    }

    /// The last line that the process wrote: why it could not go on.
    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.output.path()).unwrap_or_default();
        let line = text
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it said nothing");
        printable(line.trim_start_matches("katydid: error: ")).into_owned()
    }
}

/// The first whole second after the users are there.
fn begin_of(facts: &RunFacts) -> i64 {
    let started = facts.started_at.0 + WARM_UP.as_secs_f64();
    let ramp_done = facts.ramp_done_at.map_or(started, |at| at.0);
    Timestamp(started.max(ramp_done)).second() + 1
}
