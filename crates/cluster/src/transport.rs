//! Sockets between nodes: ZeroMQ, as Locust uses it. The master has a ROUTER, each worker a DEALER whose identity is its
//! id; a message is one frame. Knows nothing of what the messages mean.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use omq_tokio::options::{KeepAlive, OnMute};
use omq_tokio::{IdentitySocket, Message, MonitorEvent, MonitorStream, Options, Socket, SocketType};
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::error::ClusterError;
use crate::key::ClusterKey;

/// Larger messages are dropped, with their connection: nobody has to hold what a stranger sends.
const LARGEST_MESSAGE: usize = 64 << 20;

/// Messages that wait for one peer. A job for each step of a ramp is the most that comes together.
const WAITING_MESSAGES: u32 = 10_000;

/// How long a connection may be silent before it is probed: what Locust sets.
const KEEP_ALIVE_IDLE: Duration = Duration::from_secs(30);

/// How long the last words of a node may take.
const LINGER: Duration = Duration::from_secs(2);

/// How often a name is looked up that is not known yet.
const DIAL_EVERY: Duration = Duration::from_secs(1);

/// A thousand workers may come at the same moment.
const HANDSHAKES_AT_ONCE: usize = 8_192;

fn options() -> Options {
    Options {
        max_message_size: Some(LARGEST_MESSAGE),
        send_hwm: WAITING_MESSAGES,
        recv_hwm: WAITING_MESSAGES,
        max_pending_handshakes: HANDSHAKES_AT_ONCE,
        linger: Some(LINGER),
        on_mute: OnMute::DropNewest,
        tcp_keepalive: KeepAlive::Enabled {
            idle: KEEP_ALIVE_IDLE,
            intvl: KEEP_ALIVE_IDLE,
            cnt: 4,
        },
        ..Options::default()
    }
}

/// The master's end.
#[derive(Debug)]
pub struct MasterSocket {
    socket: IdentitySocket,
    port: u16,
}

impl MasterSocket {
    /// Listens. Port 0 takes any that is free. Needs a tokio runtime, which has to live as long as the socket.
    ///
    /// # Errors
    ///
    /// When nothing can listen there.
    pub async fn bind(host: &str, port: u16, key: Option<&ClusterKey>) -> Result<Self, ClusterError> {
        let address = address(host, port);
        let wrong = |error: &dyn std::fmt::Display| ClusterError::Bind {
            address: address.clone(),
            why: error.to_string(),
        };
        let options = Options {
            router_mandatory: true,
            ..options()
        };
        let options = match key {
            Some(key) => key.guard_master(options),
            None => options,
        };
        let socket = Socket::try_new(SocketType::Router, options).map_err(|error| wrong(&error))?;
        let bound = socket
            .bind(format!("tcp://{address}").as_str())
            .await
            .map_err(|error| wrong(&error))?;
        let bound = bound.to_string();
        let port = bound.rsplit(':').next().and_then(|port| port.parse().ok());
        Ok(Self {
            port: port.ok_or_else(|| wrong(&format!("unknown port in {bound}")))?,
            socket: IdentitySocket::try_from(socket).map_err(|error| wrong(&error))?,
        })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits for a message: who sent it, and its bytes. `None` when the socket is closed.
    pub async fn receive(&self) -> Option<(String, Bytes)> {
        loop {
            match self.socket.recv_from().await {
                // Ids are texts; who has another identity is nobody that we could name.
                Ok((identity, message)) => {
                    let id = std::str::from_utf8(identity.as_ref()).map(str::to_owned);
                    if let (Ok(id), Some(bytes)) = (id, only_part(&message)) {
                        return Some((id, bytes));
                    }
                }
                Err(omq_tokio::Error::Closed) => return None,
                Err(error) => log::debug!(target: TARGET, "a message was dropped: {error}"),
            }
        }
    }

    /// A message that has come already.
    pub fn try_receive(&self) -> Option<(String, Bytes)> {
        let (identity, message) = self.socket.try_recv_from().ok()?;
        let id = std::str::from_utf8(identity.as_ref()).ok()?;
        Some((id.to_owned(), only_part(&message)?))
    }

    /// Hands over a message without waiting. `false` if the worker is not connected, or takes nothing any more.
    pub fn send(&self, id: &str, bytes: Vec<u8>) -> bool {
        self.socket.try_send_to(id, Message::single(bytes)).is_ok()
    }

    /// Closes it, after what was handed over has been sent.
    pub async fn close(self) {
        let _ = self.socket.into_inner().close_with_linger(Some(LINGER)).await;
    }
}

/// A worker's end.
#[derive(Debug)]
pub struct WorkerSocket {
    socket: Socket,
    monitor: MonitorStream,
    /// Why the master's address is not known, as long as it is not.
    unresolved: Arc<Mutex<Option<String>>>,
    dialing: Option<JoinHandle<()>>,
    /// Connections since the last one over which both sides understood each other.
    fruitless: u32,
}

impl Drop for WorkerSocket {
    fn drop(&mut self) {
        if let Some(dialing) = &self.dialing {
            dialing.abort();
        }
    }
}

/// Tries until the name is known; connections are the socket's business from then on.
async fn dial(socket: Socket, endpoint: String, unresolved: Arc<Mutex<Option<String>>>) {
    loop {
        sleep(DIAL_EVERY).await;
        match socket.connect(endpoint.as_str()).await {
            Ok(()) => {
                *unresolved.lock() = None;
                return;
            }
            Err(omq_tokio::Error::Io(error)) => *unresolved.lock() = Some(error.to_string()),
            Err(error) => *unresolved.lock() = Some(error.to_string()),
        }
    }
}

impl WorkerSocket {
    /// Connects, and goes on trying for as long as the socket lives. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address is none.
    pub async fn connect(
        host: &str,
        port: u16,
        id: &str,
        key: Option<&ClusterKey>,
    ) -> Result<Self, ClusterError> {
        let address = address(host, port);
        let wrong = |error: &dyn std::fmt::Display| ClusterError::Connect {
            address: address.clone(),
            why: error.to_string(),
        };
        let options = Options {
            identity: Bytes::copy_from_slice(id.as_bytes()),
            ..options()
        };
        let options = match key {
            Some(key) => key.guard_worker(options),
            None => options,
        };
        let socket = Socket::try_new(SocketType::Dealer, options).map_err(|error| wrong(&error))?;
        let monitor = socket.monitor();
        let endpoint = format!("tcp://{address}");
        let unresolved: Arc<Mutex<Option<String>>> = Arc::default();
        let dialing = match socket.connect(endpoint.as_str()).await {
            Ok(()) => None,
            // The name may not be known yet: where containers are started together, the master's is not.
            Err(omq_tokio::Error::Io(error)) => {
                *unresolved.lock() = Some(error.to_string());
                let (socket, unresolved) = (socket.clone(), unresolved.clone());
                Some(tokio::spawn(dial(socket, endpoint, unresolved)))
            }
            Err(error) => return Err(wrong(&error)),
        };
        Ok(Self {
            socket,
            monitor,
            unresolved,
            dialing,
            fruitless: 0,
        })
    }

