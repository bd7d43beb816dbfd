//! Messages as bytes: msgpack arrays of kind, data and node id, as Locust has them. Reading trusts nobody: whatever the
//! bytes are, the answer is a message or an error.

mod decode;
mod encode;
mod error_key;
mod stats;

pub use decode::{DecodeError, to_master, to_worker, value};
pub use encode::{for_master, for_worker, job, raw_map, report, told, told_by};

/// Under this key Katydid nodes put what only they understand. Locust looks at the keys that it knows.
const OWN_KEY: &str = "katydid";

/// Deeper than anything that anybody sends, and far less than what would exhaust the stack.
const DEEPEST: usize = 64;

/// Of one class on one worker: nobody has more, and sums over all workers do not overflow.
const MOST_USERS: u64 = 1 << 40;
