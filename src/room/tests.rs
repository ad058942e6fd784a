use super::*;

mod door;
mod limits;

use crate::protocol::Generation;
use crate::protocol::RosterEntry;

const T0: Timestamp = Timestamp(1_000_000);
const A: SocketId = SocketId(1);
const B: SocketId = SocketId(2);
const C: SocketId = SocketId(3);

#[test]
fn a_newcomer_is_told_the_roster_and_the_others_of_the_newcomer() {
    let mut room = room_for(8);
    let a = welcomed(&join(&mut room, A, 1));
    assert_eq!(a.roster, vec![]);
    let outputs = join(&mut room, B, 2);
    let b = welcomed(&outputs);
    assert_eq!(b.roster.iter().map(|e| e.peer_id).collect::<Vec<_>>(), vec![peer(1)]);
    assert!(b.epoch > a.epoch);
    let peer = RosterEntry { peer_id: peer(2), epoch: b.epoch, card: card("2"), connected: true };
    assert_eq!(outputs[2..], [Output::Send { socket: A, message: ServerMessage::PeerJoined { peer } }]);
}

#[test]
fn one_too_many_is_told_so_and_leaves_no_state() {
    let mut room = room_for(1);
    join(&mut room, A, 1);
    let refusal =
        Output::Send { socket: B, message: ServerMessage::Error { code: ErrorCode::RoomFull, limit: Some(1) } };
    assert_eq!(join(&mut room, B, 2), vec![refusal]);
    assert_eq!(close(&mut room, T0, B, Ending::Lost), vec![]);
    close(&mut room, T0, A, Ending::Left);
    assert!(room.is_empty());
    assert_eq!(welcomed(&join(&mut room, B, 2)).roster, vec![]);
}

#[test]
fn the_rest_of_the_server_hears_who_is_in_before_they_do_and_who_is_gone() {
    let mut room = room_for(8);
    let outputs = join(&mut room, A, 1);
    assert_eq!(outputs[0], Output::Admitted(peer(1)));
    let a = welcomed(&outputs);
    assert_eq!(close(&mut room, T0, A, Ending::Left), vec![Output::Left(peer(1))]);
    assert_eq!(resume(&mut room, T0, B, &a, false)[0], Output::Admitted(peer(1)));
}

#[test]
fn a_signal_goes_to_its_addressee_with_the_senders_true_id() {
    let mut room = room_for(8);
    join(&mut room, A, 1);
    join(&mut room, B, 2);
    join(&mut room, C, 3);
    let message = ServerMessage::Signal { from: peer(1), envelope: envelope() };
    assert_eq!(signal(&mut room, A, peer(2)), vec![Output::Send { socket: B, message }]);
}

#[test]
fn signals_from_outside_to_oneself_or_to_nobody_are_dropped() {
    let mut room = room_for(8);
    join(&mut room, A, 1);
    assert_eq!(signal(&mut room, B, peer(1)), vec![Output::Dropped(DropReason::NotAdmitted)]);
    assert_eq!(signal(&mut room, A, peer(1)), vec![Output::Dropped(DropReason::ToSelf)]);
    assert_eq!(signal(&mut room, A, peer(9)), vec![Output::Dropped(DropReason::NoSuchPeer)]);
}

#[test]
fn a_lost_socket_is_waited_for_and_the_resumed_member_keeps_the_epoch() {
    let mut room = room_for(8);
    let a = welcomed(&join(&mut room, A, 1));
    join(&mut room, B, 2);
    assert_eq!(close(&mut room, T0, A, Ending::Lost), vec![state(B, 1, false)]);
    assert_eq!(signal(&mut room, B, peer(1)), vec![Output::Dropped(DropReason::Unreachable)]);
    let outputs = resume(&mut room, T0.after_ms(59_999), C, &a, false);
    let again = welcomed(&outputs);
    assert_eq!((again.peer_id, again.epoch), (a.peer_id, a.epoch));
    assert_eq!(outputs[2..], [state(B, 1, true)]);
    assert_eq!(room.poll_timeout(), None);
}

#[test]
fn a_lost_member_is_gone_after_the_window_and_a_closed_page_after_the_grace() {
    for (ending, wait_ms) in [(Ending::Lost, 60_000), (Ending::PageGone, 5_000)] {
        let mut room = room_for(8);
        join(&mut room, A, 1);
        join(&mut room, B, 2);
        close(&mut room, T0, A, ending);
        assert_eq!(room.poll_timeout(), Some(T0.after_ms(wait_ms)));
        assert_eq!(room.handle(T0.after_ms(wait_ms - 1), Input::Timeout), vec![]);
        let left = Output::Send { socket: B, message: ServerMessage::PeerLeft { peer_id: peer(1) } };
        assert_eq!(room.handle(T0.after_ms(wait_ms), Input::Timeout), vec![Output::Left(peer(1)), left]);
    }
}

#[test]
fn a_reload_is_the_same_person_with_a_larger_epoch() {
    let mut room = room_for(8);
    let a = welcomed(&join(&mut room, A, 1));
    let b = welcomed(&join(&mut room, B, 2));
    close(&mut room, T0, A, Ending::PageGone);
    let outputs = resume(&mut room, T0.after_ms(10), C, &a, true);
    let again = welcomed(&outputs);
    assert_eq!(again.peer_id, a.peer_id);
    assert!(again.epoch > b.epoch);
    let peer = RosterEntry { peer_id: peer(1), epoch: again.epoch, card: card("again"), connected: true };
    assert_eq!(outputs[2..], [Output::Send { socket: B, message: ServerMessage::PeerJoined { peer } }]);
}

