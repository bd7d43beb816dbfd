//! The results of a run: tables, files and notes at its end. Reckons nothing.

use katydid_cluster::fleet::Loss;
use katydid_report::{Rates, ReportError, closing_notes, console, html_page, json, write_file};
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
        self.write_html(&snapshot);
        if self.settings.console {
            self.parts.terminal.lines(&closing_notes(&snapshot));
            self.parts.terminal.lines(&self.worker_notes());
        }
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

    fn fill_in_context(&mut self, snapshot: &Snapshot) {
        let status = self.status.borrow().clone();
        let context = &mut self.parts.report;
        context.state = status.state.to_string();
        context.user_count = status.final_user_counts.values().sum();
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
        if let Some(file) = &self.settings.json_file
            && let Err(error) = write_file(file, text.as_bytes())
        {
            self.report_error(&error);
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

    fn write_html(&mut self, snapshot: &Snapshot) {
        let Some(file) = &self.settings.html_file else {
            return;
        };
        log::debug!(target: TARGET, "Writing html report to file: {}", file.display());
        let history = self.parts.collector.history();
        let page = html_page(snapshot, &history, &self.parts.report);
        if let Err(error) = write_file(file, page.as_bytes()) {
            self.report_error(&error);
        }
    }
}
