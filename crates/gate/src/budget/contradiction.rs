//! Budgets that no run can keep together: `p95 < 100ms` and `p95 > 200ms`, or `p50 > 500ms` and `p99 < 300ms`.

use super::error::{BudgetError, BudgetProblem};
use super::{Budget, Relation};
use crate::metric::{Metric, Unit};

/// Most budgets of a run. Each is compared with each.
const MOST: usize = 10_000;

/// Checks each budget against those after it.
pub(super) fn check(budgets: &[Budget]) -> Result<(), BudgetError> {
    if let Some(first_too_many) = budgets.get(MOST) {
        let problem = BudgetProblem::TooMany(budgets.len(), MOST);
        return Err(BudgetError::new(&first_too_many.to_string(), problem));
    }
    for (number, earlier) in budgets.iter().enumerate() {
        for later in &budgets[number + 1..] {
            if earlier.scope != later.scope || earlier.period != later.period {
                continue;
            }
            if let Some(reason) = contradiction(earlier, later).or_else(|| contradiction(later, earlier)) {
                let other = earlier.to_string();
                let problem = BudgetProblem::Contradiction { other, reason };
                return Err(BudgetError::new(&later.to_string(), problem));
            }
        }
    }
    Ok(())
}

/// Why two budgets cannot hold together, seen from one that keeps a figure up and one that keeps a figure down which
/// is never less.
fn contradiction(up: &Budget, down: &Budget) -> Option<String> {
    if up.metric == down.metric && (up.comparison, down.comparison) == (Relation::Equal, Relation::NotEqual) {
        return (up.limit == down.limit).then(String::new);
    }
    let (least, most) = (least(up)?, most(down)?);
    let is_crossed = match is_strict(up) || is_strict(down) {
        true => least >= most,
        false => least > most,
    };
    if !is_crossed {
        return None;
    }
    match up.metric == down.metric {
        true => Some(String::new()),
        false => is_never_above(up.metric, down.metric)
            .then(|| format!(", because {} is never above {}", up.metric, down.metric)),
    }
}

/// The least value that is allowed; whole numbers above 3 begin at 4.
fn least(budget: &Budget) -> Option<f64> {
    match budget.comparison {
        Relation::Greater if is_count(budget) => Some(budget.limit + 1.0),
        Relation::Greater | Relation::GreaterOrEqual | Relation::Equal => Some(budget.limit),
        _ => None,
    }
}

/// The greatest value that is allowed.
fn most(budget: &Budget) -> Option<f64> {
    match budget.comparison {
        Relation::Less if is_count(budget) => Some(budget.limit - 1.0),
        Relation::Less | Relation::LessOrEqual | Relation::Equal => Some(budget.limit),
        _ => None,
    }
}

/// Whether the limit itself is not allowed, where that matters.
fn is_strict(budget: &Budget) -> bool {
    !is_count(budget) && matches!(budget.comparison, Relation::Less | Relation::Greater)
}

fn is_count(budget: &Budget) -> bool {
    budget.metric.unit() == Unit::Count
}

/// Whether one figure of the same requests can never be above another.
fn is_never_above(lower: Metric, upper: Metric) -> bool {
    match (lower, upper) {
        (Metric::Percentile(lower), Metric::Percentile(upper)) => lower <= upper,
        (Metric::Minimum, Metric::Percentile(_) | Metric::Average | Metric::Maximum) => true,
        (Metric::Percentile(_) | Metric::Average, Metric::Maximum) => true,
        _ => false,
    }
}
