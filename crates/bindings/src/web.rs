//! `WebServer`: the page of one environment for Python. Asks Python what only user code knows; everything else is Rust's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use katydid_cluster::MasterHandle;
use katydid_engine::{HostError, HostReply};
use katydid_report::ReportContext;
use katydid_web::{
    AppAnswer, AppRequest, Desk, LogCounts, Login, Parts, Question, Server, Site, Table, WebSettings,
};
use parking_lot::Mutex;
use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value};
use tokio::sync::{oneshot, watch};

use crate::control::{Answer, ControlCommand, ControlRequest, RunnerId};
use crate::entry::report_context;
use crate::hub::Hub;
use crate::hub_queue::{HubItem, HubQueue};
use crate::json;
use crate::runner::{Runner, block_on, next_runner_id};
use crate::stats::Stats;

static LINES: AtomicU64 = AtomicU64::new(0);
static WARNINGS: AtomicU64 = AtomicU64::new(0);
static ERRORS: AtomicU64 = AtomicU64::new(0);

/// Python's numbers of levels.
const WARNING: i64 = 30;
const ERROR: i64 = 40;

/// Counts log lines of a level, which the page is told of.
#[pyfunction]
#[pyo3(signature = (level, count=1))]
pub(crate) fn count_log_lines(level: i64, count: u64) {
    LINES.fetch_add(count, Ordering::Relaxed);
    match level {
        ERROR.. => ERRORS.fetch_add(count, Ordering::Relaxed),
        WARNING.. => WARNINGS.fetch_add(count, Ordering::Relaxed),
        _ => 0,
    };
}

/// A file of the built page; None if there is none of that name.
#[pyfunction]
pub(crate) fn page_file(name: &str) -> Option<&'static [u8]> {
    katydid_web::page_file(name)
}

/// Serves the page from the moment it is made until it is stopped.
#[pyclass(frozen, module = "katydid._core")]
pub(crate) struct WebServer {
    desk: Arc<PythonDesk>,
    site: Arc<Site>,
    stop: watch::Sender<bool>,
    port: u16,
}

#[pymethods]
impl WebServer {
    /// `perform(kind, argument)` is called on the hub thread for what the page wants from Python. `settings` as in
    /// _core.pyi. Raises OSError when nothing can be served there.
    #[new]
    fn new(
        py: Python<'_>,
        hub: &Bound<'_, Hub>,
        stats: &Bound<'_, Stats>,
        runner: &Bound<'_, Runner>,
        perform: Py<PyAny>,
        settings: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let settings = web_settings(settings)?;
        let id = next_runner_id();
        hub.get().add_performer(id, perform);
        let runner = runner.get();
        let desk = Arc::new(PythonDesk {
            id,
            queue: hub.get().queue().clone(),
            master: runner.master().cloned(),
            context: Mutex::default(),
            has_app: AtomicBool::new(false),
        });
        let (stop, stopped) = watch::channel(false);
        let site = Site::new(Parts {
            collector: stats.get().collector().clone(),
            status: runner.handle().watch(),
            host: runner.host().clone(),
            desk: desk.clone(),
            settings: settings.clone(),
        });
        let web = crate::shared::web()?;
        let server = py
            .detach(|| block_on(web, async move { Server::bind(&settings).await }))
            .map_err(|error| PyOSError::new_err(error.to_string()))?;
        let port = server.port();
        web.spawn(server.serve(site.clone(), stopped));
        Ok(Self {
            desk,
            site,
            stop,
            port,
        })
    }

    /// The port that it listens at.
    #[getter]
    fn port(&self) -> u16 {
        self.port
    }

    /// Ends all connections and frees the port.
    fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Whether an application of user code is to see requests.
    fn set_has_app(&self, has_app: bool) {
        self.desk.has_app.store(has_app, Ordering::Relaxed);
    }

    /// What is to be said of the run beside its figures, as for `run`.
    fn set_context(&self, context: &Bound<'_, PyDict>) -> PyResult<()> {
        *self.desk.context.lock() = report_context(context)?;
        Ok(())
    }

    /// What `GET /stats/requests` answers, as JSON.
    fn request_stats(&self) -> String {
        self.site.request_stats().to_string()
    }

    /// What `GET /exceptions` answers, as JSON.
    fn exceptions(&self) -> String {
        self.site.exceptions().to_string()
    }

