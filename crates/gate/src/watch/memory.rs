//! The memory of the service under test, second by second. Keeps a minute, because workers report late.

use std::collections::BTreeMap;

/// Seconds that are kept behind the newest.
const KEPT: i64 = 60;

/// Greatest memory in each of the last seconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    seconds: BTreeMap<i64, u64>,
}

impl Memory {
    /// Adds a sample.
    pub(super) fn add(&mut self, second: i64, bytes: u64) {
        let peak = self.seconds.entry(second).or_default();
        *peak = bytes.max(*peak);
    }

    /// Forgets what no request can ask for any more, except the newest sample before, which may still hold.
    pub(super) fn forget_before(&mut self, second: i64) {
        if let Some((&newest, _)) = self.seconds.range(..second - KEPT).next_back() {
            self.seconds = self.seconds.split_off(&newest);
        }
    }

    /// The greatest memory in a second, or the latest that is known from before.
    pub(super) fn at(&self, second: i64) -> Option<u64> {
        self.seconds.range(..=second).next_back().map(|(_, &bytes)| bytes)
    }

    /// Whether there was ever a sample.
    pub(super) fn was_watched(&self) -> bool {
        !self.seconds.is_empty()
    }
}
