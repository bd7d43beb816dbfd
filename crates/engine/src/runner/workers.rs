//! Workers that come and go while a test runs: its users follow. Without workers nothing of this happens.

use std::sync::Arc;

use super::{Runner, TARGET};
use crate::dispatch::Dispatcher;
use crate::error::DispatchError;
use crate::state::RunState;
use crate::user_class::UserClass;

impl Runner {
    pub(super) fn new_dispatcher(&self, user_classes: Vec<UserClass>) -> Result<Dispatcher, DispatchError> {
        let dispatcher = match &self.workers {
            None => Dispatcher::local(user_classes)?,
            Some(workers) => {
                let ids = workers.iter().map(|id| id.to_string()).collect();
                Dispatcher::new(ids, user_classes)?
            }
        };
        Ok(dispatcher.gradual())
    }

    pub(super) fn worker_joined(&mut self, id: Arc<str>) {
        let Some(workers) = &mut self.workers else { return };
        if workers.contains(&id) {
            return;
        }
        workers.push(id.clone());
        if let Some(dispatcher) = &mut self.dispatcher {
            dispatcher.add_worker(&id);
            self.follow_workers();
        }
    }

    pub(super) fn worker_left(&mut self, id: &str) {
        let Some(workers) = &mut self.workers else { return };
        workers.retain(|known| **known != *id);
        let is_last = workers.is_empty();
        let Some(dispatcher) = &mut self.dispatcher else {
            return;
        };
        dispatcher.remove_worker(id);
        if is_last {
            log::info!(target: TARGET, "The last worker is gone, stopping test.");
            self.stop();
        } else {
            self.follow_workers();
        }
    }

    /// A ramp that is under way takes the change in; one that was complete goes on.
    fn follow_workers(&mut self) {
        if self.state() != RunState::Running || self.stop_wanted {
            return;
        }
        if self.dispatcher.as_mut().is_some_and(Dispatcher::resume) {
            self.begin_ramp();
        }
    }
}
