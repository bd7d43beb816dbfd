//! Signals that end a run. Listens on its own thread's runtime, so it hears them while Python is busy. Does not
//! act on them.

use tokio::sync::mpsc;

/// A wish to end the run, from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM: a supervisor.
    Terminate,
}

impl Signal {
    /// What a shell reports of a process that this signal ended.
    pub(crate) fn exit_code(self) -> i32 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// Where signals come from.
#[derive(Debug, Default)]
pub enum SignalSource {
    /// From the operating system. While the run lasts they reach nobody else in this process.
    #[default]
    Process,
    /// From code: tests, and hosts with signals of their own.
    Injected(mpsc::UnboundedReceiver<Signal>),
}

/// Signals as they come in.
pub(crate) enum Signals {
    #[cfg(unix)]
    Process {
        interrupt: tokio::signal::unix::Signal,
        terminate: tokio::signal::unix::Signal,
        /// Declared last: what was there before comes back once we no longer listen.
        _before: Box<handlers::Before>,
    },
    #[cfg(not(unix))]
    Process,
    Injected(mpsc::UnboundedReceiver<Signal>),
}

impl Signals {
    /// Begins to listen. Fails when the operating system does not let us.
    pub(crate) fn listen(source: SignalSource) -> std::io::Result<Self> {
        match source {
            SignalSource::Injected(receiver) => Ok(Self::Injected(receiver)),
            #[cfg(not(unix))]
            SignalSource::Process => Ok(Self::Process),
            #[cfg(unix)]
            SignalSource::Process => {
                use tokio::signal::unix::{SignalKind, signal};
                let before = Box::new(handlers::Before::take());
                let (interrupt, terminate) =
                    (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
                handlers::hand_to_tokio();
                Ok(Self::Process {
                    interrupt,
                    terminate,
                    _before: before,
                })
            }
        }
    }

    /// Waits for the next signal. Never returns when there can be none any more.
    pub(crate) async fn next(&mut self) -> Signal {
        match self {
            #[cfg(unix)]
            Self::Process {
                interrupt, terminate, ..
            } => tokio::select! {
                Some(()) = interrupt.recv() => Signal::Interrupt,
                Some(()) = terminate.recv() => Signal::Terminate,
                else => std::future::pending().await,
            },
            #[cfg(not(unix))]
            Self::Process => match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::Interrupt,
                Err(_) => std::future::pending().await,
            },
            Self::Injected(receiver) => match receiver.recv().await {
                Some(signal) => signal,
                None => std::future::pending().await,
            },
        }
    }
}

/// tokio installs its handlers once in the life of a process and never takes them back. After a run Ctrl-C would
/// reach nobody, so the handlers of before are put back by hand; and at the next run tokio's are.
#[cfg(unix)]
mod handlers {
    use std::mem::MaybeUninit;
    use std::sync::OnceLock;

    const NUMBERS: [libc::c_int; 2] = [libc::SIGINT, libc::SIGTERM];

    type Actions = [Option<libc::sigaction>; 2];

    static TOKIO: OnceLock<Actions> = OnceLock::new();

    /// Puts back, when dropped, what was there when it was made.
    pub(crate) struct Before(Actions);

    impl Before {
        /// Takes the handlers away. tokio would otherwise call them beside its own, and Python's would raise
        /// KeyboardInterrupt in whatever user is running.
        pub(super) fn take() -> Self {
            let before = present();
            for number in NUMBERS {
                // SAFETY: the default action is always valid.
                unsafe { libc::signal(number, libc::SIG_DFL) };
            }
            Self(before)
        }
    }

    impl Drop for Before {
        fn drop(&mut self) {
            install(&self.0);
        }
    }

    /// Makes sure that tokio's handlers are the present ones, once tokio has been asked to listen.
    pub(super) fn hand_to_tokio() {
        install(TOKIO.get_or_init(present));
    }

    fn present() -> Actions {
        NUMBERS.map(|number| {
            let mut action = MaybeUninit::<libc::sigaction>::uninit();
            // SAFETY: with no new action given, sigaction only writes the present one to `action`.
            let result = unsafe { libc::sigaction(number, std::ptr::null(), action.as_mut_ptr()) };
            // SAFETY: sigaction succeeded, so it has written all of `action`.
            (result == 0).then(|| unsafe { action.assume_init() })
        })
    }

    fn install(actions: &Actions) {
        for (number, action) in NUMBERS.iter().zip(actions) {
            let Some(action) = action else { continue };
            // SAFETY: `action` is what sigaction itself gave us for this signal.
            unsafe { libc::sigaction(*number, action, std::ptr::null_mut()) };
        }
    }
}
