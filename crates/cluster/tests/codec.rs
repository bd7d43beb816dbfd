//! Messages as bytes: what goes in comes out, what Locust writes is understood, and bytes that mean harm do none.

#![allow(clippy::panic, clippy::unwrap_used, reason = "only tests use this")]

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use katydid_cluster::Value;
use katydid_cluster::codec::{self, DecodeError};
use katydid_cluster::message::{
    Bundle, Heartbeat, Job, Locustfiles, Numbered, Report, Setting, Source, ToMaster, ToWorker, Version,
    WorkerHealth,
};
use katydid_engine::UserCounts;
use katydid_stats::{
    EntryDelta, ExceptionRow, Failure, Limits, PhaseTime, PhaseTimes, RunStats, SecondDelta, SparseCounts,
    StatsDelta, Timestamp,
};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_700_000_002.0);

/// Written by `fixtures/locust_messages.py` with Locust 2.47.0.
const LOCUST_MESSAGES: &str = include_str!("fixtures/locust_messages.txt");

/// Written by this crate when it was new: nodes of one version understand those of the next.
const KATYDID_MESSAGES: &str = include_str!("fixtures/katydid_messages.txt");

#[test]
fn what_a_worker_says_is_what_its_master_hears() {
    let bundle_wanted = |takes_bundle| ToMaster::Locustfile {
        version: "2.47.0".to_owned(),
        takes_bundle,
    };
    for message in [
        ToMaster::ClientReady(Version::Of("2.47.0".to_owned())),
        ToMaster::ClientReady(Version::Unchecked),
        ToMaster::ClientReady(Version::Missing),
        bundle_wanted(true),
        bundle_wanted(false),
        ToMaster::Spawning,
        ToMaster::SpawningComplete(users(1, 3)),
        ToMaster::SpawningComplete(UserCounts::new()),
        ToMaster::Heartbeat(Heartbeat {
            state: "running".to_owned(),
            cpu_usage: 93.5,
            memory_usage: 1 << 40,
            requests: Some(1 << 40),
        }),
        ToMaster::Heartbeat(Heartbeat {
            state: "ready".to_owned(),
            ..Heartbeat::default()
        }),
        ToMaster::Exception {
            message: "no luck".to_owned(),
            traceback: "Traceback\n".to_owned(),
        },
        ToMaster::Logs {
            worker_id: "a_1".to_owned(),
            logs: vec!["one".to_owned(), "zwölf".to_owned()],
        },
        ToMaster::ClientStopped,
        ToMaster::Quit,
        ToMaster::Custom {
            kind: "greeting".to_owned(),
            data: Value::Map(vec![(3.into(), Value::Array(vec![Value::Nil, 1.5.into()]))]),
        },
    ] {
        let bytes = codec::for_master(&message, "a_1");
        assert_eq!(codec::to_master(bytes.into(), NOW), Ok(message));
    }
}

#[test]
fn what_a_master_says_is_what_its_worker_hears() {
    let job = Job {
        timestamp: NOW.0,
        users: users(1, 3),
        setting: Arc::default(),
    };
    let setting = Setting {
        host: Some("http://localhost".to_owned()),
        stop_timeout: 2.5,
        options: Value::Map(vec![("tags".into(), Value::Array(vec!["a".into()]))]),
    };
    let file = Source::File {
        filename: "locustfile.py".to_owned(),
        contents: "x = 'ß'\n".to_owned(),
    };
    let bundle = Bundle {
        hash: "abc".to_owned(),
        files: vec![
            ("locustfile.py".to_owned(), Bytes::from_static(b"import shop\n")),
            ("pictures/one.png".to_owned(), Bytes::from_static(&[0, 255, 128])),
        ],
        locustfiles: vec!["locustfile.py".to_owned()],
    };
    for message in [
        ToWorker::Ack {
            index: Some(4),
            session: Some("s".to_owned()),
        },
        ToWorker::Ack {
            index: None,
            session: None,
        },
        ToWorker::Locustfile(Err("there is none".to_owned())),
        ToWorker::Locustfile(Ok(Locustfiles {
            sources: vec![Source::Url("https://localhost/locustfile.py".to_owned()), file],
            bundle: Some(bundle),
        })),
        ToWorker::Locustfile(Ok(Locustfiles::default())),
        ToWorker::Spawn(job.clone()),
        ToWorker::Spawn(Job {
            setting: Arc::new(setting),
            ..job
        }),
        ToWorker::SpawningComplete(4),
        ToWorker::Stop,
        ToWorker::Quit,
        ToWorker::Reconnect,
        ToWorker::Heartbeat { received: None },
        ToWorker::Heartbeat {
            received: Some(u64::MAX),
        },
        ToWorker::UpdateUserClass(Value::Map(vec![("weight".into(), 3.into())])),
        ToWorker::Custom {
            kind: "greeting".to_owned(),
            data: "hello".into(),
        },
    ] {
        let bytes = codec::for_worker(&message, "a_1");
        assert_eq!(codec::to_worker(&bytes.into()), Ok(message));
    }
}

