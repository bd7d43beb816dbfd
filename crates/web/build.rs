//! Puts the built page into the binary. The page is built by `npm run build` in webui/, never from here: a build without
//! it works, and says so when the page is asked for.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let built = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../webui/dist");
    println!("cargo:rerun-if-changed={}", built.display());
    let mut files = Vec::new();
    list(&built, &mut files)?;
    files.sort();
    let mut code = String::from("pub(crate) const FILES: &[(&str, &[u8])] = &[\n");
    for file in &files {
        let name = file
            .strip_prefix(&built)
            .unwrap_or(file)
            .to_string_lossy()
            .replace('\\', "/");
        code += &format!("    ({name:?}, include_bytes!({:?})),\n", file.canonicalize()?);
    }
    code += "];\n";
    fs::write(
        PathBuf::from(env::var("OUT_DIR").unwrap_or_default()).join("page.rs"),
        code,
    )
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path
            .file_name()
            .is_some_and(|name| name != "report.html" && name != "compare.html")
        {
            files.push(path);
        }
    }
    Ok(())
}
