//! Puts the built report page into the library. It is built by `npm run build` in webui/, never from here: a build without
//! it works, and says so when a report is asked for.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let built =
        Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../webui/dist/report.html");
    println!("cargo:rerun-if-changed={}", built.display());
    let code = match built.canonicalize() {
        Ok(file) => format!("Some(include_str!({file:?}))"),
        Err(_) => "None".to_owned(),
    };
    let target = PathBuf::from(env::var("OUT_DIR").unwrap_or_default()).join("report_page.rs");
    fs::write(target, format!("const PAGE: Option<&str> = {code};\n"))
}
