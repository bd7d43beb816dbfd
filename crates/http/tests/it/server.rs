//! A server whose every byte is written by the test.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use katydid_http::{Client, Failure, Method, Pool, Request, Response, Url};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Server {
    listener: TcpListener,
    pub address: SocketAddr,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await.unwrap()
    }

    pub async fn start_at(address: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub async fn accept(&self) -> Peer<TcpStream> {
        Peer {
            stream: self.listener.accept().await.unwrap().0,
        }
    }

    /// Accepts one connection, reads one request and answers with these bytes; keeps the connection open.
    pub async fn answer(&self, response: impl AsRef<[u8]>) -> (Peer<TcpStream>, String) {
        let mut peer = self.accept().await;
        let request = peer.request().await;
        peer.send(response).await;
        (peer, request)
    }
}

/// The server's end of one connection.
pub struct Peer<S> {
    pub stream: S,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    /// Reads a head, and the body if it has a Content-Length.
    pub async fn request(&mut self) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(b"\r\n\r\n") {
            seen.push(self.stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8_lossy(&seen).to_lowercase();
        if let Some((_, rest)) = head.split_once("content-length: ") {
            let length: usize = rest.split("\r\n").next().unwrap().parse().unwrap();
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).await.unwrap();
            seen.extend(body);
        }
        String::from_utf8(seen).unwrap()
    }

    /// Reads up to and with this text.
    pub async fn read_until(&mut self, end: &str) -> String {
        let mut seen = Vec::new();
        while !seen.ends_with(end.as_bytes()) {
            seen.push(self.stream.read_u8().await.unwrap());
        }
        String::from_utf8(seen).unwrap()
    }

    /// Sends bytes; that the client may be gone by then is part of some tests.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
        let _ = self.stream.flush().await;
    }

    /// Waits until the client has closed its end.
    pub async fn closed(&mut self) {
        let mut byte = [0; 1024];
        while !matches!(self.stream.read(&mut byte).await, Ok(0) | Err(_)) {}
    }
}

impl Peer<TcpStream> {
    /// Closes so that the client sees a reset.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

/// An address where nobody listens.
pub async fn unused_address() -> SocketAddr {
    Server::start().await.address
}

pub async fn send(request: Request) -> Result<Response, Box<Failure>> {
    Client::default()
        .send(&Pool::default(), request, Instant::now())
        .await
}

pub async fn send_over(pool: &Pool, request: Request) -> Result<Response, Box<Failure>> {
    Client::default().send(pool, request, Instant::now()).await
}

/// Sends a GET to a server that answers with these bytes and then closes.
pub async fn exchange(response: impl AsRef<[u8]>) -> Result<Response, Box<Failure>> {
    exchange_with(Method::GET, response).await
}

pub async fn exchange_with(method: Method, response: impl AsRef<[u8]>) -> Result<Response, Box<Failure>> {
    let server = Server::start().await;
    let request = Request::new(method, server.url("/"));
    let (outcome, _) = tokio::join!(send(request), async {
        let (mut peer, _) = server.answer(response).await;
        // First the end of our half, so that unread bytes of the client cannot turn it into a reset.
        let _ = peer.stream.shutdown().await;
        peer.closed().await;
    });
    outcome
}

pub fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}
