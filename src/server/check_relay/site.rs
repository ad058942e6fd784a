//! The way to a server: HTTP, HTTPS and the WebSocket, as a program that is no browser goes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::header::{CONNECTION, HOST, ORIGIN, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{Method, Request, Response, StatusCode};
use base64ct::{Base64, Encoding};
use futures_util::{SinkExt, StreamExt};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::protocol::{CheckInvitation, ClientMessage, RoomId, ServerMessage, VERSION};
use crate::server::config::PublicUrl;
use crate::server::config::check_relay::CheckRelay;
use crate::server::error::StartError;
use crate::server::relay::driver::Stream;
use crate::server::tls::error::CertificateError;
use crate::server::tls::{authority, provider};

/// Whatever takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_ANSWER_BYTES: usize = 64 * 1024;
/// A room that nobody is in: a greeting tells nobody.
const ROOM: &str = "r/connection-check";

/// Where systems keep the authorities that they trust; the first that is there counts.
const SYSTEM_ROOTS: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Why the server could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Nobody is there, or it is not encrypted as it should be.
    #[error("cannot be reached: {0}")]
    Connection(#[from] io::Error),
    /// Nothing came in time.
    #[error("does not answer in time")]
    Silent,
    /// HTTP went wrong.
    #[error("does not answer as a web server does: {0}")]
    Http(#[from] hyper::Error),
    /// It said something else.
    #[error("refuses with HTTP status {0}")]
    Refused(StatusCode),
    /// There have been too many checks from here.
    #[error("has been asked too often from here: try again in a minute")]
    TooOften,
    /// It is some other program.
    #[error("gives an answer that is none of Confab's")]
    Strange,
}

/// A server, and whom to trust about who it is.
pub struct Site {
    url: PublicUrl,
    tls: TlsConnector,
}

impl Site {
    /// The server at this address.
    pub fn new(url: PublicUrl, check: &CheckRelay) -> Result<Self, StartError> {
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(CertificateError::Encryption)?
            .with_root_certificates(roots(check)?)
            .with_no_client_auth();
        Ok(Self { url, tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Where it is.
    pub fn url(&self) -> &PublicUrl {
        &self.url
    }

    /// What it gives to those who test it.
    pub async fn invitation(&self) -> Result<CheckInvitation, SiteError> {
        let request = self.request(Method::POST, "/api/check");
        let asking = async {
            let response = self.send(request).await?;
            match response.status() {
                StatusCode::OK => {}
                StatusCode::TOO_MANY_REQUESTS => return Err(SiteError::TooOften),
                StatusCode::NOT_FOUND => return Err(SiteError::Strange),
                status => return Err(SiteError::Refused(status)),
            }
            let body = to_bytes(Body::new(response.into_body()), LONGEST_ANSWER_BYTES).await;
            serde_json::from_slice(&body.map_err(|_| SiteError::Strange)?).map_err(|_| SiteError::Strange)
        };
        timeout(PATIENCE, asking).await.map_err(|_| SiteError::Silent)?
    }

    /// How long it takes to greet on the WebSocket, in microseconds.
    pub async fn greeting_us(&self) -> Result<u64, SiteError> {
        let room = RoomId::parse(ROOM).map_err(|_| SiteError::Strange)?;
        let hello = ClientMessage::Hello { version: VERSION, room, proof: None, resume: None };
        let hello = serde_json::to_string(&hello).map_err(|_| SiteError::Strange)?;
        let asking = async {
            let mut socket = self.websocket().await?;
            let asked = Instant::now();
            socket.send(Message::text(hello)).await.map_err(|_| SiteError::Strange)?;
            while let Some(Ok(message)) = socket.next().await {
                let text = message.to_text().unwrap_or_default();
                if let Ok(ServerMessage::Greeted { .. }) = serde_json::from_str(text) {
                    return Ok(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
            }
            Err(SiteError::Strange)
        };
        timeout(PATIENCE, asking).await.map_err(|_| SiteError::Silent)?
    }

    /// An encrypted connection to this host, if its certificate is right for it.
    pub async fn encrypt(&self, stream: TcpStream, host: &str) -> io::Result<Box<dyn Stream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        Ok(Box::new(self.tls.connect(name, stream).await?))
    }

    async fn websocket(&self) -> Result<WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>, SiteError> {
        let mut request = self.request(Method::GET, "/ws");
        let headers = request.headers_mut();
        // Any sixteen bytes will do; that the answer belongs to them is no question of safety here.
        for (name, value) in [
            (CONNECTION, "Upgrade"),
            (UPGRADE, "websocket"),
            (SEC_WEBSOCKET_VERSION, "13"),
            (SEC_WEBSOCKET_KEY, &Base64::encode_string(ROOM.as_bytes().get(..16).unwrap_or_default())),
            (ORIGIN, &self.url.to_string()),
        ] {
            headers.insert(name, value.parse().map_err(|_| SiteError::Strange)?);
        }
        let response = self.send(request).await?;
        match response.status() {
            StatusCode::SWITCHING_PROTOCOLS => {
                let stream = TokioIo::new(hyper::upgrade::on(response).await?);
                Ok(WebSocketStream::from_raw_socket(stream, Role::Client, None).await)
            }
            status => Err(SiteError::Refused(status)),
        }
    }

    fn request(&self, method: Method, path: &str) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        if let (Ok(uri), Ok(host)) = (path.parse(), self.url.bare_authority().parse()) {
            *request.uri_mut() = uri;
            request.headers_mut().insert(HOST, host);
        }
        request
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, SiteError> {
        let stream = TcpStream::connect((self.url.host(), self.url.port())).await?;
        let stream: Box<dyn Stream> =
            if self.url.scheme() == "https" { self.encrypt(stream, self.url.host()).await? } else { Box::new(stream) };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the answer, or with this program.
        tokio::spawn(connection.with_upgrades());
        Ok(sender.send_request(request).await?)
    }
}

/// The system's authorities, our own, and the one that was named.
fn roots(check: &CheckRelay) -> Result<RootCertStore, StartError> {
    let mut roots = RootCertStore::empty();
    let system = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let system = system.or_else(|| SYSTEM_ROOTS.iter().map(PathBuf::from).find(|path| path.exists()));
    let own = check.config.data_folder().ok().map(|folder| folder.join(authority::FILE));
    for path in [system, own].into_iter().flatten() {
        roots.add_parsable_certificates(certificates(&path).unwrap_or_default());
    }
    if let Some(path) = &check.ca {
        let named = certificates(path).map_err(|error| StartError::CannotTrust { path: path.clone(), error })?;
        roots.add_parsable_certificates(named);
    }
    Ok(roots)
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let text = fs::read(path)?;
    Ok(CertificateDer::pem_slice_iter(&text).filter_map(Result::ok).collect())
}
