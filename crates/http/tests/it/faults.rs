//! Servers that are not there, go away, or speak nonsense.

use katydid_http::{BodyMode, Error, Request, ResponseBody, Url};
use tokio::sync::oneshot;

use crate::server::{Server, exchange, send, unused_address};

#[tokio::test]
async fn refused_connections_name_the_address() {
    let address = unused_address().await;
    let url = Url::parse(&format!("http://{address}/")).unwrap();
    let failure = send(Request::get(url)).await.unwrap_err();
    let Error::Connect {
        address: tried,
        source,
        ..
    } = &failure.error
    else {
        panic!("{failure:?}")
    };
    assert_eq!(
        (*tried, source.kind()),
        (address, std::io::ErrorKind::ConnectionRefused)
    );
    assert!(
        failure.to_string().starts_with(&format!("connect to {address}")),
        "{failure}"
    );
    assert!(failure.remote.is_none() && failure.response.is_none());
    assert!(failure.timings.finished >= failure.timings.started);
}

#[tokio::test]
async fn unknown_names_name_the_host() {
    let url = Url::parse("http://no-such-host.invalid/").unwrap();
    let failure = send(Request::get(url)).await.unwrap_err();
    let Error::Dns { host, .. } = &failure.error else {
        panic!("{failure:?}")
    };
    assert_eq!(host, "no-such-host.invalid");
}

#[tokio::test]
async fn closing_without_a_word_is_an_error() {
    let failure = exchange("").await.unwrap_err();
    assert!(
        matches!(failure.error, Error::ConnectionClosed { .. }),
        "{failure:?}"
    );
    assert!(failure.remote.is_some() && failure.timings.first_byte.is_none());
}

#[tokio::test]
async fn closing_inside_the_head_is_an_error() {
    let failure = exchange("HTTP/1.1 200 OK\r\nContent-").await.unwrap_err();
    assert!(
        failure.to_string().contains("connection closed inside the head"),
        "{failure}"
    );
}

#[tokio::test]
async fn reset_before_the_response() {
    let server = Server::start().await;
    let request = Request::get(server.url("/"));
    let (outcome, ()) = tokio::join!(send(request), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.reset();
    });
    assert!(matches!(outcome.unwrap_err().error, Error::Reset { .. }));
}

#[tokio::test]
async fn reset_inside_the_body() {
    let server = Server::start().await;
    let request = Request {
        mode: BodyMode::Stream,
        ..Request::get(server.url("/"))
    };
    let (seen, was_seen) = oneshot::channel();
    let client = async {
        let response = send(request).await.unwrap();
        let ResponseBody::Stream(mut body) = response.body else {
            panic!("no stream")
        };
        assert_eq!(body.chunk().await.unwrap().unwrap(), "half");
        seen.send(()).unwrap();
        (body.chunk().await, body)
    };
    let ((end, _body), ()) = tokio::join!(client, async {
        let (peer, _) = server
            .answer("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
            .await;
        was_seen.await.unwrap();
        peer.reset();
    });
    assert!(matches!(end, Err(Error::Reset { .. })), "{end:?}");
}

#[tokio::test]
async fn nonsense_is_an_invalid_response() {
    let cases = [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "<html>oops</html>\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 20\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: empty name\r\n\r\n",
        "HTTP/1.1 200 OK\r\na: \0\r\n\r\n",
        "\u{0}\u{1}\u{2}",
    ];
    for garbage in cases {
        let failure = exchange(garbage).await.unwrap_err();
        assert!(
            matches!(failure.error, Error::InvalidResponse { .. }),
            "{garbage:?}: {failure}"
        );
        assert!(failure.response.is_none());
    }
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let flood = |count| {
        format!(
            "HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n",
            "a: b\r\n".repeat(count)
        )
    };
    assert_eq!(
        exchange(flood(255)).await.unwrap().head.headers.iter().count(),
        256
    );
    let failure = exchange(flood(256)).await.unwrap_err();
    assert!(
        failure.to_string().ends_with("longer than 256 headers"),
        "{failure}"
    );
}

#[tokio::test]
async fn endless_headers_are_refused() {
    for start in [
        "HTTP/1.1 200 OK\r\nEndless: ",
        "HTTP/1.1 200 ",
        "HTTP/1.1 200 OK\r\n",
    ] {
        let server = Server::start().await;
        let request = Request::get(server.url("/"));
        let (outcome, ()) = tokio::join!(send(request), async {
            let (mut peer, _) = server.answer(start).await;
            // Never a line end; ends because the client hangs up.
            while tokio::io::AsyncWriteExt::write_all(&mut peer.stream, &[b'x'; 1024])
                .await
                .is_ok()
            {}
        });
        assert!(
            matches!(outcome.unwrap_err().error, Error::HeadTooLarge { .. }),
            "{start}"
        );
    }
}

#[tokio::test]
async fn a_large_head_is_read() {
    let value = "x".repeat(60_000);
    let response = exchange(format!(
        "HTTP/1.1 200 OK\r\nA: {value}\r\nContent-Length: 2\r\n\r\nok"
    ))
    .await
    .unwrap();
    assert_eq!(response.head.headers.get("a").unwrap().len(), 60_000);
    assert_eq!(response.bytes().as_ref(), b"ok");
}
