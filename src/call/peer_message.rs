//! What peers say to each other over data channels, never through the server.
//!
//! The channels are negotiated (both sides open them with the same number, RFC 8832 is not needed), ordered and
//! reliable. Messages are JSON with a version in front.

use serde::{Deserialize, Serialize};

use super::gestures::{Hand, Reaction};

/// Version of these messages.
const VERSION: u8 = 1;
/// Longest chat message, in bytes of UTF-8.
pub const MAX_CHAT_BYTES: usize = 8 * 1024;
/// Longest message that is looked at, in bytes: a chat message in which every byte is escaped, and its frame.
pub const MAX_PEER_MESSAGE_BYTES: usize = 6 * MAX_CHAT_BYTES + 256;

/// The data channels of a connection; the number is the SCTP stream of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// State of the person's devices.
    Control,
    /// Chat.
    Chat,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Control, Self::Chat];

    /// SCTP stream number.
    pub fn id(self) -> u16 {
        match self {
            Self::Control => 0,
            Self::Chat => 1,
        }
    }

    /// RTCDataChannel.label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Chat => "chat",
        }
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PeerMessage {
    /// How the sender's devices are; sent when the channel opens and after each change.
    Media {
        /// Whether the microphone sends sound.
        microphone: bool,
        /// Whether the camera sends a picture.
        camera: bool,
        /// Whether a screen is shared.
        screen: bool,
    },
    /// Whether the sender wants pictures. Nobody who was told nothing sends none.
    Pictures {
        /// Else sound is enough.
        wanted: bool,
    },
    /// A line of chat.
    Chat {
        /// Lamport stamp: one more than any that the sender had seen.
        lamport: u64,
        /// At most [`MAX_CHAT_BYTES`].
        text: String,
    },
    /// The sender's hand; sent when it is raised or lowered, and, once it was ever raised, when the channel opens.
    Hand {
        /// Whether it is up.
        up: bool,
        /// Lamport stamp of the raising: one more than any of a hand that the sender had seen.
        lamport: u64,
    },
    /// The sender reacts.
    Reaction {
        /// With this.
        emoji: Reaction,
    },
    /// The sender is writing a line of chat.
    Typing,
    /// A step towards the short code ([`super::code`]).
    Code {
        /// Which one.
        step: CodeStep,
        /// 32 bytes, base64url.
        value: String,
    },
    /// Something that a newer client says. Ignored.
    Unknown,
}

/// The steps of [`super::code::Step`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeStep {
    /// The first side binds itself.
    Commit,
    /// The second side tells its nonce.
    Nonce,
    /// The first side tells its nonce.
    Reveal,
}

/// A message with the version in front.
#[derive(Serialize)]
struct Frame<'a> {
    v: u8,
    #[serde(flatten)]
    message: &'a PeerMessage,
}

/// A message before it is known which: one flat object, for the reason given at the server's messages.
#[derive(Deserialize)]
struct PeerText {
    v: u8,
    #[serde(rename = "type")]
    kind: String,
    microphone: Option<bool>,
    camera: Option<bool>,
    screen: Option<bool>,
    wanted: Option<bool>,
    lamport: Option<u64>,
    text: Option<String>,
    up: Option<bool>,
    emoji: Option<String>,
    step: Option<String>,
    value: Option<String>,
}

/// The message breaks the protocol or its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a peer message")]
pub struct BadPeerMessage;

impl PeerMessage {
    /// Reads and checks what a peer sent. A later version is [`PeerMessage::Unknown`].
    pub fn parse(text: &str) -> Result<Self, BadPeerMessage> {
        if text.len() > MAX_PEER_MESSAGE_BYTES {
            return Err(BadPeerMessage);
        }
        let text: PeerText = serde_json::from_str(text).map_err(|_| BadPeerMessage)?;
        text.message().ok_or(BadPeerMessage)
    }

    /// As it travels.
    pub fn to_text(&self) -> String {
        // Strings, numbers and flags always serialize.
        serde_json::to_string(&Frame { v: VERSION, message: self }).unwrap_or_default()
    }
}

impl From<Hand> for PeerMessage {
    fn from(Hand { up, lamport }: Hand) -> Self {
        Self::Hand { up, lamport }
    }
}

