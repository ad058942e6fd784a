//! What there is to try: the servers of an invitation, one transport at a time.

use super::Step;
use crate::protocol::{CheckInvitation, IceServer};

/// How a relay is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A connection.
    Tcp,
    /// An encrypted connection.
    Tls,
}

/// A `stun:`, `turn:` or `turns:` address (RFC 7064, RFC 7065), as our servers write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    /// How.
    pub transport: Transport,
    /// Name or address, IPv6 without brackets.
    pub host: String,
    /// At which port.
    pub port: u16,
}

/// What a server has for a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Served {
    /// STUN.
    pub stun: bool,
    /// STUN at a second port.
    pub alternative: bool,
    /// TURN over UDP, TCP, TLS.
    pub turn: [bool; 3],
    /// See [`CheckInvitation::address_unknown`].
    pub address_unknown: bool,
    /// See [`CheckInvitation::other_servers`].
    pub other_servers: bool,
    /// The server's time.
    pub now_ms: u64,
}

impl Transport {
    /// From the best to the one that crosses most firewalls.
    pub const ALL: [Self; 3] = [Self::Udp, Self::Tcp, Self::Tls];
}

impl ServerUrl {
    /// Reads an address.
    pub fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once(':')?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let transport = match (scheme, query) {
            ("stun", _) | ("turn", "" | "transport=udp") => Transport::Udp,
            ("turn", "transport=tcp") => Transport::Tcp,
            ("turns", "" | "transport=tcp") => Transport::Tls,
            _ => return None,
        };
        let (host, port) = place.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        Some(Self { transport, host: host.to_owned(), port: port.parse().ok()? })
    }
}

impl Served {
    /// Of this invitation.
    pub fn of(invitation: &CheckInvitation) -> Self {
        Self {
            stun: stun_url(invitation).is_some(),
            alternative: invitation.alternative_stun.is_some(),
            turn: Transport::ALL.map(|transport| relay_over(invitation, transport).is_some()),
            address_unknown: invitation.address_unknown,
            other_servers: invitation.other_servers,
            now_ms: invitation.now_ms,
        }
    }

    /// Whether there is anything to try in this step.
    pub fn has(&self, step: Step) -> bool {
        let [udp, tcp, tls] = self.turn;
        match step {
            Step::Secure | Step::WebRtc | Step::Camera | Step::Microphone | Step::Speaker | Step::Socket => true,
            Step::Stun | Step::Ipv6 => self.stun,
            Step::Nat => self.stun && self.alternative,
            Step::TurnUdp => udp,
            Step::TurnTcp => tcp,
            Step::TurnTls => tls,
        }
    }

    /// Whether there is a relay at all.
    pub fn relays(&self) -> bool {
        self.turn.contains(&true)
    }
}

/// The address of STUN.
pub fn stun_url(invitation: &CheckInvitation) -> Option<&str> {
    urls(invitation).map(|(_, url)| url).find(|url| url.starts_with("stun:"))
}

/// The relay with the one address that goes over this transport.
pub fn relay_over(invitation: &CheckInvitation, transport: Transport) -> Option<IceServer> {
    let goes_over = |url: &str| ServerUrl::parse(url).is_some_and(|parsed| parsed.transport == transport);
    let (server, url) = urls(invitation).find(|(_, url)| !url.starts_with("stun:") && goes_over(url))?;
    Some(IceServer { urls: vec![url.to_owned()], ..server.clone() })
}

fn urls(invitation: &CheckInvitation) -> impl Iterator<Item = (&IceServer, &str)> {
    invitation.ice_servers.iter().flat_map(|server| server.urls.iter().map(move |url| (server, url.as_str())))
}
