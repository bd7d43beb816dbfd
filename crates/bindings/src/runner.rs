//! `Runner`: one environment's runner for Python. Commands go to the runner's own thread; waiting parks the greenlet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use katydid_cluster::{MasterHandle, MasterHost, MasterSide, WorkerHost, WorkerSide};
use katydid_engine::{ShapeEnd, ShapeRequest, StartRequest, UserClass, UserCounts, UserHost};
use katydid_stats::Collector;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::control::RunnerId;
use crate::host::{LivingUsers, PythonHost, PythonShape};
use crate::hub::Hub;
use crate::hub_queue::HubItem;
use crate::nodes::{Master, Worker, take_waiting};
use crate::outcome::Outcome;
use crate::stats::Stats;

/// (name, weight, fixed_count) of a user class.
pub(crate) type ClassRow = (String, f64, u64);

static NEXT_RUNNER: AtomicU32 = AtomicU32::new(0);

/// An id that no runner of this process has.
pub(crate) fn next_runner_id() -> RunnerId {
    NEXT_RUNNER.fetch_add(1, Ordering::Relaxed)
}

/// How often pending samples are merged while no report asks for them.
const COLLECT_INTERVAL: Duration = Duration::from_secs(1);

/// The engine's runner for users of this process.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct Runner {
    hub: Py<Hub>,
    /// The users of this process, which a master has none of.
    python: PythonHost,
    /// Whoever has the users.
    host: Arc<dyn UserHost>,
    /// The workers, if users are there.
    master: Option<MasterHandle>,
    living: LivingUsers,
    handle: katydid_engine::RunnerHandle,
}

#[pymethods]
impl Runner {
    /// `perform(kind, argument)` is called on the hub thread for whatever the runner wants from Python. With `node`, a
    /// `Master` or `Worker`, users are on workers, or their test is led by a master.
    #[new]
    #[pyo3(signature = (hub, stats, perform, reset_stats, node=None))]
    fn new(
        hub: Py<Hub>,
        stats: &Bound<'_, Stats>,
        perform: Py<PyAny>,
        reset_stats: bool,
        node: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let id = next_runner_id();
        hub.get().add_performer(id, perform);
        let living = LivingUsers::default();
        let python = PythonHost::new(id, hub.get().queue().clone(), living.clone());
        let collector = stats.get().collector().clone();
        crate::shared::set_health_of(collector.clone());
        let observer = katydid_cli::statistics_observer(collector.clone(), reset_stats);
        let control = crate::shared::control()?;
        let (host, handle, master) = match node {
            None => {
                let host: Arc<dyn UserHost> = Arc::new(python.clone());
                let (runner, handle) = katydid_engine::Runner::new(host.clone(), observer);
                control.spawn(runner.run());
                (host, handle, None)
            }
            Some(node) if node.is_instance_of::<Master>() => {
                let node = node.cast::<Master>()?.get();
                node.audience.set_runner(id);
                let master = take_waiting(&node.waiting)?;
                let host: Arc<dyn UserHost> =
                    Arc::new(MasterHost::new(node.handle.clone(), Arc::new(python.clone())));
                let (runner, handle) = katydid_engine::Runner::over_workers(host.clone(), observer);
                control.spawn(runner.run());
                crate::shared::cluster()?.spawn(master.run(MasterSide {
                    runner: handle.clone(),
                    collector: collector.clone(),
                    audience: node.audience.clone(),
                }));
                (host, handle, Some(node.handle.clone()))
            }
            Some(node) => {
                let node = node.cast::<Worker>()?.get();
                node.audience.set_runner(id);
                let worker = take_waiting(&node.waiting)?;
                crate::shared::cluster()?.spawn(worker.run(WorkerSide {
                    host: Arc::new(python.clone()),
                    collector: collector.clone(),
                    observer,
                    audience: node.audience.clone(),
                    usage: crate::nodes::usage(),
                }));
                let host: Arc<dyn UserHost> =
                    Arc::new(WorkerHost::new(node.handle.clone(), Arc::new(python.clone())));
                (host, node.runner.clone(), None)
            }
        };
        control.spawn(collect(Arc::downgrade(&collector), handle.watch()));
        Ok(Self {
            hub,
            python,
            host,
            master,
            living,
            handle,
        })
    }

