//! Waiting, giving up, and telling how long it took. Delays are lower bounds; nothing depends on how fast we are.

use katydid_http::{Error, Request, Timeouts, Url};
use tokio::sync::oneshot;

use crate::server::{Server, milliseconds, send};

fn reading(server: &Server, limit: u64) -> Request {
    let timeouts = Timeouts {
        read: Some(milliseconds(limit)),
        connect: None,
    };
    Request {
        timeouts,
        ..Request::get(server.url("/"))
    }
}

#[tokio::test]
async fn a_server_that_never_answers_times_out() {
    let server = Server::start().await;
    let (outcome, _peer) = tokio::join!(send(reading(&server, 60)), server.answer(""));
    let failure = outcome.unwrap_err();
    assert!(matches!(failure.error, Error::ReadTimeout { .. }), "{failure:?}");
    assert!(failure.to_string().ends_with("no data for 60ms"), "{failure}");
    assert!(failure.timings.total >= milliseconds(60));
    assert!(failure.timings.first_byte.is_none() && failure.remote.is_some());
}

#[tokio::test]
async fn a_server_that_stops_inside_the_body_times_out() {
    let server = Server::start().await;
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    let (outcome, _peer) = tokio::join!(send(reading(&server, 60)), server.answer(text));
    let failure = outcome.unwrap_err();
    assert!(matches!(failure.error, Error::ReadTimeout { .. }), "{failure:?}");
    assert_eq!(failure.response.unwrap().status, 200);
}

#[tokio::test]
async fn a_slow_server_that_keeps_sending_does_not_time_out() {
    let server = Server::start().await;
    let (outcome, _peer) = tokio::join!(send(reading(&server, 1_000)), async {
        let (mut peer, _) = server
            .answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            .await;
        for byte in b"slow" {
            tokio::time::sleep(milliseconds(300)).await;
            peer.send([*byte]).await;
        }
        peer
    });
    let response = outcome.unwrap();
    assert_eq!(response.bytes().as_ref(), b"slow");
    assert!(
        response.timings.total > milliseconds(1_000),
        "longer than the timeout, which is for silence"
    );
}

#[tokio::test]
async fn a_head_that_trickles_is_read() {
    let server = Server::start().await;
    let (outcome, _peer) = tokio::join!(send(reading(&server, 10_000)), async {
        let (mut peer, _) = server.answer("").await;
        for byte in format!(
            "HTTP/1.1 200 OK\r\nA: {}\r\nContent-Length: 1\r\n\r\n!",
            "b".repeat(500)
        )
        .bytes()
        {
            peer.send([byte]).await;
            tokio::task::yield_now().await;
        }
        peer
    });
    assert_eq!(outcome.unwrap().bytes().as_ref(), b"!");
}

#[tokio::test]
async fn connecting_times_out_also_in_the_handshake() {
    let server = Server::start().await;
    let url = Url::parse(&format!("https://{}/", server.address)).unwrap();
    let timeouts = Timeouts {
        connect: Some(milliseconds(60)),
        read: None,
    };
    let (outcome, _peer) = tokio::join!(
        send(Request {
            timeouts,
            ..Request::get(url)
        }),
        server.accept()
    );
    let failure = outcome.unwrap_err();
    assert!(
        matches!(failure.error, Error::ConnectTimeout { .. }),
        "{failure:?}"
    );
    assert!(failure.timings.total >= milliseconds(60));
}

#[tokio::test]
async fn timings_show_where_the_time_went() {
    let server = Server::start().await;
    let (outcome, _peer) = tokio::join!(send(Request::get(server.url("/"))), async {
        let (mut peer, _) = server.answer("").await;
        tokio::time::sleep(milliseconds(40)).await;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").await;
        tokio::time::sleep(milliseconds(40)).await;
        peer.send("ok").await;
        peer
    });
    let timings = outcome.unwrap().timings;
    let (connect, first_byte) = (timings.connect.unwrap(), timings.first_byte.unwrap());
    assert!(connect > milliseconds(0) && connect < first_byte);
    assert!(first_byte >= milliseconds(40));
    assert!(timings.total >= milliseconds(80) && timings.total >= first_byte);
    assert_eq!(timings.finished - timings.started, timings.total);
}

#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let server = Server::start().await;
    let (arrived, has_arrived) = oneshot::channel();
    let client = tokio::spawn(send(Request::get(server.url("/"))));
    let ((), ()) = tokio::join!(
        async {
            has_arrived.await.unwrap();
            client.abort();
        },
        async {
            let (mut peer, _) = server.answer("HTTP/1.1 200 OK\r\n").await;
            arrived.send(()).unwrap();
            peer.closed().await;
        }
    );
}
