//! Requests: who may ask, and what becomes of it (RFC 8489, section 9.2.4; RFC 8656, sections 8 to 12).

use std::net::{IpAddr, SocketAddr};

use super::{Client, Output, PortId, Relay};
use crate::room::Timestamp;
use crate::server::credentials::{Holder, read_username};
use crate::server::relay::allocation::NotBound;
use crate::server::relay::framing::CHANNELS;
use crate::server::relay::packet::Packet;
use crate::server::relay::peers::Standing;
use crate::server::relay::stun::attribute::{
    CHANNEL_NUMBER, DATA, EVEN_PORT, LIFETIME, NONCE, OPTIONAL_FROM, REALM, REQUESTED_ADDRESS_FAMILY,
    REQUESTED_TRANSPORT, RESERVATION_TOKEN, UNKNOWN_ATTRIBUTES, USERNAME, XOR_MAPPED_ADDRESS, XOR_PEER_ADDRESS,
    read_family, read_xor_address,
};
use crate::server::relay::stun::{Class, Key, Message, Method, Writer};

/// Longest life of an allocation between two refreshes.
const MAX_LIFETIME_MS: u64 = 3_600_000;
/// What a client gets that asks for less, or for nothing in particular.
const DEFAULT_LIFETIME_MS: u64 = 600_000;
/// Longer names are not read (RFC 8489, section 14.3: fewer than 509 bytes).
const MAX_USERNAME_BYTES: usize = 508;

/// Attributes that must be understood, and are.
const KNOWN: [u16; 11] = [
    USERNAME,
    CHANNEL_NUMBER,
    LIFETIME,
    XOR_PEER_ADDRESS,
    DATA,
    REALM,
    NONCE,
    REQUESTED_ADDRESS_FAMILY,
    EVEN_PORT,
    REQUESTED_TRANSPORT,
    RESERVATION_TOKEN,
];

/// Somebody whose MESSAGE-INTEGRITY was right.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub(super) client: Client,
    pub(super) username: String,
    pub(super) key: Key,
    pub(super) holder: Holder,
}

/// Why a request of nobody in particular is refused.
enum Refusal {
    /// With the realm and a nonce, so that the next one can be better.
    Challenge(u16),
    /// Without.
    Plain(u16),
}

impl Relay {
    pub(super) fn message(
        &mut self,
        now: Timestamp,
        client: Client,
        local: IpAddr,
        packet: &mut Packet,
    ) -> Vec<Output> {
        let Ok(message) = Message::parse(packet.bytes()) else { return Vec::new() };
        match (message.class(), message.method()) {
            (Class::Request, Method::Binding) => vec![Output::Send(client, binding(client, &message))],
            (Class::Request, Method::Allocate | Method::Refresh | Method::CreatePermission | Method::ChannelBind) => {
                self.request(now, client, local, &message)
            }
            (Class::Indication, Method::Send) => self.send_indication(now, client, packet),
            (Class::Request | Class::Indication | Class::Success | Class::Error, _) => Vec::new(),
        }
    }

    fn request(&mut self, now: Timestamp, client: Client, local: IpAddr, message: &Message<'_>) -> Vec<Output> {
        let asker = match self.authenticate(now, client, message) {
            Ok(asker) => asker,
            Err(refusal) => return self.refuse_stranger(now, client, message, &refusal),
        };
        let unknown = unknown_attributes(message);
        if !unknown.is_empty() {
            let answer = error(message, 420).attribute(UNKNOWN_ATTRIBUTES, &unknown);
            return vec![Output::Send(client, answer.protect(&asker.key))];
        }
        let outcome = match (message.method(), self.by_client.get(&client).copied()) {
            (Method::Allocate, _) => return self.allocate(now, local, message, asker),
            (_, None) => Err(437),
            (Method::Refresh, Some(id)) => return self.refresh(now, id, message, &asker),
            (Method::CreatePermission, Some(id)) => self.create_permission(now, id, message),
            (_, Some(id)) => self.channel_bind(now, id, message),
        };
        let answer = match outcome {
            Ok(()) => success(message),
            Err(code) => error(message, code),
        };
        vec![Output::Send(client, answer.protect(&asker.key))]
    }

