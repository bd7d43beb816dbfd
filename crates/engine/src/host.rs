//! The one port through which the engine reaches users. Says what is asked of a host, not how it does it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::dispatch::Step;
use crate::event::{Announced, RunEvent};
use crate::user_class::UserCounts;

/// The reply of a host, which may take its time. Dropping it means that nobody waits any longer, not that the
/// request is taken back.
pub type HostReply<T> = Pin<Box<dyn Future<Output = Result<T, HostError>> + Send>>;

/// A host could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HostError(pub String);

/// Whoever hosts users: greenlets of this process, tasks of this process, or workers elsewhere.
///
/// Methods must not block; what takes time belongs into the reply. Requests are carried out in the order in
/// which they were made, also when the reply to an earlier one has been dropped.
pub trait UserHost: Send + Sync + 'static {
    /// Makes so many users of each class live. The numbers are absolute; a class that is not named keeps its
    /// users. Resolves once carried out, graceful stops included. A later call supersedes an earlier one.
    ///
    /// `ends_ramp`: the reply is answered at once with the announcement that the ramp is over.
    fn set_users(&self, wanted: UserCounts, ends_ramp: bool) -> HostReply<()>;

    /// The same for a step of a ramp, of which a host over workers wants to know who is where.
    fn take_step(&self, step: Step, ends_ramp: bool) -> HostReply<()> {
        self.set_users(step.total(), ends_ramp)
    }

    /// Stops every user, with the stop timeout applied. Resolves when all are gone.
    fn stop_all(&self) -> HostReply<()>;

    /// Tells the listeners in user code. Resolves when they returned.
    fn announce(&self, event: RunEvent) -> HostReply<Announced>;

    /// Users alive at this moment. Never blocks.
    fn user_counts(&self) -> UserCounts;

    /// The run is over, and nothing more is asked but announcements. Resolves when all that was measured is in.
    fn leave(&self) -> HostReply<()> {
        Box::pin(async { Ok(()) })
    }

    /// How long the oldest of the requests above has waited without the host taking notice of it. Only a host
    /// whose thread user code can block has anything to say here.
    fn unheard_for(&self) -> Duration {
        Duration::ZERO
    }
}
