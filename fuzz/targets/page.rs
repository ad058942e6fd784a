//! A page in a call, with a server and with others that say whatever they like, at any time.

use std::collections::BTreeMap;
use std::time::Duration;

use confab::call::media::{DeviceError, Devices, MediaEvent};
use confab::call::peer_message::Channel;
use confab::call::session::{Command, ConnectionState, Environment, Event, PeerEvent, Session, SocketEvent};
use confab::call::signal::{Candidates, Description, SdpKind};
use confab::call::view::Intent;
use confab::protocol::{
    Card, ClientMessage, CloseReason, Envelope, Epoch, Generation, MAX_MESSAGE_BYTES, PeerId, Policy, RoomId,
    RosterEntry, ServerMessage, Welcome,
};

use super::script::Script;

const OTHERS: u8 = 4;
const OURS: &str = "a=fingerprint:sha-256 00\r\n";
const THEIRS: &str = "a=fingerprint:sha-256 11\r\n";

struct Page {
    session: Session,
    now: Duration,
    socket: u32,
    open: BTreeMap<PeerId, Generation>,
    seq: u32,
}

/// Whatever happens, the page goes on; what it says is of the protocol; nobody is connected twice.
pub fn page(bytes: &[u8]) {
    let environment = Environment { secure_context: true, webrtc: true, seed: 7, ..Environment::default() };
    let room = RoomId::parse("r/fuzz").expect("a room");
    let session = Session::new(room, environment);
    let mut page = Page { session, now: Duration::ZERO, socket: 0, open: BTreeMap::new(), seq: 0 };
    page.feed(Event::Start);
    let mut script = Script::new(bytes);
    while let Some(event) = page.next(&mut script) {
        page.feed(event);
    }
}

impl Page {
    fn feed(&mut self, event: Event) {
        for command in self.session.handle(self.now, event) {
            match command {
                Command::OpenSocket(number) => self.socket = number,
                Command::OpenPeer { peer, generation, .. } => {
                    assert_eq!(self.open.insert(peer, generation), None, "one connection to one person");
                }
                Command::ClosePeer(peer) => drop(self.open.remove(&peer)),
                Command::SendSocket(text) => {
                    assert!(text.len() <= MAX_MESSAGE_BYTES);
                    assert!(serde_json::from_str::<ClientMessage>(&text).is_ok(), "{text}");
                }
                Command::CloseSocket
                | Command::StoreSession(_)
                | Command::ForgetSession
                | Command::RememberName(_)
                | Command::RememberHiding(_)
                | Command::RememberDevice(_, _)
                | Command::RememberSound(_)
                | Command::UseDevices(_)
                | Command::KeepHosts(_)
                | Command::RememberCode(_)
                | Command::TellTabs(_)
                | Command::KeepAwake(_)
                | Command::SetVolume(_, _)
                | Command::RememberPreferences(_)
                | Command::Chime(_)
                | Command::PreparePeer
                | Command::Peer(_, _)
                | Command::Media(_) => {}
            }
        }
        let view = self.session.view();
        assert!(view.tiles.len() <= usize::from(OTHERS) + 1);
        assert!(self.session.poll_timeout().is_none_or(|at| at >= self.now));
    }

    fn next(&mut self, script: &mut Script) -> Option<Event> {
        let kind = script.byte()?;
        let socket = |event| Event::Socket(self.socket, event);
        Some(match kind % 12 {
            0 => socket(SocketEvent::Opened),
            1 => socket(SocketEvent::Message(script.text())),
            2 => socket(SocketEvent::Closed(CloseReason::parse(&script.text()))),
            3 => self.hears(ServerMessage::Greeted { boot_id: "b".into() }),
            4 => self.hears(welcome(script)),
            5 => self.hears(ServerMessage::PeerJoined { peer: entry(script) }),
            6 => self.signalled(script),
            7 => Event::Peer(peer(script), generation(script), peer_event(script)),
            8 => Event::Intent(intent(script)),
            9 => Event::Media(media_event(script)),
            10 => {
                self.now += Duration::from_millis(u64::from(script.byte()?) * 100);
                Event::Timeout
            }
            _ => {
                self.now = self.session.poll_timeout().unwrap_or(self.now);
                Event::Timeout
            }
        })
    }

