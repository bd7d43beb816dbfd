//! The console's tables beside those that Locust 2.47 prints for the same samples.

mod fixture;

use katydid_report::console::{error_report, name_width, percentile_table, stats_table};
use katydid_report::{Progress, Rates, closing_notes};
use katydid_stats::{Collector, Limits, Percentiles, Sample, Snapshot, Timestamp};
use std::time::Duration;

fn snapshot() -> Snapshot {
    fixture::twenty_seconds().snapshot(Timestamp(1021.0))
}

#[test]
fn current_requests() {
    assert_eq!(
        stats_table(&snapshot(), Rates::Current, 80),
        [
            "Type     Name                                                                          # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s",
            "--------|----------------------------------------------------------------------------|-------|-------------|-------|-------|-------|-------|--------|-----------",
            "GET      /a                                                                                40     0(0.00%) |     29      10      49     30 |    2.00        0.00",
            "POST     /b, \"quoted\"                                                                      10  10(100.00%) |     12      12      12     12 |    0.50        0.50",
            "GET      /only-errors                                                                       0   1(100.00%) |      0       0       0      0 |    0.00        0.00",
            "WS       é/async                                                                            5     0(0.00%) |      0       0       0      0 |    0.30        0.00",
            "--------|----------------------------------------------------------------------------|-------|-------------|-------|-------|-------|-------|--------|-----------",
            "         Aggregated                                                                        55   11(20.00%) |     26      10      49     25 |    2.80        0.50",
        ]
    );
}

#[test]
fn requests_in_total() {
    assert_eq!(
        stats_table(&snapshot(), Rates::Total, 20),
        [
            "Type     Name              # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s",
            "--------|----------------|-------|-------------|-------|-------|-------|-------|--------|-----------",
            "GET      /a                    40     0(0.00%) |     29      10      49     30 |    2.00        0.00",
            "POST     /b, \"quoted\"          10  10(100.00%) |     12      12      12     12 |    0.50        0.50",
            "GET      /only-errors           0   1(100.00%) |      0       0       0      0 |    0.00        0.05",
            "WS       é/async                5     0(0.00%) |      0       0       0      0 |    0.25        0.00",
            "--------|----------------|-------|-------------|-------|-------|-------|-------|--------|-----------",
            "         Aggregated            55   11(20.00%) |     26      10      49     25 |    2.75        0.55",
        ]
    );
}

#[test]
fn requests_in_a_narrow_terminal() {
    assert_eq!(
        stats_table(&snapshot(), Rates::Total, 0),
        [
            "Type     Name  # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s",
            "--------||-------|-------------|-------|-------|-------|-------|--------|-----------",
            "GET      /a        40     0(0.00%) |     29      10      49     30 |    2.00        0.00",
            "POST     /b, \"quoted\"      10  10(100.00%) |     12      12      12     12 |    0.50        0.50",
            "GET      /only-errors       0   1(100.00%) |      0       0       0      0 |    0.00        0.05",
            "WS       é/async       5     0(0.00%) |      0       0       0      0 |    0.25        0.00",
            "--------||-------|-------------|-------|-------|-------|-------|--------|-----------",
            "         Aggregated      55   11(20.00%) |     26      10      49     25 |    2.75        0.55",
        ]
    );
}

#[test]
fn percentiles() {
    assert_eq!(
        percentile_table(&snapshot(), 80),
        [
            "Response time percentiles (approximated)",
            "Type     Name                                                                                  50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100% # reqs",
            "--------|--------------------------------------------------------------------------------|--------|------|------|------|------|------|------|------|------|------|------|------",
            "GET      /a                                                                                     30     36     40     42     46     48     49     49     49     49     49     40",
            "POST     /b, \"quoted\"                                                                           13     13     13     13     13     13     13     13     13     13     13     10",
            "--------|--------------------------------------------------------------------------------|--------|------|------|------|------|------|------|------|------|------|------|------",
            "         Aggregated                                                                             25     33     37     40     45     47     49     49     49     49     49     55",
        ]
    );
}

/// Differs from Locust in the first row, which has quotes there when workers report it, and in the second,
/// which is broken into two lines there.
#[test]
fn errors() {
    assert_eq!(
        error_report(&snapshot(), 80),
        [
            "Error report",
            "# occurrences      Error                                                                                               ",
            "------------------|---------------------------------------------------------------------------------------------------------------------------------------------",
            "10                 POST /b, \"quoted\": got <it> wrong                                                                   ",
            "1                  GET /only-errors: boom second line                                                                  ",
            "------------------|---------------------------------------------------------------------------------------------------------------------------------------------",
            "",
        ]
    );
}

