//! What views and reports tell of the workers of a master. Asks nobody but the master.

use katydid_cluster::MasterHandle;
use katydid_cluster::fleet::Loss;
use katydid_report::WorkerFacts;

/// What a master knows of its workers, and a line for each that was lost.
pub fn workers_and_losses(master: &MasterHandle) -> (Vec<WorkerFacts>, Vec<String>) {
    master.look(|fleet| {
        let in_doubt = |id: &str| {
            let of_it = fleet
                .losses()
                .iter()
                .filter(|loss| &*loss.worker == id && loss.back_after.is_none());
            of_it.map(|loss| loss.requests).sum()
        };
        let workers = fleet.nodes().map(|(id, node)| {
            let health = node.health.as_ref();
            WorkerFacts {
                id: id.to_string(),
                index: node.index,
                state: node.state.to_string(),
                user_count: node.user_count(),
                cpu_percent: node.cpu_usage,
                memory_bytes: node.memory_usage,
                last_seen_seconds: fleet.silence_of(node).as_secs_f64(),
                requests_in_doubt: in_doubt(id),
                resume_lag_p99_ms: health.and_then(|health| health.resume_lag_p99_ms),
                saturated: health.is_some_and(|health| health.saturated),
                reason: health.and_then(|health| health.reason.clone()),
            }
        });
        let mut workers: Vec<WorkerFacts> = workers.collect();
        workers.sort_by_key(|worker| worker.index);
        (workers, fleet.losses().iter().map(Loss::text).collect())
    })
}