#[test]
fn a_report_between_katydids_is_exact() {
    let health = WorkerHealth {
        saturated: true,
        reason: Some("the CPU was busy".to_owned()),
        resume_lag_p99_ms: Some(80.5),
    };
    let extra = BTreeMap::from([("of_a_listener".to_owned(), Value::from(1))]);
    let (bytes, exceptions) = codec::report(
        &delta(),
        &users(1, 3),
        extra,
        Some(numbered(7, health.clone())),
        "a_1",
    );
    let report = report_in(&bytes.into());
    assert_eq!(report.number, Some(7));
    assert_eq!(report.delta, delta());
    assert_eq!(report.users, users(1, 3));
    assert_eq!(report.health, Some(health));
    assert_eq!(exceptions, [], "they are part of it");
    let told = codec::told_by(&report);
    assert_eq!(
        field(&told, "of_a_listener"),
        Some(&1.into()),
        "listeners hear of each other"
    );
    let rows = field(&told, "stats").and_then(Value::as_array).map(Vec::len);
    assert_eq!(rows, Some(1), "and of what Locust would have said");
}

#[test]
fn a_report_for_a_locust_is_what_locust_says() {
    let (bytes, exceptions) = codec::report(&delta(), &users(1, 3), BTreeMap::new(), None, "a_1");
    assert_eq!(exceptions, delta().exceptions, "they have messages of their own");
    let report = report_in(&bytes.into());
    assert_eq!((report.number, &report.health), (None, &None));
    assert_eq!(report.users, users(1, 3));
    let stats = counted(report.delta);
    let entry = stats.entry("GET", "/a").unwrap();
    assert_eq!((entry.num_requests(), entry.num_failures()), (3, 1));
    let times = entry.response_times().locust_buckets();
    assert_eq!(times, BTreeMap::from([(12, 1), (150, 2)]), "two digits");
    assert_eq!(stats.errors().iter().map(|row| row.occurrences).sum::<u64>(), 1);
}

