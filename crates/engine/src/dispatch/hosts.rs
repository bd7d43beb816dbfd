//! The order in which workers get users.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Orders workers so that hosts take turns. The host is what stands before the first underscore of an id.
pub(super) fn interleave_hosts(mut workers: Vec<Arc<str>>) -> Vec<Arc<str>> {
    workers.sort();
    let mut seen: HashSet<Arc<str>> = HashSet::with_capacity(workers.len());
    workers.retain(|id| seen.insert(id.clone()));
    let mut earlier_on_host: BTreeMap<String, usize> = BTreeMap::new();
    let mut indexed: Vec<(usize, Arc<str>)> = Vec::with_capacity(workers.len());
    for id in workers {
        let host = id.split('_').next().unwrap_or_default().to_owned();
        let index = earlier_on_host.entry(host).or_default();
        indexed.push((*index, id));
        *index += 1;
    }
    indexed.sort();
    indexed.into_iter().map(|(_, id)| id).collect()
}
