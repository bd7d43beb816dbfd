//! Pages for people: the home page, the profile, and static files of several sizes, plain and compressed.

use std::io::Write;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::AppState;
use crate::problem::Problem;
use crate::session::Visitor;

struct StaticFile {
    name: &'static str,
    content_type: &'static str,
    plain: Bytes,
    gzip: Bytes,
}

impl StaticFile {
    fn new(name: &'static str, content_type: &'static str, text: String) -> Self {
        let gzip = Bytes::from(compressed(text.as_bytes()));
        Self {
            name,
            content_type,
            plain: Bytes::from(text),
            gzip,
        }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let compressed = accepts_gzip(headers);
        let body = if compressed {
            self.gzip.clone()
        } else {
            self.plain.clone()
        };
        let mut response = Response::new(Body::from(body));
        let answered = response.headers_mut();
        answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        answered.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        if compressed {
            answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

const HTML: &str = "text/html; charset=utf-8";
const HOME: &str = "home.html";

/// Compressed once, at the first page that is asked for, so that compressing never costs a request.
static FILES: LazyLock<Vec<StaticFile>> = LazyLock::new(|| {
    vec![
        StaticFile::new(HOME, HTML, page("Katydid's shop", 4 * 1024)),
        StaticFile::new("page-1k.html", HTML, page("A small page", 1024)),
        StaticFile::new("page-10k.html", HTML, page("A middling page", 10 * 1024)),
        StaticFile::new("page-100k.html", HTML, page("A large page", 100 * 1024)),
        StaticFile::new("page-1m.html", HTML, page("A huge page", 1024 * 1024)),
        StaticFile::new("shop.css", "text/css; charset=utf-8", style_sheet()),
    ]
});

/// Compresses the static files now rather than at the first request for one.
pub(super) fn prepare() {
    LazyLock::force(&FILES);
}

pub(super) async fn home(headers: HeaderMap) -> Result<Response, Problem> {
    named(HOME, &headers)
}

pub(super) async fn static_file(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    named(&file, &headers)
}

fn named(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name);
    file.map(|file| file.answer(headers))
        .ok_or_else(|| Problem::not_found(format!("no file {name}")))
}

pub(super) async fn login_form() -> Html<&'static str> {
    Html(concat!(
        "<!doctype html><title>Log in</title><form method=\"post\" action=\"/login\">",
        "<input name=\"username\"><input name=\"password\" type=\"password\"><button>Log in</button></form>\n"
    ))
}

/// The visitor's own page; whoever is not logged in is led to the form.
pub(super) async fn profile(State(shop): AppState, visitor: Visitor) -> Response {
    let key = visitor.0.map(|token| shop.sessions.key(&token));
    let account = key.and_then(|key| shop.sessions.account(key));
    let Some(login) = account.and_then(|account| shop.accounts.login(account)) else {
        return Redirect::to("/login").into_response();
    };
    Html(format!(
        "<!doctype html><title>Profile</title><h1>{login}</h1><p>Welcome back.</p>\n"
    ))
    .into_response()
}

fn page(title: &str, length: usize) -> String {
    let start = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/static/shop.css\"></head><body><h1>{title}</h1>\n"
    );
    padded(start, "</body></html>\n", length, |number| {
        format!(
            "<p>Item {number} of the range, in stock and made by hand in {} days.</p>\n",
            number * 37 % 29 + 1
        )
    })
}

fn style_sheet() -> String {
    padded(
        "body { font: 1rem/1.5 sans-serif; }\n".to_owned(),
        "",
        2048,
        |number| format!(".item-{number} {{ margin: {}px; }}\n", number % 32),
    )
}

/// Text of exactly `length` bytes: start, as many lines as fit, spaces, end.
fn padded(start: String, end: &str, length: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = start;
    for number in 1.. {
        let next = line(number);
        if text.len() + next.len() + end.len() > length {
            break;
        }
        text.push_str(&next);
    }
    let padding = length.saturating_sub(text.len() + end.len());
    text.push_str(&" ".repeat(padding));
    text.push_str(end);
    text
}

fn compressed(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.finish())
        .expect("writing to a vector does not fail")
}

/// Whether `gzip` is among the accepted encodings and not refused with `q=0`.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|encoding| {
        let (name, quality) = encoding.split_once(';').unwrap_or((encoding, ""));
        let refused = quality
            .trim()
            .strip_prefix("q=")
            .is_some_and(|q| q.trim().parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_their_exact_size() {
        for (name, length) in [
            ("page-1k.html", 1024),
            ("page-10k.html", 10 * 1024),
            ("page-1m.html", 1 << 20),
        ] {
            let file = FILES.iter().find(|file| file.name == name).unwrap();
            assert_eq!(file.plain.len(), length);
            assert!(file.gzip.len() < length);
        }
    }

    #[test]
    fn gzip_is_sent_to_those_who_accept_it() {
        for (accepted, expected) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("gzip;q=0, br", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(accepts_gzip(&headers), expected, "{accepted}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
