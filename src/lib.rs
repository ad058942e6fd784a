//! Confab: a video call from a room URL.
//!
//! The modules in reading order. The first ones are pure and hold every decision; the others carry them out.
//! `docs/architecture.md` is the tour.

// A test that looks for one variant may pass over the others.
#![cfg_attr(test, allow(clippy::wildcard_enum_match_arm))]

pub mod protocol;

pub mod room;

pub mod call;

pub mod check;

pub mod i18n;

#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod app;

#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod browser;

#[cfg(feature = "ssr")]
pub mod server;

#[cfg(feature = "hydrate")]
mod hydrate;
