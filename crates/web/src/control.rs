//! The buttons: start, change, stop, reset. User code decides what they do.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::desk::Question;
use crate::error::Refusal;
use crate::site::Site;

/// `POST /swarm`: a form. Answered with what was begun, or why it was not, and always with status 200, as in Locust.
pub(crate) async fn swarm(State(site): State<Arc<Site>>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let fields = form_urlencoded::parse(&body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let answer = site.ask(Question::Swarm(fields)).await?;
    site.desk.refresh();
    Ok(Json(answer))
}

/// `/stop`. Answered when the test is over.
pub(crate) async fn stop(State(site): State<Arc<Site>>) -> Result<Json<Value>, Refusal> {
    site.ask(Question::Stop).await?;
    Ok(Json(json!({"success": true, "message": "Test stopped"})))
}

/// `/stats/reset`.
pub(crate) async fn reset_stats(State(site): State<Arc<Site>>) -> Result<&'static str, Refusal> {
    site.ask(Question::ResetStats).await?;
    Ok("ok")
}

/// `POST /user`: an object that names a user class and says what is to be other about it.
pub(crate) async fn update_user(State(site): State<Arc<Site>>, body: Bytes) -> Result<Response, Refusal> {
    let settings: Value = serde_json::from_slice(&body)
        .map_err(|error| Refusal::Invalid(format!("the body is not JSON: {error}")))?;
    site.ask(Question::UpdateUser(settings)).await?;
    Ok((StatusCode::CREATED, Json(json!({}))).into_response())
}

/// `GET /tasks`.
pub(crate) async fn tasks(State(site): State<Arc<Site>>) -> Result<Json<Value>, Refusal> {
    Ok(Json(site.ask(Question::Tasks).await?))
}

/// `GET /logs`.
pub(crate) async fn logs(State(site): State<Arc<Site>>) -> Result<Json<Value>, Refusal> {
    Ok(Json(site.ask(Question::Logs).await?))
}

/// `GET /`.
pub(crate) async fn index(State(site): State<Arc<Site>>) -> Result<Response, Refusal> {
    Ok(crate::page::index(&site.template_args().await?))
}
