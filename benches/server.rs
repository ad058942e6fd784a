//! What the server costs: memory of an idle socket, CPU of a page and of a relayed signal. `make bench-server`.
//!
//! A server of its own process, ten thousand real clients over loopback; figures from `/proc`.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
type Socket = WebSocketStream<TcpStream>;

const SOCKETS: u64 = 10_000;
const PAGES: u64 = 3_000;
const SIGNALS: u64 = 50_000;

fn main() -> Outcome<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(measure())?;
    std::io::stdout().write_all(report.as_bytes())?;
    Ok(())
}

async fn measure() -> Outcome<String> {
    let server = Server::start()?;
    let page_us = cpu_of_pages(&server).await?;
    let signal_us = cpu_of_signals(&server).await?;
    let (socket_bytes, tick_percent) = memory_of_sockets(&server).await?;
    Ok(format!(
        "{}\nroom page, rendered:      {page_us} us CPU (goal: at most 1,000)\nrelayed signal:           {signal_us} us CPU\n\
         idle socket of {SOCKETS}:     {socket_bytes} bytes (goal: at most 12,000)\n\
         ticks for {SOCKETS} sockets:  {tick_percent} % of one core\n",
        machine()?
    ))
}

/// CPU microseconds a page, over one connection that is kept.
async fn cpu_of_pages(server: &Server) -> Outcome<u64> {
    let mut stream = TcpStream::connect(&server.address).await?;
    fetch_pages(&mut stream, server, 200).await?;
    let before = server.cpu_us()?;
    fetch_pages(&mut stream, server, PAGES).await?;
    Ok((server.cpu_us()? - before) / PAGES)
}

async fn fetch_pages(stream: &mut TcpStream, server: &Server, count: u64) -> Outcome<()> {
    let request = format!("GET /r/standup HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: br\r\n\r\n", server.address);
    let mut buffer = vec![0; 256 * 1024];
    for _ in 0..count {
        stream.write_all(request.as_bytes()).await?;
        let mut length = 0;
        while !is_whole(&buffer[..length]) {
            length += match stream.read(&mut buffer[length..]).await? {
                0 => return Err("the server hung up".into()),
                read => read,
            };
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200"));
    }
    Ok(())
}

/// Whether a response is there to its last byte.
fn is_whole(response: &[u8]) -> bool {
    let Some(end) = response.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&response[..end]).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(usize::MAX);
    response.len() - end - 4 >= length
}

/// CPU microseconds a signal of the size of a candidate, from one member to another.
async fn cpu_of_signals(server: &Server) -> Outcome<u64> {
    let (mut sender, _) = member(server, "bench", 1).await?;
    let (mut receiver, receiver_id) = member(server, "bench", 2).await?;
    let body = "x".repeat(200);
    let text = format!(r#"{{"type":"signal","to":"{receiver_id}","generation":1,"seq":1,"ack":0,"body":"{body}"}}"#);
    let before = server.cpu_us()?;
    // At most so many on their way, as a browser would; else the queue's limit cuts the receiver.
    for _ in 0..SIGNALS / 100 {
        for _ in 0..100 {
            sender.feed(Message::text(text.clone())).await?;
        }
        sender.flush().await?;
        for _ in 0..100 {
            next_of_type(&mut receiver, "signal").await?;
        }
    }
    Ok((server.cpu_us()? - before) / SIGNALS)
}

/// Resident bytes a greeted socket, and what share of a core its ticks and pings take.
async fn memory_of_sockets(server: &Server) -> Outcome<(u64, f64)> {
    let before = server.resident_bytes()?;
    for n in 0..SOCKETS {
        let socket = greeted(server, &format!("room-{n}")).await?;
        // Whoever reads answers pings.
        tokio::spawn(socket.for_each(|_| std::future::ready(())));
    }
    tokio::time::sleep(Duration::from_secs(6)).await;
    let (cpu_us, start) = (server.cpu_us()?, Instant::now());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let share = (server.cpu_us()? - cpu_us) as f64 / start.elapsed().as_micros() as f64;
    Ok(((server.resident_bytes()? - before) / SOCKETS, (share * 1000.0).round() / 10.0))
}

async fn member(server: &Server, room: &str, attempt: u64) -> Outcome<(Socket, String)> {
    let mut socket = greeted(server, room).await?;
    socket.send(Message::text(format!(r#"{{"type":"join","card":"bench","attempt":{attempt}}}"#))).await?;
    let welcome = next_of_type(&mut socket, "welcome").await?;
    let id = welcome["peer_id"].as_str().ok_or("no peer id")?.to_owned();
    Ok((socket, id))
}

async fn greeted(server: &Server, room: &str) -> Outcome<Socket> {
    let stream = TcpStream::connect(&server.address).await?;
    let mut request = format!("ws://{}/ws", server.address).into_client_request()?;
    request.headers_mut().insert("origin", format!("http://{}", server.address).parse()?);
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    socket.send(Message::text(format!(r#"{{"type":"hello","version":1,"room":"r/{room}"}}"#))).await?;
    next_of_type(&mut socket, "greeted").await?;
    Ok(socket)
}

async fn next_of_type(socket: &mut Socket, kind: &str) -> Outcome<serde_json::Value> {
    while let Some(frame) = socket.next().await {
        if let Message::Text(text) = frame? {
            let message: serde_json::Value = serde_json::from_str(&text)?;
            if message["type"] == kind {
                return Ok(message);
            }
        }
    }
    Err(format!("no {kind}").into())
}

/// The executable, started with limits that let one address do all this.
struct Server {
    process: Child,
    address: String,
    data_dir: std::path::PathBuf,
}

impl Server {
    fn start() -> Outcome<Self> {
        let data_dir = std::env::temp_dir().join(format!("confab-bench-{}", std::process::id()));
        let mut process = Command::new(env!("CARGO_BIN_EXE_confab"))
            .args([
                "--listen",
                "127.0.0.1:0",
                "--no-turn",
                "--max-sockets",
                "20000",
                "--max-sockets-per-address",
                "20000",
            ])
            .args(["--signal-burst", "1000000", "--signal-rate", "1000000"])
            .arg("--data-dir")
            .arg(&data_dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let port = line.trim().rsplit(':').next().ok_or("no port")?;
        Ok(Self { process, address: format!("127.0.0.1:{port}"), data_dir })
    }

    /// Time on a processor so far, of all threads. (`/proc/PID/stat` counts in samples of 10 ms and misses short work.)
    fn cpu_us(&self) -> Outcome<u64> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let schedstat = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += schedstat.split_whitespace().next().ok_or("no time")?.parse::<u64>()?;
        }
        Ok(nanoseconds / 1_000)
    }

    fn resident_bytes(&self) -> Outcome<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse::<u64>()? * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.data_dir);
    }
}

fn machine() -> Outcome<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo")?;
    let models: Vec<&str> = info.lines().filter_map(|line| line.strip_prefix("model name\t: ")).collect();
    Ok(format!("on {} x {}", models.len(), models.first().unwrap_or(&"unknown processor")))
}
