//! Bodies that are sent in pieces, and servers that answer before the end.

use bytes::Bytes;
use katydid_http::{Body, Error, HeaderBlock, Method, Pool, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use crate::server::{Server, send, send_over};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn pieces(list: &[Result<&'static str, &str>]) -> Body {
    let (sender, receiver) = mpsc::channel(list.len().max(1));
    for piece in list {
        sender
            .try_send(piece.map(Bytes::from).map_err(str::to_owned))
            .unwrap();
    }
    Body::Stream(receiver)
}

fn post(server: &Server, body: Body) -> Request {
    Request {
        body,
        ..Request::new(Method::POST, server.url("/"))
    }
}

#[tokio::test]
async fn pieces_are_sent_as_chunks() {
    let server = Server::start().await;
    let body = pieces(&[Ok("hello"), Ok(""), Ok("a longer piece")]);
    let (response, (_peer, sent)) = tokio::join!(send(post(&server, body)), async {
        let mut peer = server.accept().await;
        let sent = peer.read_until("\r\n0\r\n\r\n").await;
        peer.send(OK).await;
        (peer, sent)
    });
    response.unwrap();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    assert!(head.ends_with("Transfer-Encoding: chunked"), "{head}");
    assert_eq!(body, "5\r\nhello\r\ne\r\na longer piece\r\n0\r\n\r\n");
}

#[tokio::test]
async fn pieces_of_known_length_are_sent_plain() {
    let server = Server::start().await;
    let headers = HeaderBlock::from_pairs([("Content-Length", "6")]).unwrap();
    let request = Request {
        headers,
        ..post(&server, pieces(&[Ok("abc"), Ok("def")]))
    };
    let (response, (_peer, sent)) = tokio::join!(send(request), server.answer(OK));
    response.unwrap();
    assert!(sent.ends_with("Content-Length: 6\r\n\r\nabcdef"), "{sent}");
}

#[tokio::test]
async fn pieces_that_do_not_add_up_are_an_error() {
    for list in [[Ok("abc"), Ok("")], [Ok("abc"), Ok("defg")]] {
        let server = Server::start().await;
        let headers = HeaderBlock::from_pairs([("Content-Length", "6")]).unwrap();
        let request = Request {
            headers,
            ..post(&server, pieces(&list))
        };
        let (outcome, ()) = tokio::join!(send(request), async {
            server.accept().await.closed().await;
        });
        assert!(matches!(outcome.unwrap_err().error, Error::Upload(_)));
    }
}

#[tokio::test]
async fn a_producer_that_gives_up_ends_the_request() {
    let server = Server::start().await;
    let body = pieces(&[Ok("half"), Err("generator raised")]);
    let (outcome, ()) = tokio::join!(send(post(&server, body)), async {
        server.accept().await.closed().await;
    });
    let failure = outcome.unwrap_err();
    assert_eq!(failure.to_string(), "send the request body: generator raised");
}

#[tokio::test]
async fn a_slow_producer_is_waited_for() {
    let server = Server::start().await;
    let (sender, receiver) = mpsc::channel(1);
    let request = post(&server, Body::Stream(receiver));
    let (response, (), _peer) = tokio::join!(
        send(request),
        async {
            for piece in ["one", "two", "three"] {
                sender.send(Ok(Bytes::from(piece))).await.unwrap();
                tokio::task::yield_now().await;
            }
            drop(sender);
        },
        async {
            let mut peer = server.accept().await;
            peer.read_until("\r\n0\r\n\r\n").await;
            peer.send(OK).await;
            peer
        }
    );
    assert_eq!(response.unwrap().bytes().as_ref(), b"ok");
}

#[tokio::test]
async fn an_answer_before_the_end_of_the_upload_counts() {
    let (server, pool) = (Server::start().await, Pool::default());
    let body = Body::Bytes(Bytes::from(vec![b'x'; 20_000_000]));
    let (response, ()) = tokio::join!(send_over(&pool, post(&server, body)), async {
        let mut peer = server.accept().await;
        peer.read_until("\r\n\r\n").await;
        // Nobody reads the body: the client's writes must block, and the answer must be seen all the same.
        peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            .await;
        peer.closed().await;
    });
    let response = response.unwrap();
    assert_eq!((response.status(), response.bytes().as_ref()), (413, &b"no"[..]));
    assert_eq!(pool.idle_count(), 0, "half a request is still to be written");
}

#[tokio::test]
async fn a_server_that_echoes_while_it_reads_does_not_block() {
    let server = Server::start().await;
    let body = Bytes::from(vec![b'y'; 30_000_000]);
    let (response, _peer) = tokio::join!(send(post(&server, Body::Bytes(body.clone()))), async {
        let mut peer = server.accept().await;
        peer.read_until("\r\n\r\n").await;
        peer.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            body.len()
        ))
        .await;
        let mut left = body.len();
        let mut piece = vec![0; 65_536];
        while left > 0 {
            let count = peer.stream.read(&mut piece).await.unwrap();
            peer.stream.write_all(&piece[..count]).await.unwrap();
            left -= count;
        }
        peer
    });
    assert!(response.unwrap().bytes() == &body);
}
