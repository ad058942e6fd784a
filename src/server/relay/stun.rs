//! STUN messages as TURN uses them: reading and writing, no decisions (RFC 8489, RFC 8656).
//!
//! [`Message::parse`] borrows the datagram and checks its whole structure once; attributes are then found by walking it.
//! [`Writer`] builds a message from its first to its last attribute. Nothing here panics, whatever the bytes.
//!
//! Invariant: what stands behind MESSAGE-INTEGRITY is not protected by it and is not seen (RFC 8489, section 14.5).

pub mod attribute;
mod integrity;
mod writer;

use std::net::SocketAddr;
use std::ops::Range;

pub use integrity::{Key, Unprotected};
pub use writer::Writer;

use attribute::{FINGERPRINT, MESSAGE_INTEGRITY};

/// The header's length.
pub const HEADER_BYTES: usize = 20;
/// The bytes that make a message recognisable (RFC 8489, section 5).
pub const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
/// What the CRC of FINGERPRINT is mixed with (RFC 8489, section 14.7).
const FINGERPRINT_XOR: u32 = 0x5354_554E;

/// What pairs a response with its request.
pub type TransactionId = [u8; 12];

/// What kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants none.
    Indication,
    /// The request was granted.
    Success,
    /// The request was refused.
    Error,
}

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Which address do you see?
    Binding,
    /// Open a relayed address.
    Allocate,
    /// Keep it, or close it.
    Refresh,
    /// To a peer.
    Send,
    /// From a peer.
    Data,
    /// Let a peer through.
    CreatePermission,
    /// Name a peer by a number.
    ChannelBind,
    /// Anything else.
    Other(u16),
}

/// The bytes are no STUN message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a STUN message")]
pub struct Malformed;

/// A message in the bytes that it came in.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    bytes: &'a [u8],
    /// Where the attributes that count end: at MESSAGE-INTEGRITY, or at the end.
    end: usize,
    /// Where MESSAGE-INTEGRITY stands, if anywhere.
    integrity: Option<usize>,
}

/// An attribute: its type and its value.
pub type Attribute<'a> = (u16, &'a [u8]);

impl<'a> Message<'a> {
    /// Reads a message that fills `bytes`. A wrong FINGERPRINT makes it none.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let length = declared_length(bytes).ok_or(Malformed)?;
        if HEADER_BYTES + length != bytes.len() {
            return Err(Malformed);
        }
        let mut message = Self { bytes, end: bytes.len(), integrity: None };
        let mut at = HEADER_BYTES;
        while at < bytes.len() {
            let (kind, value) = attribute_at(bytes, at).ok_or(Malformed)?;
            match kind {
                MESSAGE_INTEGRITY if message.integrity.is_none() => {
                    message.integrity = Some(at);
                    message.end = at;
                }
                FINGERPRINT if !is_fingerprint(&bytes[..at], value, at) => return Err(Malformed),
                _ => {}
            }
            at += 4 + padded(value.len());
        }
        Ok(message)
    }

    /// What kind of message.
    pub fn class(&self) -> Class {
        match (self.kind() >> 7 & 2) | (self.kind() >> 4 & 1) {
            0 => Class::Request,
            1 => Class::Indication,
            2 => Class::Success,
            _ => Class::Error,
        }
    }

    /// What it is about.
    pub fn method(&self) -> Method {
        let kind = self.kind();
        Method::from_number((kind & 0xF) | (kind >> 1 & 0x70) | (kind >> 2 & 0xF80))
    }

    /// What pairs a response with its request.
    pub fn transaction(&self) -> TransactionId {
        let mut id = [0; 12];
        id.copy_from_slice(&self.bytes[8..HEADER_BYTES]);
        id
    }

    /// The whole message.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The attributes in front of MESSAGE-INTEGRITY, in order; FINGERPRINT is none of them.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> + use<'a> {
        self.located().map(|(_, attribute)| attribute)
    }

    /// The same, each with where its value begins.
    fn located(&self) -> impl Iterator<Item = (usize, Attribute<'a>)> + use<'a> {
        let (bytes, end) = (self.bytes, self.end);
        let mut next = HEADER_BYTES;
        std::iter::from_fn(move || {
            let at = next;
            let found = (at < end).then(|| attribute_at(bytes, at)).flatten()?;
            next += 4 + padded(found.1.len());
            Some((at + 4, found))
        })
        .filter(|(_, (kind, _))| *kind != FINGERPRINT)
    }

    /// The first attribute of this type.
    pub fn attribute(&self, kind: u16) -> Option<&'a [u8]> {
        self.attributes().find(|(found, _)| *found == kind).map(|(_, value)| value)
    }

    /// Where the value of the first attribute of this type stands in the message.
    pub fn range(&self, kind: u16) -> Option<Range<usize>> {
        let (at, (_, value)) = self.located().find(|(_, (found, _))| *found == kind)?;
        Some(at..at + value.len())
    }

    /// The first attribute of this type as a number of 32 bits.
    pub fn number(&self, kind: u16) -> Option<u32> {
        self.attribute(kind)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// The first attribute of this type as an XOR-ed address.
    pub fn address(&self, kind: u16) -> Option<SocketAddr> {
        attribute::read_xor_address(self.attribute(kind)?, &self.transaction())
    }

    /// With ERROR-CODE: the number.
    pub fn error_code(&self) -> Option<u16> {
        match self.attribute(attribute::ERROR_CODE)? {
            [_, _, class, number, ..] => Some(u16::from(class & 7) * 100 + u16::from(*number)),
            _ => None,
        }
    }

    fn kind(&self) -> u16 {
        u16::from_be_bytes([self.bytes[0], self.bytes[1]])
    }
}

