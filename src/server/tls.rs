//! HTTPS: which certificate is shown, and how far a new connection is taken before it is known what it speaks.
//!
//! [`files`] reads what the operator names, [`authority`] makes what a LAN needs, [`trust`] tells people how to trust it,
//! [`peeked`] looks at a first byte. The cryptography is ring's, named explicitly: of two rustls would choose none.

pub mod authority;
pub mod error;
pub mod files;
pub mod peeked;
pub mod plain;
pub mod trust;

use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{TlsAcceptor, rustls};

use super::config::Config;
use super::config::tls::Certificates;
use authority::Authority;
use error::CertificateError;
use files::Files;
use peeked::Peeked;

/// How often to look whether there is a new certificate.
const LOOK_EVERY: Duration = Duration::from_secs(2);

const ALPN_HTTP: &[u8] = b"http/1.1";

/// RFC 7443.
const ALPN_TURN: &[u8] = b"stun.turn";

/// The certificate of this server, and what is needed to encrypt with it. Cheap to clone; clones are the same.
#[derive(Debug, Clone)]
pub struct Tls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Arc<ServerConfig>,
    shown: Arc<Shown>,
    source: Source,
}

/// Where certificates come from.
#[derive(Debug)]
enum Source {
    Files(Files),
    Authority(Box<Authority>),
}

/// The certificate that the next connection gets.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

/// What a new connection to an encrypted port turned out to be.
#[derive(Debug)]
pub enum Greeted<S> {
    /// HTTP, encrypted.
    Http(Encrypted<S>),
    /// STUN or TURN, encrypted.
    Stun(Encrypted<S>),
    /// HTTP that is not encrypted: somebody typed the address without https.
    Unencrypted(Peeked<S>),
}

/// An encrypted stream; both sides have read and given back one byte.
pub type Encrypted<S> = Peeked<TlsStream<Peeked<S>>>;

impl Tls {
    /// What the flags ask for, ready to be shown; `None` if they ask for no encryption.
    pub fn new(config: &Config) -> Result<Option<Self>, CertificateError> {
        let source = match config.tls.certificates()? {
            None => return Ok(None),
            Some(_) if config.public_url.as_ref().is_some_and(|url| url.scheme() != "https") => {
                return Err(CertificateError::PublicUrlWithoutTls);
            }
            Some(Certificates::Files { cert, key }) => Source::Files(Files::new(cert, key)),
            Some(Certificates::SelfSigned) => {
                let folder = config.data_folder().map_err(|_| CertificateError::NoFolder)?;
                let public_host = config.public_url.as_ref().map(|url| url.host().to_owned());
                Source::Authority(Box::new(Authority::load_or_create(&folder, config.listen.ip(), public_host)?))
            }
        };
        let shown = Arc::new(Shown(RwLock::new(Arc::new(source.load()?))));
        let mut encryption = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Encryption)?
            .with_no_client_auth()
            .with_cert_resolver(shown.clone());
        encryption.alpn_protocols = vec![ALPN_HTTP.to_vec(), ALPN_TURN.to_vec()];
        Ok(Some(Self(Arc::new(Inner { config: Arc::new(encryption), shown, source }))))
    }

    /// Makes a connection an encrypted one, and nothing else.
    pub async fn accept<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        TlsAcceptor::from(self.0.config.clone()).accept(stream).await
    }

    /// Takes a new connection so far that it is known what it speaks. The caller limits the time.
    pub async fn greet<S>(&self, stream: S) -> io::Result<Greeted<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (first, stream) = Peeked::at(stream).await?;
        if plain::is_http(first) {
            return Ok(Greeted::Unencrypted(stream));
        }
        let stream = self.accept(stream).await?;
        if stream.get_ref().1.alpn_protocol() == Some(ALPN_TURN) {
            return Ok(Greeted::Stun(Peeked::unread(stream)));
        }
        let (first, stream) = Peeked::at(stream).await?;
        Ok(if peeked::is_stun(first) { Greeted::Stun(stream) } else { Greeted::Http(stream) })
    }

    /// The authority that people have to trust first, if the certificate is of our own making.
    pub fn authority(&self) -> Option<&Authority> {
        match &self.0.source {
            Source::Files(_) => None,
            Source::Authority(authority) => Some(authority),
        }
    }

    /// Looks for a new certificate, again and again.
    pub async fn watch(self) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let tls = self.clone();
            // Files may be far away; it fails only when the server stops.
            let _ = tokio::task::spawn_blocking(move || tls.look()).await;
        }
    }

    /// Takes a new certificate if there is one. One that cannot be used is said once, and the old one stays.
    pub fn look(&self) {
        if !self.0.source.changed() {
            return;
        }
        match self.0.source.load() {
            Ok(key) => {
                self.0.shown.set(key);
                tracing::info!("there is a new certificate");
            }
            Err(error) => tracing::warn!(%error, "the new certificate cannot be used; the old one stays"),
        }
    }
}

impl Source {
    fn load(&self) -> Result<CertifiedKey, CertificateError> {
        match self {
            Self::Files(files) => files.load(),
            Self::Authority(authority) => authority.issue(),
        }
    }

    fn changed(&self) -> bool {
        match self {
            Self::Files(files) => files.changed(),
            Self::Authority(authority) => authority.is_due(),
        }
    }
}

impl Shown {
    fn set(&self, key: CertifiedKey) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// The cryptography that everything here uses.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A key that fits its certificates.
fn certified(
    certificates: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: rustls::pki_types::PrivateKeyDer<'static>,
) -> Result<CertifiedKey, rustls::Error> {
    CertifiedKey::from_der(certificates, key, &provider())
}
