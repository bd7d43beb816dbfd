//! How much runs of the same thing differ from each other. Knows nothing of what happens within one.

use crate::bootstrap::deviation;

/// Fewer endpoints cannot tell what all have in common from what is their own.
const FEWEST_ENDPOINTS: usize = 3;

/// A variance with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Variance {
    pub(crate) variance: f64,
    pub(crate) freedom: f64,
}

/// How much runs differ in one metric of one endpoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Between {
    /// In all.
    pub(crate) whole: Variance,
    /// Beside what all endpoints have in common; `None` if there are too few to tell.
    pub(crate) own: Option<Variance>,
}

/// The variance from run to run of one metric, for each endpoint. `rows[endpoint][run]` are sizes; rows of
/// fewer than two runs get `None`, those that some runs lack stand for themselves.
///
/// It has two parts. What all endpoints have in common (the machine's day) is the median over endpoints; there are no more
/// degrees of freedom in it than runs, less one. What is an endpoint's own is averaged half and half with that of all
/// endpoints, which doubles its degrees of freedom (Smyth 2004, moderated variances, with the prior as strong as the data).
/// The sum has degrees of freedom by Welch and Satterthwaite.
pub(crate) fn between_runs(rows: &[Vec<f64>]) -> Vec<Option<Between>> {
    let runs = rows.iter().map(Vec::len).max().unwrap_or(0);
    let is_full = |row: &Vec<f64>| row.len() == runs && runs >= 2;
    let full: Vec<Vec<f64>> = rows
        .iter()
        .filter(|row| is_full(row))
        .map(|row| centred(row))
        .collect();
    if full.len() < FEWEST_ENDPOINTS {
        return rows
            .iter()
            .map(|row| (row.len() >= 2).then(|| own_only(row)))
            .collect();
    }
    let common: Vec<f64> = (0..runs)
        .map(|run| median(full.iter().map(|row| row[run]).collect()))
        .collect();
    let freedom = (runs - 1) as f64;
    let common_variance = common.iter().map(|value| value * value).sum::<f64>() / freedom;
    // The median took a share of what was the endpoints' own.
    let correction = full.len() as f64 / (full.len() - 1) as f64;
    let own = |row: &[f64]| {
        let squares: f64 = row
            .iter()
            .zip(&common)
            .map(|(value, common)| (value - common).powi(2))
            .sum();
        squares / freedom * correction
    };
    let pooled = full.iter().map(|row| own(row)).sum::<f64>() / full.len() as f64;
    let common = Variance {
        variance: common_variance,
        freedom,
    };
    rows.iter()
        .map(|row| {
            if !is_full(row) {
                return (row.len() >= 2).then(|| own_only(row));
            }
            let variance = f64::midpoint(own(&centred(row)), pooled);
            let own = Variance {
                variance,
                freedom: 2.0 * freedom,
            };
            Some(Between {
                whole: common.and(own),
                own: Some(own),
            })
        })
        .collect()
}

impl Variance {
    /// The variance of a sum of two that are independent.
    pub(crate) fn and(self, other: Self) -> Self {
        let variance = self.variance + other.variance;
        let share = self.variance.powi(2) / self.freedom + other.variance.powi(2) / other.freedom;
        let freedom = if share > 0.0 {
            variance.powi(2) / share
        } else {
            self.freedom.min(other.freedom)
        };
        Self { variance, freedom }
    }
}

fn own_only(row: &[f64]) -> Between {
    let variance = deviation(row).unwrap_or(0.0).powi(2);
    let freedom = (row.len() - 1) as f64;
    Between {
        whole: Variance { variance, freedom },
        own: None,
    }
}

fn centred(row: &[f64]) -> Vec<f64> {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    row.iter().map(|value| value - mean).collect()
}

/// The median; 0 of nothing.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.len(), values.len() % 2) {
        (0, _) => 0.0,
        (_, 0) => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_endpoint_has_its_own_variance() {
        let found = between_runs(&[vec![1.0, 2.0, 3.0]]);
        let whole = Variance {
            variance: 1.0,
            freedom: 2.0,
        };
        assert_eq!(found, [Some(Between { whole, own: None })]);
        assert_eq!(between_runs(&[vec![1.0]]), [None]);
    }

    #[test]
    fn what_all_have_in_common_has_few_degrees_of_freedom() {
        let common = vec![vec![-0.1, 0.0, 0.1]; 10];
        let found = between_runs(&common)[0].expect("three runs").whole;
        assert!(
            (found.variance - 0.01).abs() < 1e-9 && (found.freedom - 2.0).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn what_is_an_endpoints_own_has_more() {
        let rows: Vec<Vec<f64>> = (0..12)
            .map(|row| {
                (0..5)
                    .map(|run| {
                        if (row * 3 + run * run + row * run) % 2 == 0 {
                            0.1
                        } else {
                            -0.1
                        }
                    })
                    .collect()
            })
            .collect();
        let found = between_runs(&rows)[0].expect("five runs").whole;
        assert!(found.freedom > 5.0, "{found:?}");
    }
}
