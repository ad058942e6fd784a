//! What a browser is told of STUN and TURN servers: ours, under the name by which it found this page, and the operator's others.

use crate::protocol::{CheckInvitation, IceServer, PeerId};
use crate::room::Timestamp;
use crate::server::credentials::{Credential, Credentials, Holder};

/// How long a credential is good for new allocations, in milliseconds.
pub const CREDENTIAL_LIFETIME_MS: u64 = 600_000;

/// How long the credential of a connection check is good, in milliseconds.
pub const CHECK_LIFETIME_MS: u64 = 120_000;

/// Where our own server is found.
#[derive(Debug, Clone)]
pub struct OwnTurn {
    /// UDP and TCP.
    pub port: u16,
    /// TLS, if it is served.
    pub tls_port: Option<u16>,
    /// STUN alone, beside the first.
    pub alternative_port: Option<u16>,
    /// An address to use instead of the page's, which may be a proxy's.
    pub address: Option<std::net::IpAddr>,
    /// Others have to be told where it is, and it is not known.
    pub address_unknown: bool,
}

/// Makes `iceServers`.
#[derive(Debug, Clone)]
pub struct IceServers {
    credentials: Credentials,
    own: Option<OwnTurn>,
    others: Vec<IceServer>,
}

impl IceServers {
    /// Of our own server, if there is one, and these others.
    pub fn new(credentials: Credentials, own: Option<OwnTurn>, others: Vec<IceServer>) -> Self {
        Self { credentials, own, others }
    }

    /// For this person, whose page came from `host` (without port; IPv6 in brackets).
    pub fn made_for(&self, peer: PeerId, host: &str, now: Timestamp) -> Vec<IceServer> {
        let credential = self.credentials.mint(Holder::Peer(peer), now.after_ms(CREDENTIAL_LIFETIME_MS));
        let own = self.own.iter().flat_map(|own| own.servers(host, credential.clone()));
        own.chain(self.others.iter().cloned()).collect()
    }

    /// For somebody who tests their connection. Not the operator's others: their credentials are for members.
    pub fn for_check(&self, number: u64, host: &str, now: Timestamp) -> CheckInvitation {
        let expires = now.after_ms(CHECK_LIFETIME_MS);
        let credential = self.credentials.mint(Holder::Check(number), expires);
        let own = self.own.as_ref();
        CheckInvitation {
            ice_servers: own.map(|own| own.servers(host, credential).into()).unwrap_or_default(),
            alternative_stun: own.and_then(|own| own.alternative_url(host)),
            address_unknown: own.is_some_and(|own| own.address_unknown),
            other_servers: !self.others.is_empty(),
            now_ms: now.0,
            expires_ms: expires.0,
        }
    }
}

impl OwnTurn {
    fn host(&self, page: &str) -> String {
        match self.address {
            Some(std::net::IpAddr::V6(ip)) => format!("[{ip}]"),
            Some(std::net::IpAddr::V4(ip)) => ip.to_string(),
            None => page.to_owned(),
        }
    }

    fn servers(&self, page: &str, credential: Credential) -> [IceServer; 2] {
        let stun = IceServer { urls: vec![self.stun_url(page)], username: None, credential: None };
        let (username, credential) = (Some(credential.username), Some(credential.password));
        [stun, IceServer { urls: self.turn_urls(page), username, credential }]
    }

    fn stun_url(&self, page: &str) -> String {
        format!("stun:{}:{}", self.host(page), self.port)
    }

    fn alternative_url(&self, page: &str) -> Option<String> {
        self.alternative_port.map(|port| format!("stun:{}:{port}", self.host(page)))
    }

    /// The best way first. A certificate is for the page's name, never for an address.
    fn turn_urls(&self, page: &str) -> Vec<String> {
        let host = self.host(page);
        let plain = ["udp", "tcp"].map(|transport| format!("turn:{host}:{}?transport={transport}", self.port));
        let tls = self.tls_port.map(|port| format!("turns:{page}:{port}?transport=tcp"));
        plain.into_iter().chain(tls).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: OwnTurn = OwnTurn {
        port: 3478,
        tls_port: Some(443),
        alternative_port: Some(3479),
        address: None,
        address_unknown: false,
    };

    fn servers(own: Option<OwnTurn>) -> IceServers {
        let other = IceServer { urls: vec!["stun:other".into()], username: None, credential: None };
        IceServers::new(Credentials::new(b"secret"), own, vec![other])
    }

    fn made(own: Option<OwnTurn>, host: &str) -> Vec<IceServer> {
        servers(own).made_for(PeerId::from_bytes([1; 16]), host, Timestamp(1_000_000))
    }

    #[test]
    fn a_check_is_told_of_our_own_servers_alone() {
        let check = servers(Some(OWN)).for_check(7, "call.example", Timestamp(1_000_000));
        assert_eq!(check.ice_servers.len(), 2);
        assert_eq!(check.ice_servers[1].username.as_deref(), Some("1120:check-0000000000000007"));
        assert_eq!(check.alternative_stun.as_deref(), Some("stun:call.example:3479"));
        assert!(check.other_servers && !check.address_unknown);
        assert_eq!((check.now_ms, check.expires_ms), (1_000_000, 1_120_000));
        let none = servers(None).for_check(7, "call.example", Timestamp(1_000_000));
        assert_eq!((none.ice_servers, none.alternative_stun), (vec![], None));
    }

    #[test]
    fn servers_are_named_as_the_page_is() {
        let servers = made(Some(OWN), "call.example");
        assert_eq!(servers[0].urls, ["stun:call.example:3478"]);
        assert_eq!(
            servers[1].urls,
            [
                "turn:call.example:3478?transport=udp",
                "turn:call.example:3478?transport=tcp",
                "turns:call.example:443?transport=tcp"
            ]
        );
        assert_eq!(servers[1].username.as_deref(), Some("1600:01010101010101010101010101010101"));
        assert_eq!(servers[2].urls, ["stun:other"]);
    }

    #[test]
    fn behind_a_proxy_they_have_an_address_of_their_own() {
        let own = OwnTurn { port: 5, tls_port: None, address: Some("2001:db8::1".parse().unwrap()), ..OWN };
        assert_eq!(made(Some(own), "call.example")[0].urls, ["stun:[2001:db8::1]:5"]);
        assert_eq!(made(None, "call.example").len(), 1);
    }
}