#[test]
fn locusts_workers_are_understood() {
    let expected = |name: &str| match name {
        "client_ready" => ToMaster::ClientReady(Version::Of("2.47.0".to_owned())),
        "client_ready unchecked" => ToMaster::ClientReady(Version::Unchecked),
        "client_ready old" => ToMaster::ClientReady(Version::Missing),
        "locustfile" => ToMaster::Locustfile {
            version: "2.47.0".to_owned(),
            takes_bundle: false,
        },
        "spawning" => ToMaster::Spawning,
        "spawning_complete" => ToMaster::SpawningComplete(users(1, 3)),
        "heartbeat" => heartbeat(93.5),
        "heartbeat whole" => heartbeat(12.0),
        "exception" => ToMaster::Exception {
            message: "no luck".to_owned(),
            traceback: "Traceback (most recent call last):\n".to_owned(),
        },
        "logs" => ToMaster::Logs {
            worker_id: "host_0af3".to_owned(),
            logs: vec!["one".to_owned(), "two".to_owned()],
        },
        "client_stopped" => ToMaster::ClientStopped,
        "quit" => ToMaster::Quit,
        "greeting" => ToMaster::Custom {
            kind: "greeting".to_owned(),
            data: Value::Map(vec![
                ("name".into(), "Jürgen".into()),
                (3.into(), Value::Array(vec![1.into(), 2.into()])),
            ]),
        },
        other => panic!("{other}"),
    };
    let mut seen = 0;
    for (name, bytes) in fixtures(LOCUST_MESSAGES, "to_master") {
        if !name.starts_with("stats") {
            assert_eq!(codec::to_master(bytes, NOW), Ok(expected(&name)), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 13);
}

#[test]
fn locusts_masters_are_understood() {
    let job = |host: Option<&str>, stop_timeout| {
        let options = vec![
            ("users".into(), 4.into()),
            ("tags".into(), Value::Nil),
            ("my_option".into(), Value::Array(vec!["a".into(), 1.into()])),
        ];
        ToWorker::Spawn(Job {
            timestamp: 1_700_000_000.25,
            users: users(1, 3),
            setting: Arc::new(Setting {
                host: host.map(str::to_owned),
                stop_timeout,
                options: Value::Map(options),
            }),
        })
    };
    let sources = vec![
        Source::Url("https://localhost/locustfile.py".to_owned()),
        Source::File {
            filename: "locustfile.py".to_owned(),
            contents: "x = 'ß'\n".to_owned(),
        },
    ];
    let ack = |index| ToWorker::Ack { index, session: None };
    let expected = |name: &str| match name {
        "ack" => ack(Some(4)),
        "ack without index" => ack(None),
        "locustfile" => ToWorker::Locustfile(Ok(Locustfiles {
            sources: sources.clone(),
            bundle: None,
        })),
        "locustfile error" => ToWorker::Locustfile(Err("there is none".to_owned())),
        "spawn" => job(Some("http://localhost"), 2.5),
        "spawn without host" => job(None, 0.0),
        "spawning_complete" => ToWorker::SpawningComplete(4),
        "heartbeat" => ToWorker::Heartbeat { received: None },
        "stop" => ToWorker::Stop,
        "quit" => ToWorker::Quit,
        "reconnect" => ToWorker::Reconnect,
        "update_user_class" => ToWorker::UpdateUserClass(Value::Map(vec![
            ("user_class_name".into(), "Buyer".into()),
            ("weight".into(), 3.into()),
        ])),
        "greeting" => ToWorker::Custom {
            kind: "greeting".to_owned(),
            data: "hello".into(),
        },
        other => panic!("{other}"),
    };
    let mut seen = 0;
    for (name, bytes) in fixtures(LOCUST_MESSAGES, "to_worker") {
        assert_eq!(codec::to_worker(&bytes), Ok(expected(&name)), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 13);
}

#[test]
fn a_locusts_report_counts_what_it_says() {
    let report = report_in(&fixture(LOCUST_MESSAGES, "stats"));
    assert_eq!((report.number, &report.health), (None, &None));
    assert_eq!(report.users, users(1, 3));
    let raw = codec::told_by(&report);
    assert!(
        field(&raw, "of_a_listener").is_some(),
        "what a listener there added comes along"
    );

    let stats = counted(report.delta);
    let entry = stats.entry("GET", "/a").unwrap();
    assert_eq!(
        (
            entry.num_requests(),
            entry.num_none_requests(),
            entry.num_failures()
        ),
        (3, 1, 1)
    );
    assert_eq!(
        (entry.min_response_time(), entry.max_response_time()),
        (Some(12.0), Some(147.4))
    );
    assert_eq!(entry.total_content_length(), 1010);
    assert_eq!(entry.requests_per_second(), BTreeMap::from([(1_700_000_001, 3)]));
    assert_eq!(entry.failures_per_second(), BTreeMap::from([(1_700_000_001, 1)]));
    let slow = stats.entry("POST", "/ä").unwrap();
    assert_eq!(slow.num_requests(), 1);
    assert_eq!(stats.total().num_requests(), 4);
    let failures: Vec<_> = stats
        .errors()
        .iter()
        .map(|row| (row.error.to_string(), row.occurrences))
        .collect();
    assert_eq!(failures, [("it failed".to_owned(), 1)]);

    let empty = report_in(&fixture(LOCUST_MESSAGES, "stats empty"));
    assert!(empty.delta.is_empty());
    assert_eq!(empty.users, UserCounts::new());
}

#[test]
fn a_report_of_the_first_katydids_is_understood() {
    let report = report_in(&fixture(KATYDID_MESSAGES, "stats"));
    let mut without_phases = delta();
    without_phases.entries[0].phases = PhaseTimes::default();
    assert_eq!(report.number, Some(7));
    assert_eq!(report.delta, without_phases);
    assert_eq!(report.users, users(1, 3));
}

#[test]
fn a_part_of_a_message_is_none() {
    for (name, bytes) in all_fixtures("to_master") {
        for length in 0..bytes.len() {
            assert!(
                codec::to_master(bytes.slice(..length), NOW).is_err(),
                "{length} bytes of {name}"
            );
        }
    }
    for (name, bytes) in all_fixtures("to_worker") {
        for length in 0..bytes.len() {
            assert!(
                codec::to_worker(&bytes.slice(..length)).is_err(),
                "{length} bytes of {name}"
            );
        }
    }
}

#[test]
fn a_byte_that_fell_over_does_no_harm() {
    for (_, bytes) in all_fixtures("to_master") {
        for position in 0..bytes.len() {
            for change in [1, 0x80, 0xff] {
                let mut changed = bytes.to_vec();
                changed[position] ^= change;
                if let Ok(ToMaster::Stats(report)) = codec::to_master(changed.into(), NOW) {
                    counted(report.delta);
                }
            }
        }
    }
}

#[test]
fn what_is_no_message_is_refused() {
    let nested = |depth: usize| {
        let levels = vec![0x91; depth];
        [&[0x93, 0xa1, b'x'][..], &levels, &[0xc0, 0xa1, b'a']].concat()
    };
    assert!(codec::to_master(nested(20).into(), NOW).is_ok());
    let in_stats = {
        // A key of a listener's own, whose value never ends.
        let mut bytes = b"\x93\xa5stats\x81\xa1x".to_vec();
        bytes.extend(vec![0x91; 100_000]);
        bytes
    };
    let cases: [(&str, Vec<u8>); 13] = [
        ("nothing", vec![]),
        ("a number", vec![7]),
        ("a map", b"\x81\xa1x\xc0".to_vec()),
        ("a text", b"\xa4quit".to_vec()),
        ("two elements", b"\x92\xa4quit\xc0".to_vec()),
        ("four elements", b"\x94\xa4quit\xc0\xa1a\xc0".to_vec()),
        ("something behind it", b"\x93\xa4quit\xc0\xa1a\xc0".to_vec()),
        ("a kind that is a number", vec![0x93, 7, 0xc0, 0xa1, b'a']),
        ("a kind that is no UTF-8", b"\x93\xa1\xff\xc0\xa1a".to_vec()),
        (
            "a text that is longer than all there is",
            b"\x93\xdb\xff\xff\xff\xff".to_vec(),
        ),
        (
            "an array that is longer than all there is",
            b"\x93\xa1x\xdd\xff\xff\xff\xff\xc0".to_vec(),
        ),
        ("one in the other without end", nested(100_000)),
        ("the same in a report", in_stats),
    ];
    for (what, bytes) in cases {
        let bytes = Bytes::from(bytes);
        assert!(codec::to_master(bytes.clone(), NOW).is_err(), "{what}");
        assert!(codec::to_worker(&bytes).is_err(), "{what}");
    }
}

#[test]
fn data_of_another_kind_is_refused_with_a_reason() {
    let text = Value::from("text");
    let map = |key: &str, value: &Value| Value::Map(vec![(key.into(), value.clone())]);
    let counts = |value: Value| map("user_classes_count", &map("Buyer", &value));
    for (kind, data, reason) in [
        ("spawning_complete", Value::Nil, "user_classes_count"),
        ("spawning_complete", counts(text.clone()), "no counts"),
        ("spawning_complete", counts((-1).into()), "no counts"),
        ("spawning_complete", counts(1.5.into()), "no counts"),
        ("heartbeat", Value::Nil, "state"),
        ("heartbeat", map("state", &7.into()), "state"),
        ("exception", map("msg", &text), "traceback"),
        ("stats", Value::Nil, ""),
        ("stats", text.clone(), ""),
        ("stats", map("stats", &text), ""),
        ("stats", map("errors", &7.into()), ""),
        ("stats", counts((-1).into()), ""),
        ("stats", map("katydid", &map("number", &text)), ""),
    ] {
        let refused = codec::to_master(message(kind, data.clone()), NOW);
        let Err(DecodeError::Data { kind: of, why }) = refused else {
            panic!("{kind} with {data}: {refused:?}")
        };
        assert_eq!(of, kind);
        assert!(why.contains(reason), "{why}");
    }
    for (kind, data) in [
        ("spawn", Value::Nil),
        ("spawn", map("timestamp", &1.into())),
        ("spawn", map("timestamp", &f64::NAN.into())),
    ] {
        assert!(codec::to_worker(&message(kind, data)).is_err(), "{kind}");
    }
}

#[test]
fn numbers_that_nobody_can_count_are_bounded() {
    let most = users(u64::MAX, u64::MAX);
    let sum = |users: &UserCounts| {
        users
            .values()
            .copied()
            .reduce(|left, right| left.checked_add(right).unwrap())
    };
    let complete = codec::for_master(&ToMaster::SpawningComplete(users(1, 1)), "a_1");
    assert!(codec::to_master(complete.into(), NOW).is_ok());

    // One worker's, and those of a hundred thousand.
    let too_many = Value::Map(vec![
        ("Buyer".into(), u64::MAX.into()),
        ("Visitor".into(), u64::MAX.into()),
    ]);
    let data = Value::Map(vec![("user_classes_count".into(), too_many)]);
    let Ok(ToMaster::SpawningComplete(said)) =
        codec::to_master(message("spawning_complete", data.clone()), NOW)
    else {
        panic!("not understood")
    };
    let reported = report_in(&message("stats", data)).users;
    for said in [said, reported] {
        assert_ne!(said, most);
        assert!(sum(&said).unwrap().checked_mul(100_000).is_some());
    }

    let own = Value::Map(vec![("requests".into(), u64::MAX.into())]);
    let data = Value::Map(vec![("state".into(), "running".into()), ("katydid".into(), own)]);
    let Ok(ToMaster::Heartbeat(heartbeat)) = codec::to_master(message("heartbeat", data), NOW) else {
        panic!("not understood")
    };
    assert!(heartbeat.requests.unwrap() < 1 << 50);
}

#[test]
fn a_locusts_report_of_impossible_numbers_does_no_harm() {
    // 100,000 and 100,001 ms share a bucket.
    let times = (100_000..100_050).map(|time| (Value::from(time), Value::from(u64::MAX)));
    let seconds = [i64::MIN, -1, 0, 1_700_000_001, i64::MAX].map(|second| (second.into(), u64::MAX.into()));
    let row = Value::Map(vec![
        ("name".into(), "/a".into()),
        ("method".into(), "GET".into()),
        ("last_request_timestamp".into(), f64::NAN.into()),
        ("start_time".into(), f64::NEG_INFINITY.into()),
        ("num_requests".into(), u64::MAX.into()),
        ("num_none_requests".into(), u64::MAX.into()),
        ("num_failures".into(), u64::MAX.into()),
        ("total_response_time".into(), f64::INFINITY.into()),
        ("max_response_time".into(), f64::NAN.into()),
        ("min_response_time".into(), (-1.0).into()),
        ("total_content_length".into(), f64::MAX.into()),
        ("response_times".into(), Value::Map(times.collect())),
        ("num_reqs_per_sec".into(), Value::Map(seconds.to_vec())),
        ("num_fail_per_sec".into(), Value::Map(seconds.to_vec())),
    ]);
    let data = Value::Map(vec![("stats".into(), Value::Array(vec![row.clone(), row]))]);
    let report = report_in(&message("stats", data));
    is_harmless(&report);
    can_be_told(&report);
}

#[test]
fn an_exact_report_of_impossible_numbers_does_no_harm() {
    let of_bucket = |bucket| {
        let delta = StatsDelta {
            entries: vec![hostile_entry(bucket), hostile_entry(bucket)],
            failures: vec![Failure {
                occurrences: u64::MAX,
                first_seen: Timestamp(f64::NAN),
                last_seen: Timestamp(f64::INFINITY),
                ..delta().failures.remove(0)
            }],
            exceptions: vec![ExceptionRow {
                count: u64::MAX,
                ..delta().exceptions.remove(0)
            }],
            ..StatsDelta::default()
        };
        let health = WorkerHealth::default();
        let (bytes, _) = codec::report(
            &delta,
            &users(0, 0),
            BTreeMap::new(),
            Some(numbered(1, health)),
            "a_1",
        );
        report_in(&bytes.into())
    };
    for bucket in [0, 50_000] {
        let report = of_bucket(bucket);
        is_harmless(&report);
        can_be_told(&report);
        let row = &report.delta.failures[0];
        assert_eq!((row.first_seen, row.last_seen), (NOW, NOW));
    }
    // There is no such bucket.
    is_harmless(&of_bucket(u16::MAX));
}

/// It can be counted a thousand times beside an honest report, and the honest numbers can still be told.
fn is_harmless(report: &Report) {
    let mut stats = counted(delta());
    for _ in 0..1_000 {
        stats.merge(report.delta.clone());
    }
    let (hostile, honest) = (stats.entry("GET", "/a").unwrap(), stats.entry("POST", "/b"));
    assert!(honest.is_none());
    for fraction in [0.0, 0.5, 1.0] {
        let time = hostile.percentile(fraction).unwrap();
        assert!(time.is_finite() && time >= 0.0, "{time}");
    }
    let near = (NOW.second() - 40 * 86_400)..(NOW.second() + 2 * 86_400);
    assert!(
        hostile
            .requests_per_second()
            .keys()
            .all(|second| near.contains(second))
    );
    assert!(near.contains(&hostile.start_time().second()));
    assert!(hostile.total_response_time().is_finite());
}

/// And user code can be told of it.
fn can_be_told(report: &Report) {
    let told = codec::told_by(report);
    assert_eq!(
        field(&told, "stats").and_then(Value::as_array).map(Vec::is_empty),
        Some(false)
    );
}

proptest! {
    #[test]
    fn any_data_of_a_locustfiles_own_comes_through(data in value(), kind in "[a-z]{1,12}_own") {
        let to_master = ToMaster::Custom { kind: kind.clone(), data: data.clone() };
        let bytes = codec::for_master(&to_master, "a_1");
        prop_assert_eq!(codec::to_master(bytes.into(), NOW), Ok(to_master));
        let to_worker = ToWorker::Custom { kind, data };
        let bytes = codec::for_worker(&to_worker, "a_1");
        prop_assert_eq!(codec::to_worker(&bytes.into()), Ok(to_worker));
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = Bytes::from(bytes);
        let _ = codec::to_worker(&bytes);
        let _ = codec::to_master(bytes, NOW);
    }
}

/// Whatever msgpack can say and Python can read.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("nothing equals it", |number| !number.is_nan())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Binary),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((any::<String>().prop_map(Value::from), inner), 0..6).prop_map(Value::Map),
        ]
    })
}