    /// Waits for a message. `None` when the socket is closed.
    pub async fn receive(&self) -> Option<Bytes> {
        loop {
            match self.socket.recv().await {
                Ok(message) => {
                    if let Some(bytes) = only_part(&message) {
                        return Some(bytes);
                    }
                }
                Err(omq_tokio::Error::Closed) => return None,
                Err(error) => log::debug!(target: TARGET, "a message was dropped: {error}"),
            }
        }
    }

    /// Hands over a message without waiting. `false` if too many wait already.
    pub fn send(&self, bytes: Vec<u8>) -> bool {
        self.socket.try_send(Message::single(bytes)).is_ok()
    }

    /// Why connections failed since the last call, if one did.
    pub fn last_failure(&mut self) -> Option<String> {
        let failure = self.unresolved.lock().clone();
        loop {
            match self.monitor.try_recv() {
                Ok(MonitorEvent::Connected { .. }) => self.fruitless += 1,
                Ok(MonitorEvent::HandshakeSucceeded { .. }) => self.fruitless = 0,
                Ok(_) | Err(omq_tokio::MonitorTryRecvError::Lagged(_)) => {}
                // One may be on its way. Whoever is refused for another key is only hung up on.
                Err(_) if self.fruitless > 1 => {
                    return Some("it hangs up; is it a master, and is the cluster key the same?".to_owned());
                }
                Err(_) => return failure,
            }
        }
    }

    /// Closes it, after what was handed over has been sent.
    pub async fn close(self) {
        let _ = self.socket.clone().close_with_linger(Some(LINGER)).await;
    }
}

/// The logger's name in Locust.
const TARGET: &str = "locust.rpc";

/// Messages of several frames are nobody's.
fn only_part(message: &Message) -> Option<Bytes> {
    match message.len() {
        1 => message.part_bytes(0),
        _ => None,
    }
}

/// Host and port, an IPv6 address in brackets.
pub(crate) fn address(host: &str, port: u16) -> String {
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}
