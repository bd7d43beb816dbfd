//! Handshakes that succeed, and each way they fail.

use std::sync::Arc;
use std::time::Instant;

use katydid_http::{
    Client, Error, Failure, Pool, Request, Response, SessionResumption, TlsFailure, TlsSettings, Url, Verify,
};
use rustls::{HandshakeKind, ServerConfig};

use crate::certificates::{Authority, Identity, Validity};
use crate::server::Server;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn request(server: &Server, host: &str, settings: TlsSettings) -> Request {
    let url = Url::parse(&format!("https://{host}:{}/", server.address.port())).unwrap();
    Request {
        tls: Arc::new(settings),
        ..Request::get(url)
    }
}

fn trusting(authority: &Authority) -> TlsSettings {
    TlsSettings {
        verify: Verify::File(authority.file()),
        ..TlsSettings::default()
    }
}

async fn exchange(config: ServerConfig, host: &str, settings: TlsSettings) -> Result<Response, Box<Failure>> {
    let server = Server::start().await;
    let request = request(&server, host, settings);
    let (client, pool) = (Client::default(), Pool::default());
    let serve = async {
        if let Ok(mut peer) = server.accept_tls(Arc::new(config)).await {
            let mut first = [0; 1];
            // The client may hang up instead of asking.
            if tokio::io::AsyncReadExt::read_exact(&mut peer.stream, &mut first)
                .await
                .is_ok()
            {
                peer.request().await;
                peer.send(OK).await;
                peer.closed().await;
            }
        }
    };
    let exchange = async {
        let outcome = client.send(&pool, request, Instant::now()).await;
        pool.clear();
        outcome
    };
    tokio::join!(exchange, serve).0
}

