//! Allocate: from the request to the open port (RFC 8656, section 7).

use std::net::{IpAddr, SocketAddr};

use super::owners::Quota;
use super::port::{Opening, Parity, Port, PortState};
use super::request::{Asker, error, seconds};
use super::{Output, PortId, Relay, RelayAddress};
use crate::room::Timestamp;
use crate::server::relay::allocation::{Allocation, Grant};
use crate::server::relay::stun::attribute::{
    EVEN_PORT, LIFETIME, REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT, RESERVATION_TOKEN, XOR_MAPPED_ADDRESS,
    XOR_RELAYED_ADDRESS, read_family,
};
use crate::server::relay::stun::{Class, Message, Method, Writer};

/// How often another port is tried when one is taken by another program.
const ATTEMPTS: u8 = 16;
/// How many neighbours of a port are looked at for one that we do not use ourselves.
const NEIGHBOURS: u32 = 1_024;
/// How long the second of two ports is kept (RFC 8656, section 7.2: 30 seconds at least).
const RESERVATION_MS: u64 = 30_000;
const UDP: u8 = 17;
const RESERVE_NEXT: u8 = 0x80;

/// What an Allocate asks for.
enum Wish {
    Fresh { is_ipv6: bool, parity: Parity },
    Reserved([u8; 8]),
}

impl Relay {
    pub(super) fn allocate(
        &mut self,
        now: Timestamp,
        local: IpAddr,
        message: &Message<'_>,
        asker: Asker,
    ) -> Vec<Output> {
        let refuse = |code| vec![Output::Send(asker.client, error(message, code).protect(&asker.key))];
        if let Some((_, allocation)) = self.allocation_of(&asker.client) {
            let again = allocation.transaction == message.transaction() && allocation.username == asker.username;
            return if again { vec![allocated(now, allocation)] } else { refuse(437) };
        }
        let wish = match read_wish(message) {
            Ok(_) if self.draining => return refuse(508),
            Ok(wish) => wish,
            Err(code) => return refuse(code),
        };
        let lifetime_ms = asker.lifetime_ms(now, message);
        match wish {
            Wish::Reserved(token) => match self.take_reserved(now, token, message, &asker, lifetime_ms) {
                Some(outputs) => outputs,
                None => refuse(508),
            },
            Wish::Fresh { is_ipv6, parity } => {
                let Some(address) = self.address_for(is_ipv6, local) else { return refuse(440) };
                let owner = match self.owners.take(now, asker.holder, parity.ports()) {
                    Ok(owner) => owner,
                    Err(Quota::Holder) => return refuse(486),
                    Err(Quota::Relay) => return refuse(508),
                };
                let grant =
                    Grant { username: asker.username, key: asker.key, transaction: message.transaction(), owner };
                let opening =
                    Opening { client: asker.client, grant, lifetime_ms, parity, attempts_left: ATTEMPTS, even: None };
                self.open_any(address, opening)
            }
        }
    }

    pub(super) fn port_opened(&mut self, now: Timestamp, id: PortId, opened: bool) -> Vec<Output> {
        let Some(port) = self.ports.get(id.0) else { return Vec::new() };
        let PortState::Opening(opening) = &port.state else { return Vec::new() };
        let (opening, local, external) = (opening.as_ref().clone(), port.local, port.external);
        match (opened, opening.even, opening.parity) {
            (true, None, Parity::Pair) => self.open_odd(id, local, external, opening),
            (true, Some(even), _) => self.finish_pair(now, even, id, opening),
            (true, None, Parity::Any | Parity::Even) => self.finish(now, id, opening, None),
            (false, even, _) => {
                // The quota stays taken for the next attempt.
                self.ports.remove(id.0);
                let address = RelayAddress { local: local.ip(), external: external.ip() };
                let mut outputs = Vec::new();
                if let Some(even) = even {
                    self.ports.try_remove(even.0);
                    outputs.push(Output::ClosePort(even));
                }
                outputs.extend(self.open_any(address, Opening { even: None, ..opening }));
                outputs
            }
        }
    }

    /// Asks for a port that is free as far as we know.
    fn open_any(&mut self, address: RelayAddress, mut opening: Opening) -> Vec<Output> {
        let port = self.free_port(address.external, opening.parity).filter(|_| opening.attempts_left > 0);
        let Some(port) = port else {
            self.owners.give_back(opening.grant.owner, opening.parity.ports());
            let answer = Writer::new(Method::Allocate, Class::Error, opening.grant.transaction).error_code(508);
            return vec![Output::Send(opening.client, answer.protect(&opening.grant.key))];
        };
        opening.attempts_left -= 1;
        let local = SocketAddr::new(address.local, port);
        let external = SocketAddr::new(address.external, port);
        let id = PortId(self.ports.insert(Port { local, external, state: PortState::Opening(Box::new(opening)) }));
        vec![Output::OpenPort(id, local)]
    }

    /// The even port is open: the next one must be had too.
    fn open_odd(&mut self, even: PortId, local: SocketAddr, external: SocketAddr, opening: Opening) -> Vec<Output> {
        let next = |address: SocketAddr| SocketAddr::new(address.ip(), address.port().saturating_add(1));
        let state = PortState::Opening(Box::new(Opening { even: Some(even), ..opening }));
        let port = Port { local: next(local), external: next(external), state };
        let local = port.local;
        vec![Output::OpenPort(PortId(self.ports.insert(port)), local)]
    }

