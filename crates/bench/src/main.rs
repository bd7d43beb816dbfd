//! The Rust path alone: the runner, the HTTP client and the statistics of a load test, with users that are tokio
//! tasks. Runs no Python, and is no tool for load tests: it knows one address and no wait times.

mod options;
mod task_host;
mod user;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{Runner, RunnerError, StartRequest, UserClass};
use katydid_stats::{Collector, Timestamp};
use serde_json::json;

use options::Options;
use task_host::TaskHost;
use user::Visitor;

/// As often as `katydid` merges what its users recorded.
const COLLECT_EVERY: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = Options::parse();
    let collector = Arc::new(Collector::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(&options, &collector)),
        Err(error) => return fail(&error.to_string()),
    };
    if let Err(error) = outcome {
        return fail(&error.to_string());
    }
    println!("{}", summary(&collector));
    ExitCode::SUCCESS
}

/// One test from its start to its end, all on this thread.
async fn run(options: &Options, collector: &Arc<Collector>) -> Result<(), RunnerError> {
    let visitor = Visitor::new(options.url.clone(), collector.clone());
    let host = TaskHost::new(move || visitor.clone().visit());
    let (runner, handle) = Runner::new(Arc::new(host), Box::new(|_| ()));
    let leading = tokio::spawn(runner.run());
    let collecting = tokio::spawn(collect(collector.clone()));
    handle.start(start_request(options.users)).await?;
    tokio::time::sleep(options.duration).await;
    handle.quit().await;
    collecting.abort();
    // The runner has quit; only a panic of its own, which has been printed, could be left to hear of.
    let _ = leading.await;
    Ok(())
}

fn start_request(users: u32) -> StartRequest {
    StartRequest {
        user_count: users.into(),
        spawn_rate: users.into(),
        user_classes: vec![UserClass::weighted("Visitor", 1.0)],
        only: None,
    }
}

async fn collect(collector: Arc<Collector>) {
    let mut ticks = tokio::time::interval(COLLECT_EVERY);
    loop {
        ticks.tick().await;
        collector.collect();
    }
}

/// One line of JSON, as bench/peers.py reads it.
fn summary(collector: &Collector) -> serde_json::Value {
    let now = Timestamp::now();
    collector.with(|stats| {
        let total = stats.total();
        json!({
            "median_ms": total.median_response_time(),
            "p99_ms": total.percentile(0.99),
            "requests": total.num_requests(),
            "failures": total.num_failures(),
            "requests_per_second": total.total_rps(stats.clock()),
            "seconds": now.0 - stats.clock().start_time.0,
        })
    })
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("katydid-bench: {reason}");
    ExitCode::FAILURE
}
