//! An HTTP proxy and how to ask it. Does not decide which requests go through it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

use crate::error::Error;
use crate::url::{Origin, Scheme, Url};

/// A proxy that is spoken to in plain HTTP: it gets absolute URLs for http and `CONNECT` for https.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Proxy {
    origin: Arc<Origin>,
    authorization: Option<String>,
}

impl Proxy {
    /// Reads `http://user:password@host:port`; without a scheme, http is meant.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`], or [`Error::UnsupportedScheme`] for proxies that speak TLS or SOCKS.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let url = if text.contains("://") {
            Url::parse(text)?
        } else {
            Url::parse(&format!("http://{text}"))?
        };
        if url.origin().scheme() != Scheme::Http {
            return Err(Error::UnsupportedScheme {
                scheme: format!("{} proxy", url.origin().scheme().as_str()),
            });
        }
        let authorization = url
            .userinfo()
            .map(|userinfo| basic(&userinfo.user, userinfo.password.as_deref().unwrap_or_default()));
        Ok(Self {
            origin: Arc::clone(url.origin()),
            authorization,
        })
    }

    /// Where the proxy listens.
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// The value of `Proxy-Authorization`, if its URL had a user.
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// The head that asks for a tunnel.
    pub(crate) fn connect_head(&self, origin: &Origin) -> String {
        let target = origin.target();
        let authorization = match self.authorization() {
            Some(value) => format!("Proxy-Authorization: {value}\r\n"),
            None => String::new(),
        };
        format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}\r\n")
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}
