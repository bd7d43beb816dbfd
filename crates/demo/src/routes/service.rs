//! The service about itself, and its data for other programs.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AppState, ready_json};
use crate::body::QueryOf;
use crate::memory::resident_bytes;
use crate::problem::Problem;

const API_KEYS: [&str; 2] = ["test-key", "katydid"];

pub(super) async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// What the process holds. `rss_bytes` is null where the system does not tell.
pub(super) async fn memory(State(shop): AppState) -> Json<Value> {
    let rss = resident_bytes();
    Json(json!({
        "rss_bytes": rss,
        "rss_mb": rss.map(|bytes| bytes as f64 / 1024.0 / 1024.0),
        "sessions": shop.sessions.len(),
        "orders": shop.sales.orders(),
        "uptime_s": shop.opened_at.elapsed().as_secs_f64(),
    }))
}

#[derive(Deserialize)]
pub(super) struct ExportQuery {
    #[serde(default = "usual_rows")]
    limit: usize,
}

fn usual_rows() -> usize {
    100
}

/// The catalogue for another program, which must show a key.
pub(super) async fn export(
    State(shop): AppState,
    headers: HeaderMap,
    query: QueryOf<ExportQuery>,
) -> Result<Response, Problem> {
    let Some(key) = headers.get("x-api-key") else {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "key_required",
            "send a key in the header X-API-Key",
        ));
    };
    if !API_KEYS.iter().any(|known| key.as_bytes() == known.as_bytes()) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "wrong_key",
            "unknown X-API-Key",
        ));
    }
    Ok(ready_json(shop.catalogue.export(query.0.limit)))
}
