//! What is sent, and simple responses.

use bytes::Bytes;
use katydid_http::{
    Body, BodyMode, Error, HeaderBlock, Method, Origin, Proxy, Request, ResponseBody, Scheme, Url, Version,
};

use crate::server::{Server, exchange, exchange_with, send};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

async fn sent(build: impl FnOnce(Url) -> Request) -> String {
    let server = Server::start().await;
    let request = build(server.url("/path?q=1"));
    let (response, (_peer, sent)) = tokio::join!(send(request), server.answer(OK));
    assert_eq!(response.unwrap().bytes().as_ref(), b"ok");
    sent.replace(&server.address.to_string(), "HOST")
}

#[tokio::test]
async fn get_has_a_host_and_nothing_else() {
    assert_eq!(
        sent(Request::get).await,
        "GET /path?q=1 HTTP/1.1\r\nHost: HOST\r\n\r\n"
    );
}

#[tokio::test]
async fn headers_are_sent_in_order_after_the_host() {
    let headers = HeaderBlock::from_pairs([("b", "1"), ("a", "2"), ("b", "")]).unwrap();
    let head = sent(|url| Request {
        headers,
        ..Request::get(url)
    })
    .await;
    assert_eq!(
        head,
        "GET /path?q=1 HTTP/1.1\r\nHost: HOST\r\nb: 1\r\na: 2\r\nb: \r\n\r\n"
    );
}

#[tokio::test]
async fn given_host_replaces_ours() {
    let headers = HeaderBlock::from_pairs([("HOST", "other")]).unwrap();
    let head = sent(|url| Request {
        headers,
        ..Request::get(url)
    })
    .await;
    assert_eq!(head, "GET /path?q=1 HTTP/1.1\r\nHOST: other\r\n\r\n");
}

#[tokio::test]
async fn bodies_have_a_length_and_empty_posts_say_so() {
    let post = |body: Body| {
        move |url| Request {
            body,
            ..Request::new(Method::POST, url)
        }
    };
    assert!(
        sent(post(Bytes::from("abc").into()))
            .await
            .ends_with("\r\nContent-Length: 3\r\n\r\nabc")
    );
    assert!(
        sent(post(Body::Empty))
            .await
            .ends_with("\r\nContent-Length: 0\r\n\r\n")
    );
    let large = "x".repeat(3_000_000);
    let head = sent(post(Bytes::from(large.clone()).into())).await;
    assert!(head.ends_with(&format!("\r\nContent-Length: 3000000\r\n\r\n{large}")));
}

#[tokio::test]
async fn any_token_is_a_method() {
    let method = Method::new("PURGE-all").unwrap();
    assert!(
        sent(|url| Request::new(method, url))
            .await
            .starts_with("PURGE-all /path")
    );
    assert!(matches!(Method::new("GE T"), Err(Error::InvalidMethod(_))));
    assert!(matches!(Method::new(""), Err(Error::InvalidMethod(_))));
}

#[tokio::test]
async fn bad_headers_are_refused_before_anything_is_sent() {
    for (name, value) in [
        ("a", "b\r\nc: d"),
        ("a", "b\n"),
        ("a", "\0"),
        ("a b", "c"),
        ("", "c"),
        ("ä", "c"),
    ] {
        assert!(
            matches!(
                HeaderBlock::from_pairs([(name, value)]),
                Err(Error::InvalidHeader { .. })
            ),
            "{name}"
        );
    }
    assert!(HeaderBlock::from_pairs([("content-length", "many")]).is_err());
    assert!(
        HeaderBlock::from_pairs([(b"a", b"\xe4\t")]).is_ok(),
        "latin-1 and tabs are fine"
    );
}

