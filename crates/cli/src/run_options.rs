//! Options of a run as typed: names and kinds are right, nothing is judged yet. Made from our own reading of the
//! command line, or from the namespace of the Python parser.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::error::CliError;
use crate::timespan;

/// What the command line comes to, by the names of Locust's namespace. What a locustfile adds is not in it.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct RunOptions {
    /// The target.
    pub host: Option<String>,
    /// Users at the peak.
    pub num_users: Option<i64>,
    /// Users per second.
    pub spawn_rate: Option<f64>,
    /// Length of the run, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub run_time: Option<f64>,
    /// Requests after which the run ends.
    pub num_requests: Option<i64>,
    /// Patience with users that are being stopped, in seconds.
    #[serde(deserialize_with = "seconds")]
    pub stop_timeout: Option<f64>,
    /// Run without the page.
    #[serde(deserialize_with = "switch")]
    pub headless: bool,
    /// Run without the page and with a view in the terminal.
    #[serde(deserialize_with = "switch")]
    pub tui: bool,
    /// Run with the page whatever `headless` says.
    #[serde(deserialize_with = "switch")]
    pub headful: bool,
    /// Start at once.
    #[serde(deserialize_with = "switch")]
    pub autostart: bool,
    /// Seconds to stay after the run; -1 means for ever.
    pub autoquit: Option<i64>,
    /// Where the page lives.
    pub web_base_path: Option<String>,
    /// Be a master.
    #[serde(deserialize_with = "switch")]
    pub master: bool,
    /// Be a worker.
    #[serde(deserialize_with = "switch")]
    pub worker: bool,
    /// Worker processes.
    pub processes: Option<i64>,
    /// Where a master listens.
    pub master_bind_port: Option<i64>,
    /// Where a worker finds its master.
    pub master_port: Option<i64>,
    /// Workers that a master waits for.
    pub expect_workers: Option<i64>,
    /// How long it does, in seconds; 0 means for ever.
    pub expect_workers_max_wait: Option<i64>,
    /// Beginning of the names of CSV files.
    pub csv_prefix: Option<String>,
    /// Keep the history of every name.
    #[serde(deserialize_with = "switch")]
    pub stats_history_enabled: bool,
    /// Print tables regularly in runs with the page.
    #[serde(deserialize_with = "switch")]
    pub print_stats: bool,
    /// Print tables at the end only.
    #[serde(deserialize_with = "switch")]
    pub only_summary: bool,
    /// Count anew once all users have been started.
    #[serde(deserialize_with = "switch")]
    pub reset_stats: bool,
    /// The report page.
    pub html_file: Option<String>,
    /// Keep the record of the run, or the whole run, here.
    pub run_file: Option<String>,
    /// Budgets as typed.
    pub budget: Option<Vec<String>>,
    /// The file with budgets, levels and tolerances.
    pub budgets: Option<String>,
    /// The test level.
    pub level: Option<String>,
    /// What to compare with.
    pub baseline: Option<String>,
    /// Exit code when it cannot be decided.
    pub exit_code_on_inconclusive: i32,
    /// The process of the service under test.
    pub service_pid: Option<i64>,
    /// What random numbers begin with.
    pub seed: Option<i64>,
    /// The file that runs are kept in.
    pub store: Option<String>,
    /// Do not keep the run.
    #[serde(deserialize_with = "switch")]
    pub no_store: bool,
    /// Runs that are kept.
    pub keep_runs: i64,
    /// Branch of the tested code.
    pub branch: Option<String>,
    /// Commit of the tested code.
    pub commit: Option<String>,
    /// Files that the verdict is written to.
    pub verdict_json: Option<String>,
    /// The same as JUnit XML.
    pub verdict_junit: Option<String>,
    /// The same as Markdown.
    pub verdict_markdown: Option<String>,
    /// A page that draws the comparison.
    pub verdict_html: Option<String>,
    /// The same as OpenMetrics.
    pub verdict_metrics: Option<String>,
    /// Tags that tasks are chosen by.
    pub tags: Option<Vec<String>>,
    /// Print JSON.
    #[serde(deserialize_with = "switch")]
    pub json: bool,
    /// Write JSON.
    pub json_file: Option<String>,
    /// Leave logging alone.
    #[serde(deserialize_with = "switch")]
    pub skip_log_setup: bool,
    /// Where log lines go.
    pub logfile: Option<String>,
    /// Exit code after failures.
    pub exit_code_on_error: i32,
    /// A label for the run.
    pub profile: Option<String>,
    /// Only show the User classes.
    #[serde(deserialize_with = "switch")]
    pub list_commands: bool,
    /// Only show how often tasks run.
    #[serde(deserialize_with = "switch")]
    pub show_task_ratio: bool,
    /// The same as JSON.
    #[serde(deserialize_with = "switch")]
    pub show_task_ratio_json: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            host: None,
            num_users: None,
            spawn_rate: None,
            run_time: None,
            num_requests: None,
            stop_timeout: None,
            headless: false,
            tui: false,
            headful: false,
            autostart: false,
            autoquit: None,
            web_base_path: None,
            master: false,
            worker: false,
            processes: None,
            master_bind_port: None,
            master_port: None,
            expect_workers: None,
            expect_workers_max_wait: None,
            csv_prefix: None,
            stats_history_enabled: false,
            print_stats: false,
            only_summary: false,
            reset_stats: false,
            html_file: None,
            run_file: None,
            budget: None,
            budgets: None,
            level: None,
            baseline: None,
            exit_code_on_inconclusive: 12,
            service_pid: None,
            seed: None,
            store: None,
            no_store: false,
            keep_runs: 200,
            branch: None,
            commit: None,
            verdict_json: None,
            verdict_junit: None,
            verdict_markdown: None,
            verdict_html: None,
            verdict_metrics: None,
            tags: None,
            json: false,
            json_file: None,
            skip_log_setup: false,
            logfile: None,
            exit_code_on_error: 1,
            profile: None,
            list_commands: false,
            show_task_ratio: false,
            show_task_ratio_json: false,
        }
    }
}

