//! The relay as a state machine: STUN Binding and TURN (RFC 8489, RFC 8656), without sockets, clock or random source.
//!
//! Drive it in three steps: give every [`Input`] to [`Relay::handle`] with the time, carry out the [`Output`]s in order, and
//! come back with [`Input::Timeout`] at [`Relay::poll_timeout`]. A packet that is passed on stays in the [`Packet`] that it
//! came in; [`Output::ForwardToPeer`] and [`Output::ForwardToClient`] say where it goes as it stands then.
//!
//! Design decisions
//! - An allocation and its relayed port are one thing with one id. A port is first asked for, then open.
//! - A client is known by its five-tuple. What it sends is judged by the key that its allocation was made with, for as long as
//!   that lives; whether a credential has expired is asked at Allocate alone, because a browser cannot change it later.
//! - Data from one allocation to the relayed address of another never leaves the process.
//! - A stranger costs an answer of limited length and rate, and no state.
//!
//! Invariant: nothing is relayed to or from an address that [`PeerRules`] denies or the client did not permit.

mod allocate;
mod data;
mod owners;
mod port;
mod request;

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};

use slab::Slab;

use super::allocation::Allocation;
use super::bucket::{Rate, Strangers};
use super::nonce::Nonces;
use super::packet::Packet;
use super::peers::PeerRules;
use crate::protocol::PeerId;
use crate::room::Timestamp;
use crate::server::credentials::{Credentials, Holder};
use owners::Owners;
use port::{Dice, Port, PortState};

pub use data::Counters;
pub use request::answer_binding;

/// What a client is known by: how it reaches us, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client {
    /// Over what.
    pub link: Link,
    /// From where.
    pub remote: SocketAddr,
}

/// Over what a client reaches us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// Datagrams, on the listener of this number.
    Datagram(u16),
    /// The TCP or TLS connection of this number.
    Stream(u64),
}

/// One relayed port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortId(pub usize);

/// What the operator chose.
#[derive(Debug)]
pub struct RelayConfig {
    /// Where credentials hold.
    pub realm: String,
    /// What verifies them.
    pub credentials: Credentials,
    /// On which addresses ports are opened.
    pub addresses: Vec<RelayAddress>,
    /// From which range.
    pub ports: std::ops::RangeInclusive<u16>,
    /// To whom it relays.
    pub peers: PeerRules,
    /// How much of everything there may be.
    pub limits: RelayLimits,
}

/// An address of this machine, and what it is called outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayAddress {
    /// For binding.
    pub local: IpAddr,
    /// For telling.
    pub external: IpAddr,
}

/// How much of everything there may be.
#[derive(Debug, Clone, Copy)]
pub struct RelayLimits {
    /// Allocations in all.
    pub allocations: usize,
    /// Allocations of one holder.
    pub allocations_each: usize,
    /// Permissions, and channels, of one allocation.
    pub permissions: usize,
    /// Bytes relayed for one holder.
    pub bytes_each: Rate,
    /// Answers to those who have not shown a credential, for each network.
    pub challenges: Rate,
}

/// What happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// A whole message came from a client.
    FromClient {
        /// Which.
        client: Client,
        /// At which address of ours.
        local: IpAddr,
        /// What.
        packet: &'a mut Packet,
    },
    /// A datagram came to a relayed port.
    FromPeer {
        /// Which port.
        port: PortId,
        /// From whom.
        peer: SocketAddr,
        /// What.
        packet: &'a mut Packet,
    },
    /// A port is open now, or is not to be had.
    PortOpened(PortId, bool),
    /// A client's connection has ended.
    ClientGone(Client),
    /// A member of a room has left: what they have here ends, and their credentials with it.
    PeerLeft(PeerId),
    /// They have been given new credentials after all.
    PeerReturned(PeerId),
    /// The server stops: no new allocations, what lives goes on.
    Drain,
    /// The time of [`Relay::poll_timeout`] has come.
    Timeout,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send the packet, as it stands now, to a client.
    ForwardToClient(Client),
    /// Send the packet, as it stands now, from a port to a peer.
    ForwardToPeer(PortId, SocketAddr),
    /// Send this to a client.
    Send(Client, Vec<u8>),
    /// Open a UDP port there; say [`Input::PortOpened`] before anything else.
    OpenPort(PortId, SocketAddr),
    /// Close it.
    ClosePort(PortId),
    /// A connection has no allocation any more.
    Released(Client),
}

/// The relay.
pub struct Relay {
    config: RelayConfig,
    nonces: Nonces,
    dice: Dice,
    ports: Slab<Port>,
    by_client: HashMap<Client, PortId>,
    by_relayed: HashMap<SocketAddr, PortId>,
    owners: Owners,
    deadlines: BTreeSet<(Timestamp, PortId)>,
    strangers: Strangers,
    counters: Counters,
    draining: bool,
}

