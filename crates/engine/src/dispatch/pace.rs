//! How a ramp is cut into steps. Knows nothing of users or classes.

use std::time::Duration;

/// Above this rate a step of a whole second is a burst; Locust warns of it.
const BURST: f64 = 100.0;

/// How long a step of a smooth ramp takes, about.
const SMOOTH_STEP: Duration = Duration::from_millis(50);

/// What telling one worker may take: a tenth of a core for messages at the most.
const TIME_PER_WORKER: Duration = Duration::from_micros(100);

/// However many workers there are.
const LONGEST_STEP: Duration = Duration::from_millis(500);

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
    ///
    /// Each step is one message to each worker at most, so many workers take longer steps.
    pub(super) fn smooth(spawn_rate: f64, worker_count: usize) -> Self {
        if spawn_rate <= BURST {
            return Self::locust(spawn_rate);
        }
        let step = SMOOTH_STEP.max(
            TIME_PER_WORKER
                .saturating_mul(worker_count as u32)
                .min(LONGEST_STEP),
        );
        let users_per_step = ((spawn_rate * step.as_secs_f64()) as u64).max(1);
        let pause = length(users_per_step, spawn_rate);
        Self {
            users_per_step,
            pause,
            lead: pause,
        }
    }

    /// The same rate for another number of workers.
    pub(super) fn for_workers(self, worker_count: usize) -> Self {
        Self::smooth(
            self.users_per_step as f64 / self.pause.as_secs_f64(),
            worker_count,
        )
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
        assert_eq!(Pace::smooth(2.4, 1), Pace::locust(2.4));
        assert_eq!(Pace::smooth(100.0, 1).users_per_step, 100);
    }

    #[test]
    fn a_fast_ramp_brings_its_last_user_when_the_rate_says() {
        let pace = Pace::smooth(5000.0, 1);
        let steps = 10_000_u64.div_ceil(pace.users_per_step);
        let last = pace.lead + pace.pause * (steps - 1) as u32;
        assert_eq!(last, Duration::from_secs(2));
    }
}