    /// Who asks. Credentials expire for new allocations only; a live one goes by the key that it was made with.
    fn authenticate(&self, now: Timestamp, client: Client, message: &Message<'_>) -> Result<Asker, Refusal> {
        if !message.has_integrity() {
            return Err(Refusal::Challenge(401));
        }
        let (Some(username), Some(_), Some(nonce)) =
            (message.attribute(USERNAME), message.attribute(REALM), message.attribute(NONCE))
        else {
            return Err(Refusal::Plain(400));
        };
        if !self.nonces.is_fresh(nonce, now, client.remote) {
            return Err(Refusal::Challenge(438));
        }
        let unauthorized = || Refusal::Challenge(401);
        let username = Some(username).filter(|name| name.len() <= MAX_USERNAME_BYTES);
        let username = username.and_then(|name| std::str::from_utf8(name).ok()).ok_or_else(unauthorized)?;
        let (holder, expires) = read_username(username).ok_or_else(unauthorized)?;
        let allocation = self.allocation_of(&client).map(|(_, allocation)| allocation);
        let known = allocation.filter(|allocation| allocation.username == username);
        if known.is_none() && (expires <= now || self.owners.is_revoked(holder)) {
            return Err(unauthorized());
        }
        let key = known.map_or_else(|| self.key_of(username), |allocation| allocation.key.clone());
        message.verify(&key).map_err(|_| unauthorized())?;
        // Somebody who comes to the port of a client before them asks for an allocation, and is told 437: to try another port.
        if allocation.is_some() && known.is_none() && message.method() != Method::Allocate {
            return Err(Refusal::Plain(441));
        }
        Ok(Asker { client, username: username.to_owned(), key, holder })
    }

    fn key_of(&self, username: &str) -> Key {
        Key::long_term(username, &self.config.realm, &self.config.credentials.password(username))
    }

    /// Answers somebody unknown, unless that would make more of their bytes than they are worth.
    fn refuse_stranger(
        &mut self,
        now: Timestamp,
        client: Client,
        message: &Message<'_>,
        refusal: &Refusal,
    ) -> Vec<Output> {
        if !self.strangers.admit(now, client.remote.ip()) {
            return Vec::new();
        }
        let answer = match refusal {
            Refusal::Plain(code) => error(message, *code),
            Refusal::Challenge(code) => {
                let nonce = self.nonces.mint(now, client.remote);
                error(message, *code).attribute(REALM, self.config.realm.as_bytes()).attribute(NONCE, &nonce)
            }
        };
        let answer = answer.finish();
        let too_long = answer.len() * 4 > message.bytes().len() * 11;
        if too_long { Vec::new() } else { vec![Output::Send(client, answer)] }
    }

    fn refresh(&mut self, now: Timestamp, id: PortId, message: &Message<'_>, asker: &Asker) -> Vec<Output> {
        let lifetime_ms = match message.number(LIFETIME) {
            Some(0) => 0,
            _ => lifetime_ms(message),
        };
        let family = message.attribute(REQUESTED_ADDRESS_FAMILY).map(read_family);
        let is_other_family = |is_ipv4: bool| family.is_some_and(|is_ipv6| is_ipv6 != Some(!is_ipv4));
        if self.allocation(id).is_some_and(|allocation| is_other_family(allocation.relayed.is_ipv4())) {
            return vec![Output::Send(asker.client, error(message, 443).protect(&asker.key))];
        }
        let answer = success(message).number(LIFETIME, seconds(lifetime_ms)).protect(&asker.key);
        let mut outputs = vec![Output::Send(asker.client, answer)];
        if lifetime_ms == 0 {
            outputs.extend(self.close(id));
        } else {
            self.prolong(id, now.after_ms(lifetime_ms));
        }
        outputs
    }

    fn prolong(&mut self, id: PortId, expires: Timestamp) {
        let Some(allocation) = self.allocation_mut(id) else { return };
        let before = std::mem::replace(&mut allocation.expires, expires);
        self.deadlines.remove(&(before, id));
        self.deadlines.insert((expires, id));
    }

