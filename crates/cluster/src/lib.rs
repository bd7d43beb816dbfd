//! One master, many workers.
//!
//! The messages are Locust's, so either side may be a Locust. A master is a host of users for the engine's runner; a
//! worker is led by messages instead of a runner of its own.

pub mod codec;
mod error;
pub mod fleet;
mod key;
mod locustfile;
mod master;
pub mod message;
mod transport;
mod worker;

pub use error::ClusterError;
pub use key::ClusterKey;
pub use locustfile::request_locustfiles;
pub use master::{Master, MasterAudience, MasterHandle, MasterHost, MasterSettings, MasterSide};
pub use rmpv::Value;
pub use transport::{MasterSocket, WorkerSocket};
pub use worker::{
    MasterAddress, Worker, WorkerAudience, WorkerHandle, WorkerHost, WorkerNotice, WorkerSettings, WorkerSide,
};