#[tokio::test]
async fn head_of_a_response_is_readable() {
    let response = exchange(
        "HTTP/1.1 299 Quite  Fine\r\nA: 1\r\nset-cookie: x=1\r\nSet-Cookie:  y=2 \r\nContent-Length: 0\r\n\r\n",
    )
    .await
    .unwrap();
    assert_eq!(response.status(), 299);
    assert_eq!(response.head.version, Version::Http11);
    assert_eq!(response.head.reason(), b"Quite  Fine");
    let headers = &response.head.headers;
    assert_eq!(headers.get("a"), Some(&b"1"[..]));
    assert_eq!(headers.get("none"), None);
    assert_eq!(
        headers.get_all("SET-COOKIE").collect::<Vec<_>>(),
        [b"x=1", b"y=2"]
    );
    assert_eq!(headers.iter().count(), 4);
    assert_eq!(headers.iter().nth(1), Some((&b"set-cookie"[..], &b"x=1"[..])));
    assert!(!response.reused);
    assert_eq!(response.wire_body_length, 0);
}

#[tokio::test]
async fn folded_headers_and_missing_reasons_are_read() {
    let response = exchange("HTTP/1.1 200\r\nA: one\r\n\ttwo\r\nContent-Length: 0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(response.head.reason(), b"");
    assert_eq!(response.head.headers.get("a").unwrap(), b"one  \ttwo");
}

#[tokio::test]
async fn interim_responses_are_skipped() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let response = exchange(format!("{interim}{OK}")).await.unwrap();
    assert_eq!((response.status(), response.bytes().as_ref()), (200, &b"ok"[..]));
    assert!(matches!(
        exchange(interim.repeat(50)).await.unwrap_err().error,
        Error::InvalidResponse { .. }
    ));
}

#[tokio::test]
async fn some_responses_have_no_body_whatever_they_say() {
    let lying = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 100\r\n\r\n");
    let head = exchange_with(Method::HEAD, lying("200 OK")).await.unwrap();
    assert_eq!((head.bytes().len(), head.wire_body_length), (0, 0));
    assert_eq!(head.head.headers.get("content-length"), Some(&b"100"[..]));
    assert_eq!(exchange(lying("204 No Content")).await.unwrap().bytes().len(), 0);
    assert_eq!(
        exchange(lying("304 Not Modified")).await.unwrap().bytes().len(),
        0
    );
    assert_eq!(
        exchange("HTTP/1.1 101 Switching Protocols\r\n\r\n")
            .await
            .unwrap()
            .status(),
        101
    );
}

#[tokio::test]
async fn ipv6_hosts_are_reached() {
    // Not every container has IPv6.
    let Ok(server) = Server::start_at("[::1]:0").await else {
        return;
    };
    let url = server.url("/");
    assert_eq!(url.origin().host(), "::1");
    let (response, (_peer, sent)) = tokio::join!(send(Request::get(url)), server.answer(OK));
    assert_eq!(response.unwrap().remote, server.address);
    assert!(sent.contains(&format!("Host: [::1]:{}\r\n", server.address.port())));
}

#[tokio::test]
async fn names_are_looked_up_and_timed() {
    let server = Server::start().await;
    let url = Url::parse(&format!("http://localhost:{}/", server.address.port())).unwrap();
    let (response, _peer) = tokio::join!(send(Request::get(url)), server.answer(OK));
    let timings = response.unwrap().timings;
    assert!(timings.dns.is_some() && timings.connect.is_some() && timings.tls.is_none());
}

#[tokio::test]
async fn discarded_bodies_are_counted() {
    let server = Server::start().await;
    let request = Request {
        mode: BodyMode::Discard,
        ..Request::get(server.url("/"))
    };
    let (response, _peer) = tokio::join!(send(request), server.answer(OK));
    let response = response.unwrap();
    assert!(matches!(response.body, ResponseBody::Discarded));
    assert_eq!((response.wire_body_length, response.body_length), (2, 2));
}

