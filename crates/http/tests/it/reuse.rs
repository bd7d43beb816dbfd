//! When a connection serves another request.

use std::time::Instant;

use bytes::Bytes;
use katydid_http::{Client, Error, HeaderBlock, Method, Pool, Request};

use crate::server::{Server, milliseconds, send_over};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Lets the reactor see what has happened on the sockets.
async fn let_the_reactor_look() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_kept_connection_serves_the_next_request() {
    let server = Server::start().await;
    let pool = Pool::default();
    let (first, (mut peer, _)) = tokio::join!(
        send_over(&pool, Request::get(server.url("/1"))),
        server.answer(OK)
    );
    assert!(!first.unwrap().reused);
    assert_eq!(pool.idle_count(), 1);
    let (second, request) = tokio::join!(send_over(&pool, Request::get(server.url("/2"))), async {
        let request = peer.request().await;
        peer.send(OK).await;
        request
    });
    let second = second.unwrap();
    assert!(second.reused && second.timings.connect.is_none() && second.timings.dns.is_none());
    assert!(request.starts_with("GET /2 "));
}

#[tokio::test]
async fn connections_that_end_are_not_kept() {
    let close = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: x, Close\r\n\r\nok";
    let old = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for (text, kept) in [
        (close, 0),
        (old, 0),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok",
            1,
        ),
    ] {
        let (server, pool) = (Server::start().await, Pool::default());
        let (response, _peer) = tokio::join!(
            send_over(&pool, Request::get(server.url("/"))),
            server.answer(text)
        );
        assert_eq!(response.unwrap().bytes().as_ref(), b"ok");
        assert_eq!(pool.idle_count(), kept, "{text}");
    }
}

#[tokio::test]
async fn asking_to_close_closes() {
    let (server, pool) = (Server::start().await, Pool::default());
    let headers = HeaderBlock::from_pairs([("Connection", "close")]).unwrap();
    let request = Request {
        headers,
        ..Request::get(server.url("/"))
    };
    let (response, ()) = tokio::join!(send_over(&pool, request), async {
        let (mut peer, _) = server.answer(OK).await;
        peer.closed().await;
    });
    response.unwrap();
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced() {
    for method in [Method::GET, Method::POST] {
        let (server, pool) = (Server::start().await, Pool::default());
        let request = || Request::new(method.clone(), server.url("/"));
        let (first, (peer, _)) = tokio::join!(send_over(&pool, request()), server.answer(OK));
        first.unwrap();
        drop(peer);
        let_the_reactor_look().await;
        let (second, _peer) = tokio::join!(send_over(&pool, request()), server.answer(OK));
        let second = second.unwrap();
        assert!(!second.reused && second.timings.connect.is_some(), "{method}");
    }
}

#[tokio::test]
async fn after_a_pause_the_kernel_is_asked() {
    let (server, pool) = (Server::start().await, Pool::default());
    let request = || Request::new(Method::POST, server.url("/"));
    let (first, (peer, _)) = tokio::join!(send_over(&pool, request()), server.answer(OK));
    first.unwrap();
    drop(peer);
    // Blocks the thread: the reactor cannot have seen the end of the connection.
    std::thread::sleep(milliseconds(150));
    let (second, _peer) = tokio::join!(send_over(&pool, request()), server.answer(OK));
    assert!(!second.unwrap().reused);
}

#[tokio::test]
async fn stray_bytes_while_idle_spoil_a_connection() {
    let (server, pool) = (Server::start().await, Pool::default());
    let (first, (mut peer, _)) =
        tokio::join!(send_over(&pool, Request::get(server.url("/"))), server.answer(OK));
    first.unwrap();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong")
        .await;
    let_the_reactor_look().await;
    let (second, _peer) = tokio::join!(send_over(&pool, Request::get(server.url("/"))), server.answer(OK));
    let second = second.unwrap();
    assert_eq!((second.reused, second.bytes().as_ref()), (false, &b"ok"[..]));
}

/// Closes a reused connection when the second request has arrived.
async fn second_request_is_dropped(method: Method, server: &Server, pool: &Pool) -> Result<bool, Error> {
    let request = || Request {
        body: Bytes::from("body").into(),
        ..Request::new(method.clone(), server.url("/"))
    };
    let (first, (mut peer, _)) = tokio::join!(send_over(pool, request()), server.answer(OK));
    first.unwrap();
    let serve = async {
        peer.request().await;
        drop(peer);
        if method == Method::PUT {
            Some(server.answer(OK).await)
        } else {
            None
        }
    };
    let (second, _peer) = tokio::join!(send_over(pool, request()), serve);
    second
        .map(|response| response.reused)
        .map_err(|failure| failure.error)
}

#[tokio::test]
async fn an_idempotent_request_is_sent_again() {
    let (server, pool) = (Server::start().await, Pool::default());
    let outcome = second_request_is_dropped(Method::PUT, &server, &pool).await;
    assert!(matches!(outcome, Ok(false)), "{outcome:?}");
}

#[tokio::test]
async fn a_post_that_may_have_been_processed_is_not_sent_again() {
    let (server, pool) = (Server::start().await, Pool::default());
    let outcome = second_request_is_dropped(Method::POST, &server, &pool).await;
    assert!(
        matches!(outcome, Err(Error::ConnectionClosed { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_fresh_connection_that_fails_is_not_tried_again() {
    let (server, pool) = (Server::start().await, Pool::default());
    let (outcome, ()) = tokio::join!(send_over(&pool, Request::get(server.url("/"))), async {
        let mut peer = server.accept().await;
        peer.request().await;
    });
    assert!(matches!(
        outcome.unwrap_err().error,
        Error::ConnectionClosed { .. }
    ));
}

#[tokio::test]
async fn the_pool_keeps_as_many_as_it_may() {
    let server = Server::start().await;
    let client = Client::default();
    for (limit, kept) in [(0, 0), (1, 1), (10, 3)] {
        let pool = Pool::new(limit);
        let send = || client.send(&pool, Request::get(server.url("/")), Instant::now());
        let serve = async {
            let peers = [
                server.accept().await,
                server.accept().await,
                server.accept().await,
            ];
            let mut answered = Vec::new();
            for mut peer in peers {
                peer.request().await;
                peer.send(OK).await;
                answered.push(peer);
            }
            answered
        };
        let (a, b, c, _peers) = tokio::join!(send(), send(), send(), serve);
        assert!(a.is_ok() && b.is_ok() && c.is_ok());
        assert_eq!(pool.idle_count(), kept);
        pool.clear();
        assert_eq!(pool.idle_count(), 0);
    }
}

#[tokio::test]
async fn other_origins_get_their_own_connections() {
    let (one, other, pool) = (Server::start().await, Server::start().await, Pool::default());
    let (first, _one) = tokio::join!(send_over(&pool, Request::get(one.url("/"))), one.answer(OK));
    let (second, _other) = tokio::join!(send_over(&pool, Request::get(other.url("/"))), other.answer(OK));
    assert!(!first.unwrap().reused && !second.unwrap().reused);
    assert_eq!(pool.idle_count(), 2);
}
