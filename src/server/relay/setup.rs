//! From what the operator chose to a running relay: which addresses of this machine it listens on, relays from, and tells.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, ipproto, listen, socket_with, sockopt};

use super::alternative::Alternative;
use super::bucket::Rate;
use super::core::{RelayAddress, RelayConfig, RelayLimits};
use super::driver::{Listeners, RelayHandle, StreamLimits};
use super::peers::{PeerRules, is_special};
use crate::server::addresses;
use crate::server::clock::Clock;
use crate::server::config::{Config, TURN_PORT, Turn};
use crate::server::credentials::Credentials;
use crate::server::error::StartError;
use crate::server::places::Places;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// A running relay, and the port at which clients find it.
#[derive(Debug)]
pub struct StartedRelay {
    /// The relay.
    pub handle: RelayHandle,
    /// UDP and TCP.
    pub port: u16,
    /// STUN at another port, if there is to be one.
    pub alternative: Option<Alternative>,
    /// Others have to be told where it is, and it is not known.
    pub address_unknown: bool,
}

/// Starts the relay, unless the operator wants none.
pub fn start(config: &Config, credentials: &Credentials, clock: Clock) -> Result<Option<StartedRelay>, StartError> {
    let turn = &config.turn;
    if turn.no_turn {
        return Ok(None);
    }
    let interfaces = addresses::all().map_err(StartError::Interfaces)?;
    let mut opened = open_listeners(config, &interfaces);
    // Any port will do: the system's choice for UDP may be taken for TCP.
    let attempts = if wanted(config).iter().any(|address| address.port() == 0) { 16 } else { 0 };
    for _ in 0..attempts {
        if opened.is_ok() {
            break;
        }
        opened = open_listeners(config, &interfaces);
    }
    let (listeners, port) = opened?;
    let alternative = open_alternative(config, &listeners)?;
    let at: Vec<IpAddr> =
        listeners.datagram.iter().filter_map(|socket| socket.local_addr().ok()).map(|at| at.ip()).collect();
    let relayed = relay_addresses(turn, &at);
    let address_unknown = is_address_unknown(&relayed);
    tell_what_is_missing(&relayed);
    let relay = RelayConfig {
        realm: turn.turn_realm.clone(),
        credentials: credentials.clone(),
        ports: turn.relay_ports.clone(),
        peers: peer_rules(turn, &interfaces, &relayed),
        limits: limits(turn),
        addresses: relayed,
    };
    let limits = &config.limits;
    let places = Places::new(limits.max_connections, limits.max_sockets_per_address);
    let limits = StreamLimits { places, patience: limits.header_timeout };
    let handle = RelayHandle::start(listeners, relay, limits, clock).map_err(StartError::Runtime)?;
    Ok(Some(StartedRelay { handle, port, alternative, address_unknown }))
}

/// Where clients come to: what was asked for, or this computer alone when its pages are for it alone.
fn wanted(config: &Config) -> Vec<SocketAddr> {
    if !config.turn.turn_listen.is_empty() {
        return config.turn.turn_listen.clone();
    }
    if config.listen.ip().is_loopback() {
        return vec![SocketAddr::new(config.listen.ip(), TURN_PORT)];
    }
    [IpAddr::from(Ipv4Addr::UNSPECIFIED), IpAddr::from(Ipv6Addr::UNSPECIFIED)]
        .map(|ip| SocketAddr::new(ip, TURN_PORT))
        .into()
}

/// Datagrams are answered from the address that they were sent to, so each address has its own socket.
fn open_listeners(config: &Config, interfaces: &[IpAddr]) -> Result<(Listeners, u16), StartError> {
    let mut listeners = Listeners::default();
    let mut first_port = None;
    let has_ipv6 = interfaces.iter().any(IpAddr::is_ipv6);
    for mut address in wanted(config) {
        if address.is_ipv6() && address.ip().is_unspecified() && !has_ipv6 {
            continue;
        }
        let taken = |address| move |error| StartError::ListenTurn { address, flag: "--turn-listen", error };
        let ips: Vec<IpAddr> = if address.ip().is_unspecified() {
            interfaces.iter().filter(|ip| ip.is_ipv4() == address.is_ipv4()).copied().collect()
        } else {
            vec![address.ip()]
        };
        for ip in ips {
            let at = SocketAddr::new(ip, address.port());
            let socket = UdpSocket::bind(at).map_err(taken(at))?;
            address.set_port(socket.local_addr().map_err(taken(at))?.port());
            listeners.datagram.push(socket);
        }
        listeners.stream.push(stream_listener(address).map_err(taken(address))?);
        first_port.get_or_insert(address.port());
    }
    Ok((listeners, first_port.unwrap_or(TURN_PORT)))
}

/// One port on every address that datagrams come to.
fn open_alternative(config: &Config, listeners: &Listeners) -> Result<Option<Alternative>, StartError> {
    let wished = config.turn.stun_alt_port;
    if wished == 0 || listeners.datagram.is_empty() {
        return Ok(None);
    }
    let addresses = listeners.datagram.iter().filter_map(|socket| socket.local_addr().ok());
    // Several ports of one address have one second port.
    let ips: BTreeSet<IpAddr> = addresses.map(|address| address.ip()).collect();
    // Where any port will do for the first, any will do for the second.
    let any_port = wanted(config).iter().any(|address| address.port() == 0);
    let (mut port, attempts) = if any_port { (0, 16) } else { (wished, 1) };
    let mut opened = bind_all(&ips, &mut port);
    for _ in 1..attempts {
        if opened.is_ok() {
            break;
        }
        port = 0;
        opened = bind_all(&ips, &mut port);
    }
    Alternative::start(opened?, port).map(Some).map_err(StartError::Runtime)
}

