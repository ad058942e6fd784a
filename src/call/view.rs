//! What the interface shows: plain data, no browser objects.
//!
//! [`CallView`] is made anew from the [`crate::call::session::Session`] after every change; two equal views look the
//! same. What it asks for is an [`Intent`].
//!
//! Words are not made here: the view says *what* is so, and [`crate::i18n`] has the sentence in each language.

pub use super::code::Code;
pub use super::gestures::Reaction;
pub use super::hosting::{HostView, Knock};
pub use super::in_app::InApp;
pub use super::intent::Intent;
pub use super::layout::Choice;
pub use super::media::screen::Share;
pub use super::media::sound::{Sound, Treatment};
pub use super::path::{CandidateKind, Route, Transport, Tried};
pub use super::preferences::{Preference, Preferences};
pub use super::quality::{Codec, Fault, Grade, Trace};
pub use super::story::{Gathered, Story, Trouble};
use crate::protocol::{DisplayName, PeerId, RoomId};

/// Where the person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// In front of the room, with the preview.
    #[default]
    Lobby,
    /// Join was pressed; the server has not answered yet.
    Joining,
    /// Someone inside decides about the admission.
    Waiting,
    /// In the call.
    InCall,
    /// The call is over for this person.
    After(Farewell),
}

/// Why the call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The person pressed Leave.
    Left,
    /// Someone removed them.
    Removed,
    /// Someone ended the call for everyone.
    Ended,
    /// The call goes on in another tab of this browser.
    ElsewhereNow,
}

/// How the socket to the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerLink {
    /// The first attempt is under way.
    #[default]
    Connecting,
    /// Open.
    Connected,
    /// Lost, and being opened again. Calls go on meanwhile.
    Reconnecting,
}

/// Something that the person should know, until it no longer holds or they dismiss it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// The page was not loaded from a secure address: no camera, no microphone, no call.
    InsecureContext,
    /// The page is in the browser of this app.
    InApp(InApp),
    /// This browser has no WebRTC, or it is switched off.
    NoWebRtc,
    /// The link of a sealed room has no key.
    LinkIncomplete,
    /// The link's key does not fit the room.
    LinkWrong,
    /// As many people as fit (the number) are in the room.
    RoomFull(u16),
    /// A host did not let this person in.
    NotLetIn,
    /// Too many wait to be let in.
    Crowded,
    /// Nobody is in the room, and to open it takes the server's code.
    NotOpen,
    /// The page is older or newer than the server: reload it.
    VersionMismatch,
    /// The server allows no more connections or rooms just now. The page tries again by itself.
    ServerBusy,
    /// The server allows no more from this network just now. The page tries again by itself.
    NetworkBusy,
    /// The browser denies the camera.
    CameraBlocked,
    /// The browser denies the microphone.
    MicrophoneBlocked,
    /// The browser denies both camera and microphone.
    DevicesBlocked,
    /// Another program has the camera.
    CameraBusy,
    /// Another program has the microphone.
    MicrophoneBusy,
    /// Other programs have both camera and microphone.
    DevicesBusy,
    /// There is no camera.
    NoCamera,
    /// There is no microphone.
    NoMicrophone,
    /// There is neither camera nor microphone.
    NoDevices,
    /// The microphone that was chosen is not there; another one is used.
    OtherMicrophone,
    /// The camera that was chosen is not there; another one is used.
    OtherCamera,
    /// The speaker that was chosen is not there; another one is used.
    OtherSpeaker,
    /// The screen could not be captured.
    ScreenFailed,
    /// The browser holds the sound back until the page is touched.
    SoundBlocked,
    /// Join was pressed without a name.
    NameMissing,
    /// The message is over 8 KiB and was not sent.
    MessageTooLong,
    /// The address is to be hidden, and this server has no relay to hide it behind.
    CannotHide,
    /// This person is in the call already, in another tab of this browser.
    InOtherTab,
}

/// State of the own microphone or camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Device {
    /// The browser has been asked (it may be asking the person).
    #[default]
    Starting,
    /// In use.
    On,
    /// Muted, or switched off by the person.
    Off,
    /// Not to be had; a [`Notice`] says why. Pressing its button tries again.
    Missing,
}

/// What a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// Hears.
    Microphone,
    /// Sees.
    Camera,
    /// Plays what the others say.
    Speaker,
}

impl DeviceKind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Microphone, Self::Camera, Self::Speaker];
}

/// A device that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceOption {
    /// What it does.
    pub kind: DeviceKind,
    /// For [`Intent::ChooseDevice`].
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Whether it is the one in use.
    pub in_use: bool,
}

/// What a tile shows; with the owner it names the tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The person, with their microphone.
    Camera,
    /// A shared screen, with its sound.
    Screen,
}

/// Names a tile: whose and of what. Stable while it exists, so that an element can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileKey {
    /// Whose; `None` is the own tile.
    pub owner: Option<PeerId>,
    /// Of what.
    pub source: Source,
}

impl TileKey {
    /// The own picture.
    pub const OWN: Self = Self { owner: None, source: Source::Camera };
}

/// How the media between us and the owner of a tile are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PairStatus {
    /// Not connected yet.
    #[default]
    Connecting,
    /// Playing.
    Connected,
    /// Was connected, is being repaired.
    Reconnecting,
    /// Could not be connected.
    Failed,
}

