//! Files that Locust 2.47 wrote, whole and damaged.

use std::fs;
use std::path::{Path, PathBuf};

use katydid_gate::Endpoint;
use katydid_stats::{Histogram, Timestamp};
use katydid_store::import::{self, ImportError, Imported};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn full() -> Imported {
    import::locust_csv(&data("locust-full/run")).expect("Locust's own files")
}

const HEADINGS: &str = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,\
    Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,95%,100%\r\n";
const ROW: &str = "GET,/a,10,1,20,25.5,3.25,99.5,2.0,5.0,0.5,20,90,99\r\n";
const TOTAL: &str = ",Aggregated,10,1,20,25.5,3.25,99.5,2.0,5.0,0.5,20,90,99\r\n";

/// Imports a table of requests alone.
fn stats(text: impl AsRef<[u8]>) -> Result<Imported, ImportError> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("x_stats.csv"), text).expect("written");
    import::locust_csv(&folder.path().join("x"))
}

#[test]
fn summaries_are_locusts() {
    let run = full().run;
    let total = &run.endpoints[0];
    assert!(total.endpoint.is_total());
    assert_eq!((total.requests, total.failures), (2765, 27));
    let names: Vec<String> = run
        .endpoints
        .iter()
        .map(|kept| kept.endpoint.to_string())
        .collect();
    assert_eq!(names, ["all requests", "GET /slow", "GET item, \"quoted\""]);
    let summary = run.endpoints[1].summary.as_ref().expect("a summary");
    assert_eq!((summary.count, summary.failures), (654, 27));
    assert_eq!(summary.mean, 172.153_781_567_116_7);
    assert_eq!(summary.max, 676.089_042_004_605_3);
    assert_eq!(summary.percentiles.first(), Some(&(0.5, 160.0)));
    assert_eq!(summary.percentiles.last(), Some(&(0.9999, 680.0)));
}

#[test]
fn facts_come_from_the_history() {
    let facts = full().run.facts;
    assert_eq!((&*facts.tool, facts.rounding), ("locust", 0.05));
    assert_eq!(facts.started_at, Timestamp(1_795_666_255.0));
    assert_eq!(facts.ended_at, Some(Timestamp(1_795_666_280.0)));
    assert_eq!(facts.ramp_done_at, Some(Timestamp(1_795_666_256.0)));
    assert_eq!(facts.peak_user_count, 12);
}

/// Windows are spread over their seconds; the first window is as long as the rest of the run.
#[test]
fn windows_do_not_overlap() {
    let run = full().run;
    let seconds: Vec<i64> = run.seconds.iter().map(|window| window.second).collect();
    let first = 1_795_666_255;
    let both_names_each_second: Vec<i64> = (first..first + 26).flat_map(|second| [second, second]).collect();
    assert_eq!(seconds, both_names_each_second);
    assert_eq!(run.facts.window_seconds, 10);
    for window in &run.seconds {
        assert_eq!(window.response_times.count(), window.requests);
    }
    assert_eq!(
        run.seconds.iter().map(|window| window.requests).sum::<u64>(),
        2765
    );
    assert_eq!(run.seconds.iter().map(|window| window.failures).sum::<u64>(), 27);
}

/// Locust rounds to two digits: within that, its own summary of the run comes out of the windows again, where at least
/// ten requests are above a percentile. (Between 99 % of a window of 200 requests and all of it are two values.)
#[test]
fn percentiles_of_the_run_come_back() {
    let run = full().run;
    for kept in &run.endpoints {
        let mut times = Histogram::default();
        for window in &run.seconds {
            let is_of_it = (&window.method, &window.name) == (&kept.endpoint.method, &kept.endpoint.name);
            if kept.endpoint.is_total() || is_of_it {
                times.merge_sparse(&window.response_times);
            }
        }
        let summary = kept.summary.as_ref().expect("a summary");
        let has_tail = |fraction: f64| (1.0 - fraction) * kept.requests as f64 >= 10.0;
        for &(fraction, told) in summary
            .percentiles
            .iter()
            .filter(|(fraction, _)| has_tail(*fraction))
        {
            let rebuilt = times.quantile(fraction).unwrap_or_default().as_secs_f64() * 1e3;
            let off = (rebuilt - told).abs() / told;
            println!(
                "{} {fraction}: {rebuilt:.1} ms, Locust {told} ms, {:.1} %",
                kept.endpoint,
                off * 100.0
            );
            assert!(
                off <= 0.05,
                "{} {fraction}: {rebuilt} ms, Locust {told} ms",
                kept.endpoint
            );
        }
        let sum: f64 = times
            .iter()
            .map(|(time, count)| time.as_secs_f64() * 1e3 * count as f64)
            .sum();
        let mean = sum / times.count() as f64;
        assert!(
            (mean - summary.mean).abs() / summary.mean < 0.05,
            "{mean} ms, Locust {}",
            summary.mean
        );
    }
}

