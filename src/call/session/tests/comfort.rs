//! Less data, volumes, other tabs, apps, cameras, screens that stay on.

use super::*;
use crate::call::media::DeviceInfo;
use crate::call::tabs::Word;
use crate::call::view::{DeviceKind, InApp};

fn says(n: u8, message: &PeerMessage) -> Command {
    Command::Peer(peer(n), PeerCommand::SendMessage(Channel::Control, message.to_text()))
}

fn wanted(n: u8, wanted: bool) -> Command {
    says(n, &PeerMessage::Pictures { wanted })
}

fn camera(n: u8, camera: bool) -> Command {
    says(n, &PeerMessage::Media { microphone: true, camera, screen: false })
}

/// With two others, who can hear us, and whose cameras are on.
fn three() -> Page {
    let mut page = in_call(&[entry(1, 5), entry(2, 6)], 10);
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    let on = PeerMessage::Media { microphone: true, camera: true, screen: true }.to_text();
    for n in [1, 2] {
        page.peer(n, 10, PeerEvent::State(ConnectionState::Connected));
        page.peer(n, 10, PeerEvent::ChannelOpened(Channel::Control));
        page.peer(n, 10, PeerEvent::Message(Channel::Control, on.clone()));
    }
    page
}

fn save(page: &mut Page, on: bool) -> Vec<Command> {
    page.handle(Event::Intent(Intent::SaveData(on)))
}

fn pictures(page: &Page) -> Vec<bool> {
    page.session.view().tiles.iter().map(|tile| tile.has_picture).collect()
}

#[test]
fn with_low_data_no_picture_goes_and_all_are_asked_to_send_none() {
    let mut page = three();
    assert_eq!(pictures(&page), [true; 5]);
    let commands = save(&mut page, true);
    let stop = Command::Media(MediaCommand::StopCamera);
    for expected in [stop, wanted(1, false), wanted(2, false), camera(1, false), camera(2, false)] {
        assert!(commands.contains(&expected), "{expected:?}");
    }
    assert!(page.session.view().low_data);
    assert_eq!(pictures(&page), [false; 5], "what still comes is not shown");
    assert_eq!(save(&mut page, true), [], "once is enough");

    let commands = save(&mut page, false);
    let open = Command::Media(MediaCommand::Open(Devices { microphone: false, camera: true }));
    for expected in [open, wanted(1, true), wanted(2, true)] {
        assert!(commands.contains(&expected), "{expected:?}");
    }
    assert_eq!(pictures(&page)[1..], [true; 4]);
}

#[test]
fn a_camera_that_was_off_or_has_been_switched_by_hand_is_left_as_it_is() {
    let opens =
        |commands: &[Command]| commands.iter().any(|each| matches!(each, Command::Media(MediaCommand::Open(_))));
    let mut page = three();
    page.handle(Event::Intent(Intent::ToggleCamera));
    save(&mut page, true);
    assert!(!opens(&save(&mut page, false)), "it was off");

    let mut page = three();
    save(&mut page, true);
    page.handle(Event::Intent(Intent::ToggleCamera));
    page.handle(Event::Media(MediaEvent::Opened(Devices { microphone: false, camera: true })));
    assert_eq!(page.session.view().camera, Device::On, "the person wants it");
    let commands = save(&mut page, false);
    assert!(!opens(&commands) && !commands.contains(&Command::Media(MediaCommand::StopCamera)), "{commands:?}");
}

#[test]
fn who_comes_later_and_connections_made_anew_are_asked_too() {
    let mut page = three();
    save(&mut page, true);
    page.hear(ServerMessage::PeerJoined { peer: entry(3, 20) });
    assert_eq!(page.peer(3, 20, PeerEvent::ChannelOpened(Channel::Control)), [camera(3, false), wanted(3, false)]);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 30) });
    assert!(page.peer(1, 30, PeerEvent::ChannelOpened(Channel::Control)).contains(&wanted(1, false)));
}

#[test]
fn who_wants_no_pictures_is_sent_none_until_they_do() {
    let mut page = three();
    let hear = |page: &mut Page, wanted| {
        let text = PeerMessage::Pictures { wanted }.to_text();
        page.peer(1, 10, PeerEvent::Message(Channel::Control, text))
    };
    let send = |pictures| Command::Peer(peer(1), PeerCommand::SendPictures(pictures));
    assert_eq!(hear(&mut page, true), [], "that is how it began");
    assert_eq!(hear(&mut page, false), [send(false)]);
    assert_eq!(hear(&mut page, false), []);
    assert_eq!(hear(&mut page, true), [send(true)]);
}