fn users(buyers: u64, visitors: u64) -> UserCounts {
    [("Buyer".to_owned(), buyers), ("Visitor".to_owned(), visitors)].into()
}

fn heartbeat(cpu_usage: f64) -> ToMaster {
    ToMaster::Heartbeat(Heartbeat {
        state: "running".to_owned(),
        cpu_usage,
        memory_usage: 104_857_600,
        requests: None,
    })
}

/// Three requests, one of which failed, and an exception.
fn delta() -> StatsDelta {
    let (began, last) = (Timestamp(NOW.0 - 1.5), Timestamp(NOW.0 - 1.0));
    let times = [(12.0, 1), (147.4, 2)];
    StatsDelta {
        entries: vec![EntryDelta {
            method: "GET".into(),
            name: "/a".into(),
            num_requests: 3,
            num_none_requests: 0,
            num_failures: 1,
            total_response_time_ms: 306.8,
            min_response_time_ms: Some(12.0),
            max_response_time_ms: Some(147.4),
            total_content_length: 1010,
            first_timestamp: began,
            last_request_timestamp: Some(last),
            seconds: vec![SecondDelta {
                second: last.second(),
                requests: 3,
                failures: 1,
                response_times: SparseCounts::from_milliseconds(times),
            }],
            phases: PhaseTimes {
                waiting: PhaseTime {
                    count: 3,
                    total_ms: 300.25,
                    max_ms: 145.0,
                },
                ..PhaseTimes::default()
            },
        }],
        failures: vec![Failure {
            method: "GET".into(),
            name: "/a".into(),
            error: "it failed".into(),
            occurrences: 1,
            first_seen: last,
            last_seen: last,
        }],
        exceptions: vec![ExceptionRow {
            count: 1,
            message: "no luck".into(),
            traceback: "Traceback\n".into(),
            nodes: ["local".into()].into(),
        }],
        ..StatsDelta::default()
    }
}

