//! Good enough? Holds what was measured against budgets and against what was measured before, and says so with a reason.
//!
//! Pure: values in, values out, time and randomness passed in. Does not know how results were produced, where they are
//! kept, terminals or exit codes.

mod block;
mod bootstrap;
mod compare;
mod drawing;
mod duel;
mod effect;
mod endpoint;
mod facts;
mod figures;
mod holm;
mod metric;
mod random;
mod rules;
mod runs;
mod side;
mod student;
mod typical;
mod verdict;
mod weigh;

pub use block::{Block, BlockedEndpoint, BlockedRun, Distribution, Summary};
pub use compare::{CompareError, Comparison, compare};
pub use drawing::{EndpointComparison, RatioPoint, ks_distance};
pub use duel::{Duel, judge_duel};
pub use endpoint::Endpoint;
pub use facts::{GeneratorFacts, Machine, RunFacts, RunKind};
pub use metric::{Metric, MetricError, Unit};
pub use rules::{Rules, RulesError, Tolerance};
pub use verdict::{Compared, Finding, FindingKind, Judgement, Outcome, Verdict};
