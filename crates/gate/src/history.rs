//! Which run of a branch changed what: levels of every figure over the runs that are kept. Needs no distributions.
//!
//! A change must be beyond the noise of the series and beyond the tolerance. One run that stands out between two that agree
//! is a blip.

use katydid_stats::Timestamp;
use serde::{Deserialize, Serialize};

use crate::effect::{as_size, size, unscaled};
use crate::endpoint::Endpoint;
use crate::estimate::Estimate;
use crate::facts::RunKind;
use crate::metric::{Metric, Unit};
use crate::partition::partition;
use crate::rules::{Rules, Tolerance};
use crate::runs::median;
use crate::student::upper_tail;
use crate::subject::needed;

/// From so many runs on, how much they differ is taken from themselves, and one run alone is no level.
const ENOUGH_RUNS: usize = 8;

/// Fewer runs than this tell nothing of their luck.
const FEWEST_RUNS: usize = 4;

/// So many figures of a kind tell together how much runs differ, however few these are.
const ENOUGH_SERIES: usize = 5;

/// Runs on either side that tell what is usual there.
const NEIGHBOURS: usize = 3;

/// A median of absolute values of normal ones is this much of their standard deviation.
const NORMAL_MEDIAN: f64 = 0.6745;

/// A run as its history keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HistoryPoint {
    /// Its number in the store.
    pub run: i64,
    /// The commit that was tested.
    pub commit: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Its figures.
    pub estimates: Vec<Estimate>,
}

/// A figure that changed its level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// Of which endpoint.
    pub endpoint: Endpoint,
    /// Which figure.
    pub metric: Metric,
    /// The first run of the new level, as its place among the points.
    pub index: usize,
    /// The same, as its number.
    pub run: i64,
    /// Its commit.
    pub commit: Option<String>,
    /// The last commit of the old level: the cause lies after it.
    pub previous_commit: Option<String>,
    /// The old level.
    pub before: f64,
    /// The new level.
    pub after: f64,
    /// How many times worse it became, below 1 if better; for error rates the difference.
    pub ratio: f64,
    /// Whether it became worse.
    pub is_worse: bool,
    /// Runs at the new level.
    pub runs_after: usize,
    /// One less the chance that noise alone makes such a step anywhere in the history.
    pub confidence: f64,
}

/// One run that stands out, and the next is as the one before. If it is the newest run, the next one will tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blip {
    /// Of which endpoint.
    pub endpoint: Endpoint,
    /// Which figure.
    pub metric: Metric,
    /// The run, as its place among the points.
    pub index: usize,
    /// The same, as its number.
    pub run: i64,
    /// Its value.
    pub value: f64,
    /// What is usual around it.
    pub usual: f64,
    /// Whether it is the newest run.
    pub is_newest: bool,
}

/// What changed over the runs of a branch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// Changes of a level, by run, the greatest first.
    pub changes: Vec<ChangePoint>,
    /// Single runs that stand out, by run.
    pub blips: Vec<Blip>,
    /// Figures that were followed over at least two runs.
    pub series: usize,
}

/// One figure over the runs that have it.
struct Series<'a> {
    tolerance: Tolerance,
    endpoint: &'a Endpoint,
    /// (place among the points, estimate).
    runs: Vec<(usize, &'a Estimate)>,
}

/// What a step is held against.
#[derive(Clone, Copy)]
struct Yardstick {
    limit: f64,
    variance: f64,
    penalty: f64,
}

/// Finds what changed in runs of one kind, the oldest first.
pub fn history(points: &[HistoryPoint], kind: RunKind, rules: &Rules) -> History {
    let series = series(points, kind, rules);
    let mut history = History {
        series: series.len(),
        ..History::default()
    };
    for one in &series {
        let alike = series
            .iter()
            .filter(|other| other.tolerance.metric == one.tolerance.metric);
        let spreads: Vec<f64> = alike.filter_map(Series::spread).collect();
        let usual = (spreads.len() >= ENOUGH_SERIES).then(|| median(spreads));
        let yardstick = one.yardstick(kind, rules, series.len(), usual);
        one.search(points, yardstick, &mut history);
    }
    let magnitude = |change: &ChangePoint| {
        let size = size(change.metric, change.before, change.after).abs();
        size / as_size(change.metric, rules.tolerance(change.metric, kind))
    };
    history.changes.sort_by(|left, right| {
        left.index
            .cmp(&right.index)
            .then_with(|| magnitude(right).total_cmp(&magnitude(left)))
    });
    history.blips.sort_by_key(|blip| blip.index);
    history
}

