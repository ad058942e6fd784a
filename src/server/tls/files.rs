//! A certificate and its key in two PEM files, which something else renews from time to time.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::error::CertificateError;

const CERT: &str = "--tls-cert";
const KEY: &str = "--tls-key";

/// The two files, and how they looked the last time.
#[derive(Debug)]
pub struct Files {
    cert: PathBuf,
    key: PathBuf,
    seen: Mutex<[Option<Look>; 2]>,
}

/// What changes when a file is written or replaced; none if it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Files {
    /// These two.
    pub fn new(cert: PathBuf, key: PathBuf) -> Self {
        let seen = Mutex::new([look(&cert), look(&key)]);
        Self { cert, key, seen }
    }

    /// Whether they look different from the last time that this was asked.
    pub fn changed(&self) -> bool {
        let now = [look(&self.cert), look(&self.key)];
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *seen, now) != now
    }

    /// Reads both.
    pub fn load(&self) -> Result<CertifiedKey, CertificateError> {
        let text = read(&self.cert, CERT)?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect();
        if certificates.is_empty() {
            return Err(CertificateError::Empty { flag: CERT, file: self.cert.clone(), wanted: "certificate" });
        }
        let empty = |_| CertificateError::Empty { flag: KEY, file: self.key.clone(), wanted: "private key" };
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key, KEY)?).map_err(empty)?;
        let (cert_file, key_file) = (self.cert.clone(), self.key.clone());
        super::certified(certificates, key).map_err(|error| CertificateError::Unfit {
            cert: cert_file,
            key: key_file,
            error,
        })
    }
}

fn read(file: &Path, flag: &'static str) -> Result<Vec<u8>, CertificateError> {
    fs::read(file).map_err(|error| CertificateError::Unreadable { flag, file: file.to_owned(), error })
}

fn look(file: &Path) -> Option<Look> {
    let metadata = fs::metadata(file).ok()?;
    let modified = (metadata.mtime(), metadata.mtime_nsec());
    Some(Look { inode: metadata.ino(), bytes: metadata.len(), modified })
}
