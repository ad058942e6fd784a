//! The call itself, without a browser: state machines that take what happened and say what to do.

#![warn(missing_docs)]

pub mod base64url;
pub mod chat;
pub mod chime;
pub mod code;
pub mod delivery;
pub mod derivation;
pub mod dtls;
pub mod encoding;
pub mod few;
pub mod gestures;
pub mod hiding;
pub mod hosting;
pub mod in_app;
pub mod intent;
pub mod keys;
pub mod layout;
pub mod media;
pub mod muted;
pub mod negotiation;
pub mod pace;
pub mod path;
pub mod peer_message;
pub mod preferences;
pub mod qr;
pub mod quality;
pub mod seal;
pub mod session;
pub mod signal;
#[cfg(test)]
pub(crate) mod sim;
pub mod speaker;
pub mod story;
pub mod tabs;
pub mod view;
