//! A connection before it is known to whom: made while the person is still in front of the preview, since making one
//! takes a browser several milliseconds.

use std::ops::Deref;

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{
    RtcConfiguration, RtcDataChannel, RtcDataChannelInit, RtcPeerConnectionState, RtcRtpSender, RtcRtpTransceiver,
    RtcRtpTransceiverDirection, RtcRtpTransceiverInit,
};

use super::bindings::{PeerConnection, get, new_connection, object, set, settle, spawn, warn};
use super::media::LocalMedia;
use crate::call::encoding::VideoEncoding;
use crate::call::peer_message::Channel;
use crate::call::session::IceSetup;
use crate::call::signal::MediaSource;
use crate::protocol::IceServer;

/// What we send, and over which transceiver.
pub type Sending = Vec<(MediaSource, RtcRtpTransceiver)>;

/// A connection that is closed when dropped.
pub struct Connection(PeerConnection);

/// A connection with its data channels; the newcomer's with its transceivers.
pub struct Prepared {
    /// The connection.
    pub connection: Connection,
    /// The newcomer's transceivers; the other side adopts them from the offer.
    pub sending: Sending,
    /// The negotiated data channels.
    pub channels: Vec<(Channel, RtcDataChannel)>,
}

impl Prepared {
    /// A new connection; `offers`: for the newcomer.
    pub fn new(offers: bool, certificate: &JsValue, media: &LocalMedia) -> Result<Self, JsValue> {
        let connection = Connection(new_connection(&configuration(&IceSetup::default(), certificate))?);
        let sending = if offers { add_transceivers(&connection, media) } else { Sending::new() };
        let channels = Channel::ALL.map(|channel| (channel, create_channel(&connection, channel))).into();
        Ok(Self { connection, sending, channels })
    }
}

impl Connection {
    /// Says what helps through NATs, and what may be seen of us, to whatever is gathered from now on.
    pub fn use_servers(&self, ice: &IceSetup, certificate: &JsValue) -> Result<(), JsValue> {
        if *ice == IceSetup::default() {
            return Ok(());
        }
        self.0.set_configuration_with_configuration(&configuration(ice, certificate))
    }

    /// A fault of ours; what fails because the connection was closed meanwhile is none.
    pub fn warn(&self, what: &str, error: &JsValue) {
        warn_of(&self.0, what, error);
    }

    /// A screen that is shared is sent from now on, over transceivers that are made when they are needed first: the browser
    /// asks to negotiate them. They stay, so that sharing again needs nothing.
    pub fn add_screen(&self, sending: &mut Sending, media: &LocalMedia) {
        for (source, kind) in [(MediaSource::Screen, "video"), (MediaSource::ScreenAudio, "audio")] {
            if media.track(source).is_some() && !sending.iter().any(|(other, _)| *other == source) {
                sending.push((source, add_transceiver(self, media, source, kind)));
            }
        }
    }

    /// Limits the picture that is sent.
    pub fn set_encoding(&self, sender: &RtcRtpSender, encoding: VideoEncoding) {
        let parameters = sender.get_parameters();
        for one in Array::from(&get(&parameters, "encodings")).iter() {
            set(&one, "maxBitrate", encoding.max_bitrate_bps);
            set(&one, "scaleResolutionDownBy", u32::from(encoding.scale_down_by));
            set(&one, "maxFramerate", u32::from(encoding.max_fps));
        }
        let (taken, connection) = (sender.set_parameters_with_parameters(&parameters), Clone::clone(&self.0));
        spawn(async move {
            if let Err(error) = settle(taken).await {
                warn_of(&connection, "encoding not taken", &error);
            }
        });
    }

    /// Sends what is captured now, `pictures` or none. Not waited for: the browser keeps the order of its operations.
    pub fn replace_tracks(&self, sending: &Sending, media: &LocalMedia, pictures: bool) {
        for (source, transceiver) in sending {
            let is_sent = pictures || !matches!(source, MediaSource::Camera | MediaSource::Screen);
            let track = media.track(*source).filter(|_| is_sent);
            let sender = transceiver.sender();
            if sender.track() == track {
                continue;
            }
            let (replaced, connection) = (sender.replace_track(track.as_ref()), Clone::clone(&self.0));
            spawn(async move {
                if let Err(error) = settle(replaced).await {
                    warn_of(&connection, "track not replaced", &error);
                }
            });
        }
    }
}

impl Deref for Connection {
    type Target = PeerConnection;

    fn deref(&self) -> &PeerConnection {
        &self.0
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn warn_of(connection: &PeerConnection, what: &str, error: &JsValue) {
    if connection.connection_state() != RtcPeerConnectionState::Closed {
        warn(what, error);
    }
}

fn add_transceivers(connection: &PeerConnection, media: &LocalMedia) -> Sending {
    let add = |(source, kind)| (source, add_transceiver(connection, media, source, kind));
    [(MediaSource::Microphone, "audio"), (MediaSource::Camera, "video")].map(add).into()
}

fn add_transceiver(
    connection: &PeerConnection,
    media: &LocalMedia,
    source: MediaSource,
    kind: &str,
) -> RtcRtpTransceiver {
    let init = RtcRtpTransceiverInit::new();
    init.set_direction(RtcRtpTransceiverDirection::Sendrecv);
    set(&init, "streams", Array::of1(media.stream_of(source)));
    match media.track(source) {
        Some(track) => connection.add_transceiver_with_media_stream_track_and_init(&track, &init),
        None => connection.add_transceiver_with_str_and_init(kind, &init),
    }
}

fn create_channel(connection: &PeerConnection, channel: Channel) -> RtcDataChannel {
    let init = RtcDataChannelInit::new();
    init.set_negotiated(true);
    init.set_id(channel.id());
    connection.create_data_channel_with_data_channel_dict(channel.label(), &init)
}

fn configuration(ice: &IceSetup, certificate: &JsValue) -> RtcConfiguration {
    let configuration = RtcConfiguration::new();
    set(&configuration, "bundlePolicy", "max-bundle");
    set(&configuration, "certificates", Array::of1(certificate));
    if ice.relay_only {
        set(&configuration, "iceTransportPolicy", "relay");
    }
    set(&configuration, "iceServers", ice_servers_of(&ice.servers));
    configuration
}

/// For `RTCConfiguration.iceServers`.
pub fn ice_servers_of(ice_servers: &[IceServer]) -> Array {
    let servers = ice_servers.iter().map(|server| {
        let urls: Array = server.urls.iter().map(|url| JsValue::from(url.as_str())).collect();
        let entry = object([("urls", urls.into())]);
        if let (Some(username), Some(credential)) = (&server.username, &server.credential) {
            set(&entry, "username", username.as_str());
            set(&entry, "credential", credential.as_str());
        }
        entry
    });
    servers.collect()
}
