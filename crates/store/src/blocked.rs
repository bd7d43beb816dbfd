//! A kept run in blocks of time, as runs are compared.

use katydid_gate::{Block, BlockedEndpoint, BlockedRun, Distribution, Endpoint, RunFacts};

use crate::chunk::Row;
use crate::counts::Counts;
use crate::error::StoreError;
use crate::kept_run::KeptEndpoint;
use crate::store::{RunId, Store};

/// Blocks that a run is cut into, unless it is too short: enough to tell how much they differ, and each long enough to
/// hold a stall.
pub(crate) const BLOCKS: i64 = 60;

/// Blocks that the rounds of a benchmark are cut into.
const BENCHMARK_BLOCKS: usize = 20;

/// The stretch of a run that is looked at, cut into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its first second.
    pub begin: i64,
    /// Length of a block in seconds.
    pub step: i64,
    /// Number of blocks.
    pub blocks: usize,
}

impl Cut {
    /// The whole run in about sixty blocks, without its ramp if more than half of it is left then, and without the
    /// seconds at both ends that are only partly there.
    pub fn of(facts: &RunFacts) -> Option<Self> {
        let begin = facts.started_at.second().saturating_add(1);
        let end = facts.ended_at?.second();
        let steady = facts
            .ramp_done_at
            .map(|done| done.second().saturating_add(1))
            .filter(|steady| end.saturating_sub(*steady) >= end.saturating_sub(begin) / 2);
        let begin = steady.unwrap_or(begin);
        let seconds = end.saturating_sub(begin);
        if seconds <= 0 {
            return None;
        }
        // What is known of longer stretches only is cut into such.
        let window = i64::from(facts.window_seconds).max(1);
        let step = ((seconds / BLOCKS).max(1) + window - 1) / window * window;
        let blocks = usize::try_from(seconds / step)
            .ok()
            .filter(|blocks| *blocks > 0)?;
        Some(Self { begin, step, blocks })
    }

    /// One block from its first second to its last.
    pub fn whole(begin: i64, end: i64) -> Self {
        Self {
            begin,
            step: end.saturating_sub(begin).max(1),
            blocks: 1,
        }
    }

    fn block_of(&self, second: i64) -> Option<usize> {
        let block = usize::try_from(second.checked_sub(self.begin)? / self.step).ok();
        block.filter(|block| second >= self.begin && *block < self.blocks)
    }
}

impl Store {
    /// A run in blocks, cut by its own length.
    ///
    /// # Errors
    ///
    /// When there is no such run, or the file cannot be read.
    pub fn blocked(&self, id: RunId) -> Result<BlockedRun, StoreError> {
        let row = self.run(id)?;
        let mut facts = row.facts;
        facts.ended_at = facts.ended_at.or(Some(row.ended_at));
        self.blocked_with(id, &facts)
    }

    /// A run in blocks, of which more is known than the file tells yet.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn blocked_with(&self, id: RunId, facts: &RunFacts) -> Result<BlockedRun, StoreError> {
        let (begin, end) = (facts.started_at, facts.ended_at.unwrap_or(facts.started_at));
        // Too short to be cut: all of it, the seconds at its ends included.
        let whole = Cut::whole(begin.second(), end.second().saturating_add(1));
        let cut = Cut::of(facts).unwrap_or(whole);
        self.blocked_by(id, facts, cut)
    }

    /// A run in given blocks.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn blocked_by(&self, id: RunId, facts: &RunFacts, cut: Cut) -> Result<BlockedRun, StoreError> {
        let endpoints = self.endpoints(id)?;
        let mut columns: Vec<Column> = endpoints.iter().map(|_| Column::new(cut.blocks)).collect();
        let mut total = Column::new(cut.blocks);
        let mut is_empty = true;
        self.visit_seconds(id, |row| {
            is_empty = false;
            if let (Some(block), Some(column)) =
                (cut.block_of(row.second), columns.get_mut(row.endpoint as usize))
            {
                column.add(block, row);
                total.add(block, row);
            }
        })?;
        let mut blocked = Vec::with_capacity(endpoints.len() + 1);
        if !is_empty {
            blocked.push(BlockedEndpoint {
                endpoint: Endpoint::total(),
                blocks: total.blocks(cut.step),
                summary: None,
            });
        }
        let of_endpoint = |(kept, column): (KeptEndpoint, Column)| BlockedEndpoint {
            blocks: match (
                kept.values.is_empty(),
                column.is_empty() && kept.summary.is_some(),
            ) {
                (false, _) => blocks_of_values(&kept.values),
                (true, true) => Vec::new(),
                (true, false) => column.blocks(cut.step),
            },
            endpoint: kept.endpoint,
            summary: kept.summary,
        };
        let others = endpoints.into_iter().zip(columns).map(of_endpoint);
        // What another tool knows of the total only stands in for a total of our own.
        blocked.extend(others.filter(|endpoint| is_empty || !endpoint.endpoint.is_total()));
        Ok(BlockedRun {
            facts: facts.clone(),
            endpoints: blocked,
            peak_memory_bytes: self.memory(id)?.iter().map(|&(_, bytes)| bytes).max(),
        })
    }
}

/// One endpoint while its seconds come in.
struct Column(Vec<Pending>);

#[derive(Clone, Default)]
struct Pending {
    requests: u64,
    failures: u64,
    counts: Counts,
}

impl Column {
    fn new(blocks: usize) -> Self {
        Self(vec![Pending::default(); blocks])
    }

    fn is_empty(&self) -> bool {
        self.0
            .iter()
            .all(|block| block.requests == 0 && block.failures == 0)
    }

    fn add(&mut self, block: usize, row: &Row) {
        let block = &mut self.0[block];
        block.requests += row.requests;
        block.failures += row.failures;
        block.counts.add(&row.counts);
    }

    fn blocks(self, step: i64) -> Vec<Block> {
        self.0.into_iter().map(|pending| pending.block(step)).collect()
    }
}

impl Pending {
    fn block(self, step: i64) -> Block {
        Block {
            seconds: step as f64,
            requests: self.requests,
            failures: self.failures,
            times: self.counts.distribution(),
        }
    }
}

/// Rounds in the order in which they were measured, in blocks of about equal size.
fn blocks_of_values(values: &[f64]) -> Vec<Block> {
    let size = values.len().div_ceil(BENCHMARK_BLOCKS).max(1);
    let block = |values: &[f64]| {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let counts = sorted
            .chunk_by(|left, right| left == right)
            .map(|equal| (equal[0], equal.len() as u64));
        Block {
            requests: values.len() as u64,
            times: Distribution {
                counts: counts.collect(),
            },
            ..Block::default()
        }
    };
    values.chunks(size).map(block).collect()
}
