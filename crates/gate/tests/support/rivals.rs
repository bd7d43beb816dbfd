//! Rules that others gate by, on the same data.

use katydid_gate::{BlockedEndpoint, BlockedRun, Distribution};

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

/// The endpoints that a rule calls worse, by their place in the run.
pub fn called_worse(rival: Rival, base: &BlockedRun, head: &BlockedRun) -> Vec<usize> {
    let pairs = base.endpoints.iter().zip(&head.endpoints).enumerate();
    pairs
        .filter(|(_, (base, head))| !base.endpoint.is_total() && rival.1(&all(base), &all(head)))
        .map(|(index, _)| index)
        .collect()
}

fn all(endpoint: &BlockedEndpoint) -> Distribution {
    let mut all = Distribution::default();
    endpoint.blocks.iter().for_each(|block| all.merge(&block.times));
    all
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
