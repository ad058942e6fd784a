//! What a page loads, compressed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result};

/// What every page loads at once, beside its HTML.
const AT_ONCE: [&str; 4] = ["confab.js", "confab.wasm", "confab.css", "favicon.svg"];

/// Plain, gzip, brotli.
type Sizes = [u64; 3];

/// A line for each file of a room page and their sum, which is all that it needs to be in a call; then what comes later.
pub fn print(out: &Path, confab: &Path) -> Result<()> {
    let names: BTreeMap<String, String> = serde_json::from_slice(&fs::read(out.join("assets.json"))?)?;
    let sizes_of = |name: &str| -> Result<Sizes> {
        let hashed = names.get(name).with_context(|| format!("no {name}"))?;
        let length = |suffix: &str| Ok::<_, std::io::Error>(fs::metadata(out.join(format!("{hashed}{suffix}")))?.len());
        Ok([length("")?, length(".gz")?, length(".br")?])
    };
    let mut rows = vec![("room page", page_sizes(confab)?)];
    for name in AT_ONCE {
        rows.push((name, sizes_of(name)?));
    }
    // The words of one language: of the one that takes the most.
    let mut words = Vec::new();
    for name in names.keys().filter(|name| name.starts_with("words.")) {
        words.push((name.as_str(), sizes_of(name)?));
    }
    rows.extend(words.into_iter().max_by_key(|(_, sizes)| sizes[2]));
    let sum = |column: usize| rows.iter().map(|(_, sizes)| sizes[column]).sum();
    rows.push(("until in a call", [sum(0), sum(1), sum(2)]));
    let later = names.keys().filter(|name| name.ends_with(".wasm") && !AT_ONCE.contains(&name.as_str()));
    let later = later.map(|name| Ok((name.as_str(), sizes_of(name)?))).collect::<Result<Vec<_>>>()?;
    let text = table("bytes", &rows) + "\n" + &table("later, if at all", &later);
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

fn table(heading: &str, rows: &[(&str, Sizes)]) -> String {
    let mut table = format!("{heading:16} {:>9} {:>9} {:>9}\n", "plain", "gzip", "brotli");
    for (name, [plain, gzip, brotli]) in rows {
        table += &format!("{name:16} {plain:>9} {gzip:>9} {brotli:>9}\n");
    }
    table
}

/// Starts the executable for a moment and asks it for a room, in each coding.
fn page_sizes(confab: &Path) -> Result<Sizes> {
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

fn ask_for_page(server: &mut Child) -> Result<Sizes> {
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
