//! `confab check-relay`: the flags of the server, and which server to ask.

use std::path::PathBuf;

use clap::Parser;

use super::{Config, PublicUrl};

/// The word on the command line.
pub const NAME: &str = "check-relay";

const EXAMPLES: &str = "Examples:
  confab check-relay                         the server on this machine, as its variables and confab.toml say
  confab check-relay https://call.example    as people reach it
Ends with 0 when everything that the server offers works, with 1 when something does not.";

/// Asks a running server whether its STUN and TURN work, and says so line by line.
#[derive(Debug, Clone, Parser)]
#[command(name = "confab check-relay", version, after_help = EXAMPLES)]
pub struct CheckRelay {
    /// Address of the server, with its scheme
    /// [default: --public-url, else this machine at the port of --listen]
    #[arg(value_name = "URL", value_parser = PublicUrl::parse)]
    pub url: Option<PublicUrl>,

    /// Certificate of an authority to trust besides the system's and that of --tls-self-signed, in PEM format
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// What the server was started with
    #[command(flatten)]
    pub config: Config,
}