    fn create_permission(&mut self, now: Timestamp, id: PortId, message: &Message<'_>) -> Result<(), u16> {
        let transaction = message.transaction();
        let peers = message.attributes().filter(|(kind, _)| *kind == XOR_PEER_ADDRESS);
        let peers: Option<Vec<SocketAddr>> = peers.map(|(_, value)| read_xor_address(value, &transaction)).collect();
        let peers = peers.filter(|peers| !peers.is_empty()).ok_or(400_u16)?;
        for peer in &peers {
            self.may_reach(id, peer.ip())?;
        }
        let ips: Vec<IpAddr> = peers.iter().map(SocketAddr::ip).collect();
        let max = self.config.limits.permissions;
        let allocation = self.allocation_mut(id).ok_or(437_u16)?;
        allocation.permit(now, &ips, max).map_err(code_of)
    }

    fn channel_bind(&mut self, now: Timestamp, id: PortId, message: &Message<'_>) -> Result<(), u16> {
        let number = message.number(CHANNEL_NUMBER).and_then(|number| u16::try_from(number >> 16).ok());
        let number = number.filter(|number| CHANNELS.contains(number)).ok_or(400_u16)?;
        let peer = message.address(XOR_PEER_ADDRESS).filter(|peer| peer.port() > 0).ok_or(400_u16)?;
        if self.may_reach(id, peer.ip())? == Standing::Own && !self.by_relayed.contains_key(&peer) {
            return Err(403);
        }
        let max = self.config.limits.permissions;
        let allocation = self.allocation_mut(id).ok_or(437_u16)?;
        allocation.bind(now, number, peer, max).map_err(code_of)
    }

    /// Whether this allocation may have to do with this address.
    fn may_reach(&self, id: PortId, ip: IpAddr) -> Result<Standing, u16> {
        let allocation = self.allocation(id).ok_or(437_u16)?;
        if allocation.relayed.is_ipv4() != ip.is_ipv4() {
            return Err(443);
        }
        match self.config.peers.judge(ip) {
            Standing::Outside if self.owners.stays_inside(allocation.owner) => Err(403),
            Standing::Denied => Err(403),
            standing @ (Standing::Outside | Standing::Own) => Ok(standing),
        }
    }
}

/// The lifetime that a client gets, in milliseconds.
pub(super) fn lifetime_ms(message: &Message<'_>) -> u64 {
    let wanted = message.number(LIFETIME).map_or(0, |seconds| u64::from(seconds) * 1_000);
    wanted.clamp(DEFAULT_LIFETIME_MS, MAX_LIFETIME_MS)
}

/// Whole seconds, for LIFETIME.
pub(super) fn seconds(ms: u64) -> u32 {
    u32::try_from(ms / 1_000).unwrap_or(u32::MAX)
}

pub(super) fn success(message: &Message<'_>) -> Writer {
    Writer::new(message.method(), Class::Success, message.transaction())
}

pub(super) fn error(message: &Message<'_>, code: u16) -> Writer {
    Writer::new(message.method(), Class::Error, message.transaction()).error_code(code)
}

/// Nothing but the address: an answer is never much longer than the question.
fn binding(client: Client, message: &Message<'_>) -> Vec<u8> {
    let unknown = unknown_attributes(message);
    if unknown.is_empty() {
        success(message).address(XOR_MAPPED_ADDRESS, client.remote).finish()
    } else {
        error(message, 420).attribute(UNKNOWN_ATTRIBUTES, &unknown).finish()
    }
}

fn unknown_attributes(message: &Message<'_>) -> Vec<u8> {
    let strange = |kind: &u16| *kind < OPTIONAL_FROM && !KNOWN.contains(kind);
    message.attributes().map(|(kind, _)| kind).filter(strange).flat_map(u16::to_be_bytes).collect()
}

fn code_of(reason: NotBound) -> u16 {
    match reason {
        NotBound::TooMany => 508,
        NotBound::Taken => 400,
    }
}
