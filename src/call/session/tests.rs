use super::*;
use crate::call::encoding::video_encoding;
use crate::call::media::{DeviceError, Devices, MediaCommand, MediaEvent};
use crate::call::peer_message::{Channel, PeerMessage};
use crate::call::signal::{Description, MediaSource, SdpKind};
use crate::call::view::{Farewell, Intent, ServerLink, Turn};
use crate::protocol::testing::GRAPHEMES;
use crate::protocol::{Card, CloseReason, Envelope, ErrorCode, Policy, RosterEntry, ServerMessage, Welcome};

mod abuse;
mod comfort;
mod gestures;
mod hearing;
mod host;
mod interference;
mod network;
mod passages;
mod paths;
mod quality;
mod rescue;
mod screen;
mod socket;
mod two;

const BOTH: Devices = Devices { microphone: true, camera: true };

#[test]
fn the_socket_opens_and_the_devices_are_asked_for_in_front_of_the_preview() {
    let mut page = Page::new(environment());
    let commands = page.handle(Event::Start);
    let ask = Command::TellTabs("who r/test ".into());
    assert_eq!(commands, [Command::Media(MediaCommand::Open(BOTH)), Command::OpenSocket(1), ask]);
    let hello = page.socket(SocketEvent::Opened);
    assert_eq!(sent(&hello), [r#"{"type":"hello","version":1,"room":"r/test"}"#]);
    assert_eq!(page.session.view().phase, Phase::Lobby);
}

#[test]
fn joining_waits_for_the_greeting_and_happens_once() {
    let mut page = Page::new(environment());
    page.handle(Event::Start);
    page.socket(SocketEvent::Opened);
    assert_eq!(sent(&page.join("Ada")), Vec::<String>::new());
    let join = page.hear(ServerMessage::Greeted { boot_id: "b".into() });
    assert_eq!(sent(&join), [r#"{"type":"join","card":"{\"v\":1,\"name\":\"Ada\"}","attempt":0}"#]);
    assert_eq!(page.join("Ada"), []);
}

#[test]
fn the_newcomer_offers_to_everyone_and_waits_for_later_ones() {
    let mut page = in_call(&[entry(1, 5)], 10);
    assert_eq!(page.offers, [(peer(1), Generation(10), true)]);
    page.hear(ServerMessage::PeerJoined { peer: entry(2, 20) });
    assert_eq!(page.offers[1..], [(peer(2), Generation(20), false)]);
    let names: Vec<String> = page.session.view().tiles.iter().map(|tile| tile.name.as_str().to_owned()).collect();
    assert_eq!(names, ["Me", "P1", "P2"]);
}

#[test]
fn an_offer_goes_out_with_the_servers_first_answer() {
    let mut page = greeted();
    let commands = page.hear(welcome(&[entry(1, 5)], 10));
    let negotiate = Command::Peer(peer(1), PeerCommand::NegotiateLocal);
    assert!(commands.contains(&negotiate), "{commands:?}");
}

#[test]
fn a_name_is_needed() {
    let mut page = greeted();
    assert_eq!(page.join("  "), []);
    assert_eq!((page.session.view().phase, page.session.view().notices), (Phase::Lobby, vec![Notice::NameMissing]));
}

#[test]
fn a_full_room_says_so_and_can_be_tried_again() {
    let mut page = greeted();
    page.join("Ada");
    page.hear(ServerMessage::Error { code: ErrorCode::RoomFull, limit: Some(8) });
    let view = page.session.view();
    assert_eq!((view.phase, view.notices, view.can_join), (Phase::Lobby, vec![Notice::RoomFull(8)], true));
    assert_eq!(sent(&page.join("Ada")).len(), 1);
    assert_eq!(page.session.view().notices, []);
}

#[test]
fn what_stands_in_the_way_is_said_before_anything_is_tried() {
    let sealed = "m/aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa";
    for (room, environment, notice) in [
        ("r/test", Environment { secure_context: false, ..environment() }, Notice::InsecureContext),
        ("r/test", Environment { webrtc: false, ..environment() }, Notice::NoWebRtc),
        (sealed, environment(), Notice::LinkIncomplete),
        (sealed, Environment { fragment: "#aaaa".into(), ..environment() }, Notice::LinkWrong),
    ] {
        let mut session = Session::new(RoomId::parse(room).unwrap(), environment);
        assert_eq!(session.handle(Duration::ZERO, Event::Start), []);
        let view = session.view();
        assert_eq!((view.notices, view.can_join), (vec![notice], false));
        assert_eq!((view.microphone, view.camera), (Device::Off, Device::Off));
    }
}

#[test]
fn leaving_lets_go_of_everything_and_rejoining_starts_anew() {
    let mut page = in_call(&[entry(1, 5)], 10);
    let commands = page.handle(Event::Intent(Intent::Leave));
    assert_eq!(sent(&commands), [r#"{"type":"leave"}"#]);
    let stop = Command::Media(MediaCommand::StopAll);
    for expected in [Command::ClosePeer(peer(1)), Command::ForgetSession, Command::CloseSocket, stop] {
        assert!(commands.contains(&expected), "{expected:?}");
    }
    let again = page.handle(Event::Intent(Intent::Rejoin));
    assert_eq!(again, [Command::Media(MediaCommand::Open(BOTH)), Command::OpenSocket(2)]);
}

#[test]
fn a_reload_returns_as_the_same_person_with_the_devices_as_they_were() {
    let mut page = in_call(&[], 10);
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    let commands = page.handle(Event::Intent(Intent::ToggleMicrophone));
    let Some(Command::StoreSession(stored)) = commands.last() else { panic!("{commands:?}") };
    let mut page = Page::new(Environment { stored_session: Some(stored.clone()), ..environment() });
    page.handle(Event::Start);
    assert_eq!(page.session.view().phase, Phase::Joining);
    assert_eq!(page.session.view().microphone, Device::Off);
    let hello = sent(&page.socket(SocketEvent::Opened));
    assert!(hello[0].contains(r#""resume":{"token":"token","reload":true"#), "{hello:?}");
}

#[test]
fn a_token_that_is_no_longer_good_leads_through_the_front_door() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.socket(SocketEvent::Closed(None));
    page.socket(SocketEvent::Opened);
    let commands = page.hear(ServerMessage::Error { code: ErrorCode::BadToken, limit: None });
    assert!(sent(&commands)[0].starts_with(r#"{"type":"join""#), "{commands:?}");
    assert!(commands.contains(&Command::ClosePeer(peer(1))));
}

#[test]
fn the_name_in_a_link_is_typed_already_and_what_is_none_changes_nothing() {
    for (fragment, name) in
        [("#name=Ada", "Ada"), ("#name=+%0A", "Before"), ("#name=%ff", "Before"), ("#name=", "Before"), ("", "Before")]
    {
        let remembered_name = Some("Before".to_owned());
        let page = Page::new(Environment { fragment: fragment.into(), remembered_name, ..environment() });
        let view = page.session.view();
        assert_eq!(view.remembered_name.map(|name| name.as_str().to_owned()).as_deref(), Some(name), "{fragment}");
    }
    let fragment = format!("#name={}", "x".repeat(100_000));
    let page = Page::new(Environment { fragment, ..environment() });
    assert_eq!(page.session.view().remembered_name.map(|name| name.as_str().len()), Some(64));
}

#[test]
fn another_rooms_stored_session_is_not_used() {
    let stored = StoredSession {
        room: RoomId::parse("r/other").unwrap(),
        token: "t".into(),
        name: "Ada".into(),
        microphone: true,
        camera: true,
        low_data: false,
        hand: None,
    };
    let stored_session = serde_json::to_string(&stored).ok();
    let mut page = Page::new(Environment { stored_session, ..environment() });
    page.handle(Event::Start);
    assert_eq!(page.session.view().phase, Phase::Lobby);
}

#[test]
fn a_peer_that_comes_back_with_a_fresh_page_gets_a_fresh_connection() {
    let mut page = in_call(&[entry(1, 5)], 10);
    let commands = page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    assert_eq!(commands[0], Command::ClosePeer(peer(1)));
    assert_eq!(page.offers.last(), Some(&(peer(1), Generation(20), false)));
    assert_eq!(page.session.view().tiles.len(), 2);
}

#[test]
fn a_larger_generation_is_adopted_and_a_smaller_one_ignored() {
    let mut page = in_call(&[entry(1, 5)], 10);
    let signal = |generation| ServerMessage::Signal {
        from: peer(1),
        envelope: Envelope { generation: Generation(generation), seq: 0, ack: 0, body: String::new() },
    };
    assert_eq!(page.hear(signal(9)), []);
    page.hear(signal(12));
    assert_eq!(page.offers.last(), Some(&(peer(1), Generation(12), false)));
}

#[test]
fn who_has_not_come_back_to_a_restarted_server_is_waited_for() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.socket(SocketEvent::Closed(None));
    page.socket(SocketEvent::Opened);
    let mut again = welcomed(&[], 10);
    again.boot_id = "another".into();
    page.hear(ServerMessage::Welcome(again));
    assert_eq!(page.session.view().tiles.len(), 2);
    page.now = Duration::from_secs(60);
    page.handle(Event::Timeout);
    assert_eq!(page.session.view().tiles.len(), 1);
}

#[test]
fn chat_waits_for_the_channel_and_arrives_with_a_name() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.handle(Event::Intent(Intent::SendChat { text: "early".into() }));
    let commands = page.peer(1, 10, PeerEvent::ChannelOpened(Channel::Chat));
    let text = PeerMessage::Chat { lamport: 1, text: "early".into() }.to_text();
    assert_eq!(commands, [Command::Peer(peer(1), PeerCommand::SendMessage(Channel::Chat, text))]);
    let answer = PeerMessage::Chat { lamport: 2, text: "hello".into() }.to_text();
    page.peer(1, 10, PeerEvent::Message(Channel::Chat, answer));
    let view = page.session.view();
    assert_eq!(view.chat.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["Me", "P1"]);
    assert_eq!(view.unread, 1);
}

#[test]
fn others_are_told_of_the_devices_when_they_can_hear_it() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    let state = |microphone| {
        let text = PeerMessage::Media { microphone, camera: true, screen: false }.to_text();
        Command::Peer(peer(1), PeerCommand::SendMessage(Channel::Control, text))
    };
    assert_eq!(page.peer(1, 10, PeerEvent::ChannelOpened(Channel::Control)), [state(true)]);
    assert!(page.handle(Event::Intent(Intent::ToggleMicrophone)).contains(&state(false)));
}

#[test]
fn what_others_say_of_their_devices_is_shown() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.peer(1, 10, PeerEvent::PictureFlowing(true));
    assert!(page.session.view().tiles[1].has_picture);
    let off = PeerMessage::Media { microphone: false, camera: false, screen: false }.to_text();
    page.peer(1, 10, PeerEvent::Message(Channel::Control, off));
    let tile = &page.session.view().tiles[1];
    assert_eq!((tile.muted, tile.has_picture), (true, false));
}

#[test]
fn pictures_shrink_as_people_come() {
    let mut page = in_call(&[entry(1, 5)], 10);
    let commands = page.peer(1, 10, PeerEvent::State(ConnectionState::Connected));
    let encoding =
        |people| Command::Peer(peer(1), PeerCommand::SetEncoding(MediaSource::Camera, video_encoding(people)));
    assert_eq!(commands, [encoding(2)]);
    assert!(page.hear(ServerMessage::PeerJoined { peer: entry(2, 20) }).contains(&encoding(3)));
}

#[test]
fn a_connection_that_does_not_come_up_is_shown_as_failed_and_can_be_tried_again() {
    let mut page = in_call(&[entry(1, 5)], 10);
    let status = |page: &Page| page.session.view().tiles[1].status;
    assert_eq!(status(&page), PairStatus::Connecting);
    page.now = pair::CONNECT_TIMEOUT;
    page.handle(Event::Timeout);
    assert_eq!(status(&page), PairStatus::Failed);
    let commands = page.handle(Event::Intent(Intent::RetryPair(peer(1))));
    assert_eq!(commands[0], Command::ClosePeer(peer(1)));
    assert_eq!(page.offers.last(), Some(&(peer(1), Generation(11), true)));
    assert_eq!(status(&page), PairStatus::Connecting);
}

#[test]
fn the_newcomer_restarts_ice_when_a_path_has_failed() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Connected));
    let commands = page.peer(1, 10, PeerEvent::State(ConnectionState::Failed));
    assert_eq!(commands, [Command::Peer(peer(1), PeerCommand::RestartIce)]);
    assert_eq!(page.session.view().tiles[1].status, PairStatus::Reconnecting);
}

#[test]
fn a_person_without_devices_joins_all_the_same() {
    let mut page = greeted();
    for devices in [BOTH, Devices { microphone: true, camera: false }, Devices { microphone: false, camera: true }] {
        page.handle(Event::Media(MediaEvent::Refused(devices, DeviceError::Missing)));
    }
    assert_eq!(page.session.view().notices, [Notice::NoDevices]);
    page.join("Ada");
    page.hear(welcome(&[entry(1, 5)], 10));
    assert_eq!(page.session.view().phase, Phase::InCall);
}

/// A session, its clock, and the connections that it opened.
struct Page {
    session: Session,
    now: Duration,
    socket: u32,
    offers: Vec<(PeerId, Generation, bool)>,
}

impl Page {
    fn new(environment: Environment) -> Self {
        let session = Session::new(RoomId::parse("r/test").unwrap(), environment);
        Self { session, now: Duration::ZERO, socket: 0, offers: Vec::new() }
    }

    fn handle(&mut self, event: Event) -> Vec<Command> {
        let commands = self.session.handle(self.now, event);
        for command in &commands {
            match command {
                Command::OpenSocket(number) => self.socket = *number,
                Command::OpenPeer { peer, generation, offers, .. } => {
                    self.offers.push((*peer, *generation, *offers));
                }
                _ => {}
            }
        }
        commands
    }

    fn socket(&mut self, event: SocketEvent) -> Vec<Command> {
        self.handle(Event::Socket(self.socket, event))
    }

    fn hear(&mut self, message: ServerMessage) -> Vec<Command> {
        self.socket(SocketEvent::Message(serde_json::to_string(&message).unwrap()))
    }

    fn join(&mut self, name: &str) -> Vec<Command> {
        self.handle(Event::Intent(Intent::Join { name: name.into() }))
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
        self.handle(Event::Timeout);
    }

    /// Who is said to have come and gone.
    fn said(&self) -> String {
        let mark = |turn| match turn {
            Turn::Came => '+',
            Turn::Left => '-',
            Turn::RaisedHand => '!',
        };
        let said = self.session.view().announcement;
        said.iter()
            .map(|passage| format!("{}{}", mark(passage.turn), passage.name.as_str()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn peer(&mut self, n: u8, generation: u64, event: PeerEvent) -> Vec<Command> {
        self.handle(Event::Peer(peer(n), Generation(generation), event))
    }
}

fn environment() -> Environment {
    Environment {
        secure_context: true,
        webrtc: true,
        can_share: true,
        seed: 7,
        graphemes: GRAPHEMES,
        ..Environment::default()
    }
}

fn greeted() -> Page {
    let mut page = Page::new(environment());
    page.handle(Event::Start);
    page.socket(SocketEvent::Opened);
    page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
    page
}

fn in_call(roster: &[RosterEntry], epoch: u64) -> Page {
    let mut page = greeted();
    page.join("Me");
    page.hear(welcome(roster, epoch));
    page
}

fn welcome(roster: &[RosterEntry], epoch: u64) -> ServerMessage {
    ServerMessage::Welcome(welcomed(roster, epoch))
}

fn welcomed(roster: &[RosterEntry], epoch: u64) -> Welcome {
    Welcome {
        peer_id: peer(100),
        epoch: Epoch(epoch),
        session_token: "token".into(),
        boot_id: "boot".into(),
        policy: Policy { capacity: 8, resume_window_ms: 60_000, locked: false },
        roster: roster.to_vec(),
        ice_servers: vec![],
        host: false,
    }
}

fn entry(n: u8, epoch: u64) -> RosterEntry {
    let card = Card::parse(format!(r#"{{"v":1,"name":"P{n}"}}"#)).unwrap();
    RosterEntry { peer_id: peer(n), epoch: Epoch(epoch), card, connected: true }
}

fn peer(n: u8) -> PeerId {
    PeerId::from_bytes([n; 16])
}

/// The texts that go to the server.
fn sent(commands: &[Command]) -> Vec<String> {
    let text = |command: &Command| match command {
        Command::SendSocket(text) => Some(text.clone()),
        _ => None,
    };
    commands.iter().filter_map(text).collect()
}
