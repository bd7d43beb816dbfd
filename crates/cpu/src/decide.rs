//! Together or apart. Pure.

/// Where two threads run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Placement {
    /// Wherever the system puts them.
    #[default]
    Apart,
    /// Both on the same CPU.
    Together,
}

/// What the last window showed, in CPUs: 1.0 is one CPU that was busy all the time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    /// What the two threads used.
    pub own: f64,
    /// What the process could have used at most: that, and what nobody used of the CPUs that it may run on.
    pub available: f64,
}

/// Two threads that use this much would use one CPU to the full.
const FULL: f64 = 0.95;
/// Two threads on one CPU that use less than this do not need it all.
const EASED: f64 = 0.75;
/// With less than this there is no second CPU to have.
const SCARCE: f64 = 1.5;
/// With more than this there is one. Above `SCARCE`, because the threads use less together than apart, which makes the
/// difference look available.
const PLENTY: f64 = 1.7;

impl Placement {
    /// Where to run next.
    pub fn after(self, load: Load) -> Self {
        match self {
            Self::Apart if load.own > FULL && load.available < SCARCE => Self::Together,
            Self::Together if load.own < EASED || load.available > PLENTY => Self::Apart,
            same => same,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Placement::{Apart, Together};
    use super::*;

    fn after(placement: Placement, own: f64, available: f64) -> Placement {
        placement.after(Load { own, available })
    }

    #[test]
    fn threads_come_together_when_they_need_more_than_there_is() {
        assert_eq!(after(Apart, 1.1, 1.1), Together);
        assert_eq!(after(Apart, 1.1, 2.0), Apart, "a second CPU is there");
        assert_eq!(after(Apart, 0.6, 0.6), Apart, "one CPU would not be full");
    }

    #[test]
    fn threads_part_when_they_need_less_or_there_is_more() {
        assert_eq!(after(Together, 1.0, 1.4), Together);
        assert_eq!(after(Together, 0.5, 0.9), Apart);
        assert_eq!(after(Together, 1.0, 2.0), Apart);
    }

    #[test]
    fn a_steady_load_is_decided_upon_once() {
        // A service beside the generator that uses its share of two CPUs; together the threads get more done.
        for service in [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0] {
            let loads = |placement| match placement {
                Apart => Load {
                    own: f64::min(1.7, 2.0 - service),
                    available: 2.0 - service,
                },
                Together => Load {
                    own: 1.0,
                    available: 2.0 - service * 0.95,
                },
            };
            let mut placement = Apart;
            let mut changes = 0;
            for _ in 0..20 {
                let next = placement.after(loads(placement));
                changes += usize::from(next != placement);
                placement = next;
            }
            assert!(changes <= 1, "service {service}: {changes} changes");
        }
    }
}
