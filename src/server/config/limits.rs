//! How much of everything there may be: what one client may take, and what all may.

use std::time::Duration;

use clap::Args;

use super::value::{at_least, at_least_u32, seconds};
use crate::protocol::MAX_MESSAGE_BYTES;

/// How much of everything there may be.
#[derive(Debug, Clone, Args)]
pub struct Limits {
    /// Largest message on a socket
    #[arg(long, env = "CONFAB_MAX_MESSAGE_BYTES", default_value_t = MAX_MESSAGE_BYTES, value_name = "BYTES",
          value_parser = at_least::<1024>)]
    pub max_message_bytes: usize,

    /// Signals that a socket may send at once
    #[arg(long, env = "CONFAB_SIGNAL_BURST", default_value_t = 500, value_name = "SIGNALS", value_parser = at_least_u32::<1>)]
    pub signal_burst: u32,

    /// Signals a second that a socket may send for long; more are read later
    #[arg(long, env = "CONFAB_SIGNAL_RATE", default_value_t = 100, value_name = "SIGNALS", value_parser = at_least_u32::<1>)]
    pub signal_rate: u32,

    /// Messages that may wait for a client that reads slowly
    #[arg(long, env = "CONFAB_QUEUE_MESSAGES", default_value_t = 1024, value_name = "MESSAGES", value_parser = at_least::<16>)]
    pub queue_messages: usize,

    /// Bytes that may wait for a client that reads slowly
    #[arg(long, env = "CONFAB_QUEUE_BYTES", default_value_t = 1024 * 1024, value_name = "BYTES",
          value_parser = at_least::<65536>)]
    pub queue_bytes: usize,

    /// Seconds in which a request's head must arrive
    #[arg(long, env = "CONFAB_HEADER_TIMEOUT", default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    pub header_timeout: Duration,

    /// Seconds in which a socket must say hello
    #[arg(long, env = "CONFAB_HELLO_TIMEOUT", default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    pub hello_timeout: Duration,

    /// Seconds between the signs of life that the server gives and asks for
    #[arg(long, env = "CONFAB_TICK_INTERVAL", default_value = "5", value_name = "SECONDS", value_parser = seconds)]
    pub tick_interval: Duration,

    /// Seconds of silence, or of not reading, after which a client is taken for lost
    #[arg(long, env = "CONFAB_SILENCE_TIMEOUT", default_value = "15", value_name = "SECONDS", value_parser = seconds)]
    pub silence_timeout: Duration,

    /// Seconds that a client may take to read one message
    #[arg(long, env = "CONFAB_WRITE_TIMEOUT", default_value = "8", value_name = "SECONDS", value_parser = seconds)]
    pub write_timeout: Duration,

    /// Connections that do not (yet) carry a socket; more wait to be accepted
    #[arg(long, env = "CONFAB_MAX_CONNECTIONS", default_value_t = 16_384, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_connections: usize,

    /// The same from one IPv4 address or IPv6 /64; more are closed
    #[arg(long, env = "CONFAB_MAX_CONNECTIONS_PER_ADDRESS", default_value_t = 4_096, value_name = "NUMBER",
          value_parser = at_least::<1>)]
    pub max_connections_per_address: usize,

    /// Connection checks a minute from one IPv4 address or IPv6 /64
    #[arg(long, env = "CONFAB_CHECKS_PER_MINUTE", default_value_t = 30, value_name = "NUMBER", value_parser = at_least_u32::<1>)]
    pub checks_per_minute: u32,

    /// People a minute, and at once, who may come in from one IPv4 address or IPv6 /64; more are told when to try again
    #[arg(long, env = "CONFAB_JOINS_PER_MINUTE", default_value_t = 600, value_name = "NUMBER", value_parser = at_least_u32::<1>)]
    pub joins_per_minute: u32,

    /// Rooms that somebody is in or waited for
    #[arg(long, env = "CONFAB_MAX_ROOMS", default_value_t = 16_384, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_rooms: usize,

    /// People who may wait in front of a locked room (each is a line on a host's screen)
    #[arg(long, env = "CONFAB_MAX_WAITING", default_value_t = 32, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_waiting: usize,

    /// Rooms whose locks and removals are kept in the data folder; those of more rooms end with the room
    #[arg(long, env = "CONFAB_MAX_ROOMS_KEPT", default_value_t = 65_536, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_rooms_kept: usize,

    /// Sockets in all
    #[arg(long, env = "CONFAB_MAX_SOCKETS", default_value_t = 16_384, value_name = "NUMBER", value_parser = at_least::<1>)]
    pub max_sockets: usize,

    /// Sockets from one IPv4 address or IPv6 /64 (a school behind one router is one address)
    #[arg(long, env = "CONFAB_MAX_SOCKETS_PER_ADDRESS", default_value_t = 512, value_name = "NUMBER",
          value_parser = at_least::<1>)]
    pub max_sockets_per_address: usize,
}