#[test]
fn a_run_without_requests() {
    let snapshot = Collector::new(Limits::default(), Timestamp(1000.0)).snapshot(Timestamp(1001.0));
    assert_eq!(
        stats_table(&snapshot, Rates::Total, 20),
        [
            "Type     Name              # reqs      # fails |    Avg     Min     Max    Med |   req/s  failures/s",
            "--------|----------------|-------|-------------|-------|-------|-------|-------|--------|-----------",
            "--------|----------------|-------|-------------|-------|-------|-------|-------|--------|-----------",
            "         Aggregated             0     0(0.00%) |      0       0       0      0 |    0.00        0.00",
        ]
    );
    assert_eq!(
        percentile_table(&snapshot, 20),
        [
            "Response time percentiles (approximated)",
            "Type     Name                      50%    66%    75%    80%    90%    95%    98%    99%  99.9% 99.99%   100% # reqs",
            "--------|--------------------|--------|------|------|------|------|------|------|------|------|------|------|------",
            "--------|--------------------|--------|------|------|------|------|------|------|------|------|------|------|------",
        ]
    );
    assert_eq!(error_report(&snapshot, 20), Vec::<String>::new());
}

#[test]
fn other_percentiles() {
    let collector = fixture::twenty_seconds();
    collector.with(|stats| {
        stats.set_percentiles(Percentiles {
            report: vec![0.57, 0.9],
            ..Percentiles::default()
        });
    });
    let lines = percentile_table(&collector.snapshot(Timestamp(1021.0)), 12);
    assert_eq!(lines[1], "Type     Name            57.0%    90% # reqs");
    assert_eq!(lines[3], "GET      /a                 32     46     40");
}

#[test]
fn hostile_names_stay_in_their_row() {
    let snapshot = fixture::hostile().snapshot(Timestamp(1010.0));
    let lines = [
        stats_table(&snapshot, Rates::Total, 80),
        percentile_table(&snapshot, 80),
        error_report(&snapshot, 80),
    ];
    for lines in &lines {
        assert!(
            lines
                .iter()
                .all(|line| !line.contains(|letter: char| letter.is_control() || letter == '\u{202e}'))
        );
    }
    assert_eq!(lines[0].len(), 4 + fixture::HOSTILE.len());
    assert!(
        lines[0].iter().any(|line| line.starts_with("GET      /red ")),
        "{:#?}",
        lines[0]
    );
    let counts = lines[2].iter().filter(|line| line.starts_with("1 ")).count();
    assert_eq!(counts, fixture::HOSTILE.len());
}

#[test]
fn name_column_follows_the_terminal() {
    let table = [
        (None, 80),
        (Some(200), 80),
        (Some(160), 80),
        (Some(100), 20),
        (Some(80), 0),
        (Some(20), 0),
    ];
    for (terminal, width) in table {
        assert_eq!(name_width(terminal), width);
    }
}

#[test]
fn progress_in_one_line() {
    let progress = Progress {
        elapsed: Duration::from_secs(12),
        run_time: Some(Duration::from_secs(60)),
        user_count: 50,
        target_user_count: 50,
    };
    assert_eq!(
        progress.line(&snapshot()),
        "0:12 of 1:00 | 50 users | 2.8 requests/s | 11 failures (20.00%) | p95 48.0 ms"
    );
    let collector = Collector::new(Limits::default(), Timestamp(1000.0));
    let progress = Progress {
        elapsed: Duration::from_secs(3_725),
        run_time: None,
        user_count: 0,
        target_user_count: 1,
    };
    assert_eq!(
        progress.line(&collector.snapshot(Timestamp(1.0))),
        "1:02:05 | 0 of 1 user | 0.0 requests/s | 0 failures"
    );
}

#[test]
fn closing_notes_tell_what_limits_the_figures() {
    assert_eq!(closing_notes(&snapshot()), Vec::<String>::new());

    let collector = Collector::new(Limits { names: 1, errors: 1 }, Timestamp(1000.0));
    for name in ["/1", "/2", "/3"] {
        let response_time = Some(Duration::from_millis(1));
        let at = Timestamp(1001.0);
        collector.record(&Sample {
            method: "GET",
            name,
            response_time,
            phases: katydid_stats::PhaseDurations::default(),
            response_length: 0,
            error: Some(name),
            at,
        });
    }
    (0..4).for_each(|_| collector.health().set_cpu(99.0));
    assert_eq!(
        closing_notes(&collector.snapshot(Timestamp(1002.0))),
        [
            "The load generator was the limit, not the target: a core was over 90 % busy for 100 % of the run. Use fewer users, or more processes or machines.",
            "2 requests had too many different names and are counted as \"(other names)\".",
            "2 failures had too many different errors and are counted as \"(other errors)\".",
        ]
    );
}
