//! Real signals to a real process: this test starts itself again as the process that runs.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "only tests use this")]

mod support;

use std::process::{Command, Output, Stdio};
use std::time::Duration;

use katydid_cli::{RunOptions, Settings, SignalSource, Terminal, run};
use serde_json::json;
use support::{Manner, compose};

/// Tells the process below what it is.
const ROLE: &str = "KATYDID_TEST_ROLE";

/// Not a test by itself: what the tests below run in a process of its own.
#[test]
fn a_run_without_end() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let is_stuck = role == "stuck";
    // SAFETY: the handler does nothing that a signal handler may not do.
    unsafe { libc::signal(libc::SIGINT, of_interpreter as *const () as libc::sighandler_t) };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let exit_code = runtime.block_on(async {
        let options = json!({"headless": true, "num_users": 3, "spawn_rate": 3, "no_store": true});
        let options = RunOptions::from_namespace(options.as_object().unwrap()).unwrap();
        let manner = Manner {
            is_stuck,
            ..Manner::default()
        };
        let (_, parts) = compose(manner, Terminal::of_process(), SignalSource::Process);
        run(&Settings::resolve(&options).unwrap(), parts).await
    });
    // SAFETY: asks for the present handler and puts it back.
    let after = unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
    assert_eq!(
        after, of_interpreter as *const () as libc::sighandler_t,
        "handlers of before come back after a run"
    );
    std::process::exit(exit_code);
}

/// Stands for the handler that an interpreter has set before: it must not be called while the run lasts.
extern "C" fn of_interpreter(_: libc::c_int) {
    // SAFETY: _exit may be called in a signal handler.
    unsafe { libc::_exit(99) };
}

/// Runs it until these signals have been sent, half a second apart, and it has ended.
fn interrupted_by(signals: &[libc::c_int], is_stuck: bool) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_run_without_end", "--nocapture"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env(ROLE, if is_stuck { "stuck" } else { "well" });
    let child = command.spawn().unwrap();
    for signal in signals {
        std::thread::sleep(Duration::from_millis(1000));
        // SAFETY: the process is our child, and has not been waited for yet.
        assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, *signal) }, 0);
    }
    child.wait_with_output().unwrap()
}

#[test]
fn a_signal_ends_a_run_in_good_order() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let output = interrupted_by(&[signal], false);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{error}");
        assert!(
            error.contains("(approximated)") && error.contains("/cart"),
            "{error}"
        );
    }
}

#[test]
fn two_signals_end_a_run_that_hangs() {
    let output = interrupted_by(&[libc::SIGINT, libc::SIGINT], true);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{error}");
    assert!(error.contains("(approximated)"), "{error}");
}
