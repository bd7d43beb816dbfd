//! Fetches the locustfiles of a master, before there is a worker.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::codec;
use crate::error::ClusterError;
use crate::message::{Locustfiles, ToMaster, ToWorker};
use crate::transport::{WorkerSocket, address};
use crate::worker::MasterAddress;

/// How often the question is asked: the master may not be there yet.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// When somebody who waits is told what for, first and then again.
const FIRST_WORD: Duration = Duration::from_secs(10);
const NEXT_WORD: Duration = Duration::from_secs(60);

/// Asks for the locustfiles under an id of its own, and waits. Needs a tokio runtime.
///
/// # Errors
///
/// When nobody answers in time, or the master has none.
pub async fn request_locustfiles(
    id: &str,
    version: &str,
    master: MasterAddress,
    patience: Duration,
) -> Result<Locustfiles, ClusterError> {
    let mut socket = WorkerSocket::connect(&master.host, master.port, id, master.key.as_ref()).await?;
    let question = ToMaster::Locustfile {
        version: version.to_owned(),
        takes_bundle: true,
    };
    let began = Instant::now();
    let mut next_word = FIRST_WORD;
    let mut hint = String::new();
    while began.elapsed() < patience {
        socket.send(codec::for_master(&question, id));
        if let Ok(Some(bytes)) = timeout(ASK_EVERY, socket.receive()).await
            && let Ok(ToWorker::Locustfile(answer)) = codec::to_worker(&bytes)
        {
            socket.close().await;
            return answer.map_err(ClusterError::NoLocustfile);
        }
        if let Some(why) = socket.last_failure() {
            hint = format!(" ({why})");
        }
        if began.elapsed() >= next_word {
            next_word += NEXT_WORD;
            log::warn!(target: "locust.argument_parser", "Waiting to connect to master to receive locustfile...");
        }
    }
    Err(ClusterError::NoAnswer {
        address: address(&master.host, master.port),
        seconds: patience.as_secs(),
        hint,
    })
}