impl PeerText {
    fn message(self) -> Option<PeerMessage> {
        Some(match self.kind.as_str() {
            _ if self.v != VERSION => PeerMessage::Unknown,
            "media" => PeerMessage::Media {
                microphone: self.microphone?,
                camera: self.camera?,
                // Pages of before there was any say nothing of it.
                screen: self.screen.unwrap_or_default(),
            },
            "pictures" => PeerMessage::Pictures { wanted: self.wanted? },
            "chat" => {
                let text = self.text.filter(|text| text.len() <= MAX_CHAT_BYTES)?;
                PeerMessage::Chat { lamport: self.lamport?, text }
            }
            "hand" => PeerMessage::Hand { up: self.up?, lamport: self.lamport? },
            // Newer pages may have more of them.
            "reaction" => match Reaction::parse(&self.emoji?) {
                Some(emoji) => PeerMessage::Reaction { emoji },
                None => PeerMessage::Unknown,
            },
            "typing" => PeerMessage::Typing,
            "code" => {
                let step = match self.step?.as_str() {
                    "commit" => CodeStep::Commit,
                    "nonce" => CodeStep::Nonce,
                    "reveal" => CodeStep::Reveal,
                    _ => return None,
                };
                PeerMessage::Code { step, value: self.value? }
            }
            _ => PeerMessage::Unknown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_their_text() {
        for message in [
            PeerMessage::Media { microphone: true, camera: false, screen: true },
            PeerMessage::Pictures { wanted: false },
            PeerMessage::Chat { lamport: 7, text: "é\u{0}\"".into() },
            PeerMessage::Code { step: CodeStep::Reveal, value: "AA".into() },
            PeerMessage::Hand { up: false, lamport: 9 },
            PeerMessage::Reaction { emoji: Reaction::Love },
            PeerMessage::Typing,
        ] {
            assert_eq!(PeerMessage::parse(&message.to_text()), Ok(message));
        }
    }

    #[test]
    fn the_text_is_what_the_document_says() {
        let chat = PeerMessage::Chat { lamport: 7, text: "hi".into() };
        assert_eq!(chat.to_text(), r#"{"v":1,"type":"chat","lamport":7,"text":"hi"}"#);
        let code = PeerMessage::Code { step: CodeStep::Commit, value: "AA".into() };
        assert_eq!(code.to_text(), r#"{"v":1,"type":"code","step":"commit","value":"AA"}"#);
        let hand = PeerMessage::Hand { up: true, lamport: 7 };
        assert_eq!(hand.to_text(), r#"{"v":1,"type":"hand","up":true,"lamport":7}"#);
        let reaction = PeerMessage::Reaction { emoji: Reaction::Agree };
        assert_eq!(reaction.to_text(), r#"{"v":1,"type":"reaction","emoji":"👍"}"#);
        assert_eq!(PeerMessage::Typing.to_text(), r#"{"v":1,"type":"typing"}"#);
        let media = PeerMessage::Media { microphone: true, camera: false, screen: false };
        assert_eq!(media.to_text(), r#"{"v":1,"type":"media","microphone":true,"camera":false,"screen":false}"#);
        let pictures = PeerMessage::Pictures { wanted: false };
        assert_eq!(pictures.to_text(), r#"{"v":1,"type":"pictures","wanted":false}"#);
        let older = r#"{"v":1,"type":"media","microphone":true,"camera":false}"#;
        assert_eq!(PeerMessage::parse(older), Ok(media));
    }

    #[test]
    fn newer_messages_are_ignored_and_broken_ones_refused() {
        assert_eq!(PeerMessage::parse(r#"{"v":1,"type":"dance","up":true}"#), Ok(PeerMessage::Unknown));
        assert_eq!(PeerMessage::parse(r#"{"v":1,"type":"reaction","emoji":"💃"}"#), Ok(PeerMessage::Unknown));
        assert_eq!(PeerMessage::parse(r#"{"v":2,"type":"chat","lamport":1,"text":"?"}"#), Ok(PeerMessage::Unknown));
        for text in [
            "",
            "{}",
            r#"{"v":1}"#,
            r#"{"type":"chat","lamport":1,"text":""}"#,
            r#"{"v":1,"type":"code","step":"x"}"#,
            r#"{"v":1,"type":"hand","up":true}"#,
            r#"{"v":1,"type":"pictures"}"#,
        ] {
            assert_eq!(PeerMessage::parse(text), Err(BadPeerMessage), "{text}");
        }
    }

    #[test]
    fn chat_is_at_most_8_kib_however_it_is_escaped() {
        let chat = |text: String| PeerMessage::Chat { lamport: 1, text }.to_text();
        assert!(PeerMessage::parse(&chat("\u{1}".repeat(MAX_CHAT_BYTES))).is_ok());
        assert_eq!(PeerMessage::parse(&chat("x".repeat(MAX_CHAT_BYTES + 1))), Err(BadPeerMessage));
        assert_eq!(PeerMessage::parse(&chat("x".repeat(1_000_000))), Err(BadPeerMessage));
    }
}
