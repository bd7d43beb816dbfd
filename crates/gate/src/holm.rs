//! Many rules, one chance of a false alarm (Holm 1979). Valid however the rules depend on each other.

/// The chance of error that each rule may use up, so that all together use no more than `alpha`. A rule is broken exactly if
/// its probability is not above its level; levels also make the intervals that go with that.
pub(crate) fn levels(probabilities: &[f64], alpha: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|&left, &right| probabilities[left].total_cmp(&probabilities[right]));
    let mut levels = vec![alpha; probabilities.len()];
    let mut stopped = None;
    for (rank, &index) in order.iter().enumerate() {
        let level = stopped.unwrap_or(alpha / (probabilities.len() - rank) as f64);
        levels[index] = level;
        // The first that holds stops it: those after it are held against the same level.
        if probabilities[index] > level {
            stopped = Some(level);
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_step_down_until_the_first_that_holds() {
        let found = levels(&[0.04, 0.001, 0.012, 0.5], 0.04);
        assert_eq!(found, [0.02, 0.01, 0.04 / 3.0, 0.02]);
        assert!(levels(&[], 0.01).is_empty());
    }
}
