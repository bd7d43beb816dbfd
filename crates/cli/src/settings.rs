//! What a run is meant to be: options checked against each other and against this machine, in the units that
//! the run uses. Checks happen before any load; the only thing they leave behind are missing folders.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::CliError;
use crate::gate::{GateSettings, is_record};
use crate::options::{Bound, row_of_flag};
use crate::run_options::RunOptions;
use crate::value;

/// The CSV files of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvSettings {
    /// Beginning of the names.
    pub prefix: PathBuf,
    /// Whether the history has a row for each name.
    pub full_history: bool,
}

/// What this process is in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Role {
    /// All of it.
    #[default]
    Local,
    /// It leads workers.
    Master {
        /// Workers that there must be before the test starts.
        expect_workers: usize,
        /// How long it waits for them; `None` means for ever.
        max_wait: Option<Duration>,
    },
    /// It is led by a master, which also sees to the results.
    Worker,
}

/// A run that a page leads: it outlives its tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRun {
    /// Whether the first test starts by itself.
    pub autostart: bool,
    /// How long after that test the run ends; `None` means never.
    pub autoquit: Option<Duration>,
}

/// What a run is meant to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What this process is in it.
    pub role: Role,
    /// What is other about it because a page leads it; `None` without a page.
    pub page: Option<PageRun>,
    /// Whether there is a view in the terminal, in place of tables and the live line.
    pub screen: bool,
    /// The target, if it is not in the test.
    pub host: Option<String>,
    /// Users at the peak.
    pub user_count: i64,
    /// Users per second.
    pub spawn_rate: f64,
    /// Length of the run.
    pub run_time: Option<Duration>,
    /// Requests after which the run ends.
    pub num_requests: Option<u64>,
    /// Patience with users that are being stopped.
    pub stop_timeout: Duration,
    /// CSV files, if wanted.
    pub csv: Option<CsvSettings>,
    /// The report page, if wanted.
    pub html_file: Option<PathBuf>,
    /// How the run is kept and judged.
    pub gate: GateSettings,
    /// The file with the record of the run, if wanted.
    pub run_file: Option<PathBuf>,
    /// Whether JSON goes to standard output.
    pub json: bool,
    /// The JSON file, if wanted.
    pub json_file: Option<PathBuf>,
    /// Whether tables are printed while the test runs.
    pub periodic_tables: bool,
    /// Whether anything is printed at all: not if the test sees to output by itself.
    pub console: bool,
    /// Whether log lines go to a file, so that standard error does not have them.
    pub logs_to_file: bool,
    /// Exit code after failures.
    pub exit_code_on_error: i32,
    /// A label for the run.
    pub profile: Option<String>,
    /// Options that were given and that only count without a load shape, as flags.
    pub common_options: Vec<&'static str>,
    /// What the user should know before the run starts.
    pub notices: Vec<String>,
}

impl Settings {
    /// Checks the options of a run.
    ///
    /// # Errors
    ///
    /// When options contradict each other, ask for what this version cannot do, or name files that cannot be
    /// written. One line of text.
    pub fn resolve(options: &RunOptions) -> Result<Self, CliError> {
        let role = role(options);
        check_screen(options)?;
        check_ports(options)?;
        if role == Role::Worker {
            return Self::of_worker(options);
        }
        check_numbers(options)?;
        check_page(options)?;
        let spawn_rate = options.spawn_rate.unwrap_or(1.0);
        let user_count = options.num_users.unwrap_or(1);
        let csv = resolve_csv(options)?;
        let html_file = options
            .html_file
            .as_deref()
            .map(|name| named_after_run(name, options));
        let json_file = options
            .json_file
            .as_deref()
            .map(|name| PathBuf::from(format!("{name}.json")));
        check_writable("--html", html_file.as_deref())?;
        if html_file.is_some() && !katydid_report::has_report_page() {
            return Err(CliError::Configuration(format!(
                "--html: {}",
                katydid_report::NoReportPage
            )));
        }
        let run_file = options
            .run_file
            .as_deref()
            .map(|name| named_after_run(name, options));
        check_writable("--run-file", run_file.as_deref())?;
        let gate = GateSettings::resolve(options, run_file.as_deref())?;
        check_writable("--json-file", json_file.as_deref())?;
        check_writable("--logfile", options.logfile.as_deref().map(Path::new))?;
        Ok(Self {
            role,
            page: page(options),
            screen: options.tui,
            host: options.host.clone(),
            user_count,
            spawn_rate,
            run_time: options
                .run_time
                .filter(|seconds| *seconds > 0.0)
                .map(Duration::from_secs_f64),
            num_requests: options.num_requests.map(i64::unsigned_abs),
            stop_timeout: Duration::from_secs_f64(options.stop_timeout.unwrap_or(0.0)),
            csv,
            html_file,
            gate,
            run_file: run_file.filter(|file| is_record(file)),
            json: options.json,
            json_file,
            periodic_tables: !options.only_summary && (options.headless || options.print_stats),
            console: !options.skip_log_setup,
            logs_to_file: options.logfile.is_some(),
            exit_code_on_error: options.exit_code_on_error,
            profile: options.profile.clone(),
            common_options: common_options(options),
            notices: notices(options),
        })
    }

