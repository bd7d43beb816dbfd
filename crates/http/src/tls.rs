//! Whom to trust and who we are, and the TLS configurations made from it. Does not connect.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use crate::error::{Error, TlsFailure};
use crate::verify::{AnyCertificate, Pinned, is_authority_as_server};

/// How to do TLS. Requests that share one of these (or an equal one) share its configuration, made at first use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TlsSettings {
    /// Whom to trust.
    pub verify: Verify,
    /// Files with our certificate chain and its key (`None`: in the same file), in PEM.
    pub client_certificate: Option<(PathBuf, Option<PathBuf>)>,
    /// The name to ask for and to check, if it is not the URL's host.
    pub server_name: Option<String>,
    /// Whether handshakes are shortened.
    pub resumption: SessionResumption,
}

impl TlsSettings {
    /// The default settings, always the same ones.
    pub fn shared_default() -> Arc<Self> {
        static DEFAULT: OnceLock<Arc<TlsSettings>> = OnceLock::new();
        Arc::clone(DEFAULT.get_or_init(Arc::default))
    }
}

/// Whom to trust.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// The system's authorities.
    #[default]
    System,
    /// The authorities (or servers) in a PEM file, or in the files of a directory.
    File(PathBuf),
    /// Anyone.
    None,
}

/// Who may resume whose TLS sessions. A server that is load-tested with resumed handshakes works much less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SessionResumption {
    /// Every connection makes a full handshake, as with `requests`.
    #[default]
    Off,
    /// Connections of the same pool resume each other's sessions, as those of one browser do. Costs a few KB per
    /// pool.
    Pool,
    /// All connections do.
    Shared,
}

/// A configuration that is made once; whoever needs it meanwhile waits.
type Made = OnceCell<Arc<ClientConfig>>;

/// The configurations in use, by their settings.
#[derive(Debug, Default)]
pub(crate) struct TlsConfigs {
    made: Mutex<HashMap<Arc<TlsSettings>, Arc<Made>>>,
}

impl TlsConfigs {
    /// The configuration for `settings`. Reads files at first use, off the I/O thread.
    pub(crate) async fn get(&self, settings: &Arc<TlsSettings>) -> Result<Arc<ClientConfig>, Error> {
        let cell = Arc::clone(self.made.lock().entry(Arc::clone(settings)).or_default());
        let config = cell.get_or_try_init(|| async {
            let settings = Arc::clone(settings);
            let making = tokio::task::spawn_blocking(move || make(&settings));
            let lost = |error: tokio::task::JoinError| unusable(Path::new("certificates"), error);
            making.await.map_err(lost)?.map(Arc::new)
        });
        config.await.cloned()
    }
}

fn make(settings: &TlsSettings) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(Path::new("tls versions"), error))?;
    let builder = match &settings.verify {
        Verify::System => builder.with_root_certificates(system_roots()?),
        Verify::File(path) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(file_verifier(path, &provider)?)),
        Verify::None => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate::new(&provider))),
    };
    let mut config = match &settings.client_certificate {
        None => builder.with_no_client_auth(),
        Some((path, key)) => {
            let chain = read_certificates(path)?;
            let key_path = key.as_deref().unwrap_or(path);
            let key = PrivateKeyDer::from_pem_file(key_path).map_err(|error| unusable(key_path, error))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| unusable(path, error))?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = match settings.resumption {
        SessionResumption::Shared => Resumption::default(),
        SessionResumption::Off | SessionResumption::Pool => Resumption::disabled(),
    };
    Ok(config)
}

/// A copy of `config` with a session cache of its own.
pub(crate) fn with_own_sessions(config: &ClientConfig) -> Arc<ClientConfig> {
    let mut config = config.clone();
    config.resumption = Resumption::in_memory_sessions(8);
    Arc::new(config)
}

/// Loaded once per process: it is the same files for everyone, and a hundred of them.
fn system_roots() -> Result<Arc<RootCertStore>, Error> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    });
    if roots.is_empty() {
        return Err(unusable(Path::new("the system's certificates"), "there are none"));
    }
    Ok(Arc::clone(roots))
}

fn file_verifier(path: &Path, provider: &Arc<CryptoProvider>) -> Result<Pinned, Error> {
    let certificates = read_certificates(path)?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    if roots.is_empty() {
        return Err(unusable(path, "no certificate in it"));
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| unusable(path, error))?;
    Ok(Pinned::new(verifier, certificates))
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let (file, directory) = if path.is_dir() {
        (None, Some(path))
    } else {
        (Some(path), None)
    };
    let loaded = rustls_native_certs::load_certs_from_paths(file, directory);
    match loaded.errors.into_iter().next() {
        Some(error) if loaded.certs.is_empty() => Err(unusable(path, error)),
        _ if loaded.certs.is_empty() => Err(unusable(path, "no certificate in it")),
        _ => Ok(loaded.certs),
    }
}

fn unusable(path: &Path, reason: impl ToString) -> Error {
    Error::TlsSettings {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

/// The name that the certificate must be for.
pub(crate) fn server_name(settings: &TlsSettings, host: &str) -> Result<ServerName<'static>, Error> {
    let name = settings.server_name.as_deref().unwrap_or(host);
    ServerName::try_from(name.to_owned()).map_err(|_| Error::InvalidUrl {
        url: format!("https://{name}"),
        reason: "no name for a certificate",
    })
}

/// What a socket error says about TLS, if it does.
pub(crate) fn failure(error: &io::Error) -> Option<(TlsFailure, String)> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some((classify(error), error.to_string()))
}

fn classify(error: &rustls::Error) -> TlsFailure {
    use rustls::AlertDescription as Alert;
    match error {
        rustls::Error::InvalidCertificate(error) => classify_certificate(error),
        rustls::Error::InvalidMessage(_) => TlsFailure::NotTls,
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            Alert::ProtocolVersion | Alert::HandshakeFailure | Alert::InsufficientSecurity,
        ) => TlsFailure::Incompatible,
        rustls::Error::AlertReceived(
            Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnknownCA
            | Alert::CertificateUnknown
            | Alert::CertificateExpired
            | Alert::UnsupportedCertificate
            | Alert::AccessDenied,
        ) => TlsFailure::ClientCertificate,
        _ => TlsFailure::Handshake,
    }
}

fn classify_certificate(error: &CertificateError) -> TlsFailure {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFailure::CertificateExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFailure::CertificateNotYetValid
        }
        // Signed by another key than that of the authority whose name it bears.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFailure::UnknownIssuer,
        // Self-signed, as `openssl req -x509` does it, and not among the trusted ones.
        error if is_authority_as_server(error) => TlsFailure::UnknownIssuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFailure::NameMismatch
        }
        CertificateError::Revoked => TlsFailure::CertificateRevoked,
        _ => TlsFailure::BadCertificate,
    }
}
