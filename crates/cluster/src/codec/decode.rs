//! Bytes into messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use katydid_engine::UserCounts;
use katydid_stats::Timestamp;
use rmpv::Value;

use super::{DEEPEST, MOST_USERS, OWN_KEY, stats};
use crate::message::{Bundle, Heartbeat, Job, Locustfiles, Setting, Source, ToMaster, ToWorker, Version};

/// In one test of one worker: nobody counts more, and what is reckoned from it does not overflow.
const MOST_REQUESTS: u64 = 1 << 48;

/// Bytes that are no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// They are no msgpack, or not all of them are.
    #[error("not msgpack: {0}")]
    Msgpack(String),
    /// They are no array of kind, data and node id.
    #[error("not an array of kind, data and node id")]
    Envelope,
    /// The kind is known, and its data is not what belongs to it.
    #[error("wrong data in a message of kind {kind}: {why}")]
    Data {
        /// The kind.
        kind: String,
        /// What is missing or wrong.
        why: String,
    },
}

/// Reads what a worker sent.
///
/// # Errors
///
/// When the bytes are no message, or the data is not what belongs to its kind.
pub fn to_master(bytes: Bytes, now: Timestamp) -> Result<ToMaster, DecodeError> {
    let (kind, data) = envelope(&bytes)?;
    if kind == "stats" {
        let report = stats::read(data, now).map_err(|error| wrong(&kind, error))?;
        return Ok(ToMaster::Stats(Box::new(report)));
    }
    let data = Fields::new(&kind, data_of(&data)?);
    Ok(match &*kind {
        "client_ready" => ToMaster::ClientReady(version(&data.value)),
        "locustfile" => ToMaster::Locustfile {
            version: data.text("version").unwrap_or_default(),
            takes_bundle: data
                .own("bundle")
                .is_some_and(|takes| takes == Value::Boolean(true)),
        },
        "spawning" => ToMaster::Spawning,
        "spawning_complete" => ToMaster::SpawningComplete(data.counts("user_classes_count")?),
        "heartbeat" => ToMaster::Heartbeat(Heartbeat {
            state: data.needed("state", data.text("state"))?,
            cpu_usage: data.number("current_cpu_usage").unwrap_or_default(),
            memory_usage: data.number("current_memory_usage").unwrap_or_default().max(0.0) as u64,
            requests: data
                .own("requests")
                .and_then(|count| Some(count.as_u64()?.min(MOST_REQUESTS))),
        }),
        "exception" => ToMaster::Exception {
            message: data.needed("msg", data.text("msg"))?,
            traceback: data.needed("traceback", data.text("traceback"))?,
        },
        "logs" => ToMaster::Logs {
            worker_id: data.text("worker_id").unwrap_or_default(),
            logs: data.texts("logs"),
        },
        "client_stopped" => ToMaster::ClientStopped,
        "quit" => ToMaster::Quit,
        _ => ToMaster::Custom {
            data: data.value,
            kind,
        },
    })
}

/// Reads what a master sent.
///
/// # Errors
///
/// When the bytes are no message, or the data is not what belongs to its kind.
pub fn to_worker(bytes: &Bytes) -> Result<ToWorker, DecodeError> {
    let (kind, data) = envelope(bytes)?;
    let data = Fields::new(&kind, data_of(&data)?);
    Ok(match &*kind {
        "ack" => ToWorker::Ack {
            index: data.get("index").and_then(Value::as_i64),
            session: data
                .own("session")
                .and_then(|session| session.as_str().map(str::to_owned)),
        },
        "locustfile" => ToWorker::Locustfile(locustfiles(&data)),
        "spawn" => ToWorker::Spawn(Job {
            timestamp: data.needed("timestamp", data.number("timestamp"))?,
            users: data.counts("user_classes_count")?,
            setting: Arc::new(Setting {
                host: data.text("host"),
                stop_timeout: data.number("stop_timeout").unwrap_or_default(),
                options: data
                    .get("parsed_options")
                    .cloned()
                    .unwrap_or(Value::Map(Vec::new())),
            }),
        }),
        "spawning_complete" => {
            ToWorker::SpawningComplete(data.number("user_count").unwrap_or_default().max(0.0) as u64)
        }
        "stop" => ToWorker::Stop,
        "quit" => ToWorker::Quit,
        "reconnect" => ToWorker::Reconnect,
        "heartbeat" => ToWorker::Heartbeat {
            received: data.own("received").and_then(|number| number.as_u64()),
        },
        "update_user_class" => ToWorker::UpdateUserClass(data.value),
        _ => ToWorker::Custom {
            data: data.value,
            kind,
        },
    })
}

/// The kind, and the bytes from the data on.
fn envelope(bytes: &Bytes) -> Result<(String, Bytes), DecodeError> {
    let mut rest = &bytes[..];
    if array_length(&mut rest) != Some(3) {
        return Err(DecodeError::Envelope);
    }
    let kind = value_from(&mut rest)?;
    let kind = kind.as_str().ok_or(DecodeError::Envelope)?.to_owned();
    Ok((kind, bytes.slice(bytes.len() - rest.len()..)))
}

