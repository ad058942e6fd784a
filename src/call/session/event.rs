//! What happens to a session, and what it says is to be done.

use crate::call::chime::Chime;
use crate::call::derivation::Random;
use crate::call::encoding::VideoEncoding;
use crate::call::media::{DeviceIds, DeviceInfo, MediaCommand, MediaEvent};
use crate::call::path::PathStats;
use crate::call::peer_message::Channel;
use crate::call::signal::{Candidates, Description, MediaSource};
use crate::call::view::{DeviceKind, Intent};
use crate::protocol::{CloseReason, DisplayName, Generation, Graphemes, IceServer, PeerId};

use super::pair::ConnectionState;

/// What the page knows when it starts.
#[derive(Debug, Default)]
pub struct Environment {
    /// The part of the address behind the `#`.
    pub fragment: String,
    /// `window.isSecureContext`.
    pub secure_context: bool,
    /// Whether RTCPeerConnection exists.
    pub webrtc: bool,
    /// Whether `getDisplayMedia` exists.
    pub can_share: bool,
    /// Whether people touch it: a phone, or a tablet.
    pub touch: bool,
    /// What the browser calls itself.
    pub user_agent: String,
    /// What [`Command::RememberName`] kept on this device.
    pub remembered_name: Option<String>,
    /// What [`Command::RememberHiding`] kept on this device.
    pub hides_address: bool,
    /// What [`Command::KeepHosts`] kept on this device.
    pub kept_hosts: Option<String>,
    /// What [`Command::RememberCode`] kept on this device.
    pub create_code: Option<String>,
    /// What [`Command::RememberDevice`] kept on this device, in the order of [`DeviceKind::ALL`].
    pub remembered_devices: [Option<String>; 3],
    /// What [`Command::RememberPreferences`] kept on this device.
    pub preferences: Option<String>,
    /// What [`Command::RememberSound`] kept on this device.
    pub remembered_sound: Option<String>,
    /// What [`Command::StoreSession`] kept in this tab.
    pub stored_session: Option<String>,
    /// The wall clock at time zero of `now`, in milliseconds since 1970.
    pub wall_ms: u64,
    /// A random number, for what nobody needs to be kept from guessing.
    pub seed: u64,
    /// Random bytes for keys and nonces.
    pub random: Random,
    /// What a reader takes for one character.
    pub graphemes: Graphemes,
}

