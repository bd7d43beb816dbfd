//! Where the page is served, and to whom.

use std::path::PathBuf;

/// How the page is served.
#[derive(Clone, Debug, Default)]
pub struct WebSettings {
    /// Address to listen at; nothing means this machine only, `*` every interface.
    pub host: String,
    /// Port to listen at; 0 means any.
    pub port: u16,
    /// Path that everything lives under: nothing, or `/so` without a slash at its end.
    pub base_path: String,
    /// Certificate chain and key in PEM, if HTTPS is spoken.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Who may see the page.
    pub login: Login,
    /// The file with the history of every entry, if one is written.
    pub full_history_file: Option<PathBuf>,
}

/// Who may see the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Whoever reaches it.
    #[default]
    None,
    /// Whoever knows the password.
    Password(String),
    /// Whoever the application of user code lets in.
    App,
}

impl WebSettings {
    /// Whether only this machine reaches it.
    pub(crate) fn is_local(&self) -> bool {
        self.host.is_empty()
            || self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// What to listen at.
    pub(crate) fn address(&self) -> (&str, u16) {
        match self.host.as_str() {
            "" => ("127.0.0.1", self.port),
            "*" => ("0.0.0.0", self.port),
            host => (host.trim_start_matches('[').trim_end_matches(']'), self.port),
        }
    }
}
