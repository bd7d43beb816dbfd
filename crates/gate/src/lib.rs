//! Good enough? Holds what was measured against budgets and against what was measured before, and says so with a reason.
//!
//! Pure: values in, values out, time and randomness passed in. Does not know how results were produced, where they are
//! kept, terminals or exit codes.

mod block;
mod endpoint;
mod estimate;
mod facts;
mod metric;
mod verdict;

pub use block::{Block, BlockedEndpoint, BlockedRun, Distribution, Summary};
pub use endpoint::Endpoint;
pub use estimate::Estimate;
pub use facts::{GeneratorFacts, Machine, RunFacts, RunKind};
pub use metric::{Metric, MetricError, Unit};
pub use verdict::{Compared, Finding, FindingKind, Judgement, Outcome, Verdict};

// Budgets: what is allowed, where that is written, and holding a run against it.
mod budget;
mod gate_file;
mod groups;
mod judged;
mod level;
mod nearest;
mod span;
mod stretch;
mod summaries;
mod watch;

pub use budget::{Abort, Budget, BudgetError, BudgetProblem, Comparison, During, Name, Period, Scope};
pub use gate_file::{GateError, GateFile};
pub use groups::Groups;
pub use level::{Level, LevelError, Levels};
pub use summaries::judge_summaries;
pub use watch::BudgetWatch;
