//! The known word that a person may have meant. Decides nothing.

/// Below this likeness (Jaro–Winkler, 0 to 1) a word is another word, not a slip.
const ALIKE: f64 = 0.75;

/// The word most like another, if one is like it at all.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (likeness, nearest) = known
        .into_iter()
        .map(|known| (likeness(word, known), known))
        .max_by(|left, right| left.0.total_cmp(&right.0))?;
    (likeness >= ALIKE).then_some(nearest)
}

/// How like one word is to another, from 0 to 1.
pub(crate) fn likeness(left: &str, right: &str) -> f64 {
    strsim::jaro_winkler(&left.to_lowercase(), &right.to_lowercase())
}

/// `, did you mean 'p95'?` or nothing.
pub(crate) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known)
        .map(|nearest| format!(", did you mean '{nearest}'?"))
        .unwrap_or_default()
}