impl Class {
    fn bits(self) -> u16 {
        match self {
            Self::Request => 0,
            Self::Indication => 1,
            Self::Success => 2,
            Self::Error => 3,
        }
    }
}

impl Method {
    fn from_number(number: u16) -> Self {
        match number {
            0x001 => Self::Binding,
            0x003 => Self::Allocate,
            0x004 => Self::Refresh,
            0x006 => Self::Send,
            0x007 => Self::Data,
            0x008 => Self::CreatePermission,
            0x009 => Self::ChannelBind,
            other => Self::Other(other),
        }
    }

    fn number(self) -> u16 {
        match self {
            Self::Binding => 0x001,
            Self::Allocate => 0x003,
            Self::Refresh => 0x004,
            Self::Send => 0x006,
            Self::Data => 0x007,
            Self::CreatePermission => 0x008,
            Self::ChannelBind => 0x009,
            Self::Other(number) => number,
        }
    }
}

/// How long the message that begins here says its attributes are; `None` if none begins here.
pub fn declared_length(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..HEADER_BYTES)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let good = header[0] & 0xC0 == 0 && header[4..8] == MAGIC_COOKIE && length.is_multiple_of(4);
    good.then_some(length)
}

/// The message type field (RFC 8489, section 5): the method's bits with the class's in between.
fn message_type(method: Method, class: Class) -> u16 {
    let (method, class) = (method.number(), class.bits());
    (method & 0xF) | (class & 1) << 4 | (method & 0x70) << 1 | (class & 2) << 7 | (method & 0xF80) << 2
}

fn attribute_at(bytes: &[u8], at: usize) -> Option<Attribute<'_>> {
    let header = bytes.get(at..at + 4)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let value = bytes.get(at + 4..at + 4 + length)?;
    // The padding must be there too.
    bytes.get(at + 4 + length..at + 4 + padded(length))?;
    Some((u16::from_be_bytes([header[0], header[1]]), value))
}

/// A length with what fills it up to a multiple of four.
pub fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

fn is_fingerprint(before: &[u8], value: &[u8], at: usize) -> bool {
    value == fingerprint(before, at).to_be_bytes()
}

/// The CRC of what stands before, with the length that includes FINGERPRINT itself.
fn fingerprint(before: &[u8], at: usize) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&before[..2]);
    crc.update(&length_up_to(at + 8));
    crc.update(&before[4..]);
    crc.finalize() ^ FINGERPRINT_XOR
}

/// The length field of a message that ends at `end`.
fn length_up_to(end: usize) -> [u8; 2] {
    u16::try_from(end.saturating_sub(HEADER_BYTES)).unwrap_or(u16::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests;
