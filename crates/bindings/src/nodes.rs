//! `Master` and `Worker`: a node of a cluster for Python. Its loop has a thread of its own, so that no user code, no
//! report and no other work delays a heartbeat.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_cluster::fleet::{Fleet, Node, Patience};
use katydid_cluster::message::{Locustfiles, Setting, Source, ToMaster, ToWorker};
use katydid_cluster::{
    ClusterError, ClusterKey, MasterAddress, MasterHandle, MasterSettings, MasterSocket, WorkerHandle,
    WorkerSettings, request_locustfiles,
};
use katydid_engine::{RunnerHandle, UserCounts};
use parking_lot::Mutex;
use pyo3::exceptions::{PyConnectionError, PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::audience::Audience;
use crate::data;
use crate::hub::Hub;
use crate::runner::{await_on_hub, block_on};
use crate::shared::{cluster, hub_queue};

/// The master of a cluster. Listens from its construction on, and serves once a `Runner` is made of it.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Master {
    pub(crate) handle: MasterHandle,
    pub(crate) waiting: Mutex<Option<katydid_cluster::Master>>,
    pub(crate) audience: Arc<Audience>,
}

#[pymethods]
impl Master {
    /// Raises OSError when nothing can listen there, or the key is none.
    #[new]
    #[pyo3(signature = (host, port, key_file, *, heartbeat_interval, liveness, dead, report_wait, ends_with_workers))]
    #[expect(
        clippy::too_many_arguments,
        reason = "keyword arguments, each a setting of its own"
    )]
    fn new(
        py: Python<'_>,
        host: String,
        port: u16,
        key_file: Option<String>,
        heartbeat_interval: f64,
        liveness: i32,
        dead: i32,
        report_wait: f64,
        ends_with_workers: bool,
    ) -> PyResult<Self> {
        let settings = MasterSettings {
            heartbeat_interval: seconds(heartbeat_interval),
            patience: Patience { liveness, dead },
            report_wait: Duration::try_from_secs_f64(report_wait).unwrap_or_default(),
            ends_with_workers,
        };
        let key = key_of(key_file.as_deref())?;
        let cluster = cluster()?;
        let made = py.detach(|| {
            block_on(cluster, async move {
                let socket = MasterSocket::bind(&host, port, key.as_ref()).await?;
                let version = katydid_cli::LOCUST_VERSION;
                Ok(katydid_cluster::Master::new(socket, version, settings))
            })
        });
        let (master, handle) = made.map_err(|error: ClusterError| PyOSError::new_err(error.to_string()))?;
        Ok(Self {
            handle,
            waiting: Mutex::new(Some(master)),
            audience: Arc::new(Audience::new(hub_queue()?)),
        })
    }

    /// The port that it listens on.
    #[getter]
    fn port(&self) -> u16 {
        self.handle.port()
    }

    /// Sends a message to one worker, or to every one that is known. Raises TypeError for what it cannot carry.
    #[pyo3(signature = (kind, data, worker=None))]
    fn send(&self, kind: String, data: &Bound<'_, PyAny>, worker: Option<&str>) -> PyResult<()> {
        let data = data::from_python(data)?;
        self.handle.send(worker, ToWorker::Custom { kind, data });
        Ok(())
    }

    /// Takes in a message as if it had come from a worker.
    fn hear(&self, worker: &str, message: Vec<u8>) {
        self.handle.hear(worker, message.into());
    }

    /// Says under which circumstances workers have users from now on.
    fn set_setting(
        &self,
        host: Option<String>,
        stop_timeout: f64,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        self.handle.set_setting(Setting {
            host,
            stop_timeout,
            options: data::from_options(options)?,
        });
        Ok(())
    }

    /// Says whether listeners want to see reports and heartbeats.
    fn set_wishes(&self, reports: bool, heartbeats: bool) {
        self.audience.set_wishes(reports, heartbeats);
    }

    /// Every worker that is known, a dict each, in the order of their ids.
    fn workers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let rows: Vec<_> = self.handle.look(|fleet: &mut Fleet| {
            fleet
                .nodes()
                .map(|(id, node)| (id.clone(), node.clone()))
                .collect()
        });
        let list = PyList::empty(py);
        for (id, node) in rows {
            list.append(worker_row(py, &id, &node)?)?;
        }
        Ok(list)
    }

    /// The number of a worker among all that ever came.
    fn worker_index(&self, worker: &str) -> i64 {
        self.handle.look(|fleet| fleet.index(worker))
    }

    /// How many workers can have users.
    fn worker_count(&self) -> usize {
        self.handle.look(|fleet| fleet.present().count())
    }

    /// Users by class over all workers, as they reported last.
    fn user_counts(&self) -> UserCounts {
        self.handle.look(|fleet| fleet.user_counts())
    }
}

