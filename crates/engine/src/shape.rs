//! A load shape: user code that says, about once per second, how many users there should be. Does not ramp.

use crate::host::HostReply;

/// What a load shape wants from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeTick {
    /// Users in total. Signed because user code may say anything; a negative number is refused when it is carried out.
    pub user_count: i64,
    /// Users to start or stop per second.
    pub spawn_rate: f64,
    /// Only these classes take part from now on; `None` means whatever took part before.
    pub user_classes: Option<Vec<String>>,
}

/// A load shape. It may be asked while an earlier call to the host is still pending.
pub trait LoadShape: Send {
    /// Asks for the current wish; `None` ends the test.
    fn tick(&mut self) -> HostReply<Option<ShapeTick>>;
}
