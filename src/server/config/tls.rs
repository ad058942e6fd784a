//! The flags that make Confab serve https itself.

use std::path::PathBuf;

use clap::Args;
use clap::builder::BoolishValueParser;

use crate::server::tls::error::CertificateError;

/// Where the certificate comes from; without any of these a proxy has to encrypt.
#[derive(Debug, Clone, Args)]
pub struct TlsFlags {
    /// Certificate to serve https with, its chain included, in PEM format; read again when it changes
    #[arg(long, env = "CONFAB_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of that certificate, in PEM format
    #[arg(long, env = "CONFAB_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Serve https on a network without a domain: people trust this server once, at /ca
    #[arg(long, env = "CONFAB_TLS_SELF_SIGNED", value_parser = BoolishValueParser::new())]
    pub tls_self_signed: bool,
}

/// A source of certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificates {
    /// The operator's.
    Files {
        /// The certificate and its chain.
        cert: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// Our own.
    SelfSigned,
}

impl TlsFlags {
    /// Whether any of them is given.
    pub fn is_on(&self) -> bool {
        self.tls_self_signed || self.tls_cert.is_some() || self.tls_key.is_some()
    }

    /// What the flags mean together. (clap cannot judge that: it takes values from the configuration file for defaults.)
    pub fn certificates(&self) -> Result<Option<Certificates>, CertificateError> {
        let half = |given, missing| Err(CertificateError::HalfAPair { given, missing });
        match (&self.tls_cert, &self.tls_key, self.tls_self_signed) {
            (None, None, false) => Ok(None),
            (None, None, true) => Ok(Some(Certificates::SelfSigned)),
            (Some(_), _, true) | (_, Some(_), true) => Err(CertificateError::TwoSources),
            (Some(cert), Some(key), false) => Ok(Some(Certificates::Files { cert: cert.clone(), key: key.clone() })),
            (Some(_), None, false) => half("--tls-cert", "--tls-key"),
            (None, Some(_), false) => half("--tls-key", "--tls-cert"),
        }
    }
}
