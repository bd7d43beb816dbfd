//! The visitor's cart. Needs no login: a visitor without a token is given one as a cookie.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::AppState;
use super::login::session_cookie;
use crate::body::JsonBody;
use crate::cart::{Cart, CartLine, MAX_QUANTITY};
use crate::problem::Problem;
use crate::product::Product;
use crate::session::Visitor;
use crate::shop::Shop;

/// A product by number or by unit, and how many.
#[derive(Deserialize)]
pub(super) struct NewItem {
    sku: Option<String>,
    product_id: Option<u32>,
    #[serde(default = "one")]
    quantity: u32,
}

fn one() -> u32 {
    1
}

pub(super) async fn show(State(shop): AppState, visitor: Visitor) -> Json<Value> {
    let session = visitor.0.map(|token| shop.sessions.key(&token));
    let cart = session.map(|key| shop.sessions.with(key, |session| session.cart.clone()));
    Json(contents(&shop, &cart.unwrap_or_default()))
}

pub(super) async fn add_item(
    State(shop): AppState,
    visitor: Visitor,
    JsonBody(item): JsonBody<NewItem>,
) -> Result<Response, Problem> {
    let line = cart_line(&shop, &item)?;
    let newcomer = visitor.0.is_none();
    let token = visitor.0.unwrap_or_else(|| shop.sessions.open(None));
    let body = shop.sessions.with(shop.sessions.key(&token), |session| {
        let removed = session.cart.add(line);
        json!({
            "product_id": line.product_id,
            "items": session.cart.pieces(),
            "total": decimal(session.cart.total_cents()),
            "removed_product_id": removed.map(|line| line.product_id),
        })
    });
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    if newcomer {
        response
            .headers_mut()
            .insert(header::SET_COOKIE, session_cookie(&token));
    }
    Ok(response)
}

fn cart_line(shop: &Arc<Shop>, item: &NewItem) -> Result<CartLine, Problem> {
    if !(1..=MAX_QUANTITY).contains(&item.quantity) {
        return Err(Problem::invalid(format!(
            "quantity must be from 1 to {MAX_QUANTITY}"
        )));
    }
    let product = wanted_product(shop, item)?;
    Ok(CartLine {
        product_id: product.id,
        quantity: item.quantity,
        price_cents: product.price_cents,
    })
}

fn wanted_product<'shop>(shop: &'shop Arc<Shop>, item: &NewItem) -> Result<&'shop Product, Problem> {
    match (&item.sku, item.product_id) {
        (Some(sku), None) => shop
            .catalogue
            .by_sku(sku)
            .ok_or_else(|| Problem::not_found(format!("no product {sku}"))),
        (None, Some(id)) => shop
            .catalogue
            .by_id(id)
            .ok_or_else(|| Problem::not_found(format!("no product with number {id}"))),
        _ => Err(Problem::invalid("name one product, by sku or by product_id")),
    }
}

fn contents(shop: &Arc<Shop>, cart: &Cart) -> Value {
    let lines = cart.lines().iter().map(|line| {
        let name = shop
            .catalogue
            .by_id(line.product_id)
            .map(|product| product.name.as_str());
        json!({
            "product_id": line.product_id,
            "name": name,
            "quantity": line.quantity,
            "price": decimal(line.price_cents),
        })
    });
    json!({
        "lines": lines.collect::<Vec<_>>(),
        "items": cart.pieces(),
        "total": decimal(cart.total_cents()),
    })
}

/// Cents as a decimal number, the way prices are shown.
pub(super) fn decimal(cents: i64) -> f64 {
    cents as f64 / 100.0
}
