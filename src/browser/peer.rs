//! One RTCPeerConnection: carries out the core's commands, reports what happens.
//!
//! Every operation that takes time reports its end; the core has at most one negotiation step under way.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    MediaStream, MediaStreamTrack, MessageEvent, RtcConfiguration, RtcDataChannel, RtcDataChannelInit,
    RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcRtpTransceiver, RtcRtpTransceiverDirection,
    RtcRtpTransceiverInit, RtcSdpType, RtcSessionDescriptionInit, RtcTrackEvent,
};

use super::bindings::{PeerConnection, Sender, get, new_connection, object, set, settle, spawn, warn};
use super::driver::Events;
use super::listener::Listener;
use super::media::LocalMedia;
use super::stage;
use crate::call::media::VideoEncoding;
use crate::call::peer_message::Channel;
use crate::call::session::{ConnectionState, Event, PeerEvent};
use crate::call::signal::{Candidate, Candidates, Description, MediaLine, MediaSource, SdpKind};
use crate::call::view::{Source, TileKey};
use crate::protocol::{Generation, IceServer, PeerId};

/// A connection to one peer; closed when dropped.
pub struct Peer {
    link: Rc<Link>,
    channels: Vec<(Channel, RtcDataChannel)>,
    _listeners: Vec<Listener>,
}

/// What the connection's own callbacks and operations need.
struct Link {
    id: PeerId,
    generation: Generation,
    events: Events,
    connection: PeerConnection,
    media: Rc<LocalMedia>,
    /// What we send, and over which transceiver.
    sending: RefCell<Vec<(MediaSource, RtcRtpTransceiver)>>,
    /// What the peer says that it sends.
    receiving: RefCell<Vec<MediaLine>>,
    /// The peer's picture and sound.
    stream: MediaStream,
    track_listeners: RefCell<Vec<Listener>>,
}

impl Peer {
    /// A new connection. The newcomer (`offers`) brings the transceivers, the other side adopts them.
    pub fn open(
        id: PeerId,
        generation: Generation,
        offers: bool,
        ice_servers: &[IceServer],
        certificate: &JsValue,
        media: Rc<LocalMedia>,
        events: Events,
    ) -> Result<Self, JsValue> {
        let connection = new_connection(&configuration(ice_servers, certificate))?;
        let link = Rc::new(Link {
            id,
            generation,
            events,
            connection,
            media,
            sending: RefCell::default(),
            receiving: RefCell::default(),
            stream: MediaStream::new()?,
            track_listeners: RefCell::default(),
        });
        if offers {
            link.add_transceivers();
        }
        let channels: Vec<_> = Channel::ALL.map(|channel| (channel, link.create_channel(channel))).into();
        let mut listeners = Link::listen(&link);
        for (channel, object) in &channels {
            listeners.extend(Link::listen_to_channel(&link, *channel, object));
        }
        Ok(Self { link, channels, _listeners: listeners })
    }

    /// `setLocalDescription()`, then the description that it made.
    pub fn negotiate_local(&self) {
        let link = Rc::clone(&self.link);
        spawn(async move {
            let result = settle(link.connection.set_implicit_local_description()).await;
            let description = match result {
                Ok(_) => link.local_description(),
                Err(error) => {
                    link.warn("no local description", &error);
                    None
                }
            };
            link.report(PeerEvent::LocalApplied(description));
        });
    }

    /// `setRemoteDescription()`; the transceivers of an offer are adopted.
    pub fn apply_remote(&self, description: Description) {
        let link = Rc::clone(&self.link);
        spawn(async move {
            let result = link.apply_remote(description).await;
            if let Err(error) = &result {
                link.warn("remote description refused", error);
            }
            link.report(PeerEvent::RemoteApplied(result.is_ok()));
        });
    }

    /// `addIceCandidate()` for each. One that cannot be used is none the less no reason to stop.
    pub fn add_candidates(&self, candidates: &Candidates) {
        let connection = &self.link.connection;
        let mut promises: Vec<_> = candidates.candidates.iter().map(|c| add_candidate(connection, c)).collect();
        if candidates.end {
            promises.push(connection.add_end_of_candidates());
        }
        for promise in promises {
            spawn(async move {
                if let Err(error) = settle(promise).await {
                    web_sys::console::debug_2(&"Confab: candidate not used".into(), &error);
                }
            });
        }
    }

    /// `restartIce()`.
    pub fn restart_ice(&self) {
        self.link.connection.restart_ice();
    }

    /// Limits the picture that is sent.
    pub fn set_encoding(&self, encoding: VideoEncoding) {
        let Some(transceiver) = self.link.transceiver(MediaSource::Camera) else { return };
        let sender = transceiver.sender();
        let parameters = sender.get_parameters();
        for one in Array::from(&get(&parameters, "encodings")).iter() {
            set(&one, "maxBitrate", encoding.max_bitrate_bps);
            set(&one, "scaleResolutionDownBy", u32::from(encoding.scale_down_by));
            set(&one, "maxFramerate", u32::from(encoding.max_fps));
        }
        let promise = sender.set_parameters_with_parameters(&parameters);
        let link = Rc::clone(&self.link);
        spawn(async move {
            if let Err(error) = settle(promise).await {
                link.warn("encoding not taken", &error);
            }
        });
    }

