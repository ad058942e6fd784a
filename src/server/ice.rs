//! What a browser is told of STUN and TURN servers: ours, under the name by which it found this page, and the operator's others.

use crate::protocol::{IceServer, PeerId};
use crate::room::Timestamp;
use crate::server::credentials::{Credentials, Holder};

/// How long a credential is good for new allocations, in milliseconds.
pub const CREDENTIAL_LIFETIME_MS: u64 = 600_000;

/// Where our own server is found.
#[derive(Debug, Clone)]
pub struct OwnTurn {
    /// UDP and TCP.
    pub port: u16,
    /// TLS, if it is served.
    pub tls_port: Option<u16>,
    /// An address to use instead of the page's, which may be a proxy's.
    pub address: Option<std::net::IpAddr>,
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
        let mut servers = Vec::new();
        if let Some(own) = &self.own {
            let credential = self.credentials.mint(Holder::Peer(peer), now.after_ms(CREDENTIAL_LIFETIME_MS));
            servers.push(IceServer { urls: vec![own.stun_url(host)], username: None, credential: None });
            servers.push(IceServer {
                urls: own.turn_urls(host),
                username: Some(credential.username),
                credential: Some(credential.password),
            });
        }
        servers.extend(self.others.iter().cloned());
        servers
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

    fn stun_url(&self, page: &str) -> String {
        format!("stun:{}:{}", self.host(page), self.port)
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

    fn made(own: Option<OwnTurn>, host: &str) -> Vec<IceServer> {
        let other = IceServer { urls: vec!["stun:other".into()], username: None, credential: None };
        let servers = IceServers::new(Credentials::new(b"secret"), own, vec![other]);
        servers.made_for(PeerId::from_bytes([1; 16]), host, Timestamp(1_000_000))
    }

    #[test]
    fn servers_are_named_as_the_page_is() {
        let own = OwnTurn { port: 3478, tls_port: Some(443), address: None };
        let servers = made(Some(own), "call.example");
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
        let own = OwnTurn { port: 5, tls_port: None, address: Some("2001:db8::1".parse().unwrap()) };
        assert_eq!(made(Some(own), "call.example")[0].urls, ["stun:[2001:db8::1]:5"]);
        assert_eq!(made(None, "call.example").len(), 1);
    }
}
