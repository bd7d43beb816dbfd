//! Logging in, with JSON for programs and with a form for people.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::AppState;
use crate::accounts::AccountId;
use crate::body::{JsonBody, whole_body};
use crate::problem::Problem;
use crate::session::COOKIE;
use crate::shop::Shop;

#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

/// Answers with a bearer token, and with the same token as a cookie for clients that keep those.
pub(super) async fn with_json(
    State(shop): AppState,
    JsonBody(credentials): JsonBody<Credentials>,
) -> Result<Response, Problem> {
    let account = check(&shop, &credentials.email, &credentials.password)?;
    let token = shop.sessions.open(Some(account));
    let body = Json(json!({"token": token, "token_type": "Bearer", "user_id": account.0}));
    Ok(([(header::SET_COOKIE, session_cookie(&token))], body).into_response())
}

/// Sets the cookie and leads on to the home page, as a web site does.
pub(super) async fn with_form(State(shop): AppState, request: Request) -> Result<Response, Problem> {
    let body = whole_body(request, &()).await?;
    let (username, password) = read_form(&body)?;
    let account = check(&shop, &username, &password)?;
    let token = shop.sessions.open(Some(account));
    Ok((
        [(header::SET_COOKIE, session_cookie(&token))],
        Redirect::to("/home"),
    )
        .into_response())
}

fn read_form(body: &[u8]) -> Result<(String, String), Problem> {
    #[derive(Deserialize)]
    struct LoginForm {
        #[serde(alias = "email")]
        username: String,
        password: String,
    }

    let uri = format!("/?{}", String::from_utf8_lossy(body));
    let uri = uri
        .parse()
        .map_err(|_| Problem::bad_request("the body is not a form"))?;
    let form = axum::extract::Query::<LoginForm>::try_from_uri(&uri);
    let form = form.map_err(|rejection| Problem::invalid(rejection.body_text()))?;
    Ok((form.0.username, form.0.password))
}

fn check(shop: &Arc<Shop>, login: &str, password: &str) -> Result<AccountId, Problem> {
    shop.accounts.check(login, password).ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "wrong_login",
            "unknown user or wrong password",
        )
    })
}

/// The cookie that carries a token.
pub(super) fn session_cookie(token: &str) -> HeaderValue {
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax");
    HeaderValue::try_from(cookie).expect("a token is hexadecimal digits, which any header may hold")
}