#[test]
fn failures_are_kept_with_their_times() {
    let failures = full().run.failures;
    assert_eq!(failures.len(), 1);
    assert_eq!(
        &*failures[0].error,
        "HTTPError('500 Server Error: Internal Server Error for url: /slow')"
    );
    assert_eq!(failures[0].occurrences, 27);
    assert_eq!(failures[0].first_seen.utc(), "2026-11-26T04:10:55Z");
}

/// Without the full history, percentiles are those of the run so far: no window can be told from them.
#[test]
fn without_full_history_there_are_summaries_only() {
    let Imported { run, remarks } =
        import::locust_csv(&data("locust-plain/run")).expect("Locust's own files");
    assert_eq!(run.endpoints[0].requests, 2721);
    assert!(run.seconds.is_empty());
    assert_eq!(run.facts.peak_user_count, 12);
    assert!(
        remarks.iter().any(|remark| remark.contains("--csv-full-history")),
        "{remarks:?}"
    );
}

#[test]
fn any_of_the_files_is_as_good_as_the_prefix() {
    for name in [
        "run",
        "run_stats.csv",
        "run_stats_history.csv",
        "run_failures.csv",
        "run_exceptions.csv",
    ] {
        let path = data("locust-full").join(name);
        let imported = import::locust_csv(&path).expect("the same files");
        assert_eq!(imported.run.seconds.len(), 52, "{name}");
        let found = import::run(&path).expect("recognised");
        assert!(matches!(found, import::Found::Imported(_)), "{name}");
    }
}

#[test]
fn without_a_history_the_time_of_the_file_tells_when() {
    let Imported { run, remarks } = stats([HEADINGS, ROW, TOTAL].concat()).expect("a table alone");
    let ended_at = run.facts.ended_at.expect("the time of the file");
    assert!((ended_at.0 - run.facts.started_at.0 - 2.0).abs() < 1e-3);
    assert_eq!(remarks.len(), 3, "{remarks:?}");
}

#[test]
fn a_byte_order_mark_and_plain_line_ends_are_no_matter() {
    let text = ["\u{feff}", HEADINGS, ROW, TOTAL].concat().replace('\r', "");
    assert_eq!(stats(text).expect("the same table").run.endpoints.len(), 2);
}

#[test]
fn columns_of_locust_before_1_0_are_known() {
    let headings = HEADINGS
        .replace("Request Count", "# requests")
        .replace("Failure Count", "# failures")
        .replace("Type", "Method")
        .replace("Median Response Time", "Median response time");
    assert_eq!(
        stats([&headings, ROW, TOTAL].concat())
            .expect("old names")
            .run
            .endpoints
            .len(),
        2
    );
}

#[test]
fn a_last_line_that_was_cut_off_is_left_out_and_told() {
    for length in 1..ROW.len() - 3 {
        let text = [HEADINGS, ROW, &ROW.replace("/a", "/b")[..length]].concat();
        let Imported { run, remarks } = stats(text).expect("tolerated");
        let names: Vec<&str> = run.endpoints.iter().map(|kept| &*kept.endpoint.name).collect();
        if names == ["Aggregated", "/a", "/b"] {
            continue;
        }
        assert_eq!(names, ["Aggregated", "/a"]);
        assert!(remarks[0].contains("line 3 was cut off"), "{length}: {remarks:?}");
    }
}

#[test]
fn what_an_earlier_text_left_behind_the_total_is_left_out() {
    let Imported { run, remarks } = stats([HEADINGS, ROW, TOTAL, ROW].concat()).expect("tolerated");
    assert_eq!(run.endpoints.len(), 2);
    assert!(remarks[0].contains("1 rows after the total"), "{remarks:?}");
}

/// Katydid's percentiles have more than two digits, where Locust's have two.
#[test]
fn files_of_katydid_are_known_by_their_digits() {
    let facts = |row: &str| stats([HEADINGS, row, TOTAL].concat()).expect("a table").run.facts;
    let of_locust = facts(&ROW.replace("20,90,99", "20,120,1300"));
    assert_eq!((&*of_locust.tool, of_locust.rounding), ("locust", 0.05));
    let of_katydid = facts(&ROW.replace("20,90,99", "20,123,1300"));
    assert_eq!((&*of_katydid.tool, of_katydid.rounding), ("katydid", 0.005));
}

#[test]
fn endpoints_without_requests_have_no_summary() {
    let row = "GET,/b,0,0,0,0.0,0,0,0,0.0,0.0,N/A,N/A,N/A\r\n";
    let run = stats([HEADINGS, row, ROW, TOTAL].concat())
        .expect("a row without requests")
        .run;
    assert_eq!(run.endpoints[1].requests, 0);
    assert!(run.endpoints[1].summary.is_none());
}

