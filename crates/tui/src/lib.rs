//! A run in the terminal: charts, tables and keys.
//!
//! [`View`] is what is shown, as plain data; [`UiState`] what the person looks at, changed by keys; [`draw`] puts the two
//! on a frame. [`Screen`] alone owns the terminal and acts. Knows nothing of how a run is controlled: what keys ask of it
//! is a [`Command`].

mod charts;
mod command;
mod curve;
mod draw;
mod failures;
mod header;
mod help;

#[cfg(unix)]
mod output;
#[cfg(not(unix))]
#[path = "output_elsewhere.rs"]
mod output;
mod output_panel;
mod requests;
mod rows;
mod screen;
mod state;
mod terminal;
mod text;
mod view;
mod workers;

pub use command::Command;
pub use curve::Curve;
pub use draw::draw;
pub use output::{Output, output};
pub use rows::{Column, RequestRow};
pub use screen::Screen;
pub use state::{Panel, UiState};
pub use terminal::can_show;
pub use view::{Charts, FailureRow, Figures, View};
