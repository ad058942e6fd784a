//! What is wrong with a certificate: a reason not to start, later a reason to stay with the old one.

use std::io;
use std::path::PathBuf;

use tokio_rustls::rustls;

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// One of two flags that belong together.
    #[error("{given} needs {missing} as well")]
    HalfAPair {
        /// The flag that is there.
        given: &'static str,
        /// The flag that is not.
        missing: &'static str,
    },
    /// Two sources.
    #[error("--tls-self-signed makes its own certificate: leave out --tls-cert and --tls-key")]
    TwoSources,
    /// The public address says that connections are not encrypted.
    #[error("--public-url must begin with https:// when Confab itself serves https")]
    PublicUrlWithoutTls,
    /// There is nowhere to keep the authority.
    #[error("--tls-self-signed needs a data folder: set --data-dir or HOME")]
    NoFolder,
    /// A file cannot be read.
    #[error("cannot read {}: {error} (named by {flag})", .file.display())]
    Unreadable {
        /// What named it.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} holds no {wanted} in PEM format (named by {flag})", .file.display())]
    Empty {
        /// What named it.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// A certificate or a key.
        wanted: &'static str,
    },
    /// Certificate and key are not of one pair, or not of a kind that can be used.
    #[error("{} and {} cannot be used together: {error}", .cert.display(), .key.display())]
    Unfit {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        error: rustls::Error,
    },
    /// The authority cannot be kept in the data folder.
    #[error("cannot use {}: {error} (choose another folder with --data-dir)", .file.display())]
    AuthorityFile {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The authority is damaged or too old.
    #[error("{} is damaged or has expired: remove it to have another made, which people then have to trust", .0.display())]
    AuthorityUseless(PathBuf),
    /// The authority was made when the public address was another.
    #[error("{} may not vouch for {host}: remove it to have another made, which people then have to trust", .file.display())]
    AuthorityElsewhere {
        /// The authority's file.
        file: PathBuf,
        /// What it should vouch for.
        host: String,
    },
    /// A certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Making(#[from] rcgen::Error),
    /// rustls does not want to.
    #[error("cannot encrypt: {0}")]
    Encryption(#[from] rustls::Error),
}