fn worker_row<'py>(py: Python<'py>, id: &str, node: &Node) -> PyResult<Bound<'py, PyDict>> {
    let row = PyDict::new(py);
    row.set_item("id", id)?;
    row.set_item("index", node.index)?;
    row.set_item("state", node.state.as_str())?;
    row.set_item("heartbeat", node.liveness)?;
    row.set_item("cpu_usage", node.cpu_usage)?;
    row.set_item("memory_usage", node.memory_usage)?;
    row.set_item("user_classes_count", node.users.clone())?;
    Ok(row)
}

/// A worker of a cluster, on its way to its master. Works once a `Runner` is made of it.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Worker {
    pub(crate) handle: WorkerHandle,
    pub(crate) runner: RunnerHandle,
    pub(crate) waiting: Arc<Mutex<Option<katydid_cluster::Worker>>>,
    pub(crate) audience: Arc<Audience>,
}

#[pymethods]
impl Worker {
    /// Raises OSError when the address or the key is none.
    #[new]
    #[pyo3(signature = (
        worker_id, host, port, key_file, *,
        heartbeat_interval, report_interval, master_timeout, connect_timeout, connect_attempts,
    ))]
    #[expect(
        clippy::too_many_arguments,
        reason = "keyword arguments, each a setting of its own"
    )]
    fn new(
        py: Python<'_>,
        worker_id: String,
        host: String,
        port: u16,
        key_file: Option<String>,
        heartbeat_interval: f64,
        report_interval: f64,
        master_timeout: f64,
        connect_timeout: f64,
        connect_attempts: u32,
    ) -> PyResult<Self> {
        let settings = WorkerSettings {
            heartbeat_interval: seconds(heartbeat_interval),
            report_interval: seconds(report_interval),
            master_timeout: seconds(master_timeout),
            connect_timeout: seconds(connect_timeout),
            connect_attempts,
        };
        let key = key_of(key_file.as_deref())?;
        let address = MasterAddress { host, port, key };
        let cluster = cluster()?;
        let made = py.detach(|| {
            let version = katydid_cli::LOCUST_VERSION;
            block_on(cluster, async move {
                katydid_cluster::Worker::connect(&worker_id, version, address, settings).await
            })
        });
        let (worker, handle, runner) = made.map_err(|error| PyOSError::new_err(error.to_string()))?;
        Ok(Self {
            handle,
            runner,
            waiting: Arc::new(Mutex::new(Some(worker))),
            audience: Arc::new(Audience::new(hub_queue()?)),
        })
    }

    /// Parks the calling greenlet until the master has accepted it. Raises ConnectionError when none does.
    fn join(&self, py: Python<'_>, hub: &Bound<'_, Hub>) -> PyResult<()> {
        let waiting = self.waiting.clone();
        let cluster = cluster()?;
        let joining = async move {
            let Some(mut worker) = waiting.lock().take() else {
                return Ok(0);
            };
            // On its own thread, where its socket lives.
            let joined = cluster.spawn(async move {
                let result = worker.join().await;
                (worker, result)
            });
            let (worker, result) = joined.await.map_err(|error| error.to_string())?;
            *waiting.lock() = Some(worker);
            result.map(|()| 0).map_err(|error| error.to_string())
        };
        await_on_hub(py, hub.get(), joining).map(drop).map_err(|error| {
            match error.is_instance_of::<PyRuntimeError>(py) {
                true => PyConnectionError::new_err(error.value(py).to_string()),
                // Somebody had enough of waiting.
                false => error,
            }
        })
    }

    /// Takes in a message as if it had come from the master.
    fn hear(&self, message: Vec<u8>) {
        self.handle.hear(message.into());
    }

    /// Connects anew.
    fn reconnect(&self) {
        self.handle.reconnect();
    }

    /// Its number among all workers of the master; -1 until the master said so.
    #[getter]
    fn index(&self) -> i64 {
        self.handle.index().unwrap_or(-1)
    }

    /// Sends the master a message. Raises TypeError for what it cannot carry.
    fn send(&self, kind: String, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let data = data::from_python(data)?;
        self.handle.send(ToMaster::Custom { kind, data });
        Ok(())
    }

    /// Says whether listeners want to see reports and heartbeats.
    fn set_wishes(&self, reports: bool, heartbeats: bool) {
        self.audience.set_wishes(reports, heartbeats);
    }
}

