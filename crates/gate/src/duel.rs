//! Base and head in turns on one machine, A B B A: neighbours in time are compared, so that the machine's drift cancels.
//! Says when to stop; measures nothing.

use serde::Serialize;

use crate::block::BlockedRun;
use crate::compare::{CompareError, Comparison, compare_as, rounding};
use crate::rules::Rules;
use crate::verdict::{Finding, Outcome};
use crate::weigh::Setting;

/// Nobody waits for more than this many times what was measured.
const MOST_TIMES: f64 = 20.0;

/// How a duel stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Duel {
    /// What is known so far.
    pub comparison: Comparison,
    /// Which look at the blocks this was, from 1.
    pub look: usize,
    /// Whether to measure more: nothing failed, something cannot be told, and there is a look left.
    pub needs_more: bool,
    /// Pairs of blocks there are.
    pub pairs: usize,
    /// About how many pairs would tell what cannot be told yet; `None` if all is told, or if twenty times as many would not.
    pub pairs_needed: Option<usize>,
}

/// Judges a duel whose block i of the base was measured beside block i of the head, at look `look` of `looks` (from 1).
///
/// Looking again until something is found would find something, so the looks share the chance of a false alarm: with 3 looks
/// 1/6, 2/6 and 3/6 of it, fixed beforehand, which holds whatever the data are (Bonferroni). Early looks get less because
/// few blocks tell little at any price. Fails as [`compare`](crate::compare) does.
pub fn judge_duel(
    base: &BlockedRun,
    head: &BlockedRun,
    look: usize,
    looks: usize,
    rules: &Rules,
) -> Result<Duel, CompareError> {
    let looks = looks.max(1);
    let look = look.clamp(1, looks);
    let alpha = rules.alpha * look as f64 / (looks * (looks + 1) / 2) as f64;
    let setting = Setting {
        rules,
        kind: head.facts.kind,
        alpha,
        rounding: rounding(&[base], head),
        run_to_run: 0.0,
    };
    let comparison = compare_as(&[base], head, true, setting)?;
    let has = |outcome| {
        comparison
            .findings
            .iter()
            .any(|finding| finding.outcome == outcome)
    };
    let pairs = head.endpoints.first().map_or(0, |endpoint| endpoint.blocks.len());
    Ok(Duel {
        look,
        needs_more: look < looks && has(Outcome::Inconclusive) && !has(Outcome::Fail),
        pairs,
        pairs_needed: pairs_needed(&comparison, pairs),
        comparison,
    })
}

/// Errors shrink with the square root of the number of pairs; the greatest need counts.
fn pairs_needed(comparison: &Comparison, pairs: usize) -> Option<usize> {
    let unsure = comparison
        .findings
        .iter()
        .filter(|finding| finding.outcome == Outcome::Inconclusive);
    let needs: Vec<f64> = unsure.filter_map(times_as_many).collect();
    let most = needs.iter().copied().reduce(f64::max)?;
    (most <= MOST_TIMES).then(|| (pairs as f64 * most).ceil() as usize)
}

fn times_as_many(finding: &Finding) -> Option<f64> {
    let compared = finding.compared?;
    let limit = finding.limit?;
    let (size, low, high, limit) = if finding.metric == Some(crate::Metric::ErrorRate) {
        (
            compared.ratio,
            compared.low?,
            compared.high?,
            limit - compared.base,
        )
    } else {
        let limit = (limit / compared.base).ln().abs();
        (
            compared.ratio.ln(),
            compared.low?.ln(),
            compared.high?.ln(),
            limit,
        )
    };
    let margin = if size > limit { size - low } else { high - size };
    Some((margin / (size - limit).abs().max(1e-9)).powi(2).max(1.0))
}
