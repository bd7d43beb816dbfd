//! Where a request goes: `Origin` (parsed once per host) and `Url` (an origin and a path). Writes them the way
//! requests and urllib3 do. Does not resolve names.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use crate::error::Error;
use crate::escape::{normalised_target, percent_decoded};

/// The two schemes we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain text.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// `"http"` or `"https"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that is not written.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// Scheme, host and port. Parsed once and shared by all URLs under it; connections are kept per origin.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: Box<str>,
    port: u16,
    authority: Box<str>,
}

impl Origin {
    /// Builds an origin; `host` may be a name (also with non-ASCII letters), an IPv4 address, or an IPv6 address
    /// with or without brackets.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`] if that is not a host.
    pub fn new(scheme: Scheme, host: &str, port: u16) -> Result<Arc<Self>, Error> {
        let host = ascii_host(host).map_err(|reason| Error::InvalidUrl {
            url: format!("{}://{host}", scheme.as_str()),
            reason,
        })?;
        let written = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.clone()
        };
        let authority = if port == scheme.default_port() {
            written
        } else {
            format!("{written}:{port}")
        };
        Ok(Arc::new(Self {
            scheme,
            host: host.into(),
            port,
            authority: authority.into(),
        }))
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host in lower-case ASCII; an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, also when it is the default one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host as a `Host` header has it: IPv6 in brackets, the port only if it is not the default one.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host's address, if the host is an address.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// `host:port`, always with the port, as errors name it.
    pub fn target(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The URL of a path (with or without a query) under this origin. Escapes what must be escaped; a fragment is
    /// dropped. Never fails: whatever the text is, it can be escaped.
    pub fn url(self: &Arc<Self>, path_and_query: &str) -> Url {
        Url {
            origin: Arc::clone(self),
            target: normalised_target(path_and_query).into(),
            userinfo: None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme.as_str(), self.authority)
    }
}

/// A URL that can be requested. Cheap to clone.
///
/// ```
/// let url = katydid_http::Url::parse("http://Example.com:8080/a b?q=ü#top")?;
/// assert_eq!(url.to_string(), "http://example.com:8080/a%20b?q=%C3%BC");
/// assert_eq!(url.origin().url("/other").to_string(), "http://example.com:8080/other");
/// # Ok::<(), katydid_http::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Url {
    origin: Arc<Origin>,
    target: Arc<str>,
    userinfo: Option<Arc<Userinfo>>,
}

/// The `user:password@` of a URL, decoded. Never sent by itself: what to do with it is the caller's business.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Userinfo {
    /// Before the colon.
    pub user: String,
    /// After the colon, if there is one.
    pub password: Option<String>,
}

impl Url {
    /// Reads an absolute URL.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`] without scheme or host or with a bad port, [`Error::UnsupportedScheme`] for anything
    /// but http and https.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let invalid = |reason| Error::InvalidUrl {
            url: text.to_owned(),
            reason,
        };
        let trimmed = text.trim();
        let (scheme, rest) = trimmed.split_once("://").ok_or_else(|| invalid("no scheme"))?;
        let scheme = parse_scheme(scheme)?;
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (userinfo, host_and_port) = match authority.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(Arc::new(Userinfo::parse(userinfo))), rest),
            None => (None, authority),
        };
        let (host, port) = split_port(host_and_port).map_err(invalid)?;
        let origin =
            Origin::new(scheme, host, port.unwrap_or_else(|| scheme.default_port())).map_err(|error| {
                match error {
                    Error::InvalidUrl { reason, .. } => invalid(reason),
                    other => other,
                }
            })?;
        Ok(Self {
            origin,
            target: normalised_target(target).into(),
            userinfo,
        })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// Path and query, escaped; starts with a slash.
    pub fn path_and_query(&self) -> &str {
        &self.target
    }

    /// User and password that stood before the host. Not part of the displayed URL.
    pub fn userinfo(&self) -> Option<&Userinfo> {
        self.userinfo.as_deref()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin, self.target)
    }
}

impl std::str::FromStr for Url {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Userinfo {
    fn parse(text: &str) -> Self {
        let (user, password) = match text.split_once(':') {
            Some((user, password)) => (user, Some(percent_decoded(password))),
            None => (text, None),
        };
        Self {
            user: percent_decoded(user),
            password,
        }
    }
}

fn parse_scheme(text: &str) -> Result<Scheme, Error> {
    if text.eq_ignore_ascii_case("http") {
        return Ok(Scheme::Http);
    }
    if text.eq_ignore_ascii_case("https") {
        return Ok(Scheme::Https);
    }
    Err(Error::UnsupportedScheme {
        scheme: text.to_owned(),
    })
}

/// Splits `host:port`; an IPv6 address keeps its brackets.
fn split_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let end_of_host = match text.find(']') {
        Some(bracket) => bracket + 1,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, port) = text.split_at(end_of_host);
    if port.is_empty() || port == ":" {
        return Ok((host, None));
    }
    let digits = port.strip_prefix(':').ok_or("text after the ipv6 address")?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("port is not a number");
    }
    digits
        .parse()
        .map(|port| (host, Some(port)))
        .map_err(|_| "port is not between 0 and 65535")
}

fn ascii_host(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        return Err("no host");
    }
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let bare = bracketed.unwrap_or(text);
    if bracketed.is_some() || bare.contains(':') {
        return bare
            .parse::<Ipv6Addr>()
            .map(|address| address.to_string())
            .map_err(|_| "host is not an ipv6 address");
    }
    let host = if bare.is_ascii() {
        bare.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(bare).map_err(|_| "host name cannot be written in ascii")?
    };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte);
    if !host.bytes().all(allowed) || host.starts_with('.') || host.starts_with('*') {
        return Err("host has a character that no host name has");
    }
    Ok(host)
}
