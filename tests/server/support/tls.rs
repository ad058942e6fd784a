//! Certificates, and clients that judge them.

use std::io::Result;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use confab::server::tls::provider;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ALL_VERSIONS, ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::{PATIENCE, TestServer};

/// A certificate for localhost and its key, in files.
pub struct Pair {
    pub cert: PathBuf,
    pub key: PathBuf,
    pub trust: Trust,
}

/// What a client trusts and offers.
#[derive(Clone)]
pub struct Trust {
    certificates: Vec<CertificateDer<'static>>,
    versions: &'static [&'static SupportedProtocolVersion],
    alpn: Vec<Vec<u8>>,
}

impl Pair {
    /// A new one, in place of the one that is there.
    pub fn write(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        std::fs::write(&cert, pem("CERTIFICATE", made.cert.der())).expect("written");
        std::fs::write(&key, pem("PRIVATE KEY", made.signing_key.serialized_der())).expect("written");
        let trust = Trust::in_these(vec![made.cert.der().clone()]);
        Self { cert, key, trust }
    }

    /// The flags that name it.
    pub fn flags(&self) -> [&str; 4] {
        ["--tls-cert", self.cert.to_str().expect("text"), "--tls-key", self.key.to_str().expect("text")]
    }
}

impl Trust {
    pub fn in_these(certificates: Vec<CertificateDer<'static>>) -> Self {
        Self { certificates, versions: ALL_VERSIONS, alpn: Vec::new() }
    }

    pub fn in_pem(text: &str) -> Self {
        Self::in_these(vec![CertificateDer::from_pem_slice(text.as_bytes()).expect("a certificate")])
    }

    pub fn in_nobody() -> Self {
        Self::in_these(Vec::new())
    }

    pub fn with_versions(self, versions: &'static [&'static SupportedProtocolVersion]) -> Self {
        Self { versions, ..self }
    }

    pub fn with_alpn(self, protocol: &str) -> Self {
        Self { alpn: vec![protocol.into()], ..self }
    }

    /// A connection to the server under this name, if its certificate is right for it.
    pub async fn connect(&self, server: &TestServer, name: &str) -> Result<TlsStream<TcpStream>> {
        self.connect_to(server.address, name).await
    }

    pub async fn connect_to(&self, address: SocketAddr, name: &str) -> Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.certificates.clone());
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(self.versions)
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols.clone_from(&self.alpn);
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let stream = TcpStream::connect(address).await?;
        timeout(PATIENCE, TlsConnector::from(Arc::new(config)).connect(name, stream)).await.expect("an answer")
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", Base64::encode_string(der))
}
