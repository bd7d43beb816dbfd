//! The results of a run: tables, files and notes at its end. Reckons nothing.

use std::path::Path;

use katydid_cluster::fleet::Loss;
use katydid_report::{
    Rates, ReportError, closing_notes, console, html_report, json, kept_record, write_file,
};
use katydid_stats::{Snapshot, Timestamp};

use super::{Run, TARGET};

impl Run<'_> {
    /// Writes every report. One that fails is said so, and the others are written all the same.
    pub(super) fn report(&mut self) {
        self.close_screen();
        self.push_history();
        let snapshot = self.parts.collector.snapshot(Timestamp::now());
        self.fill_in_context(&snapshot);
        self.write_csv(&snapshot);
        self.write_json();
        // What was logged comes before what is printed; whoever is in a hurry does not wait for it.
        if !self.hurried {
            log::logger().flush();
        }
        if self.settings.console && self.settings.json_file.is_none() {
            self.print_tables(&snapshot);
        }
        self.write_record();
        if self.settings.console {
            self.parts.terminal.lines(&closing_notes(&snapshot));
            self.parts.terminal.lines(&self.worker_notes());
        }
        self.keep_test();
    }

    /// What is to be known of workers when their results are read: who was lost, and who was the limit.
    fn worker_notes(&self) -> Vec<String> {
        let Some(master) = &self.parts.master else {
            return Vec::new();
        };
        master.look(|fleet| {
            let losses = fleet.losses().iter().map(Loss::text);
            let limits = fleet.nodes().filter_map(|(id, node)| {
                let reason = node
                    .health
                    .as_ref()
                    .filter(|health| health.saturated)?
                    .reason
                    .as_deref()?;
                Some(format!("Worker {id} was the limit, not the target: {reason}"))
            });
            losses.chain(limits).collect()
        })
    }

    pub(super) fn report_error(&mut self, error: &ReportError) {
        self.report_failed = true;
        self.parts.terminal.clear();
        log::error!(target: TARGET, "Failed to {error}");
    }

    pub(super) fn fill_in_context(&mut self, snapshot: &Snapshot) {
        let status = self.status.borrow().clone();
        let context = &mut self.parts.report;
        context.state = status.state.to_string();
        context.number = 1;
        context.user_classes.clone_from(&status.final_user_counts);
        context.user_count = status.final_user_counts.values().sum();
        context.target_user_count = status.target_user_count;
        context.spawn_rate = status.spawn_rate;
        context.start_time = snapshot.start_time;
        context.end_time = snapshot.last_request_timestamp.or(context.end_time);
        context.host = self.settings.host.clone().or(context.host.take());
        context.profile = self.settings.profile.clone().or(context.profile.take());
    }

    fn write_json(&mut self) {
        if !self.settings.json && self.settings.json_file.is_none() {
            return;
        }
        let text = self.parts.collector.with(|stats| json::stats_json(stats));
        if self.settings.json {
            self.parts.terminal.result(&format!("{text}\n"));
        }
        if let Some(file) = self.settings.json_file.clone() {
            self.write(&file, text.as_bytes());
        }
    }

    fn print_tables(&mut self, snapshot: &Snapshot) {
        let width = self.parts.terminal.name_width();
        let mut lines = console::stats_table(snapshot, Rates::Total, width);
        lines.push(String::new());
        lines.extend(console::percentile_table(snapshot, width));
        lines.push(String::new());
        lines.extend(console::error_report(snapshot, width));
        self.parts.terminal.lines(&lines);
    }

    /// Writes the record and the page that draws it.
    fn write_record(&mut self) {
        let (page_file, record_file) = (self.settings.html_file.clone(), self.settings.run_file.clone());
        if page_file.is_none() && record_file.is_none() {
            return;
        }
        let record = self.record();
        if let Some(file) = record_file {
            self.write(&file, record.as_bytes());
        }
        if let Some(file) = page_file {
            log::debug!(target: TARGET, "Writing html report to file: {}", file.display());
            match html_report(&record) {
                Ok(page) => self.write(&file, page.as_bytes()),
                Err(error) => log::error!(target: TARGET, "{error}"),
            }
        }
    }

    /// What pages are drawn from, as JSON.
    pub(super) fn record(&self) -> String {
        let health = self.parts.collector.health().snapshot();
        let context = &self.parts.report;
        self.parts
            .collector
            .with(|stats| kept_record(stats, &health, context, Timestamp::now()))
    }

    fn write(&mut self, file: &Path, content: &[u8]) {
        if let Err(error) = write_file(file, content) {
            self.report_error(&error);
        }
    }
}
