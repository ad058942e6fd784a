//! The call itself, without a browser: state machines that take what happened and say what to do.

#![warn(missing_docs)]

pub mod chat;
pub mod delivery;
pub mod dtls;
pub mod encoding;
pub mod hiding;
pub mod hosting;
pub mod media;
pub mod negotiation;
pub mod path;
pub mod peer_message;
pub mod session;
pub mod signal;
#[cfg(test)]
pub(crate) mod sim;
pub mod story;
pub mod view;
