//! Where the two threads that share the work of a request run: each on a CPU of its own, or both on one.
//!
//! What one of them writes the other reads, and each is woken by the other. On one CPU that costs a fifth less for each
//! request, but two CPUs get more done. So they share one only while they need more than one CPU together and the
//! machine has no second one to give, as on a small machine that runs the service under test as well.
//!
//! Knows nothing of what the threads do. Does nothing where it is not known how to (outside Linux).

mod decide;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

pub use decide::{Load, Placement};
#[cfg(target_os = "linux")]
pub use linux::{Pair, Thread, only_cpu_of};
#[cfg(not(target_os = "linux"))]
pub use other::{Pair, Thread, only_cpu_of};

use std::time::Duration;

/// How long a load is looked at before it is decided upon.
pub const WINDOW: Duration = Duration::from_millis(250);
