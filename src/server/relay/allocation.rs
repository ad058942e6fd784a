//! One allocation: a relayed address, whose it is, and who may use it from outside (RFC 8656, sections 5, 9 and 12).

use std::net::{IpAddr, SocketAddr};

use super::core::Client;
use super::stun::{Key, TransactionId};
use crate::room::Timestamp;

/// How long a permission lasts.
pub const PERMISSION_MS: u64 = 300_000;
/// How long a channel lasts.
pub const CHANNEL_MS: u64 = 600_000;

/// A live allocation.
#[derive(Debug)]
pub struct Allocation {
    /// The client that made it; nobody else can use it.
    pub client: Client,
    /// The address that peers see.
    pub relayed: SocketAddr,
    /// The name of the credential that it was made with.
    pub username: String,
    /// What protects its requests, from the first to the last.
    pub key: Key,
    /// The request that made it: sent again, it gets the same answer again.
    pub transaction: TransactionId,
    /// The token in that answer.
    pub reservation: Option<[u8; 8]>,
    /// Whose quota it counts towards: an index into the core's owners.
    pub owner: usize,
    /// When it ends unless it is refreshed.
    pub expires: Timestamp,
    permissions: Vec<Permission>,
    channels: Vec<Channel>,
}

#[derive(Debug)]
struct Permission {
    ip: IpAddr,
    expires: Timestamp,
}

#[derive(Debug)]
struct Channel {
    number: u16,
    peer: SocketAddr,
    expires: Timestamp,
}

/// Why a peer is not let through, or a channel not bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotBound {
    /// There are too many already.
    TooMany,
    /// The number is another peer's, or the peer has another number.
    Taken,
}

impl Allocation {
    /// A new one, through which nobody gets yet.
    pub fn new(client: Client, relayed: SocketAddr, grant: Grant, expires: Timestamp) -> Self {
        let Grant { username, key, transaction, owner } = grant;
        Self {
            client,
            relayed,
            username,
            key,
            transaction,
            reservation: None,
            owner,
            expires,
            permissions: Vec::new(),
            channels: Vec::new(),
        }
    }

    /// Lets these peers through from now on, all or none.
    pub fn permit(&mut self, now: Timestamp, peers: &[IpAddr], max: usize) -> Result<(), NotBound> {
        self.permissions.retain(|permission| permission.expires > now);
        let mut fresh: Vec<IpAddr> =
            peers.iter().filter(|ip| !self.permissions.iter().any(|p| p.ip == **ip)).copied().collect();
        fresh.sort_unstable();
        fresh.dedup();
        if self.permissions.len() + fresh.len() > max {
            return Err(NotBound::TooMany);
        }
        let expires = now.after_ms(PERMISSION_MS);
        self.permissions.iter_mut().filter(|p| peers.contains(&p.ip)).for_each(|p| p.expires = expires);
        self.permissions.extend(fresh.into_iter().map(|ip| Permission { ip, expires }));
        Ok(())
    }

    /// Whether a peer is let through.
    pub fn permits(&self, now: Timestamp, ip: IpAddr) -> bool {
        self.permissions.iter().any(|permission| permission.ip == ip && permission.expires > now)
    }

    /// Gives a peer a number, or keeps it, and lets it through.
    pub fn bind(&mut self, now: Timestamp, number: u16, peer: SocketAddr, max: usize) -> Result<(), NotBound> {
        self.channels.retain(|channel| channel.expires > now);
        let same = |channel: &Channel| (channel.number == number, channel.peer == peer);
        if self.channels.iter().map(same).any(|(number, peer)| number != peer) {
            return Err(NotBound::Taken);
        }
        let known = self.channels.iter().position(|channel| channel.number == number);
        if known.is_none() && self.channels.len() >= max {
            return Err(NotBound::TooMany);
        }
        self.permit(now, &[peer.ip()], max)?;
        let channel = Channel { number, peer, expires: now.after_ms(CHANNEL_MS) };
        match known.and_then(|at| self.channels.get_mut(at)) {
            Some(known) => *known = channel,
            None => self.channels.push(channel),
        }
        Ok(())
    }

    /// The peer of a number.
    pub fn peer_of(&self, now: Timestamp, number: u16) -> Option<SocketAddr> {
        self.channels
            .iter()
            .find(|channel| channel.number == number && channel.expires > now)
            .map(|channel| channel.peer)
    }

    /// The number of a peer.
    pub fn channel_of(&self, now: Timestamp, peer: SocketAddr) -> Option<u16> {
        self.channels.iter().find(|channel| channel.peer == peer && channel.expires > now).map(|channel| channel.number)
    }
}

/// With what right an allocation is made.
#[derive(Debug, Clone)]
pub struct Grant {
    /// See [`Allocation::username`].
    pub username: String,
    /// See [`Allocation::key`].
    pub key: Key,
    /// See [`Allocation::transaction`].
    pub transaction: TransactionId,
    /// See [`Allocation::owner`].
    pub owner: usize,
}
