//! Puts the built pages into the library. They are built by `npm run build` in webui/, never from here: a build without
//! them works, and says so when one is asked for.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    embed("report.html", "report_page.rs")?;
    embed("compare.html", "comparison_page.rs")
}

fn embed(page: &str, code_file: &str) -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../webui/dist");
    let built = folder.join(page);
    println!("cargo:rerun-if-changed={}", built.display());
    let code = match built.canonicalize() {
        Ok(file) => format!("Some(include_str!({file:?}))"),
        Err(_) => "None".to_owned(),
    };
    let target = PathBuf::from(env::var("OUT_DIR").unwrap_or_default()).join(code_file);
    fs::write(target, format!("const PAGE: Option<&str> = {code};\n"))
}
