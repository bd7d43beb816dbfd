//! Masters and workers over loopback sockets: tests run, numbers add up, and nothing is lost when nodes come and go.

#![allow(clippy::unwrap_used, reason = "only tests use this")]

mod support;

use std::time::Duration;

use katydid_cluster::codec;
use katydid_cluster::fleet::Notice;
use katydid_cluster::message::{Heartbeat, Job, ToMaster, ToWorker, Version};
use katydid_cluster::{ClusterKey, Value, WorkerNotice, WorkerSocket};
use katydid_engine::{RunState, UserHost};
use support::{master, until, users, visitors, worker};
use tokio::time::timeout;

#[tokio::test(flavor = "multi_thread")]
async fn a_test_from_start_to_end() {
    let master = master(0, None).await;
    let port = master.handle.port();
    let workers = [worker("a_1", port, None).await, worker("b_1", port, None).await];
    assert_eq!(workers[0].handle.index(), Some(0));
    assert_eq!(workers[1].handle.index(), Some(1));
    until("both are there", || {
        master.handle.look(|fleet| fleet.ready_count()) == 2
    })
    .await;

    master.runner.start(visitors(8, 100.0)).await.unwrap();
    until("all users live", || users(master.host.user_counts()) == 8).await;
    until("it runs", || master.runner.status().state == RunState::Running).await;
    for worker in &workers {
        assert_eq!(users(worker.local.user_counts()), 4);
        assert_eq!(worker.runner.status().state, RunState::Running);
        worker.request("/a", 10, None);
        worker.request("/a", 20, Some("too slow"));
    }
    workers[1].request("/b", 30, None);
    until("all reports are in", || {
        master.collector.with(|stats| stats.total().num_requests()) == 5
    })
    .await;

    master.runner.stop().await;
    assert_eq!(users(master.host.user_counts()), 0);
    workers[0].request("/late", 5, None);
    let leaving = tokio::spawn(master.host.leave());
    for worker in workers {
        until("the worker is told to leave", || worker.runner.status().quit).await;
        worker.host.leave().await.unwrap();
        assert_eq!(
            *worker.local.heard.lock().unwrap(),
            ["test_start", "spawning_complete", "test_stopping", "test_stop"]
        );
    }
    leaving.await.unwrap().unwrap();
    assert!(
        master
            .collector
            .with(|stats| stats.entry("GET", "/late").is_some()),
        "the last report is in"
    );
    let (requests, failures) = master.collector.with(|stats| {
        let entry = stats.entry("GET", "/a").unwrap();
        (entry.num_requests(), entry.num_failures())
    });
    assert_eq!((requests, failures), (4, 2));
    assert_eq!(
        *master.local.heard.lock().unwrap(),
        ["test_start", "spawning_complete", "test_stopping", "test_stop"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_percentiles_are_those_of_all_samples() {
    let master = master(0, None).await;
    let mut workers = Vec::new();
    for number in 0..10 {
        workers.push(worker(&format!("w{number}_x"), master.handle.port(), None).await);
    }
    until("all are there", || {
        master.handle.look(|fleet| fleet.ready_count()) == 10
    })
    .await;
    master.runner.start(visitors(10, 100.0)).await.unwrap();
    until("it runs", || master.runner.status().state == RunState::Running).await;
    let alone = katydid_stats::Collector::default();
    for number in 0..5_000_u64 {
        let worker = &workers[(number % 10) as usize];
        let time = number * number % 7_919 + 1;
        worker.request("/", time, None);
        alone.record(&katydid_stats::Sample {
            method: "GET",
            name: "/",
            response_time: Some(std::time::Duration::from_millis(time)),
            phases: support::phases_of(time),
            response_length: 10,
            error: None,
            at: katydid_stats::Timestamp::now(),
        });
    }
    until("all reports are in", || {
        master.collector.with(|stats| stats.total().num_requests()) == 5_000
    })
    .await;
    for fraction in [0.0, 0.5, 0.66, 0.9, 0.95, 0.99, 0.999, 1.0] {
        assert_eq!(
            master.collector.with(|stats| stats.total().percentile(fraction)),
            alone.with(|stats| stats.total().percentile(fraction)),
            "{fraction}"
        );
    }
    assert_eq!(
        master.collector.with(|stats| *stats.total().phases()),
        alone.with(|stats| *stats.total().phases()),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_the_locustfile_go_both_ways() {
    let master = master(0, None).await;
    let worker = worker("a_1", master.handle.port(), None).await;
    worker.handle.send(ToMaster::Custom {
        kind: "here".to_owned(),
        data: Value::from(1),
    });
    until("the master heard it", || {
        let notices = master.audience.notices.lock().unwrap();
        let here = |notice: &Notice| matches!(notice, Notice::Custom { kind, worker, .. } if kind == "here" && &**worker == "a_1");
        notices.iter().any(here)
    })
    .await;
    let message = ToWorker::Custom {
        kind: "greeting".to_owned(),
        data: Value::from("hello"),
    };
    master.handle.send(None, message);
    until("it came", || {
        let heard = worker.audience.heard.lock().unwrap();
        let greeting =
            |notice: &WorkerNotice| matches!(notice, WorkerNotice::Custom { kind, .. } if kind == "greeting");
        heard.iter().any(greeting)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_a_worker_that_vanishes_come_back_on_the_others() {
    let master = master(0, None).await;
    let port = master.handle.port();
    let lost = worker("a_1", port, None).await;
    let (second, third) = (worker("b_1", port, None).await, worker("c_1", port, None).await);
    until("all are there", || {
        master.handle.look(|fleet| fleet.ready_count()) == 3
    })
    .await;
    master.runner.start(visitors(12, 100.0)).await.unwrap();
    until("it runs", || master.runner.status().state == RunState::Running).await;
    lost.request("/", 1, None);
    second.request("/", 1, None);
    until("reports are in", || {
        master.collector.with(|stats| stats.total().num_requests()) == 2
    })
    .await;

    lost.task.abort();
    until("its users are on the others", || {
        users(second.local.user_counts()) + users(third.local.user_counts()) == 12
    })
    .await;
    assert_eq!(users(second.local.user_counts()), 6);
    let losses = master.handle.look(|fleet| fleet.losses().to_vec());
    assert_eq!(losses.len(), 1);
    assert_eq!((&*losses[0].worker, losses[0].users), ("a_1", 4));
    assert_eq!(master.collector.with(|stats| stats.total().num_requests()), 2);
}

/// One user, two workers: it must not live twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_comes_back_gives_up_the_users_that_others_have() {
    let master = master(0, None).await;
    let port = master.handle.port();
    // Speaks only when the test says so.
    let silent = WorkerSocket::connect("127.0.0.1", port, "a_1", None)
        .await
        .unwrap();
    let ready = ToMaster::ClientReady(Version::Unchecked);
    assert!(silent.send(codec::for_master(&ready, "a_1")));
    until("it is there", || {
        master.handle.look(|fleet| fleet.ready_count()) == 1
    })
    .await;
    assert_eq!(
        *master.audience.notices.lock().unwrap(),
        [Notice::WorkerConnect("a_1".into())]
    );

    master.runner.start(visitors(1, 100.0)).await.unwrap();
    assert_eq!(users(next_job(&silent).await.users), 1);
    assert!(silent.send(codec::for_master(&ToMaster::Spawning, "a_1")));
    let other = worker("b_1", port, None).await;
    until("the other has the user", || users(other.local.user_counts()) == 1).await;

    let heartbeat = Heartbeat {
        state: "running".to_owned(),
        ..Heartbeat::default()
    };
    assert!(silent.send(codec::for_master(&ToMaster::Heartbeat(heartbeat), "a_1")));
    let job = next_job(&silent).await;
    assert_eq!(
        job.users.len(),
        2,
        "every class is named, or a Locust would keep its users"
    );
    assert_eq!(users(job.users), 0);
    assert_eq!(users(other.local.user_counts()), 1);
}

async fn next_job(worker: &WorkerSocket) -> Job {
    loop {
        let bytes = timeout(Duration::from_secs(10), worker.receive())
            .await
            .unwrap()
            .unwrap();
        if let ToWorker::Spawn(job) = codec::to_worker(&bytes).unwrap() {
            return job;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_master_takes_its_workers_back() {
    let first = master(0, None).await;
    let port = first.handle.port();
    let worker = worker("a_1", port, None).await;
    until("it is there", || {
        first.handle.look(|fleet| fleet.ready_count()) == 1
    })
    .await;
    first.runner.start(visitors(2, 100.0)).await.unwrap();
    until("it runs", || users(worker.local.user_counts()) == 2).await;
    first.task.abort();
    assert!(first.task.await.is_err());
    let second = master(port, None).await;
    until("it is taken back", || {
        second.handle.look(|fleet| fleet.ready_count()) == 1
    })
    .await;
    assert_eq!(users(worker.local.user_counts()), 0);
    second.runner.start(visitors(3, 100.0)).await.unwrap();
    until("it works for the new one", || {
        users(worker.local.user_counts()) == 3
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_with_the_key_take_part() {
    let key = ClusterKey::generate();
    let master = master(0, Some(&key)).await;
    let port = master.handle.port();
    let friend = worker("a_1", port, Some(key)).await;
    assert_eq!(friend.handle.index(), Some(0));
    for wrong in [None, Some(ClusterKey::generate())] {
        let address = katydid_cluster::MasterAddress {
            host: "127.0.0.1".to_owned(),
            port,
            key: wrong,
        };
        let (mut stranger, _, _) =
            katydid_cluster::Worker::connect("x_1", support::VERSION, address, support::quick_worker())
                .await
                .unwrap();
        let error = stranger.join().await.unwrap_err().to_string();
        assert!(error.starts_with("no answer from a master"), "{error}");
    }
    assert_eq!(master.handle.look(|fleet| fleet.nodes().len()), 1);
}
