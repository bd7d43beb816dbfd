//! A load shape that leads the test: asked once per second, followed when it wants something new. The ramps
//! themselves are the runner's.

use std::time::Duration;

use tokio::time::Instant;

use super::{Runner, TARGET};
use crate::command::{ShapeEnd, ShapeRequest, StartRequest};
use crate::dispatch::Dispatcher;
use crate::error::RunnerError;
use crate::host::{HostError, HostReply};
use crate::shape::{LoadShape, ShapeTick};
use crate::state::RunState;
use crate::user_class::UserClass;

/// How often a load shape is asked.
pub(super) const SHAPE_INTERVAL: Duration = Duration::from_secs(1);

/// A load shape that leads the test.
pub(super) struct Leading {
    pub(super) shape: Box<dyn LoadShape>,
    pub(super) user_classes: Vec<UserClass>,
    pub(super) at_end: ShapeEnd,
    pub(super) last: Option<ShapeTick>,
    pub(super) asked_at: Instant,
    /// The reply to the question that is open.
    pub(super) question: Option<HostReply<Option<ShapeTick>>>,
}

impl Runner {
    pub(super) fn start_shape(&mut self, request: ShapeRequest) -> Result<(), RunnerError> {
        if self.quit_wanted {
            return Err(RunnerError::Quit);
        }
        if self.leading.is_some() {
            return Err(RunnerError::ShapeRunning);
        }
        Dispatcher::local(request.user_classes.clone())?;
        log::info!(target: TARGET, "Shape test starting.");
        if self.state() == RunState::Stopped {
            self.enter(RunState::Ready);
        }
        let ShapeRequest {
            shape,
            user_classes,
            at_end,
        } = request;
        self.leading = Some(Leading {
            shape,
            user_classes,
            at_end,
            last: None,
            asked_at: Instant::now(),
            question: None,
        });
        self.status.send_modify(|status| {
            status.shape_active = true;
            status.shape_done = false;
        });
        self.ask_shape();
        Ok(())
    }

    pub(super) fn ask_shape(&mut self) {
        let Some(leading) = &mut self.leading else { return };
        leading.asked_at = Instant::now();
        leading.question = Some(leading.shape.tick());
    }

    pub(super) fn follow(&mut self, tick: Result<Option<ShapeTick>, HostError>) {
        let Some(leading) = &mut self.leading else { return };
        leading.question = None;
        match tick {
            Ok(Some(wanted)) if leading.last.as_ref() == Some(&wanted) => {}
            Ok(Some(wanted)) => self.start_tick(wanted),
            Ok(None) => {
                log::info!(target: TARGET, "Shape test stopping");
                self.status.send_modify(|status| status.shape_done = true);
                let at_end = leading.at_end;
                self.end_shape(at_end);
            }
            Err(error) => {
                let at_end = leading.at_end;
                self.note_failure(&error);
                self.end_shape(at_end);
            }
        }
    }

    fn start_tick(&mut self, wanted: ShapeTick) {
        let Some(leading) = &mut self.leading else { return };
        leading.last = Some(wanted.clone());
        let ShapeTick {
            user_count,
            spawn_rate,
            user_classes: only,
        } = wanted;
        let user_classes = leading.user_classes.clone();
        log::info!(target: TARGET, "Shape test updating to {user_count} users at {spawn_rate:.2} spawn rate");
        // A wish that cannot be carried out is an error of user code, but no reason to end the test: the shape
        // may well be right again at the next tick.
        if let Err(error) = self.start(StartRequest {
            user_count,
            spawn_rate,
            user_classes,
            only,
        }) {
            log::error!(target: TARGET, "Load shape: {error}");
            self.status
                .send_modify(|status| status.announced.listener_failed = true);
        }
    }

    fn end_shape(&mut self, at_end: ShapeEnd) {
        match at_end {
            ShapeEnd::Quit => self.quit(),
            ShapeEnd::Stop => self.stop(),
        }
    }
}