/// One tile of the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileView {
    /// Which tile.
    pub key: TileKey,
    /// The owner's name (the own one too).
    pub name: DisplayName,
    /// Whether the owner's microphone is off.
    pub muted: bool,
    /// Whether there is a picture to show (else initials).
    pub has_picture: bool,
    /// Whether they are talking just now.
    pub speaking: bool,
    /// How the connection to the owner is. The own tile is always connected.
    pub status: PairStatus,
    /// Whether the owner's socket to the server is up (said beside the name, not over the picture: they may be seen and
    /// heard all the while).
    pub reachable: bool,
    /// Whether the person has compared the code with the owner's.
    pub compared: bool,
    /// Which place the owner's hand has among those that are raised, from 1.
    pub hand: Option<u16>,
    /// What the owner has just said with one sign.
    pub reaction: Option<Reaction>,
}

/// How one other person is connected, and how that came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionView {
    /// To whom.
    pub peer: PeerId,
    /// The way that packets take, once there is one.
    pub route: Option<Route>,
    /// The kinds of the two ends, ours first.
    pub ends: Option<(CandidateKind, CandidateKind)>,
    /// The last round trip, in milliseconds.
    pub round_trip_ms: Option<u32>,
    /// Of a thousand packets of sound and picture from them, how many were lost in the last seconds.
    pub loss_permille: Option<u32>,
    /// How good it is, once enough is known.
    pub grade: Option<Grade>,
    /// What has happened.
    pub story: Story,
    /// Pairs of candidates.
    pub tried: Tried,
    /// What is wrong, when the connection has failed.
    pub trouble: Option<Trouble>,
    /// What both see if there is nobody in between.
    pub code: Option<Code>,
    /// Whether the person has compared it.
    pub compared: bool,
}

/// What there is to see of a connection while the person looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// With whom.
    pub peer: PeerId,
    /// How unevenly their sound arrives, in milliseconds.
    pub jitter_ms: Option<u32>,
    /// What comes and what goes, in kilobits a second.
    pub kilobits: Option<(u32, u32)>,
    /// Width and height of their picture.
    pub size: Option<(u32, u32)>,
    /// How it is coded.
    pub codec: Option<Codec>,
    /// How loud they are played, in hundredths.
    pub volume: u8,
    /// The round trips of the last minute, in milliseconds.
    pub round_trips: Trace,
    /// The losses of the last minute, of a thousand packets, in the worse direction.
    pub losses: Trace,
}

/// A piece of a chat message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatPiece {
    /// Inert text.
    Text(String),
    /// An http or https address, to be opened in a new tab without referrer.
    Link(String),
}

/// One line of the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatLine {
    /// Unique within the call, stable.
    pub id: u32,
    /// Who wrote it; `None` is oneself.
    pub author: Option<PeerId>,
    /// The author's name when they wrote it.
    pub name: DisplayName,
    /// When it arrived here, in milliseconds since 1970.
    pub at_ms: u64,
    /// What it says.
    pub pieces: Vec<ChatPiece>,
}

/// What those who listen are told of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// They came.
    Came,
    /// They went.
    Left,
    /// They raised a hand.
    RaisedHand,
}

/// Somebody came, went, or raised a hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Who.
    pub peer: PeerId,
    /// What they are called.
    pub name: DisplayName,
    /// Which of it.
    pub turn: Turn,
}

/// Everything that the interface needs to draw.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallView {
    /// Where the person stands.
    pub phase: Phase,
    /// The room, once known to be one.
    pub room: Option<RoomId>,
    /// The name last used on this device, to prefill the field with.
    pub remembered_name: Option<DisplayName>,
    /// How the socket is.
    pub server: ServerLink,
    /// What the person should know, most important first.
    pub notices: Vec<Notice>,
    /// Whether Join can be pressed: nothing fatal stands in the way.
    pub can_join: bool,
    /// The own microphone.
    pub microphone: Device,
    /// The own camera.
    pub camera: Device,
    /// The devices that can be chosen from.
    pub devices: Vec<DeviceOption>,
    /// What becomes of the microphone's sound.
    pub sound: Sound,
    /// The name of what was plugged in during the call and could be used.
    pub offered: Option<String>,
    /// The own screen.
    pub screen: Share,
    /// How the person wants to see the call.
    pub choice: Choice,
    /// Own tile first, then the others in the order in which they came, then the screens that they share.
    pub tiles: Vec<TileView>,
    /// Whom the stage follows in the speaker view; nobody until one of the others has spoken.
    pub speaker: Option<PeerId>,
    /// Who has just come, gone and raised a hand, in that order, for as long as it takes to say so.
    pub announcement: Vec<Passage>,
    /// The chat, oldest first.
    pub chat: Vec<ChatLine>,
    /// Lines that came while the panel was closed, or the page hidden.
    pub unread: u32,
    /// Who is writing just now.
    pub typing: Vec<DisplayName>,
    /// Whether the person talks, and is muted.
    pub talks_muted: bool,
    /// What the person has switched.
    pub preferences: Preferences,
    /// One for each other person. Apart from the tiles: it changes every second.
    pub connections: Vec<ConnectionView>,
    /// More about the one that the person looks at.
    pub details: Option<Details>,
    /// Whose connection is bad.
    pub fault: Option<Fault>,
    /// Whether no pictures go and none are to come.
    pub low_data: bool,
    /// Whether there is another camera to turn to, on a device that people touch.
    pub can_turn_camera: bool,
    /// Whether the camera looks away from the person: what it sees is not mirrored.
    pub camera_faces_away: bool,
    /// Whether the others see a relay's address instead of this person's.
    pub hides_address: bool,
    /// The door, and who may open it.
    pub host: HostView,
}

impl CallView {
    /// Whether others would notice if this page went away.
    pub fn is_with_others(&self) -> bool {
        self.phase == Phase::InCall && self.tiles.iter().any(|tile| tile.key.owner.is_some())
    }
}
