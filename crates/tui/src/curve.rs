//! One curve of a chart: points in order of time, with gaps where nothing was measured.

use std::ops::Range;

use katydid_stats::{Slot, Slots};

/// Points (seconds since the start, value) that belong together; a new piece begins after each gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    pieces: Vec<Vec<(f64, f64)>>,
    is_open: bool,
}

impl Curve {
    /// Reads a value off each slot that ends within `span`, which begins at the start. A slot without a value is a gap.
    pub(crate) fn of<T: Slot>(
        slots: &Slots<T>,
        span: &Range<i64>,
        value: impl Fn(Option<&T>) -> Option<f64>,
    ) -> Self {
        let (start, step) = (slots.start(), i64::from(slots.step()));
        let mut curve = Self::default();
        // Nothing has happened since the last slot.
        let slots = slots.iter().chain(std::iter::repeat(None));
        let begins = (0..).map(|number| start + number * step);
        for (begin, slot) in begins.take_while(|begin| begin + step <= span.end).zip(slots) {
            match value(slot) {
                Some(value) => curve.push((begin - span.start).max(0) as f64, value),
                None => curve.is_open = false,
            }
        }
        curve
    }

    /// The same without gaps, for what goes on while nobody looks.
    pub(crate) fn joined<T: Slot>(
        slots: &Slots<T>,
        span: &Range<i64>,
        value: impl Fn(&T) -> Option<f64>,
    ) -> Self {
        let (start, step) = (slots.start(), i64::from(slots.step()));
        let mut curve = Self::default();
        for (slot, number) in slots.iter().zip(0..) {
            if let Some(value) = slot.and_then(&value) {
                curve.push((start + number * step - span.start).max(0) as f64, value);
            }
        }
        curve
    }

    fn push(&mut self, seconds: f64, value: f64) {
        if !std::mem::replace(&mut self.is_open, true) {
            self.pieces.push(Vec::new());
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.push((seconds, value));
        }
    }

    /// The pieces, none of them empty.
    pub fn pieces(&self) -> &[Vec<(f64, f64)>] {
        &self.pieces
    }

    /// The last value.
    pub fn last(&self) -> Option<f64> {
        self.pieces.last()?.last().map(|&(_, value)| value)
    }

    /// The greatest value.
    pub fn greatest(&self) -> Option<f64> {
        self.pieces
            .iter()
            .flatten()
            .map(|&(_, value)| value)
            .reduce(f64::max)
    }

    /// The time of the last point.
    pub fn end(&self) -> Option<f64> {
        self.pieces.last()?.last().map(|&(seconds, _)| seconds)
    }
}

impl FromIterator<Option<f64>> for Curve {
    /// A value for each second; `None` is a gap.
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let mut curve = Self::default();
        for (second, value) in values.into_iter().enumerate() {
            match value {
                Some(value) => curve.push(second as f64, value),
                None => curve.is_open = false,
            }
        }
        curve
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_parts_the_pieces() {
        let curve: Curve = [Some(1.0), Some(3.0), None, None, Some(2.0)]
            .into_iter()
            .collect();
        assert_eq!(curve.pieces(), [vec![(0.0, 1.0), (1.0, 3.0)], vec![(4.0, 2.0)]]);
        assert_eq!(
            (curve.last(), curve.greatest(), curve.end()),
            (Some(2.0), Some(3.0), Some(4.0))
        );
    }
}