    /// Sends what is captured now.
    pub fn update_tracks(&self) {
        let link = Rc::clone(&self.link);
        spawn(async move { link.replace_tracks().await });
    }

    /// Sends on a data channel.
    pub fn send(&self, channel: Channel, text: &str) {
        for (_, object) in self.channels.iter().filter(|(other, _)| *other == channel) {
            if let Err(error) = object.send_with_str(text) {
                self.link.warn("message not sent", &error);
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.link.connection.close();
        self.link.track_listeners.borrow_mut().clear();
        stage::remove(self.link.tile());
    }
}

impl Link {
    fn report(&self, event: PeerEvent) {
        self.events.send(Event::Peer(self.id, self.generation, event));
    }

    /// What fails because the connection was closed meanwhile is no fault.
    fn warn(&self, what: &str, error: &JsValue) {
        if self.connection.connection_state() != RtcPeerConnectionState::Closed {
            warn(what, error);
        }
    }

    fn tile(&self) -> TileKey {
        TileKey { owner: Some(self.id), source: Source::Camera }
    }

    fn transceiver(&self, source: MediaSource) -> Option<RtcRtpTransceiver> {
        self.sending.borrow().iter().find(|(other, _)| *other == source).map(|(_, transceiver)| transceiver.clone())
    }

    fn add_transceivers(&self) {
        for (source, kind) in [(MediaSource::Microphone, "audio"), (MediaSource::Camera, "video")] {
            let init = RtcRtpTransceiverInit::new();
            init.set_direction(RtcRtpTransceiverDirection::Sendrecv);
            set(&init, "streams", Array::of1(&self.media.stream));
            let transceiver = match self.media.track(source) {
                Some(track) => self.connection.add_transceiver_with_media_stream_track_and_init(&track, &init),
                None => self.connection.add_transceiver_with_str_and_init(kind, &init),
            };
            self.sending.borrow_mut().push((source, transceiver));
        }
    }

    fn create_channel(&self, channel: Channel) -> RtcDataChannel {
        let init = RtcDataChannelInit::new();
        init.set_negotiated(true);
        init.set_id(channel.id());
        self.connection.create_data_channel_with_data_channel_dict(channel.label(), &init)
    }

    fn local_description(&self) -> Option<Description> {
        let description = self.connection.local_description()?;
        let kind = if description.type_() == RtcSdpType::Offer { SdpKind::Offer } else { SdpKind::Answer };
        let sending = self.sending.borrow();
        let line = |(source, transceiver): &(MediaSource, RtcRtpTransceiver)| {
            transceiver.mid().map(|mid| MediaLine { mid, source: *source })
        };
        Some(Description { kind, sdp: description.sdp(), media: sending.iter().filter_map(line).collect() })
    }

    async fn apply_remote(&self, description: Description) -> Result<(), JsValue> {
        let offers = description.kind == SdpKind::Offer;
        let init = RtcSessionDescriptionInit::new(if offers { RtcSdpType::Offer } else { RtcSdpType::Answer });
        init.set_sdp(&description.sdp);
        self.receiving.replace(description.media);
        settle(self.connection.set_remote_description(&init)).await?;
        if offers {
            self.adopt_transceivers();
            self.replace_tracks().await;
        }
        Ok(())
    }

    /// Answers an offer in both directions: what it brings, we send too.
    fn adopt_transceivers(&self) {
        for transceiver in self.connection.get_transceivers().iter().map(JsCast::unchecked_into::<RtcRtpTransceiver>) {
            let Some(mid) = transceiver.mid() else { continue };
            let line = self.receiving.borrow().iter().find(|line| line.mid == mid).cloned();
            let Some(MediaLine { source, .. }) = line else { continue };
            if self.transceiver(source).is_none() {
                transceiver.set_direction(RtcRtpTransceiverDirection::Sendrecv);
                transceiver.sender().unchecked_into::<Sender>().set_stream(&self.media.stream);
                self.sending.borrow_mut().push((source, transceiver));
            }
        }
    }

    async fn replace_tracks(&self) {
        let sending = self.sending.borrow().clone();
        for (source, transceiver) in sending {
            let track = self.media.track(source);
            let sender = transceiver.sender();
            if sender.track() != track
                && let Err(error) = settle(sender.replace_track(track.as_ref())).await
            {
                self.warn("track not replaced", &error);
            }
        }
    }

    fn listen(this: &Rc<Self>) -> Vec<Listener> {
        let on = |event_type, handle: fn(&Rc<Self>, web_sys::Event)| {
            let link = Rc::downgrade(this);
            Listener::new(&this.connection, event_type, move |event| {
                if let Some(link) = link.upgrade() {
                    handle(&link, event);
                }
            })
        };
        vec![
            on("negotiationneeded", |link, _| link.report(PeerEvent::NegotiationNeeded)),
            on("icecandidate", |link, event| link.on_candidate(&event.unchecked_into())),
            on("connectionstatechange", |link, _| link.on_state()),
            on("track", |link, event| Self::on_track(link, &event.unchecked_into())),
        ]
    }

    fn on_candidate(&self, event: &RtcPeerConnectionIceEvent) {
        let mut found = Candidates::default();
        match event.candidate() {
            // An empty candidate ends one section's gathering, none ends all of it.
            Some(candidate) if candidate.candidate().is_empty() => return,
            Some(candidate) => found.candidates.push(Candidate {
                candidate: candidate.candidate(),
                sdp_mid: candidate.sdp_mid(),
                sdp_m_line_index: candidate.sdp_m_line_index(),
                username_fragment: get(&candidate, "usernameFragment").as_string(),
            }),
            None => found.end = true,
        }
        self.report(PeerEvent::LocalCandidates(found));
    }

    fn on_state(&self) {
        let now = self.connection.connection_state();
        let states = [
            (RtcPeerConnectionState::Connected, ConnectionState::Connected),
            (RtcPeerConnectionState::Disconnected, ConnectionState::Disconnected),
            (RtcPeerConnectionState::Failed, ConnectionState::Failed),
        ];
        let state = states.iter().find(|(theirs, _)| *theirs == now);
        let state = state.map_or(ConnectionState::Connecting, |(_, ours)| *ours);
        self.report(PeerEvent::State(state));
    }

    fn on_track(this: &Rc<Self>, event: &RtcTrackEvent) {
        let track = event.track();
        let mid = event.transceiver().mid();
        let source = this.receiving.borrow().iter().find(|line| Some(&line.mid) == mid.as_ref()).map(|l| l.source);
        match source {
            Some(MediaSource::Microphone) => {}
            Some(MediaSource::Camera) => Self::watch_picture(this, &track),
            // Not offered by this version.
            Some(MediaSource::Screen | MediaSource::ScreenAudio) | None => return,
        }
        this.stream.add_track(&track);
        stage::show(this.tile(), &this.stream);
    }

    fn watch_picture(this: &Rc<Self>, track: &MediaStreamTrack) {
        let on = |event_type, flowing| {
            let link = Rc::downgrade(this);
            Listener::new(track, event_type, move |_| {
                if let Some(link) = link.upgrade() {
                    link.report(PeerEvent::PictureFlowing(flowing));
                }
            })
        };
        this.track_listeners.borrow_mut().extend([on("unmute", true), on("mute", false)]);
        if !track.muted() {
            this.report(PeerEvent::PictureFlowing(true));
        }
    }

    fn listen_to_channel(this: &Rc<Self>, channel: Channel, object: &RtcDataChannel) -> [Listener; 3] {
        let on = |event_type, read: fn(Channel, web_sys::Event) -> Option<PeerEvent>| {
            let link = Rc::downgrade(this);
            Listener::new(object, event_type, move |event| {
                if let (Some(link), Some(event)) = (link.upgrade(), read(channel, event)) {
                    link.report(event);
                }
            })
        };
        [
            on("open", |channel, _| Some(PeerEvent::ChannelOpened(channel))),
            on("close", |channel, _| Some(PeerEvent::ChannelClosed(channel))),
            on("message", |channel, event| {
                let text = event.unchecked_into::<MessageEvent>().data().as_string()?;
                Some(PeerEvent::Message(channel, text))
            }),
        ]
    }
}

fn configuration(ice_servers: &[IceServer], certificate: &JsValue) -> RtcConfiguration {
    let configuration = RtcConfiguration::new();
    set(&configuration, "bundlePolicy", "max-bundle");
    set(&configuration, "certificates", Array::of1(certificate));
    let servers = ice_servers.iter().map(|server| {
        let urls: Array = server.urls.iter().map(|url| JsValue::from(url.as_str())).collect();
        let entry = object([("urls", urls.into())]);
        if let (Some(username), Some(credential)) = (&server.username, &server.credential) {
            set(&entry, "username", username.as_str());
            set(&entry, "credential", credential.as_str());
        }
        entry
    });
    set(&configuration, "iceServers", servers.collect::<Array>());
    configuration
}

fn add_candidate(connection: &PeerConnection, candidate: &Candidate) -> js_sys::Promise {
    let init = object([("candidate", candidate.candidate.as_str().into())]);
    if let Some(mid) = &candidate.sdp_mid {
        set(&init, "sdpMid", mid.as_str());
    }
    if let Some(index) = candidate.sdp_m_line_index {
        set(&init, "sdpMLineIndex", index);
    }
    if let Some(fragment) = &candidate.username_fragment {
        set(&init, "usernameFragment", fragment.as_str());
    }
    connection.add_ice_candidate_with_opt_rtc_ice_candidate_init(Some(init.unchecked_ref()))
}
