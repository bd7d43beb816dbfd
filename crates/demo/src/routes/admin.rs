//! What the shop's own staff looks at. Open to everybody, as befits a sample.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cart::decimal;
use super::{AppState, unavailable};
use crate::body::JsonBody;
use crate::problem::Problem;

/// Orders listed on the dashboard.
const LATEST_ORDERS: u32 = 10;
/// Orders that a report looks through.
const REPORTED_ORDERS: u32 = 1000;

pub(super) async fn dashboard(State(shop): AppState) -> Result<Json<Value>, Problem> {
    let latest = shop
        .store
        .latest(LATEST_ORDERS)
        .await
        .map_err(|error| unavailable(&error))?;
    let latest = latest.iter().map(|order| {
        json!({
            "order_id": order.id,
            "customer": shop.accounts.login(order.account),
            "total": decimal(order.total_cents),
            "placed_at": order.placed_at,
        })
    });
    Ok(Json(json!({
        "orders": shop.sales.orders(),
        "revenue": decimal(shop.sales.revenue_cents()),
        "sessions": shop.sessions.len(),
        "products": shop.catalogue.len(),
        "latest_orders": latest.collect::<Vec<_>>(),
    })))
}

#[derive(Deserialize)]
pub(super) struct ReportRequest {
    #[serde(rename = "type")]
    period: Period,
    format: Format,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Period {
    Daily,
    Weekly,
    Monthly,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Csv,
    Json,
}

/// Adds up what sold best. Real work in the database, so slower than reading the catalogue.
pub(super) async fn generate_report(
    State(shop): AppState,
    JsonBody(request): JsonBody<ReportRequest>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let sales = shop
        .store
        .best_sellers(REPORTED_ORDERS)
        .await
        .map_err(|error| unavailable(&error))?;
    let rows: Vec<_> = sales
        .iter()
        .map(|sale| {
            let name = shop
                .catalogue
                .by_id(sale.product_id)
                .map(|product| product.name.as_str());
            (
                sale.product_id,
                name.unwrap_or_default(),
                sale.pieces,
                decimal(sale.revenue_cents),
            )
        })
        .collect();
    let content = match request.format {
        Format::Json => json!(rows),
        Format::Csv => {
            let lines = rows
                .iter()
                .map(|(id, name, pieces, revenue)| format!("{id},{name},{pieces},{revenue:.2}\n"));
            json!(format!(
                "product_id,name,pieces,revenue\n{}",
                lines.collect::<String>()
            ))
        }
    };
    let period = match request.period {
        Period::Daily => "daily",
        Period::Weekly => "weekly",
        Period::Monthly => "monthly",
    };
    Ok((
        StatusCode::CREATED,
        Json(json!({"type": period, "rows": rows.len(), "content": content})),
    ))
}
