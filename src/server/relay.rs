//! STUN and TURN inside (RFC 8489, RFC 8656): how two browsers meet that no network lets meet directly.
//!
//! [`core`] decides everything and touches nothing; [`driver`] owns the sockets, on a thread of its own, so that one packet costs
//! no lock and no other thread. [`stun`], [`framing`] and [`packet`] are the bytes, [`peers`] says to whom it relays, and [`setup`] starts it.

pub mod allocation;
pub mod alternative;
pub mod bucket;
pub mod client;
pub mod core;
pub mod driver;
pub mod framing;
pub mod nonce;
pub mod packet;
pub mod peers;
pub mod setup;
pub mod stun;
