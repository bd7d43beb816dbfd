//! The table of routes. Each has its handler elsewhere.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};

use crate::desk::{AppAnswer, AppRequest};
use crate::download::Table;
use crate::error::Refusal;
use crate::guard::guard;
use crate::server::Remote;
use crate::settings::Login;
use crate::site::Site;
use crate::{assets, control, download, live, login, statistics};

/// Nobody has more to say to a load test.
const LARGEST_BODY: usize = 1 << 20;

/// The page and its routes, without the base path.
pub(crate) fn router(site: &Arc<Site>) -> Router {
    Router::new()
        .route("/", get(control::index))
        .route("/swarm", post(control::swarm))
        .route("/stop", post(control::stop))
        .route("/stats/reset", post(control::reset_stats))
        .route("/user", post(control::update_user))
        .route("/tasks", get(control::tasks))
        .route("/logs", get(control::logs))
        .route("/stats/requests", get(statistics::requests))
        .route("/exceptions", get(statistics::exceptions))
        .route("/worker-count", get(statistics::worker_count))
        .route("/stats/requests/csv", csv(Table::Requests))
        .route("/stats/failures/csv", csv(Table::Failures))
        .route("/exceptions/csv", csv(Table::Exceptions))
        .route("/stats/requests_full_history/csv", csv(Table::FullHistory))
        .route("/stats/report", get(download::report))
        .route("/login", get(login::page).post(login::log_in))
        .route("/logout", post(login::log_out))
        .route(
            "/assets/{*name}",
            get(async |Path(name): Path<String>| assets::asset(&name)),
        )
        .route("/live/run", get(download::record))
        .route("/live/entry", get(live::entry))
        .route("/live/events", get(live::events))
        .fallback(missing)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(site.clone(), through_app))
        .layer(from_fn_with_state(site.clone(), guard))
        .with_state(site.clone())
}

fn csv(table: Table) -> MethodRouter<Arc<Site>> {
    get(async move |State(site): State<Arc<Site>>| download::table(&site, table).await)
}

async fn missing() -> Refusal {
    Refusal::Missing("there is no such page".to_owned())
}

/// An application of user code sees every request but those for the page's own needs: it may have routes, hooks and a
/// login of its own. Its answers to our routes are ours, through its own views.
async fn through_app(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/assets/") || !site.desk.has_app() {
        return next.run(request).await;
    }
    if path.starts_with("/live/") {
        // It is asked whether it would let this browser in, and with the same headers.
        if site.settings.login != Login::App {
            return next.run(request).await;
        }
        let (parts, body) = request.into_parts();
        let mut question = Request::new(axum::body::Body::empty());
        *question.headers_mut() = parts.headers.clone();
        *question.uri_mut() = axum::http::Uri::from_static("/live/allowed");
        question.extensions_mut().clone_from(&parts.extensions);
        return match ask_app(&site, question).await {
            Ok(answer) if answer.status == 204 => next.run(Request::from_parts(parts, body)).await,
            Ok(_) => (StatusCode::UNAUTHORIZED, "log in first").into_response(),
            Err(refused) => refused.into_response(),
        };
    }
    match ask_app(&site, request).await {
        Ok(answer) => answer.into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn ask_app(site: &Site, request: Request) -> Result<AppAnswer, Refusal> {
    let (parts, body) = request.into_parts();
    let remote = parts.extensions.get::<ConnectInfo<Remote>>();
    let body = to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|error| Refusal::Invalid(format!("read the body: {error}")))?;
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let request = AppRequest {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
        remote_address: remote.map_or_else(String::new, |ConnectInfo(Remote(address))| address.to_string()),
        is_secure: site.is_secure,
    };
    Ok(site.desk.app(request).await?)
}

impl IntoResponse for AppAnswer {
    fn into_response(self) -> Response {
        let mut response = self.body.into_response();
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.remove(axum::http::header::CONTENT_TYPE);
        for (name, value) in self.headers {
            let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) else {
                continue;
            };
            // The length is that of the body as it is sent.
            if name != axum::http::header::CONTENT_LENGTH && name != axum::http::header::TRANSFER_ENCODING {
                headers.append(name, value);
            }
        }
        response
    }
}
