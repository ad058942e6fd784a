//! Room addresses: `/r/{name}` for anyone who knows the name, `/m/{id}#{key}` for who has the link.
//!
//! A sealed room's id commits to both secrets of its link, so a server that stores nothing can tell a whole link
//! from a broken one and a guest from a host, and never learns the key:
//!
//! ```text
//! key tag  = HKDF-SHA256(key,  salt "confab", info "key tag 1"),  32 bytes
//! host tag = HKDF-SHA256(host, salt "confab", info "host tag 1"), 32 bytes
//! id       = SHA-256(key tag)[..10] || SHA-256(host tag)[..10]
//! ```
//!
//! Ids and secrets are written in base32 (RFC 4648, lower case, no padding); ids in groups of four.
//!
//! Behind all that stands, in an invitation to one person, what they are called (`invitation.rs`).

mod invitation;

use std::fmt;

use base32ct::{Base32Unpadded, Encoding};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use invitation::{invited_name, with_invitation_of};

/// Why a text is no room, or a link opens none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// There is nothing to parse.
    #[error("empty")]
    Empty,
    /// A room name has 1 to 64 of `a-z`, `0-9` and `-`.
    #[error("not a room name")]
    BadName,
    /// `/m/` is not followed by 32 base32 digits.
    #[error("not a room id")]
    BadId,
    /// A sealed room's link without its `#` part.
    #[error("the part after # is missing")]
    MissingKey,
    /// The part after `#` is not a key, or not this room's.
    #[error("the part after # does not fit this room")]
    WrongKey,
    /// An address that is not a room's.
    #[error("not a room's address")]
    NotARoom,
}

/// The name of a named room: 1 to 64 of `[a-z0-9-]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomName(String);

impl RoomName {
    /// Takes a name as typed: any case, blanks around it.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let name = text.trim().to_ascii_lowercase();
        if name.is_empty() {
            return Err(LinkError::Empty);
        }
        let fits = name.len() <= 64 && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits { Ok(Self(name)) } else { Err(LinkError::BadName) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The public half of a sealed room's link: 160 bits that commit to its secrets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SealedId([u8; 20]);

impl SealedId {
    /// The id that commits to these secrets.
    pub fn commit(key: &LinkKey, host: &HostSecret) -> Self {
        let mut id = [0; 20];
        id[..10].copy_from_slice(&commitment(&key.tag()));
        id[10..].copy_from_slice(&commitment(&host.tag()));
        Self(id)
    }

    /// Takes an id as typed: any case, hyphens anywhere.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let digits: String = text.chars().filter(|c| *c != '-').take(33).collect();
        decode_base32(&digits).map(Self).ok_or(LinkError::BadId)
    }

    /// Says what a proof is worth, comparing in constant time.
    pub fn judge(&self, proof: &Proof) -> Result<Role, LinkError> {
        if !bool::from(commitment(&proof.key_tag).ct_eq(&self.0[..10])) {
            return Err(LinkError::WrongKey);
        }
        match &proof.host_tag {
            None => Ok(Role::Guest),
            Some(tag) if bool::from(commitment(tag).ct_eq(&self.0[10..])) => Ok(Role::Host),
            Some(_) => Err(LinkError::WrongKey),
        }
    }
}

impl fmt::Display for SealedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = encode_base32(&self.0);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SealedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedId({self})")
    }
}

/// Which room. On the wire and in addresses: `r/{name}` or `m/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum RoomId {
    /// Open to whoever guesses the name.
    Named(RoomName),
    /// Open to whoever has the link.
    Sealed(SealedId),
}

impl RoomId {
    /// Takes `r/{name}` or `m/{id}`, with or without a slash in front.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.strip_prefix('/').unwrap_or(text);
        match text.split_once('/') {
            Some(("r", name)) => RoomName::parse(name).map(Self::Named),
            Some(("m", id)) => SealedId::parse(id).map(Self::Sealed),
            Some(_) | None => Err(LinkError::NotARoom),
        }
    }

    /// The path of the room's page.
    pub fn path(&self) -> String {
        format!("/{self}")
    }
}

impl fmt::Display for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => write!(f, "r/{}", name.as_str()),
            Self::Sealed(id) => write!(f, "m/{id}"),
        }
    }
}

impl From<RoomId> for String {
    fn from(room: RoomId) -> Self {
        room.to_string()
    }
}

impl TryFrom<String> for RoomId {
    type Error = LinkError;

    fn try_from(text: String) -> Result<Self, LinkError> {
        Self::parse(&text)
    }
}

/// What a person may do in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Takes part.
    Guest,
    /// Holds the link's second secret.
    Host,
}

/// 128 random bits, the part of a sealed room's link that no server sees.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKey([u8; 16]);

/// 128 random bits more, in the link of whoever opened the room.
#[derive(Clone, PartialEq, Eq)]
pub struct HostSecret([u8; 16]);

impl LinkKey {
    /// A key from 16 random bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// What may be shown to the server as proof of the key.
    pub fn tag(&self) -> KeyTag {
        derive_tag(&self.0, b"key tag 1")
    }

    /// The key itself, to derive others from.
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl HostSecret {
    /// A secret from 16 random bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Takes what [`HostSecret::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        decode_base32(text).map(Self)
    }

    /// As it stands in a link. For links and this browser's storage alone.
    pub fn text(&self) -> String {
        encode_base32(&self.0)
    }

    /// What may be shown to the server as proof of the secret.
    pub fn tag(&self) -> KeyTag {
        derive_tag(&self.0, b"host tag 1")
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(..)")
    }
}

impl fmt::Debug for HostSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostSecret(..)")
    }
}

/// 32 bytes derived from a secret; 52 base32 digits on the wire.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KeyTag([u8; 32]);

