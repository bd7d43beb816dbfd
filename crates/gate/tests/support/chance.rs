//! Random numbers for simulations, the same each time.

/// SplitMix64 with the distributions that a service needs.
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
    spare: Option<f64>,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0xA24B_AED4_963E_E407),
            spare: None,
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1, neither of them.
    pub fn share(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// Standard normal (Box and Muller, both of each pair).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.share().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.share()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// Poisson, for small means.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        let limit = (-mean).exp();
        let (mut count, mut product) = (0, self.share());
        while product > limit {
            count += 1;
            product *= self.share();
        }
        count
    }
}
