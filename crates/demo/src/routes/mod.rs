//! The table of routes, and what goes round every one of them.

mod admin;
mod cart;
mod content;
mod login;
mod mobile;
mod orders;
mod pages;
mod products;
mod rpc;
mod service;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use crate::body::MAX_BODY_BYTES;
use crate::faults::Faults;
use crate::problem::Problem;
use crate::shop::Shop;

/// Name of the route that `*` leaves alone.
pub(crate) const HEALTH: &str = "health";
/// Stands for every path that is not in the table.
const UNKNOWN: &str = "unknown";

type AppState = State<Arc<Shop>>;

struct Route {
    name: &'static str,
    path: &'static str,
    methods: MethodRouter<Arc<Shop>>,
}

fn route(name: &'static str, path: &'static str, methods: MethodRouter<Arc<Shop>>) -> Route {
    Route { name, path, methods }
}

/// Every route. Several may share a name, by which delays and failures are set.
fn table() -> Vec<Route> {
    vec![
        route("home", "/", get(pages::home)),
        route(HEALTH, "/health", get(service::health)),
        route("memory", "/memory", get(service::memory)),
        route("static", "/static/{file}", get(pages::static_file)),
        route("login", "/api/auth/login", post(login::with_json)),
        route("products", "/api/products", get(products::list)),
        route("products", "/api/catalog/products", get(products::list)),
        route("product", "/api/products/{id}", get(products::by_id)),
        route("product", "/api/catalog/products/{sku}", get(products::by_sku)),
        route("cart", "/api/cart", get(cart::show)),
        route("cart", "/api/cart/items", post(cart::add_item)),
        route("checkout", "/api/checkout", post(orders::checkout)),
        route("orders", "/api/orders", post(orders::place)),
        route("order", "/api/orders/{id}", get(orders::show)),
        route("export", "/api/v1/data/export", get(service::export)),
        route("feed", "/api/mobile/feed", get(mobile::feed)),
        route("dashboard", "/admin/dashboard", get(admin::dashboard)),
        route("reports", "/admin/reports/generate", post(admin::generate_report)),
        route(
            "form-login",
            "/login",
            get(pages::login_form).post(login::with_form),
        ),
        route("pages", "/home", get(pages::home)),
        route("pages", "/profile", get(pages::profile)),
        route(
            "previews",
            "/cms/previews/{name}",
            get(content::show).post(content::submit),
        ),
        route("rpc", "/rpc", post(rpc::call)),
    ]
}

/// The names that a rule for delays or failures may use, each once.
pub(crate) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = table().iter().map(|route| route.name).collect();
    names.dedup();
    names
}

/// Builds the whole service.
pub(crate) fn router(shop: Arc<Shop>, faults: Option<Arc<Faults>>) -> Router {
    pages::prepare();
    let mut router = Router::new();
    for Route { name, path, methods } in table() {
        router = router.route(path, misbehaving(methods, name, faults.as_ref()));
    }
    let unknown = axum::routing::any(unknown_path);
    router
        .fallback_service(misbehaving(unknown, UNKNOWN, faults.as_ref()).with_state(()))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(shop)
}

fn misbehaving<S: Clone + Send + Sync + 'static>(
    methods: MethodRouter<S>,
    name: &'static str,
    faults: Option<&Arc<Faults>>,
) -> MethodRouter<S> {
    match faults {
        Some(faults) => methods.layer(from_fn_with_state((Arc::clone(faults), name), misbehave)),
        None => methods,
    }
}

/// Waits and fails as the rules say, before the route itself is asked.
async fn misbehave(
    State((faults, name)): State<(Arc<Faults>, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let fault = faults.next(name, request.uri().path());
    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    if fault.fails {
        let message = "failed on purpose, as the service was told to";
        return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "injected", message).into_response();
    }
    next.run(request).await
}

async fn unknown_path(request: Request) -> Problem {
    Problem::not_found(format!("no such path: {}", request.uri().path()))
}

async fn wrong_method(request: Request) -> Problem {
    let message = format!("{} cannot be used on {}", request.method(), request.uri().path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

/// An answer that is JSON already.
fn ready_json(body: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(body.into());
    let content_type = axum::http::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(axum::http::header::CONTENT_TYPE, content_type);
    response
}

fn unavailable(error: &crate::store::StoreError) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error.to_string())
}