fn hostile_entry(bucket: u16) -> EntryDelta {
    let times = counts_of_buckets(&[(bucket, 0), (bucket, u32::MAX), (0, 1), (bucket, u32::MAX)]);
    let second = |second| SecondDelta {
        second,
        requests: u64::MAX,
        failures: u64::MAX,
        response_times: times.clone(),
    };
    EntryDelta {
        num_requests: u64::MAX,
        num_none_requests: u64::MAX,
        num_failures: u64::MAX,
        total_response_time_ms: f64::INFINITY,
        min_response_time_ms: Some(f64::NAN),
        max_response_time_ms: Some(f64::NEG_INFINITY),
        total_content_length: u64::MAX,
        first_timestamp: Timestamp(f64::NEG_INFINITY),
        last_request_timestamp: Some(Timestamp(1e300)),
        seconds: [i64::MIN, 0, i64::MAX].map(second).to_vec(),
        ..delta().entries.remove(0)
    }
}

/// Counts by bucket, as they travel; such as these cannot be made otherwise.
fn counts_of_buckets(counts: &[(u16, u32)]) -> SparseCounts {
    rmp_serde::from_slice(&rmp_serde::to_vec(counts).unwrap()).unwrap()
}

fn counted(delta: StatsDelta) -> RunStats {
    let mut stats = RunStats::new(Limits::default(), NOW);
    stats.merge(delta);
    stats
}

