//! Who should run now.
//!
//! Says how many users of which class should live at each moment and asks a [`UserHost`] to make it so. Knows
//! nothing of HTTP, statistics, Python or sockets: whoever hosts the users (greenlets in this process, tasks,
//! workers on other machines) is behind one trait.

mod command;
mod dispatch;
mod error;
mod event;
mod host;
mod runner;
mod shape;
mod state;
mod user_class;

pub use command::{RunnerCommand, ShapeEnd, ShapeRequest, StartRequest};
pub use dispatch::{Dispatcher, Step, UsersOnWorkers, WorkerUsers};
pub use error::{DispatchError, RunnerError};
pub use event::{Announced, RunEvent};
pub use host::{HostError, HostReply, UserHost};
pub use runner::{Observer, Runner, RunnerHandle, RunnerStatus};
pub use shape::{LoadShape, ShapeTick};
pub use state::RunState;
pub use user_class::{UserClass, UserCounts};
