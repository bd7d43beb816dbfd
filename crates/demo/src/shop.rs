//! Everything the routes share: catalogue, accounts, sessions, database. Does not know HTTP.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::Mutex;

use crate::accounts::{AccountId, Accounts};
use crate::cart::{Cart, CartLine};
use crate::catalogue::Catalogue;
use crate::options::DemoOptions;
use crate::previews::Previews;
use crate::server::DemoError;
use crate::session::{SessionKey, Sessions};
use crate::store::{NewOrder, Store, StoreError};

/// The open shop.
pub(crate) struct Shop {
    pub(crate) catalogue: Catalogue,
    pub(crate) accounts: Accounts,
    pub(crate) sessions: Sessions,
    pub(crate) store: Store,
    pub(crate) previews: Mutex<Previews>,
    pub(crate) sales: Sales,
    pub(crate) opened_at: Instant,
}

/// What was sold since the shop opened, counted beside the database so that reading it costs nothing.
#[derive(Debug, Default)]
pub(crate) struct Sales {
    orders: AtomicU64,
    revenue_cents: AtomicI64,
}

impl Sales {
    pub(crate) fn orders(&self) -> u64 {
        self.orders.load(Ordering::Relaxed)
    }

    pub(crate) fn revenue_cents(&self) -> i64 {
        self.revenue_cents.load(Ordering::Relaxed)
    }
}

/// A cart that became an order.
pub(crate) struct Receipt {
    pub(crate) order_id: i64,
    pub(crate) pieces: u32,
    pub(crate) total_cents: i64,
}

impl Shop {
    pub(crate) fn open(options: &DemoOptions) -> Result<Self, DemoError> {
        let (store, opening) = Store::open(options.max_orders)?;
        Ok(Self {
            catalogue: Catalogue::new(opening.products)?,
            accounts: opening.accounts,
            sessions: Sessions::new(options.max_sessions),
            store,
            previews: Mutex::default(),
            sales: Sales::default(),
            opened_at: Instant::now(),
        })
    }

    /// Turns the visitor's cart into an order; `None` when the cart is empty. A cart whose order cannot be
    /// written is given back.
    pub(crate) async fn buy(
        &self,
        key: SessionKey,
        account: AccountId,
        payment: String,
    ) -> Result<Option<Receipt>, StoreError> {
        let cart = self
            .sessions
            .with(key, |session| std::mem::take(&mut session.cart));
        if cart.is_empty() {
            return Ok(None);
        }
        let order = NewOrder {
            account,
            payment,
            lines: cart.lines().to_vec(),
        };
        match self.store.place(order).await {
            Ok(order_id) => Ok(Some(self.receipt(order_id, &cart))),
            Err(error) => {
                self.sessions
                    .with(key, |session| give_back(&mut session.cart, cart.lines()));
                Err(error)
            }
        }
    }

    fn receipt(&self, order_id: i64, cart: &Cart) -> Receipt {
        let total_cents = cart.total_cents();
        self.sales.orders.fetch_add(1, Ordering::Relaxed);
        self.sales.revenue_cents.fetch_add(total_cents, Ordering::Relaxed);
        Receipt {
            order_id,
            pieces: cart.pieces(),
            total_cents,
        }
    }
}

fn give_back(cart: &mut Cart, lines: &[CartLine]) {
    for line in lines {
        cart.add(*line);
    }
}