    fn hears(&self, message: ServerMessage) -> Event {
        let text = serde_json::to_string(&message).expect("a message");
        Event::Socket(self.socket, SocketEvent::Message(text))
    }

    fn signalled(&mut self, script: &mut Script) -> Event {
        self.seq += 1;
        let (from, generation) = (peer(script), generation(script));
        let body = match script.byte().unwrap_or(0) % 4 {
            0 => script.text(),
            1 => format!(r#"{{"type":"candidates","candidates":[{{"candidate":"candidate:{}"}}]}}"#, self.seq),
            kind => {
                let kind = if kind == 2 { SdpKind::Offer } else { SdpKind::Answer };
                confab::call::signal::SignalBody::Description(description(kind, THEIRS)).to_text()
            }
        };
        let seq = if script.byte().unwrap_or(0) < 200 { self.seq } else { 0 };
        self.hears(ServerMessage::Signal { from, envelope: Envelope { generation, seq, ack: self.seq, body } })
    }
}

fn peer(script: &mut Script) -> PeerId {
    PeerId::from_bytes([script.byte().unwrap_or(0) % OTHERS; 16])
}

fn generation(script: &mut Script) -> Generation {
    Generation(u64::from(script.byte().unwrap_or(0)))
}

fn entry(script: &mut Script) -> RosterEntry {
    let card = Card::parse(format!(r#"{{"v":1,"name":"{}"}}"#, script.text().escape_default())).ok();
    let card = card.or_else(|| Card::parse("").ok()).expect("an empty card");
    let connected = script.flag();
    RosterEntry { peer_id: peer(script), epoch: Epoch(generation(script).0), card, connected }
}

fn welcome(script: &mut Script) -> ServerMessage {
    let others = script.byte().unwrap_or(0) % OTHERS;
    ServerMessage::Welcome(Welcome {
        peer_id: PeerId::from_bytes([0xff; 16]),
        epoch: Epoch(generation(script).0),
        session_token: "token".into(),
        boot_id: (script.byte().unwrap_or(0) % 2).to_string(),
        policy: Policy { capacity: 8, resume_window_ms: 60_000, locked: script.flag() },
        roster: (0..others).map(|_| entry(script)).collect(),
        ice_servers: Vec::new(),
        host: script.flag(),
    })
}

fn description(kind: SdpKind, sdp: &str) -> Description {
    Description { kind, sdp: sdp.into(), media: Vec::new() }
}

fn peer_event(script: &mut Script) -> PeerEvent {
    match script.byte().unwrap_or(0) % 12 {
        0 => PeerEvent::NegotiationNeeded,
        1 => PeerEvent::LocalApplied(Some(description(SdpKind::Offer, OURS))),
        2 => PeerEvent::LocalApplied(Some(description(SdpKind::Answer, OURS))),
        3 => PeerEvent::LocalApplied(None),
        4 => PeerEvent::RemoteApplied(true),
        5 => PeerEvent::RemoteApplied(false),
        6 => PeerEvent::LocalCandidates(Candidates::default()),
        7 => PeerEvent::State(ConnectionState::Connected),
        8 => PeerEvent::State(ConnectionState::Failed),
        9 => PeerEvent::ChannelOpened(Channel::Chat),
        10 => PeerEvent::ChannelClosed(Channel::Chat),
        _ => PeerEvent::Message(Channel::Control, script.text()),
    }
}

fn intent(script: &mut Script) -> Intent {
    match script.byte().unwrap_or(0) % 8 {
        0 => Intent::Leave,
        1 => Intent::Rejoin,
        2 => Intent::ToggleMicrophone,
        3 => Intent::ToggleCamera,
        4 => Intent::SendChat { text: script.text() },
        5 => Intent::RetryPair(peer(script)),
        6 => Intent::HideAddress(script.flag()),
        _ => Intent::Join { name: script.text() },
    }
}

fn media_event(script: &mut Script) -> MediaEvent {
    let both = Devices { microphone: true, camera: true };
    if script.flag() { MediaEvent::Opened(both) } else { MediaEvent::Refused(both, DeviceError::Missing) }
}
