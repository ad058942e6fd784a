//! What may import what: the walls of `docs/architecture.md`, kept by reading the sources.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Worlds that a pure module must not know: frameworks, browsers, sockets, clocks, random numbers, files.
const IMPURE: [&str; 16] = [
    "leptos",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "tokio",
    "axum",
    "hyper",
    "futures",
    "tracing",
    "getrandom",
    "Instant",
    "SystemTime",
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
];

#[test]
fn pure_modules_know_no_outside_world() {
    for module in ["protocol", "room", "call", "check", "i18n"] {
        forbid(&sources_of(module), &IMPURE);
    }
}

#[test]
fn modules_point_one_way() {
    let outer = ["crate::app", "crate::browser", "crate::server"];
    for module in ["protocol", "room", "call", "check", "i18n"] {
        forbid(&sources_of(module), &outer);
    }
    forbid(&sources_of("protocol"), &["crate::room", "crate::call", "crate::i18n"]);
    forbid(&sources_of("room"), &["crate::call", "crate::i18n"]);
    forbid(&sources_of("check"), &["crate::room", "crate::call", "crate::i18n"]);
    forbid(&sources_of("app"), &["crate::server", "crate::room"]);
    forbid(&sources_of("browser"), &["crate::server", "crate::room", "crate::app"]);
    forbid(&sources_of("server"), &["crate::call", "crate::browser"]);
}

#[test]
fn only_the_module_map_and_the_chooser_know_features() {
    let may = ["src/lib.rs", "src/main.rs", "src/browser.rs"];
    let sources = files_in(Path::new("src")).into_iter().filter(|path| !may.iter().any(|name| path.ends_with(name)));
    forbid(&sources.collect::<Vec<_>>(), &["feature ="]);
}

#[test]
fn components_hold_no_browser_objects() {
    forbid(&sources_of("app"), &["JsValue", "SendWrapper", "wasm_bindgen", "js_sys", "cfg("]);
}

/// Fails with every line of these files that has one of these words outside comments and tests.
fn forbid(files: &[PathBuf], words: &[&str]) {
    assert!(!files.is_empty());
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).expect("a source");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let word = words.iter().find(|word| contains_word(line, word));
            found.extend(word.map(|word| format!("{}:{}: {word}", file.display(), number + 1)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Whether a line has a word, not as part of a longer one.
fn contains_word(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (line[..at].chars().next_back(), line[at + word.len()..].chars().next());
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

/// `src/{module}.rs` and everything under `src/{module}/`, without the tests and the simulations that they have.
fn sources_of(module: &str) -> Vec<PathBuf> {
    let mut files = files_in(&Path::new("src").join(module));
    files.push(Path::new("src").join(format!("{module}.rs")));
    let tests = ["tests", "tests.rs", "sim", "sim.rs", "storm", "storm.rs"];
    files.retain(|file| !file.iter().any(|part| tests.iter().any(|name| part == *name)));
    files
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let nested = entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] });
    nested.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}
