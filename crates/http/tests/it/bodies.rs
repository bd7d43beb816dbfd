//! Where a body ends.

use katydid_http::{Client, ClientOptions, Error, Pool, Request};
use std::time::Instant;

use crate::server::{Server, exchange};

fn chunked(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}")
}

#[tokio::test]
async fn chunks_with_extensions_and_trailers_are_joined() {
    let body = "3;name=\"value\"\r\nabc\r\n0a ; x\r\n0123456789\r\n0\r\nTrailer: 1\r\nOther: 2\r\n\r\n";
    let response = exchange(chunked(body)).await.unwrap();
    assert_eq!(response.bytes().as_ref(), b"abc0123456789");
    assert_eq!(response.wire_body_length, 13);
}

#[tokio::test]
async fn chunks_may_arrive_byte_by_byte() {
    let server = Server::start().await;
    let text = chunked("5\r\nhello\r\n1;e\r\n!\r\n0\r\nT: 1\r\n\r\n");
    let serve = async {
        let (mut peer, _) = server.answer("").await;
        for byte in text.bytes() {
            peer.send([byte]).await;
            tokio::task::yield_now().await;
        }
        peer
    };
    let pool = Pool::default();
    let request = Request::get(server.url("/"));
    let client = Client::default();
    let (response, _peer) = tokio::join!(client.send(&pool, request, Instant::now()), serve);
    assert_eq!(response.unwrap().bytes().as_ref(), b"hello!");
    assert_eq!(
        pool.idle_count(),
        1,
        "the trailers were read, so the connection can be used again"
    );
}

#[tokio::test]
async fn the_end_of_the_connection_is_the_end_of_the_body() {
    let response = exchange("HTTP/1.1 200 OK\r\n\r\nall there is").await.unwrap();
    assert_eq!(response.bytes().as_ref(), b"all there is");
    let response = exchange("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nold")
        .await
        .unwrap();
    assert_eq!(response.bytes().as_ref(), b"old");
}

#[tokio::test]
async fn chunked_wins_over_a_length() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 999\r\nTransfer-Encoding: Chunked\r\n\r\n";
    let response = exchange(format!("{head}2\r\nok\r\n0\r\n\r\n")).await.unwrap();
    assert_eq!(response.bytes().as_ref(), b"ok");
}

#[tokio::test]
async fn equal_lengths_are_one_length() {
    let response = exchange("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\ncontent-length: 2\r\n\r\nok").await;
    assert_eq!(response.unwrap().bytes().as_ref(), b"ok");
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_incomplete() {
    let failure = exchange("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nA: 1\r\n\r\nonly")
        .await
        .unwrap_err();
    let Error::IncompleteBody {
        expected: Some(10),
        received: 4,
        ..
    } = failure.error
    else {
        panic!("{failure:?}")
    };
    assert!(
        failure
            .to_string()
            .ends_with("connection closed after 4 bytes of 10"),
        "{failure}"
    );
    let head = failure.response.unwrap();
    assert_eq!((head.status, head.headers.get("a")), (200, Some(&b"1"[..])));
    assert!(failure.timings.first_byte.is_some());
}

#[tokio::test]
async fn a_body_longer_than_its_length_is_cut_and_the_connection_closed() {
    let server = Server::start().await;
    let pool = Pool::default();
    let client = Client::default();
    let request = Request::get(server.url("/"));
    let serve = async {
        let (mut peer, _) = server
            .answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and more")
            .await;
        peer.closed().await;
    };
    let (response, ()) = tokio::join!(client.send(&pool, request, Instant::now()), serve);
    assert_eq!(response.unwrap().bytes().as_ref(), b"ok");
    assert_eq!(pool.idle_count(), 0);
}

#[tokio::test]
async fn missing_chunks_are_incomplete_but_a_missing_last_line_is_not() {
    for cut in ["", "5", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n"] {
        let failure = exchange(chunked(cut)).await.unwrap_err();
        assert!(
            matches!(failure.error, Error::IncompleteBody { expected: None, .. }),
            "{cut:?}: {failure}"
        );
        assert_eq!(
            failure.to_string().ends_with("3 bytes into a chunk of 5"),
            cut == "5\r\nhel",
            "{failure}"
        );
    }
    assert_eq!(
        exchange(chunked("2\r\nok\r\n0\r\n"))
            .await
            .unwrap()
            .bytes()
            .as_ref(),
        b"ok"
    );
}

#[tokio::test]
async fn broken_chunks_are_invalid() {
    let long_line = format!("5;{}", "x".repeat(20_000));
    let long_trailers = format!("0\r\n{}", "A: b\r\n".repeat(5_000));
    let cases = [
        "zz\r\n",
        "\r\n",
        ";x\r\n",
        "-1\r\nx",
        "2\r\nokay\r\n",
        "11111111111111111\r\n",
        &long_line,
    ];
    for body in cases.into_iter().chain([long_trailers.as_str()]) {
        let failure = exchange(chunked(body)).await.unwrap_err();
        assert!(
            matches!(failure.error, Error::InvalidResponse { .. }),
            "{body:.20}: {failure}"
        );
        assert_eq!(failure.response.unwrap().status, 200);
    }
}

#[tokio::test]
async fn impossible_framing_is_invalid() {
    let cases = [
        "Content-Length: 2\r\nContent-Length: 3",
        "Content-Length: 2, 3",
        "Content-Length: -1",
        "Content-Length: +2",
        "Content-Length: 2x",
        "Content-Length:",
        "Content-Length: 99999999999999999999999",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, chunked",
    ];
    for header in cases {
        let failure = exchange(format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\nok"))
            .await
            .unwrap_err();
        assert!(
            matches!(failure.error, Error::InvalidResponse { .. }),
            "{header}: {failure}"
        );
    }
}

#[tokio::test]
async fn a_limit_on_bodies_is_kept() {
    let server = Server::start().await;
    let client = Client::new(ClientOptions {
        max_body: Some(10),
        ..ClientOptions::default()
    });
    for (length, fits) in [(10, true), (11, false)] {
        let text = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}",
            "x".repeat(length)
        );
        let (pool, request) = (Pool::default(), Request::get(server.url("/")));
        let (outcome, _peer) = tokio::join!(client.send(&pool, request, Instant::now()), server.answer(text));
        match outcome {
            Ok(response) => assert!(fits && response.bytes().len() == length),
            Err(failure) => assert!(!fits && matches!(failure.error, Error::BodyTooLarge { limit: 10, .. })),
        }
    }
}
