//! Page previews of a small content system: what an editor submits shows a moment later, as if compiled.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Time from submitting a preview until it shows.
pub(crate) const COMPILE_TIME: Duration = Duration::from_millis(150);
/// Previews kept; a new name past this is refused.
pub(crate) const MAX_PREVIEWS: usize = 1000;

/// One version of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Version {
    pub(crate) number: u64,
    pub(crate) content: String,
}

#[derive(Debug, Default)]
struct Preview {
    shown: Version,
    compiling: Option<(Instant, Version)>,
}

/// The previews by name.
#[derive(Debug, Default)]
pub(crate) struct Previews {
    by_name: HashMap<String, Preview>,
}

impl Previews {
    /// Takes new content. Returns the version number it will show under, or `None` when there are too many.
    pub(crate) fn submit(&mut self, name: &str, content: String, now: Instant) -> Option<u64> {
        self.settle(name, now);
        if !self.by_name.contains_key(name) && self.by_name.len() >= MAX_PREVIEWS {
            return None;
        }
        let preview = self.by_name.entry(name.to_owned()).or_default();
        let latest = preview
            .compiling
            .as_ref()
            .map_or(preview.shown.number, |(_, version)| version.number);
        let number = latest + 1;
        preview.compiling = Some((now + COMPILE_TIME, Version { number, content }));
        Some(number)
    }

    /// What shows now; version 0 with no content when nothing was ever shown.
    pub(crate) fn show(&mut self, name: &str, now: Instant) -> Version {
        self.settle(name, now);
        self.by_name
            .get(name)
            .map(|preview| preview.shown.clone())
            .unwrap_or_default()
    }

    fn settle(&mut self, name: &str, now: Instant) {
        let Some(preview) = self.by_name.get_mut(name) else {
            return;
        };
        if let Some((_, version)) = preview.compiling.take_if(|(ready, _)| *ready <= now) {
            preview.shown = version;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_shows_once_compiled() {
        let (mut previews, start) = (Previews::default(), Instant::now());
        assert_eq!(previews.submit("home", "one".to_owned(), start), Some(1));
        assert_eq!(previews.show("home", start).number, 0);
        assert_eq!(previews.show("home", start + COMPILE_TIME).content, "one");
        let later = start + COMPILE_TIME * 2;
        assert_eq!(previews.submit("home", "two".to_owned(), later), Some(2));
        assert_eq!(previews.show("home", later).content, "one");
        assert_eq!(previews.show("home", later + COMPILE_TIME).content, "two");
    }

    #[test]
    fn names_are_bounded() {
        let (mut previews, now) = (Previews::default(), Instant::now());
        for number in 0..MAX_PREVIEWS {
            assert!(previews.submit(&number.to_string(), String::new(), now).is_some());
        }
        assert_eq!(previews.submit("one more", String::new(), now), None);
        assert_eq!(previews.submit("7", String::new(), now), Some(2));
    }
}
