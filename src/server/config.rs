//! What the person who starts the server may choose. Every limit is a flag, every flag a variable, every default stated.

pub mod check_relay;
mod file;
pub mod tls;
mod turn;

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::uri::Authority;
use clap::error::ErrorKind;
use clap::{Args, Parser, ValueEnum};

use super::error::StartError;
use crate::protocol::MAX_MESSAGE_BYTES;
use check_relay::CheckRelay;
use tls::TlsFlags;

pub use turn::{ExternalIp, TURN_PORT, Turn};

const EXAMPLES: &str = "Examples:
  confab                                     try it on this computer: http://localhost:3000
  confab --listen 0.0.0.0:8080 --public-url https://call.example
                                             behind a proxy that ends TLS for call.example
  confab --listen 0.0.0.0:3000 --tls-self-signed
                                             https for phones on this network; they trust it at /ca
  confab check-relay https://call.example    whether STUN and TURN of a running server work (check-relay --help)
  CONFAB_LOG_FORMAT=json confab              each flag is also a variable, and a line of confab.toml

Browsers give camera and microphone only to https pages, and to http://localhost.
Stop it with Ctrl-C or SIGTERM: calls go on, and their pages come back by themselves.";

/// Video calls from a room URL: one executable that renders the pages and connects the browsers.
#[derive(Debug, Clone, Parser)]
#[command(name = "confab", version, after_help = EXAMPLES)]
pub struct Config {
    /// File with further settings: each flag's long name is a key, as in listen = "0.0.0.0:8080"
    /// [default: confab.toml in the data folder, if it is there]
    #[arg(long, env = "CONFAB_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address and port to serve on; 0.0.0.0:3000 for every network of this machine
    #[arg(long, env = "CONFAB_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,

    /// What people type to get here, when that is not the address above, with its scheme
    #[arg(long, env = "CONFAB_PUBLIC_URL", value_name = "URL", value_parser = PublicUrl::parse)]
    pub public_url: Option<PublicUrl>,

    /// How to write the log (on standard error; RUST_LOG chooses what)
    #[arg(long, env = "CONFAB_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// Folder for the server's secret, which lets people back into their calls after a restart
    /// [default: confab in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, env = "CONFAB_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,

    /// How many people fit into a room (each sends to each: eight is where that ends)
    #[arg(long, env = "CONFAB_CAPACITY", default_value_t = 8, value_name = "PEOPLE",
          value_parser = clap::value_parser!(u16).range(2..=8))]
    pub capacity: u16,

    /// Seconds to wait for someone whose connection was lost
    #[arg(long, env = "CONFAB_RESUME_WINDOW", default_value = "60", value_name = "SECONDS", value_parser = seconds)]
    pub resume_window: Duration,

    /// Seconds to wait for someone who closed the page: it may be reloading
    #[arg(long, env = "CONFAB_RELOAD_GRACE", default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    pub reload_grace: Duration,

    /// Seconds that a session can be taken up again
    #[arg(long, env = "CONFAB_TOKEN_LIFETIME", default_value = "86400", value_name = "SECONDS", value_parser = seconds)]
    pub token_lifetime: Duration,

    /// Where the certificate for https comes from
    #[command(flatten, next_help_heading = "HTTPS")]
    pub tls: TlsFlags,
    /// STUN and TURN
    #[command(flatten, next_help_heading = "STUN and TURN")]
    pub turn: Turn,

    /// What one client may take
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: Limits,
}

/// What one client may take.
#[derive(Debug, Clone, Args)]
pub struct Limits {
    /// Largest message on a socket
    #[arg(long, env = "CONFAB_MAX_MESSAGE_BYTES", default_value_t = MAX_MESSAGE_BYTES, value_name = "BYTES",
          value_parser = at_least::<1024>)]
    pub max_message_bytes: usize,

    /// Signals that a socket may send at once
    #[arg(long, env = "CONFAB_SIGNAL_BURST", default_value_t = 500, value_name = "SIGNALS", value_parser = at_least_u32::<1>)]
    pub signal_burst: u32,

    /// Signals a second that a socket may send for long; more are read later
    #[arg(long, env = "CONFAB_SIGNAL_RATE", default_value_t = 100, value_name = "SIGNALS", value_parser = at_least_u32::<1>)]
    pub signal_rate: u32,

    /// Messages that may wait for a client that reads slowly
    #[arg(long, env = "CONFAB_QUEUE_MESSAGES", default_value_t = 1024, value_name = "MESSAGES", value_parser = at_least::<16>)]
    pub queue_messages: usize,

    /// Bytes that may wait for a client that reads slowly
    #[arg(long, env = "CONFAB_QUEUE_BYTES", default_value_t = 1024 * 1024, value_name = "BYTES",
          value_parser = at_least::<65536>)]
    pub queue_bytes: usize,

    /// Seconds in which a request's head must arrive
    #[arg(long, env = "CONFAB_HEADER_TIMEOUT", default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    pub header_timeout: Duration,

    /// Seconds in which a socket must say hello
    #[arg(long, env = "CONFAB_HELLO_TIMEOUT", default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    pub hello_timeout: Duration,

    /// Seconds between the signs of life that the server gives and asks for
    #[arg(long, env = "CONFAB_TICK_INTERVAL", default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    pub tick_interval: Duration,

    /// Seconds of silence, or of not reading, after which a client is taken for lost
    #[arg(long, env = "CONFAB_SILENCE_TIMEOUT", default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    pub silence_timeout: Duration,

    /// Seconds that a client may take to read one message
    #[arg(long, env = "CONFAB_WRITE_TIMEOUT", default_value = "8", value_name = "SECONDS", value_parser = seconds)]
    pub write_timeout: Duration,

    /// Connections that do not (yet) carry a socket
    #[arg(long, env = "CONFAB_MAX_CONNECTIONS", default_value_t = 16_384, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_connections: usize,

    /// Connection checks a minute from one IPv4 address or IPv6 /64
    #[arg(long, env = "CONFAB_CHECKS_PER_MINUTE", default_value_t = 30, value_name = "NUMBER", value_parser = at_least_u32::<1>)]
    pub checks_per_minute: u32,

    /// Sockets in all
    #[arg(long, env = "CONFAB_MAX_SOCKETS", default_value_t = 16_384, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_sockets: usize,

    /// Sockets from one IPv4 address or IPv6 /64 (a school behind one router is one address)
    #[arg(long, env = "CONFAB_MAX_SOCKETS_PER_ADDRESS", default_value_t = 512, value_name = "NUMBER",
          value_parser = at_least::<1>)]
    pub max_sockets_per_address: usize,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// `http(s)://host[:port]`, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: &'static str,
    authority: String,
}

