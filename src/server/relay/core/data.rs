//! Data between clients and peers (RFC 8656, sections 11 and 12).

use std::net::SocketAddr;

use super::{Client, Link, Output, PortId, Relay};
use crate::room::Timestamp;
use crate::server::relay::framing::{CHANNEL_HEADER_BYTES, channel_header};
use crate::server::relay::packet::Packet;
use crate::server::relay::stun::Message;
use crate::server::relay::stun::attribute::{DATA, OPTIONAL_FROM, XOR_PEER_ADDRESS};

/// What was relayed and what was not, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets that were passed on.
    pub packets: u64,
    /// Their bytes, without framing.
    pub bytes: u64,
    /// Packets without permission, channel or addressee.
    pub refused: u64,
    /// Packets over somebody's share.
    pub over_rate: u64,
}

impl Relay {
    pub(super) fn channel_data(&mut self, now: Timestamp, client: Client, packet: &mut Packet) -> Vec<Output> {
        let Some((number, length)) = channel_header(packet.bytes()) else { return Vec::new() };
        if CHANNEL_HEADER_BYTES + length > packet.len() {
            return Vec::new();
        }
        let bound =
            self.allocation_of(&client).and_then(|(id, allocation)| Some((id, allocation.peer_of(now, number)?)));
        let Some((id, peer)) = bound else { return self.refused() };
        packet.narrow(CHANNEL_HEADER_BYTES, length);
        self.tell_peer(now, id, peer, packet)
    }

    /// A Send indication. Nobody is told when it cannot be sent.
    pub(super) fn send_indication(&mut self, now: Timestamp, client: Client, packet: &mut Packet) -> Vec<Output> {
        let Ok(message) = Message::parse(packet.bytes()) else { return Vec::new() };
        // DONT-FRAGMENT among them: what cannot be sent so is not to be sent otherwise.
        let strange = |kind: u16| kind < OPTIONAL_FROM && ![XOR_PEER_ADDRESS, DATA].contains(&kind);
        if message.attributes().any(|(kind, _)| strange(kind)) {
            return Vec::new();
        }
        let (Some(peer), Some(data)) = (message.address(XOR_PEER_ADDRESS), message.range(DATA)) else {
            return Vec::new();
        };
        let permitted = self.allocation_of(&client).filter(|(_, allocation)| allocation.permits(now, peer.ip()));
        let Some((id, _)) = permitted else { return self.refused() };
        packet.narrow(data.start, data.len());
        self.tell_peer(now, id, peer, packet)
    }

    pub(super) fn hear_peer(
        &mut self,
        now: Timestamp,
        port: PortId,
        peer: SocketAddr,
        packet: &mut Packet,
    ) -> Vec<Output> {
        let permitted = self.allocation(port).is_some_and(|allocation| allocation.permits(now, peer.ip()));
        if permitted { self.tell_client(now, port, peer, packet) } else { self.refused() }
    }

    /// What was permitted was judged then; only where our own addresses lead has to be looked up.
    fn tell_peer(&mut self, now: Timestamp, from: PortId, peer: SocketAddr, packet: &mut Packet) -> Vec<Output> {
        let Some(sender) = self.allocation(from) else { return Vec::new() };
        let (owner, relayed) = (sender.owner, sender.relayed);
        if peer.port() == 0 || peer.is_ipv4() != relayed.is_ipv4() {
            return self.refused();
        }
        if !self.owners.spend(now, owner, packet.len()) {
            return self.over_rate();
        }
        if self.config.peers.is_own(peer.ip()) {
            return match self.by_relayed.get(&peer) {
                Some(to) => self.hear_peer(now, *to, relayed, packet),
                None => self.refused(),
            };
        }
        self.count(packet.len());
        vec![Output::ForwardToPeer(from, peer)]
    }

    fn tell_client(&mut self, now: Timestamp, port: PortId, peer: SocketAddr, packet: &mut Packet) -> Vec<Output> {
        let Some(allocation) = self.allocation(port) else { return Vec::new() };
        let (client, owner, channel) = (allocation.client, allocation.owner, allocation.channel_of(now, peer));
        if !self.owners.spend(now, owner, packet.len()) {
            return self.over_rate();
        }
        self.count(packet.len());
        match channel {
            Some(number) => packet.wrap_in_channel(number, matches!(client.link, Link::Stream(_))),
            None => packet.wrap_in_indication(peer, &self.dice.transaction()),
        }
        vec![Output::ForwardToClient(client)]
    }

    fn count(&mut self, bytes: usize) {
        self.counters.packets += 1;
        self.counters.bytes += u64::try_from(bytes).unwrap_or(0);
    }

    fn refused(&mut self) -> Vec<Output> {
        self.counters.refused += 1;
        Vec::new()
    }

    fn over_rate(&mut self) -> Vec<Output> {
        self.counters.over_rate += 1;
        Vec::new()
    }
}