impl Environment {
    /// A name as somebody typed it, if anything of it can be seen.
    pub(super) fn name(&self, typed: &str) -> Option<DisplayName> {
        DisplayName::parse(typed, self.graphemes).ok()
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The page reacts: begin.
    Start,
    /// A person's wish.
    Intent(Intent),
    /// On the socket of [`Command::OpenSocket`] with this number.
    Socket(u32, SocketEvent),
    /// On the connection to this peer, in this generation.
    Peer(PeerId, Generation, PeerEvent),
    /// With the own devices.
    Media(MediaEvent),
    /// The devices that there are now: after one was opened, plugged in or out.
    Devices(Vec<DeviceInfo>),
    /// The network is another one, or is back.
    NetworkChanged,
    /// The page is looked at again, or the browser has some other inkling that not all may be as it was.
    Stirred,
    /// The same, and the page is in sight now.
    Shown,
    /// The same, and the page is out of sight: another tab or window hides it.
    Hidden,
    /// Another tab of this browser has said this on the channel of [`Command::TellTabs`].
    Tab(String),
    /// The wall clock, in milliseconds since 1970, and [`Event::Timeout`]: it went on while this machine slept.
    Clock(u64),
    /// How loud it is: the own microphone (`None`) and each of the others, in thousandths of the loudest.
    Levels(Vec<(Option<PeerId>, u16)>),
    /// Whether the browser holds the sound back until the page is touched.
    SoundBlocked(bool),
    /// The time of [`super::Session::poll_timeout`] has come.
    Timeout,
}

/// What happened on a socket.
#[derive(Debug, Clone)]
pub enum SocketEvent {
    /// It is open.
    Opened,
    /// A text frame.
    Message(String),
    /// It closed, or could not be opened; with the reason in the server's close frame.
    Closed(Option<CloseReason>),
}

/// What happened on a peer connection.
#[derive(Debug, Clone)]
pub enum PeerEvent {
    /// `negotiationneeded`.
    NegotiationNeeded,
    /// [`PeerCommand::NegotiateLocal`] came to an end; `None` is a failure.
    LocalApplied(Option<Description>),
    /// [`PeerCommand::ApplyRemote`] came to an end; whether it worked.
    RemoteApplied(bool),
    /// Addresses were found.
    LocalCandidates(Candidates),
    /// `connectionstatechange`.
    State(ConnectionState),
    /// A data channel is open.
    ChannelOpened(Channel),
    /// A data channel is closed.
    ChannelClosed(Channel),
    /// A message on a data channel.
    Message(Channel, String),
    /// Whether packets of the peer's picture arrive (`mute` and `unmute` of the track).
    PictureFlowing(bool),
    /// What [`PeerCommand::ReadStats`] asked for.
    Measured(PathStats),
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Open a socket to the server; its events carry this number. An older socket is to be dropped.
    OpenSocket(u32),
    /// Send a text frame.
    SendSocket(String),
    /// Close the socket.
    CloseSocket,
    /// Keep this in the tab, over a reload.
    StoreSession(String),
    /// Forget what was stored.
    ForgetSession,
    /// Keep this on the device.
    RememberName(String),
    /// Keep on the device whether the own address is hidden.
    RememberHiding(bool),
    /// Keep on this device the secrets of rooms that it hosts.
    KeepHosts(String),
    /// Keep on this device what opens rooms on this server.
    RememberCode(String),
    /// Keep on the device what the person has switched.
    RememberPreferences(String),
    /// Keep on the device which one of its kind was chosen.
    RememberDevice(DeviceKind, String),
    /// Keep on the device how the microphone's sound is treated.
    RememberSound(String),
    /// Ask for these from now on, and play on this speaker.
    UseDevices(DeviceIds),
    /// Say this to the other tabs of this browser.
    TellTabs(String),
    /// Keep the screen on, or no longer. Said again when the page is in sight again.
    KeepAwake(bool),
    /// Play what this person sends so loud, in hundredths.
    SetVolume(PeerId, u8),
    /// Let this be heard.
    Chime(Chime),
    /// Have an RTCPeerConnection ready for the first [`Command::OpenPeer`] that offers.
    PreparePeer,
    /// Create an RTCPeerConnection; `offers`: with transceivers for microphone and camera.
    OpenPeer {
        /// To whom.
        peer: PeerId,
        /// Its events carry this number.
        generation: Generation,
        /// Whether we are the newcomer of the two.
        offers: bool,
        /// How to find paths.
        ice: IceSetup,
    },
    /// Close the connection to this peer, and let go of it.
    ClosePeer(PeerId),
    /// Do this on the connection to this peer.
    Peer(PeerId, PeerCommand),
    /// Do this with the own devices.
    Media(MediaCommand),
}

impl Command {
    /// Whether this only remembers something.
    pub(super) fn is_storage(&self) -> bool {
        matches!(
            self,
            Self::StoreSession(_)
                | Self::ForgetSession
                | Self::RememberName(_)
                | Self::RememberHiding(_)
                | Self::RememberDevice(_, _)
                | Self::RememberSound(_)
                | Self::KeepHosts(_)
                | Self::RememberCode(_)
                | Self::RememberPreferences(_)
        )
    }
}

/// How a connection finds paths: a part of RTCConfiguration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IceSetup {
    /// `iceServers`.
    pub servers: Vec<IceServer>,
    /// `iceTransportPolicy: relay`: nothing but relays may see the own address.
    pub relay_only: bool,
}

/// What to do on a peer connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerCommand {
    /// `setLocalDescription()`, then [`PeerEvent::LocalApplied`].
    NegotiateLocal,
    /// Take the own standing offer back; browsers do that by themselves.
    Rollback,
    /// `setRemoteDescription()`, then [`PeerEvent::RemoteApplied`].
    ApplyRemote(Description),
    /// `addIceCandidate()` for each.
    AddCandidates(Candidates),
    /// `restartIce()`.
    RestartIce,
    /// `setConfiguration()`: what is gathered from now on uses this.
    UseServers(IceSetup),
    /// Send the picture of this source at most in this size and rate.
    SetEncoding(MediaSource, VideoEncoding),
    /// Send pictures, or nothing in their place. A connection begins with pictures.
    SendPictures(bool),
    /// Send on a data channel.
    SendMessage(Channel, String),
    /// `getStats()`, then [`PeerEvent::Measured`].
    ReadStats,
}
