//! The runs that are kept.

pub mod export;
pub mod import;
mod kept_run;

pub use kept_run::{KeptEndpoint, KeptRun};
