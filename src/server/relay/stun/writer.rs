//! Builds a message.

use std::net::SocketAddr;

use super::attribute::{ERROR_CODE, FINGERPRINT, MESSAGE_INTEGRITY, write_xor_address};
use super::{Class, HEADER_BYTES, Key, MAGIC_COOKIE, Method, TransactionId, fingerprint, length_up_to, message_type};

/// A message being built, from its first attribute to its last.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    transaction: TransactionId,
}

impl Writer {
    /// A message without attributes yet.
    pub fn new(method: Method, class: Class, transaction: TransactionId) -> Self {
        let mut bytes = Vec::with_capacity(128);
        bytes.extend(message_type(method, class).to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(MAGIC_COOKIE);
        bytes.extend(transaction);
        Self { bytes, transaction }
    }

    /// Adds an attribute.
    pub fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        self.bytes.extend(kind.to_be_bytes());
        self.bytes.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        self.bytes.extend(value);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self
    }

    /// Adds a number of 32 bits.
    pub fn number(self, kind: u16, number: u32) -> Self {
        self.attribute(kind, &number.to_be_bytes())
    }

    /// Adds an XOR-ed address.
    pub fn address(self, kind: u16, address: SocketAddr) -> Self {
        let mut value = [0; 20];
        let length = write_xor_address(address, &self.transaction, &mut value);
        self.attribute(kind, &value[..length])
    }

    /// Adds ERROR-CODE without a phrase: the number says it, and every byte here could be aimed at somebody else.
    pub fn error_code(self, code: u16) -> Self {
        let [class, number] = [code / 100, code % 100].map(|part| u8::try_from(part).unwrap_or(0));
        self.attribute(ERROR_CODE, &[0, 0, class, number])
    }

    /// Adds MESSAGE-INTEGRITY and ends the message.
    pub fn protect(self, key: &Key) -> Vec<u8> {
        self.integrity(key).finish()
    }

    /// Adds MESSAGE-INTEGRITY.
    pub fn integrity(self, key: &Key) -> Self {
        let mac = key.sign(&self.bytes);
        self.attribute(MESSAGE_INTEGRITY, &mac)
    }

    /// Adds FINGERPRINT and ends the message.
    pub fn fingerprint(self) -> Vec<u8> {
        let crc = fingerprint(&self.bytes, self.bytes.len());
        self.number(FINGERPRINT, crc).finish()
    }

    /// Ends the message.
    pub fn finish(mut self) -> Vec<u8> {
        let length = length_up_to(self.bytes.len().max(HEADER_BYTES));
        self.bytes[2..4].copy_from_slice(&length);
        self.bytes
    }
}
