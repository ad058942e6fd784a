//! Sockets that end, and what becomes of the call.

use super::*;

#[test]
fn a_lost_socket_leaves_the_connections_alone_and_comes_back_with_the_token() {
    let mut page = in_call(&[entry(1, 5)], 10);
    assert_eq!(page.socket(SocketEvent::Closed(None)), [Command::OpenSocket(2)]);
    assert_eq!(page.session.view().server, ServerLink::Reconnecting);
    assert_eq!(page.session.view().tiles.len(), 2);
    let hello = page.socket(SocketEvent::Opened);
    assert!(sent(&hello)[0].contains(r#""resume":{"token":"token","reload":false"#), "{hello:?}");
    let resumed = page.hear(welcome(&[entry(1, 5)], 10));
    assert!(!resumed.iter().any(|command| matches!(command, Command::OpenPeer { .. } | Command::ClosePeer(_))));
}

#[test]
fn signals_that_could_not_be_sent_are_sent_after_the_return() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.socket(SocketEvent::Closed(None));
    let offer = Description { kind: SdpKind::Offer, sdp: "a=fingerprint:sha-256 0".into(), media: vec![] };
    assert_eq!(sent(&page.peer(1, 10, PeerEvent::LocalApplied(Some(offer)))), Vec::<String>::new());
    page.socket(SocketEvent::Opened);
    let resumed = sent(&page.hear(welcome(&[entry(1, 5)], 10)));
    assert!(resumed[0].contains(r#""type":"signal""#) && resumed[0].contains(r#""seq":1"#), "{resumed:?}");
}

#[test]
fn a_silent_server_is_left_after_twelve_seconds() {
    let mut page = in_call(&[], 10);
    page.now = Duration::from_secs(11);
    page.hear(ServerMessage::Tick {});
    page.now = Duration::from_secs(23);
    assert_eq!(page.handle(Event::Timeout), [Command::CloseSocket, Command::OpenSocket(2)]);
}

#[test]
fn after_another_tab_took_over_nothing_is_tried_again() {
    for (code, farewell) in [
        (ErrorCode::Replaced, Farewell::ElsewhereNow),
        (ErrorCode::Removed, Farewell::Removed),
        (ErrorCode::Ended, Farewell::Ended),
    ] {
        let mut page = in_call(&[entry(1, 5)], 10);
        let commands = page.socket(SocketEvent::Closed(Some(code.into())));
        assert!(!commands.iter().any(|command| matches!(command, Command::OpenSocket(_))));
        assert!(commands.contains(&Command::ForgetSession) && commands.contains(&Command::ClosePeer(peer(1))));
        assert_eq!(page.session.view().phase, Phase::After(farewell));
        assert_eq!(page.session.poll_timeout(), None);
    }
}

#[test]
fn every_other_end_of_a_socket_leads_to_another_and_the_call_goes_on() {
    use ErrorCode::{
        BadMessage, BadToken, HelloTimeout, Internal, RateLimited, Restarting, RoomFull, ServerFull, TooLarge, TooSlow,
        UnsupportedVersion,
    };
    let codes = [
        BadMessage,
        BadToken,
        HelloTimeout,
        Internal,
        RateLimited,
        Restarting,
        RoomFull,
        ServerFull,
        TooLarge,
        TooSlow,
        UnsupportedVersion,
    ];
    for code in codes.map(Some).into_iter().chain([None]) {
        let mut page = in_call(&[entry(1, 5)], 10);
        let commands = page.socket(SocketEvent::Closed(code.map(Into::into)));
        assert_eq!(commands, [Command::OpenSocket(2)], "{code:?}");
        page.now += Duration::from_secs(5);
        page.socket(SocketEvent::Opened);
        page.hear(welcome(&[entry(1, 5)], 10));
        let view = page.session.view();
        assert_eq!((view.phase, view.tiles.len(), view.notices), (Phase::InCall, 2, vec![]), "{code:?}");
        assert_eq!(view.server, ServerLink::Connected);
    }
}

#[test]
fn who_is_turned_away_for_now_is_told_why_and_comes_in_when_there_is_room() {
    for (code, notice) in [(ErrorCode::RateLimited, Notice::NetworkBusy), (ErrorCode::ServerFull, Notice::ServerBusy)] {
        let mut page = greeted();
        page.join("Ada");
        let reason = CloseReason { code, retry_after_ms: Some(8_000) };
        assert_eq!(page.socket(SocketEvent::Closed(Some(reason))), []);
        page.now = Duration::from_millis(7_999);
        assert_eq!(page.handle(Event::Timeout), [], "not sooner than it was told");
        page.now = Duration::from_millis(10_000);
        assert_eq!(page.handle(Event::Timeout), [Command::OpenSocket(2)]);
        page.socket(SocketEvent::Opened);
        let join = page.hear(ServerMessage::Greeted { boot_id: "boot".into() });
        assert!(sent(&join)[0].contains(r#""type":"join""#), "{join:?}");
        let view = page.session.view();
        assert_eq!((view.phase, view.notices), (Phase::Joining, vec![notice]), "it is not in yet");
        page.hear(welcome(&[], 10));
        let view = page.session.view();
        assert_eq!((view.phase, view.notices), (Phase::InCall, vec![]));
    }
}

#[test]
fn every_other_close_is_come_back_from_when_the_server_says() {
    let codes = [
        ErrorCode::BadMessage,
        ErrorCode::TooLarge,
        ErrorCode::BadToken,
        ErrorCode::HelloTimeout,
        ErrorCode::TooSlow,
        ErrorCode::RateLimited,
        ErrorCode::ServerFull,
        ErrorCode::Restarting,
        ErrorCode::Internal,
        ErrorCode::Unknown,
    ];
    for code in codes {
        let mut page = in_call(&[entry(1, 5)], 10);
        let reason = CloseReason { code, retry_after_ms: Some(2_000) };
        assert_eq!(page.socket(SocketEvent::Closed(Some(reason))), [], "{code:?}");
        while page.socket == 1 {
            assert_eq!(page.session.view().server, ServerLink::Reconnecting);
            page.now = page.session.poll_timeout().unwrap();
            page.handle(Event::Timeout);
        }
        assert!((2_000..=2_500).contains(&page.now.as_millis()), "{code:?}: {:?}", page.now);
        assert_eq!(page.session.view().phase, Phase::InCall);
    }
}
