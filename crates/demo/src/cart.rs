//! What a visitor means to buy. Bounded, because carts of long test runs are never emptied by hand.

/// Different products in one cart. When one more is added, the one added first leaves, and the answer says so.
pub(crate) const MAX_LINES: usize = 50;
/// Pieces of one product in one cart; more are not counted.
pub(crate) const MAX_QUANTITY: u32 = 999;

/// One product in a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CartLine {
    pub(crate) product_id: u32,
    pub(crate) quantity: u32,
    pub(crate) price_cents: i64,
}

/// The lines, in the order in which their products were first added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cart {
    lines: Vec<CartLine>,
}

impl Cart {
    /// Adds a product, or more of it. Returns the line that had to leave, if one had.
    pub(crate) fn add(&mut self, added: CartLine) -> Option<CartLine> {
        if let Some(line) = self
            .lines
            .iter_mut()
            .find(|line| line.product_id == added.product_id)
        {
            line.quantity = line.quantity.saturating_add(added.quantity).min(MAX_QUANTITY);
            return None;
        }
        let removed = (self.lines.len() >= MAX_LINES).then(|| self.lines.remove(0));
        self.lines.push(added);
        removed
    }

    pub(crate) fn lines(&self) -> &[CartLine] {
        &self.lines
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(crate) fn pieces(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    pub(crate) fn total_cents(&self) -> i64 {
        self.lines
            .iter()
            .map(|line| line.price_cents * i64::from(line.quantity))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(product_id: u32, quantity: u32) -> CartLine {
        CartLine {
            product_id,
            quantity,
            price_cents: 250,
        }
    }

    #[test]
    fn the_same_product_grows_one_line() {
        let mut cart = Cart::default();
        assert!(cart.is_empty());
        cart.add(line(1, 2));
        cart.add(line(1, 3));
        cart.add(line(2, 1));
        assert_eq!(
            (cart.lines().len(), cart.pieces(), cart.total_cents()),
            (2, 6, 1500)
        );
        cart.add(line(2, u32::MAX));
        assert_eq!(cart.lines()[1].quantity, MAX_QUANTITY);
    }

    #[test]
    fn a_full_cart_loses_its_first_line() {
        let mut cart = Cart::default();
        for product_id in 1..=MAX_LINES as u32 {
            assert_eq!(cart.add(line(product_id, 1)), None);
        }
        assert_eq!(cart.add(line(999, 1)), Some(line(1, 1)));
        assert_eq!(cart.lines().len(), MAX_LINES);
    }
}
