//! Good enough? Holds what was measured against budgets and against what was measured before, and says so with a reason.
//!
//! Pure: values in, values out, time and randomness passed in. Does not know how results were produced, where they are
//! kept, terminals or exit codes.

mod block;
mod bootstrap;
mod change;
mod comparability;
mod compare;
mod drawing;
mod duel;
mod effect;
mod endpoint;
mod estimate;
mod facts;
mod figures;
mod history;
mod holm;
mod metric;
mod partition;
mod random;
mod rules;
mod run_to_run;
mod runs;
mod side;
mod student;
mod subject;
mod typical;
mod validity;
mod verdict;
mod weigh;
mod wording;

pub use block::{Block, BlockedEndpoint, BlockedRun, Distribution, Summary};
pub use change::{Allowed, ChangeLimit, ChangeLimitError, changes};
pub use comparability::{comparability, is_comparable};
pub use compare::{CompareError, Comparison, compare};
pub use drawing::{EndpointComparison, RatioPoint, ks_distance};
pub use duel::{Duel, judge_duel};
pub use endpoint::Endpoint;
pub use estimate::{Estimate, estimate};
pub use facts::{GeneratorFacts, Machine, RunFacts, RunKind};
pub use history::{Blip, ChangePoint, History, HistoryPoint, history};
pub use metric::{Metric, MetricError, Unit};
pub use rules::{Rules, RulesError, Tolerance};
pub use validity::{is_trusted, validity, validity_of_requests};
pub use verdict::{Compared, Finding, FindingKind, INCONCLUSIVE_EXIT_CODE, Judgement, Outcome, Verdict};

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

pub use budget::{Abort, Budget, BudgetError, BudgetProblem, During, Name, Period, Relation, Scope};
pub use gate_file::{GateError, GateFile};
pub use groups::Groups;
pub use level::{Level, LevelError, Levels};
pub use span::parse_span;
pub use summaries::judge_summaries;
pub use watch::BudgetWatch;
