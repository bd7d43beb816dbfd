//! The feed of a mobile app: news since a day, newest first.

use axum::Json;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::body::QueryOf;
use crate::problem::Problem;
use crate::product::PRODUCT_COUNT;

/// Entries in one answer.
const MAX_ENTRIES: usize = 20;
const MONTHS: u32 = 12;
const DAYS: u32 = 28;

#[derive(Deserialize)]
pub(super) struct FeedQuery {
    since: Option<String>,
}

pub(super) async fn feed(query: QueryOf<FeedQuery>) -> Result<Json<Value>, Problem> {
    let since = query.0.since.unwrap_or_default();
    if !since.is_empty() && !is_date(&since) {
        return Err(Problem::bad_request("since is not a date such as 2026-03-01"));
    }
    let entries: Vec<_> = dates()
        .filter(|date| *date >= since)
        .take(MAX_ENTRIES)
        .map(|date| entry(&date))
        .collect();
    Ok(Json(
        json!({"since": since, "count": entries.len(), "entries": entries}),
    ))
}

/// Every day of the feed, newest first. The same for ever, so that runs can be compared.
fn dates() -> impl Iterator<Item = String> {
    let months = (1..=MONTHS).rev();
    months.flat_map(|month| {
        (1..=DAYS)
            .rev()
            .map(move |day| format!("2026-{month:02}-{day:02}"))
    })
}

fn entry(date: &str) -> Value {
    let seed: u32 = date.bytes().map(u32::from).sum();
    let product_id = seed * 7 % PRODUCT_COUNT + 1;
    json!({"date": date, "kind": "new_in_stock", "title": format!("Back in stock: product {product_id}"),
           "product_id": product_id})
}

/// Whether text starts like `2026-03-01`; a time may follow.
fn is_date(text: &str) -> bool {
    let shape = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() >= 10 && text.bytes().take(10).enumerate().all(shape)
}
