//! Why the server does not start: one line for the person who started it.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::tls::error::CertificateError;

/// What keeps the server from starting.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A flag or a variable is wrong.
    #[error("{0}")]
    Config(String),
    /// The configuration file is wrong.
    #[error("{}: {problem}", .path.display())]
    ConfigFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The port is not to be had.
    #[error("cannot listen on {address}: {}", explain(.error))]
    Listen {
        /// As asked for.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
    /// A port for STUN and TURN is not to be had.
    #[error("cannot serve STUN and TURN on {address}: {} (choose another with {flag}, or --no-turn)", explain_plainly(.error))]
    ListenTurn {
        /// As asked for.
        address: SocketAddr,
        /// By what.
        flag: &'static str,
        /// What the system says.
        error: std::io::Error,
    },
    /// TURN over TLS is asked for, and there is nothing to encrypt with.
    #[error("--turn-tls-listen needs a certificate (--tls-cert and --tls-key, or --tls-self-signed)")]
    TurnTlsWithoutTls,
    /// The system does not say which addresses it has.
    #[error("cannot list this machine's addresses: {0} (--no-turn does without)")]
    Interfaces(std::io::Error),
    /// The folder for the server's secret cannot be used.
    #[error("cannot use the data folder {}: {error} (choose another with --data-dir)", .folder.display())]
    DataDir {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// What was kept of locks and removals cannot be read.
    #[error("{} is damaged in line {line}: repair it, or move it away to start without the locks and removals in it", .path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// There is no folder for the server's secret.
    #[error("where is the data folder? Neither --data-dir nor HOME is set")]
    NoDataDir,
    /// The system has no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The executable was built before its pages' files.
    #[error("this executable was built without its web files; build it with `make build`")]
    NoAssets,
    /// There is no certificate to serve https with.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A certificate that was named cannot be read.
    #[error("cannot read the certificate {}: {error} (--ca)", .path.display())]
    CannotTrust {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Threads or signal handlers cannot be had.
    #[error("cannot start: {0}")]
    Runtime(std::io::Error),
}

fn explain(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return "the port is in use (choose another with --listen)".into();
    }
    error.to_string()
}

fn explain_plainly(error: &std::io::Error) -> String {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return "the port is in use".into();
    }
    error.to_string()
}