#[test]
fn a_second_socket_takes_over_and_the_first_is_closed() {
    let mut room = room_for(8);
    let a = welcomed(&join(&mut room, A, 1));
    let outputs = resume(&mut room, T0, B, &a, true);
    assert_eq!(outputs[0], Output::Close { socket: A, reason: ErrorCode::Replaced.into() });
    assert_eq!(close(&mut room, T0, A, Ending::Lost), vec![]);
    assert_eq!(room.poll_timeout(), None);
    let overtaken = resume(&mut room, T0, C, &a, false);
    assert_eq!(
        overtaken,
        vec![Output::Send { socket: C, message: ServerMessage::Error { code: ErrorCode::BadToken, limit: None } }]
    );
}

#[test]
fn what_a_page_said_on_an_earlier_socket_takes_nothing_from_its_later_one() {
    let mut room = room_for(8);
    let a = welcomed(&join(&mut room, A, 1));
    resume(&mut room, T0, C, &a, false);
    let refusal = vec![Output::Close { socket: B, reason: ErrorCode::Replaced.into() }];
    assert_eq!(resume(&mut room, T0, B, &a, false), refusal);
    let mut room = room_for(8);
    join(&mut room, C, 2);
    assert_eq!(room.handle(T0, join_input(B, 2)), refusal);
    assert_eq!(room.live(), vec![peer(2)]);
}

#[test]
fn tokens_rebuild_a_room_that_was_forgotten() {
    let mut room = room_for(8);
    let a = welcomed(&join(&mut room, A, 1));
    let b = welcomed(&join(&mut room, B, 2));
    let mut restarted = room_for(8);
    resume(&mut restarted, T0, A, &a, false);
    let again = welcomed(&resume(&mut restarted, T0, B, &b, false));
    assert_eq!(again.epoch, b.epoch);
    assert_eq!(again.roster.iter().map(|e| (e.peer_id, e.epoch)).collect::<Vec<_>>(), vec![(a.peer_id, a.epoch)]);
    let late = welcomed(&restarted.handle(Timestamp(5), join_input(C, 3)));
    assert!(late.epoch > b.epoch, "also when the clock went back");
}

#[test]
fn a_page_that_asks_again_takes_the_place_of_its_former_self() {
    let mut room = room_for(2);
    join(&mut room, A, 1);
    join(&mut room, B, 2);
    let again = Input::Join {
        socket: C,
        peer_id: peer(9),
        role: Role::Guest,
        card: card("2"),
        attempt: 2,
        may_open: true,
        ice_servers: vec![],
    };
    let outputs = room.handle(T0, again);
    assert_eq!(outputs[0], Output::Close { socket: B, reason: ErrorCode::Replaced.into() });
    let left = Output::Send { socket: A, message: ServerMessage::PeerLeft { peer_id: peer(2) } };
    assert_eq!(outputs[1..3], [Output::Left(peer(2)), left]);
    assert_eq!(welcomed(&outputs).peer_id, peer(9));
}

#[test]
fn a_resume_into_a_full_room_is_refused() {
    let mut room = room_for(1);
    let a = welcomed(&join(&mut room, A, 1));
    close(&mut room, T0, A, Ending::Left);
    join(&mut room, B, 2);
    let refusal =
        Output::Send { socket: C, message: ServerMessage::Error { code: ErrorCode::RoomFull, limit: Some(1) } };
    assert_eq!(resume(&mut room, T0, C, &a, false), vec![refusal]);
}

fn room_for(capacity: u16) -> Room {
    let config = RoomConfig {
        capacity,
        resume_window_ms: 60_000,
        reload_grace_ms: 5_000,
        max_waiting: 3,
        token_lifetime_ms: 3_600_000,
        boot_id: "boot".into(),
        token_key: Arc::new(key()),
    };
    Room::new(room_id(), config)
}

fn key() -> TokenKey {
    TokenKey::new(&[3; 32])
}

fn room_id() -> RoomId {
    RoomId::parse("r/test").unwrap()
}

fn peer(n: u8) -> PeerId {
    PeerId::from_bytes([n; 16])
}

fn card(text: &str) -> Card {
    Card::parse(text).unwrap()
}

fn envelope() -> Envelope {
    Envelope { generation: Generation(1), seq: 1, ack: 0, body: "hello".into() }
}

fn join_input(socket: SocketId, n: u8) -> Input {
    Input::Join {
        socket,
        peer_id: peer(n),
        role: Role::Guest,
        card: card(&n.to_string()),
        attempt: n.into(),
        may_open: true,
        ice_servers: vec![],
    }
}

fn join(room: &mut Room, socket: SocketId, n: u8) -> Vec<Output> {
    room.handle(T0, join_input(socket, n))
}

fn resume(room: &mut Room, now: Timestamp, socket: SocketId, before: &Welcome, reload: bool) -> Vec<Output> {
    let claims = key().verify(&room_id(), &before.session_token, now).unwrap();
    room.handle(
        now,
        Input::Resume { socket, claims, role: Role::Guest, reload, card: card("again"), ice_servers: vec![] },
    )
}

fn signal(room: &mut Room, socket: SocketId, to: PeerId) -> Vec<Output> {
    room.handle(T0, Input::Signal { socket, to, envelope: envelope() })
}

fn close(room: &mut Room, now: Timestamp, socket: SocketId, ending: Ending) -> Vec<Output> {
    room.handle(now, Input::SocketClosed { socket, ending })
}

fn state(socket: SocketId, about: u8, connected: bool) -> Output {
    Output::Send { socket, message: ServerMessage::PeerState { peer_id: peer(about), connected } }
}

fn welcomed(outputs: &[Output]) -> Welcome {
    let welcome = outputs.iter().find_map(|output| match output {
        Output::Send { message: ServerMessage::Welcome(welcome), .. } => Some(welcome.clone()),
        _ => None,
    });
    welcome.expect("a welcome")
}
