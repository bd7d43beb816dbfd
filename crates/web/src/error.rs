//! What can go wrong, each as an answer to whoever asked.

use std::path::PathBuf;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use katydid_engine::HostError;

/// Why the page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The address is not to be had.
    #[error("listen for browsers at {address}: {source}")]
    Listen {
        /// Where.
        address: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Certificate or key cannot be used.
    #[error("use {} for TLS: {why}", file.display())]
    Tls {
        /// The file.
        file: PathBuf,
        /// Why not.
        why: String,
    },
}

/// A request that is not answered as it wished.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// User code refused, or does not answer.
    Host(HostError),
    /// The hub thread is busy with something else.
    Busy,
    /// What was sent makes no sense.
    Invalid(String),
    /// There is no such thing.
    Missing(String),
}

impl From<HostError> for Refusal {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Host(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.0),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the Python thread is busy with the users and does not answer; try again".to_owned(),
            ),
            Self::Invalid(why) => (StatusCode::BAD_REQUEST, why),
            Self::Missing(what) => (StatusCode::NOT_FOUND, what),
        };
        (status, text).into_response()
    }
}
