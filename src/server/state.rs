//! What all parts of the running server share.

use std::sync::Arc;

use super::assets::Assets;
use super::clock::Clock;
use super::config::Config;
use super::error::StartError;
use super::ice::IceServers;
use super::ids::Ids;
use super::journal::Journal;
use super::outbox::OutboxLimits;
use super::per_minute::PerMinute;
use super::relay::driver::RelayLink;
use super::rooms::Rooms;
use super::sockets::Sockets;
use super::tls::Tls;
use crate::room::token::TokenKey;
use crate::room::{RoomConfig, Timestamp};

/// The shared parts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ServerState {
    /// What the operator chose.
    pub config: Arc<Config>,
    /// The files that pages need.
    pub assets: Arc<Assets>,
    /// The rooms that somebody is in.
    pub rooms: Arc<Rooms>,
    /// The open connections.
    pub sockets: Sockets,
    /// What browsers are told of STUN and TURN.
    pub ice: Arc<IceServers>,
    /// The way to the relay, if there is one.
    pub relay: Option<RelayLink>,
    /// How often who may test their connection.
    pub checks: PerMinute,
    /// How often who may come into a room.
    pub joins: PerMinute,
    /// Names for newcomers.
    pub ids: Ids,
    /// What verifies session tokens.
    pub token_key: Arc<TokenKey>,
    /// Tells this run of the server from others.
    pub boot_id: Arc<str>,
    /// The time.
    pub clock: Clock,
    /// What encrypts, if Confab does.
    pub tls: Option<Tls>,
}

impl ServerState {
    /// Finds the files, starts with no rooms.
    pub fn new(
        config: Arc<Config>,
        secret: &[u8; 32],
        clock: Clock,
        ice: IceServers,
        relay: Option<RelayLink>,
        journal: Journal,
    ) -> Result<Self, StartError> {
        let mut boot_id = [0; 8];
        getrandom::fill(&mut boot_id).map_err(StartError::Random)?;
        let boot_id = base16ct::lower::encode_string(&boot_id);
        let token_key = Arc::new(TokenKey::new(secret));
        let room_config = room_config(&config, boot_id.clone(), token_key.clone());
        Ok(Self {
            assets: Arc::new(Assets::embedded().ok_or(StartError::NoAssets)?),
            rooms: Arc::new(Rooms::new(room_config, config.limits.max_rooms, clock.clone(), relay.clone(), journal)),
            sockets: Sockets::new(&config.limits, config.resume_window),
            checks: PerMinute::new(config.limits.checks_per_minute),
            joins: PerMinute::new(config.limits.joins_per_minute),
            ids: Ids::default(),
            boot_id: boot_id.into(),
            tls: Tls::new(&config)?,
            config,
            ice: Arc::new(ice),
            relay,
            token_key,
            clock,
        })
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How much may wait for one socket.
    pub fn outbox_limits(&self) -> OutboxLimits {
        let limits = &self.config.limits;
        OutboxLimits { messages: limits.queue_messages, bytes: limits.queue_bytes }
    }
}

fn room_config(config: &Config, boot_id: String, token_key: Arc<TokenKey>) -> RoomConfig {
    let ms = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    RoomConfig {
        capacity: config.capacity,
        resume_window_ms: ms(config.resume_window),
        reload_grace_ms: ms(config.reload_grace),
        max_waiting: config.limits.max_waiting,
        token_lifetime_ms: ms(config.token_lifetime),
        boot_id,
        token_key,
    }
}
