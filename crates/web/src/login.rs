//! Who may come in: a password, and a signed cookie for whoever knew it.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, CookieJar, Key, SameSite};
use katydid_stats::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::desk::Question;
use crate::error::Refusal;
use crate::server::Remote;
use crate::settings::Login;
use crate::site::Site;

const COOKIE_NAME: &str = "katydid_session";

/// How long a login lasts.
const SESSION_SECONDS: f64 = 12.0 * 3_600.0;

/// How long a wrong password takes. Each address has one guess at a time.
const WRONG_PASSWORD_DELAY: Duration = Duration::from_secs(1);

/// Who came in.
pub(crate) struct Sessions {
    /// New in each process: a restart ends all sessions.
    key: Key,
    password: Option<String>,
    /// Addresses whose guess is being weighed.
    guessing: Mutex<HashSet<IpAddr>>,
}

impl Sessions {
    pub(crate) fn new(login: &Login) -> Self {
        Self {
            key: Key::generate(),
            password: match login {
                Login::Password(password) => Some(password.clone()),
                Login::None | Login::App => None,
            },
            guessing: Mutex::default(),
        }
    }

    /// Whether a request may see what is behind the login.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        if self.password.is_none() {
            return true;
        }
        let mut jar = CookieJar::new();
        for line in headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
        {
            Cookie::split_parse(line.to_owned())
                .flatten()
                .for_each(|cookie| jar.add_original(cookie));
        }
        let session = jar.signed(&self.key).get(COOKIE_NAME);
        let expires = session.and_then(|cookie| cookie.value().parse::<f64>().ok());
        expires.is_some_and(|expires| expires > Timestamp::now().0)
    }

    fn is_right(&self, password: &str) -> bool {
        let known = self.password.as_deref().unwrap_or_default();
        known.as_bytes().ct_eq(password.as_bytes()).into()
    }

    fn cookie(&self, path: &str, is_secure: bool) -> String {
        let mut jar = CookieJar::new();
        let expires = Timestamp::now().0 + SESSION_SECONDS;
        let cookie = self.blank(path, is_secure, expires.to_string());
        jar.signed_mut(&self.key).add(cookie);
        jar.get(COOKIE_NAME).map(ToString::to_string).unwrap_or_default()
    }

    fn blank(&self, path: &str, is_secure: bool, value: String) -> Cookie<'static> {
        Cookie::build((COOKIE_NAME, value))
            .path(format!("{path}/"))
            .http_only(true)
            .secure(is_secure)
            .same_site(SameSite::Strict)
            .build()
    }
}

/// `GET /login`.
pub(crate) async fn page(State(site): State<Arc<Site>>) -> Result<Response, Refusal> {
    if site.settings.login == Login::None {
        return Ok(to(&site, ""));
    }
    Ok(crate::page::auth(&auth_args(&site, None).await))
}

/// `POST /login`: a form with `password`.
pub(crate) async fn log_in(
    State(site): State<Arc<Site>>,
    ConnectInfo(Remote(address)): ConnectInfo<Remote>,
    body: Bytes,
) -> Result<Response, Refusal> {
    if site.settings.login == Login::None {
        return Ok(to(&site, ""));
    }
    if !site.sessions.guessing.lock().insert(address) {
        let text = "one login at a time: the last one from this address is still being checked";
        return Ok((StatusCode::TOO_MANY_REQUESTS, text).into_response());
    }
    // Given back also when the browser does not wait for the answer.
    let _guess = Guess { site: &site, address };
    let password = form_urlencoded::parse(&body)
        .find(|(name, _)| name == "password")
        .map(|(_, value)| value.into_owned());
    if !site.sessions.is_right(&password.unwrap_or_default()) {
        tokio::time::sleep(WRONG_PASSWORD_DELAY).await;
        log::warn!(target: "locust.web", "Wrong password for the page, from {address}");
        let page = crate::page::auth(&auth_args(&site, Some("Wrong password")).await);
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    }
    let cookie = site.sessions.cookie(&site.settings.base_path, site.is_secure);
    let mut response = to(&site, "");
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `POST /logout`.
pub(crate) async fn log_out(State(site): State<Arc<Site>>) -> Response {
    let mut cookie = site
        .sessions
        .blank(&site.settings.base_path, site.is_secure, String::new());
    cookie.make_removal();
    let mut response = to(&site, "login");
    if let Ok(cookie) = cookie.to_string().parse() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Sends the browser to a page of ours.
pub(crate) fn to(site: &Site, page: &str) -> Response {
    let place = format!("{}/{page}", site.settings.base_path);
    (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response()
}

async fn auth_args(site: &Site, error: Option<&str>) -> Value {
    let mut args = match site.ask(Question::AuthArgs).await {
        Ok(Value::Object(args)) => Value::Object(args),
        _ => json!({}),
    };
    if args.get("custom_form").is_none() {
        args["custom_form"] = json!({
            "inputs": [{"label": "Password", "name": "password", "is_secret": true, "is_required": true}],
            "callback_url": format!("{}/login", site.settings.base_path),
            "submit_button_text": "Log in",
        });
    }
    args["error"] = json!(error);
    args
}

/// An address that is being weighed.
struct Guess<'a> {
    site: &'a Site,
    address: IpAddr,
}

impl Drop for Guess<'_> {
    fn drop(&mut self) {
        self.site.sessions.guessing.lock().remove(&self.address);
    }
}
