//! Buying what is in the cart. Needs a login.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cart::decimal;
use super::{AppState, unavailable};
use crate::accounts::AccountId;
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::session::{SessionKey, Visitor};
use crate::shop::{Receipt, Shop};

/// Longest name of a way to pay.
const MAX_PAYMENT_LENGTH: usize = 64;
/// A payment token that is always refused, to try out how a test reacts.
const DECLINED_TOKEN: &str = "tok_declined";

/// Paying by a named method, with an address, or by a token that stands for both.
#[derive(Deserialize)]
pub(super) struct Checkout {
    #[serde(rename = "paymentMethod")]
    payment_method: Option<String>,
    payment_token: Option<String>,
    #[serde(rename = "shippingAddress")]
    shipping_address: Option<ShippingAddress>,
}

#[derive(Deserialize)]
struct ShippingAddress {
    line1: String,
    city: String,
    zip: String,
}

/// Pays for the cart. An empty cart is nothing to pay, which is no error here; `POST /api/orders` is strict.
pub(super) async fn checkout(
    State(shop): AppState,
    visitor: Visitor,
    JsonBody(checkout): JsonBody<Checkout>,
) -> Result<Json<Value>, Problem> {
    let (key, account) = customer(&shop, visitor)?;
    let payment = way_to_pay(checkout)?;
    let bought = shop
        .buy(key, account, payment)
        .await
        .map_err(|error| unavailable(&error))?;
    Ok(Json(match bought {
        Some(receipt) => receipt_json("paid", &receipt),
        None => json!({"status": "nothing_to_pay", "order_id": null, "items": 0, "total": 0.0}),
    }))
}

#[derive(Deserialize)]
pub(super) struct OrderRequest {
    payment_method: String,
}

/// Orders the cart: 201 when there was something in it, 409 when not.
pub(super) async fn place(
    State(shop): AppState,
    visitor: Visitor,
    JsonBody(request): JsonBody<OrderRequest>,
) -> Result<Response, Problem> {
    let (key, account) = customer(&shop, visitor)?;
    let payment = checked_payment(request.payment_method)?;
    let bought = shop
        .buy(key, account, payment)
        .await
        .map_err(|error| unavailable(&error))?;
    match bought {
        Some(receipt) => Ok((StatusCode::CREATED, Json(receipt_json("placed", &receipt))).into_response()),
        None => Err(Problem::new(
            StatusCode::CONFLICT,
            "cart_empty",
            "the cart is empty",
        )),
    }
}

/// One of the customer's own orders.
pub(super) async fn show(
    State(shop): AppState,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (_, account) = customer(&shop, visitor)?;
    let unknown = || Problem::not_found(format!("no order {id}"));
    let number = id.parse().map_err(|_| unknown())?;
    let order = shop
        .store
        .find(number)
        .await
        .map_err(|error| unavailable(&error))?;
    let order = order
        .filter(|order| order.account == account)
        .ok_or_else(unknown)?;
    Ok(Json(json!({
        "order_id": order.id,
        "payment_method": order.payment,
        "total": decimal(order.total_cents),
        "placed_at": order.placed_at,
    })))
}

fn customer(shop: &Shop, visitor: Visitor) -> Result<(SessionKey, AccountId), Problem> {
    let key = shop.sessions.key(&visitor.0.ok_or_else(Problem::login_required)?);
    let account = shop.sessions.account(key).ok_or_else(Problem::login_required)?;
    Ok((key, account))
}

fn way_to_pay(checkout: Checkout) -> Result<String, Problem> {
    match (checkout.payment_method, checkout.payment_token) {
        (None, Some(token)) if token == DECLINED_TOKEN => Err(Problem::new(
            StatusCode::PAYMENT_REQUIRED,
            "declined",
            "the payment was declined",
        )),
        (None, Some(token)) => checked_payment(token),
        (Some(method), None) => {
            let address = checkout.shipping_address;
            let address = address.ok_or_else(|| Problem::invalid("shippingAddress is missing"))?;
            if [&address.line1, &address.city, &address.zip]
                .iter()
                .any(|part| part.trim().is_empty())
            {
                return Err(Problem::invalid("shippingAddress needs line1, city and zip"));
            }
            checked_payment(method)
        }
        _ => Err(Problem::invalid(
            "pay by paymentMethod with shippingAddress, or by payment_token",
        )),
    }
}

fn checked_payment(payment: String) -> Result<String, Problem> {
    if payment.is_empty() || payment.len() > MAX_PAYMENT_LENGTH {
        return Err(Problem::invalid(format!(
            "a way to pay has 1 to {MAX_PAYMENT_LENGTH} characters"
        )));
    }
    Ok(payment)
}

fn receipt_json(status: &str, receipt: &Receipt) -> Value {
    json!({
        "status": status,
        "order_id": receipt.order_id,
        "items": receipt.pieces,
        "total": decimal(receipt.total_cents),
    })
}
