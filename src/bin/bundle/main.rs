//! The build tool: turns the compiled browser half into `target/site`, which the executable embeds.
//!
//! `bundle make WASM STYLE PUBLIC OUT WASM_OPT` splits the program (what comes later is in files of its own), runs
//! wasm-bindgen (both as libraries, so that Cargo.lock pins them), then `WASM_OPT` (a program, with node if it ends in
//! `.js`), names every file by its content, and writes each three times: as it is, `.br` and `.gz` (but PNG once). `OUT/assets.json`
//! maps `confab.js` to `confab.0123456789abcdef.js`.
//!
//! `bundle size OUT CONFAB` says what a room page loads: the files, and the page as that executable serves it; and what
//! may come later.
//!
//! It is no part of the server or of the page. `make build` calls it.

mod size;
mod squeeze;
mod wasm;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use confab::i18n::Lang;
use sha2::{Digest, Sha256};

/// Bytes of a file by its logical name.
type Files = BTreeMap<String, Vec<u8>>;

fn main() -> Result<()> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    match arguments.as_slice() {
        [command, wasm, style, public, out, wasm_opt] if *command == "make" => {
            let mut files = wasm::browser_half(Path::new(wasm), Path::new(wasm_opt), Path::new(out))?;
            for lang in Lang::ALL {
                files.insert(format!("words.{}.txt", lang.code()), lang.lines().into_bytes());
                files.insert(format!("check.{}.txt", lang.code()), lang.check_lines().into_bytes());
            }
            files.insert("confab.css".into(), squeeze::css(&read_text(Path::new(style))?).into_bytes());
            collect_public(Path::new(public), &mut files)?;
            write_site(&files, Path::new(out))
        }
        [command, out, confab] if *command == "size" => size::print(Path::new(out), Path::new(confab)),
        _ => bail!("usage: bundle make WASM STYLE PUBLIC OUT WASM_OPT | bundle size OUT CONFAB"),
    }
}

/// Everything in `public/`, by its path in there.
fn collect_public(folder: &Path, files: &mut Files) -> Result<()> {
    for path in walk(folder)? {
        let name = path.strip_prefix(folder)?.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        files.insert(name, fs::read(&path)?);
    }
    Ok(())
}

fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(walk(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Writes the files under hashed names, packed as well, and the list of names last: it is what `make` looks at.
fn write_site(files: &Files, out: &Path) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    let mut names = BTreeMap::new();
    for (name, bytes) in files {
        let hashed = hashed_name(name, bytes);
        let path = out.join(&hashed);
        fs::create_dir_all(path.parent().context("no folder")?)?;
        fs::write(&path, bytes)?;
        // These are packed already.
        if !name.ends_with(".png") {
            fs::write(out.join(format!("{hashed}.br")), brotli(bytes)?)?;
            fs::write(out.join(format!("{hashed}.gz")), gzip(bytes)?)?;
        }
        names.insert(name, hashed);
    }
    Ok(fs::write(out.join("assets.json"), serde_json::to_vec_pretty(&names)?)?)
}

/// `a/icons.svg` to `a/icons.0123456789abcdef.svg`.
fn hashed_name(name: &str, bytes: &[u8]) -> String {
    let hash = base16ct::lower::encode_string(&Sha256::digest(bytes)[..8]);
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 4096, 11, 24).write_all(bytes)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{}", path.display()))
}
