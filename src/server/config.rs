//! What the person who starts the server may choose. Every limit is a flag, every flag a variable, every default stated.

pub mod check_relay;
mod file;
mod limits;
mod proxy;
mod public_url;
pub mod tls;
mod turn;
mod value;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Parser, ValueEnum};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::StartError;
use check_relay::CheckRelay;
use tls::TlsFlags;
use value::{create_code, seconds, seconds_or_none};

pub use limits::Limits;
pub use proxy::{Proxy, ProxyHeader};
pub use public_url::{PublicUrl, bare_authority};
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
Stop it with Ctrl-C or SIGTERM: calls go on, and their pages come back by themselves. A second time stops it at once.";

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

    /// What somebody has to know who opens a room that nobody is in; guests come in freely once it is open
    /// [default: anybody may open rooms]
    #[arg(long, env = "CONFAB_CREATE_CODE", value_name = "CODE", hide_env_values = true, value_parser = create_code)]
    pub create_code: Option<String>,

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

    /// Seconds for which a server that is told to stop goes on relaying the calls that it relays; 0 to stop at once
    #[arg(long, env = "CONFAB_DRAIN", default_value = "10", value_name = "SECONDS", value_parser = seconds_or_none)]
    pub drain: Duration,

    /// What stands in front of it
    #[command(flatten, next_help_heading = "Behind a proxy")]
    pub proxy: Proxy,

    /// Where the certificate for https comes from
    #[command(flatten, next_help_heading = "HTTPS")]
    pub tls: TlsFlags,
    /// STUN and TURN
    #[command(flatten, next_help_heading = "STUN and TURN")]
    pub turn: Turn,

    /// How much of everything there may be
    #[command(flatten, next_help_heading = "Limits")]
    pub limits: Limits,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
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
    /// Whether who shows this may open a room that nobody is in. Compares in constant time.
    pub fn may_open_rooms(&self, shown: Option<&str>) -> bool {
        let digest = |code: &str| Sha256::digest(code.as_bytes());
        let is_it = |code: &String| shown.is_some_and(|shown| digest(shown).ct_eq(&digest(code)).into());
        self.create_code.as_ref().is_none_or(is_it)
    }

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

#[cfg(test)]
mod tests;
