//! Users that are tasks of this process. Knows how many live, not what they do.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use katydid_engine::{Announced, HostReply, RunEvent, UserCounts, UserHost};
use parking_lot::Mutex;
use tokio::task::JoinHandle;

type Life = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Hosts users on the runtime that it is called on. Every class has the same kind of user, which lives until it is
/// stopped.
pub(crate) struct TaskHost {
    live: Box<dyn Fn() -> Life + Send + Sync>,
    users: Mutex<BTreeMap<String, Vec<JoinHandle<()>>>>,
}

impl TaskHost {
    /// `live` makes the life of one user.
    pub(crate) fn new<L>(live: impl Fn() -> L + Send + Sync + 'static) -> Self
    where
        L: Future<Output = ()> + Send + 'static,
    {
        Self {
            live: Box::new(move || Box::pin(live())),
            users: Mutex::default(),
        }
    }

    /// Brings each class to its number; the users that had to go.
    fn reconcile(&self, wanted: UserCounts) -> Vec<JoinHandle<()>> {
        let mut leaving = Vec::new();
        let mut users = self.users.lock();
        for (class, count) in wanted {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            let living = users.entry(class).or_default();
            leaving.extend(living.drain(count.min(living.len())..));
            while living.len() < count {
                living.push(tokio::spawn((self.live)()));
            }
        }
        leaving
    }
}

impl UserHost for TaskHost {
    fn set_users(&self, wanted: UserCounts, _ends_ramp: bool) -> HostReply<()> {
        end(self.reconcile(wanted))
    }

    fn stop_all(&self) -> HostReply<()> {
        end(std::mem::take(&mut *self.users.lock())
            .into_values()
            .flatten()
            .collect())
    }

    /// Nobody listens.
    fn announce(&self, _event: RunEvent) -> HostReply<Announced> {
        Box::pin(async { Ok(Announced::default()) })
    }

    fn user_counts(&self) -> UserCounts {
        let users = self.users.lock();
        let counts = users
            .iter()
            .map(|(class, living)| (class.clone(), living.len() as u64));
        counts.collect()
    }
}

/// Stops users at once; resolves when they are gone.
fn end(leaving: Vec<JoinHandle<()>>) -> HostReply<()> {
    leaving.iter().for_each(JoinHandle::abort);
    Box::pin(async move {
        for user in leaving {
            // An aborted task ends with an error that says just that.
            let _ = user.await;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn numbers_are_absolute_and_other_classes_stay() {
        let host = TaskHost::new(std::future::pending::<()>);
        let counts = |first, second| UserCounts::from([("A".to_owned(), first), ("B".to_owned(), second)]);
        host.set_users(counts(3, 2), false).await.unwrap();
        host.set_users(UserCounts::from([("A".to_owned(), 1)]), true)
            .await
            .unwrap();
        assert_eq!(host.user_counts(), counts(1, 2));
        host.stop_all().await.unwrap();
        assert_eq!(host.user_counts(), UserCounts::new());
    }
}
