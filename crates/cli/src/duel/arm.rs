//! One side of a duel: what its blocks measured, as one run.

use std::collections::HashMap;

use katydid_gate::{Block, BlockedEndpoint, BlockedRun, Endpoint, Finding, RunFacts, validity};

use super::once;

/// One side of a duel.
#[derive(Debug)]
pub(super) struct Arm {
    name: &'static str,
    host: String,
    facts: RunFacts,
    endpoints: Vec<Endpoint>,
    blocks: Vec<HashMap<Endpoint, Block>>,
    invalid: Vec<Finding>,
}

impl Arm {
    pub(super) fn new(name: &'static str, host: &str) -> Self {
        Self {
            name,
            host: host.to_owned(),
            facts: RunFacts::default(),
            endpoints: Vec::new(),
            blocks: Vec::new(),
            invalid: Vec::new(),
        }
    }

    pub(super) fn name(&self) -> &str {
        self.name
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Adds a run of one block.
    pub(super) fn push(&mut self, run: BlockedRun) {
        let mut findings = validity(&run.facts);
        for finding in &mut findings {
            finding.subject = format!("{} of the {}", finding.subject, self.name);
        }
        once(&mut self.invalid, findings);
        match self.blocks.is_empty() {
            true => self.facts = run.facts,
            false => self.facts.ended_at = run.facts.ended_at,
        }
        let mut measured = HashMap::new();
        for endpoint in run.endpoints {
            if !self.endpoints.contains(&endpoint.endpoint) {
                self.endpoints.push(endpoint.endpoint.clone());
            }
            if let Some(block) = endpoint.blocks.into_iter().next() {
                measured.insert(endpoint.endpoint, block);
            }
        }
        self.blocks.push(measured);
    }

    /// All blocks as one run; one in which an endpoint was not called is empty.
    pub(super) fn run(&self) -> BlockedRun {
        let of_endpoint = |endpoint: &Endpoint| BlockedEndpoint {
            endpoint: endpoint.clone(),
            blocks: self
                .blocks
                .iter()
                .map(|block| block.get(endpoint).cloned().unwrap_or_default())
                .collect(),
            summary: None,
        };
        let mut sorted = self.endpoints.clone();
        sorted.sort_by_key(|endpoint| !endpoint.is_total());
        BlockedRun {
            facts: self.facts(),
            endpoints: sorted.iter().map(of_endpoint).collect(),
            peak_memory_bytes: None,
        }
    }

    /// What is known of it.
    pub(super) fn facts(&self) -> RunFacts {
        RunFacts {
            label: Some(self.name.to_owned()),
            host: Some(self.host.clone()),
            ..self.facts.clone()
        }
    }

    /// What speaks against it.
    pub(super) fn validity(&self) -> Vec<Finding> {
        self.invalid.clone()
    }
}