#[test]
fn with_low_data_a_muted_person_with_a_camera_may_be_silent() {
    let mut page = three();
    let muted = PeerMessage::Media { microphone: false, camera: true, screen: false }.to_text();
    page.peer(1, 10, PeerEvent::Message(Channel::Control, muted));
    save(&mut page, true);
    for second in 0..30_u64 {
        page.now += Duration::from_secs(1);
        let packets = second.min(5) * 50;
        let stats = crate::call::path::PathStats { packets, ..Default::default() };
        let commands = page.peer(1, 10, PeerEvent::Measured(stats));
        assert!(!commands.contains(&Command::Peer(peer(1), PeerCommand::RestartIce)), "after {second} seconds");
    }
    assert_eq!(page.session.view().tiles[1].status, PairStatus::Connected);
}

#[test]
fn low_data_survives_a_reload() {
    let mut page = three();
    let commands = save(&mut page, true);
    let Some(Command::StoreSession(stored)) = commands.last() else { panic!("{commands:?}") };
    let mut page = Page::new(Environment { stored_session: Some(stored.clone()), ..environment() });
    page.handle(Event::Start);
    let view = page.session.view();
    assert_eq!((view.low_data, view.camera), (true, Device::Off));
    let older = stored.replace(",\"low_data\":true", "");
    assert_ne!(&older, stored);
    let mut page = Page::new(Environment { stored_session: Some(older), ..environment() });
    page.handle(Event::Start);
    assert_eq!((page.session.view().phase, page.session.view().low_data), (Phase::Joining, false));
}

#[test]
fn a_volume_is_kept_for_the_call() {
    let mut page = three();
    page.handle(Event::Intent(Intent::WatchConnection(peer(1), true)));
    let volume = |page: &Page| page.session.view().details.map(|details| details.volume);
    assert_eq!(volume(&page), Some(100));
    let set = page.handle(Event::Intent(Intent::SetVolume(peer(1), 35)));
    assert_eq!((set, volume(&page)), (vec![Command::SetVolume(peer(1), 35)], Some(35)));
    // They load their page again.
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    assert_eq!(volume(&page), Some(35));
    page.handle(Event::Intent(Intent::WatchConnection(peer(2), true)));
    assert_eq!(volume(&page), Some(100));
    assert_eq!(page.handle(Event::Intent(Intent::SetVolume(peer(2), 255))), [Command::SetVolume(peer(2), 100)]);
}

#[test]
fn a_tab_in_front_of_a_room_is_told_of_the_one_that_is_in_it() {
    let mut inside = in_call(&[], 10);
    let mut outside = greeted();
    let text = |word: Word| word.to_text(&RoomId::parse("r/test").unwrap());
    let notices = |page: &Page| page.session.view().notices;
    assert_eq!(inside.handle(Event::Tab(text(Word::Who))), [Command::TellTabs(text(Word::Here))]);
    assert_eq!(outside.handle(Event::Tab(text(Word::Who))), [], "it is in no call");
    outside.handle(Event::Tab(text(Word::Here)));
    assert_eq!(notices(&outside), [Notice::InOtherTab]);
    assert!(inside.handle(Event::Intent(Intent::Leave)).contains(&Command::TellTabs(text(Word::Gone))));
    outside.handle(Event::Tab(text(Word::Gone)));
    assert_eq!(notices(&outside), []);

    // A tab that was closed says nothing any more: whoever looks again asks again.
    outside.handle(Event::Tab(text(Word::Here)));
    assert_eq!(outside.handle(Event::Shown), [Command::TellTabs(text(Word::Who))]);
    assert_eq!(notices(&outside), []);
}

