//! The runner over a host that only notes what it is asked. Time is paused: it passes when everybody waits.

mod support;

use std::time::Duration;

use katydid_engine::{
    Announced, DispatchError, HostReply, LoadShape, RunState, RunnerError, ShapeEnd, ShapeRequest, ShapeTick,
    StartRequest, UserClass,
};
use support::{Manner, Script, runner, tick, visitors};
use tokio::time::{Instant, sleep};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_test_starts_ramps_runs_and_stops() {
    let (host, handle, seen) = runner(Manner::default());
    handle.start(visitors(3, 1.0)).await.unwrap();
    sleep(5 * SECOND).await;
    assert_eq!(handle.status().state, RunState::Running);
    assert_eq!(handle.status().target_user_counts["Visitor"], 3);
    handle.stop().await;
    assert_eq!(handle.status().state, RunState::Stopped);
    assert_eq!(handle.status().final_user_counts["Visitor"], 3);
    let expected = [
        (0, "test_start"),
        (0, "Visitor=1"),
        (1000, "Visitor=2"),
        (2000, "Visitor=3"),
        (2000, "spawning_complete(3)"),
        (5000, "test_stopping"),
        (5000, "stop_all"),
        (5000, "test_stop"),
    ];
    assert_eq!(
        host.timed_calls(),
        expected.map(|(at, call)| (at, call.to_owned()))
    );
    assert_eq!(
        *seen.lock().unwrap(),
        ["test_start", "spawning_complete", "test_stopping", "test_stop"]
    );
}

