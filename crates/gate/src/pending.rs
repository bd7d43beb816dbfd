#![allow(missing_docs)]
use crate::*;
pub fn estimate(_: &BlockedRun) -> Vec<Estimate> {
    vec![]
}
pub fn validity(_: &RunFacts) -> Vec<Finding> {
    vec![]
}
pub fn comparability(_: &RunFacts, _: &RunFacts) -> Vec<Finding> {
    vec![]
}
pub fn changes(_: &BlockedRun, _: &BlockedRun, _: &[ChangeLimit]) -> Vec<Finding> {
    vec![]
}
#[derive(Debug)]
pub struct ChangeLimit;
impl std::str::FromStr for ChangeLimit {
    type Err = String;
    fn from_str(_: &str) -> Result<Self, String> {
        Err(String::new())
    }
}
#[derive(Debug, serde::Serialize)]
pub struct ChangePoint {
    pub endpoint: Endpoint,
    pub metric: Metric,
    pub run: i64,
    pub commit: Option<String>,
    pub before: f64,
    pub after: f64,
    pub ratio: f64,
}
#[derive(Debug, serde::Serialize)]
pub struct History {
    pub changes: Vec<ChangePoint>,
}
#[derive(Debug)]
pub struct HistoryPoint {
    pub run: i64,
    pub commit: Option<String>,
    pub at: katydid_stats::Timestamp,
    pub estimates: Vec<Estimate>,
}
pub fn history(_: &[HistoryPoint], _: &Rules) -> History {
    History { changes: vec![] }
}
