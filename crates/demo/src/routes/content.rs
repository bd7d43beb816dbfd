//! Previews of edited pages: submitted, compiled for a moment, then shown.

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::AppState;
use crate::body::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize)]
pub(super) struct Edit {
    content: String,
}

pub(super) async fn show(State(shop): AppState, Path(name): Path<String>) -> Json<Value> {
    let version = shop.previews.lock().show(&name, Instant::now());
    Json(json!({"name": name, "version": version.number, "content": version.content}))
}

pub(super) async fn submit(
    State(shop): AppState,
    Path(name): Path<String>,
    JsonBody(edit): JsonBody<Edit>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let number = shop.previews.lock().submit(&name, edit.content, Instant::now());
    let too_many = || {
        Problem::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "too_many",
            "too many previews are kept",
        )
    };
    let number = number.ok_or_else(too_many)?;
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({"name": name, "version": number})),
    ))
}
