//! Bodies that the caller pulls.

use katydid_http::{BodyMode, BodyStream, Error, Pool, Request, Response, ResponseBody, Timeouts};
use tokio::io::AsyncWriteExt;

use crate::server::{Server, milliseconds, send_over};

fn streaming(server: &Server) -> Request {
    Request {
        mode: BodyMode::Stream,
        ..Request::get(server.url("/"))
    }
}

fn stream_of(response: Response) -> Box<BodyStream> {
    match response.body {
        ResponseBody::Stream(stream) => stream,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_head_comes_before_the_body() {
    let (server, pool) = (Server::start().await, Pool::default());
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";
    let (response, (mut peer, _)) = tokio::join!(send_over(&pool, streaming(&server)), server.answer(head));
    let mut body = stream_of(response.unwrap());
    peer.send("abc").await;
    assert_eq!(body.chunk().await.unwrap().unwrap(), "abc");
    assert_eq!(pool.idle_count(), 0);
    peer.send("def").await;
    assert_eq!(body.chunk().await.unwrap().unwrap(), "def");
    assert_eq!(
        pool.idle_count(),
        1,
        "the length is reached: the connection is free before the end is asked for"
    );
    assert!(body.chunk().await.unwrap().is_none());
    assert!(body.chunk().await.unwrap().is_none());
    assert!(body.finished().is_some());
    assert_eq!((body.wire_body_length(), body.body_length()), (6, 6));
}

#[tokio::test]
async fn chunks_are_handed_on_as_they_arrive() {
    let (server, pool) = (Server::start().await, Pool::default());
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    let (response, (mut peer, _)) = tokio::join!(send_over(&pool, streaming(&server)), server.answer(head));
    let mut body = stream_of(response.unwrap());
    assert_eq!(body.raw_chunk().await.unwrap().unwrap(), "abc");
    peer.send("2\r\nde\r\n0\r\n\r\n").await;
    assert_eq!(body.read(100).await.unwrap(), "de");
    assert_eq!(pool.idle_count(), 1);
    assert_eq!(body.read(100).await.unwrap(), "");
}

#[tokio::test]
async fn a_stream_dropped_early_closes_its_connection() {
    let (server, pool) = (Server::start().await, Pool::default());
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc";
    let (response, (mut peer, _)) = tokio::join!(send_over(&pool, streaming(&server)), server.answer(text));
    drop(response);
    peer.closed().await;
    assert_eq!(pool.idle_count(), 0);
}

#[tokio::test]
async fn a_pull_that_is_given_up_loses_nothing() {
    let (server, pool) = (Server::start().await, Pool::default());
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc";
    let (response, (mut peer, _)) = tokio::join!(send_over(&pool, streaming(&server)), server.answer(text));
    let mut body = stream_of(response.unwrap());
    assert_eq!(body.chunk().await.unwrap().unwrap(), "abc");
    assert!(
        tokio::time::timeout(milliseconds(20), body.chunk())
            .await
            .is_err()
    );
    peer.send("def").await;
    assert_eq!(body.chunk().await.unwrap().unwrap(), "def");
}

#[tokio::test]
async fn a_stream_that_falls_silent_times_out() {
    let (server, pool) = (Server::start().await, Pool::default());
    let timeouts = Timeouts {
        read: Some(milliseconds(60)),
        connect: None,
    };
    let request = Request {
        timeouts,
        ..streaming(&server)
    };
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc";
    let (response, _peer) = tokio::join!(send_over(&pool, request), server.answer(text));
    let mut body = stream_of(response.unwrap());
    assert_eq!(body.chunk().await.unwrap().unwrap(), "abc");
    assert!(matches!(body.chunk().await, Err(Error::ReadTimeout { .. })));
}

#[tokio::test]
async fn a_slow_caller_slows_the_server_down() {
    let (server, pool) = (Server::start().await, Pool::default());
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    let (response, (mut peer, _)) = tokio::join!(send_over(&pool, streaming(&server)), server.answer(head));
    let mut body = stream_of(response.unwrap());
    // Fills the sockets' buffers until the system takes no more, as nobody reads.
    let mut sent = 0;
    while let Ok(Ok(())) =
        tokio::time::timeout(milliseconds(200), peer.stream.write_all(&[b'x'; 65_536])).await
    {
        sent += 65_536;
        assert!(sent < 100_000_000, "somebody reads without being asked");
    }
    let pull = async {
        while body.body_length() < sent {
            body.chunk().await.unwrap().unwrap();
        }
    };
    pull.await;
}

#[tokio::test]
async fn bodiless_responses_have_empty_streams() {
    let (server, pool) = (Server::start().await, Pool::default());
    let text = "HTTP/1.1 204 No Content\r\n\r\n";
    let (response, _peer) = tokio::join!(send_over(&pool, streaming(&server)), server.answer(text));
    let mut body = stream_of(response.unwrap());
    assert!(body.chunk().await.unwrap().is_none());
    assert_eq!(pool.idle_count(), 1);
}
