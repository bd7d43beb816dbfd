//! Requests through a proxy.

use std::sync::Arc;
use std::time::Instant;

use katydid_http::{Client, Error, Pool, Proxy, Request, TlsSettings, Url, Verify};
use tokio_rustls::TlsAcceptor;

use crate::certificates::{Authority, Validity};
use crate::server::{Peer, Server, send, send_over};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn through(server: &Server, userinfo: &str, url: &str) -> Request {
    let proxy = Proxy::parse(&format!("http://{userinfo}{}", server.address)).unwrap();
    Request {
        proxy: Some(Arc::new(proxy)),
        ..Request::get(Url::parse(url).unwrap())
    }
}

#[tokio::test]
async fn http_is_asked_for_by_absolute_url() {
    let (server, pool) = (Server::start().await, Pool::default());
    let request = through(&server, "us%40er:pass@", "http://some.example:81/path?q=1");
    let (response, (mut peer, sent)) = tokio::join!(send_over(&pool, request), server.answer(OK));
    assert_eq!(response.unwrap().bytes().as_ref(), b"ok");
    assert_eq!(
        sent,
        "GET http://some.example:81/path?q=1 HTTP/1.1\r\nHost: some.example:81\r\n\
         Proxy-Authorization: Basic dXNAZXI6cGFzcw==\r\n\r\n"
    );
    // One connection to the proxy serves all hosts.
    let request = through(&server, "us%40er:pass@", "http://other.example/");
    let (response, _) = tokio::join!(send_over(&pool, request), async {
        peer.request().await;
        peer.send(OK).await;
    });
    assert!(response.unwrap().reused);
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let authority = Authority::new();
    let config = authority.certify("some.example", Validity::Now).server();
    let server = Server::start().await;
    let tls = Arc::new(TlsSettings {
        verify: Verify::File(authority.file()),
        ..TlsSettings::default()
    });
    let request = Request {
        tls,
        ..through(&server, "user:pass@", "https://some.example/path")
    };
    let (client, pool) = (Client::default(), Pool::default());
    let (response, (_peer, asked, sent)) = tokio::join!(client.send(&pool, request, Instant::now()), async {
        let mut peer = server.accept().await;
        let asked = peer.request().await;
        peer.send("HTTP/1.1 200 Connection established\r\nVia: us\r\n\r\n")
            .await;
        let mut peer = Peer {
            stream: TlsAcceptor::from(Arc::new(config))
                .accept(peer.stream)
                .await
                .unwrap(),
        };
        let sent = peer.request().await;
        peer.send(OK).await;
        (peer, asked, sent)
    });
    assert_eq!(response.unwrap().bytes().as_ref(), b"ok");
    assert_eq!(
        asked,
        "CONNECT some.example:443 HTTP/1.1\r\nHost: some.example:443\r\n\
         Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n"
    );
    assert_eq!(sent, "GET /path HTTP/1.1\r\nHost: some.example\r\n\r\n");
    assert_eq!(pool.idle_count(), 1);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    let server = Server::start().await;
    let request = through(&server, "", "https://some.example/");
    let text = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    let (outcome, _peer) = tokio::join!(send(request), server.answer(text));
    let failure = outcome.unwrap_err();
    assert!(matches!(failure.error, Error::ProxyConnect { status: 407, .. }));
    assert_eq!(
        failure.to_string(),
        format!("connect through proxy {}: it answered 407", server.address)
    );
}

#[tokio::test]
async fn a_proxy_that_closes_is_an_error() {
    let server = Server::start().await;
    let request = through(&server, "", "https://some.example/");
    let (outcome, ()) = tokio::join!(send(request), async {
        server.accept().await.request().await;
    });
    assert!(matches!(
        outcome.unwrap_err().error,
        Error::ConnectionClosed { .. }
    ));
}
