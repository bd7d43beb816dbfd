//! Where options come from, and what wins; in a folder of its own for each test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "only tests use this")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use katydid_cli::{FirstLook, Parsed, Strictness, Surroundings, look_from, parse};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a home beside it.
struct Place {
    folder: TempDir,
    environment: BTreeMap<String, String>,
}

impl Place {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self {
            folder,
            environment: BTreeMap::new(),
        }
    }

    fn file(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn surroundings(&self) -> Surroundings {
        let directory = self.folder.path().to_owned();
        Surroundings {
            environment: self.environment.clone(),
            home: Some(directory.join("home")),
            directory,
        }
    }

    fn parse(&self, line: &str, strictness: Strictness) -> Result<Parsed, String> {
        let folder = format!("{}/", self.folder.path().display());
        parse(&words(line), &self.surroundings(), strictness)
            .map_err(|error| error.to_string().replace(&folder, ""))
    }

    fn value(&self, line: &str, name: &str) -> Value {
        self.parse(line, Strictness::Full).unwrap().values[name].clone()
    }

    fn error(&self, line: &str) -> String {
        self.parse(line, Strictness::Full).unwrap_err()
    }

    fn look(&self, line: &str) -> FirstLook {
        look_from(&words(line), &self.surroundings())
    }
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn each_place_wins_over_the_one_before() {
    let mut place = Place::new();
    let mut steps = vec![
        ("home/.locust.conf", "users = 1"),
        ("home/.katydid.conf", "users = 2"),
        ("locust.conf", "users = 3"),
        ("katydid.conf", "users: 4"),
        ("pyproject.toml", "[tool.locust]\nusers = 5"),
        (
            "pyproject.toml",
            "[tool.locust]\nusers = 5\n[tool.katydid]\nusers = 6",
        ),
    ];
    for (index, (name, text)) in steps.drain(..).enumerate() {
        place = place.file(name, text);
        assert_eq!(place.value("", "num_users"), json!(index + 1), "{name}");
    }
    place = place.file("extra.conf", "users 7");
    assert_eq!(place.value("--config extra.conf", "num_users"), json!(7));
    place = place.variable("LOCUST_USERS", "8");
    assert_eq!(place.value("--config extra.conf", "num_users"), json!(8));
    place = place.variable("KATYDID_USERS", "9");
    assert_eq!(place.value("--config extra.conf", "num_users"), json!(9));
    assert_eq!(place.value("--config extra.conf -u 10", "num_users"), json!(10));
}

#[test]
fn every_option_has_its_default() {
    let place = Place::new();
    for (name, value) in [
        ("locustfile", json!("locustfile.py")),
        ("num_users", Value::Null),
        ("headless", json!(false)),
        ("web_port", json!(8089)),
        ("autoquit", json!(-1)),
        ("stop_timeout", json!(0)),
        ("loglevel", json!("INFO")),
        ("exit_code_on_error", json!(1)),
        ("tags", Value::Null),
        ("tls_cert", json!("")),
    ] {
        assert_eq!(place.value("", name), value, "{name}");
    }
}

#[test]
fn values_mean_the_same_wherever_they_stand() {
    let place = Place::new()
        .file(
            "locust.conf",
            "headless = yes\ntags = [a, b]\nstop-timeout = 1m30s\nloglevel = debug\n--csv results/x",
        )
        .variable("LOCUST_EXCLUDE_TAGS", "[c, d]")
        .variable("LOCUST_USER_CLASSES", "Buyer Visitor")
        .variable("LOCUST_SPAWN_RATE", "0.5")
        .variable("LOCUST_HOST", "");
    for (name, value) in [
        ("headless", json!(true)),
        ("tags", json!(["a", "b"])),
        ("exclude_tags", json!(["c", "d"])),
        ("user_classes", json!(["Buyer", "Visitor"])),
        ("stop_timeout", json!(90)),
        ("loglevel", json!("DEBUG")),
        ("csv_prefix", json!("results/x")),
        ("spawn_rate", json!(0.5)),
        ("host", Value::Null),
    ] {
        assert_eq!(place.value("", name), value, "{name}");
    }
    let one_tag = Place::new().variable("LOCUST_TAGS", "a b");
    assert_eq!(one_tag.value("", "tags"), json!(["a b"]));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let file = |text: &str| Place::new().file("locust.conf", text).error("");
    assert_eq!(file("num_users = 5"), "locust.conf: unknown option 'num_users'");
    assert_eq!(
        file("users = many"),
        "locust.conf: users: invalid whole number 'many'"
    );
    assert_eq!(
        file("headless = maybe"),
        "locust.conf: headless: 'maybe' is neither true nor false"
    );
    assert_eq!(
        file("users = [1, 2]"),
        "locust.conf: users: takes one value, not a list"
    );
    assert_eq!(
        file("slave"),
        "locust.conf: slave: no longer supported, use --worker instead"
    );
    let variable = |name: &str, value: &str| Place::new().variable(name, value).error("");
    assert_eq!(
        variable("LOCUST_USERS", "x"),
        "environment variable LOCUST_USERS: invalid whole number 'x'"
    );
    assert_eq!(
        variable("KATYDID_RUN_TIME", "soon"),
        "environment variable KATYDID_RUN_TIME: invalid time 'soon' (write 300, 300s, 20m, 2h or 1h30m10s)"
    );
    let missing = Place::new().error("--config nowhere.conf");
    assert!(
        missing.starts_with("cannot read configuration file nowhere.conf: No such file"),
        "{missing}"
    );
}

#[test]
fn a_test_may_define_options_of_its_own() {
    let place = Place::new().file("locust.conf", "colour = red\nshades = [a, b]\nusers = 5");
    let parsed = place
        .parse("--size 9 --user alice -u 6 --tone=3", Strictness::Early)
        .unwrap();
    assert_eq!(
        parsed.unknown,
        ["--size", "--tone=3", "--colour=red", "--shades=a", "--shades=b"]
    );
    assert_eq!(parsed.values["num_users"], json!(6));
}

#[test]
fn options_of_2018_are_understood_with_a_notice() {
    let FirstLook::Run(early) = Place::new().look("-f x.py --no-web -c 10 -n 500 --hatch-rate 2") else {
        panic!("not a run");
    };
    assert_eq!(early.notices.len(), 4);
    assert!(early.notices.iter().all(|notice| notice.lines().count() == 1));
    for (name, value) in [
        ("headless", json!(true)),
        ("num_users", json!(10)),
        ("num_requests", json!(500)),
        ("spawn_rate", json!(2.0)),
    ] {
        assert_eq!(early.values[name], value, "{name}");
    }
}

#[test]
fn the_files_of_a_test_are_known_before_it_is_loaded() {
    let files = |place: Place, line: &str| match place.look(line) {
        FirstLook::Run(early) => early.locustfile,
        other => panic!("{other:?}"),
    };
    assert_eq!(files(Place::new(), ""), ["locustfile.py"]);
    assert_eq!(files(Place::new(), "-f a.py,b.py"), ["a.py", "b.py"]);
    assert_eq!(
        files(Place::new().variable("LOCUST_LOCUSTFILE", "c.py , d"), ""),
        ["c.py", "d"]
    );
    assert_eq!(
        files(
            Place::new().file("katydid.conf", "locustfile: e.py"),
            "--colour red"
        ),
        ["e.py"]
    );
}

/// Code, standard output, standard error.
fn answer(place: &Place, line: &str) -> (i32, String, String) {
    match place.look(line) {
        FirstLook::Exit { code, stdout, stderr } => (code, stdout, stderr),
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn help_and_version_are_there_whatever_else_is_wrong() {
    let place = Place::new().file("locust.conf", "users = many");
    for line in ["--version", "-V", "--users x -V", "--vers", "-lV"] {
        let (code, stdout, stderr) = answer(&place, line);
        assert_eq!((code, stderr.as_str()), (0, ""), "{line}");
        assert_eq!(
            stdout,
            format!(
                "katydid {} (Locust 2.47.0 compatible)\n",
                env!("CARGO_PKG_VERSION")
            )
        );
    }
    for line in ["--help", "-h", "-f nothing.py --help", "--headless -h"] {
        let (code, stdout, _) = answer(&place, line);
        assert!(
            code == 0 && stdout.contains("Web UI options:") && stdout.ends_with('\n'),
            "{line}"
        );
    }
}

#[test]
fn what_cannot_be_done_is_refused_in_one_line() {
    let lines = [
        "--users x",
        "-u -5",
        "--spawn-rate 0",
        "--spawn-rate inf",
        "--run-time 5x",
        "--loglevel loud",
        "--expect-workers 0",
        "--web-auth a:b",
        "--legacy-ui",
        "--slave",
        "--expect-slaves",
        "--csv",
        "--headless=yes",
        "cluster-key --help me",
        "--config-users -u x",
        "demo-server --port x",
        "demo-server --delay nowhere=5ms",
        "demo-server --prot 5",
    ];
    let place = Place::new();
    let text: Vec<String> = lines
        .iter()
        .map(|line| {
            let (code, stdout, stderr) = answer(&place, line);
            assert_eq!(
                (stdout.as_str(), stderr.lines().count()),
                ("", 1),
                "{line}: {stderr}"
            );
            format!("$ katydid {line}\n{stderr}exit code {code}\n")
        })
        .collect();
    insta::assert_snapshot!(text.join("\n"));
}

#[test]
fn the_sample_shop_is_one_word_away() {
    match Place::new().look("demo-server --port 0 --delay *=20ms") {
        FirstLook::Demo(options) => assert_eq!((options.port, options.delays.len()), (0, 1)),
        other => panic!("{other:?}"),
    }
    let (code, stdout, _) = answer(&Place::new(), "demo-server --help");
    assert!(
        code == 0 && stdout.contains("Usage: katydid demo-server"),
        "{stdout}"
    );
}

#[test]
fn a_file_that_is_a_folder_is_not_there() {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("locust.conf")).unwrap();
    assert!(Path::new(&place.folder.path().join("locust.conf")).is_dir());
    assert_eq!(place.value("", "num_users"), Value::Null);
}
