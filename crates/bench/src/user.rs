//! A user in Rust: asks for one address over and over, and records each answer.

use std::sync::Arc;
use std::time::Instant;

use katydid_http::{Client, Failure, Pool, Request, Response, Url};
use katydid_stats::{Collector, Sample, Timestamp};

/// What all users have in common.
#[derive(Clone)]
pub(crate) struct Visitor {
    url: Url,
    client: Client,
    collector: Arc<Collector>,
}

impl Visitor {
    pub(crate) fn new(url: Url, collector: Arc<Collector>) -> Self {
        let client = Client::default();
        Self {
            url,
            client,
            collector,
        }
    }

    /// Sends requests for ever, over connections of this user's own.
    pub(crate) async fn visit(self) {
        let pool = Pool::default();
        loop {
            let request = Request::get(self.url.clone());
            let result = self.client.send(&pool, request, Instant::now()).await;
            self.record(&result);
        }
    }

    fn record(&self, result: &Result<Response, Box<Failure>>) {
        let (timings, response_length, error) = match result {
            Ok(response) if response.status() < 400 => (&response.timings, response.body_length, None),
            Ok(response) => {
                let error = format!("status {}", response.status());
                (&response.timings, response.body_length, Some(error))
            }
            Err(failure) => (&failure.timings, 0, Some(failure.error.to_string())),
        };
        self.collector.record(&Sample {
            method: "GET",
            name: self.url.path_and_query(),
            response_time: Some(timings.total),
            phases: timings.phases().into(),
            response_length,
            error: error.as_deref(),
            at: Timestamp::now(),
        });
    }
}