    /// A table as CSV, 'requests', 'failures', 'exceptions' or 'full_history': name of the file, and content. None for a
    /// history that is not written.
    fn table(&self, name: &str) -> Option<(String, Vec<u8>)> {
        self.site.table(match name {
            "requests" => Table::Requests,
            "failures" => Table::Failures,
            "exceptions" => Table::Exceptions,
            _ => Table::FullHistory,
        })
    }

    /// The report: name of the file, and the page. Raises RuntimeError when this build has none.
    fn report(&self, tasks: &Bound<'_, PyDict>) -> PyResult<(String, String)> {
        let report = self.site.report(json::from_python(tasks.as_any())?);
        report.map_err(|error| PyRuntimeError::new_err(error.to_string()))
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn web_settings(settings: &Bound<'_, PyDict>) -> PyResult<WebSettings> {
    let Value::Object(mut fields) = json::from_python(settings.as_any())? else {
        return Err(PyRuntimeError::new_err("settings must be a dict with text keys"));
    };
    let mut text = |key: &str| match fields.remove(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let base_path = text("base_path").unwrap_or_default();
    let base_path = base_path.trim_matches('/');
    let tls = text("tls_cert").zip(text("tls_key"));
    Ok(WebSettings {
        host: text("host").unwrap_or_default(),
        base_path: if base_path.is_empty() {
            String::new()
        } else {
            format!("/{base_path}")
        },
        tls: tls.map(|(certificate, key)| (certificate.into(), key.into())),
        login: match (text("login").as_deref(), text("password")) {
            (Some("app"), _) => Login::App,
            (Some("password"), Some(password)) => Login::Password(password),
            _ => Login::None,
        },
        full_history_file: text("full_history_file").map(Into::into),
        port: port(&fields)?,
    })
}

fn port(fields: &Map<String, Value>) -> PyResult<u16> {
    let port = fields.get("port").and_then(Value::as_u64).unwrap_or_default();
    u16::try_from(port)
        .map_err(|_| PyOSError::new_err(format!("listen for browsers at port {port}: no such port")))
}

/// User code of one environment, as the page asks it.
struct PythonDesk {
    id: RunnerId,
    queue: Arc<HubQueue>,
    master: Option<MasterHandle>,
    context: Mutex<ReportContext>,
    has_app: AtomicBool,
}

impl PythonDesk {
    fn send<T: Send + 'static>(&self, request: impl FnOnce(Answer<T>) -> ControlRequest) -> HostReply<T> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(HubItem::Control(ControlCommand {
            runner: self.id,
            request: request(answer),
        }));
        Box::pin(async move {
            answered
                .await
                .unwrap_or_else(|_| Err(HostError("the page has ended".into())))
        })
    }

    fn put(&self, kind: &'static str, argument: Value) -> HostReply<Value> {
        self.send(|answer| ControlRequest::Ask {
            kind,
            argument,
            answer,
        })
    }
}

impl Desk for PythonDesk {
    fn context(&self) -> ReportContext {
        let mut context = self.context.lock().clone();
        if let Some(master) = &self.master {
            (context.workers, context.losses) = katydid_cli::workers_and_losses(master);
        }
        context
    }

    fn refresh(&self) {
        drop(self.put("refresh", Value::Null));
    }

    fn log_counts(&self) -> LogCounts {
        LogCounts {
            lines: LINES.load(Ordering::Relaxed),
            warnings: WARNINGS.load(Ordering::Relaxed),
            errors: ERRORS.load(Ordering::Relaxed),
        }
    }

    fn is_master(&self) -> bool {
        self.master.is_some()
    }

    fn ask(&self, question: Question) -> HostReply<Value> {
        let (kind, argument) = match question {
            Question::TemplateArgs => ("template_args", Value::Null),
            Question::AuthArgs => ("auth_args", Value::Null),
            Question::Swarm(fields) => {
                let pair = |(name, value)| Value::Array(vec![Value::String(name), Value::String(value)]);
                ("swarm", fields.into_iter().map(pair).collect())
            }
            Question::Stop => ("stop", Value::Null),
            Question::ResetStats => ("reset_stats", Value::Null),
            Question::UpdateUser(settings) => ("update_user", settings),
            Question::Tasks => ("tasks", Value::Null),
            Question::Logs => ("logs", Value::Null),
        };
        self.put(kind, argument)
    }

    fn has_app(&self) -> bool {
        self.has_app.load(Ordering::Relaxed)
    }

    fn app(&self, request: AppRequest) -> HostReply<AppAnswer> {
        self.send(|answer| ControlRequest::App(Box::new(request), answer))
    }
}