fn series<'a>(points: &'a [HistoryPoint], kind: RunKind, rules: &Rules) -> Vec<Series<'a>> {
    let mut all: Vec<Series<'a>> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (index, point) in points.iter().enumerate() {
        for estimate in &point.estimates {
            let gated = rules
                .gated(kind)
                .iter()
                .position(|tolerance| tolerance.metric == estimate.metric);
            let Some(which) = gated else { continue };
            // Of a handful of requests a quantile is luck.
            if estimate.samples < needed(estimate.metric)
                || estimate.metric == Metric::RequestsPerSecond && !estimate.endpoint.is_total()
            {
                continue;
            }
            let place = *known.entry((&estimate.endpoint, which)).or_insert(all.len());
            if place == all.len() {
                let tolerance = rules.gated(kind)[which];
                all.push(Series {
                    tolerance,
                    endpoint: &estimate.endpoint,
                    runs: Vec::new(),
                });
            }
            all[place].runs.push((index, estimate));
        }
    }
    all.retain(|series| series.runs.len() >= 2);
    all
}

impl Series<'_> {
    fn search(&self, points: &[HistoryPoint], yardstick: Yardstick, into: &mut History) {
        let sizes: Vec<f64> = self.runs.iter().map(|(_, estimate)| estimate.size()).collect();
        let shortest = if sizes.len() < ENOUGH_RUNS { 1 } else { 2 };
        let mut blips = blips(&sizes, yardstick);
        if shortest > 1 {
            blips.extend(newest_blip(&sizes, yardstick));
        }
        let kept: Vec<usize> = (0..sizes.len()).filter(|place| !blips.contains(place)).collect();
        let values: Vec<f64> = kept.iter().map(|&place| sizes[place]).collect();
        let mut changes = partition(&values, yardstick.variance, yardstick.penalty, shortest);
        drop_small(&values, &mut changes, yardstick.limit);
        for (which, &change) in changes.iter().enumerate() {
            let start = which.checked_sub(1).map_or(0, |before| changes[before]);
            let end = changes.get(which + 1).copied().unwrap_or(values.len());
            let places = (self.runs[kept[change - 1]].0, self.runs[kept[change]].0);
            let levels = (&values[start..change], &values[change..end]);
            into.changes
                .push(self.change(points, places, levels, yardstick, values.len() * into.series));
        }
        into.blips
            .extend(blips.into_iter().map(|place| self.blip(points, &sizes, place)));
    }

    /// How much runs differ by luck, by the median step from run to run: about the median step, or from step to step, whichever
    /// is less, so that neither single changes nor a steady rise count. `None` for very few runs.
    fn spread(&self) -> Option<f64> {
        if self.runs.len() < FEWEST_RUNS {
            return None;
        }
        let sizes: Vec<f64> = self.runs.iter().map(|(_, estimate)| estimate.size()).collect();
        let steps: Vec<f64> = sizes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let usual = median(steps.clone());
        let of_steps = median(steps.iter().map(|step| (step - usual).abs()).collect());
        let values: Vec<f64> = self.runs.iter().map(|(_, estimate)| estimate.value).collect();
        let bends = values
            .windows(3)
            .map(|three| (three[2] - 2.0 * three[1] + three[0]).abs());
        let level = if self.tolerance.metric.unit() == Unit::Ratio {
            1.0
        } else {
            median(values.clone())
        };
        let of_bends = median(bends.collect()) / level.max(f64::MIN_POSITIVE);
        // A step has the luck of two runs in it, a bend that of 1 + 4 + 1.
        let sigma = (of_steps / 2f64.sqrt()).min(of_bends / 6f64.sqrt()) / NORMAL_MEDIAN;
        // The median of few is often too small.
        Some(sigma * (1.0 + 4.0 / self.runs.len() as f64))
    }

    /// The penalty is that of Bonferroni: noise makes a step that lowers the squared distances by x with a chance below
    /// exp(−x/2), and there are as many places as runs times series. The variance is that of runs by luck, of this figure and
    /// of most endpoints; what runs tell of themselves and a third of the tolerance are the least.
    fn yardstick(&self, kind: RunKind, rules: &Rules, series: usize, usual: Option<f64>) -> Yardstick {
        let (metric, count) = (self.tolerance.metric, self.runs.len());
        let values = self.runs.iter().map(|(_, estimate)| estimate.value).collect();
        let limit = as_size(metric, rules.allowed(self.tolerance, median(values), kind));
        let within = self
            .runs
            .iter()
            .map(|(_, estimate)| estimate.standard_error_log.powi(2))
            .collect();
        let least = median(within) + (limit / 3.0).powi(2);
        let own = self.spread().filter(|_| count >= ENOUGH_RUNS);
        let sigma = own.unwrap_or(0.0).max(usual.unwrap_or(0.0));
        let penalty = 2.0 * ((count * series.max(1)) as f64 / rules.alpha).ln();
        Yardstick {
            limit,
            variance: least.max(sigma * sigma),
            penalty,
        }
    }

    fn change(
        &self,
        points: &[HistoryPoint],
        (last, first): (usize, usize),
        (before, after): (&[f64], &[f64]),
        yardstick: Yardstick,
        chances: usize,
    ) -> ChangePoint {
        let metric = self.tolerance.metric;
        let (old, new) = (mean(before), mean(after));
        let share = 1.0 / before.len() as f64 + 1.0 / after.len() as f64;
        let score = (new - old).abs() / (yardstick.variance * share).sqrt();
        let (old, new) = (unscaled(metric, old), unscaled(metric, new));
        let worse = size(metric, old, new);
        ChangePoint {
            endpoint: self.endpoint.clone(),
            metric,
            index: first,
            run: points[first].run,
            commit: points[first].commit.clone(),
            previous_commit: points[last].commit.clone(),
            before: old,
            after: new,
            ratio: unscaled(metric, worse),
            is_worse: worse > 0.0,
            runs_after: after.len(),
            confidence: (1.0 - 2.0 * upper_tail(score, f64::INFINITY) * chances as f64).max(0.0),
        }
    }

    fn blip(&self, points: &[HistoryPoint], sizes: &[f64], place: usize) -> Blip {
        let metric = self.tolerance.metric;
        let (index, estimate) = self.runs[place];
        Blip {
            endpoint: self.endpoint.clone(),
            metric,
            index,
            run: points[index].run,
            value: estimate.value,
            usual: unscaled(
                metric,
                median(sizes[place.saturating_sub(NEIGHBOURS)..place].to_vec()),
            ),
            is_newest: index + 1 == points.len(),
        }
    }
}

