//! Listens, and keeps connections in bounds. Knows no route.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::error::WebError;
use crate::router::router;
use crate::settings::WebSettings;
use crate::site::Site;
use crate::{live, tls};

/// Connections at a time. Those beyond wait until one of these ends.
const MOST_CONNECTIONS: usize = 4_096;

/// How long a browser may take for its handshake, and for the head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);

/// Address of whoever asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remote(pub(crate) IpAddr);

/// A page that is to be served: the address is taken, nobody is answered yet.
pub struct Server {
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    port: u16,
}

impl Server {
    /// Takes the address. Needs a tokio runtime with I/O and time.
    ///
    /// Fails when something else listens there, or TLS cannot be had.
    pub async fn bind(settings: &WebSettings) -> Result<Self, WebError> {
        let acceptor = match &settings.tls {
            Some((certificate, key)) => Some(tls::acceptor(certificate, key)?),
            None => None,
        };
        let (host, port) = settings.address();
        let failed = |source| WebError::Listen {
            address: format!("{host}:{port}"),
            source,
        };
        let listener = TcpListener::bind((host, port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self {
            listener,
            acceptor,
            port,
        })
    }

    /// The port that was taken.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Serves the page until `stop` says true.
    pub async fn serve(self, site: Arc<Site>, mut stop: watch::Receiver<bool>) {
        let front = Front {
            router: router(&site),
            base_path: site.settings.base_path.as_str().into(),
        };
        let mut beats = pin!(live::beat(site.clone()));
        let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        loop {
            let accepted = async {
                let place = places.clone().acquire_owned().await;
                (self.listener.accept().await, place)
            };
            let (accepted, place) = tokio::select! {
                () = &mut beats => unreachable!("it beats until it is dropped"),
                _ = stop.wait_for(|stop| *stop) => return,
                accepted = accepted => accepted,
            };
            let Ok((stream, address)) = accepted else {
                // Out of file descriptors, most likely: users have them, and give them back.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let front = front.clone();
            let acceptor = self.acceptor.clone();
            let mut stop = stop.clone();
            tokio::spawn(async move {
                let _place = place;
                let remote = Remote(address.ip());
                let served = async {
                    match acceptor {
                        None => front.converse(stream, remote).await,
                        Some(acceptor) => {
                            if let Ok(Ok(stream)) = timeout(HEAD_PATIENCE, acceptor.accept(stream)).await {
                                front.converse(stream, remote).await;
                            }
                        }
                    }
                };
                tokio::select! {
                    () = served => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
            });
        }
    }
}

/// The routes under their base path.
#[derive(Clone)]
struct Front {
    router: Router,
    base_path: Arc<str>,
}

impl Front {
    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, remote: Remote) {
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let front = self.clone();
            async move { Ok::<_, Infallible>(front.answer(request.map(Body::new), remote).await) }
        });
        // What a browser does wrong is its own affair.
        let _ = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn answer(&self, mut request: Request, remote: Remote) -> Response {
        match self.below(request.uri()) {
            Some(Below::Path(uri)) => *request.uri_mut() = uri,
            Some(Below::Itself) => {
                return Redirect::permanent(&format!("{}/", self.base_path)).into_response();
            }
            None => return StatusCode::NOT_FOUND.into_response(),
        }
        request.extensions_mut().insert(ConnectInfo(remote));
        let Ok(response) = self.router.clone().oneshot(request).await;
        response
    }

    /// The same address without the base path; `None` if it is not below it.
    fn below(&self, uri: &Uri) -> Option<Below> {
        let rest = uri.path().strip_prefix(&*self.base_path)?;
        if rest.is_empty() {
            return Some(if self.base_path.is_empty() {
                Below::Path(Uri::from_static("/"))
            } else {
                Below::Itself
            });
        }
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path: PathAndQuery = format!("{rest}{query}")
            .parse()
            .ok()
            .filter(|_| rest.starts_with('/'))?;
        Some(Below::Path(path.into()))
    }
}

enum Below {
    Path(Uri),
    /// The base path without a slash: relative addresses on the page would go astray.
    Itself,
}
