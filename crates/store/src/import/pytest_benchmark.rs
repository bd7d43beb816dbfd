//! The JSON that pytest-benchmark writes. Its times are seconds, ours milliseconds.

use std::collections::HashSet;
use std::io::BufReader;
use std::path::Path;

use katydid_gate::{Endpoint, Machine, RunFacts, RunKind, Summary};
use katydid_stats::Timestamp;
use serde::Deserialize;

use super::csv_table::open_file;
use super::import_error::shown;
use super::moment::moment;
use super::scalar::Scalar;
use super::{ImportError, Imported};
use crate::{KeptEndpoint, KeptRun};

/// Largest file, in bytes: ten million rounds.
const FILE_LIMIT: u64 = 256 << 20;

/// The method of endpoints that are benchmarks.
const METHOD: &str = "BENCH";

const BYTES_IN_MEGABYTE: f64 = 1e6;

/// Imports what `pytest --benchmark-json`, `--benchmark-save` or `--benchmark-autosave` wrote. Every round is known only
/// with `--benchmark-json` or `--benchmark-save-data`; the others tell figures of all rounds.
///
/// Fails, naming the file and the place, when it is not the JSON of pytest-benchmark.
pub fn pytest_benchmark(path: &Path) -> Result<Imported, ImportError> {
    let file = open_file(path)?;
    let length = file
        .metadata()
        .map_err(|source| ImportError::read(path, source))?
        .len();
    if length > FILE_LIMIT {
        return Err(ImportError::TooLarge {
            path: path.to_owned(),
            limit: "256 MB",
            what: "result of pytest-benchmark",
        });
    }
    let report: Report =
        serde_json::from_reader(BufReader::new(file)).map_err(|error| ImportError::json(path, &error))?;
    if report.benchmarks.is_empty() {
        return Err(ImportError::format(
            path,
            "its \"benchmarks\" are empty; at least one is needed",
        ));
    }
    let facts = facts(&report);
    let mut remarks = Vec::new();
    if report
        .benchmarks
        .iter()
        .any(|benchmark| benchmark.stats.data.is_none())
    {
        remarks.push(format!(
            "{}: single rounds are not known; write it with --benchmark-json or --benchmark-save-data",
            path.display()
        ));
    }
    if facts.started_at == Timestamp::default() {
        remarks.push(format!(
            "{}: it has no \"datetime\", so when it was is not known",
            path.display()
        ));
    }
    let mut known = HashSet::new();
    let mut endpoints = Vec::with_capacity(report.benchmarks.len());
    for benchmark in report.benchmarks {
        if !known.insert(benchmark.fullname.clone()) {
            let problem = format!("the benchmark {} is there twice", shown(&benchmark.fullname));
            return Err(ImportError::format(path, problem));
        }
        endpoints.push(benchmark.kept());
    }
    let run = KeptRun {
        facts,
        endpoints,
        ..KeptRun::default()
    };
    Ok(Imported { run, remarks })
}

#[derive(Debug, Deserialize)]
struct Report {
    #[serde(default)]
    machine_info: MachineInfo,
    #[serde(default)]
    commit_info: CommitInfo,
    benchmarks: Vec<Benchmark>,
    datetime: Option<String>,
    version: Option<String>,
}

/// Anything may be missing or of another type in it: it is written by hooks of the project, too.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MachineInfo {
    machine: Scalar,
    system: Scalar,
    cpu: Option<CpuInfo>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CpuInfo {
    brand_raw: Scalar,
    /// What py-cpuinfo before version 8 called it.
    brand: Scalar,
    count: Scalar,
}

/// Names under which tests note their greatest memory, in megabytes; they may note anything else beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ExtraInfo {
    peak_mb: Scalar,
    max_mb: Scalar,
    peak_memory_mb: Scalar,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CommitInfo {
    id: Option<String>,
    branch: Option<String>,
    dirty: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Benchmark {
    fullname: String,
    #[serde(default)]
    extra_info: ExtraInfo,
    stats: Stats,
}

/// Seconds.
#[derive(Debug, Deserialize)]
struct Stats {
    min: f64,
    max: f64,
    mean: f64,
    stddev: Option<f64>,
    rounds: u64,
    median: f64,
    iqr: Option<f64>,
    q1: Option<f64>,
    q3: Option<f64>,
    ops: Option<f64>,
    data: Option<Vec<f64>>,
}

fn facts(report: &Report) -> RunFacts {
    let is_hash = |id: &&String| id.len() >= 7 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    RunFacts {
        kind: RunKind::Benchmark,
        tool: "pytest-benchmark".to_owned(),
        version: report.version.clone().unwrap_or_default(),
        started_at: report.datetime.as_deref().and_then(moment).unwrap_or_default(),
        // Outside of a repository the id is "unversioned" or "unknown".
        commit: report.commit_info.id.as_ref().filter(is_hash).cloned(),
        branch: report.commit_info.branch.clone(),
        dirty: report.commit_info.dirty.unwrap_or_default(),
        machine: machine(&report.machine_info),
        ..RunFacts::default()
    }
}

fn machine(info: &MachineInfo) -> Machine {
    let cpu = info.cpu.as_ref();
    let cpu_model = cpu.and_then(|cpu| cpu.brand_raw.text().or(cpu.brand.text()));
    let cpu_count = cpu.and_then(|cpu| cpu.count.number());
    Machine {
        cpu_model: cpu_model.unwrap_or_default().to_owned(),
        cpu_count: cpu_count.unwrap_or_default() as u64,
        memory_bytes: 0,
        architecture: info.machine.text().unwrap_or_default().to_owned(),
        operating_system: info.system.text().unwrap_or_default().to_lowercase(),
    }
}

impl Benchmark {
    fn kept(self) -> KeptEndpoint {
        let summary = self.summary();
        KeptEndpoint {
            endpoint: Endpoint::new(METHOD, self.fullname),
            requests: self.stats.rounds,
            failures: 0,
            summary: Some(summary),
            values: self.stats.data.into_iter().flatten().map(milliseconds).collect(),
        }
    }

    fn summary(&self) -> Summary {
        let stats = &self.stats;
        let quartiles = [(0.25, stats.q1), (0.5, Some(stats.median)), (0.75, stats.q3)];
        Summary {
            count: stats.rounds,
            failures: 0,
            requests_per_second: stats.ops.unwrap_or_default(),
            min: milliseconds(stats.min),
            max: milliseconds(stats.max),
            mean: milliseconds(stats.mean),
            standard_deviation: stats.stddev.map(milliseconds),
            interquartile_range: stats.iqr.map(milliseconds),
            percentiles: quartiles
                .into_iter()
                .filter_map(|(fraction, value)| Some((fraction, milliseconds(value?))))
                .collect(),
            peak_memory_bytes: self.peak_memory_bytes(),
        }
    }

    fn peak_memory_bytes(&self) -> Option<u64> {
        let info = &self.extra_info;
        let megabytes = [&info.peak_mb, &info.max_mb, &info.peak_memory_mb]
            .into_iter()
            .find_map(Scalar::number)?;
        (megabytes > 0.0).then_some((megabytes * BYTES_IN_MEGABYTE) as u64)
    }
}

fn milliseconds(seconds: f64) -> f64 {
    seconds * 1e3
}
