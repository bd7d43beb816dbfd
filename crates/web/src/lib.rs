//! The browser's view of a load test, and its buttons: Locust's routes, and a stream of events for the page.
//!
//! What the numbers are comes from [`katydid_stats`], what a record looks like from [`katydid_report`]. What only user code
//! knows or decides is asked of a [`Desk`]. Knows nothing of Python, of ZeroMQ, and of how users run.

mod assets;
mod control;
mod desk;
mod download;
mod error;
mod guard;
mod live;
mod login;
mod page;
mod router;
mod server;
mod settings;
mod site;
mod statistics;
mod tls;

pub use assets::page_file;
pub use desk::{AppAnswer, AppRequest, Desk, LogCounts, Question};
pub use download::Table;
pub use error::WebError;
pub use server::Server;
pub use settings::{Login, WebSettings};
pub use site::{Parts, Site};
