//! The build tool: turns the compiled browser half into `target/site`, which the executable embeds.
//!
//! `bundle make WASM CHECK_WASM STYLE PUBLIC OUT WASM_OPT` runs wasm-bindgen (as a library, so that Cargo.lock pins it), then
//! `WASM_OPT` (a program, with node if it ends in `.js`), names every file by its content, and writes each three
//! times: as it is, `.br` and `.gz` (but PNG once). `OUT/assets.json` maps `confab.js` to `confab.0123456789abcdef.js`.
//!
//! `bundle size OUT CONFAB` says what a room page loads: the files, and the page as that executable serves it.
//!
//! It is no part of the server or of the page. `make build` calls it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use confab::i18n::Lang;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

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

/// Bytes of a file by its logical name.
type Files = BTreeMap<String, Vec<u8>>;

fn main() -> Result<()> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    match arguments.as_slice() {
        [command, main, check, style, public, out, wasm_opt] if *command == "make" => {
            let mut files = Files::new();
            for (name, wasm) in [("confab", main), ("check", check)] {
                let (js, wasm) = bind(name, Path::new(wasm))?;
                files.insert(format!("{name}.js"), js);
                files.insert(format!("{name}.wasm"), optimise(&wasm, Path::new(wasm_opt), Path::new(out))?);
            }
            for lang in Lang::ALL {
                files.insert(format!("words.{}.txt", lang.code()), lang.lines().into_bytes());
                files.insert(format!("check.{}.txt", lang.code()), lang.check_lines().into_bytes());
            }
            files.insert("confab.css".into(), squeeze_css(&read_text(Path::new(style))?).into_bytes());
            collect_public(Path::new(public), &mut files)?;
            write_site(&files, Path::new(out))
        }
        [command, out, confab] if *command == "size" => print_sizes(Path::new(out), Path::new(confab)),
        _ => bail!("usage: bundle make WASM CHECK_WASM STYLE PUBLIC OUT WASM_OPT | bundle size OUT CONFAB"),
    }
}

/// Runs wasm-bindgen: JavaScript and WebAssembly.
fn bind(name: &str, wasm: &Path) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut output = Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
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
    let js = squeeze_js(output.js());
    Ok((js.into_bytes(), output.wasm_mut().emit_wasm()))
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

/// What a room page loads: a line for each file, and the sum.
fn print_sizes(out: &Path, confab: &Path) -> Result<()> {
    let names: BTreeMap<String, String> = serde_json::from_slice(&fs::read(out.join("assets.json"))?)?;
    let mut rows = vec![("room page", page_sizes(confab)?)];
    // The words of one language: of the one that takes the most.
    let length = |hashed: &str| fs::metadata(out.join(format!("{hashed}.br"))).map_or(0, |file| file.len());
    let words = names.iter().filter(|(name, _)| name.starts_with("words."));
    let words = words.max_by_key(|(_, hashed)| length(hashed)).map(|(name, _)| name.as_str()).context("no words")?;
    for name in ["confab.js", "confab.wasm", words, "confab.css", "favicon.svg"] {
        let hashed = names.get(name).with_context(|| format!("no {name}"))?;
        let length = |suffix: &str| Ok::<_, std::io::Error>(fs::metadata(out.join(format!("{hashed}{suffix}")))?.len());
        rows.push((name, [length("")?, length(".gz")?, length(".br")?]));
    }
    let sum = |column: usize| rows.iter().map(|(_, sizes)| sizes[column]).sum();
    rows.push(("together", [sum(0), sum(1), sum(2)]));
    let mut table = format!("{:14} {:>9} {:>9} {:>9}\n", "bytes", "plain", "gzip", "brotli");
    for (name, [plain, gzip, brotli]) in rows {
        table += &format!("{name:14} {plain:>9} {gzip:>9} {brotli:>9}\n");
    }
    Ok(std::io::stdout().write_all(table.as_bytes())?)
}

/// Starts the executable for a moment and asks it for a room, in each coding.
fn page_sizes(confab: &Path) -> Result<[u64; 3]> {
    let data = env::temp_dir().join(format!("confab-size-{}", std::process::id()));
    let mut command = Command::new(confab);
    command.args(["--listen", "127.0.0.1:0", "--data-dir"]).arg(&data).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = command.spawn().with_context(|| format!("{}", confab.display()))?;
    let sizes = ask_for_page(&mut server);
    server.kill()?;
    server.wait()?;
    fs::remove_dir_all(data)?;
    sizes
}

fn ask_for_page(server: &mut Child) -> Result<[u64; 3]> {
    let mut line = String::new();
    BufReader::new(server.stdout.take().context("no output")?).read_line(&mut line)?;
    let port: u16 = line.trim().rsplit(':').next().context("no port")?.parse()?;
    let mut sizes = [0; 3];
    for (size, coding) in sizes.iter_mut().zip(["identity", "gzip", "br"]) {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        let head = format!("Host: localhost\r\nAccept-Encoding: {coding}\r\nConnection: close");
        stream.write_all(format!("GET /r/standup HTTP/1.1\r\n{head}\r\n\r\n").as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let head_bytes = answer.windows(4).position(|window| window == b"\r\n\r\n").context("no page")?;
        *size = u64::try_from(answer.len() - head_bytes - 4)?;
    }
    Ok(sizes)
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

/// Drops comments and indentation; leaves everything else, so that nothing can break.
fn squeeze_css(css: &str) -> String {
    let mut rest = css;
    let mut bare = String::new();
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    trimmed_lines(&bare, |_| true)
}

/// Drops whole-line comments and indentation of wasm-bindgen's glue, which has no template text over several lines.
fn squeeze_js(js: &str) -> String {
    let mut in_comment = false;
    trimmed_lines(js, |line| {
        let opens = line.starts_with("/*");
        let dropped = in_comment || opens || line.starts_with("//");
        in_comment = (in_comment || opens) && !line.ends_with("*/");
        !dropped
    })
}

fn trimmed_lines(text: &str, mut keep: impl FnMut(&str) -> bool) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && keep(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{}", path.display()))
}
