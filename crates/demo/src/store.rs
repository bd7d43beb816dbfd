//! The database: SQLite in memory, on a thread of its own. Orders are written in groups, one transaction for
//! all that wait, and each is answered only after the commit. Does not know HTTP.

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tokio::sync::{mpsc, oneshot};

use crate::accounts::{AccountId, Accounts, opening_accounts};
use crate::cart::CartLine;
use crate::product::{Product, assortment};

/// Requests to the database that may wait; further ones wait before they enter, which slows their answers.
const QUEUE: usize = 1024;
/// Most requests carried out in one transaction.
const GROUP: usize = 256;

const SCHEMA: &str = "
    CREATE TABLE products (
        id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE, name TEXT NOT NULL, category TEXT NOT NULL,
        price_cents INTEGER NOT NULL, stock INTEGER NOT NULL, rating REAL NOT NULL, description TEXT NOT NULL);
    CREATE TABLE passwords (account_id INTEGER NOT NULL, login TEXT NOT NULL, password TEXT NOT NULL);
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, payment TEXT NOT NULL,
        total_cents INTEGER NOT NULL, placed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE order_lines (
        order_id INTEGER NOT NULL, product_id INTEGER NOT NULL, quantity INTEGER NOT NULL,
        price_cents INTEGER NOT NULL, PRIMARY KEY (order_id, product_id)) WITHOUT ROWID;
";

/// Why the database could not do something.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("database thread: {0}")]
    Thread(#[from] std::io::Error),
    #[error("database has stopped")]
    Stopped,
}

/// An order to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewOrder {
    pub(crate) account: AccountId,
    pub(crate) payment: String,
    pub(crate) lines: Vec<CartLine>,
}

impl NewOrder {
    fn total_cents(&self) -> i64 {
        self.lines
            .iter()
            .map(|line| line.price_cents * i64::from(line.quantity))
            .sum()
    }
}

/// A written order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) account: AccountId,
    pub(crate) payment: String,
    pub(crate) total_cents: i64,
    pub(crate) placed_at: String,
}

/// How much of one product was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sale {
    pub(crate) product_id: u32,
    pub(crate) pieces: i64,
    pub(crate) revenue_cents: i64,
}

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

enum StoreCommand {
    Place { order: NewOrder, reply: Reply<i64> },
    Find { id: i64, reply: Reply<Option<Order>> },
    Latest { count: u32, reply: Reply<Vec<Order>> },
    BestSellers { orders: u32, reply: Reply<Vec<Sale>> },
}

/// What the database holds when the shop opens.
pub(crate) struct Opening {
    pub(crate) products: Vec<Product>,
    pub(crate) accounts: Accounts,
}

/// Access to the database, from any task. The thread ends when the last of these is dropped.
#[derive(Clone)]
pub(crate) struct Store {
    commands: mpsc::Sender<StoreCommand>,
}

impl Store {
    /// Makes the database, fills it, and reads back what is kept in memory.
    pub(crate) fn open(max_orders: u32) -> Result<(Self, Opening), StoreError> {
        let mut connection = Connection::open_in_memory()?;
        fill(&mut connection)?;
        let opening = Opening {
            products: read_products(&connection)?,
            accounts: read_accounts(&connection)?,
        };
        let (commands, inbox) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("demo-store".to_owned())
            .spawn(move || serve(&mut connection, inbox, max_orders))?;
        Ok((Self { commands }, opening))
    }

    /// Writes an order and returns its number.
    pub(crate) async fn place(&self, order: NewOrder) -> Result<i64, StoreError> {
        self.ask(|reply| StoreCommand::Place { order, reply }).await
    }

    pub(crate) async fn find(&self, id: i64) -> Result<Option<Order>, StoreError> {
        self.ask(|reply| StoreCommand::Find { id, reply }).await
    }

    /// The latest orders, newest first.
    pub(crate) async fn latest(&self, count: u32) -> Result<Vec<Order>, StoreError> {
        self.ask(|reply| StoreCommand::Latest { count, reply }).await
    }

