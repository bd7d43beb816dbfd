//! Where the hub thread and the I/O thread run. `katydid_cpu` decides; this asks it in each window, and sees to it that
//! what a locustfile starts is not confined to the CPU that the two may share.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use katydid_cpu::{Pair, Thread};
use pyo3::ffi;

static PAIR: OnceLock<Placed> = OnceLock::new();

/// The two threads, and the process that they are in: a forked child has neither of them, and its copy of the lock may
/// stay locked for ever.
struct Placed {
    pair: Pair,
    process: u32,
}

/// Threads and processes inherit where they may run. Whoever starts one usually starts more.
const APART_AFTER_START: Duration = Duration::from_secs(5);

/// What Python says that it is about to do when it starts a thread or a process: docs.python.org, "Audit events table".
const STARTS: [&CStr; 8] = [
    c"_thread.start_new_thread",
    c"os.exec",
    c"os.fork",
    c"os.forkpty",
    c"os.posix_spawn",
    c"os.spawn",
    c"os.system",
    c"subprocess.Popen",
];

unsafe extern "C" {
    /// docs.python.org/3/c-api/sys.html; not among the functions that pyo3 declares.
    fn PySys_AddAuditHook(
        hook: extern "C" fn(*const c_char, *mut ffi::PyObject, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

/// Looks after the calling thread and the I/O thread, if it has begun, from now on. Called with the GIL held. Only the
/// first thread that calls is looked after.
pub(crate) fn keep_beside(io_thread: Option<Thread>) -> io::Result<()> {
    let (Some(hub), Some(io)) = (Thread::current(), io_thread) else {
        return Ok(());
    };
    let placed = Placed {
        pair: Pair::new(hub, io),
        process: std::process::id(),
    };
    if PAIR.set(placed).is_err() {
        return Ok(());
    }
    // SAFETY: the interpreter runs, and the hook is a function that lives as long as the process.
    let refused = unsafe { PySys_AddAuditHook(on_event, std::ptr::null_mut()) } != 0;
    if refused {
        // Some other hook is against it: then nothing is moved.
        // SAFETY: the GIL is held.
        unsafe { ffi::PyErr_Clear() };
        return Ok(());
    }
    crate::shared::control()?.spawn(async {
        let mut windows = tokio::time::interval(katydid_cpu::WINDOW);
        windows.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            windows.tick().await;
            if PAIR.get().is_none_or(|placed| !placed.pair.look()) {
                return;
            }
        }
    });
    Ok(())
}

extern "C" fn on_event(event: *const c_char, _arguments: *mut ffi::PyObject, _data: *mut c_void) -> c_int {
    // SAFETY: Python hands over a text that ends with NUL.
    let event = unsafe { CStr::from_ptr(event) };
    if STARTS.contains(&event)
        && let Some(placed) = PAIR.get()
        && placed.process == std::process::id()
    {
        placed.pair.part_for(APART_AFTER_START);
    }
    0
}
