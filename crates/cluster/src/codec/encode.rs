//! Messages into bytes.

use std::collections::BTreeMap;

use bytes::Bytes;
use katydid_engine::UserCounts;
use katydid_stats::{ExceptionRow, StatsDelta, Timestamp};
use rmpv::Value;
use serde::Serialize;

use super::OWN_KEY;
use super::stats::{LocustReport, Own, locust_report, own};
use crate::message::{
    Bundle, Heartbeat, Job, Locustfiles, Numbered, Report, Source, ToMaster, ToWorker, Version,
};

/// What a worker tells, for its master. A report has more to it: see [`report`].
pub fn for_master(message: &ToMaster, node_id: &str) -> Vec<u8> {
    let (kind, data) = match message {
        ToMaster::ClientReady(Version::Of(version)) => ("client_ready", Value::from(version.as_str())),
        ToMaster::ClientReady(Version::Unchecked) => ("client_ready", Value::from(-1)),
        ToMaster::ClientReady(Version::Missing) => ("client_ready", Value::Nil),
        ToMaster::Locustfile {
            version,
            takes_bundle,
        } => {
            let own = map([("bundle", Value::from(*takes_bundle))]);
            let version = Value::from(version.as_str());
            ("locustfile", map([("version", version), (OWN_KEY, own)]))
        }
        ToMaster::Spawning => ("spawning", Value::Nil),
        ToMaster::SpawningComplete(users) => ("spawning_complete", users_data(users)),
        ToMaster::Stats(told) => {
            return report(&told.delta, &told.users, BTreeMap::new(), None, node_id).0;
        }
        ToMaster::Heartbeat(heartbeat) => ("heartbeat", heartbeat_data(heartbeat)),
        ToMaster::Exception { message, traceback } => {
            let (message, traceback) = (message.as_str().into(), traceback.as_str().into());
            ("exception", map([("msg", message), ("traceback", traceback)]))
        }
        ToMaster::Logs { worker_id, logs } => {
            let worker_id = Value::from(worker_id.as_str());
            ("logs", map([("worker_id", worker_id), ("logs", list(logs))]))
        }
        ToMaster::ClientStopped => ("client_stopped", Value::Nil),
        ToMaster::Quit => ("quit", Value::Nil),
        ToMaster::Custom { kind, data } => (kind.as_str(), data.clone()),
    };
    envelope(kind, &data, node_id)
}

/// What a worker measured, for its master, and the exceptions that must be told apart from it. `extra` is what
/// listeners in user code added. A Katydid master gets the exact numbers, any other what Locust would tell.
pub fn report(
    delta: &StatsDelta,
    users: &UserCounts,
    extra: BTreeMap<String, Value>,
    to_katydid: Option<Numbered>,
    node_id: &str,
) -> (Vec<u8>, Vec<ExceptionRow>) {
    #[derive(Serialize)]
    struct Data<'a> {
        #[serde(flatten)]
        told: LocustReport,
        user_classes_count: &'a UserCounts,
        user_count: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        katydid: Option<Own>,
        #[serde(flatten)]
        extra: BTreeMap<String, Value>,
    }
    let katydid = to_katydid.and_then(|numbered| own(numbered, delta).ok());
    let (told, exceptions) = match katydid {
        Some(_) => Default::default(),
        None => locust_report(delta.clone(), Timestamp::now()),
    };
    let data = Data {
        told,
        user_classes_count: users,
        user_count: users.values().sum(),
        katydid,
        extra,
    };
    (envelope("stats", &data, node_id), exceptions)
}

/// What an interval comes to in the keys that Locust knows, for listeners in user code.
pub fn told(delta: &StatsDelta, users: &UserCounts) -> Value {
    let (told, _) = locust_report(delta.clone(), Timestamp::now());
    let bytes = rmp_serde::to_vec_named(&told).unwrap_or_default();
    let mut fields = match rmpv::decode::read_value(&mut &bytes[..]) {
        Ok(Value::Map(fields)) => fields,
        _ => Vec::new(),
    };
    if let Value::Map(more) = users_data(users) {
        fields.extend(more);
    }
    Value::Map(fields)
}

/// The same for a report that came from a worker, with what listeners there added.
pub fn told_by(report: &Report) -> Value {
    let read = rmpv::decode::read_value(&mut &report.raw[..]);
    let Ok(Value::Map(mut fields)) = read else {
        return told(&report.delta, &report.users);
    };
    if report.number.is_some() {
        let Value::Map(exact) = told(&report.delta, &report.users) else {
            return Value::Map(fields);
        };
        let is_told =
            |key: &Value| key.as_str() == Some(OWN_KEY) || exact.iter().any(|(known, _)| known == key);
        fields.retain(|(key, _)| !is_told(key));
        fields.extend(exact);
    }
    Value::Map(fields)
}

