//! The service over a real socket: it says where it is, answers, and stops.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use katydid_demo::{DemoError, DemoOptions, RouteRule, RouteSelector, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Service {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), DemoError>>,
}

async fn start(options: DemoOptions) -> Service {
    let (ready, address) = oneshot::channel();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        serve(options, |address| ready.send(address).unwrap(), async {
            drop(stopped.await)
        })
        .await
    });
    Service {
        address: address.await.unwrap(),
        stop,
        task,
    }
}

fn free_port() -> DemoOptions {
    DemoOptions {
        port: 0,
        ..DemoOptions::default()
    }
}

/// Asks and reads the start of the answer; the connection stays open.
async fn ask(stream: &mut TcpStream, path: &str) -> String {
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: shop\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut buffer = vec![0; 4096];
    let length = stream.read(&mut buffer).await.unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[tokio::test]
async fn answers_and_closes_idle_connections_when_stopped() {
    let service = start(free_port()).await;
    assert!(service.address.ip().is_loopback() && service.address.port() != 0);
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    for _ in 0..3 {
        assert!(ask(&mut stream, "/health").await.starts_with("HTTP/1.1 200 OK"));
    }
    service.stop.send(()).unwrap();
    let stopped_within = tokio::time::timeout(Duration::from_secs(2), service.task).await;
    stopped_within.unwrap().unwrap().unwrap();
    assert_eq!(
        stream.read(&mut [0; 8]).await.unwrap(),
        0,
        "the connection was left open"
    );
    assert!(TcpStream::connect(service.address).await.is_err());
}

#[tokio::test]
async fn a_request_under_way_ends_before_the_service_does() {
    let delays = vec![RouteRule {
        route: RouteSelector::All,
        value: Duration::from_millis(400),
    }];
    let service = start(DemoOptions {
        delays,
        ..free_port()
    })
    .await;
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    let asking = tokio::spawn(async move { ask(&mut stream, "/api/products/1").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    service.stop.send(()).unwrap();
    service.task.await.unwrap().unwrap();
    assert!(asking.await.unwrap().starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_request_that_takes_too_long_does_not_keep_the_service() {
    let delays = vec![RouteRule {
        route: RouteSelector::All,
        value: Duration::from_secs(60),
    }];
    let service = start(DemoOptions {
        delays,
        ..free_port()
    })
    .await;
    let mut stream = TcpStream::connect(service.address).await.unwrap();
    let _asking = tokio::spawn(async move { ask(&mut stream, "/api/products/1").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    service.stop.send(()).unwrap();
    service.task.await.unwrap().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let service = start(free_port()).await;
    let options = DemoOptions {
        port: service.address.port(),
        ..DemoOptions::default()
    };
    let error = serve(options, |_| (), std::future::pending()).await.unwrap_err();
    let message = error.to_string();
    let expected = format!("listen on 127.0.0.1:{}: ", service.address.port());
    assert!(message.starts_with(&expected), "{message}");
}
