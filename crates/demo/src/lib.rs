//! The sample shop: a small, fast HTTP service to aim a load test at.
//!
//! It is the target of the demo, the tutorial and the tests. It has a catalogue, logins, carts and orders,
//! and can be told to be slow or to fail on chosen routes. It is not a shop to sell anything with: passwords
//! are public, stock never runs out, and everything is gone when it stops.

mod accounts;
mod body;
mod cart;
mod catalogue;
mod faults;
mod memory;
mod options;
mod previews;
mod problem;
mod product;
mod routes;
mod server;
mod session;
mod shop;
mod store;

pub use options::{DemoOptions, RouteRule, RouteSelector, command, parse};
pub use server::{DemoError, run, serve};