/// What a master tells, for its worker.
pub fn for_worker(message: &ToWorker, node_id: &str) -> Vec<u8> {
    let (kind, data) = match message {
        ToWorker::Ack { index, session } => {
            let own = session
                .as_deref()
                .map(|session| map([("session", session.into())]));
            let index = index.map_or(Value::Nil, Value::from);
            let own = own.map(|own| (OWN_KEY, own));
            ("ack", map([("index", index)].into_iter().chain(own)))
        }
        ToWorker::Locustfile(Ok(locustfiles)) => ("locustfile", locustfile_data(locustfiles)),
        ToWorker::Locustfile(Err(error)) => ("locustfile", map([("error", error.as_str().into())])),
        ToWorker::Spawn(given) => return job(given, &raw_map(&given.setting.options), node_id),
        ToWorker::SpawningComplete(count) => ("spawning_complete", map([("user_count", (*count).into())])),
        ToWorker::Stop => ("stop", Value::Nil),
        ToWorker::Quit => ("quit", Value::Nil),
        ToWorker::Reconnect => ("reconnect", Value::Nil),
        ToWorker::Heartbeat { received } => {
            let own = received.map(|received| map([(OWN_KEY, map([("received", received.into())]))]));
            ("heartbeat", own.unwrap_or(Value::Nil))
        }
        ToWorker::UpdateUserClass(settings) => ("update_user_class", settings.clone()),
        ToWorker::Custom { kind, data } => (kind.as_str(), data.clone()),
    };
    envelope(kind, &data, node_id)
}

/// The options of a test as bytes, to be put into every job without reading them again.
pub fn raw_map(options: &Value) -> Bytes {
    let mut bytes = Vec::new();
    put(&mut bytes, options);
    bytes.into()
}

/// A job whose options are bytes already.
pub fn job(job: &Job, options: &[u8], node_id: &str) -> Vec<u8> {
    let fields = [
        ("timestamp", Value::from(job.timestamp)),
        ("user_classes_count", counts(&job.users)),
        (
            "host",
            job.setting.host.as_deref().map_or(Value::Nil, Value::from),
        ),
        ("stop_timeout", Value::from(job.setting.stop_timeout)),
    ];
    // An array of three whose second element is a map of these and one more.
    let mut bytes = vec![0x93];
    put(&mut bytes, &Value::from("spawn"));
    bytes.push(0x80 + fields.len() as u8 + 1);
    for (key, value) in fields {
        put(&mut bytes, &Value::from(key));
        put(&mut bytes, &value);
    }
    put(&mut bytes, &Value::from("parsed_options"));
    bytes.extend_from_slice(options);
    put(&mut bytes, &Value::from(node_id));
    bytes
}

fn put(bytes: &mut Vec<u8>, value: &Value) {
    let written = rmpv::encode::write_value(bytes, value);
    debug_assert!(written.is_ok(), "memory takes everything");
}

fn users_data(users: &UserCounts) -> Value {
    let sum = Value::from(users.values().sum::<u64>());
    map([("user_classes_count", counts(users)), ("user_count", sum)])
}

fn heartbeat_data(heartbeat: &Heartbeat) -> Value {
    let own = heartbeat
        .requests
        .map(|requests| map([("requests", requests.into())]));
    let fields = [
        ("state", Value::from(heartbeat.state.as_str())),
        ("current_cpu_usage", Value::from(heartbeat.cpu_usage)),
        ("current_memory_usage", Value::from(heartbeat.memory_usage)),
    ];
    map(fields.into_iter().chain(own.map(|own| (OWN_KEY, own))))
}

fn locustfile_data(locustfiles: &Locustfiles) -> Value {
    let source = |source: &Source| match source {
        Source::Url(url) => Value::from(url.as_str()),
        Source::File { filename, contents } => {
            let (filename, contents) = (filename.as_str().into(), contents.as_str().into());
            map([("filename", filename), ("contents", contents)])
        }
    };
    let sources = Value::Array(locustfiles.sources.iter().map(source).collect());
    let own = locustfiles
        .bundle
        .as_ref()
        .map(|bundle| map([("bundle", bundle_data(bundle))]));
    map([("locustfiles", sources)]
        .into_iter()
        .chain(own.map(|own| (OWN_KEY, own))))
}

fn bundle_data(bundle: &Bundle) -> Value {
    let files = bundle.files.iter();
    let files = files.map(|(path, contents)| (path.as_str(), Value::Binary(contents.to_vec())));
    map([
        ("hash", Value::from(bundle.hash.as_str())),
        ("files", map(files)),
        ("locustfiles", list(&bundle.locustfiles)),
    ])
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.into_iter().map(|(key, value)| (Value::from(key), value));
    Value::Map(fields.collect())
}

fn list(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|text| Value::from(text.as_str())).collect())
}

fn counts(users: &UserCounts) -> Value {
    map(users
        .iter()
        .map(|(name, count)| (name.as_str(), Value::from(*count))))
}

fn envelope(kind: &str, data: &impl Serialize, node_id: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
    let written = (kind, data, node_id).serialize(&mut serializer);
    debug_assert!(written.is_ok(), "{kind}: {written:?}");
    bytes
}
