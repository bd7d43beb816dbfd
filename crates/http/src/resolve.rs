//! Names to addresses, through the system's resolver. Does not connect.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::Error;
use crate::url::Origin;

/// Names remembered; beyond it, the memory starts anew.
const MAX_REMEMBERED: usize = 10_000;

/// Looks names up, and remembers the answers for a while if told so.
#[derive(Debug)]
pub(crate) struct Resolver {
    keep: Duration,
    remembered: Mutex<HashMap<Box<str>, Answer>>,
}

#[derive(Debug, Clone)]
struct Answer {
    addresses: Arc<[IpAddr]>,
    until: Instant,
}

impl Resolver {
    pub(crate) fn new(keep: Duration) -> Self {
        Self {
            keep,
            remembered: Mutex::default(),
        }
    }

    /// Looks the host of `origin` up: one address or more, in the order to be tried.
    pub(crate) async fn resolve(&self, origin: &Origin) -> Result<Vec<SocketAddr>, Error> {
        let addresses = match self.remembered(origin.host()) {
            Some(addresses) => addresses,
            None => self.ask(origin).await?,
        };
        Ok(addresses
            .iter()
            .map(|address| SocketAddr::new(*address, origin.port()))
            .collect())
    }

    fn remembered(&self, host: &str) -> Option<Arc<[IpAddr]>> {
        if self.keep.is_zero() {
            return None;
        }
        let remembered = self.remembered.lock();
        remembered
            .get(host)
            .filter(|answer| answer.until > Instant::now())
            .map(|answer| Arc::clone(&answer.addresses))
    }

    async fn ask(&self, origin: &Origin) -> Result<Arc<[IpAddr]>, Error> {
        let failed = |source| Error::Dns {
            host: origin.host().to_owned(),
            source,
        };
        let found = tokio::net::lookup_host((origin.host(), origin.port()))
            .await
            .map_err(failed)?;
        let addresses: Arc<[IpAddr]> = found.map(|address| address.ip()).collect();
        if addresses.is_empty() {
            return Err(failed(std::io::Error::other("the name has no address")));
        }
        if !self.keep.is_zero() {
            let mut remembered = self.remembered.lock();
            if remembered.len() >= MAX_REMEMBERED {
                remembered.clear();
            }
            let until = Instant::now() + self.keep;
            remembered.insert(
                origin.host().into(),
                Answer {
                    addresses: Arc::clone(&addresses),
                    until,
                },
            );
        }
        Ok(addresses)
    }
}