fn numbered(number: u64, health: WorkerHealth) -> Numbered {
    Numbered {
        session: "a life".to_owned(),
        number,
        health,
    }
}

fn report_in(bytes: &Bytes) -> Report {
    match codec::to_master(bytes.clone(), NOW) {
        Ok(ToMaster::Stats(report)) => *report,
        other => panic!("not a report: {other:?}"),
    }
}

fn message(kind: &str, data: Value) -> Bytes {
    let message = Value::Array(vec![kind.into(), data, "a_1".into()]);
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &message).unwrap();
    bytes.into()
}

fn field<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    let fields = map.as_map()?;
    fields
        .iter()
        .find(|(name, _)| name.as_str() == Some(key))
        .map(|(_, value)| value)
}

/// Lines of a direction, a name, and hexadecimal digits.
fn fixtures(lines: &'static str, direction: &str) -> impl Iterator<Item = (String, Bytes)> {
    let start = format!("{direction} ");
    lines.lines().filter_map(move |line| {
        let (name, digits) = line.strip_prefix(&start)?.split_once(": ")?;
        let pairs = digits
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).unwrap());
        let bytes: Vec<u8> = pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
        Some((name.to_owned(), bytes.into()))
    })
}

fn all_fixtures(direction: &str) -> impl Iterator<Item = (String, Bytes)> {
    fixtures(LOCUST_MESSAGES, direction).chain(fixtures(KATYDID_MESSAGES, direction))
}

fn fixture(lines: &'static str, wanted: &str) -> Bytes {
    let mut found = fixtures(lines, "to_master").filter(|(name, _)| name == wanted);
    found.next().unwrap().1
}