    /// What sold best among the latest so many orders.
    pub(crate) async fn best_sellers(&self, orders: u32) -> Result<Vec<Sale>, StoreError> {
        self.ask(|reply| StoreCommand::BestSellers { orders, reply })
            .await
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> StoreCommand) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .await
            .map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}

fn serve(connection: &mut Connection, mut inbox: mpsc::Receiver<StoreCommand>, max_orders: u32) {
    let mut group = Vec::with_capacity(GROUP);
    while inbox.blocking_recv_many(&mut group, GROUP) > 0 {
        if let Err(error) = carry_out(connection, &mut group, max_orders) {
            // Those who wait see their reply dropped and answer that the database has stopped.
            log::error!(target: "katydid.demo", "{error}");
            group.clear();
        }
    }
}

fn carry_out(
    connection: &mut Connection,
    group: &mut Vec<StoreCommand>,
    max_orders: u32,
) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    let mut placed = Vec::new();
    for command in group.drain(..) {
        // A reply that nobody waits for any more is not a failure: the client has gone.
        match command {
            StoreCommand::Place { order, reply } => placed.push((reply, insert(&transaction, &order))),
            StoreCommand::Find { id, reply } => drop(reply.send(find(&transaction, id))),
            StoreCommand::Latest { count, reply } => drop(reply.send(latest(&transaction, count))),
            StoreCommand::BestSellers { orders, reply } => {
                drop(reply.send(best_sellers(&transaction, orders)))
            }
        }
    }
    if !placed.is_empty() {
        forget_old_orders(&transaction, max_orders)?;
    }
    transaction.commit()?;
    for (reply, outcome) in placed {
        drop(reply.send(outcome));
    }
    Ok(())
}

fn insert(transaction: &Transaction<'_>, order: &NewOrder) -> Result<i64, StoreError> {
    transaction
        .prepare_cached("INSERT INTO orders (account_id, payment, total_cents) VALUES (?1, ?2, ?3)")?
        .execute(params![order.account.0, order.payment, order.total_cents()])?;
    let id = transaction.last_insert_rowid();
    let mut insert_line = transaction.prepare_cached("INSERT INTO order_lines VALUES (?1, ?2, ?3, ?4)")?;
    for line in &order.lines {
        insert_line.execute(params![id, line.product_id, line.quantity, line.price_cents])?;
    }
    Ok(id)
}

fn forget_old_orders(transaction: &Transaction<'_>, max_orders: u32) -> Result<(), StoreError> {
    let newest = "(SELECT max(id) FROM orders)";
    transaction
        .prepare_cached(&format!(
            "DELETE FROM order_lines WHERE order_id <= {newest} - ?1"
        ))?
        .execute([max_orders])?;
    transaction
        .prepare_cached(&format!("DELETE FROM orders WHERE id <= {newest} - ?1"))?
        .execute([max_orders])?;
    Ok(())
}

const ORDER_COLUMNS: &str = "id, account_id, payment, total_cents, placed_at";

fn read_order(row: &rusqlite::Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: row.get(0)?,
        account: AccountId(row.get(1)?),
        payment: row.get(2)?,
        total_cents: row.get(3)?,
        placed_at: row.get(4)?,
    })
}

fn find(transaction: &Transaction<'_>, id: i64) -> Result<Option<Order>, StoreError> {
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders WHERE id = ?1");
    Ok(transaction
        .prepare_cached(&sql)?
        .query_row([id], read_order)
        .optional()?)
}

fn latest(transaction: &Transaction<'_>, count: u32) -> Result<Vec<Order>, StoreError> {
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders ORDER BY id DESC LIMIT ?1");
    let mut statement = transaction.prepare_cached(&sql)?;
    let orders = statement
        .query_map([count], read_order)?
        .collect::<Result<_, _>>()?;
    Ok(orders)
}

