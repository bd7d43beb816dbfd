//! A connection: a stream of bytes and where it leads. Does not know HTTP.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_rustls::client::TlsStream;

use crate::proxy::Proxy;
use crate::request::Request;
use crate::tls::TlsSettings;
use crate::url::{Origin, Scheme};

/// What must be equal for a connection to serve a request.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// Whom HTTP is spoken to: the proxy, for http through a proxy.
    pub(crate) origin: Arc<Origin>,
    /// For https only.
    pub(crate) tls: Option<Arc<TlsSettings>>,
    /// Through whom a tunnel leads, or who forwards.
    pub(crate) proxy: Option<Arc<Proxy>>,
}

impl Route {
    pub(crate) fn of(request: &Request) -> Self {
        let secure = request.url.origin().scheme() == Scheme::Https;
        let origin = hop(request);
        Self {
            origin: Arc::clone(origin),
            tls: secure.then(|| Arc::clone(&request.tls)),
            proxy: request.proxy.clone(),
        }
    }

    /// Whether this route is the one `request` needs. Pointers first: a user's requests share their settings.
    pub(crate) fn serves(&self, request: &Request) -> bool {
        let secure = request.url.origin().scheme() == Scheme::Https;
        same(&self.origin, hop(request))
            && match (&self.proxy, &request.proxy) {
                (Some(ours), Some(theirs)) => same(ours, theirs),
                (None, None) => true,
                _ => false,
            }
            && match &self.tls {
                Some(tls) => secure && same(tls, &request.tls),
                None => !secure,
            }
    }
}

fn hop(request: &Request) -> &Arc<Origin> {
    let origin = request.url.origin();
    match &request.proxy {
        Some(proxy) if origin.scheme() == Scheme::Http => proxy.origin(),
        _ => origin,
    }
}

fn same<T: PartialEq>(left: &Arc<T>, right: &Arc<T>) -> bool {
    Arc::ptr_eq(left, right) || left == right
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: Stream,
    pub(crate) route: Route,
    pub(crate) remote: SocketAddr,
    /// For requests with a read timeout, once one of them had to wait. Kept, because to move a deadline on costs far
    /// less than to make a timer.
    pub(crate) timer: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    /// Lets the timer end `limit` from now.
    pub(crate) fn set_timer(&mut self, limit: Duration) {
        // What the clock cannot express is as good as no limit; tokio has a limit of its own for that.
        match (&mut self.timer, Instant::now().checked_add(limit)) {
            (Some(timer), Some(deadline)) => timer.as_mut().reset(deadline),
            (timer, _) => *timer = Some(Box::pin(tokio::time::sleep(limit))),
        }
    }

    /// Whether the timer has ended; wakes the task when it does.
    pub(crate) fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.timer {
            Some(timer) => timer.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

/// Plain TCP, or TLS over it.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Whether an idle connection has ended, or has bytes that nobody asked for. Costs no system call while the
    /// reactor has seen nothing happen.
    pub(crate) fn is_stale(&mut self) -> bool {
        let mut byte = [0; 1];
        match self {
            Self::Plain(tcp) => !matches!(tcp.try_read(&mut byte), Err(error) if is_would_block(&error)),
            Self::Tls(_) => {
                let mut context = Context::from_waker(Waker::noop());
                self.poll_read(&mut context, &mut ReadBuf::new(&mut byte))
                    .is_ready()
            }
        }
    }

    /// Asks the kernel the same: the reactor may be behind.
    pub(crate) fn is_stale_by_kernel(&self) -> bool {
        let tcp = match self {
            Self::Plain(tcp) => tcp,
            Self::Tls(tls) => tls.get_ref().0,
        };
        let peeked = socket2::SockRef::from(tcp).peek(&mut [MaybeUninit::uninit(); 1]);
        match peeked {
            // Bytes on a TLS connection may be a session ticket, which is no reason to leave it.
            Ok(count) => count == 0 || matches!(self, Self::Plain(_)),
            Err(error) => !is_would_block(&error),
        }
    }

    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(context, room),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_read(context, room),
        }
    }

    pub(crate) fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match (self, parts) {
            (Self::Plain(tcp), [one]) => Pin::new(tcp).poll_write(context, one),
            (Self::Plain(tcp), parts) => Pin::new(tcp).poll_write_vectored(context, parts),
            (Self::Tls(tls), parts) => Pin::new(tls.as_mut()).poll_write_vectored(context, parts),
        }
    }

    /// Sends what TLS still holds; plain TCP holds nothing.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(tls) => Pin::new(tls.as_mut()).poll_flush(context),
        }
    }
}

fn is_would_block(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