impl Yardstick {
    /// How far a single run must lie off to stand out.
    fn reach(self) -> f64 {
        self.limit.max((self.penalty * self.variance).sqrt())
    }
}

/// Places that stand out between neighbours that agree.
fn blips(sizes: &[f64], yardstick: Yardstick) -> Vec<usize> {
    let is_blip = |&place: &usize| {
        let before = median(sizes[place.saturating_sub(NEIGHBOURS)..place].to_vec());
        let after = median(sizes[place + 1..(place + 1 + NEIGHBOURS).min(sizes.len())].to_vec());
        let stands_out = |usual: f64| (sizes[place] - usual).abs() > yardstick.reach();
        // Also from the runs beside it, or the second of two alike would be one.
        let usual = [before, after, sizes[place - 1], sizes[place + 1]];
        (before - after).abs() <= yardstick.limit && usual.into_iter().all(stands_out)
    };
    (1..sizes.len().saturating_sub(1)).filter(is_blip).collect()
}

/// The newest run, if it stands out from those before it: too little for a level of its own, which the next may confirm.
fn newest_blip(sizes: &[f64], yardstick: Yardstick) -> Option<usize> {
    let (newest, before) = sizes.split_last()?;
    let recent = &before[before.len().saturating_sub(NEIGHBOURS)..];
    let stands_out = |usual: f64| (newest - usual).abs() > yardstick.reach();
    (stands_out(median(recent.to_vec())) && stands_out(*before.last()?)).then_some(before.len())
}

/// Takes away the smallest step until all are beyond the limit.
fn drop_small(values: &[f64], changes: &mut Vec<usize>, limit: f64) {
    loop {
        let step = |which: usize| {
            let start = if which == 0 { 0 } else { changes[which - 1] };
            let end = changes.get(which + 1).copied().unwrap_or(values.len());
            (mean(&values[start..changes[which]]) - mean(&values[changes[which]..end])).abs()
        };
        let smallest = (0..changes.len())
            .map(|which| (which, step(which)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match smallest {
            Some((which, step)) if step <= limit => changes.remove(which),
            _ => return,
        };
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
