//! Simulated services with honest noise, rival rules, and counts of who is right how often.
//!
//! Each test crate uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod chance;
pub mod contest;
pub mod rivals;
pub mod world;
