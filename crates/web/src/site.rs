//! Everything that handlers share. Owns no numbers.

use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{RunnerStatus, UserHost};
use katydid_report::ReportContext;
use katydid_stats::Collector;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::desk::{Desk, Question};
use crate::error::Refusal;
use crate::live::Live;
use crate::login::Sessions;
use crate::settings::WebSettings;

/// How long user code gets to answer. It shares its thread with the users.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long it gets where there is another answer to give.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);

/// How long it gets to stop a test: users finish their tasks first.
const STOP_PATIENCE: Duration = Duration::from_secs(600);

/// What a site is made of.
pub struct Parts {
    /// The statistics to show.
    pub collector: Arc<Collector>,
    /// The runner's state.
    pub status: watch::Receiver<RunnerStatus>,
    /// Whoever has the users.
    pub host: Arc<dyn UserHost>,
    /// Whoever speaks for user code.
    pub desk: Arc<dyn Desk>,
    /// How it is served.
    pub settings: WebSettings,
}

/// The page of one test.
pub struct Site {
    pub(crate) collector: Arc<Collector>,
    pub(crate) status: watch::Receiver<RunnerStatus>,
    host: Arc<dyn UserHost>,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) settings: WebSettings,
    pub(crate) live: Live,
    pub(crate) sessions: Sessions,
    /// What the page was made with last, for when user code is too busy to say it again.
    template_args: Mutex<Option<Value>>,
    /// Whether it is served over HTTPS.
    pub(crate) is_secure: bool,
}

impl Site {
    /// A site that nobody sees yet.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts {
            collector,
            status,
            host,
            desk,
            settings,
        } = parts;
        Arc::new(Self {
            is_secure: settings.tls.is_some(),
            sessions: Sessions::new(&settings.login),
            live: Live::default(),
            template_args: Mutex::default(),
            collector,
            status,
            host,
            desk,
            settings,
        })
    }

    /// Asks user code, which has other things to do as well.
    pub(crate) async fn ask(&self, question: Question) -> Result<Value, Refusal> {
        let patience = match question {
            Question::Stop => STOP_PATIENCE,
            Question::Tasks | Question::Logs => SHORT_PATIENCE,
            Question::TemplateArgs if self.template_args.lock().is_some() => SHORT_PATIENCE,
            _ => PATIENCE,
        };
        match timeout(patience, self.desk.ask(question)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Refusal::Busy),
        }
    }

    /// What the page is made with. A page that is a little old is better than none while users keep the thread busy.
    pub(crate) async fn template_args(&self) -> Result<Value, Refusal> {
        match self.ask(Question::TemplateArgs).await {
            Ok(args) => {
                *self.template_args.lock() = Some(args.clone());
                Ok(args)
            }
            Err(Refusal::Busy) => self.template_args.lock().clone().ok_or(Refusal::Busy),
            Err(refused) => Err(refused),
        }
    }

    /// What is known of the run beside its figures.
    pub(crate) fn context(&self) -> ReportContext {
        let mut context = self.desk.context();
        let status = self.status.borrow();
        context.state = status.state.to_string();
        context.user_classes = self.host.user_counts();
        context.user_count = context.user_classes.values().sum();
        context.target_user_count = status.target_user_count;
        context.spawn_rate = status.spawn_rate;
        context.number = self.live.number();
        (context.start_time, context.end_time) = self.live.times();
        context
    }
}
