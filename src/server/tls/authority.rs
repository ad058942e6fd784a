//! A certificate authority for a network without a domain: made once, trusted once by each device, good for nothing else.
//!
//! Whoever steals its key must not be able to pose as somebody's bank, so it may only vouch for private addresses and
//! names, and for what this server was called when it was made (name constraints: RFC 5280, section 4.2.1.10). It signs
//! certificates for servers, not for other authorities. Its certificates live in memory and a year at most.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base64ct::{Base64, Encoding};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::sign::CertifiedKey;

use super::error::CertificateError;
use super::provider;
use crate::server::{addresses, secret};

/// Its key and certificate, in the data folder.
pub const FILE: &str = "ca.pem";
const DAY: Duration = Duration::from_secs(86_400);
const AUTHORITY_LIVES: Duration = Duration::from_secs(3_652 * 86_400);
/// Apple's limit is 398 days for those that everybody trusts; the others may as well keep to it.
const CERTIFICATE_LIVES: Duration = Duration::from_secs(397 * 86_400);
/// A month before its end a certificate is replaced.
const ISSUE_AGAIN_AFTER: Duration = Duration::from_secs(366 * 86_400);

/// Names that no public authority vouches for, with all names below them.
const PRIVATE_NAMES: [&str; 5] = ["localhost", "local", "lan", "internal", "home.arpa"];
const PRIVATE_NETWORKS: [&str; 9] = [
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

/// The authority and what it vouches for.
#[derive(Debug)]
pub struct Authority {
    file: PathBuf,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    listen: IpAddr,
    public_host: Option<String>,
    issued: Mutex<Issued>,
}

/// For which names the last certificate was asked for, and when.
#[derive(Debug)]
struct Issued {
    names: Vec<String>,
    at: SystemTime,
}

impl Authority {
    /// The authority in this folder, made if it is not there.
    pub fn load_or_create(
        folder: &Path,
        listen: IpAddr,
        public_host: Option<String>,
    ) -> Result<Self, CertificateError> {
        let file = folder.join(FILE);
        let names = names_for(listen, public_host.as_deref());
        let make = || create(&names).map(String::into_bytes).map_err(std::io::Error::other);
        let unusable = |error| CertificateError::AuthorityFile { file: file.clone(), error };
        let text = secret::made_once(folder, FILE, make).map_err(unusable)?;
        let damaged = || CertificateError::AuthorityUseless(file.clone());
        let certificate = CertificateDer::from_pem_slice(&text).map_err(|_| damaged())?;
        let key = PrivateKeyDer::from_pem_slice(&text).map_err(|_| damaged())?;
        let key = KeyPair::try_from(&key).map_err(|_| damaged())?;
        let issued = Mutex::new(Issued { names: Vec::new(), at: SystemTime::UNIX_EPOCH });
        let issuer = Issuer::new(parameters(&key), key);
        Ok(Self { file, certificate, issuer, listen, public_host, issued })
    }

    /// A certificate for everything that this server is called now and that the authority may vouch for.
    pub fn issue(&self) -> Result<CertifiedKey, CertificateError> {
        let wanted = names_for(self.listen, self.public_host.as_deref());
        *self.issued() = Issued { names: wanted.clone(), at: SystemTime::now() };
        let (allowed, refused): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|name| self.may_vouch_for(name));
        if !allowed.iter().any(|name| name == "localhost") {
            return Err(CertificateError::AuthorityUseless(self.file.clone()));
        }
        if let Some(host) = self.public_host.as_ref().filter(|host| refused.contains(host)) {
            return Err(CertificateError::AuthorityElsewhere { file: self.file.clone(), host: host.clone() });
        }
        if !refused.is_empty() {
            tracing::warn!(?refused, file = %self.file.display(), "the authority may not vouch for some addresses");
        }
        let (certificate, key) = self.sign(allowed)?;
        Ok(super::certified(vec![certificate, self.certificate.clone()], key)?)
    }

    /// Whether it is time for another certificate: this one is old, or the server has other addresses.
    pub fn is_due(&self) -> bool {
        let issued = self.issued();
        let age = SystemTime::now().duration_since(issued.at).unwrap_or_default();
        age > ISSUE_AGAIN_AFTER || issued.names != names_for(self.listen, self.public_host.as_deref())
    }

    /// The authority's own certificate, as devices take it.
    pub fn certificate_pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// By which people recognise it: SHA-256 of its certificate.
    pub fn fingerprint(&self) -> String {
        let pairs: Vec<String> = Sha256::digest(&self.certificate).iter().map(|byte| format!("{byte:02X}")).collect();
        pairs.join(":")
    }

    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, names: Vec<String>) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
        let mut wanted = CertificateParams::new(names)?;
        live_from_yesterday(&mut wanted, CERTIFICATE_LIVES);
        wanted.distinguished_name.push(DnType::CommonName, "Confab");
        wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        wanted.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok((wanted.signed_by(&key, &self.issuer)?.into(), key.into()))
    }

    /// Asks as a browser would: a certificate for this name alone, judged by who trusts this authority.
    fn may_vouch_for(&self, name: &str) -> bool {
        let mut trusted = RootCertStore::empty();
        let (Ok((certificate, _)), Ok(()), Ok(name)) = (
            self.sign(vec![name.to_owned()]),
            trusted.add(self.certificate.clone()),
            ServerName::try_from(name.to_owned()),
        ) else {
            return false;
        };
        let browser = WebPkiServerVerifier::builder_with_provider(trusted.into(), provider()).build();
        browser.is_ok_and(|it| it.verify_server_cert(&certificate, &[], &name, &[], UnixTime::now()).is_ok())
    }
}