    /// Begins a test or changes the one under way, and returns at once. Raises ValueError for numbers that make no sense.
    #[pyo3(signature = (user_count, spawn_rate, classes, only=None))]
    fn start(
        &self,
        py: Python<'_>,
        user_count: i64,
        spawn_rate: f64,
        classes: Vec<ClassRow>,
        only: Option<Vec<String>>,
    ) -> PyResult<()> {
        let request = StartRequest {
            user_count,
            spawn_rate,
            user_classes: user_classes(classes),
            only,
        };
        let handle = self.handle.clone();
        // Accepting is a matter of microseconds on the runner's own thread.
        py.detach(|| {
            crate::shared::control()
                .map(|control| block_on(control, async move { handle.start(request).await }))
        })?
        .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Lets the shape lead (the `tick` command), and returns at once. `quit_at_end`: the runner is over when the shape is.
    fn start_shape(&self, py: Python<'_>, classes: Vec<ClassRow>, quit_at_end: bool) -> PyResult<()> {
        let request = ShapeRequest {
            shape: Box::new(PythonShape(self.python.clone())),
            user_classes: user_classes(classes),
            at_end: if quit_at_end {
                ShapeEnd::Quit
            } else {
                ShapeEnd::Stop
            },
        };
        let handle = self.handle.clone();
        py.detach(|| {
            crate::shared::control()
                .map(|control| block_on(control, async move { handle.start_shape(request).await }))
        })?
        .map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// Ends the test; with `wait`, parks until every user is gone and the listeners have returned.
    #[pyo3(signature = (wait=true))]
    fn stop(&self, py: Python<'_>, wait: bool) -> PyResult<()> {
        let handle = self.handle.clone();
        self.perform(py, wait, async move { handle.stop().await })
    }

    /// Ends the test and the runner; with `wait`, parks until both are over.
    #[pyo3(signature = (wait=true))]
    fn quit(&self, py: Python<'_>, wait: bool) -> PyResult<()> {
        let handle = self.handle.clone();
        self.perform(py, wait, async move { handle.quit().await })
    }

    /// Parks until the runner is over.
    fn wait(&self, py: Python<'_>) -> PyResult<()> {
        let handle = self.handle.clone();
        self.perform(py, true, async move { handle.wait().await })
    }

    /// Tells how many users of each class live now.
    fn set_user_counts(&self, counts: BTreeMap<String, u64>) {
        *self.living.lock() = counts;
    }

    /// 'ready', 'spawning', 'running', 'cleanup', 'stopping' or 'stopped'.
    #[getter]
    fn state(&self) -> &'static str {
        self.handle.status().state.as_str()
    }

    /// Users that the last start asked for.
    #[getter]
    fn target_user_count(&self) -> u64 {
        self.handle.status().target_user_count
    }

    /// Users by class that lived when the last ramp was complete.
    #[getter]
    fn target_user_counts(&self) -> UserCounts {
        self.handle.status().target_user_counts
    }

    /// Users per second that the last start asked for.
    #[getter]
    fn spawn_rate(&self) -> f64 {
        self.handle.status().spawn_rate
    }

    /// Whether the runner is over.
    #[getter]
    fn is_over(&self) -> bool {
        self.handle.status().quit
    }
}

impl Runner {
    pub(crate) fn host(&self) -> &Arc<dyn UserHost> {
        &self.host
    }

    pub(crate) fn python(&self) -> &PythonHost {
        &self.python
    }

    pub(crate) fn master(&self) -> Option<&MasterHandle> {
        self.master.as_ref()
    }

    pub(crate) fn handle(&self) -> &katydid_engine::RunnerHandle {
        &self.handle
    }

    pub(crate) fn hub(&self) -> &Hub {
        self.hub.get()
    }

    fn perform(
        &self,
        py: Python<'_>,
        wait: bool,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> PyResult<()> {
        let control = crate::shared::control()?;
        if !wait {
            control.spawn(work);
            return Ok(());
        }
        await_on_hub(py, self.hub(), async move {
            work.await;
            Ok(0)
        })
        .map(drop)
    }
}

/// Runs `work` on the control thread while the calling greenlet parks. Any other thread than the hub's blocks.
pub(crate) fn await_on_hub(
    py: Python<'_>,
    hub: &Hub,
    work: impl Future<Output = Result<i32, String>> + Send + 'static,
) -> PyResult<i32> {
    let control = crate::shared::control()?;
    let finished = if hub.is_current_thread() {
        let queue = hub.queue().clone();
        let outcome = hub.park(py, |ticket| {
            control.spawn(async move {
                let done = work.await;
                queue.push(HubItem::Finished(ticket, Outcome::Done(done)));
            });
            Ok(())
        })?;
        match outcome {
            Outcome::Done(done) => done,
            _ => unreachable!("work on the control thread is answered with its end"),
        }
    } else {
        py.detach(|| block_on(control, work))
    };
    finished.map_err(PyRuntimeError::new_err)
}

/// Waits on the calling thread for work that the control thread does.
pub(crate) fn block_on<T: Send + 'static>(
    control: &tokio::runtime::Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let (sender, receiver) = std::sync::mpsc::channel();
    control.spawn(async move { drop(sender.send(work.await)) });
    receiver
        .recv()
        .expect("the control thread lives as long as the process")
}

/// The engine's form of user classes.
pub(crate) fn user_classes(rows: Vec<ClassRow>) -> Vec<UserClass> {
    rows.into_iter()
        .map(|(name, weight, fixed_count)| UserClass {
            name,
            weight,
            fixed_count,
        })
        .collect()
}

/// Keeps the recorder small and notes how late the ramp is, as long as anybody needs the statistics.
async fn collect(
    collector: std::sync::Weak<Collector>,
    mut status: tokio::sync::watch::Receiver<katydid_engine::RunnerStatus>,
) {
    let mut steps = 0;
    loop {
        let changed = tokio::time::timeout(COLLECT_INTERVAL, status.changed()).await;
        let Some(collector) = collector.upgrade() else {
            return;
        };
        let (late, step, over) = {
            let now = status.borrow_and_update();
            (now.spawn_lag, now.spawn_steps, now.quit)
        };
        // Two steps of a fast ramp may pass between two looks; the one that is missed is as late as its neighbour.
        if std::mem::replace(&mut steps, step) != step {
            collector.health().record_spawn_lag(late);
        }
        collector.collect();
        if over || matches!(changed, Ok(Err(_))) {
            return;
        }
    }
}