/// Sockets on all these addresses; the first one chooses the port if none is given.
fn bind_all(ips: &BTreeSet<IpAddr>, port: &mut u16) -> Result<Vec<UdpSocket>, StartError> {
    let bind_one = |ip: &IpAddr| {
        let address = SocketAddr::new(*ip, *port);
        let taken = |error| StartError::ListenTurn { address, flag: "--stun-alt-port", error };
        let socket = UdpSocket::bind(address).map_err(taken)?;
        *port = socket.local_addr().map_err(taken)?.port();
        Ok(socket)
    };
    ips.iter().map(bind_one).collect()
}

/// A listener of one family alone, so that the other one can have the same port.
fn stream_listener(address: SocketAddr) -> io::Result<TcpListener> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, Some(ipproto::TCP))?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, true)?;
    }
    bind(&socket, &address)?;
    listen(&socket, BACKLOG)?;
    Ok(TcpListener::from(socket))
}

/// Relayed ports are opened where clients come to, and told under the name that those addresses have outside.
fn relay_addresses(turn: &Turn, listening: &[IpAddr]) -> Vec<RelayAddress> {
    let outside = |local: IpAddr| {
        let covering = turn.turn_external_ip.iter().find(|ip| ip.covers(local));
        RelayAddress { local, external: covering.map_or(local, |ip| ip.external) }
    };
    let mut addresses: Vec<RelayAddress> = listening.iter().map(|ip| outside(*ip)).collect();
    // Others first need to reach it; the loopback address is for those who came by it.
    addresses.sort_by_key(|address| (address.local.is_loopback(), is_special(address.external)));
    addresses
}

fn peer_rules(turn: &Turn, interfaces: &[IpAddr], addresses: &[RelayAddress]) -> PeerRules {
    let told = addresses.iter().flat_map(|address| [address.local, address.external]);
    let own = interfaces.iter().copied().chain(told).collect();
    PeerRules::new(own, turn.turn_allow.clone(), turn.turn_deny.clone())
}

fn limits(turn: &Turn) -> RelayLimits {
    let bytes = turn.relay_kbit_per_peer * 1_000 / 8;
    RelayLimits {
        allocations: turn.max_allocations,
        allocations_each: turn.max_allocations_per_peer,
        permissions: turn.max_permissions,
        bytes_each: Rate { per_second: bytes, burst: bytes },
        challenges: Rate { per_second: turn.turn_challenge_rate, burst: turn.turn_challenge_rate.saturating_mul(5) },
    }
}

/// Whether no address that it tells is known on the internet, although it is for more than this computer.
fn is_address_unknown(addresses: &[RelayAddress]) -> bool {
    let for_others = addresses.iter().any(|address| !address.local.is_loopback());
    for_others && addresses.iter().all(|address| is_special(address.external))
}

fn tell_what_is_missing(addresses: &[RelayAddress]) {
    if addresses.iter().all(|address| address.local.is_loopback()) {
        tracing::info!("TURN is for this computer alone, as --listen is");
    } else if is_address_unknown(addresses) {
        tracing::warn!(
            "this machine has no public address: TURN helps inside its own network only (say --turn-external-ip behind a router)"
        );
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn turn(flags: &[&str]) -> Turn {
        Config::parse_from(["confab"].iter().chain(flags)).turn
    }

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_relay_is_as_open_as_the_pages() {
        let at = |flags: &[&str]| {
            let config = Config::parse_from(["confab"].iter().chain(flags));
            wanted(&config).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(at(&[]), ["127.0.0.1:3478"]);
        assert_eq!(at(&["--listen", "[::1]:80"]), ["[::1]:3478"]);
        assert_eq!(at(&["--listen", "0.0.0.0:80"]), ["0.0.0.0:3478", "[::]:3478"]);
        assert_eq!(at(&["--turn-listen", "10.0.0.1:5,10.0.0.2:6"]), ["10.0.0.1:5", "10.0.0.2:6"]);
    }

    #[test]
    fn what_others_can_reach_comes_first() {
        let listening = ips(&["127.0.0.1", "10.0.0.2", "198.41.0.1"]);
        let external = |flags: &[&str]| {
            relay_addresses(&turn(flags), &listening).iter().map(|address| address.external).collect::<Vec<_>>()
        };
        assert_eq!(external(&[]), ips(&["198.41.0.1", "10.0.0.2", "127.0.0.1"]));
        assert_eq!(external(&["--turn-external-ip", "198.41.0.7/10.0.0.2"])[..2], ips(&["198.41.0.7", "198.41.0.1"]));
    }

    #[test]
    fn every_address_of_the_machine_is_its_own() {
        let turn = turn(&["--turn-external-ip", "198.41.0.7", "--turn-allow", "10.0.0.0/8"]);
        let interfaces = ips(&["127.0.0.1", "10.0.0.2"]);
        let rules = peer_rules(&turn, &interfaces, &relay_addresses(&turn, &interfaces[1..]));
        for ip in ["127.0.0.1", "10.0.0.2", "198.41.0.7"] {
            assert!(rules.is_own(ip.parse().unwrap()), "{ip}");
        }
    }
}
