//! The idle connections of one user. Does not open any.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustls::ClientConfig;

use crate::connection::Connection;
use crate::request::Request;
use crate::tls::TlsSettings;

/// Idle connections kept per origin, as `requests` does.
pub const DEFAULT_POOL_LIMIT: usize = 10;
/// After this much idle time the kernel is asked whether the connection still stands, because the request may be one
/// that must not be sent twice. Below it, the reactor's word is fresh enough.
const TRUSTED_IDLE: Duration = Duration::from_millis(100);

/// Keeps idle connections, the latest used first. Cheap to clone; clones share the connections. Dropping the last
/// one closes them.
#[derive(Debug, Clone)]
pub struct Pool {
    inner: Arc<Mutex<Idle>>,
}

/// In cache lines of its own: the I/O thread changes it while the thread that asks counts its handles.
#[derive(Debug)]
#[repr(align(64))]
struct Idle {
    limit: usize,
    connections: Vec<(Connection, Instant)>,
    /// TLS configurations with a session cache of this pool's own; empty unless settings ask for it.
    configs: Vec<(Arc<TlsSettings>, Arc<ClientConfig>)>,
}

impl Default for Pool {
    fn default() -> Self {
        Self::new(DEFAULT_POOL_LIMIT)
    }
}

impl Pool {
    /// Builds an empty pool that keeps up to `limit` idle connections per origin; with 0, every request opens its
    /// own.
    pub fn new(limit: usize) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Idle {
                limit,
                connections: Vec::new(),
                configs: Vec::new(),
            })),
        }
    }

    /// How many connections wait here.
    pub fn idle_count(&self) -> usize {
        self.inner.lock().connections.len()
    }

    /// Closes all idle connections.
    pub fn clear(&self) {
        // Closed after the lock is released.
        let _closed = std::mem::take(&mut self.inner.lock().connections);
    }

    /// Takes the connection that was used last among those that can serve `request` and still stand.
    pub(crate) fn take(&self, request: &Request) -> Option<Connection> {
        let mut idle = self.inner.lock();
        while let Some(index) = idle
            .connections
            .iter()
            .rposition(|(connection, _)| connection.route.serves(request))
        {
            let (mut connection, since) = idle.connections.remove(index);
            if connection.stream.is_stale() {
                continue;
            }
            let must_not_fail = !request.method.is_idempotent();
            if must_not_fail && since.elapsed() > TRUSTED_IDLE && connection.stream.is_stale_by_kernel() {
                continue;
            }
            return Some(connection);
        }
        None
    }

    /// Keeps a connection for the next request; the longest idle one of its origin makes room.
    pub(crate) fn put(&self, connection: Connection, now: Instant) {
        let mut idle = self.inner.lock();
        let same_origin = |(kept, _): &(Connection, Instant)| kept.route.origin == connection.route.origin;
        let count = idle.connections.iter().filter(|kept| same_origin(kept)).count();
        if idle.limit == 0 {
            return;
        }
        if count >= idle.limit
            && let Some(oldest) = idle.connections.iter().position(same_origin)
        {
            idle.connections.remove(oldest);
        }
        // Most users have one connection: do not reserve for four.
        if idle.connections.len() == idle.connections.capacity() {
            idle.connections.reserve_exact(1);
        }
        idle.connections.push((connection, now));
    }

    /// The configuration for `settings` with this pool's own session cache, made from `shared` at first use.
    pub(crate) fn tls_config(
        &self,
        settings: &Arc<TlsSettings>,
        make: impl FnOnce() -> Arc<ClientConfig>,
    ) -> Arc<ClientConfig> {
        let mut idle = self.inner.lock();
        if let Some((_, config)) = idle.configs.iter().find(|(known, _)| known == settings) {
            return Arc::clone(config);
        }
        let config = make();
        idle.configs.push((Arc::clone(settings), Arc::clone(&config)));
        config
    }
}