#[test]
fn whichever_tab_comes_in_last_has_the_call_and_the_other_says_goodbye() {
    let text = |n| Word::Mine(peer(n)).to_text(&RoomId::parse("r/test").unwrap());
    let mut page = greeted();
    page.join("Me");
    let commands = page.hear(welcome(&[], 10));
    assert!(commands.contains(&Command::TellTabs(text(100))), "{commands:?}");
    // A socket that is back is no coming in.
    page.socket(SocketEvent::Closed(None));
    page.socket(SocketEvent::Opened);
    assert!(!page.hear(welcome(&[], 10)).contains(&Command::TellTabs(text(100))));

    let commands = page.handle(Event::Tab(text(7)));
    assert_eq!(sent(&commands), [r#"{"type":"leave"}"#]);
    assert_eq!(page.session.view().phase, Phase::After(Farewell::ElsewhereNow));
    assert!(!commands.iter().any(|each| matches!(each, Command::TellTabs(_))), "the call goes on there");
    assert_eq!(page.handle(Event::Tab(text(8))), []);
}

#[test]
fn a_tab_that_was_copied_takes_the_session_along_and_nobody_leaves() {
    let mut page = in_call(&[], 10);
    let text = Word::Mine(peer(100)).to_text(&RoomId::parse("r/test").unwrap());
    let commands = page.handle(Event::Tab(text));
    assert_eq!(sent(&commands), Vec::<String>::new());
    assert_eq!(page.session.view().phase, Phase::After(Farewell::ElsewhereNow));
}

#[test]
fn what_is_said_in_other_rooms_is_none_of_our_business() {
    let mut page = in_call(&[], 10);
    let text = Word::Mine(peer(7)).to_text(&RoomId::parse("r/other").unwrap());
    assert_eq!(page.handle(Event::Tab(text)), []);
    assert_eq!(page.session.view().phase, Phase::InCall);
}

#[test]
fn who_is_in_an_apps_own_browser_is_told_with_and_without_webrtc() {
    let user_agent = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49".to_owned();
    for (webrtc, expected) in
        [(true, vec![Notice::InApp(InApp::WeChat)]), (false, vec![Notice::InApp(InApp::WeChat), Notice::NoWebRtc])]
    {
        let environment = Environment { user_agent: user_agent.clone(), webrtc, ..environment() };
        let mut page = Page::new(environment);
        page.handle(Event::Start);
        assert_eq!((page.session.view().notices, page.session.view().can_join), (expected, webrtc));
    }
}

#[test]
fn the_screen_stays_on_in_a_call_and_only_then() {
    let mut page = greeted();
    page.join("Me");
    assert_eq!(page.handle(Event::Shown), []);
    assert!(page.hear(welcome(&[], 10)).contains(&Command::KeepAwake(true)));
    // The browser has let go of it meanwhile.
    assert_eq!(page.handle(Event::Shown), [Command::KeepAwake(true)]);
    assert_eq!(page.handle(Event::Stirred), [], "the page may be hidden");
    assert!(page.handle(Event::Intent(Intent::Leave)).contains(&Command::KeepAwake(false)));
    assert!(!page.handle(Event::Shown).contains(&Command::KeepAwake(true)));
}

#[test]
fn a_microphone_that_a_phone_call_takes_is_off_to_all_and_asked_for_afterwards() {
    let mut page = three();
    let interrupted = |source, is| Event::Media(MediaEvent::Interrupted(source, is));
    let off = says(1, &PeerMessage::Media { microphone: false, camera: true, screen: false });
    assert!(page.handle(interrupted(MediaSource::Microphone, true)).contains(&off));
    assert!(page.session.view().tiles[0].muted);
    assert!(page.handle(interrupted(MediaSource::Microphone, false)).contains(&camera(1, true)));
    assert!(!page.handle(Event::Shown).iter().any(|each| matches!(each, Command::Media(_))), "it came back by itself");

    page.handle(interrupted(MediaSource::Microphone, true));
    page.handle(interrupted(MediaSource::Camera, true));
    assert!(page.session.view().tiles[0].has_picture, "a picture that stands still is no camera that is off");
    assert!(page.handle(Event::Shown).contains(&Command::Media(MediaCommand::Open(BOTH))));
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    assert!(!page.session.view().tiles[0].muted);
}

#[test]
fn a_device_that_people_touch_turns_to_its_other_camera_without_being_told_off() {
    let cameras = |open: usize| {
        let camera = |n: usize| DeviceInfo {
            kind: DeviceKind::Camera,
            id: n.to_string(),
            label: format!("Camera {n}"),
            in_use: n == open,
            facing: None,
        };
        Event::Devices(vec![camera(0), camera(1)])
    };
    for touch in [true, false] {
        let mut page = Page::new(Environment { touch, ..environment() });
        page.handle(Event::Start);
        page.handle(Event::Media(MediaEvent::Opened(BOTH)));
        page.handle(cameras(0));
        assert_eq!(page.session.view().can_turn_camera, touch);
        let commands = page.handle(Event::Intent(Intent::TurnCamera));
        let open = Command::Media(MediaCommand::Open(Devices { microphone: false, camera: true }));
        assert_eq!(commands.contains(&open), touch, "{commands:?}");
        page.handle(Event::Media(MediaEvent::Opened(Devices { microphone: false, camera: true })));
        page.handle(cameras(1));
        assert_eq!((page.session.view().notices, page.session.view().camera), (vec![], Device::On));
    }
}
