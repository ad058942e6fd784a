//! What the interface asks for. Each is a person's wish; the session decides what becomes of it.

use super::view::{DeviceKind, Notice, Preference, Reaction, TileKey, Treatment};
use crate::protocol::{HostCommand, PeerId};

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Enter the room under this name (as typed).
    Join {
        /// The content of the name field.
        name: String,
    },
    /// Leave the call.
    Leave,
    /// Go back in after having left.
    Rejoin,
    /// Microphone on or off.
    ToggleMicrophone,
    /// Camera on or off.
    ToggleCamera,
    /// Use this camera, microphone or speaker from now on.
    ChooseDevice(DeviceKind, String),
    /// Whether the microphone's sound is to be treated in this way.
    TreatSound(Treatment, bool),
    /// Use what was plugged in, or do not.
    AnswerOffer(bool),
    /// Whether whoever talks is to be on the stage.
    FollowSpeaker(bool),
    /// Whether who shows no picture is to have no tile.
    HideEmpty(bool),
    /// Keep this tile on the stage, or let go of it.
    TogglePin(TileKey),
    /// Share a screen, or stop that.
    ToggleScreen,
    /// Whether the others are to see a relay's address only, in the next call.
    HideAddress(bool),
    /// Ask the browser for the devices again.
    RetryDevices,
    /// Send a chat message (as typed).
    SendChat {
        /// The content of the message field.
        text: String,
    },
    /// The person is writing a message.
    Typing,
    /// The chat panel was opened or closed.
    ShowChat(bool),
    /// Raise the hand, or lower it.
    ToggleHand,
    /// Say something with one sign.
    React(Reaction),
    /// Switch this on or off, on this device.
    Prefer(Preference, bool),
    /// Push-to-talk: the key is held, or is not any more.
    Talk(bool),
    /// The person has read the notice.
    Dismiss(Notice),
    /// Try the connection to this person again.
    RetryPair(PeerId),
    /// Use a host's right.
    Host(HostCommand),
    /// What hosts have done to this person, and what is to be known after a removal, has been read.
    ReadNotes,
    /// What opens rooms on this server (as typed), for the next Join.
    UseCode(String),
    /// The code is the same at this person's side, or is not.
    MarkCompared(PeerId, bool),
    /// The person looks at the connection with somebody, or no longer does.
    WatchConnection(PeerId, bool),
    /// What was said of whose connection is bad has been read.
    ReadFault,
    /// Play this person so loud, in hundredths.
    SetVolume(PeerId, u8),
    /// Whether pictures are neither to go nor to come.
    SaveData(bool),
    /// Turn to the camera that looks the other way.
    TurnCamera,
}