async fn kind_of_failure(config: ServerConfig, host: &str, settings: TlsSettings) -> TlsFailure {
    let failure = exchange(config, host, settings).await.unwrap_err();
    match failure.error {
        Error::Tls { kind, .. } => kind,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_trusted_server_is_talked_to() {
    let authority = Authority::new();
    let server = authority.certify("localhost", Validity::Now).server();
    let response = exchange(server, "localhost", trusting(&authority)).await.unwrap();
    assert_eq!(response.bytes().as_ref(), b"ok");
    assert!(response.timings.tls.is_some() && response.timings.connect.is_some());
}

#[tokio::test]
async fn addresses_can_have_certificates() {
    let authority = Authority::new();
    let server = authority.certify("127.0.0.1", Validity::Now).server();
    assert!(exchange(server, "127.0.0.1", trusting(&authority)).await.is_ok());
}

#[tokio::test]
async fn another_name_can_be_asked_for() {
    let authority = Authority::new();
    let server = authority.certify("inner.example", Validity::Now).server();
    let settings = TlsSettings {
        server_name: Some("inner.example".to_owned()),
        ..trusting(&authority)
    };
    assert!(exchange(server, "127.0.0.1", settings).await.is_ok());
}

#[tokio::test]
async fn a_directory_can_be_trusted() {
    let authority = Authority::new();
    let directory = authority.file().parent().unwrap().to_owned();
    // As c_rehash names them.
    std::fs::rename(authority.file(), directory.join("0a1b2c3d.0")).unwrap();
    let server = authority.certify("localhost", Validity::Now).server();
    let settings = TlsSettings {
        verify: Verify::File(directory),
        ..TlsSettings::default()
    };
    assert!(exchange(server, "localhost", settings).await.is_ok());
}

#[tokio::test]
async fn each_bad_certificate_has_its_own_failure() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = |name, validity| authority.certify(name, validity).server();
    let cases = [
        (
            server("localhost", Validity::Past),
            trusting(&authority),
            TlsFailure::CertificateExpired,
        ),
        (
            server("localhost", Validity::Future),
            trusting(&authority),
            TlsFailure::CertificateNotYetValid,
        ),
        (
            server("other.example", Validity::Now),
            trusting(&authority),
            TlsFailure::NameMismatch,
        ),
        (
            server("localhost", Validity::Now),
            trusting(&other),
            TlsFailure::UnknownIssuer,
        ),
    ];
    for (server, settings, kind) in cases {
        assert_eq!(kind_of_failure(server, "localhost", settings).await, kind);
    }
}

#[tokio::test]
async fn failures_name_the_server_and_the_reason() {
    let authority = Authority::new();
    let server = authority.certify("localhost", Validity::Past).server();
    let failure = exchange(server, "localhost", trusting(&authority))
        .await
        .unwrap_err();
    let text = failure.to_string();
    assert!(
        text.starts_with("tls with localhost:") && text.contains(": certificate expired: "),
        "{text}"
    );
}

#[tokio::test]
async fn anyone_can_be_trusted() {
    let server = Authority::new().certify("other.example", Validity::Past).server();
    let settings = TlsSettings {
        verify: Verify::None,
        ..TlsSettings::default()
    };
    assert!(exchange(server, "localhost", settings).await.is_ok());
}

#[tokio::test]
async fn a_self_signed_server_can_be_trusted_by_its_file() {
    let authority = Authority::new();
    let identity = Identity::self_signed_authority("localhost");
    let file = authority.write("own.pem", &identity.certificate_pem);
    let settings = || TlsSettings {
        verify: Verify::File(file.clone()),
        ..TlsSettings::default()
    };
    assert!(exchange(identity.server(), "localhost", settings()).await.is_ok());
    let kind = kind_of_failure(identity.server(), "127.0.0.1", settings()).await;
    assert_eq!(kind, TlsFailure::NameMismatch);
    let stranger = Identity::self_signed_authority("localhost").server();
    assert_eq!(
        kind_of_failure(stranger, "localhost", settings()).await,
        TlsFailure::UnknownIssuer
    );
}

#[tokio::test]
async fn client_certificates_are_shown() {
    let authority = Authority::new();
    let server = || authority.strict_server(&authority.certify("localhost", Validity::Now));
    let own = authority.certify("client", Validity::Now);
    let certificate = authority.write("client.pem", &own.certificate_pem);
    let key = authority.write("client.key", &own.key_pem);
    let both = authority.write("both.pem", &format!("{}{}", own.certificate_pem, own.key_pem));
    for client_certificate in [(certificate, Some(key)), (both, None)] {
        let settings = TlsSettings {
            client_certificate: Some(client_certificate),
            ..trusting(&authority)
        };
        assert!(exchange(server(), "localhost", settings).await.is_ok());
    }
    let kind = kind_of_failure(server(), "localhost", trusting(&authority)).await;
    assert_eq!(kind, TlsFailure::ClientCertificate);
}

#[tokio::test]
async fn unusable_files_are_named() {
    let authority = Authority::new();
    let empty = authority.write("empty.pem", "");
    for path in [empty, "/no/such/file.pem".into()] {
        let settings = TlsSettings {
            verify: Verify::File(path.clone()),
            ..TlsSettings::default()
        };
        let server = Server::start().await;
        let (client, pool) = (Client::default(), Pool::default());
        let request = request(&server, "localhost", settings);
        let (outcome, _peer) = tokio::join!(client.send(&pool, request, Instant::now()), server.accept());
        let failure = outcome.unwrap_err();
        assert!(
            failure
                .to_string()
                .starts_with(&format!("load {}", path.display())),
            "{failure}"
        );
    }
}

#[tokio::test]
async fn servers_without_tls_are_recognised() {
    let settings = TlsSettings {
        verify: Verify::None,
        ..TlsSettings::default()
    };
    for (answer, kind) in [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", TlsFailure::NotTls),
        ("", TlsFailure::Closed),
    ] {
        let server = Server::start().await;
        let request = request(&server, "localhost", settings.clone());
        let (client, pool) = (Client::default(), Pool::default());
        let (outcome, ()) = tokio::join!(client.send(&pool, request, Instant::now()), async {
            let mut peer = server.accept().await;
            let mut hello = [0; 5];
            tokio::io::AsyncReadExt::read_exact(&mut peer.stream, &mut hello)
                .await
                .unwrap();
            peer.send(answer).await;
            tokio::io::AsyncWriteExt::shutdown(&mut peer.stream)
                .await
                .unwrap();
            peer.closed().await;
        });
        let failure = outcome.unwrap_err();
        assert!(
            matches!(&failure.error, Error::Tls { kind: found, .. } if *found == kind),
            "{failure:?}"
        );
    }
}

/// How the second connection to the same server is made.
async fn second_handshake(resumption: SessionResumption, pools: [&Pool; 2]) -> HandshakeKind {
    let authority = Authority::new();
    let config = Arc::new(authority.certify("localhost", Validity::Now).server());
    let settings = TlsSettings {
        resumption,
        ..trusting(&authority)
    };
    let (server, client) = (Server::start().await, Client::default());
    let mut kind = None;
    for pool in pools {
        let sending = client.send(
            pool,
            request(&server, "localhost", settings.clone()),
            Instant::now(),
        );
        let (response, peer) = tokio::join!(sending, async {
            let mut peer = server.accept_tls(Arc::clone(&config)).await.unwrap();
            peer.request().await;
            peer.send(OK).await;
            peer
        });
        response.unwrap();
        pool.clear();
        kind = peer.stream.get_ref().1.handshake_kind();
    }
    kind.unwrap()
}

#[tokio::test]
async fn sessions_are_resumed_by_whom_the_settings_say() {
    let (one, other) = (Pool::default(), Pool::default());
    assert_eq!(
        second_handshake(SessionResumption::Off, [&one, &one]).await,
        HandshakeKind::Full
    );
    assert_eq!(
        second_handshake(SessionResumption::Pool, [&one, &one]).await,
        HandshakeKind::Resumed
    );
    assert_eq!(
        second_handshake(SessionResumption::Pool, [&one, &other]).await,
        HandshakeKind::Full
    );
    assert_eq!(
        second_handshake(SessionResumption::Shared, [&one, &other]).await,
        HandshakeKind::Resumed
    );
}

#[tokio::test]
async fn kept_tls_connections_serve_the_next_request_and_closed_ones_do_not() {
    let authority = Authority::new();
    let config = Arc::new(authority.certify("localhost", Validity::Now).server());
    let (server, client, pool) = (Server::start().await, Client::default(), Pool::default());
    let send = || {
        client.send(
            &pool,
            request(&server, "localhost", trusting(&authority)),
            Instant::now(),
        )
    };
    let (first, mut peer) = tokio::join!(send(), async {
        let mut peer = server.accept_tls(Arc::clone(&config)).await.unwrap();
        peer.request().await;
        peer.send(OK).await;
        peer
    });
    assert!(!first.unwrap().reused);
    let (second, mut peer) = tokio::join!(send(), async {
        peer.request().await;
        peer.send(OK).await;
        peer
    });
    assert!(second.unwrap().reused, "equal settings share a connection");
    tokio::io::AsyncWriteExt::shutdown(&mut peer.stream)
        .await
        .unwrap();
    drop(peer);
    let (third, _peer) = tokio::join!(send(), async {
        let mut peer = server.accept_tls(Arc::clone(&config)).await.unwrap();
        peer.request().await;
        peer.send(OK).await;
        peer
    });
    assert!(!third.unwrap().reused);
}
