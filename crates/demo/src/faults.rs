//! Slowness and failures on purpose: decides for each request. Does not sleep or answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::options::{DemoOptions, RouteRule, RouteSelector};
use crate::routes::HEALTH;

/// What shall happen to one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fault {
    pub(crate) delay: Duration,
    pub(crate) fails: bool,
}

/// The rules, and how many requests were judged by them.
#[derive(Debug)]
pub(crate) struct Faults {
    delays: Vec<RouteRule<Duration>>,
    jitters: Vec<RouteRule<Duration>>,
    error_rates: Vec<RouteRule<f64>>,
    seed: u64,
    judged: AtomicU64,
}

impl Faults {
    /// `None` when there is no rule, so that a well-behaved service pays nothing.
    pub(crate) fn new(options: &DemoOptions) -> Option<Self> {
        if options.delays.is_empty() && options.jitters.is_empty() && options.error_rates.is_empty() {
            return None;
        }
        Some(Self {
            delays: options.delays.clone(),
            jitters: options.jitters.clone(),
            error_rates: options.error_rates.clone(),
            seed: options.seed,
            judged: AtomicU64::new(0),
        })
    }

    /// Judges the next request. The random part depends only on the seed and on how many came before.
    pub(crate) fn next(&self, name: &str, path: &str) -> Fault {
        let number = self.judged.fetch_add(1, Ordering::Relaxed);
        let jitter = most_exact(&self.jitters, name, path).unwrap_or_default();
        let error_rate = most_exact(&self.error_rates, name, path).unwrap_or_default();
        Fault {
            delay: most_exact(&self.delays, name, path).unwrap_or_default()
                + jitter.mul_f64(random_share(self.seed, 2 * number)),
            fails: random_share(self.seed, 2 * number + 1) < error_rate,
        }
    }
}

fn most_exact<T: Copy>(rules: &[RouteRule<T>], name: &str, path: &str) -> Option<T> {
    let matching = rules
        .iter()
        .filter_map(|rule| Some((exactness(&rule.route, name, path)?, rule.value)));
    matching
        .max_by_key(|(exactness, _)| *exactness)
        .map(|(_, value)| value)
}

/// How closely a selector fits, or `None` when it does not.
fn exactness(selector: &RouteSelector, name: &str, path: &str) -> Option<usize> {
    match selector {
        RouteSelector::All => (name != HEALTH).then_some(0),
        RouteSelector::Name(wanted) => (wanted == name).then_some(usize::MAX),
        RouteSelector::Prefix(prefix) => is_at_or_below(path, prefix).then_some(prefix.len()),
    }
}

fn is_at_or_below(path: &str, prefix: &str) -> bool {
    match path.strip_prefix(prefix) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'),
        None => false,
    }
}

/// A number in `0..1` for the n-th draw (SplitMix64, which needs no state beside the count).
fn random_share(seed: u64, draw: u64) -> f64 {
    let mut bits = seed.wrapping_add(draw.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(route: RouteSelector, value: u64) -> RouteRule<Duration> {
        RouteRule {
            route,
            value: Duration::from_millis(value),
        }
    }

    fn prefix(path: &str) -> RouteSelector {
        RouteSelector::Prefix(path.to_owned())
    }

    #[test]
    fn no_rules_no_faults() {
        assert!(Faults::new(&DemoOptions::default()).is_none());
    }

    #[test]
    fn the_most_exact_rule_wins() {
        let delays = vec![
            milliseconds(prefix("/api/cart"), 30),
            milliseconds(RouteSelector::All, 10),
            milliseconds(prefix("/api"), 20),
            milliseconds(RouteSelector::Name("checkout".to_owned()), 40),
        ];
        let faults = Faults::new(&DemoOptions {
            delays,
            ..DemoOptions::default()
        })
        .unwrap();
        for (name, path, expected) in [
            ("home", "/", 10),
            ("health", "/health", 0),
            ("products", "/api/products", 20),
            ("cart", "/api/cart/items", 30),
            ("cart", "/api/cart", 30),
            ("other", "/api/cartoons", 20),
            ("checkout", "/api/checkout", 40),
        ] {
            assert_eq!(
                faults.next(name, path).delay,
                Duration::from_millis(expected),
                "{path}"
            );
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let options = |seed| DemoOptions {
            jitters: vec![milliseconds(RouteSelector::All, 100)],
            error_rates: vec![RouteRule {
                route: RouteSelector::All,
                value: 0.25,
            }],
            seed,
            ..DemoOptions::default()
        };
        let sequence = |seed| {
            let faults = Faults::new(&options(seed)).unwrap();
            (0..1000).map(|_| faults.next("home", "/")).collect::<Vec<_>>()
        };
        assert_eq!(sequence(7), sequence(7));
        assert_ne!(sequence(7), sequence(8));
        let failing = sequence(7).iter().filter(|fault| fault.fails).count();
        assert!(
            (200..300).contains(&failing),
            "{failing} of 1000 failed at a rate of 0.25"
        );
        let total: Duration = sequence(7).iter().map(|fault| fault.delay).sum();
        assert!(
            (45..55).contains(&(total / 1000).as_millis()),
            "mean jitter {:?}",
            total / 1000
        );
    }
}