    /// The options of a test are its master's business; a worker may be given them too, and looks away.
    fn of_worker(options: &RunOptions) -> Result<Self, CliError> {
        check_writable("--logfile", options.logfile.as_deref().map(Path::new))?;
        Ok(Self {
            role: Role::Worker,
            page: None,
            screen: false,
            host: options.host.clone(),
            user_count: 0,
            spawn_rate: 1.0,
            run_time: None,
            num_requests: None,
            stop_timeout: Duration::from_secs_f64(options.stop_timeout.unwrap_or(0.0).clamp(0.0, LONGEST)),
            csv: None,
            html_file: None,
            gate: GateSettings::default(),
            run_file: None,
            json: false,
            json_file: None,
            periodic_tables: false,
            console: false,
            logs_to_file: options.logfile.is_some(),
            exit_code_on_error: options.exit_code_on_error,
            profile: None,
            common_options: Vec::new(),
            notices: Vec::new(),
        })
    }
}

/// A worker that is also told to be a master is refused elsewhere, as Locust does.
fn role(options: &RunOptions) -> Role {
    if options.worker {
        return Role::Worker;
    }
    if !options.master {
        return Role::Local;
    }
    let wait = options.expect_workers_max_wait.unwrap_or_default();
    Role::Master {
        expect_workers: usize::try_from(options.expect_workers.unwrap_or(1)).unwrap_or(1),
        max_wait: u64::try_from(wait)
            .ok()
            .filter(|wait| *wait > 0)
            .map(Duration::from_secs),
    }
}

fn page(options: &RunOptions) -> Option<PageRun> {
    let autoquit = options.autoquit.and_then(|seconds| u64::try_from(seconds).ok());
    let page = PageRun {
        autostart: options.autostart,
        autoquit: autoquit.map(Duration::from_secs),
    };
    (!is_headless(options)).then_some(page)
}

fn is_headless(options: &RunOptions) -> bool {
    options.tui || options.headless && !options.headful
}

fn check_screen(options: &RunOptions) -> Result<(), CliError> {
    // A worker process that --processes started (and gave this number) has the command line of its master.
    if !options.tui || options.worker && options.processes == Some(0) {
        return Ok(());
    }
    let why = if options.worker {
        "a worker has nothing to show; its master has"
    } else if options.headful {
        "cannot be combined with --headful"
    } else if !katydid_tui::can_show() {
        "standard input and standard error must be a terminal that can draw"
    } else {
        return Ok(());
    };
    Err(CliError::Usage(format!("--tui: {why}")))
}

fn check_ports(options: &RunOptions) -> Result<(), CliError> {
    let ports = [
        ("--master-bind-port", options.master_bind_port),
        ("--master-port", options.master_port),
    ];
    for (flag, port) in ports {
        if let Some(port) = port.filter(|port| u16::try_from(*port).is_err()) {
            return Err(CliError::Usage(format!(
                "{flag}: must be a port from 0 to 65535, got {port}"
            )));
        }
    }
    Ok(())
}

