//! What the operator may choose about STUN and TURN.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use clap::Args;
use clap::builder::BoolishValueParser;
use ipnet::IpNet;

use super::value::{at_least, at_least_u64, network};
use crate::protocol::IceServer;

/// The port of STUN and TURN (RFC 8489, section 18.6).
pub const TURN_PORT: u16 = 3478;

/// The second port, for connection checks.
pub const STUN_ALT_PORT: u16 = 3479;

/// STUN and TURN.
#[derive(Debug, Clone, Args)]
pub struct Turn {
    /// Do not be a STUN and TURN server
    #[arg(long, env = "CONFAB_NO_TURN", value_parser = BoolishValueParser::new())]
    pub no_turn: bool,

    /// Addresses and ports for STUN and TURN, UDP and TCP
    /// [default: port 3478 of this computer, or of every network if --listen is reachable from outside]
    #[arg(long, env = "CONFAB_TURN_LISTEN", value_name = "ADDRESS:PORT", value_delimiter = ',')]
    pub turn_listen: Vec<SocketAddr>,

    /// Further addresses and ports for TURN over TLS (it is served beside the pages wherever they are https)
    #[arg(long, env = "CONFAB_TURN_TLS_LISTEN", value_name = "ADDRESS:PORT", value_delimiter = ',')]
    pub turn_tls_listen: Vec<SocketAddr>,

    /// Second UDP port on the same addresses, so that a connection check can tell how a router behaves; 0 for none
    #[arg(long, env = "CONFAB_STUN_ALT_PORT", default_value_t = STUN_ALT_PORT, value_name = "PORT")]
    pub stun_alt_port: u16,

    /// Address at which this machine is known outside, when a router in front of it translates: OUTSIDE or OUTSIDE/INSIDE
    #[arg(long, env = "CONFAB_TURN_EXTERNAL_IP", value_name = "IP", value_delimiter = ',', value_parser = ExternalIp::parse)]
    pub turn_external_ip: Vec<ExternalIp>,

    /// UDP ports for relaying, which a firewall must let through
    #[arg(long, env = "CONFAB_RELAY_PORTS", default_value = "49152-65535", value_name = "FIRST-LAST", value_parser = ports)]
    pub relay_ports: RangeInclusive<u16>,

    /// Secret of TURN credentials, when another server is to make them too [default: from the data folder]
    #[arg(long, env = "CONFAB_TURN_SECRET", value_name = "SECRET", hide_env_values = true, value_parser = secret)]
    pub turn_secret: Option<String>,

    /// Realm of TURN credentials
    #[arg(long, env = "CONFAB_TURN_REALM", default_value = "confab", value_name = "NAME", value_parser = realm)]
    pub turn_realm: String,

    /// Private or special networks that may be relayed to none the less
    #[arg(long, env = "CONFAB_TURN_ALLOW", value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub turn_allow: Vec<IpNet>,

    /// Networks that may not be relayed to
    #[arg(long, env = "CONFAB_TURN_DENY", value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub turn_deny: Vec<IpNet>,

    /// Further STUN or TURN servers for browsers: stun:HOST:PORT, or turn:USER:SECRET@HOST:PORT?transport=udp
    #[arg(long = "ice-server", env = "CONFAB_ICE_SERVER", value_name = "URL", value_delimiter = ',', value_parser = ice_server)]
    pub ice_servers: Vec<IceServer>,

    /// Relayed addresses in all
    #[arg(long, env = "CONFAB_MAX_ALLOCATIONS", default_value_t = 8192, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_allocations: usize,

    /// Relayed addresses of one person
    #[arg(long, env = "CONFAB_MAX_ALLOCATIONS_PER_PEER", default_value_t = 96, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_allocations_per_peer: usize,

    /// Peers that one relayed address may exchange packets with
    #[arg(long, env = "CONFAB_MAX_PERMISSIONS", default_value_t = 64, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_permissions: usize,

    /// Kilobits a second that are relayed for one person, both ways together
    #[arg(long, env = "CONFAB_RELAY_KBIT_PER_PEER", default_value_t = 40_000, value_name = "KBIT", value_parser = at_least_u64::<64>)]
    pub relay_kbit_per_peer: u64,

    /// Answers a second to those at one address who have shown no credential (five times that at once)
    #[arg(long, env = "CONFAB_TURN_CHALLENGE_RATE", default_value_t = 200, value_name = "NUMBER", value_parser = at_least_u64::<1>)]
    pub turn_challenge_rate: u64,
}

/// An address outside, and perhaps the one inside that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExternalIp {
    /// As others see it.
    pub external: IpAddr,
    /// As this machine has it; without it, any of the same family.
    pub internal: Option<IpAddr>,
}