    fn finish_pair(&mut self, now: Timestamp, even: PortId, odd: PortId, opening: Opening) -> Vec<Output> {
        let token = self.dice.bytes();
        let expires = now.after_ms(RESERVATION_MS);
        if let Some(port) = self.ports.get_mut(odd.0) {
            let (owner, username) = (opening.grant.owner, opening.grant.username.clone());
            port.state = PortState::Reserved { token, owner, username, expires };
            self.deadlines.insert((expires, odd));
        }
        self.finish(now, even, opening, Some(token))
    }

    fn finish(&mut self, now: Timestamp, id: PortId, opening: Opening, reservation: Option<[u8; 8]>) -> Vec<Output> {
        let Some(port) = self.ports.get_mut(id.0) else { return Vec::new() };
        let expires = now.after_ms(opening.lifetime_ms);
        let mut allocation = Allocation::new(opening.client, port.external, opening.grant, expires);
        allocation.reservation = reservation;
        let answer = allocated(now, &allocation);
        self.by_client.insert(allocation.client, id);
        self.by_relayed.insert(allocation.relayed, id);
        self.deadlines.insert((expires, id));
        port.state = PortState::Live(Box::new(allocation));
        vec![answer]
    }

    /// A port kept by EVEN-PORT becomes an allocation of whoever has its token and the same credential.
    fn take_reserved(
        &mut self,
        now: Timestamp,
        wanted: [u8; 8],
        message: &Message<'_>,
        asker: &Asker,
        lifetime_ms: u64,
    ) -> Option<Vec<Output>> {
        let is_wanted = |port: &Port| match &port.state {
            PortState::Reserved { token, username, owner, expires }
                if *token == wanted && *username == asker.username =>
            {
                Some((*owner, *expires))
            }
            PortState::Reserved { .. } | PortState::Opening(_) | PortState::Live(_) => None,
        };
        let (id, (owner, expires)) = self.ports.iter().find_map(|(id, port)| Some((PortId(id), is_wanted(port)?)))?;
        self.deadlines.remove(&(expires, id));
        let (username, key) = (asker.username.clone(), asker.key.clone());
        let grant = Grant { username, key, transaction: message.transaction(), owner };
        let (parity, attempts_left, even) = (Parity::Any, 0, None);
        let opening = Opening { client: asker.client, grant, lifetime_ms, parity, attempts_left, even };
        Some(self.finish(now, id, opening, None))
    }

    /// The address at which the client came, if it is of the right family; else the first that is.
    fn address_for(&self, is_ipv6: bool, local: IpAddr) -> Option<RelayAddress> {
        let right = || self.config.addresses.iter().filter(|address| address.local.is_ipv6() == is_ipv6);
        right().find(|address| address.local == local).or_else(|| right().next()).copied()
    }

    fn free_port(&mut self, external: IpAddr, parity: Parity) -> Option<u16> {
        let (first, last) = (u32::from(*self.config.ports.start()), u32::from(*self.config.ports.end()));
        let count = last.checked_sub(first)? + 1;
        let start = u32::try_from(self.dice.below(u64::from(count))).ok()?;
        let in_use = |port| self.by_relayed.contains_key(&SocketAddr::new(external, port));
        (0..count.min(NEIGHBOURS)).find_map(|step| {
            let port = u16::try_from(first + (start + step) % count).ok()?;
            let suits = match parity {
                Parity::Any => true,
                Parity::Even => port.is_multiple_of(2),
                Parity::Pair => port.is_multiple_of(2) && u32::from(port) < last && !in_use(port + 1),
            };
            (suits && !in_use(port)).then_some(port)
        })
    }
}

fn read_wish(message: &Message<'_>) -> Result<Wish, u16> {
    match message.attribute(REQUESTED_TRANSPORT) {
        Some([UDP, _, _, _]) => {}
        Some([_, _, _, _]) => return Err(442),
        Some(_) | None => return Err(400),
    }
    let family = message.attribute(REQUESTED_ADDRESS_FAMILY);
    let even = message.attribute(EVEN_PORT);
    if let Some(token) = message.attribute(RESERVATION_TOKEN) {
        let token = token.try_into().map_err(|_| 400_u16)?;
        return if family.is_some() || even.is_some() { Err(400) } else { Ok(Wish::Reserved(token)) };
    }
    let is_ipv6 = family.map_or(Ok(false), |value| read_family(value).ok_or(440_u16))?;
    let parity = match even {
        None => Parity::Any,
        Some([bits, ..]) if bits & RESERVE_NEXT != 0 => Parity::Pair,
        Some([_, ..]) => Parity::Even,
        Some([]) => return Err(400),
    };
    Ok(Wish::Fresh { is_ipv6, parity })
}

/// The answer to a granted Allocate.
fn allocated(now: Timestamp, allocation: &Allocation) -> Output {
    let left_ms = allocation.expires.0.saturating_sub(now.0);
    let mut answer = Writer::new(Method::Allocate, Class::Success, allocation.transaction)
        .address(XOR_RELAYED_ADDRESS, allocation.relayed)
        .number(LIFETIME, seconds(left_ms))
        .address(XOR_MAPPED_ADDRESS, allocation.client.remote);
    if let Some(token) = &allocation.reservation {
        answer = answer.attribute(RESERVATION_TOKEN, token);
    }
    Output::Send(allocation.client, answer.protect(&allocation.key))
}
