//! A buffer in which a packet changes its framing without being copied: there is room in front of it for a header.

use std::net::SocketAddr;

use super::stun::attribute::{DATA, XOR_PEER_ADDRESS, write_xor_address};
use super::stun::{HEADER_BYTES, MAGIC_COOKIE, TransactionId, padded};

/// The longest header that is put in front: a Data indication with an IPv6 peer, up to its DATA.
pub const HEADROOM_BYTES: usize = HEADER_BYTES + 4 + 20 + 4;
/// A datagram is never longer.
const MAX_PACKET_BYTES: usize = 65_535;
/// For the padding behind.
const TAILROOM_BYTES: usize = 3;

/// A packet and the room around it.
#[derive(Debug)]
pub struct Packet {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Default for Packet {
    fn default() -> Self {
        let buffer = vec![0; HEADROOM_BYTES + MAX_PACKET_BYTES + TAILROOM_BYTES].into_boxed_slice();
        Self { buffer, start: HEADROOM_BYTES, end: HEADROOM_BYTES }
    }
}

impl Packet {
    /// Where a datagram is to be received; [`Packet::set_received`] says how long it was.
    pub fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[HEADROOM_BYTES..HEADROOM_BYTES + MAX_PACKET_BYTES]
    }

    /// The first bytes of the space are a packet now.
    pub fn set_received(&mut self, length: usize) {
        self.start = HEADROOM_BYTES;
        self.end = HEADROOM_BYTES + length.min(MAX_PACKET_BYTES);
    }

    /// Makes these bytes the packet.
    pub fn fill(&mut self, bytes: &[u8]) {
        let length = bytes.len().min(MAX_PACKET_BYTES);
        self.space()[..length].copy_from_slice(&bytes[..length]);
        self.set_received(length);
    }

    /// The packet.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// How long the packet is.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Keeps `length` bytes from `offset` on.
    pub fn narrow(&mut self, offset: usize, length: usize) {
        self.start = (self.start + offset).min(self.end);
        self.end = (self.start + length).min(self.end);
    }

    /// Makes it ChannelData (RFC 8656, section 12.4); padded where a stream carries it.
    pub fn wrap_in_channel(&mut self, channel: u16, pad: bool) {
        let length = u16::try_from(self.len()).unwrap_or(u16::MAX);
        self.prepend(&length.to_be_bytes());
        self.prepend(&channel.to_be_bytes());
        if pad {
            self.pad();
        }
    }

    /// Makes it a Data indication (RFC 8656, section 11.4).
    pub fn wrap_in_indication(&mut self, peer: SocketAddr, transaction: &TransactionId) {
        const DATA_INDICATION: [u8; 2] = [0x00, 0x17];
        let length = u16::try_from(self.len()).unwrap_or(u16::MAX);
        self.pad();
        self.prepend(&length.to_be_bytes());
        self.prepend(&DATA.to_be_bytes());
        let mut value = [0; 20];
        let taken = write_xor_address(peer, transaction, &mut value);
        self.prepend(&value[..taken]);
        self.prepend(&u16::try_from(taken).unwrap_or(0).to_be_bytes());
        self.prepend(&XOR_PEER_ADDRESS.to_be_bytes());
        let attributes = u16::try_from(self.len()).unwrap_or(u16::MAX);
        self.prepend(transaction);
        self.prepend(&MAGIC_COOKIE);
        self.prepend(&attributes.to_be_bytes());
        self.prepend(&DATA_INDICATION);
    }

    fn prepend(&mut self, header: &[u8]) {
        let start = self.start.saturating_sub(header.len());
        self.buffer[start..start + header.len()].copy_from_slice(header);
        self.start = start;
    }

    fn pad(&mut self) {
        let end = self.start + padded(self.len());
        self.buffer[self.end..end].fill(0);
        self.end = end;
    }
}

#[cfg(test)]
mod tests {
    use super::super::stun::{Class, Message, Method};
    use super::*;

    #[test]
    fn a_wrapped_packet_reads_as_an_indication() {
        for peer in ["192.0.2.1:9", "[2001:db8::1]:9"].map(|text| text.parse::<SocketAddr>().unwrap()) {
            let mut packet = Packet::default();
            packet.fill(b"hello");
            packet.wrap_in_indication(peer, &[3; 12]);
            let message = Message::parse(packet.bytes()).unwrap();
            assert_eq!((message.method(), message.class()), (Method::Data, Class::Indication));
            assert_eq!(message.address(XOR_PEER_ADDRESS), Some(peer));
            assert_eq!(message.attribute(DATA), Some(&b"hello"[..]));
        }
    }

    #[test]
    fn channel_data_is_padded_only_on_streams() {
        for (pad, expected) in [(false, &b"\x40\x01\x00\x05hello"[..]), (true, b"\x40\x01\x00\x05hello\0\0\0")] {
            let mut packet = Packet::default();
            packet.fill(b"hello");
            packet.wrap_in_channel(0x4001, pad);
            assert_eq!(packet.bytes(), expected);
        }
    }

    #[test]
    fn the_largest_packet_still_fits() {
        let mut packet = Packet::default();
        packet.fill(&vec![1; 65_535]);
        packet.wrap_in_indication("[::1]:1".parse().unwrap(), &[0; 12]);
        assert_eq!(packet.len(), HEADROOM_BYTES + 65_536);
    }
}
