//! The client against servers that follow a script, byte by byte.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod bodies;
mod certificates;
mod decoding;
mod faults;
mod proxies;
mod requests;
mod reuse;
mod server;
mod streams;
mod timeouts;
mod tls;
mod uploads;