impl fmt::Debug for KeyTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyTag(..)")
    }
}

impl From<KeyTag> for String {
    fn from(tag: KeyTag) -> Self {
        encode_base32(&tag.0)
    }
}

impl TryFrom<String> for KeyTag {
    type Error = LinkError;

    fn try_from(text: String) -> Result<Self, LinkError> {
        decode_base32(&text).map(Self).ok_or(LinkError::WrongKey)
    }
}

/// What a client shows the server of a sealed room's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Proves the link's key.
    pub key_tag: KeyTag,
    /// Proves the host's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_tag: Option<KeyTag>,
}

/// The part of a sealed room's link behind the `#`: `{key}` or `{key}.{host}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSecret {
    /// Opens the room.
    pub key: LinkKey,
    /// Hosts the room.
    pub host: Option<HostSecret>,
}

impl LinkSecret {
    /// Takes a fragment, with or without its `#`.
    pub fn parse(fragment: &str) -> Result<Self, LinkError> {
        let (fragment, _) = invitation::parts(fragment);
        if fragment.is_empty() {
            return Err(LinkError::MissingKey);
        }
        let (key, host) = match fragment.split_once('.') {
            None => (fragment, None),
            Some((key, host)) => (key, Some(host)),
        };
        let key = decode_base32(key).map(LinkKey).ok_or(LinkError::WrongKey)?;
        let host = host.map(|host| decode_base32(host).map(HostSecret).ok_or(LinkError::WrongKey)).transpose()?;
        Ok(Self { key, host })
    }

    /// The fragment without `#`, as in the link for guests.
    pub fn guest_fragment(&self) -> String {
        encode_base32(&self.key.0)
    }

    /// The fragment without `#`, with the host's secret if there is one.
    pub fn fragment(&self) -> String {
        match &self.host {
            None => self.guest_fragment(),
            Some(host) => format!("{}.{}", self.guest_fragment(), host.text()),
        }
    }

    /// What the server is shown.
    pub fn proof(&self) -> Proof {
        Proof { key_tag: self.key.tag(), host_tag: self.host.as_ref().map(HostSecret::tag) }
    }
}

/// A room's whole address, as pasted or opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomLink {
    /// `host[:port]` if the text was an absolute address.
    pub authority: Option<String>,
    /// The room.
    pub room: RoomId,
    /// A sealed room's secrets.
    pub secret: Option<LinkSecret>,
}

impl RoomLink {
    /// Takes what a person types or pastes to get into a room: a name, a path, or a whole address.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        let (authority, rest) = match text.split_once("://") {
            None if text.contains('/') => (None, text),
            None => {
                return RoomName::parse(text).map(|name| Self {
                    authority: None,
                    room: RoomId::Named(name),
                    secret: None,
                });
            }
            Some((_, address)) => match address.find('/') {
                Some(at) => (Some(address[..at].to_owned()), &address[at..]),
                None => return Err(LinkError::NotARoom),
            },
        };
        let (path, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        // Without a scheme the text may be a path, or an address as people say it: "call.example/r/standup".
        let (authority, path) = match (authority, path.find('/')) {
            (None, Some(at)) if at > 0 && RoomId::parse(path).is_err() => (Some(path[..at].to_owned()), &path[at..]),
            (authority, _) => (authority, path),
        };
        let room = RoomId::parse(path.strip_suffix('/').unwrap_or(path))?;
        let secret = Self::secret_for(&room, fragment)?;
        Ok(Self { authority, room, secret })
    }

    /// The link that a page's room and fragment make; named rooms have no secret, whatever the fragment.
    pub fn secret_for(room: &RoomId, fragment: &str) -> Result<Option<LinkSecret>, LinkError> {
        match room {
            RoomId::Named(_) => Ok(None),
            RoomId::Sealed(id) => {
                let secret = LinkSecret::parse(fragment)?;
                id.judge(&secret.proof())?;
                Ok(Some(secret))
            }
        }
    }

    /// A new sealed room with these secrets.
    pub fn create(key: LinkKey, host: HostSecret) -> Self {
        let room = RoomId::Sealed(SealedId::commit(&key, &host));
        Self { authority: None, room, secret: Some(LinkSecret { key, host: Some(host) }) }
    }

    /// Path and fragment for guests.
    pub fn guest_path(&self) -> String {
        self.with_fragment(self.secret.as_ref().map(LinkSecret::guest_fragment))
    }

    /// Path and fragment with all that the link has.
    pub fn path(&self) -> String {
        self.with_fragment(self.secret.as_ref().map(LinkSecret::fragment))
    }

    fn with_fragment(&self, fragment: Option<String>) -> String {
        match fragment {
            None => self.room.path(),
            Some(fragment) => format!("{}#{fragment}", self.room.path()),
        }
    }
}

fn derive_tag(secret: &[u8; 16], info: &[u8]) -> KeyTag {
    let mut tag = [0; 32];
    // Expanding fails only beyond 255 blocks; this is one.
    let expanded = Hkdf::<Sha256>::new(Some(b"confab"), secret).expand(info, &mut tag);
    debug_assert!(expanded.is_ok());
    KeyTag(tag)
}

fn commitment(tag: &KeyTag) -> [u8; 10] {
    let hash = Sha256::digest(tag.0);
    let mut first = [0; 10];
    first.copy_from_slice(&hash[..10]);
    first
}

fn encode_base32(bytes: &[u8]) -> String {
    Base32Unpadded::encode_string(bytes)
}

fn decode_base32<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.to_ascii_lowercase();
    let bytes: [u8; N] = Base32Unpadded::decode_vec(&text).ok()?.try_into().ok()?;
    // One text for each value: bits left over in the last digit must be zero.
    (encode_base32(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests;
