//! The browser's half: one compiled file becomes glue, a program, and what that loads later.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use wasm_bindgen_cli_support::Bindgen;
use wasm_split_cli_support::{Options, SplitWasm, transform};

use crate::{Files, hashed_name, squeeze};

/// What rustc's wasm32-unknown-unknown emits by default and every browser with our other needs understands.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

const STRAY: &str = "a dependency brings JavaScript files of its own; the bundle has no place for them:";

/// The JavaScript that loads what comes later. The program imports it under this name; it becomes a part of the glue.
const LOADER: &str = "./later.js";

/// Splits, binds and optimises; the names of what comes later are without their hash.
pub fn browser_half(wasm: &Path, wasm_opt: &Path, out: &Path) -> Result<Files> {
    let folder = out.with_extension("split");
    let main = folder.join("main.wasm");
    let later = split(wasm, &main, &folder)?;
    let (glue, program) = bind(&main)?;
    let mut js = joined(&glue, &fs::read_to_string(folder.join(LOADER))?)?;
    let mut files = Files::new();
    for path in later.split_modules {
        let file = path.file_name().and_then(|name| name.to_str()).context("a chunk without a name")?;
        let name = file.strip_prefix("split_").unwrap_or(file);
        let bytes = optimise(&fs::read(&path)?, wasm_opt, out)?;
        js = js.replace(&format!("\"./{file}\""), &format!("\"./{}\"", hashed_name(name, &bytes)));
        files.insert(name.to_owned(), bytes);
    }
    files.insert("confab.js".to_owned(), js.into_bytes());
    files.insert("confab.wasm".to_owned(), optimise(&program, wasm_opt, out)?);
    fs::remove_dir_all(folder)?;
    Ok(files)
}

/// Takes the functions marked with `#[wasm_split]` out of the program, with whatever only they need.
fn split(wasm: &Path, main: &Path, folder: &Path) -> Result<SplitWasm> {
    let bytes = fs::read(wasm).with_context(|| format!("{}", wasm.display()))?;
    let mut options = Options::new(&bytes);
    options.output_dir = folder;
    options.main_out_path = main;
    options.link_name = LOADER;
    transform(options).map_err(|error| anyhow!("splitting: {error:#}"))
}

/// Runs wasm-bindgen: JavaScript and WebAssembly.
fn bind(wasm: &Path) -> Result<(String, Vec<u8>)> {
    let mut output = Bindgen::new()
        .input_path(wasm)
        .out_name("confab")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        // What comes later finds memory, table and stack by these names.
        .keep_lld_exports(true)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    ensure!(
        output.local_modules().is_empty() && output.npm_dependencies().is_empty(),
        "{STRAY} {:?}",
        output.local_modules()
    );
    for (name, texts) in output.snippets() {
        ensure!(texts.is_empty(), "{STRAY} {name}: {texts:?}");
    }
    let js = output.js().to_owned();
    Ok((js, output.wasm_mut().emit_wasm()))
}

/// The glue with the loader in it: a module that the glue would import is one more file to wait for.
fn joined(glue: &str, loader: &str) -> Result<String> {
    let from = format!(" from \"{LOADER}\"");
    let (mut lines, mut names) = (Vec::new(), Vec::new());
    for line in glue.lines() {
        match line.strip_prefix("import * as ").and_then(|rest| rest.trim_end_matches(';').strip_suffix(from.as_str()))
        {
            Some(name) => names.push(name),
            None => lines.push(line),
        }
    }
    ensure!(!names.is_empty(), "the glue does not import {LOADER}");
    // The browser says itself what did not load, and the page says it to the person.
    let loader = loader.replace("console.error(e);", "");
    let exports: Vec<_> = loader.lines().filter_map(exported).collect();
    let loader =
        loader.lines().filter(|line| !line.starts_with("import ")).map(|line| line.trim_start_matches("export "));
    let loader = squeeze::js(&loader.collect::<Vec<_>>().join("\n"));
    ensure!(!loader.contains("export "), "the loader exports what is no constant");
    let names: String = names.iter().map(|name| format!("const {name} = later;\n")).collect();
    let exports = exports.join(", ");
    let glue = squeeze::js(&lines.join("\n"));
    Ok(format!("const later = (() => {{\n{loader}\nreturn {{ {exports} }};\n}})();\n{names}{glue}"))
}

/// The name in `export const name = ...`.
fn exported(line: &str) -> Option<&str> {
    line.strip_prefix("export const ")?.split_whitespace().next()
}

/// Runs wasm-opt.
fn optimise(wasm: &[u8], wasm_opt: &Path, out: &Path) -> Result<Vec<u8>> {
    let (from, to) = (out.with_extension("bound.wasm"), out.with_extension("optimised.wasm"));
    fs::write(&from, wasm)?;
    let mut command = if wasm_opt.extension().is_some_and(|extension| extension == "js") {
        let mut node = Command::new("node");
        node.arg(wasm_opt);
        node
    } else {
        Command::new(wasm_opt)
    };
    command.args(["-Oz", "--strip-producers", "--strip-target-features"]).args(WASM_FEATURES);
    let status = command.arg(&from).arg("-o").arg(&to).status().with_context(|| format!("{}", wasm_opt.display()))?;
    ensure!(status.success(), "wasm-opt failed");
    let optimised = fs::read(&to)?;
    fs::remove_file(from)?;
    fs::remove_file(to)?;
    Ok(optimised)
}
