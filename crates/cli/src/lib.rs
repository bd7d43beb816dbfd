//! From the command line to the exit code: options, settings, the run, its end.
//!
//! The composition root of a run without an interpreter: it is handed a [`katydid_engine::UserHost`] and never
//! learns what users are made of.

mod cluster_key;
mod command_line;
mod commands;
mod completion;
mod config_file;
mod duel;
mod error;
pub mod exit_code;
mod first_look;
mod gate;
pub mod options;
mod processes;
mod run;
mod run_options;
mod settings;
mod signals;
mod sources;
mod terminal;
pub mod timespan;
mod usage;
mod value;
mod worker_facts;

pub use duel::{DuelOptions, duel};
pub use error::CliError;
pub use first_look::{EarlyOptions, FirstLook, LOCUST_VERSION, first_look, look_from, serve_demo, version};
pub use gate::{GateSettings, VerdictOutputs};
pub use options::{ExportedRow, option_rows};
pub use processes::{Children, Ended};
pub use run::{ForcedEnd, Monitor, RunParts, run, statistics_observer};
pub use run_options::RunOptions;
pub use settings::{CsvSettings, PageRun, Role, Settings};
pub use signals::{Signal, SignalSource};
pub use sources::{Parsed, Strictness, Surroundings, parse};
pub use terminal::Terminal;
pub use usage::{Usage, UsageMeter};
pub use worker_facts::workers_and_losses;
