use super::*;
use crate::protocol::HostCommand;

fn peer(n: u8) -> PeerId {
    PeerId::from_bytes([n; 16])
}

fn card() -> Card {
    Card::parse("hi").unwrap()
}

fn envelope() -> Envelope {
    Envelope { generation: Generation(1_700_000_000_000), seq: 2, ack: 1, body: "{}".into() }
}

const ONE: &str = "01010101010101010101010101010101";

/// The document's examples: what is written here is what is on the wire.
#[track_caller]
fn assert_golden<T>(message: T, json: &str)
where
    T: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug,
{
    assert_eq!(serde_json::to_string(&message).unwrap(), json);
    assert_eq!(serde_json::from_str::<T>(json).unwrap(), message);
}

#[test]
fn hello() {
    let room = RoomId::parse("r/standup").unwrap();
    let message = ClientMessage::Hello { version: 1, room: room.clone(), proof: None, resume: None };
    assert_golden(message, r#"{"type":"hello","version":1,"room":"r/standup"}"#);
    let resume = Some(Resume { token: "t".into(), reload: true, card: card() });
    let message = ClientMessage::Hello { version: 1, room, proof: None, resume };
    let json = r#"{"type":"hello","version":1,"room":"r/standup","resume":{"token":"t","reload":true,"card":"hi"}}"#;
    assert_golden(message, json);
}

#[test]
fn join_signal_and_leave() {
    let message = ClientMessage::Join { card: card(), attempt: 7, create_code: None };
    assert_golden(message, r#"{"type":"join","card":"hi","attempt":7}"#);
    let message = ClientMessage::Join { card: card(), attempt: 7, create_code: Some("sesame".into()) };
    assert_golden(message, r#"{"type":"join","card":"hi","attempt":7,"create_code":"sesame"}"#);
    let message = ClientMessage::Signal { to: peer(1), envelope: envelope() };
    let json = format!(r#"{{"type":"signal","to":"{ONE}","generation":1700000000000,"seq":2,"ack":1,"body":"{{}}"}}"#);
    assert_golden(message, &json);
    assert_golden(ClientMessage::Leave {}, r#"{"type":"leave"}"#);
}

#[test]
fn greeted_waiting_and_tick() {
    assert_golden(ServerMessage::Greeted { boot_id: "b".into() }, r#"{"type":"greeted","boot_id":"b"}"#);
    assert_golden(ServerMessage::Waiting { hosted: false }, r#"{"type":"waiting"}"#);
    assert_golden(ServerMessage::Waiting { hosted: true }, r#"{"type":"waiting","hosted":true}"#);
    assert_golden(ServerMessage::Tick {}, r#"{"type":"tick"}"#);
}

#[test]
fn ice_servers() {
    let server = IceServer { urls: vec!["stun:stun.example".into()], username: None, credential: None };
    let message = ServerMessage::IceServers { ice_servers: vec![server] };
    assert_golden(message, r#"{"type":"ice_servers","ice_servers":[{"urls":["stun:stun.example"]}]}"#);
}

#[test]
fn welcome() {
    let roster = vec![RosterEntry { peer_id: peer(1), epoch: Epoch(3), card: card(), connected: true }];
    let urls = vec!["turn:turn.example:3478".into()];
    let ice = IceServer { urls, username: Some("u".into()), credential: Some("c".into()) };
    let message = ServerMessage::Welcome(Welcome {
        peer_id: peer(2),
        epoch: Epoch(4),
        session_token: "t".into(),
        boot_id: "b".into(),
        policy: Policy { capacity: 8, resume_window_ms: 60_000, locked: false },
        roster,
        ice_servers: vec![ice],
        host: false,
    });
    let json = [
        r#"{"type":"welcome","peer_id":"02020202020202020202020202020202","epoch":4,"session_token":"t","#,
        r#""boot_id":"b","policy":{"capacity":8,"resume_window_ms":60000},"#,
        &format!(r#""roster":[{{"peer_id":"{ONE}","epoch":3,"card":"hi","connected":true}}],"#),
        r#""ice_servers":[{"urls":["turn:turn.example:3478"],"username":"u","credential":"c"}]}"#,
    ];
    assert_golden(message, &json.concat());
}

#[test]
fn a_hosts_welcome() {
    let message = ServerMessage::Welcome(Welcome {
        peer_id: peer(1),
        epoch: Epoch(4),
        session_token: "t".into(),
        boot_id: "b".into(),
        policy: Policy { capacity: 8, resume_window_ms: 60_000, locked: true },
        roster: vec![],
        ice_servers: vec![],
        host: true,
    });
    let json = [
        &format!(r#"{{"type":"welcome","peer_id":"{ONE}","epoch":4,"session_token":"t","boot_id":"b","#),
        r#""policy":{"capacity":8,"resume_window_ms":60000,"locked":true},"roster":[],"ice_servers":[],"host":true}"#,
    ];
    assert_golden(message, &json.concat());
}

#[test]
fn what_is_said_about_the_door() {
    assert_golden(ServerMessage::Lock { locked: true }, r#"{"type":"lock","locked":true}"#);
    let json = format!(r#"{{"type":"knock","peer_id":"{ONE}","card":"hi"}}"#);
    assert_golden(ServerMessage::Knock { peer_id: peer(1), card: card() }, &json);
    assert_golden(
        ServerMessage::KnockGone { peer_id: peer(1) },
        &format!(r#"{{"type":"knock_gone","peer_id":"{ONE}"}}"#),
    );
    assert_golden(ServerMessage::Mute { from: peer(1) }, &format!(r#"{{"type":"mute","from":"{ONE}"}}"#));
    for (code, json) in [
        (ErrorCode::Refused, r#"{"type":"error","code":"refused"}"#),
        (ErrorCode::Crowded, r#"{"type":"error","code":"crowded"}"#),
        (ErrorCode::CreateCodeNeeded, r#"{"type":"error","code":"create_code_needed"}"#),
    ] {
        assert_golden(ServerMessage::Error { code, limit: None }, json);
    }
}

#[test]
fn what_a_host_commands() {
    assert_golden(HostCommand::Lock { locked: false }, r#"{"type":"lock","locked":false}"#);
    for (command, kind) in [
        (HostCommand::Admit { peer_id: peer(1) }, "admit"),
        (HostCommand::Refuse { peer_id: peer(1) }, "refuse"),
        (HostCommand::Remove { peer_id: peer(1) }, "remove"),
        (HostCommand::Mute { peer_id: peer(1) }, "mute"),
    ] {
        assert_golden(command, &format!(r#"{{"type":"{kind}","peer_id":"{ONE}"}}"#));
    }
    assert_golden(HostCommand::End {}, r#"{"type":"end"}"#);
}

#[test]
fn what_is_said_of_others() {
    let entry = RosterEntry { peer_id: peer(1), epoch: Epoch(3), card: card(), connected: true };
    let json =
        format!(r#"{{"type":"peer_joined","peer":{{"peer_id":"{ONE}","epoch":3,"card":"hi","connected":true}}}}"#);
    assert_golden(ServerMessage::PeerJoined { peer: entry }, &json);
    let json = format!(r#"{{"type":"peer_state","peer_id":"{ONE}","connected":false}}"#);
    assert_golden(ServerMessage::PeerState { peer_id: peer(1), connected: false }, &json);
    let json = format!(r#"{{"type":"peer_left","peer_id":"{ONE}"}}"#);
    assert_golden(ServerMessage::PeerLeft { peer_id: peer(1) }, &json);
    let json =
        format!(r#"{{"type":"signal","from":"{ONE}","generation":1700000000000,"seq":2,"ack":1,"body":"{{}}"}}"#);
    assert_golden(ServerMessage::Signal { from: peer(1), envelope: envelope() }, &json);
}

#[test]
fn errors_and_close_reasons() {
    let message = ServerMessage::Error { code: ErrorCode::RoomFull, limit: Some(8) };
    assert_golden(message, r#"{"type":"error","code":"room_full","limit":8}"#);
    let reason = CloseReason { code: ErrorCode::Restarting, retry_after_ms: Some(1_500) };
    assert_golden(reason, r#"{"code":"restarting","retry_after_ms":1500}"#);
    assert_eq!(CloseReason::parse(r#"{"code":"replaced"}"#), Some(ErrorCode::Replaced.into()));
    assert_eq!(CloseReason::parse("going away"), None);
}

#[test]
fn every_close_reason_fits_a_close_frame() {
    let longest = CloseReason { code: ErrorCode::UnsupportedVersion, retry_after_ms: Some(u32::MAX) };
    assert!(serde_json::to_string(&longest).unwrap().len() <= 123);
}

#[test]
fn what_a_newer_server_says_is_passed_over() {
    assert_eq!(serde_json::from_str::<ServerMessage>(r#"{"type":"party","hats":3}"#).unwrap(), ServerMessage::Unknown);
    let error = serde_json::from_str::<ServerMessage>(r#"{"type":"error","code":"too_late"}"#).unwrap();
    assert_eq!(error, ServerMessage::Error { code: ErrorCode::Unknown, limit: None });
}

#[test]
fn what_is_no_message_is_refused() {
    let too_large = format!(r#"{{"type":"join","attempt":1,"card":"{}"}}"#, "x".repeat(MAX_CARD_BYTES + 1));
    let deep = format!(r#"{{"type":"join","card":{}"#, "[".repeat(10_000));
    for text in [
        "",
        "null",
        "[]",
        r#"{"type":"dance"}"#,
        r#"{"type":"hello","version":1}"#,
        r#"{"type":"hello","version":1,"room":"r/NOT A ROOM"}"#,
        r#"{"type":"hello","version":1,"version":1,"room":"r/a"}"#,
        r#"{"type":"join","attempt":1,"card":"\ud800"}"#,
        r#"{"type":"signal","to":"me","generation":1,"seq":1,"ack":0,"body":""}"#,
        &too_large,
        &deep,
    ] {
        assert!(serde_json::from_str::<ClientMessage>(text).is_err(), "{}", &text[..text.len().min(80)]);
    }
}
