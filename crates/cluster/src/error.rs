//! What can go wrong between nodes.

/// A node cannot do its part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// Nothing can listen there.
    #[error("cannot listen for workers at {address}: {why}")]
    Bind {
        /// Host and port.
        address: String,
        /// What the system says.
        why: String,
    },
    /// The address of the master is none.
    #[error("cannot connect to a master at {address}: {why}")]
    Connect {
        /// Host and port.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody answers.
    #[error("no answer from a master at {address} within {seconds} seconds{hint}")]
    NoAnswer {
        /// Host and port.
        address: String,
        /// How long was waited.
        seconds: u64,
        /// What may be the reason, if anything is known.
        hint: String,
    },
    /// The master has no locustfile to give.
    #[error("the master sent no locustfile: {0}")]
    NoLocustfile(String),
    /// A key file cannot be used.
    #[error("cluster key {file}: {why}")]
    Key {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system gives no thread or no sockets.
    #[error("cannot start a node: {0}")]
    System(String),
}
