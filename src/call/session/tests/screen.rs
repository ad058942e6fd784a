use super::*;
use crate::call::encoding::{screen_encoding, video_encoding_beside_screen};
use crate::call::view::{Share, Source, TileKey};

fn says(screen: bool) -> Command {
    let text = PeerMessage::Media { microphone: true, camera: true, screen }.to_text();
    Command::Peer(peer(1), PeerCommand::SendMessage(Channel::Control, text))
}

fn connected() -> Page {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    page.peer(1, 10, PeerEvent::State(ConnectionState::Connected));
    page.peer(1, 10, PeerEvent::ChannelOpened(Channel::Control));
    page
}

#[test]
fn a_share_is_told_and_sent_large_and_its_end_is_told_wherever_it_came_from() {
    for end in [Event::Intent(Intent::ToggleScreen), Event::Media(MediaEvent::Ended(MediaSource::Screen))] {
        let mut page = connected();
        let pressed = page.handle(Event::Intent(Intent::ToggleScreen));
        assert!(pressed.contains(&Command::Media(MediaCommand::OpenScreen)) && !pressed.contains(&says(true)));
        assert_eq!(page.session.view().screen, Share::Choosing);

        let shared = page.handle(Event::Media(MediaEvent::ScreenOpened));
        let encode = |source, encoding| Command::Peer(peer(1), PeerCommand::SetEncoding(source, encoding));
        assert!(shared.contains(&says(true)));
        assert!(shared.contains(&encode(MediaSource::Screen, screen_encoding(2))));
        assert!(shared.contains(&encode(MediaSource::Camera, video_encoding_beside_screen(2))));
        assert_eq!(page.session.view().screen, Share::On);

        let ended = page.handle(end);
        assert!(ended.contains(&Command::Media(MediaCommand::StopScreen)) && ended.contains(&says(false)));
        assert!(ended.contains(&encode(MediaSource::Camera, video_encoding(2))));
        assert_eq!(page.session.view().screen, Share::Off);
    }
}

#[test]
fn late_joiners_and_connections_made_anew_get_the_share_too() {
    let mut page = connected();
    page.handle(Event::Intent(Intent::ToggleScreen));
    page.handle(Event::Media(MediaEvent::ScreenOpened));
    page.hear(ServerMessage::PeerJoined { peer: entry(2, 20) });
    let connected = page.peer(2, 20, PeerEvent::State(ConnectionState::Connected));
    let encode = PeerCommand::SetEncoding(MediaSource::Screen, screen_encoding(3));
    assert!(connected.contains(&Command::Peer(peer(2), encode.clone())));
    let opened = page.peer(2, 20, PeerEvent::ChannelOpened(Channel::Control));
    let Command::Peer(_, said) = says(true) else { unreachable!() };
    assert_eq!(opened, [Command::Peer(peer(2), said)]);

    // The same person, with a fresh page.
    page.hear(ServerMessage::PeerJoined { peer: entry(2, 30) });
    let again = page.peer(2, 30, PeerEvent::State(ConnectionState::Connected));
    assert!(again.contains(&Command::Peer(peer(2), encode)));
}

#[test]
fn a_screen_has_a_tile_of_its_own_after_everybody_for_as_long_as_its_owner_says() {
    let mut page = in_call(&[entry(1, 5), entry(2, 6)], 10);
    let say = |page: &mut Page, n, screen| {
        let text = PeerMessage::Media { microphone: true, camera: true, screen }.to_text();
        page.peer(n, 10, PeerEvent::Message(Channel::Control, text));
        page.session.view().tiles.iter().map(|tile| tile.key).skip(3).collect::<Vec<_>>()
    };
    let screen = |n| TileKey { owner: Some(peer(n)), source: Source::Screen };
    assert_eq!(say(&mut page, 2, true), [screen(2)]);
    assert_eq!(say(&mut page, 1, true), [screen(1), screen(2)]);
    assert_eq!(say(&mut page, 2, false), [screen(1)]);
    page.hear(ServerMessage::PeerLeft { peer_id: peer(1) });
    assert!(page.session.view().tiles.iter().all(|tile| tile.key.source == Source::Camera));
}

#[test]
fn a_screen_that_fails_is_said_and_one_that_is_not_chosen_is_not() {
    let mut page = connected();
    page.handle(Event::Intent(Intent::ToggleScreen));
    page.handle(Event::Media(MediaEvent::ScreenRefused(DeviceError::Blocked)));
    assert_eq!((page.session.view().screen, page.session.view().notices), (Share::Off, vec![]));
    page.handle(Event::Intent(Intent::ToggleScreen));
    page.handle(Event::Media(MediaEvent::ScreenRefused(DeviceError::Busy)));
    assert_eq!(page.session.view().notices, [Notice::ScreenFailed]);
    page.handle(Event::Intent(Intent::Dismiss(Notice::ScreenFailed)));
    assert_eq!(page.session.view().notices, []);
}

#[test]
fn nothing_is_shared_before_the_call_nor_after_it_nor_by_browsers_that_cannot() {
    let share = Command::Media(MediaCommand::OpenScreen);
    assert!(!greeted().handle(Event::Intent(Intent::ToggleScreen)).contains(&share));
    let mut page = connected();
    page.handle(Event::Intent(Intent::ToggleScreen));
    page.handle(Event::Media(MediaEvent::ScreenOpened));
    page.handle(Event::Intent(Intent::Leave));
    assert_eq!(page.session.view().screen, Share::Off);
    let phone = Page::new(Environment { can_share: false, ..environment() });
    assert_eq!(phone.session.view().screen, Share::Unavailable);
}

#[test]
fn who_talks_is_marked_and_followed_and_who_says_that_they_are_muted_is_not() {
    let mut page = in_call(&[entry(1, 5), entry(2, 6)], 10);
    page.handle(Event::Media(MediaEvent::Opened(BOTH)));
    let muted = PeerMessage::Media { microphone: false, camera: true, screen: false }.to_text();
    page.peer(2, 10, PeerEvent::Message(Channel::Control, muted));
    for _ in 0..10 {
        page.handle(Event::Levels(vec![(None, 300), (Some(peer(1)), 300), (Some(peer(2)), 900)]));
    }
    let view = page.session.view();
    assert_eq!(view.speaker, Some(peer(1)));
    assert_eq!(view.tiles.iter().map(|tile| tile.speaking).collect::<Vec<_>>(), [true, true, false]);
    page.handle(Event::Intent(Intent::ToggleMicrophone));
    for _ in 0..20 {
        page.handle(Event::Levels(vec![(None, 300), (Some(peer(1)), 300), (Some(peer(2)), 900)]));
    }
    assert!(!page.session.view().tiles[0].speaking);
    page.hear(ServerMessage::PeerLeft { peer_id: peer(1) });
    assert_eq!(page.session.view().speaker, None);
}