/// The number of elements of an array that begins here. It is small, so it has one of two forms.
fn array_length(rest: &mut &[u8]) -> Option<u16> {
    match **rest {
        [first @ 0x90..=0x9f, ref after @ ..] => {
            *rest = after;
            Some(u16::from(first & 0x0f))
        }
        [0xdc, high, low, ref after @ ..] => {
            *rest = after;
            Some(u16::from_be_bytes([high, low]))
        }
        _ => None,
    }
}

/// Reads any msgpack value, after which nothing may stand.
///
/// # Errors
///
/// When the bytes are no value, or more than one.
pub fn value(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut rest = bytes;
    let value = value_from(&mut rest)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(DecodeError::Envelope)
    }
}

/// The data, after which only the node id may stand.
fn data_of(data: &Bytes) -> Result<Value, DecodeError> {
    let mut rest = &data[..];
    let value = value_from(&mut rest)?;
    value_from(&mut rest)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(DecodeError::Envelope)
    }
}

fn value_from(rest: &mut &[u8]) -> Result<Value, DecodeError> {
    rmpv::decode::read_value_with_max_depth(rest, DEEPEST)
        .map_err(|error| DecodeError::Msgpack(error.to_string()))
}

fn wrong(kind: &str, why: impl ToString) -> DecodeError {
    DecodeError::Data {
        kind: kind.to_owned(),
        why: why.to_string(),
    }
}

fn version(data: &Value) -> Version {
    match data {
        Value::String(text) if !text.as_bytes().is_empty() => {
            Version::Of(String::from_utf8_lossy(text.as_bytes()).into_owned())
        }
        Value::Integer(number) if number.as_i64() == Some(-1) => Version::Unchecked,
        _ => Version::Missing,
    }
}

fn locustfiles(data: &Fields) -> Result<Locustfiles, String> {
    if let Some(error) = data.text("error") {
        return Err(error);
    }
    let source = |source: &Value| match source {
        Value::Map(_) => {
            let file = Fields::new("locustfile", source.clone());
            Some(Source::File {
                filename: file.text("filename")?,
                contents: file.text("contents")?,
            })
        }
        url => Some(Source::Url(url.as_str()?.to_owned())),
    };
    Ok(Locustfiles {
        sources: data.list("locustfiles").iter().filter_map(source).collect(),
        bundle: data.own("bundle").and_then(bundle),
    })
}

fn bundle(value: Value) -> Option<Bundle> {
    let data = Fields::new("locustfile", value);
    let file = |(path, contents): &(Value, Value)| {
        let contents = Bytes::copy_from_slice(contents.as_slice()?);
        Some((path.as_str()?.to_owned(), contents))
    };
    Some(Bundle {
        hash: data.text("hash")?,
        files: data
            .get("files")?
            .as_map()?
            .iter()
            .map(file)
            .collect::<Option<_>>()?,
        locustfiles: data.texts("locustfiles"),
    })
}

/// The data of a message, which is a map if it is anything to read from.
struct Fields {
    kind: String,
    value: Value,
}

impl Fields {
    fn new(kind: &str, value: Value) -> Self {
        Self {
            kind: kind.to_owned(),
            value,
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        in_map(&self.value, key)
    }

    /// A field of what only Katydid nodes say.
    fn own(&self, key: &str) -> Option<Value> {
        in_map(self.get(OWN_KEY)?, key).cloned()
    }

    fn needed<T>(&self, key: &str, found: Option<T>) -> Result<T, DecodeError> {
        found.ok_or_else(|| wrong(&self.kind, format!("no {key}")))
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            Value::String(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
            _ => None,
        }
    }

    fn number(&self, key: &str) -> Option<f64> {
        let value = self.get(key)?;
        value.as_f64().filter(|number| number.is_finite())
    }

    fn list(&self, key: &str) -> &[Value] {
        self.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn texts(&self, key: &str) -> Vec<String> {
        let texts = self.list(key).iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// Users by class. They are counts, so anything else is refused.
    fn counts(&self, key: &str) -> Result<UserCounts, DecodeError> {
        let map = self.needed(key, self.get(key).and_then(Value::as_map))?;
        let count = |(name, count): &(Value, Value)| {
            Some((name.as_str()?.to_owned(), count.as_u64()?.min(MOST_USERS)))
        };
        map.iter()
            .map(count)
            .collect::<Option<BTreeMap<_, _>>>()
            .ok_or_else(|| wrong(&self.kind, format!("{key} are no counts")))
    }
}

fn in_map<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let mut fields = value.as_map()?.iter();
    let found = fields.find(|(name, _)| name.as_str() == Some(key));
    found.map(|(_, value)| value).filter(|value| !value.is_nil())
}