#[tokio::test(start_paused = true)]
async fn users_wait_for_the_listeners_of_test_start() {
    let (host, handle, _) = runner(Manner {
        listeners_take: 3 * SECOND,
        ..Manner::default()
    });
    handle.start(visitors(1, 1.0)).await.unwrap();
    sleep(2 * SECOND).await;
    assert_eq!(
        (host.calls(), handle.status().state),
        (vec!["test_start".to_owned()], RunState::Ready)
    );
    sleep(2 * SECOND).await;
    assert_eq!(host.timed_calls()[1], (3000, "Visitor=1".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn steps_are_paced_from_their_start_and_lateness_is_measured() {
    let (host, handle, _) = runner(Manner {
        set_users_takes: Duration::from_millis(400),
        ..Manner::default()
    });
    handle.start(visitors(3, 1.0)).await.unwrap();
    sleep(5 * SECOND).await;
    let starts: Vec<u128> = host
        .timed_calls()
        .iter()
        .filter(|(_, call)| call.contains('='))
        .map(|(at, _)| *at)
        .collect();
    assert_eq!(starts, [0, 1000, 2000]);
    assert_eq!(
        (handle.status().spawn_lag, handle.status().spawn_steps),
        (Duration::ZERO, 3)
    );

    let (host, handle, _) = runner(Manner {
        set_users_takes: Duration::from_millis(2500),
        ..Manner::default()
    });
    handle.start(visitors(3, 1.0)).await.unwrap();
    sleep(9 * SECOND).await;
    let starts: Vec<u128> = host
        .timed_calls()
        .iter()
        .filter(|(_, call)| call.contains('='))
        .map(|(at, _)| *at)
        .collect();
    assert_eq!(
        starts,
        [0, 2500, 5000],
        "overdue users come at the wanted rate, not in a burst"
    );
    assert_eq!(handle.status().spawn_lag, Duration::from_millis(1500));
}

#[tokio::test(start_paused = true)]
async fn a_start_during_a_ramp_replaces_it() {
    let (host, handle, _) = runner(Manner {
        set_users_takes: 10 * SECOND,
        ..Manner::default()
    });
    handle.start(visitors(100, 1.0)).await.unwrap();
    sleep(2 * SECOND).await;
    handle.start(visitors(3, 2.0)).await.unwrap();
    sleep(60 * SECOND).await;
    let expected = [
        (0, "test_start"),
        (0, "Visitor=1"),
        (2000, "Visitor=3"),
        (12_000, "spawning_complete(3)"),
    ];
    assert_eq!(
        host.timed_calls(),
        expected.map(|(at, call)| (at, call.to_owned()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_running_test_is_changed_without_a_new_test_start() {
    let (host, handle, _) = runner(Manner::default());
    handle.start(visitors(4, 4.0)).await.unwrap();
    sleep(SECOND).await;
    handle.start(visitors(2, 1.0)).await.unwrap();
    sleep(5 * SECOND).await;
    let expected = [
        "test_start",
        "Visitor=4",
        "spawning_complete(4)",
        "Visitor=3",
        "Visitor=2",
        "spawning_complete(2)",
    ];
    assert_eq!(host.calls(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_obeyed_while_the_host_is_busy() {
    let (host, handle, _) = runner(Manner {
        set_users_takes: 1000 * SECOND,
        ..Manner::default()
    });
    handle.start(visitors(100, 1.0)).await.unwrap();
    sleep(SECOND).await;
    handle.stop().await;
    assert_eq!(
        host.calls(),
        [
            "test_start",
            "Visitor=1",
            "test_stopping",
            "stop_all",
            "test_stop"
        ]
    );
    assert_eq!(host.timed_calls()[4].0, 1000);
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_test_start_waits_for_its_listeners_only() {
    let (host, handle, _) = runner(Manner {
        listeners_take: 2 * SECOND,
        ..Manner::default()
    });
    handle.start(visitors(100, 1.0)).await.unwrap();
    handle.stop().await;
    assert_eq!(
        host.calls(),
        ["test_start", "test_stopping", "stop_all", "test_stop"]
    );
}

#[tokio::test(start_paused = true)]
async fn stopping_what_never_started_is_announced_once() {
    let (host, handle, _) = runner(Manner::default());
    handle.stop().await;
    handle.stop().await;
    handle.quit().await;
    assert_eq!(host.calls(), ["test_stopping", "stop_all", "test_stop"]);
    assert!(handle.status().quit);
}

#[tokio::test(start_paused = true)]
async fn everybody_who_waits_for_the_end_hears_of_it() {
    let (host, handle, _) = runner(Manner {
        stop_takes: 5 * SECOND,
        ..Manner::default()
    });
    handle.start(visitors(1, 1.0)).await.unwrap();
    sleep(SECOND).await;
    tokio::join!(
        handle.stop(),
        handle.quit(),
        handle.stop(),
        handle.quit(),
        handle.wait()
    );
    assert_eq!(host.calls().iter().filter(|call| *call == "test_stop").count(), 1);
    assert_eq!(handle.start(visitors(1, 1.0)).await, Err(RunnerError::Quit));
    handle.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_start_while_stopping_follows_the_stop() {
    let (host, handle, _) = runner(Manner {
        stop_takes: 5 * SECOND,
        ..Manner::default()
    });
    handle.start(visitors(1, 1.0)).await.unwrap();
    sleep(SECOND).await;
    let stopping = {
        let handle = handle.clone();
        tokio::spawn(async move { handle.stop().await })
    };
    sleep(SECOND).await;
    assert_eq!(handle.status().state, RunState::Cleanup);
    handle.start(visitors(2, 2.0)).await.unwrap();
    stopping.await.unwrap();
    sleep(SECOND).await;
    assert_eq!(
        host.calls()[5..],
        ["test_stop", "test_start", "Visitor=2", "spawning_complete(2)"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_senseless_start_is_refused_and_changes_nothing() {
    let (host, handle, _) = runner(Manner::default());
    let refused = handle.start(visitors(-1, 1.0)).await;
    assert_eq!(
        refused,
        Err(RunnerError::Dispatch(DispatchError::NegativeUserCount(-1)))
    );
    handle.start(visitors(1, 1.0)).await.unwrap();
    sleep(SECOND).await;
    assert!(handle.start(visitors(9, f64::NAN)).await.is_err());
    sleep(5 * SECOND).await;
    assert_eq!(host.calls(), ["test_start", "Visitor=1", "spawning_complete(1)"]);
    assert_eq!(handle.status().target_user_count, 1);
}

#[tokio::test(start_paused = true)]
async fn only_some_classes_may_take_part() {
    let user_classes = vec![
        UserClass::weighted("Buyer", 1.0),
        UserClass::weighted("Visitor", 1.0),
    ];
    let request = StartRequest {
        user_count: 2,
        spawn_rate: 2.0,
        user_classes,
        only: Some(vec!["Buyer".into()]),
    };
    let (host, handle, _) = runner(Manner::default());
    handle.start(request).await.unwrap();
    sleep(SECOND).await;
    assert_eq!(host.calls()[1], "Buyer=2 Visitor=0");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_fails_ends_the_test() {
    let (host, handle, _) = runner(Manner {
        set_users_fails: Some("no such user".into()),
        ..Manner::default()
    });
    handle.start(visitors(5, 1.0)).await.unwrap();
    sleep(SECOND).await;
    assert_eq!(
        host.calls(),
        [
            "test_start",
            "Visitor=1",
            "test_stopping",
            "stop_all",
            "test_stop"
        ]
    );
    assert_eq!(handle.status().failure.as_deref(), Some("no such user"));
    assert!(!handle.status().quit);
}

#[tokio::test(start_paused = true)]
async fn what_listeners_say_is_kept() {
    let said = Announced {
        exit_code: Some(7),
        listener_failed: true,
    };
    let (_, handle, _) = runner(Manner {
        said,
        ..Manner::default()
    });
    handle.start(visitors(1, 1.0)).await.unwrap();
    sleep(SECOND).await;
    assert_eq!(handle.status().announced, said);
}

#[tokio::test(start_paused = true)]
async fn the_runner_ends_when_nobody_holds_it() {
    let (host, handle, _) = runner(Manner::default());
    let mut status = handle.watch();
    drop(handle);
    status.wait_for(|status| status.quit).await.unwrap();
    assert_eq!(host.calls(), ["test_stopping", "stop_all", "test_stop"]);
}

fn led_by(shape: impl LoadShape + 'static, at_end: ShapeEnd) -> ShapeRequest {
    ShapeRequest {
        shape: Box::new(shape),
        user_classes: vec![UserClass::weighted("Visitor", 1.0)],
        at_end,
    }
}

#[tokio::test(start_paused = true)]
async fn a_shape_is_asked_each_second_and_followed_when_it_changes() {
    let (host, handle, _) = runner(Manner::default());
    let script = Script(vec![tick(2, 2.0), tick(2, 2.0), tick(1, 1.0)]);
    handle.start_shape(led_by(script, ShapeEnd::Quit)).await.unwrap();
    assert!(handle.status().shape_active);
    handle.wait().await;
    let expected = [
        (0, "test_start"),
        (0, "Visitor=2"),
        (0, "spawning_complete(2)"),
        (2000, "Visitor=1"),
        (2000, "spawning_complete(1)"),
        (3000, "test_stopping"),
        (3000, "stop_all"),
        (3000, "test_stop"),
    ];
    assert_eq!(
        host.timed_calls(),
        expected.map(|(at, call)| (at, call.to_owned()))
    );
    assert!(!handle.status().shape_active);
}

#[tokio::test(start_paused = true)]
async fn a_shape_may_end_in_a_stop_and_begin_again() {
    let (host, handle, _) = runner(Manner::default());
    for _ in 0..2 {
        handle
            .start_shape(led_by(Script(vec![tick(1, 1.0)]), ShapeEnd::Stop))
            .await
            .unwrap();
        let second = handle.start_shape(led_by(Script(vec![]), ShapeEnd::Stop)).await;
        assert_eq!(second, Err(RunnerError::ShapeRunning));
        handle
            .watch()
            .wait_for(|status| status.state == RunState::Stopped)
            .await
            .unwrap();
        sleep(SECOND).await;
    }
    assert_eq!(
        host.calls().iter().filter(|call| *call == "test_start").count(),
        2
    );
    assert!(!handle.status().quit);
}

#[tokio::test(start_paused = true)]
async fn a_shape_that_asks_for_nonsense_is_noted_and_asked_again() {
    let (host, handle, _) = runner(Manner::default());
    let script = Script(vec![tick(0, 0.0), tick(1, 1.0)]);
    handle.start_shape(led_by(script, ShapeEnd::Quit)).await.unwrap();
    handle.wait().await;
    assert_eq!(
        host.calls()[..3],
        ["test_start", "Visitor=1", "spawning_complete(1)"]
    );
    assert!(handle.status().announced.listener_failed);
}

/// Never answers.
struct Silent;

impl LoadShape for Silent {
    fn tick(&mut self) -> HostReply<Option<ShapeTick>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_shape_can_be_stopped() {
    let (host, handle, _) = runner(Manner::default());
    handle.start_shape(led_by(Silent, ShapeEnd::Quit)).await.unwrap();
    let begin = Instant::now();
    handle.quit().await;
    assert_eq!(begin.elapsed(), Duration::ZERO);
    assert_eq!(host.calls(), ["test_stopping", "stop_all", "test_stop"]);
}
