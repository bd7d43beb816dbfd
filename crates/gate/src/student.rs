//! Student's t distribution: tails and quantiles. The numbers come from `statrs`.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Beyond this the normal distribution is the same in all digits that are shown, and the numbers of `statrs` become worse.
const MOST_FREEDOM: f64 = 1e4;

/// How likely a value above `statistic` is.
pub(crate) fn upper_tail(statistic: f64, freedom: f64) -> f64 {
    match distribution(freedom) {
        Some(student) if !statistic.is_nan() => student.sf(statistic),
        _ => 1.0,
    }
}

/// The value that is exceeded with this probability; infinite where nothing is known.
pub(crate) fn exceeded_with(probability: f64, freedom: f64) -> f64 {
    match distribution(freedom) {
        Some(student) if probability > 0.0 && probability < 1.0 => -student.inverse_cdf(probability),
        _ => f64::INFINITY,
    }
}

fn distribution(freedom: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, freedom.min(MOST_FREEDOM)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By numeric integration of the density.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (probability, freedom, value) in [
            (0.01, 4.0, 3.746_947),
            (0.0003, 7.0, 5.899_140),
            (0.0003, 23.0, 3.974_033),
            (0.025, 1e9, 1.960_201),
        ] {
            let found = exceeded_with(probability, freedom);
            assert!((found - value).abs() < 1e-5, "{probability} {freedom}: {found}");
            let tail = upper_tail(found, freedom);
            assert!((tail / probability - 1.0).abs() < 1e-6, "{tail}");
        }
        assert_eq!(exceeded_with(0.01, 0.0), f64::INFINITY);
        assert_eq!(upper_tail(f64::NAN, 3.0), 1.0);
    }
}
