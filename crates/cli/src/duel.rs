//! `katydid duel`: two deployments measured in turns on one machine, A B B A, so that the machine's moods fall on both
//! alike. Reads top to bottom: blocks are measured, looked at, and more are added while it cannot be told.

mod arm;
mod block;
mod options;

use std::time::Instant;

use katydid_gate::{BlockedRun, Duel, Finding, Judgement, Outcome, judge_duel};
use katydid_report::clock;

use crate::commands::Answer;
use crate::commands::verdict::{self, Told};
use crate::error::CliError;
use crate::exit_code;
use crate::signals::{Signal, SignalSource, Signals};
use arm::Arm;
use block::BlockRun;
pub use options::DuelOptions;
pub(crate) use options::read;

/// Looks at the data at most: each costs a part of the certainty.
const LOOKS: usize = 3;

/// Runs a duel as its options say, and gives the exit code. `program` is the command line that starts katydid. Blocks.
pub fn duel(options: &DuelOptions, program: &[String]) -> i32 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(options, program)),
        Err(error) => Err(CliError::Configuration(format!("cannot start: {error}"))),
    };
    match outcome {
        Ok(answer) => {
            print!("{}", answer.text);
            answer.code
        }
        Err(error) => {
            eprintln!("{}", error.line());
            error.exit_code()
        }
    }
}

async fn run(options: &DuelOptions, program: &[String]) -> Result<Answer, CliError> {
    let mut signals = Signals::listen(SignalSource::Process)
        .map_err(|error| CliError::Configuration(format!("listen to signals: {error}")))?;
    let began = Instant::now();
    let (mut base, mut head) = (Arm::new("base", &options.base), Arm::new("head", &options.head));
    let (mut wanted, mut repeated) = (options.pairs, 0);
    for look in 1..=LOOKS {
        while base.blocks() < wanted {
            let arms = [&base, &head];
            let pair = match measure_pair(options, program, arms, wanted, &mut signals).await? {
                Ok(pair) => pair,
                Err(signal) => return Ok(interrupted(signal)),
            };
            let has_room = repeated < wanted.div_ceil(2)
                && has_time(
                    options,
                    wanted - base.blocks(),
                    base.blocks() + repeated + 1,
                    began,
                );
            if pair.iter().any(is_starved) && has_room {
                repeated += 1;
                eprintln!(
                    "pair {}: the generator was the limit, so it is measured again",
                    base.blocks() + 1
                );
                continue;
            }
            let [of_base, of_head] = pair;
            base.push(of_base);
            head.push(of_head);
        }
        let duel = judge_duel(&base.run(), &head.run(), look, LOOKS, &options.rules)
            .map_err(|error| CliError::Configuration(format!("duel: {error}")))?;
        let more = pairs_to_add(options, &duel, began);
        if !duel.needs_more || more == 0 {
            return Ok(told(options, &base, &head, duel, repeated));
        }
        eprintln!(
            "{}: not clear yet after {} pairs, {more} more",
            clock(began.elapsed()),
            base.blocks()
        );
        wanted += more;
    }
    // The last look never asks for more.
    Err(CliError::Configuration("duel: no verdict".to_owned()))
}

/// One pair of blocks, of the base and the head, every second one measured the other way round. `Err` within if somebody
/// wants it to end.
async fn measure_pair(
    options: &DuelOptions,
    program: &[String],
    arms: [&Arm; 2],
    wanted: usize,
    signals: &mut Signals,
) -> Result<Result<[BlockedRun; 2], Signal>, CliError> {
    let pair = arms[0].blocks();
    let is_turned = !pair.is_multiple_of(2);
    let [first, second] = if is_turned { [arms[1], arms[0]] } else { arms };
    let mut measure = async |arm: &Arm| {
        eprintln!("pair {} of {wanted}: {} {}", pair + 1, arm.name(), arm.host());
        let block = BlockRun::start(options, program, arm.host(), pair)?;
        tokio::select! {
            measured = block.wait() => measured.map(Ok),
            signal = signals.next() => Ok(Err(signal)),
        }
    };
    let first = match measure(first).await? {
        Ok(block) => block,
        Err(signal) => return Ok(Err(signal)),
    };
    let second = match measure(second).await? {
        Ok(block) => block,
        Err(signal) => return Ok(Err(signal)),
    };
    Ok(Ok(if is_turned {
        [second, first]
    } else {
        [first, second]
    }))
}

/// Whether the generator was the limit in a block: that is this machine's doing, and says nothing of either side.
fn is_starved(block: &BlockedRun) -> bool {
    block.facts.generator.health.saturated
}

/// Whether there is time for so many pairs, after as many as were measured.
fn has_time(options: &DuelOptions, missing: usize, measured: usize, began: Instant) -> bool {
    let per_pair = began.elapsed().as_secs_f64() / measured.max(1) as f64;
    began.elapsed().as_secs_f64() + per_pair * missing as f64 <= options.time_limit.as_secs_f64()
}

/// As many as are likely to decide, no more than there are, and no more than there is time for.
fn pairs_to_add(options: &DuelOptions, duel: &Duel, began: Instant) -> usize {
    let per_pair = began.elapsed().as_secs_f64() / duel.pairs.max(1) as f64;
    let left = options.time_limit.as_secs_f64() - began.elapsed().as_secs_f64();
    let affordable = (left / per_pair.max(0.1)).max(0.0) as usize;
    let needed = duel
        .pairs_needed
        .map_or(duel.pairs * 2, |needed| needed.saturating_sub(duel.pairs));
    needed.clamp(2, duel.pairs * 3).min(affordable)
}

fn told(options: &DuelOptions, base: &Arm, head: &Arm, duel: Duel, repeated: usize) -> Answer {
    let mut findings: Vec<Finding> = base.validity();
    findings.extend(head.validity());
    findings.extend((repeated > 0).then(|| measured_again(repeated)));
    let endpoints = serde_json::to_value(&duel.comparison.endpoints).ok();
    findings.extend(duel.comparison.findings);
    let told = Told {
        title: format!(
            "{} against {} ({} pairs of blocks)",
            options.head, options.base, duel.pairs
        ),
        judgement: Judgement::of(findings),
        head: head.facts(),
        bases: vec![("base".to_owned(), base.facts())],
        endpoints,
    };
    verdict::tell(told, &options.matches, &options.outputs)
}

fn measured_again(pairs: usize) -> Finding {
    Finding {
        outcome: Outcome::NotJudged,
        rule: "pairs measured once".to_owned(),
        ..Finding::untrusted(
            "duel",
            format!(
                "{pairs} pairs of blocks were measured again, because the generator was the limit in them"
            ),
        )
    }
}

fn interrupted(signal: Signal) -> Answer {
    Answer {
        text: "Ended before there was a verdict\n".to_owned(),
        code: signal.exit_code(),
    }
}

/// Whether a child's exit code says that it measured something: budgets of a file in this folder are its own affair.
fn has_measured(code: i32) -> bool {
    matches!(
        code,
        exit_code::SUCCESS
            | exit_code::CONFIGURATION
            | exit_code::BUDGET_BROKEN
            | exit_code::REGRESSION
            | exit_code::INCONCLUSIVE
            | exit_code::INVALID
    )
}

/// Findings that were made in one block count once.
fn once(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        let is_known = |known: &Finding| known.subject == finding.subject && known.rule == finding.rule;
        if finding.outcome != Outcome::Pass && !findings.iter().any(is_known) {
            findings.push(finding);
        }
    }
}