impl ExternalIp {
    fn parse(text: &str) -> Result<Self, String> {
        let (external, internal) = match text.split_once('/') {
            Some((external, internal)) => (external, Some(internal)),
            None => (text, None),
        };
        let address = |text: &str| text.parse::<IpAddr>().map_err(|_| format!("{text:?} is not an IP address"));
        let ip = Self { external: address(external)?, internal: internal.map(address).transpose()? };
        let same_family = ip.internal.is_none_or(|internal| internal.is_ipv4() == ip.external.is_ipv4());
        if same_family { Ok(ip) } else { Err("one address is IPv4 and the other IPv6".to_owned()) }
    }

    /// Whether it stands for this address of the machine.
    pub fn covers(&self, local: IpAddr) -> bool {
        match self.internal {
            Some(internal) => internal == local,
            None => local.is_ipv4() == self.external.is_ipv4() && !local.is_loopback(),
        }
    }
}

fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let problem = || format!("{text:?} is not a range of ports like 49152-65535");
    let (first, last) = text.split_once('-').ok_or_else(problem)?;
    let (first, last): (u16, u16) = (first.parse().map_err(|_| problem())?, last.parse().map_err(|_| problem())?);
    if first < 1024 || last < first { Err(problem()) } else { Ok(first..=last) }
}

fn secret(text: &str) -> Result<String, String> {
    if text.len() < 16 { Err("it has fewer than 16 characters".to_owned()) } else { Ok(text.to_owned()) }
}

/// Short and plain: it stands in every answer to a stranger.
fn realm(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\' && byte != b':');
    if plain && (1..=16).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("a realm is 1 to 16 letters, digits, dots or hyphens".to_owned())
    }
}

fn ice_server(text: &str) -> Result<IceServer, String> {
    let problem = || format!("{text:?} is not like stun:HOST:PORT or turn:USER:SECRET@HOST:PORT");
    let (scheme, rest) = text.split_once(':').ok_or_else(problem)?;
    let is_turn = match scheme {
        "stun" | "stuns" => false,
        "turn" | "turns" => true,
        _ => return Err(problem()),
    };
    let (login, place) = match rest.rsplit_once('@') {
        Some((login, place)) => (Some(login.split_once(':').ok_or_else(problem)?), place),
        None => (None, rest),
    };
    let host = place.split('?').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || host.contains(char::is_whitespace) || login.is_some() != is_turn {
        return Err(problem());
    }
    let (username, credential) = login.map(|(user, secret)| (user.to_owned(), secret.to_owned())).unzip();
    Ok(IceServer { urls: vec![format!("{scheme}:{place}")], username, credential })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        assert_eq!(ports("50000-50010"), Ok(50_000..=50_010));
        assert_eq!(network("10.0.0.0/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        let both = ExternalIp::parse("198.41.0.1/10.0.0.2").unwrap();
        assert!(both.covers("10.0.0.2".parse().unwrap()) && !both.covers("10.0.0.3".parse().unwrap()));
        let any = ExternalIp::parse("198.41.0.1").unwrap();
        assert!(any.covers("10.0.0.3".parse().unwrap()));
        assert!(!any.covers("127.0.0.1".parse().unwrap()) && !any.covers("fd00::1".parse().unwrap()));
        let turn = ice_server("turn:me:pass:word@turn.example:3478?transport=tcp").unwrap();
        assert_eq!(turn.urls, ["turn:turn.example:3478?transport=tcp"]);
        assert_eq!((turn.username.as_deref(), turn.credential.as_deref()), (Some("me"), Some("pass:word")));
        assert_eq!(ice_server("stun:stun.example").unwrap().username, None);
    }

    #[test]
    fn wrong_values_are_explained() {
        for text in ["65536-65537", "5-4", "x", "1-65536", "80-90", "50000", "50010-50000"] {
            assert!(ports(text).is_err(), "{text}");
        }
        for text in ["10.0.0.0/33", "10.0.0", "host", "", "10.0.0.0/8/8"] {
            assert!(network(text).is_err(), "{text}");
        }
        for text in ["198.41.0.1/", "x", "198.41.0.1/fd00::1"] {
            assert!(ExternalIp::parse(text).is_err(), "{text}");
        }
        for text in ["http:x", "turn:host", "stun:me:secret@host", "stun:", "turn:me@host", "stun: x"] {
            assert!(ice_server(text).is_err(), "{text}");
        }
        for text in ["", "a b", "much-too-long-a-name", "quo\"te"] {
            assert!(realm(text).is_err(), "{text}");
        }
    }
}
