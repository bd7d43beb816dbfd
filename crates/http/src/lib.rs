//! One request out, one response back, timed. Knows neither users nor statistics nor Python; follows no redirects and
//! keeps no cookies: those are its callers' business.
//!
//! The framing of HTTP/1.1 is our own, over `httparse` and tokio's `TcpStream`, where a ready-made client (hyper) was
//! planned at first. The reasons: what this product sells is cost per request, and here a request is one future that
//! writes, reads and parses in one task, with no connection task and no channels between; an idle connection holds no
//! buffers (they are lent while bytes are in them), so a hundred thousand connected users fit in memory; the clock is
//! read exactly when bytes arrive; and each fault of a server has its own error. What is hard about HTTP (heads, TLS,
//! compression, names) is still left to libraries.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use katydid_http::{Client, Pool, Request, Url};
//! let (client, pool) = (Client::default(), Pool::default());
//! let request = Request::get(Url::parse("http://localhost:8080/")?);
//! let response = client.send(&pool, request, std::time::Instant::now()).await?;
//! println!("{} after {:?}", response.status(), response.timings.total);
//! # Ok(())
//! # }
//! ```

mod buffer;
mod client;
mod connect;
mod connection;
mod decode;
mod error;
mod escape;
mod exchange;
mod framing;
mod head;
mod headers;
mod incoming;
mod outgoing;
mod pool;
mod proxy;
mod request;
mod resolve;
mod response;
mod stream;
mod timing;
mod tls;
mod url;
mod verify;

pub use client::{Client, ClientOptions};
pub use error::{Error, Failure, TlsFailure};
pub use head::{MAX_HEAD, MAX_HEADERS};
pub use headers::{HeaderBlock, HeaderBlockBuilder};
pub use pool::{DEFAULT_POOL_LIMIT, Pool};
pub use proxy::Proxy;
pub use request::{Body, BodyMode, Method, Request, Timeouts};
pub use response::{Headers, Response, ResponseBody, ResponseHead, Version};
pub use stream::BodyStream;
pub use timing::Timings;
pub use tls::{SessionResumption, TlsSettings, Verify};
pub use url::{Origin, Scheme, Url, Userinfo};