impl Relay {
    /// A relay with nothing allocated. `seed` are random bytes.
    pub fn new(config: RelayConfig, seed: [u8; 32]) -> Self {
        Self {
            nonces: Nonces::new(&seed),
            dice: Dice::new(seed),
            ports: Slab::new(),
            by_client: HashMap::new(),
            by_relayed: HashMap::new(),
            owners: Owners::new(config.limits),
            deadlines: BTreeSet::new(),
            strangers: Strangers::new(config.limits.challenges),
            counters: Counters::default(),
            draining: false,
            config,
        }
    }

    /// Takes what happened at `now`; says what to do, in order.
    pub fn handle(&mut self, now: Timestamp, input: Input<'_>) -> Vec<Output> {
        // What is over is over, whatever has come before the timeout.
        let mut outputs = self.expire(now);
        let more = self.take(now, input);
        if outputs.is_empty() {
            return more;
        }
        outputs.extend(more);
        outputs
    }

    fn take(&mut self, now: Timestamp, input: Input<'_>) -> Vec<Output> {
        match input {
            Input::FromClient { client, local, packet } => self.hear_client(now, client, local, packet),
            Input::FromPeer { port, peer, packet } => self.hear_peer(now, port, peer, packet),
            Input::PortOpened(port, opened) => self.port_opened(now, port, opened),
            Input::ClientGone(client) => {
                self.by_client.get(&client).copied().map_or_else(Vec::new, |port| self.close(port))
            }
            Input::PeerLeft(peer) => self.peer_left(now, Holder::Peer(peer)),
            Input::PeerReturned(peer) => {
                self.owners.restore(Holder::Peer(peer));
                Vec::new()
            }
            Input::Drain => {
                self.draining = true;
                Vec::new()
            }
            Input::Timeout => Vec::new(),
        }
    }

    /// When to call with [`Input::Timeout`], if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// How many allocations there are.
    pub fn allocations(&self) -> usize {
        self.by_client.len()
    }

    /// Whether nothing is relayed any more, and nothing will be.
    pub fn is_drained(&self) -> bool {
        self.draining && self.by_client.is_empty()
    }

    /// How many ports are open or asked for: those of allocations, and those kept by EVEN-PORT.
    pub fn ports(&self) -> usize {
        self.ports.len()
    }

    /// Whether this client has one.
    pub fn has_allocation(&self, client: &Client) -> bool {
        self.by_client.contains_key(client)
    }

    /// What was relayed and what was not.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    fn hear_client(&mut self, now: Timestamp, client: Client, local: IpAddr, packet: &mut Packet) -> Vec<Output> {
        match packet.bytes().first().map(|first| first >> 6) {
            // An answer could not be sent to port 0, and nobody honest asks from there.
            _ if client.remote.port() == 0 => Vec::new(),
            Some(0) => self.message(now, client, local, packet),
            Some(1) => self.channel_data(now, client, packet),
            Some(_) | None => Vec::new(),
        }
    }

    fn allocation_of(&self, client: &Client) -> Option<(PortId, &Allocation)> {
        let id = *self.by_client.get(client)?;
        Some((id, self.allocation(id)?))
    }

    fn allocation(&self, id: PortId) -> Option<&Allocation> {
        match &self.ports.get(id.0)?.state {
            PortState::Live(allocation) => Some(allocation),
            PortState::Opening(_) | PortState::Reserved { .. } => None,
        }
    }

    fn allocation_mut(&mut self, id: PortId) -> Option<&mut Allocation> {
        match &mut self.ports.get_mut(id.0)?.state {
            PortState::Live(allocation) => Some(allocation),
            PortState::Opening(_) | PortState::Reserved { .. } => None,
        }
    }

    fn peer_left(&mut self, now: Timestamp, holder: Holder) -> Vec<Output> {
        let Some(owner) = self.owners.revoke(now, holder) else { return Vec::new() };
        let theirs: Vec<PortId> =
            self.ports.iter().filter(|(_, port)| port.owner() == owner).map(|(id, _)| PortId(id)).collect();
        theirs.into_iter().flat_map(|port| self.close(port)).collect()
    }

    fn expire(&mut self, now: Timestamp) -> Vec<Output> {
        let mut outputs = Vec::new();
        while let Some((_, port)) = self.deadlines.first().copied().filter(|(at, _)| *at <= now) {
            outputs.extend(self.close(port));
        }
        outputs
    }

    /// Ends whatever a port is used for.
    fn close(&mut self, id: PortId) -> Vec<Output> {
        let Some(port) = self.ports.try_remove(id.0) else { return Vec::new() };
        self.owners.give_back(port.owner(), 1);
        let mut outputs = vec![Output::ClosePort(id)];
        match port.state {
            PortState::Live(allocation) => {
                self.deadlines.remove(&(allocation.expires, id));
                self.by_client.remove(&allocation.client);
                self.by_relayed.remove(&allocation.relayed);
                outputs.push(Output::Released(allocation.client));
            }
            PortState::Reserved { expires, .. } => drop(self.deadlines.remove(&(expires, id))),
            PortState::Opening(_) => {}
        }
        outputs
    }
}

#[cfg(test)]
mod tests;
