//! The page and what it needs.

use super::{BASE, FLAG, Group, Kind, OptionRow};
use crate::options::DefaultValue::{Integer, Nothing, Text};

const WEB: OptionRow = OptionRow {
    group: Group::Web,
    ..BASE
};
const WEB_FLAG: OptionRow = OptionRow {
    group: Group::Web,
    ..FLAG
};

pub(super) const ROWS: &[OptionRow] = &[
    OptionRow {
        flags: &["--web-host"],
        dest: "web_host",
        env: Some("WEB_HOST"),
        default: Text(""),
        metavar: Some("<ip>"),
        help: "Address the page listens on; * means every interface [default: 127.0.0.1]",
        ..WEB
    },
    OptionRow {
        flags: &["--web-host-display-name"],
        dest: "web_host_display_name",
        env: Some("WEB_HOST_DISPLAY_NAME"),
        hidden: true,
        metavar: Some("<url>"),
        help: "URL of the page to show when --web-host is empty",
        ..WEB
    },
    OptionRow {
        flags: &["--web-port", "-P"],
        dest: "web_port",
        env: Some("WEB_PORT"),
        kind: Kind::Integer,
        default: Integer(8089),
        metavar: Some("<port>"),
        help: "Port the page listens on [default: 8089]",
        ..WEB
    },
    OptionRow {
        flags: &["--web-base-path"],
        dest: "web_base_path",
        env: Some("WEB_BASE_PATH"),
        default: Text(""),
        metavar: Some("<path>"),
        help: "Path that the page lives under, beginning with a slash",
        ..WEB
    },
    OptionRow {
        flags: &["--headless"],
        dest: "headless",
        env: Some("HEADLESS"),
        help: "Run without the page and start at once; see -u, -r and -t",
        ..WEB_FLAG
    },
    OptionRow {
        flags: &["--headful"],
        dest: "headful",
        env: Some("HEADFUL"),
        hidden: true,
        help: "Run with the page although a file says headless",
        ..WEB_FLAG
    },
    OptionRow {
        flags: &["--autostart"],
        dest: "autostart",
        env: Some("AUTOSTART"),
        help: "Start at once, with the page",
        ..WEB_FLAG
    },
    OptionRow {
        flags: &["--autoquit"],
        dest: "autoquit",
        env: Some("AUTOQUIT"),
        kind: Kind::Integer,
        default: Integer(-1),
        metavar: Some("<seconds>"),
        help: "With --autostart: leave so many seconds after the run [default: stay]",
        ..WEB
    },
    OptionRow {
        flags: &["--web-login"],
        dest: "web_login",
        env: Some("WEB_LOGIN"),
        help: "Ask for a login before the page is shown",
        ..WEB_FLAG
    },
    OptionRow {
        flags: &["--web-password"],
        dest: "web_password",
        env: Some("WEB_PASSWORD"),
        default: Nothing,
        metavar: Some("<password>"),
        help: "Password that --web-login asks for, better said in LOCUST_WEB_PASSWORD [default: one is made up]",
        ..WEB
    },
    OptionRow {
        flags: &["--tls-cert"],
        dest: "tls_cert",
        env: Some("TLS_CERT"),
        kind: Kind::Path,
        default: Text(""),
        metavar: Some("<filename>"),
        help: "Certificate to serve the page with over HTTPS",
        ..WEB
    },
    OptionRow {
        flags: &["--tls-key"],
        dest: "tls_key",
        env: Some("TLS_KEY"),
        kind: Kind::Path,
        default: Text(""),
        metavar: Some("<filename>"),
        help: "Private key of that certificate",
        ..WEB
    },
    OptionRow {
        flags: &["--class-picker"],
        dest: "class_picker",
        env: Some("USERCLASS_PICKER"),
        help: "Let the page choose among the User and shape classes of the test",
        ..WEB_FLAG
    },
    OptionRow {
        flags: &["--build-path"],
        dest: "build_path",
        env: Some("BUILD_PATH"),
        kind: Kind::Path,
        default: Text(""),
        hidden: true,
        metavar: Some("<folder>"),
        help: "Folder with a page of your own",
        ..WEB
    },
    OptionRow {
        flags: &["--web-auth"],
        dest: "web_auth",
        env: Some("WEB_AUTH"),
        default: Nothing,
        hidden: true,
        retired: Some("use --web-login instead"),
        metavar: Some("<username:password>"),
        help: "The old way to protect the page",
        ..WEB
    },
    OptionRow {
        flags: &["--legacy-ui"],
        dest: "legacy_ui",
        env: Some("LEGACY_UI"),
        hidden: true,
        retired: Some("there is one page only; leave the option out"),
        help: "The page before the present one",
        ..WEB_FLAG
    },
];
