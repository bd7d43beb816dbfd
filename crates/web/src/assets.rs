//! The built page, which is part of the binary.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::error::Refusal;

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// A file of the built page ("index.html", "assets/index-1234.js"); `None` if there is none of that name.
pub fn page_file(name: &str) -> Option<&'static [u8]> {
    FILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, bytes)| *bytes)
}

/// An asset. Names hold a hash of what is in them, so browsers may keep them for ever.
pub(crate) fn asset(name: &str) -> Response {
    let name = format!("assets/{name}");
    match page_file(&name) {
        Some(bytes) => (
            [
                (CONTENT_TYPE, content_type(&name)),
                (CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            bytes,
        )
            .into_response(),
        None => Refusal::Missing("no such file".to_owned()).into_response(),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}
