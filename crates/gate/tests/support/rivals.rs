//! Rules that others gate by, on the same data.

use katydid_gate::{Block, BlockedRun, Distribution};

/// A rule that says whether an endpoint became worse.
pub type Rival = (&'static str, fn(&Distribution, &Distribution) -> bool);

pub const RIVALS: [Rival; 3] = [
    ("p95 more than 10 % up", |base, head| {
        base.quantile(0.95)
            .zip(head.quantile(0.95))
            .is_some_and(|(base, head)| head > base * 1.10)
    }),
    ("Mann–Whitney on requests, p < 0.01", |base, head| {
        mann_whitney(base, head) > 2.326
    }),
    (
        "mean more than 10 % up (pytest-benchmark's mean:10%)",
        |base, head| {
            base.mean()
                .zip(head.mean())
                .is_some_and(|(base, head)| head > base * 1.10)
        },
    ),
];

/// The endpoints that each rule calls worse, by their place in the run.
pub fn called_worse(base: &BlockedRun, head: &BlockedRun) -> [Vec<usize>; RIVALS.len()] {
    let mut called: [Vec<usize>; RIVALS.len()] = Default::default();
    for (index, (base, head)) in base.endpoints.iter().zip(&head.endpoints).enumerate() {
        if base.endpoint.is_total() {
            continue;
        }
        let (base, head) = (all(&base.blocks), all(&head.blocks));
        for ((_, is_worse), called) in RIVALS.iter().zip(&mut called) {
            if is_worse(&base, &head) {
                called.push(index);
            }
        }
    }
    called
}

/// All response times of some blocks, merged in halves.
fn all(blocks: &[Block]) -> Distribution {
    if let [one] = blocks {
        return one.times.clone();
    }
    let (left, right) = blocks.split_at(blocks.len() / 2);
    let mut merged = all(left);
    merged.merge(&all(right));
    merged
}

/// Standard normal score for "head is slower", with the correction for ties.
pub fn mann_whitney(base: &Distribution, head: &Distribution) -> f64 {
    let (base_count, head_count) = (base.count() as f64, head.count() as f64);
    let mut both = base.clone();
    both.merge(head);
    let (mut below, mut head_ranks, mut ties) = (0.0, 0.0, 0.0);
    let mut of_head = head.counts.iter().peekable();
    for &(value, count) in &both.counts {
        let count = count as f64;
        if let Some(&&(_, own)) = of_head.peek().filter(|next| next.0 == value) {
            head_ranks += own as f64 * (below + (count + 1.0) / 2.0);
            of_head.next();
        }
        below += count;
        ties += count.powi(3) - count;
    }
    let all = base_count + head_count;
    let statistic = head_ranks - head_count * (head_count + 1.0) / 2.0;
    let variance = base_count * head_count / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    (statistic - base_count * head_count / 2.0) / variance.sqrt()
}
