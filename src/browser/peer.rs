//! One RTCPeerConnection: carries out the core's commands, reports what happens.
//!
//! Every operation that takes time reports its end; the core has at most one negotiation step under way.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    MediaStream, MediaStreamTrack, MessageEvent, RtcDataChannel, RtcPeerConnectionIceEvent, RtcPeerConnectionState,
    RtcRtpTransceiver, RtcRtpTransceiverDirection, RtcSdpType, RtcSessionDescriptionInit, RtcTrackEvent,
};

use super::bindings::{PeerConnection, Receiver, Sender, get, object, set, settle, spawn};
use super::driver::Events;
use super::listener::Listener;
use super::media::LocalMedia;
use super::prepared::{Connection, Prepared, Sending};
use super::{stage, stats};
use crate::call::encoding::VideoEncoding;
use crate::call::peer_message::Channel;
use crate::call::session::{ConnectionState, Event, IceSetup, PeerEvent};
use crate::call::signal::{Candidate, Candidates, Description, MediaLine, MediaSource, SdpKind};
use crate::call::view::{Source, TileKey};
use crate::protocol::{Generation, PeerId};

/// A connection to one peer; closed when dropped.
pub struct Peer {
    link: Rc<Link>,
    channels: Vec<(Channel, RtcDataChannel)>,
    /// When the last packet was recorded whose loudness was told.
    heard: Cell<Option<f64>>,
    _listeners: Vec<Listener>,
}

/// What the connection's own callbacks and operations need.
struct Link {
    id: PeerId,
    generation: Generation,
    events: Events,
    connection: Connection,
    media: Rc<LocalMedia>,
    sending: RefCell<Sending>,
    /// Whether the peer wants pictures.
    pictures: Cell<bool>,
    /// What the peer says that it sends.
    receiving: RefCell<Vec<MediaLine>>,
    /// The peer's picture and sound.
    stream: MediaStream,
    /// Those of the screen that they share.
    screen: MediaStream,
    track_listeners: RefCell<Vec<Listener>>,
}

impl Peer {
    /// Takes a prepared connection for one peer.
    pub fn open(
        id: PeerId,
        generation: Generation,
        prepared: Prepared,
        media: Rc<LocalMedia>,
        events: Events,
    ) -> Result<Self, JsValue> {
        let Prepared { connection, sending, channels } = prepared;
        let offers = !sending.is_empty();
        let link = Rc::new(Link {
            id,
            generation,
            events,
            connection,
            media,
            sending: RefCell::new(sending),
            pictures: Cell::new(true),
            receiving: RefCell::default(),
            stream: MediaStream::new()?,
            screen: MediaStream::new()?,
            track_listeners: RefCell::default(),
        });
        let mut listeners = Link::listen(&link);
        for (channel, object) in &channels {
            listeners.extend(Link::listen_to_channel(&link, *channel, object));
        }
        // A share that is under way goes into the first offer. Who answers adds it when they have adopted what was offered.
        if offers {
            link.replace_tracks();
        }
        Ok(Self { link, channels, heard: Cell::default(), _listeners: listeners })
    }

    /// `setLocalDescription()`, then the description that it made.
    pub fn negotiate_local(&self) {
        let link = Rc::clone(&self.link);
        let made = link.connection.set_implicit_local_description();
        spawn(async move {
            let description = match settle(made).await {
                Ok(_) => link.local_description(),
                Err(error) => {
                    link.connection.warn("no local description", &error);
                    None
                }
            };
            link.report(PeerEvent::LocalApplied(description));
        });
    }

