//! Attribute types, and addresses in their values (RFC 8489, section 18.3; RFC 8656, section 18).

use std::net::{IpAddr, SocketAddr};

use super::{MAGIC_COOKIE, TransactionId};

/// Who asks.
pub const USERNAME: u16 = 0x0006;
/// HMAC-SHA1 of all in front of it.
pub const MESSAGE_INTEGRITY: u16 = 0x0008;
/// Why not.
pub const ERROR_CODE: u16 = 0x0009;
/// With 420: which attributes.
pub const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
/// A peer's number.
pub const CHANNEL_NUMBER: u16 = 0x000C;
/// How long, in seconds.
pub const LIFETIME: u16 = 0x000D;
/// A peer's address.
pub const XOR_PEER_ADDRESS: u16 = 0x0012;
/// What is sent.
pub const DATA: u16 = 0x0013;
/// Where credentials hold.
pub const REALM: u16 = 0x0014;
/// The server's word of the hour, against replay.
pub const NONCE: u16 = 0x0015;
/// The relayed address.
pub const XOR_RELAYED_ADDRESS: u16 = 0x0016;
/// IPv4 or IPv6.
pub const REQUESTED_ADDRESS_FAMILY: u16 = 0x0017;
/// An even port, and perhaps the one after it.
pub const EVEN_PORT: u16 = 0x0018;
/// UDP, towards the peer.
pub const REQUESTED_TRANSPORT: u16 = 0x0019;
/// The address that the server sees.
pub const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// Stands for a port kept by EVEN-PORT.
pub const RESERVATION_TOKEN: u16 = 0x0022;
/// CRC-32 of the message.
pub const FINGERPRINT: u16 = 0x8028;

/// The types below this must be understood by whoever reads them.
pub const OPTIONAL_FROM: u16 = 0x8000;

const IPV4: u8 = 1;
const IPV6: u8 = 2;

/// Reads the value of an attribute that holds an XOR-ed address (RFC 8489, section 14.2).
pub fn read_xor_address(value: &[u8], transaction: &TransactionId) -> Option<SocketAddr> {
    let (family, port) = match value {
        [_, family, high, low, ..] => (*family, u16::from_be_bytes([*high ^ MAGIC_COOKIE[0], *low ^ MAGIC_COOKIE[1]])),
        _ => return None,
    };
    let address = &value[4..];
    let ip = match family {
        IPV4 => IpAddr::from(xor::<4>(address, transaction)?),
        IPV6 => IpAddr::from(xor::<16>(address, transaction)?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

/// Writes the value of an attribute that holds an XOR-ed address; says how much of `value` it takes.
pub fn write_xor_address(address: SocketAddr, transaction: &TransactionId, value: &mut [u8; 20]) -> usize {
    let [high, low] = address.port().to_be_bytes();
    value[2] = high ^ MAGIC_COOKIE[0];
    value[3] = low ^ MAGIC_COOKIE[1];
    let mask = mask(transaction);
    let mut fill = |family, octets: &[u8]| {
        value[1] = family;
        for (at, octet) in octets.iter().enumerate() {
            value[4 + at] = octet ^ mask[at];
        }
        4 + octets.len()
    };
    match address.ip() {
        IpAddr::V4(ip) => fill(IPV4, &ip.octets()),
        IpAddr::V6(ip) => fill(IPV6, &ip.octets()),
    }
}

/// What REQUESTED-ADDRESS-FAMILY asks for: whether it is IPv6; `None` if neither.
pub fn read_family(value: &[u8]) -> Option<bool> {
    match value {
        [IPV4, ..] => Some(false),
        [IPV6, ..] => Some(true),
        _ => None,
    }
}

fn xor<const N: usize>(address: &[u8], transaction: &TransactionId) -> Option<[u8; N]> {
    let mut octets: [u8; N] = address.try_into().ok()?;
    octets.iter_mut().zip(mask(transaction)).for_each(|(octet, mask)| *octet ^= mask);
    Some(octets)
}

fn mask(transaction: &TransactionId) -> [u8; 16] {
    let mut mask = [0; 16];
    mask[..4].copy_from_slice(&MAGIC_COOKIE);
    mask[4..].copy_from_slice(transaction);
    mask
}