fn best_sellers(transaction: &Transaction<'_>, orders: u32) -> Result<Vec<Sale>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT product_id, sum(quantity) AS pieces, sum(quantity * price_cents) AS revenue_cents
         FROM order_lines WHERE order_id > (SELECT max(id) FROM orders) - ?1
         GROUP BY product_id ORDER BY revenue_cents DESC, product_id LIMIT 100",
    )?;
    let sales = statement.query_map([orders], |row| {
        Ok(Sale {
            product_id: row.get(0)?,
            pieces: row.get(1)?,
            revenue_cents: row.get(2)?,
        })
    })?;
    Ok(sales.collect::<Result<_, _>>()?)
}

fn fill(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    for product in assortment() {
        transaction
            .prepare_cached("INSERT INTO products VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
            .execute(params![
                product.id,
                product.sku,
                product.name,
                product.category,
                product.price_cents,
                product.stock,
                product.rating,
                product.description
            ])?;
    }
    for account in opening_accounts() {
        for password in &account.passwords {
            transaction
                .prepare_cached("INSERT INTO passwords VALUES (?1, ?2, ?3)")?
                .execute(params![account.id.0, account.login, password])?;
        }
    }
    Ok(transaction.commit()?)
}

fn read_products(connection: &Connection) -> Result<Vec<Product>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT id, sku, name, category, price_cents, stock, rating, description FROM products ORDER BY id",
    )?;
    let products = statement.query_map([], |row| {
        Ok(Product {
            id: row.get(0)?,
            sku: row.get(1)?,
            name: row.get(2)?,
            category: row.get(3)?,
            price_cents: row.get(4)?,
            currency: "EUR",
            stock: row.get(5)?,
            rating: row.get(6)?,
            description: row.get(7)?,
        })
    })?;
    Ok(products.collect::<Result<_, _>>()?)
}

fn read_accounts(connection: &Connection) -> Result<Accounts, StoreError> {
    let mut statement =
        connection.prepare("SELECT account_id, login, password FROM passwords ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    let mut accounts = Accounts::default();
    while let Some(row) = rows.next()? {
        accounts.add(AccountId(row.get(0)?), row.get(1)?, row.get(2)?);
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(product_id: u32) -> NewOrder {
        let lines = vec![CartLine {
            product_id,
            quantity: 2,
            price_cents: 500,
        }];
        NewOrder {
            account: AccountId(3),
            payment: "card".to_owned(),
            lines,
        }
    }

    #[tokio::test]
    async fn what_was_filled_in_is_read_back() {
        let (_store, opening) = Store::open(10).unwrap();
        assert_eq!(opening.products, assortment());
        assert!(opening.accounts.check("kubilay", "******").is_some());
    }

    #[tokio::test]
    async fn a_placed_order_is_found() {
        let (store, _) = Store::open(10).unwrap();
        let id = store.place(order(7)).await.unwrap();
        let found = store.find(id).await.unwrap().unwrap();
        assert_eq!(
            (found.account, found.total_cents, found.payment.as_str()),
            (AccountId(3), 1000, "card")
        );
        assert_eq!(store.find(id + 1).await.unwrap(), None);
        assert_eq!(
            store.best_sellers(10).await.unwrap(),
            [Sale {
                product_id: 7,
                pieces: 2,
                revenue_cents: 1000
            }]
        );
    }

    #[tokio::test]
    async fn old_orders_are_forgotten() {
        let (store, _) = Store::open(10).unwrap();
        for product_id in 1..=25 {
            store.place(order(product_id)).await.unwrap();
        }
        let kept = store.latest(100).await.unwrap();
        assert_eq!(
            kept.iter().map(|order| order.id).collect::<Vec<_>>(),
            (16..=25).rev().collect::<Vec<_>>()
        );
        assert_eq!(store.find(15).await.unwrap(), None);
        assert_eq!(store.best_sellers(100).await.unwrap().len(), 10);
    }

    #[tokio::test]
    async fn many_at_once_all_get_their_own_number() {
        let (store, _) = Store::open(2000).unwrap();
        let tasks: Vec<_> = (0..1000)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move { store.place(order(number % 1000 + 1)).await.unwrap() })
            })
            .collect();
        let mut ids = Vec::new();
        for task in tasks {
            ids.push(task.await.unwrap());
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 1000);
    }
}