#[test]
fn urls_are_written_as_requests_writes_them() {
    let cases = [
        ("http://Example.com", "http://example.com/"),
        ("http://e.com?x=1", "http://e.com/?x=1"),
        ("http://e.com/a b", "http://e.com/a%20b"),
        (
            "http://e.com/ü?q=ü&x=[1]",
            "http://e.com/%C3%BC?q=%C3%BC&x=%5B1%5D",
        ),
        ("http://e.com/%7euser/%2f%e4", "http://e.com/~user/%2F%E4"),
        ("http://e.com/100%/%20", "http://e.com/100%25/%2520"),
        ("http://e.com/a/../b/./c", "http://e.com/b/c"),
        ("http://e.com/a/..", "http://e.com/"),
        ("http://e.com/a/.", "http://e.com/a/"),
        ("http://e.com/../x", "http://e.com/x"),
        ("http://e.com/a/../../b/", "http://e.com/b/"),
        (
            "http://e.com/a|b\\c^`{}\"<>",
            "http://e.com/a%7Cb%5Cc%5E%60%7B%7D%22%3C%3E",
        ),
        (
            "http://e.com/a?b=c d+e%20|'\"",
            "http://e.com/a?b=c%20d+e%20%7C'%22",
        ),
        ("http://e.com/.hidden", "http://e.com/.hidden"),
        ("http://e.com//a//b", "http://e.com//a//b"),
        ("http://e.com:/x", "http://e.com/x"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://e.com/a?x=/../y", "http://e.com/a?x=/../y"),
        ("http://e.com/a%zz", "http://e.com/a%25zz"),
        ("http://E.com/%41%2d", "http://e.com/A-"),
        ("http://e_x.com/", "http://e_x.com/"),
        ("http://e.com/a;b=c,d!$'()*@:", "http://e.com/a;b=c,d!$'()*@:"),
        // Where requests keeps the fragment or the default port in the text, what is sent is the same.
        ("http://e.com:80/a#frag", "http://e.com/a"),
        ("HTTPS://e.com:443", "https://e.com/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ];
    for (given, written) in cases {
        assert_eq!(Url::parse(given).unwrap().to_string(), written, "{given}");
    }
}

#[test]
fn urls_that_cannot_be_requested_are_refused() {
    for bad in [
        "",
        "/path",
        "e.com",
        "http://",
        "http://:80/",
        "http://e.com:x/",
        "http://e.com:99999/",
    ] {
        assert!(matches!(Url::parse(bad), Err(Error::InvalidUrl { .. })), "{bad}");
    }
    for bad in [
        "http://[::1/",
        "http://[zz]/",
        "http://a b/",
        "http://*.e.com/",
        "http://.e.com/",
        "http://[::1]x/",
    ] {
        assert!(matches!(Url::parse(bad), Err(Error::InvalidUrl { .. })), "{bad}");
    }
    assert!(matches!(
        Url::parse("ftp://e.com/"),
        Err(Error::UnsupportedScheme { .. })
    ));
}

#[test]
fn userinfo_stands_aside() {
    let url = Url::parse("http://us%40er:p:w@e.com/").unwrap();
    let userinfo = url.userinfo().unwrap();
    assert_eq!(
        (userinfo.user.as_str(), userinfo.password.as_deref()),
        ("us@er", Some("p:w"))
    );
    assert_eq!(url.to_string(), "http://e.com/");
    assert!(Url::parse("http://e.com/@x").unwrap().userinfo().is_none());
}

#[test]
fn origins_make_urls() {
    let origin = Origin::new(Scheme::Https, "e.com", 8443).unwrap();
    assert_eq!(origin.url("x?y=1 2").to_string(), "https://e.com:8443/x?y=1%202");
    assert_eq!(origin.url("").path_and_query(), "/");
    assert_eq!(origin.target(), "e.com:8443");
}

#[test]
fn proxies_speak_plain_http() {
    assert_eq!(
        Proxy::parse("proxy:3128").unwrap().origin().target(),
        "proxy:3128"
    );
    assert!(matches!(
        Proxy::parse("https://proxy:3128"),
        Err(Error::UnsupportedScheme { .. })
    ));
    assert!(matches!(
        Proxy::parse("socks5://proxy:3128"),
        Err(Error::UnsupportedScheme { .. })
    ));
}
