//! What every request passes through: whose page it came from, who may come in, what browsers may do with the answer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::login::to;
use crate::settings::Login;
use crate::site::Site;

/// What is there without a login.
const OPEN: [&str; 2] = ["/login", "/logout"];

/// Nothing comes from elsewhere and nothing goes there. The page may be framed by itself and by editors, which show it so.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; \
                      font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'self' vscode-webview: https://*.vscode-cdn.net";

/// A report is one file: its script and style stand in it.
const REPORT_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                             img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const REPORT: &str = "/stats/report";

pub(crate) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = match refusal(&site, &request, &path) {
        Some(refused) => refused,
        None => next.run(request).await,
    };
    protect(response.headers_mut(), &path);
    response
}

fn refusal(site: &Site, request: &Request, path: &str) -> Option<Response> {
    let headers = request.headers();
    if site.settings.is_local() && site.settings.login == Login::None && !is_local_name(headers) {
        // A page elsewhere can let its own name point here, and would then read and start what it likes.
        let text = "this page is for this machine only, under a name like localhost: to be reached under another, \
                    let it listen elsewhere (--web-host) or ask for a login (--web-login)";
        return Some((StatusCode::FORBIDDEN, text).into_response());
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_same_origin(headers) {
        let text = "refused: this request was made by a page of another origin";
        return Some((StatusCode::FORBIDDEN, text).into_response());
    }
    let is_open = OPEN.contains(&path) || path.starts_with("/assets/");
    if is_open || site.sessions.admits(headers) {
        return None;
    }
    Some(match path.starts_with("/live/") || changes {
        true => (StatusCode::UNAUTHORIZED, "log in first").into_response(),
        false => to(site, "login"),
    })
}

/// Whether a browser says that the request came from a page of ours, or no browser made it.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match headers.get(header::ORIGIN) {
        None => true,
        Some(_) => {
            let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://"));
            origin.map(|(_, authority)| authority) == text(header::HOST)
        }
    }
}

fn is_local_name(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true;
    };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_address = name.parse::<IpAddr>().is_ok();
    is_address || name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}

fn protect(headers: &mut HeaderMap, path: &str) {
    let policy = if path == REPORT { REPORT_POLICY } else { POLICY };
    let always = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in always {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn requests_of_other_pages_are_told_apart() {
        let table = [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (
                &[("origin", "http://localhost:8089"), ("host", "localhost:8089")],
                true,
            ),
            (
                &[("origin", "http://evil.test"), ("host", "localhost:8089")],
                false,
            ),
            (
                &[("origin", "http://localhost:1"), ("host", "localhost:8089")],
                false,
            ),
            (&[("origin", "null"), ("host", "localhost:8089")], false),
        ];
        for (told, is_ours) in table {
            assert_eq!(is_same_origin(&headers(told)), is_ours, "{told:?}");
        }
    }

    #[test]
    fn names_that_others_can_let_point_here_are_not_local() {
        for (host, is_local) in [
            ("localhost:8089", true),
            ("LOCALHOST", true),
            ("katydid.localhost:8089", true),
            ("127.0.0.1:8089", true),
            ("[::1]:8089", true),
            ("192.168.1.7", true),
            ("evil.test:8089", false),
            ("localhost.evil.test", false),
            ("127.0.0.1.evil.test", false),
            ("", false),
        ] {
            assert_eq!(is_local_name(&headers(&[("host", host)])), is_local, "{host}");
        }
    }
}