/// Key and certificate of a new authority.
fn create(names: &[String]) -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut wanted = parameters(&key);
    live_from_yesterday(&mut wanted, AUTHORITY_LIVES);
    let mut permitted: Vec<GeneralSubtree> = PRIVATE_NAMES.map(|name| GeneralSubtree::DnsName(name.to_owned())).into();
    permitted.extend(PRIVATE_NETWORKS.iter().filter_map(|text| text.parse().ok()).map(GeneralSubtree::IpAddress));
    permitted.extend(names.iter().map(|name| subtree(name)));
    wanted.name_constraints = Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: Vec::new() });
    let certificate = wanted.self_signed(&key)?;
    Ok(pem("CERTIFICATE", certificate.der()) + &pem("PRIVATE KEY", key.serialized_der()))
}

/// What follows from the key alone: the same whenever the authority is read again.
fn parameters(key: &KeyPair) -> CertificateParams {
    let number = base16ct::lower::encode_string(&Sha256::digest(key.public_key_raw())[..4]);
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name.push(DnType::CommonName, format!("Confab {number}"));
    wanted.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    wanted
}

/// Names have those below them with them, and a public IPv6 address its network: it changes every day.
fn subtree(name: &str) -> GeneralSubtree {
    match name.parse() {
        Ok(IpAddr::V4(address)) => GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address.into(), 32)),
        Ok(IpAddr::V6(address)) => GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address.into(), 64)),
        Err(_) => GeneralSubtree::DnsName(name.to_owned()),
    }
}

/// Clocks on desks may be slow.
fn live_from_yesterday(wanted: &mut CertificateParams, life: Duration) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    wanted.not_before = date_time_ymd(1970, 1, 1) + now.saturating_sub(DAY);
    wanted.not_after = wanted.not_before + life;
}

/// PEM (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    let text = Base64::encode_string(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// What this server is called: addresses as people type them.
fn names_for(listen: IpAddr, public_host: Option<&str>) -> Vec<String> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
    names.extend(public_host.map(str::to_owned));
    if listen.is_unspecified() {
        names.extend(addresses::of_interfaces().iter().map(IpAddr::to_string));
    } else {
        names.push(listen.to_canonical().to_string());
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

#[cfg(test)]
mod tests;