fn check_numbers(options: &RunOptions) -> Result<(), CliError> {
    let count = |number: Option<i64>| number.map(|number| number as f64);
    for (flag, number, bound) in [
        ("--users", count(options.num_users), Bound::AtLeastZero),
        ("--spawn-rate", options.spawn_rate, Bound::AboveZero),
        ("--num-request", count(options.num_requests), Bound::AtLeastOne),
        ("--run-time", options.run_time, Bound::AtLeastZero),
        ("--stop-timeout", options.stop_timeout, Bound::AtLeastZero),
    ] {
        let Some(number) = number else { continue };
        let wrong = |why: String| {
            let flags = row_of_flag(flag).map_or_else(|| flag.to_owned(), |row| row.flags.join("/"));
            CliError::Usage(format!("{flags}: {why}"))
        };
        value::check(bound, number).map_err(wrong)?;
        if number > LONGEST {
            return Err(wrong(format!("must be at most {LONGEST:e}, got {number:e}")));
        }
    }
    Ok(())
}

/// A bound for counts and seconds alike, far beyond any use and far below any overflow.
const LONGEST: f64 = 1e12;

fn check_page(options: &RunOptions) -> Result<(), CliError> {
    if options.autoquit.is_some_and(|seconds| seconds != -1) && !options.autostart {
        return Err(CliError::Configuration(
            "--autoquit only means something together with --autostart".to_owned(),
        ));
    }
    if options
        .web_base_path
        .as_ref()
        .is_some_and(|path| !path.is_empty() && !path.starts_with('/'))
    {
        return Err(CliError::Configuration(
            "--web-base-path must begin with a slash".to_owned(),
        ));
    }
    Ok(())
}

fn resolve_csv(options: &RunOptions) -> Result<Option<CsvSettings>, CliError> {
    let Some(prefix) = options.csv_prefix.as_deref().filter(|prefix| !prefix.is_empty()) else {
        if options.stats_history_enabled {
            return Err(CliError::Usage("--csv-full-history needs --csv".to_owned()));
        }
        return Ok(None);
    };
    for suffix in [
        "_stats.csv",
        "_stats_history.csv",
        "_failures.csv",
        "_exceptions.csv",
    ] {
        check_writable("--csv", Some(Path::new(&format!("{prefix}{suffix}"))))?;
    }
    Ok(Some(CsvSettings {
        prefix: PathBuf::from(prefix),
        full_history: options.stats_history_enabled,
    }))
}

/// Makes missing folders; leaves everything else as it is.
fn check_writable(flag: &str, file: Option<&Path>) -> Result<(), CliError> {
    let Some(file) = file else { return Ok(()) };
    katydid_report::check_writable(file)
        .map_err(|error| CliError::Configuration(format!("{flag}: cannot {error}")))
}

/// Puts users, spawn rate and run time in the place of `{u}`, `{r}` and `{t}`; a number nobody gave stays as it
/// is written, except that users and spawn rate have defaults.
fn named_after_run(name: &str, options: &RunOptions) -> PathBuf {
    let name = name
        .replace("{u}", &options.num_users.unwrap_or(1).to_string())
        .replace("{r}", &options.spawn_rate.unwrap_or(1.0).to_string());
    match options.run_time {
        Some(run_time) => name.replace("{t}", &run_time.to_string()).into(),
        None => name.into(),
    }
}

fn common_options(options: &RunOptions) -> Vec<&'static str> {
    let given = [
        ("--users", options.num_users.is_some_and(|count| count != 0)),
        ("--spawn-rate", options.spawn_rate.is_some()),
        (
            "--run-time",
            options.run_time.is_some_and(|seconds| seconds > 0.0),
        ),
    ];
    given
        .into_iter()
        .filter(|(_, given)| *given)
        .map(|(flag, _)| flag)
        .collect()
}

fn notices(options: &RunOptions) -> Vec<String> {
    let mut notices = Vec::new();
    if options.autostart && is_headless(options) {
        notices.push("--autostart is part of --headless, there is no need for both".to_owned());
    }
    notices
}
