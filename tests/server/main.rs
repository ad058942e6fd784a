//! The server as its clients see it: a real one on port 0, real sockets, every limit and every code.
//!
//! Time is either skipped (`TestServer::skip`) or waited for by condition; no test sleeps to let something happen.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod check;
mod closing;
mod draining;
mod executable;
mod foreign;
mod hosting;
mod https;
mod joining;
mod limits;
mod limits_per_address;
mod origin;
mod pages;
mod proxied;
mod relay;
mod resuming;
mod sealed;
mod support;
