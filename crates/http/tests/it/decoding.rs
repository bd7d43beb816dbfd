//! Content-Encoding: undone, and found out when it is wrong.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use katydid_http::{BodyMode, Error, Request, Response, ResponseBody};

use crate::server::{Server, exchange, send};

fn text() -> Vec<u8> {
    (0..8_000)
        .flat_map(|line| format!("line {line}\n").into_bytes())
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    // The best quality takes seconds in an unoptimized build.
    let params = brotli::enc::BrotliEncoderParams {
        quality: 3,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut encoded, &params).unwrap();
    encoded
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn response(encoding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn encodings() -> Vec<(&'static str, Vec<u8>)> {
    let text = text();
    vec![
        ("gzip", gzip(&text)),
        ("X-GZip", gzip(&text)),
        ("deflate", zlib(&text)),
        ("deflate", deflate(&text)),
        ("br", brotli(&text)),
        ("zstd", zstd(&text)),
        ("identity", text),
    ]
}

#[tokio::test]
async fn every_encoding_is_undone() {
    for (encoding, body) in encodings() {
        let response = exchange(response(encoding, &body)).await.unwrap();
        assert!(response.bytes() == &text(), "{encoding}");
        assert_eq!(response.wire_body_length, body.len() as u64);
        assert_eq!(response.body_length, text().len() as u64);
    }
}

#[tokio::test]
async fn small_and_empty_bodies_are_undone() {
    for (encoding, body) in [
        ("gzip", gzip(b"a")),
        ("br", brotli(b"a")),
        ("zstd", zstd(b"a")),
        ("deflate", zlib(b"a")),
    ] {
        assert_eq!(
            exchange(response(encoding, &body))
                .await
                .unwrap()
                .bytes()
                .as_ref(),
            b"a",
            "{encoding}"
        );
        assert_eq!(
            exchange(response(encoding, b"")).await.unwrap().bytes().as_ref(),
            b"",
            "{encoding}"
        );
    }
    assert_eq!(
        exchange(response("gzip", &gzip(b"")))
            .await
            .unwrap()
            .bytes()
            .as_ref(),
        b""
    );
}

#[tokio::test]
async fn gzip_members_and_zstd_frames_are_joined() {
    let gzipped = [gzip(b"one "), gzip(&text()), gzip(b" two")].concat();
    let expected = [b"one ".as_slice(), &text(), b" two"].concat();
    assert!(exchange(response("gzip", &gzipped)).await.unwrap().bytes() == &expected);
    let frames = [zstd(b"one "), zstd(&text()), zstd(b" two")].concat();
    assert!(exchange(response("zstd", &frames)).await.unwrap().bytes() == &expected);
}

#[tokio::test]
async fn padding_after_the_end_is_ignored() {
    let padded = [gzip(b"text"), vec![0; 100]].concat();
    assert_eq!(
        exchange(response("gzip", &padded))
            .await
            .unwrap()
            .bytes()
            .as_ref(),
        b"text"
    );
}

#[tokio::test]
async fn several_encodings_are_undone_in_turn() {
    let body = brotli(&gzip(&text()));
    assert!(exchange(response("gzip, br", &body)).await.unwrap().bytes() == &text());
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Encoding: identity, zstd\r\n\r\n";
    let message = [head.as_bytes(), &zstd(&deflate(&text()))].concat();
    assert!(exchange(message).await.unwrap().bytes() == &text());
}

#[tokio::test]
async fn unknown_encodings_are_left_alone() {
    assert_eq!(
        exchange(response("sdch", b"as it is"))
            .await
            .unwrap()
            .bytes()
            .as_ref(),
        b"as it is"
    );
}

#[tokio::test]
async fn decoding_can_be_declined() {
    let server = Server::start().await;
    let body = gzip(b"text");
    let request = Request {
        decode: false,
        ..Request::get(server.url("/"))
    };
    let (outcome, _peer) = tokio::join!(send(request), server.answer(response("gzip", &body)));
    assert_eq!(outcome.unwrap().bytes(), &body);
}

fn is_decode_error(outcome: Result<Response, Box<katydid_http::Failure>>) -> bool {
    matches!(outcome.unwrap_err().error, Error::Decode { .. })
}

#[tokio::test]
async fn truncated_bodies_are_decode_errors() {
    for (encoding, body) in encodings()
        .into_iter()
        .filter(|(encoding, _)| *encoding != "identity")
    {
        for cut in [1, 10, body.len() / 2, body.len() - 1] {
            assert!(
                is_decode_error(exchange(response(encoding, &body[..cut])).await),
                "{encoding} cut at {cut}"
            );
        }
    }
}

#[tokio::test]
async fn corrupt_bodies_are_decode_errors() {
    for (encoding, body) in encodings()
        .into_iter()
        .filter(|(encoding, _)| *encoding != "identity")
    {
        assert!(
            is_decode_error(exchange(response(encoding, b"plain text")).await),
            "{encoding} of plain text"
        );
        // Raw deflate and brotli have no checksum: damage in the middle may go unnoticed.
        if matches!(encoding, "gzip" | "X-GZip") {
            let mut damaged = body.clone();
            let last = damaged.len() - 8;
            damaged[last] ^= 0xff;
            assert!(
                is_decode_error(exchange(response(encoding, &damaged)).await),
                "{encoding} with a bad checksum"
            );
        }
    }
}

#[tokio::test]
async fn streamed_bodies_are_decoded_in_pieces() {
    for (encoding, body) in encodings() {
        let server = Server::start().await;
        let request = Request {
            mode: BodyMode::Stream,
            ..Request::get(server.url("/"))
        };
        let client = async {
            let ResponseBody::Stream(mut stream) = send(request).await.unwrap().body else {
                panic!("no stream")
            };
            let mut collected = Vec::new();
            while let Some(piece) = stream.chunk().await.unwrap() {
                assert!(!piece.is_empty() && piece.len() <= 16 * 1024);
                collected.extend_from_slice(&piece);
            }
            (collected, stream.wire_body_length(), stream.body_length())
        };
        let ((collected, wire, length), _peer) =
            tokio::join!(client, server.answer(response(encoding, &body)));
        assert!(collected == text(), "{encoding}");
        assert_eq!((wire, length), (body.len() as u64, collected.len() as u64));
    }
}

#[tokio::test]
async fn streamed_bodies_that_are_truncated_end_with_an_error() {
    let server = Server::start().await;
    let body = gzip(&text());
    let request = Request {
        mode: BodyMode::Stream,
        ..Request::get(server.url("/"))
    };
    let client = async {
        let ResponseBody::Stream(mut stream) = send(request).await.unwrap().body else {
            panic!("no stream")
        };
        loop {
            match stream.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("looked complete"),
                Err(error) => return error,
            }
        }
    };
    let (error, _peer) = tokio::join!(client, server.answer(response("gzip", &body[..body.len() / 2])));
    assert!(matches!(error, Error::Decode { .. }), "{error}");
}

#[tokio::test]
async fn a_small_body_that_grows_without_end_is_stopped_by_the_limit() {
    use katydid_http::{Client, ClientOptions, Pool};
    let zeroes = vec![0; 10_000_000];
    let client = Client::new(ClientOptions {
        max_body: Some(1_000_000),
        ..ClientOptions::default()
    });
    for (encoding, body) in [
        ("gzip", gzip(&zeroes)),
        ("br", brotli(&zeroes)),
        ("zstd", zstd(&zeroes)),
    ] {
        let server = Server::start().await;
        let (pool, request) = (Pool::default(), Request::get(server.url("/")));
        let sending = client.send(&pool, request, std::time::Instant::now());
        let (outcome, _peer) = tokio::join!(sending, server.answer(response(encoding, &body)));
        assert!(
            matches!(
                outcome.unwrap_err().error,
                Error::BodyTooLarge { limit: 1_000_000, .. }
            ),
            "{encoding}"
        );
    }
}