#[test]
fn damage_is_told_with_its_place() {
    let table: [(Vec<u8>, &str); 11] = [
        (Vec::new(), "it is empty; a line of headings is needed"),
        (
            HEADINGS.replace(',', ";").into(),
            "line 1 is divided by ';'; a comma is needed",
        ),
        (
            HEADINGS.replace(',', "\t").into(),
            "line 1 is divided by '\\t'; a comma is needed",
        ),
        (
            HEADINGS.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "it is UTF-16 or binary",
        ),
        (
            HEADINGS.replace("Name", "Nom").into(),
            "line 1 has no column \"Name\", which is needed",
        ),
        (
            HEADINGS.replace('%', "").into(),
            "line 1 has no column \"50%\", which is needed",
        ),
        (
            [HEADINGS, "GET,/a,1\r\n", TOTAL].concat().into(),
            "line 2, column 3: the row has 3 columns, 14 are needed",
        ),
        (
            [HEADINGS, &ROW.replace("10", "ten"), TOTAL].concat().into(),
            "line 2, column \"Request Count\": \"ten\" is not a whole number from 0 to 2^53",
        ),
        (
            [HEADINGS, &ROW.replace("25.5", "inf"), TOTAL].concat().into(),
            "line 2, column \"Average Response Time\": \"inf\" is not a finite number",
        ),
        (
            [HEADINGS, ROW, ROW, TOTAL].concat().into(),
            "line 3, column \"Name\": \"GET /a\" is in the table twice",
        ),
        (
            [HEADINGS.as_bytes(), b"GET,\"/a", &vec![b'x'; 5 << 20], b"\n"].concat(),
            "line 2, column 1: a row longer than 4 MB begins here",
        ),
    ];
    for (text, needed) in table {
        let error = stats(text).expect_err(needed).to_string();
        assert!(
            error.contains("x_stats.csv: ") && error.contains(needed),
            "{error}\n{needed}"
        );
    }
}

#[test]
fn what_is_missing_or_no_file_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = import::locust_csv(&folder.path().join("x"))
        .expect_err("nothing there")
        .to_string();
    assert!(
        error.starts_with("read ") && error.contains("x_stats.csv"),
        "{error}"
    );
    fs::create_dir(folder.path().join("y_stats.csv")).expect("a folder in its place");
    let error = import::locust_csv(&folder.path().join("y"))
        .expect_err("a folder")
        .to_string();
    assert!(error.contains("it is no regular file"), "{error}");
}

/// Whatever byte is lost or changed: a run or an error, and no panic.
#[test]
fn damaged_histories_never_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = fs::read(data("locust-full/run_stats_history.csv")).expect("Locust's own file");
    fs::copy(
        data("locust-full/run_stats.csv"),
        folder.path().join("x_stats.csv"),
    )
    .expect("copied");
    for step in 0..200 {
        let mut damaged = history.clone();
        let at = step * 7919 % damaged.len();
        match step % 3 {
            0 => damaged[at] = b"9,\"\n-\0\xff"[step % 7],
            1 => damaged.truncate(at),
            _ => drop(damaged.drain(at..(at + step).min(history.len()))),
        }
        fs::write(folder.path().join("x_stats_history.csv"), damaged).expect("written");
        if let Ok(imported) = import::locust_csv(&folder.path().join("x")) {
            let seconds = &imported.run.seconds;
            assert!(seconds.is_sorted_by_key(|window| window.second));
            assert!(
                seconds
                    .iter()
                    .all(|window| window.requests >= window.response_times.count())
            );
        }
    }
}

#[test]
fn counting_that_began_anew_leaves_out_what_was_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = |second: i64, method_name: &str, requests: u64| {
        format!("{second},5,{method_name},1.0,0.0,20,90,99,{requests},0,20,25.0,3.0,99.0,2.0\r\n")
    };
    let mut history =
        "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,95%,100%,Total Request Count,\
        Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,\
        Total Max Response Time,Total Average Content Size\r\n"
            .to_owned();
    for (second, requests) in [(100, 500), (101, 900), (102, 7), (103, 9), (104, 10)] {
        history += &row(second, "GET,/a", requests);
        history += &row(second, ",Aggregated", requests);
    }
    fs::write(folder.path().join("x_stats.csv"), [HEADINGS, ROW, TOTAL].concat()).expect("written");
    fs::write(folder.path().join("x_stats_history.csv"), history).expect("written");
    let Imported { run, remarks } = import::locust_csv(&folder.path().join("x")).expect("imported");
    assert_eq!(run.facts.started_at, Timestamp(102.0));
    let told: Vec<(i64, u64)> = run
        .seconds
        .iter()
        .map(|second| (second.second, second.requests))
        .collect();
    assert_eq!(told, [(102, 4), (103, 3), (104, 3)]);
    assert_eq!(run.endpoints[1].endpoint, Endpoint::new("GET", "/a"));
    assert!(remarks[0].contains("began anew 1 times"), "{remarks:?}");
}
