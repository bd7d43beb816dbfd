//! Test levels: how many users for how long, by a name that a pipeline can ask for. Starts nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::budget::Budget;
use crate::nearest::hint;

/// One test level; what is `None` or empty is left to other options.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    /// Users at the peak.
    pub users: Option<u64>,
    /// Users per second until then.
    pub spawn_rate: Option<f64>,
    /// How long the run takes.
    pub run_time: Option<Duration>,
    /// Tags that tasks are chosen by.
    pub tags: Vec<String>,
    /// Tags whose tasks are left out.
    pub exclude_tags: Vec<String>,
    /// Budgets that hold instead of the file's, if there are any of its own. An empty list: none hold.
    pub budgets: Option<Vec<Budget>>,
}

/// Levels by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels(BTreeMap<String, Level>);

/// A level that nobody described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no level '{name}' (there is {known}){hint}")]
pub struct LevelError {
    name: String,
    known: String,
    hint: String,
}

/// Smoke for each change, load before it is merged, stress before a release. Soak has the users of load for two hours,
/// because leaks take hours to show.
impl Default for Levels {
    fn default() -> Self {
        let minute = 60;
        let levels = [
            ("smoke", 10, 5.0, 30),
            ("load", 100, 10.0, 5 * minute),
            ("stress", 500, 10.0, 30 * minute),
            ("soak", 100, 10.0, 120 * minute),
        ];
        let level = |(name, users, spawn_rate, seconds): (&str, u64, f64, u64)| {
            let level = Level {
                users: Some(users),
                spawn_rate: Some(spawn_rate),
                run_time: Some(Duration::from_secs(seconds)),
                ..Level::default()
            };
            (name.to_owned(), level)
        };
        Self(levels.into_iter().map(level).collect())
    }
}

impl Levels {
    /// The level of that name.
    ///
    /// # Errors
    ///
    /// When there is none; the error names those there are.
    pub fn get(&self, name: &str) -> Result<&Level, LevelError> {
        self.0.get(name).ok_or_else(|| LevelError {
            name: name.to_owned(),
            known: self.names().collect::<Vec<_>>().join(", "),
            hint: hint(name, self.names()),
        })
    }

    /// The names of the levels, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A level that is to be changed, a new one if there is none of that name.
    pub(crate) fn entry(&mut self, name: &str) -> &mut Level {
        self.0.entry(name.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_levels_are_known() {
        let levels = Levels::default();
        for (name, users, seconds) in [
            ("smoke", 10, 30),
            ("load", 100, 300),
            ("stress", 500, 1800),
            ("soak", 100, 7200),
        ] {
            let level = levels.get(name).unwrap();
            assert_eq!(level.users, Some(users), "{name}");
            assert_eq!(level.run_time, Some(Duration::from_secs(seconds)), "{name}");
        }
        assert_eq!(
            levels.get("smok").unwrap_err().to_string(),
            "there is no level 'smok' (there is load, smoke, soak, stress), did you mean 'smoke'?"
        );
    }
}