/// Asks a master for its locustfiles: `{'locustfiles': [url or (filename, contents)], 'bundle': None or {...}}`. Blocks.
/// Raises OSError when it gives none.
#[pyfunction]
pub(crate) fn locustfiles_of_master<'py>(
    py: Python<'py>,
    node_id: String,
    host: String,
    port: u16,
    key_file: Option<String>,
    patience: f64,
) -> PyResult<Bound<'py, PyDict>> {
    let key = key_of(key_file.as_deref())?;
    let cluster = cluster()?;
    let address = MasterAddress { host, port, key };
    let answer = py.detach(|| {
        let version = katydid_cli::LOCUST_VERSION;
        block_on(cluster, async move {
            request_locustfiles(&node_id, version, address, seconds(patience)).await
        })
    });
    let Locustfiles { sources, bundle } = answer.map_err(|error| PyOSError::new_err(error.to_string()))?;
    let fields = PyDict::new(py);
    let list = PyList::empty(py);
    for source in sources {
        match source {
            Source::Url(url) => list.append(url)?,
            Source::File { filename, contents } => list.append((filename, contents))?,
        }
    }
    fields.set_item("locustfiles", list)?;
    let bundled = match bundle {
        None => None,
        Some(bundle) => {
            let files = PyDict::new(py);
            for (path, contents) in &bundle.files {
                files.set_item(path, pyo3::types::PyBytes::new(py, contents))?;
            }
            let row = PyDict::new(py);
            row.set_item("hash", bundle.hash)?;
            row.set_item("files", files)?;
            row.set_item("locustfiles", bundle.locustfiles)?;
            Some(row)
        }
    };
    fields.set_item("bundle", bundled)?;
    Ok(fields)
}

fn key_of(file: Option<&str>) -> PyResult<Option<ClusterKey>> {
    file.map(|file| ClusterKey::read(Path::new(file)).map_err(|error| PyOSError::new_err(error.to_string())))
        .transpose()
}

/// A time that user code set; what makes no sense is a second.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| *time >= SHORTEST)
        .unwrap_or(Duration::from_secs(1))
}

/// Quicker rhythms are of no use to anybody.
const SHORTEST: Duration = Duration::from_millis(10);

/// Takes what waits for its runner.
pub(crate) fn take_waiting<T>(waiting: &Mutex<Option<T>>) -> PyResult<T> {
    let taken = waiting.lock().take();
    taken.ok_or_else(|| PyRuntimeError::new_err("this node has a runner already"))
}

/// Percent of one core and bytes of memory of this process, at each call since the last reading. Nothing is said of the
/// processor before the first interval is over.
pub(crate) fn usage() -> Box<dyn FnMut() -> (f64, u64) + Send> {
    let mut meter = katydid_cli::UsageMeter::start();
    let mut last = (0.0, meter.read().resident_bytes);
    let mut read_at = Instant::now();
    Box::new(move || {
        // Reading it costs more than a heartbeat does.
        if read_at.elapsed() >= USAGE_EVERY {
            let usage = meter.read();
            last = (usage.process_percent, usage.resident_bytes);
            read_at = Instant::now();
        }
        last
    })
}

const USAGE_EVERY: Duration = Duration::from_secs(2);
