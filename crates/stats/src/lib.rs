//! What a load test measured: samples in, numbers out.
//!
//! The way of one sample: [`Sample`] → [`Recorder`] → [`StatsDelta`] → [`RunStats`] → [`Snapshot`]. A
//! [`Collector`] owns the two ends and is what several threads share. [`Health`] says whether the generator
//! itself was the limit.
//!
//! Knows nothing of users, HTTP, Python, sockets, files or terminals.

mod bucket;
mod coarse;
mod collector;
mod delta;
mod entry;
mod entry_report;
mod error_text;
mod exceptions;
mod failures;
mod health;
mod histogram;
mod history;
mod lag;
mod limits;
mod page;
mod percentiles;
mod phases;
mod recorder;
mod run_stats;
mod sample;
mod seconds;
mod slots;
mod snapshot;
mod timeline;
mod timestamp;
mod window;

pub use bucket::{
    BUCKETS, bucket_middle_microseconds, bucket_middle_ms, bucket_of_microseconds, locust_bucket,
};
pub use coarse::CoarseCounts;
pub use collector::Collector;
pub use delta::{EntryDelta, SecondDelta, StatsDelta};
pub use entry::{Entry, RunClock};
pub use entry_report::EntryReport;
pub use error_text::mask_address;
pub use exceptions::{ExceptionRow, Exceptions};
pub use failures::{Failure, Failures};
pub use health::{Health, HealthSnapshot};
pub use histogram::{Histogram, SparseCounts};
pub use history::{History, HistoryPoint};
pub use limits::{Limits, OTHER_ERRORS, OTHER_NAMES, Overflow};
pub use percentiles::Percentiles;
pub use phases::{PhaseDurations, PhaseTime, PhaseTimes, Phases};
pub use recorder::Recorder;
pub use run_stats::{RunStats, TOTAL_NAME};
pub use sample::Sample;
pub use seconds::{EntrySecond, TakenSeconds};
pub use slots::{Slot, Slots};
pub use snapshot::{EntrySnapshot, Snapshot};
pub use timeline::{GaugeSlot, Gauges, Mark, MarkKind, TimeSlot, Timeline};
pub use timestamp::Timestamp;