impl RunOptions {
    /// Takes the options out of a namespace; names that are not ours are left aside.
    ///
    /// # Errors
    ///
    /// When a value is of the wrong kind. The text names the option and the value.
    pub fn from_namespace(namespace: &Map<String, Value>) -> Result<Self, CliError> {
        // One option at a time, so that the error can name it.
        for (name, value) in namespace {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            if let Err(error) = serde_json::from_value::<Self>(Value::Object(alone)) {
                return Err(CliError::Usage(format!("option {name}: {error}")));
            }
        }
        serde_json::from_value(Value::Object(namespace.clone()))
            .map_err(|error| CliError::Usage(error.to_string()))
    }
}

/// Seconds as a number, or as people type them.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Time {
        Seconds(f64),
        Typed(String),
    }
    Ok(match Option::<Time>::deserialize(deserializer)? {
        None => None,
        Some(Time::Seconds(seconds)) => Some(seconds),
        Some(Time::Typed(text)) => Some(
            timespan::parse(&text)
                .map_err(serde::de::Error::custom)?
                .as_secs_f64(),
        ),
    })
}

/// A flag; code that builds a namespace by hand writes `None` for off.
fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<bool>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn from(value: &Value) -> Result<RunOptions, String> {
        RunOptions::from_namespace(value.as_object().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_python_namespace_is_understood() {
        let options = from(&json!({
            "num_users": 5, "spawn_rate": 2, "run_time": 60, "stop_timeout": 0.5, "headless": true, "print_stats": null,
            "csv_prefix": null, "colour": "red", "tags": ["a"], "exit_code_on_error": 3,
        }))
        .unwrap();
        assert_eq!(
            (options.num_users, options.spawn_rate, options.run_time),
            (Some(5), Some(2.0), Some(60.0))
        );
        assert_eq!(
            (options.stop_timeout, options.headless, options.exit_code_on_error),
            (Some(0.5), true, 3)
        );
        assert_eq!(from(&json!({"run_time": "1m30s"})).unwrap().run_time, Some(90.0));
    }

    #[test]
    fn a_wrong_kind_is_named() {
        let error = from(&json!({"num_users": "many"})).unwrap_err();
        assert!(
            error.starts_with("option num_users: invalid type: string \"many\""),
            "{error}"
        );
        assert!(
            from(&json!({"run_time": "soon"}))
                .unwrap_err()
                .contains("invalid time 'soon'")
        );
    }
}