impl PublicUrl {
    /// Takes an address as people write it; a slash at the end is forgiven.
    pub fn parse(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is not an address like https://call.example");
        let (scheme, rest) = text.split_once("://").ok_or_else(problem)?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => "http",
            "https" => "https",
            _ => return Err(problem()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let parsed: Authority = authority.parse().map_err(|_| problem())?;
        let port_fits = match authority.rsplit_once(':') {
            Some((_, port)) if !port.ends_with(']') => parsed.port_u16().is_some_and(|port| port > 0),
            Some(_) | None => true,
        };
        if parsed.host().is_empty() || authority.contains('@') || !port_fits {
            return Err(problem());
        }
        Ok(Self { scheme, authority })
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The name or address alone, without port and brackets.
    pub fn host(&self) -> &str {
        let bracketed = self.authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        bracketed.map_or_else(|| self.authority.split(':').next().unwrap_or_default(), |(address, _)| address)
    }

    /// The port, written or implied.
    pub fn port(&self) -> u16 {
        let implied = if self.scheme == "https" { 443 } else { 80 };
        self.authority.parse().ok().and_then(|authority: Authority| authority.port_u16()).unwrap_or(implied)
    }

    /// `host[:port]`, without the scheme's own port.
    pub fn bare_authority(&self) -> &str {
        bare_authority(self.scheme, &self.authority)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// `host[:port]` without the port that the scheme implies.
pub fn bare_authority<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let implied = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    authority.strip_suffix(implied).unwrap_or(authority)
}

/// What the command line asks for.
#[derive(Debug)]
pub enum Asked {
    /// To serve.
    Serve(Box<Config>),
    /// To ask a running server whether its STUN and TURN work.
    CheckRelay(Box<CheckRelay>),
    /// To print this and stop (`--help`, `--version`).
    Print(String),
}

/// Reads this process's command line and variables.
pub fn read() -> Result<Asked, StartError> {
    parse(std::env::args_os())
}

/// Reads a command line, the program's name first.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, StartError> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|word| word == check_relay::NAME) {
        arguments.remove(1);
        return read_as(&arguments, |check: &CheckRelay| &check.config, Asked::CheckRelay);
    }
    read_as(&arguments, |config| config, Asked::Serve)
}

/// Reads a command line of this kind, with the defaults of the file that it leads to.
fn read_as<P: Parser>(
    arguments: &[OsString],
    config_of: fn(&P) -> &Config,
    asked: fn(Box<P>) -> Asked,
) -> Result<Asked, StartError> {
    let alone = match P::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Asked::Print(error.to_string()));
        }
        Err(error) => return Err(unfit(&error)),
    };
    let parsed = match file::find(config_of(&alone))? {
        None => alone,
        Some(file) => {
            let matches = file.defaults_in(P::command())?.try_get_matches_from(arguments);
            matches.and_then(|matches| P::from_arg_matches(&matches)).map_err(|error| unfit(&error))?
        }
    };
    Ok(asked(Box::new(parsed)))
}

fn unfit(error: &clap::Error) -> StartError {
    StartError::Config(one_line(&error.to_string()))
}

impl Config {
    /// The folder for the server's secret.
    pub fn data_folder(&self) -> Result<PathBuf, StartError> {
        if let Some(folder) = &self.data_dir {
            return Ok(folder.clone());
        }
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let base = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
        base.map(|base| base.join("confab")).ok_or(StartError::NoDataDir)
    }
}

/// clap explains over several lines; the first paragraph is what is wrong.
fn one_line(message: &str) -> String {
    let first: Vec<&str> = message.lines().take_while(|line| !line.starts_with("Usage")).map(str::trim).collect();
    let mut text = first.join(" ");
    if let Some((wrong, _)) = text.split_once("For more information") {
        text = wrong.to_owned();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = words.join(" ");
    format!("{} (confab --help explains)", plain.strip_prefix("error: ").unwrap_or(&plain))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    let fits = number > 0.0 && number <= 31_536_000.0;
    let time = Duration::try_from_secs_f64(number).ok().filter(|_| fits);
    time.ok_or_else(|| "not between 0 and a year of seconds".to_owned())
}

fn at_least<const MIN: usize>(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "not a number".to_owned())?;
    if number < MIN { Err(format!("less than {MIN}")) } else { Ok(number) }
}

fn at_least_u32<const MIN: u32>(text: &str) -> Result<u32, String> {
    let number: u32 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number < MIN { Err(format!("less than {MIN}")) } else { Ok(number) }
}

#[cfg(test)]
mod tests;
