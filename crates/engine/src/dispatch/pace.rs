//! How a ramp is cut into steps. Knows nothing of users or classes.

use std::time::Duration;

/// Above this rate a step of a whole second is a burst; Locust warns of it.
const BURST: f64 = 100.0;

/// How long a step of a smooth ramp takes, about.
const SMOOTH_STEP: Duration = Duration::from_millis(50);

/// So many users per step, and so long between the steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pace {
    /// Users that one step adds or removes at most.
    pub(super) users_per_step: u64,
    /// From the start of one step to the start of the next.
    pub(super) pause: Duration,
    /// From the start of the ramp to its first step.
    pub(super) lead: Duration,
}

impl Pace {
    /// Steps as Locust takes them: the users of a second at once, then the rest of the second nothing.
    pub(super) fn locust(spawn_rate: f64) -> Self {
        let users_per_step = (spawn_rate.floor() as u64).max(1);
        Self {
            users_per_step,
            pause: length(users_per_step, spawn_rate),
            lead: Duration::ZERO,
        }
    }

    /// The same up to 100 users per second. Above, many small steps, each at the end of the time that its users
    /// take: so many users at the same moment would say more about the generator than about the service.
    pub(super) fn smooth(spawn_rate: f64) -> Self {
        if spawn_rate <= BURST {
            return Self::locust(spawn_rate);
        }
        let users_per_step = ((spawn_rate * SMOOTH_STEP.as_secs_f64()) as u64).max(1);
        let pause = length(users_per_step, spawn_rate);
        Self {
            users_per_step,
            pause,
            lead: pause,
        }
    }
}

fn length(users: u64, spawn_rate: f64) -> Duration {
    Duration::try_from_secs_f64(users as f64 / spawn_rate).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_ramp_goes_in_locusts_steps() {
        assert_eq!(Pace::smooth(2.4), Pace::locust(2.4));
        assert_eq!(Pace::smooth(100.0).users_per_step, 100);
    }

    #[test]
    fn a_fast_ramp_brings_its_last_user_when_the_rate_says() {
        let pace = Pace::smooth(5000.0);
        let steps = 10_000_u64.div_ceil(pace.users_per_step);
        let last = pace.lead + pace.pause * (steps - 1) as u32;
        assert_eq!(last, Duration::from_secs(2));
    }
}
