//! The page that draws a comparison: one file, without anything beside it.
//!
//! Draws what it is given; webui/src/comparison.ts tells the format.

use crate::html_report::{NoReportPage, packed};

include!(concat!(env!("OUT_DIR"), "/comparison_page.rs"));

/// What stands in the built page where the comparison belongs.
const PLACE: &str = "@@COMPARISON@@";

/// Whether the page of a comparison can be made.
pub fn has_comparison_page() -> bool {
    PAGE.is_some()
}

/// The page that draws this comparison, JSON of the format `katydid-comparison-1`.
pub fn comparison_page(json: &str) -> Result<String, NoReportPage> {
    PAGE.map(|page| page.replacen(PLACE, &packed(json), 1))
        .ok_or(NoReportPage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_part_of_the_page() {
        let page = comparison_page(r#"{"title":"</script><script>alert(1)</script>"}"#);
        if !has_comparison_page() {
            return assert_eq!(page, Err(NoReportPage));
        }
        let page = page.expect("there is a page");
        assert!(!page.contains(PLACE) && !page.contains("alert(1)"));
    }
}
