//! Opens connections: name, TCP, proxy tunnel, TLS, each timed. Does not keep them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::connection::{Connection, Route, Stream};
use crate::error::{Error, TlsFailure};
use crate::exchange::Exchange;
use crate::pool::Pool;
use crate::proxy::Proxy;
use crate::request::Request;
use crate::resolve::Resolver;
use crate::timing::Timings;
use crate::tls::{self, SessionResumption, TlsConfigs, TlsSettings};
use crate::url::Origin;

/// Opens connections.
#[derive(Debug)]
pub(crate) struct Connector {
    resolver: Resolver,
    configs: TlsConfigs,
}

impl Connector {
    pub(crate) fn new(resolver: Resolver) -> Self {
        Self {
            resolver,
            configs: TlsConfigs::default(),
        }
    }

    /// Opens the connection that `request` needs, within its connect timeout.
    pub(crate) async fn connect(
        &self,
        pool: &Pool,
        request: &Request,
        timings: &mut Timings,
    ) -> Result<Connection, Error> {
        let limit = request.timeouts.connect;
        let opening = self.open(pool, request, timings);
        let Some(limit) = limit else { return opening.await };
        match tokio::time::timeout(limit, opening).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::ConnectTimeout {
                target: request.url.origin().target(),
                limit,
            }),
        }
    }

    async fn open(&self, pool: &Pool, request: &Request, timings: &mut Timings) -> Result<Connection, Error> {
        let route = Route::of(request);
        let first_hop = request
            .proxy
            .as_ref()
            .map_or(&route.origin, |proxy| proxy.origin());
        let addresses = self.resolve(first_hop, timings).await?;

        let connecting = Instant::now();
        let (tcp, remote) = connect_any(first_hop, &addresses, request.timeouts.connect).await?;
        let mut connection = Connection {
            stream: Stream::Plain(tcp),
            route,
            remote,
            timer: None,
        };
        if connection.route.tls.is_some()
            && let Some(proxy) = &request.proxy
        {
            connection = open_tunnel(connection, proxy).await?;
        }
        timings.connect = Some(connecting.elapsed());

        if let Some(settings) = connection.route.tls.clone() {
            let securing = Instant::now();
            connection = self.secure(connection, pool, &settings).await?;
            timings.tls = Some(securing.elapsed());
        }
        Ok(connection)
    }

    async fn resolve(&self, origin: &Origin, timings: &mut Timings) -> Result<Vec<SocketAddr>, Error> {
        if let Some(address) = origin.address() {
            return Ok(vec![SocketAddr::new(address, origin.port())]);
        }
        let asking = Instant::now();
        let addresses = self.resolver.resolve(origin).await?;
        timings.dns = Some(asking.elapsed());
        Ok(addresses)
    }

    async fn secure(
        &self,
        connection: Connection,
        pool: &Pool,
        settings: &Arc<TlsSettings>,
    ) -> Result<Connection, Error> {
        let Connection {
            stream,
            route,
            remote,
            timer,
        } = connection;
        let Stream::Plain(tcp) = stream else {
            return Ok(Connection {
                stream,
                route,
                remote,
                timer,
            });
        };
        let shared = self.configs.get(settings).await?;
        let config = match settings.resumption {
            SessionResumption::Pool => pool.tls_config(settings, || tls::with_own_sessions(&shared)),
            SessionResumption::Off | SessionResumption::Shared => shared,
        };
        let name = tls::server_name(settings, route.origin.host())?;
        let handshake = TlsConnector::from(config).connect(name, tcp);
        let stream = handshake
            .await
            .map_err(|error| handshake_error(&route.origin, error))?;
        Ok(Connection {
            stream: Stream::Tls(Box::new(stream)),
            route,
            remote,
            timer,
        })
    }
}

/// Tries the addresses in turn. Each gets its share of the time that is left, so that one that does not answer leaves
/// some to the next.
async fn connect_any(
    origin: &Origin,
    addresses: &[SocketAddr],
    limit: Option<Duration>,
) -> Result<(TcpStream, SocketAddr), Error> {
    let started = Instant::now();
    let mut failure = None;
    for (index, address) in addresses.iter().enumerate() {
        let left = addresses.len() - index;
        let share = limit
            .filter(|_| left > 1)
            .map(|limit| limit.saturating_sub(started.elapsed()) / u32::try_from(left).unwrap_or(u32::MAX));
        match connect_one(*address, share).await {
            Ok(tcp) => return Ok((tcp, *address)),
            Err(source) => {
                failure = Some(Error::Connect {
                    target: origin.target(),
                    address: *address,
                    source,
                });
            }
        }
    }
    Err(failure.unwrap_or_else(|| Error::Dns {
        host: origin.host().to_owned(),
        source: io::Error::other("the name has no address"),
    }))
}

async fn connect_one(address: SocketAddr, share: Option<Duration>) -> io::Result<TcpStream> {
    let connecting = TcpStream::connect(address);
    let tcp = match share {
        Some(share) => tokio::time::timeout(share, connecting)
            .await
            .map_err(io::Error::from)??,
        None => connecting.await?,
    };
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

async fn open_tunnel(connection: Connection, proxy: &Proxy) -> Result<Connection, Error> {
    let now = Instant::now();
    let head = proxy.connect_head(&connection.route.origin);
    let mut exchange = Exchange::raw(connection, head.into(), now);
    let head = exchange.head(&mut Timings::new(now)).await?;
    if !matches!(head.status, 200..=299) {
        return Err(Error::ProxyConnect {
            proxy: proxy.origin().target(),
            status: head.status,
        });
    }
    exchange.buffer.consume(head.length);
    if !exchange.is_reusable() {
        return Err(exchange.invalid("the proxy sent bytes before the tunnel was used"));
    }
    Ok(exchange.connection)
}

fn handshake_error(origin: &Origin, source: io::Error) -> Error {
    let target = origin.target();
    if let Some((kind, detail)) = tls::failure(&source) {
        return Error::Tls { target, kind, detail };
    }
    match source.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            Error::Tls {
                target,
                kind: TlsFailure::Closed,
                detail: source.to_string(),
            }
        }
        _ => Error::Io { target, source },
    }
}