    /// `setRemoteDescription()`; the transceivers of an offer are adopted.
    pub fn apply_remote(&self, description: Description) {
        let link = Rc::clone(&self.link);
        let offers = description.kind == SdpKind::Offer;
        let init = RtcSessionDescriptionInit::new(if offers { RtcSdpType::Offer } else { RtcSdpType::Answer });
        init.set_sdp(&description.sdp);
        // Tracks arrive before the promise settles.
        link.receiving.replace(description.media);
        let applied = link.connection.set_remote_description(&init);
        spawn(async move {
            let result = settle(applied).await;
            match &result {
                Ok(_) if offers => link.adopt_transceivers(),
                Ok(_) => {}
                Err(error) => link.connection.warn("remote description refused", error),
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

    /// `setConfiguration()`: what is gathered from now on uses this.
    pub fn use_servers(&self, ice: &IceSetup, certificate: &JsValue) {
        if let Err(error) = self.link.connection.use_servers(ice, certificate) {
            self.link.connection.warn("servers not used", &error);
        }
    }

    /// Limits the picture of this source.
    pub fn set_encoding(&self, source: MediaSource, encoding: VideoEncoding) {
        if let Some(transceiver) = self.link.transceiver(source) {
            self.link.connection.set_encoding(&transceiver.sender(), encoding);
        }
    }

    /// How loud the newest packet of the peer's voice is, in thousandths; nothing without a new packet.
    pub fn level(&self) -> u16 {
        let Some(transceiver) = self.link.transceiver(MediaSource::Microphone) else { return 0 };
        let newest = transceiver.receiver().unchecked_into::<Receiver>().synchronization_sources().get(0);
        let packet = get(&newest, "rtpTimestamp").as_f64();
        if self.heard.replace(packet) == packet {
            return 0;
        }
        get(&newest, "audioLevel").as_f64().map_or(0, |level| (level * 1_000.0) as u16)
    }

    /// `getStats()`.
    pub fn read_stats(&self) {
        let link = Rc::clone(&self.link);
        spawn(async move {
            // Fails only when the connection has been closed meanwhile.
            if let Ok(stats) = stats::read(&link.connection).await {
                link.report(PeerEvent::Measured(stats));
            }
        });
    }

    /// Sends what is captured now.
    pub fn update_tracks(&self) {
        self.link.replace_tracks();
    }

    /// Sends pictures from now on, or none: nothing of that is negotiated.
    pub fn send_pictures(&self, pictures: bool) {
        self.link.pictures.set(pictures);
        self.link.replace_tracks();
    }

    /// Sends on a data channel.
    pub fn send(&self, channel: Channel, text: &str) {
        for (_, object) in self.channels.iter().filter(|(other, _)| *other == channel) {
            if let Err(error) = object.send_with_str(text) {
                self.link.connection.warn("message not sent", &error);
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.link.connection.close();
        self.link.track_listeners.borrow_mut().clear();
        [Source::Camera, Source::Screen].into_iter().for_each(|source| stage::remove(self.link.tile(source)));
    }
}

impl Link {
    fn report(&self, event: PeerEvent) {
        self.events.send(Event::Peer(self.id, self.generation, event));
    }

    fn tile(&self, source: Source) -> TileKey {
        TileKey { owner: Some(self.id), source }
    }

    fn transceiver(&self, source: MediaSource) -> Option<RtcRtpTransceiver> {
        self.sending.borrow().iter().find(|(other, _)| *other == source).map(|(_, transceiver)| transceiver.clone())
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

    /// Answers an offer in both directions: what it brings, we send too.
    fn adopt_transceivers(&self) {
        for transceiver in self.connection.get_transceivers().iter().map(JsCast::unchecked_into::<RtcRtpTransceiver>) {
            let Some(mid) = transceiver.mid() else { continue };
            let line = self.receiving.borrow().iter().find(|line| line.mid == mid).cloned();
            let Some(MediaLine { source, .. }) = line else { continue };
            if self.transceiver(source).is_none() {
                transceiver.set_direction(RtcRtpTransceiverDirection::Sendrecv);
                transceiver.sender().unchecked_into::<Sender>().set_stream(self.media.stream_of(source));
                self.sending.borrow_mut().push((source, transceiver));
            }
        }
        self.replace_tracks();
    }

    fn replace_tracks(&self) {
        self.connection.add_screen(&mut self.sending.borrow_mut(), &self.media);
        self.connection.replace_tracks(&self.sending.borrow(), &self.media, self.pictures.get());
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
            Some(MediaSource::Microphone) => this.play(Source::Camera, &track),
            Some(MediaSource::ScreenAudio) => this.play(Source::Screen, &track),
            Some(MediaSource::Camera) => Self::watch_picture(this, Source::Camera, &track),
            Some(MediaSource::Screen) => Self::watch_picture(this, Source::Screen, &track),
            None => {}
        }
    }

    fn play(&self, source: Source, track: &MediaStreamTrack) {
        let stream = match source {
            Source::Camera => &self.stream,
            Source::Screen => &self.screen,
        };
        stream.add_track(track);
        stage::show(self.tile(source), stream);
    }

    /// A picture is played from its first packet on: Chromium holds a stream's sound back until each of its pictures
    /// has a frame, and a camera that is off never has one.
    fn watch_picture(this: &Rc<Self>, source: Source, track: &MediaStreamTrack) {
        let on = |event_type, flowing| {
            // Clone::clone: the track's own clone() would make a second track.
            let (link, picture) = (Rc::downgrade(this), Clone::clone(track));
            Listener::new(track, event_type, move |_| {
                if let Some(link) = link.upgrade() {
                    link.picture_flows(source, &picture, flowing);
                }
            })
        };
        this.track_listeners.borrow_mut().extend([on("unmute", true), on("mute", false)]);
        if !track.muted() {
            this.picture_flows(source, track, true);
        }
    }

    fn picture_flows(&self, source: Source, track: &MediaStreamTrack, flowing: bool) {
        if flowing {
            self.play(source, track);
        }
        if source == Source::Camera {
            self.report(PeerEvent::PictureFlowing(flowing));
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
