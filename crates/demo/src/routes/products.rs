//! Browsing the catalogue.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::{AppState, ready_json};
use crate::body::QueryOf;
use crate::catalogue::MAX_PAGE_LENGTH;
use crate::problem::Problem;

#[derive(Deserialize)]
pub(super) struct PageQuery {
    #[serde(default = "first")]
    page: usize,
    #[serde(default = "usual_length")]
    limit: usize,
}

fn first() -> usize {
    1
}

fn usual_length() -> usize {
    20
}

pub(super) async fn list(State(shop): AppState, query: QueryOf<PageQuery>) -> Result<Response, Problem> {
    let PageQuery { page, limit } = query.0;
    if page == 0 {
        return Err(Problem::bad_request("pages are counted from 1"));
    }
    if !(1..=MAX_PAGE_LENGTH).contains(&limit) {
        return Err(Problem::bad_request(format!(
            "limit must be from 1 to {MAX_PAGE_LENGTH}"
        )));
    }
    Ok(ready_json(shop.catalogue.page(page, limit)))
}

pub(super) async fn by_id(State(shop): AppState, Path(id): Path<String>) -> Result<Response, Problem> {
    let json = id.parse().ok().and_then(|id| shop.catalogue.json_by_id(id));
    json.map(ready_json)
        .ok_or_else(|| Problem::not_found(format!("no product with number {id}")))
}

pub(super) async fn by_sku(State(shop): AppState, Path(sku): Path<String>) -> Result<Response, Problem> {
    let json = shop.catalogue.json_by_sku(&sku);
    json.map(ready_json)
        .ok_or_else(|| Problem::not_found(format!("no product {sku}")))
}
