//! The runs that are kept: one SQLite file of them.
//!
//! Does not know terminals, exit codes or how a run is controlled.

mod blocked;
mod chunk;
mod commit;
mod counts;
mod error;
pub mod export;
pub mod import;
mod kept_run;
mod machine;
mod precision;
mod reader;
mod reference;
mod schema;
mod store;
mod take_in;
mod writer;

pub use blocked::Cut;
pub use commit::{Commit, commit_of};
pub use error::StoreError;
pub use kept_run::{KeptEndpoint, KeptRun};
pub use machine::this_machine;
pub use store::{RunFilter, RunId, RunRow, RunState, Store};
pub use writer::{RunEnding, RunWriter};

/// Runs of a branch that together are its baseline, the latest.
pub const BASELINE_RUNS: u32 = 5;
