//! The table of options beside Locust's own parser (`fixtures/options.json`, made by `fixtures/options.py`).

#![allow(clippy::unwrap_used, clippy::panic, reason = "only tests use this")]

use std::collections::BTreeSet;

use katydid_cli::option_rows;
use serde_json::{Value, json};

#[test]
fn every_option_of_locust_is_there_as_it_is_there() {
    let theirs: Vec<Value> = serde_json::from_str(include_str!("fixtures/options.json")).unwrap();
    assert_eq!(theirs.len(), 58);
    for row in &theirs {
        let dest = row["dest"].as_str().unwrap();
        let ours = option_rows()
            .into_iter()
            .find(|ours| ours.dest == dest && ours.notice.is_none());
        let ours = ours.unwrap_or_else(|| panic!("{dest} is missing"));
        let mut flags = ours.flags.to_vec();
        flags.sort_unstable();
        let kind = serde_json::to_value(ours.kind).unwrap();
        // Locust reads a default of this kind like a typed one, too.
        let default = if dest == "stop_timeout" {
            json!("0")
        } else {
            serde_json::to_value(ours.default).unwrap()
        };
        let is_switch = ["help", "version"].contains(&dest);
        let expected_default = if is_switch {
            json!(false)
        } else {
            row["default"].clone()
        };
        assert_eq!(json!(flags), row["flags"], "{dest}");
        assert_eq!(
            kind != json!("flag"),
            row["takes_value"].as_bool().unwrap(),
            "{dest}"
        );
        assert_eq!(kind == json!("list"), row["is_list"].as_bool().unwrap(), "{dest}");
        assert_eq!(ours.hidden, row["hidden"].as_bool().unwrap(), "{dest}");
        // Nobody is let in who was not asked for.
        let is_ours = dest == "master_bind_host";
        if ours.retired.is_none() && !is_ours {
            assert_eq!(default, expected_default, "{dest}");
        }
        let environment = ours.env.iter().find(|name| name.starts_with("LOCUST_")).cloned();
        let expected = if dest == "user_classes" {
            json!("LOCUST_USER_CLASSES")
        } else {
            row["env"].clone()
        };
        assert_eq!(json!(environment), expected, "{dest}");
    }
}

#[test]
fn only_the_view_the_options_of_2018_the_cluster_key_a_password_and_the_gate_are_added() {
    let theirs: Vec<Value> = serde_json::from_str(include_str!("fixtures/options.json")).unwrap();
    let known: BTreeSet<&str> = theirs
        .iter()
        .flat_map(|row| row["flags"].as_array().unwrap())
        .filter_map(Value::as_str)
        .collect();
    let rows = option_rows();
    let added: Vec<&str> = rows
        .iter()
        .flat_map(|row| row.flags)
        .copied()
        .filter(|flag| !known.contains(flag))
        .collect();
    let expected = [
        "--tui",
        "-n",
        "--num-request",
        "--num-requests",
        "--no-web",
        "-c",
        "--clients",
        "--hatch-rate",
        "--web-password",
        "--cluster-key",
        "--run-file",
        "--budget",
        "--budgets",
        "--level",
        "--baseline",
        "--exit-code-on-inconclusive",
        "--service-pid",
        "--seed",
        "--store",
        "--no-store",
        "--keep-runs",
        "--branch",
        "--commit",
        "--verdict-json",
        "--verdict-junit",
        "--verdict-markdown",
        "--verdict-html",
        "--verdict-metrics",
    ];
    assert_eq!(added, expected);
}

#[test]
fn rows_can_be_handed_to_other_languages() {
    let rows = serde_json::to_value(option_rows()).unwrap();
    let users = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["dest"] == "num_users")
        .unwrap();
    assert_eq!(
        *users,
        json!({
            "flags": ["-u", "--users"], "dest": "num_users", "env": ["KATYDID_USERS", "LOCUST_USERS"], "key": "users",
            "kind": "integer", "default": null, "choices": [], "bound": ">=0",
            "help": "Users at the peak, with --headless or --autostart [default: 1]", "group": "Common options",
            "hidden": false, "retired": null, "notice": null, "metavar": "<int>",
        })
    );
}
