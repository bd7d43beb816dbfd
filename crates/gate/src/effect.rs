//! How much worse one metric of one endpoint is, and how sure that is. Knows no tolerance.

use crate::bootstrap::{Draws, deviation, inflation};
use crate::metric::{Metric, Unit};
use crate::side::{Side, Weights};

/// Standard errors are at least this.
const LEAST_ERROR: f64 = 1e-6;

/// Both sides of an endpoint with their draws.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) base: &'a Side,
    pub(crate) head: &'a Side,
    pub(crate) base_draws: &'a Draws,
    pub(crate) head_draws: &'a Draws,
    /// Whether block i of both sides belong together, and their draws are the same.
    pub(crate) is_paired: bool,
}

/// How much worse the head is. Sizes are logarithms of ratios, or differences for error rates; above 0 is worse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effect {
    pub(crate) base: f64,
    pub(crate) head: f64,
    pub(crate) size: f64,
    /// Standard error of the size.
    pub(crate) error: f64,
    /// Degrees of freedom of that error.
    pub(crate) freedom: f64,
    /// The size without the block that makes it greatest.
    pub(crate) least: f64,
    /// The size without the block that makes it least.
    pub(crate) greatest: f64,
}

/// Where a metric is compared: error rates as they are, everything else by its logarithm, so that ratios become differences.
pub(crate) fn scaled(metric: Metric, value: f64) -> f64 {
    if metric.unit() == Unit::Ratio {
        value
    } else {
        value.max(1e-9).ln()
    }
}

/// The way back from a size to a ratio (or difference).
pub(crate) fn unscaled(metric: Metric, size: f64) -> f64 {
    if metric.unit() == Unit::Ratio {
        size
    } else {
        size.exp()
    }
}

/// A tolerance as a size.
pub(crate) fn as_size(metric: Metric, share: f64) -> f64 {
    if metric.unit() == Unit::Ratio {
        share
    } else {
        share.ln_1p()
    }
}

/// How much worse `head` is than `base`, as a size.
pub(crate) fn size(metric: Metric, base: f64, head: f64) -> f64 {
    let change = scaled(metric, head) - scaled(metric, base);
    if metric.is_better_when_greater() {
        -change
    } else {
        change
    }
}

impl Effect {
    /// An effect whose base and head lie evenly around a centre; its errors are to be filled in.
    pub(crate) fn around(metric: Metric, centre: f64, size: f64) -> Self {
        let half = if metric.is_better_when_greater() {
            -size / 2.0
        } else {
            size / 2.0
        };
        Self {
            base: unscaled(metric, centre - half),
            head: unscaled(metric, centre + half),
            size,
            error: 0.0,
            freedom: 1.0,
            least: size,
            greatest: size,
        }
    }

    /// No error is nothing: equal values in all blocks come from how times are kept.
    pub(crate) fn bounded(self) -> Self {
        Self {
            error: self.error.max(LEAST_ERROR),
            freedom: self.freedom.max(1.0),
            ..self
        }
    }
}

impl Pair<'_> {
    /// How much worse a metric of all blocks together is, without its error.
    pub(crate) fn size(&self, metric: Metric) -> Option<f64> {
        let base = self.base.value(metric, self.base.once())?;
        Some(size(metric, base, self.head.value(metric, self.head.once())?))
    }

    /// Compares a metric of all blocks together; `None` where one side has nothing to tell.
    pub(crate) fn effect(&self, metric: Metric) -> Option<Effect> {
        let base = self.base.value(metric, self.base.once())?;
        let head = self.head.value(metric, self.head.once())?;
        let size = size(metric, base, head);
        let (least, greatest) = self.without_one(metric, size);
        let inflation = self.inflation(metric);
        let blocks = self.freedom(metric);
        let spread = deviation(&self.drawn(metric))? * (inflation * (blocks + 1.0) / blocks).sqrt();
        Some(
            Effect {
                base,
                head,
                size,
                error: spread.max(self.least_error(metric)),
                freedom: (blocks + 1.0) / inflation - 1.0,
                least,
                greatest,
            }
            .bounded(),
        )
    }

    /// The size in each drawn mixture.
    fn drawn(&self, metric: Metric) -> Vec<f64> {
        let (mut base_row, mut head_row) = (0, 0);
        let mixtures = self.base_draws.rows().zip(self.head_draws.rows());
        mixtures
            .filter_map(|(base_weights, head_weights)| {
                let base = self.base.value_near(metric, base_weights, base_row)?;
                let head = self.head.value_near(metric, head_weights, head_row)?;
                (base_row, head_row) = (base.1, head.1);
                Some(size(metric, base.0, head.0))
            })
            .collect()
    }

    /// The least and the greatest size when one block (or pair) is left out: no verdict may hang on one stall.
    fn without_one(&self, metric: Metric, whole: f64) -> (f64, f64) {
        let (mut least, mut greatest) = (whole, whole);
        let mut take = |base: &Weights, head: &Weights| {
            let values = (self.base.value(metric, base), self.head.value(metric, head));
            if let (Some(base), Some(head)) = values {
                let size = size(metric, base, head);
                (least, greatest) = (least.min(size), greatest.max(size));
            }
        };
        let (mut base, mut head) = (self.base.once().to_vec(), self.head.once().to_vec());
        for index in 0..self.head.blocks() {
            head[index] = 0.0;
            if self.is_paired {
                base[index] = 0.0;
            }
            take(&base, &head);
            (base[index.min(self.base.blocks() - 1)], head[index]) = (1.0, 1.0);
        }
        for index in 0..if self.is_paired { 0 } else { self.base.blocks() } {
            base[index] = 0.0;
            take(&base, &head);
            base[index] = 1.0;
        }
        (least, greatest)
    }

    fn inflation(&self, metric: Metric) -> f64 {
        let (base, head) = (self.base.scores(metric), self.head.scores(metric));
        if self.is_paired {
            let difference = head.iter().zip(&base).map(|(head, base)| head - base).collect();
            return inflation(&[difference]);
        }
        if self.base.runs().len() == 1 {
            return inflation(&[base, head]);
        }
        inflation(&[head])
    }

    /// Degrees of freedom if blocks are independent: those of the pairs, or by Welch and Satterthwaite those of both sides.
    fn freedom(&self, metric: Metric) -> f64 {
        let own = |side: &Side| (side.blocks() as f64 - side.runs().len() as f64).max(1.0);
        if self.is_paired {
            return own(self.head);
        }
        let variance = |side: &Side| -> f64 { side.scores(metric).iter().map(|score| score * score).sum() };
        let (base, head) = (variance(self.base), variance(self.head));
        let (base_own, head_own) = (own(self.base), own(self.head));
        if base + head <= 0.0 {
            return base_own.min(head_own);
        }
        (base + head).powi(2) / (base.powi(2) / base_own + head.powi(2) / head_own)
    }

    /// Rates of rare failures are known no better than by their number (Poisson, with half a failure more so that none does
    /// not mean certainty), however even the blocks are.
    fn least_error(&self, metric: Metric) -> f64 {
        if metric != Metric::ErrorRate {
            return 0.0;
        }
        let variance = |side: &Side| (side.failures() + 0.5) / side.requests().max(1.0).powi(2);
        (variance(self.base) + variance(self.head)).sqrt()
    }
}
