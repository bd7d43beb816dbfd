//! The one table from the http crate's errors to the kinds that Python makes exceptions of.

use katydid_http::Error;

/// The kind of a failure, as katydid.clients knows it.
pub(crate) fn describe(error: &Error) -> &'static str {
    match error {
        Error::InvalidUrl { .. } => "invalid_url",
        Error::UnsupportedScheme { .. } => "unsupported_scheme",
        Error::InvalidMethod(_) => "invalid_method",
        Error::InvalidHeader { .. } => "invalid_header",
        Error::Upload(_) => "upload",
        Error::Dns { .. } => "dns",
        Error::ConnectTimeout { .. } => "connect_timeout",
        Error::Connect { .. } => "connect",
        Error::Tls { .. } => "tls",
        Error::TlsSettings { .. } => "tls_settings",
        Error::ProxyConnect { .. } => "proxy",
        Error::ReadTimeout { .. } => "read_timeout",
        Error::ConnectionClosed { .. } => "closed",
        Error::Reset { .. } => "reset",
        Error::IncompleteBody { .. } => "incomplete",
        Error::InvalidResponse { .. } => "invalid_response",
        Error::HeadTooLarge { .. } => "head_too_large",
        Error::Decode { .. } => "decode",
        Error::BodyTooLarge { .. } => "body_too_large",
        _ => "io",
    }
}

/// The system's number for it, where the system said no.
pub(crate) fn os_error(error: &Error) -> Option<i32> {
    match error {
        Error::Connect { source, .. } | Error::Io { source, .. } => source.raw_os_error(),
        _ => None,
    }
}
