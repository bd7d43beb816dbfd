//! The listening service: binds, says so, serves until told to stop.

use std::future::{Future, IntoFuture};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::faults::Faults;
use crate::options::DemoOptions;
use crate::routes;
use crate::shop::Shop;
use crate::store::StoreError;

/// How long requests under way may take to end after a stop was asked for.
const STOP_GRACE: Duration = Duration::from_secs(3);

/// Why the service could not run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The address cannot be listened on.
    #[error("listen on {host}:{port}: {source}")]
    Listen {
        /// As asked for.
        host: String,
        /// As asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The shop's database or catalogue cannot be made.
    #[error("open the shop: {0}")]
    Open(String),
    /// Anything else that the system refused.
    #[error("serve: {0}")]
    Io(#[from] io::Error),
}

impl From<StoreError> for DemoError {
    fn from(error: StoreError) -> Self {
        Self::Open(error.to_string())
    }
}

impl From<serde_json::Error> for DemoError {
    fn from(error: serde_json::Error) -> Self {
        Self::Open(error.to_string())
    }
}

/// Serves the shop until `shutdown` completes, then lets requests under way end, for a few seconds at most.
/// `on_ready` is called once, with the address that is listened on, when connections are accepted.
///
/// # Errors
///
/// When the address cannot be listened on or the shop cannot be opened.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use katydid_demo::{DemoOptions, serve};
///
/// let options = DemoOptions { port: 0, ..DemoOptions::default() };
/// let (ready, address) = tokio::sync::oneshot::channel();
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let service = tokio::spawn(async move {
///     serve(options, |address| ready.send(address).unwrap(), async { drop(stopped.await) }).await
/// });
/// println!("the shop is at http://{}", address.await.unwrap());
/// drop(stop);
/// service.await.unwrap().unwrap();
/// # });
/// ```
pub async fn serve(
    options: DemoOptions,
    on_ready: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), DemoError> {
    let shop = Arc::new(Shop::open(&options)?);
    let router = routes::router(shop, Faults::new(&options).map(Arc::new));
    let listener = listen(&options).await?;
    on_ready(listener.local_addr()?);

    let (stopping, mut stop_asked) = watch::channel(false);
    let stop = async move {
        shutdown.await;
        stopping.send_replace(true);
    };
    // Without this, answers written in two parts wait for the peer's delayed acknowledgement.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let service = axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .into_future();
    let grace_over = async move {
        // An error here means the sender is gone without a stop: the service has ended by itself.
        if stop_asked.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(STOP_GRACE).await;
    };
    tokio::select! {
        outcome = service => Ok(outcome?),
        () = grace_over => Ok(()),
    }
}

async fn listen(options: &DemoOptions) -> Result<TcpListener, DemoError> {
    TcpListener::bind((options.host.as_str(), options.port))
        .await
        .map_err(|source| DemoError::Listen {
            host: options.host.clone(),
            port: options.port,
            source,
        })
}

/// Runs the service as a command does: says on the first line of standard output where it listens, and stops
/// on Ctrl-C or a request to terminate. Makes its own runtime; not for use inside another.
///
/// # Errors
///
/// As [`serve`].
pub fn run(options: DemoOptions) -> Result<(), DemoError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop = stop_signal()?;
        serve(options, announce, stop).await
    })
}

fn announce(address: SocketAddr) {
    use std::io::Write;

    let mut stdout = io::stdout().lock();
    // Whoever closed our output does not want to know; the service is no worse for it.
    drop(writeln!(stdout, "listening on http://{address}").and_then(|()| stdout.flush()));
}

/// Completes at the first signal to stop. Handlers are in place when this returns.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
