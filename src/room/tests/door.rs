//! Who may come in, who waits, and what hosts can do about either.

use super::*;
use crate::protocol::HostCommand;
use proptest::prelude::*;

pub(super) const HOST: SocketId = A;
pub(super) const D: SocketId = SocketId(4);
pub(super) const E: SocketId = SocketId(5);

#[test]
fn in_front_of_a_locked_room_one_knocks_and_hosts_alone_hear_it() {
    let mut room = hosted();
    join(&mut room, B, 2);
    locked(&mut room);
    let outputs = join(&mut room, C, 3);
    assert_eq!(outputs, [send(C, ServerMessage::Waiting { hosted: true }), knock(3)]);
    assert_eq!(command(&mut room, HOST, HostCommand::Admit { peer_id: peer(3) })[0], gone(3));
    assert!(room.live().len() == 3);
}

#[test]
fn whoever_is_let_in_is_welcome_and_whoever_is_refused_is_told_so() {
    let mut room = hosted();
    locked(&mut room);
    join(&mut room, B, 2);
    join(&mut room, C, 3);
    let admitted = command(&mut room, HOST, HostCommand::Admit { peer_id: peer(2) });
    assert_eq!(welcomed(&admitted).peer_id, peer(2));
    let refused = command(&mut room, HOST, HostCommand::Refuse { peer_id: peer(3) });
    assert_eq!(refused, [gone(3), error(C, ErrorCode::Refused)]);
    assert_eq!(command(&mut room, HOST, HostCommand::Admit { peer_id: peer(3) }), dropped(DropReason::NoSuchPeer));
}

#[test]
fn unlocking_lets_in_all_who_wait() {
    let mut room = hosted();
    locked(&mut room);
    join(&mut room, B, 2);
    join(&mut room, C, 3);
    command(&mut room, HOST, HostCommand::Lock { locked: false });
    assert_eq!(room.live().len(), 3);
}

#[test]
fn a_knock_ends_with_its_socket_and_there_are_only_so_many() {
    let mut room = hosted();
    locked(&mut room);
    for (socket, n) in [(B, 2), (C, 3), (D, 4)] {
        join(&mut room, socket, n);
    }
    assert_eq!(join(&mut room, E, 5), [error(E, ErrorCode::Crowded)]);
    assert_eq!(close(&mut room, T0, B, Ending::Lost), [gone(2)]);
    assert_eq!(join(&mut room, E, 5)[1], knock(5));
}

#[test]
fn hosts_pass_a_lock_and_see_who_waits_and_those_see_that_a_host_is_there() {
    let mut room = hosted();
    locked(&mut room);
    join(&mut room, B, 2);
    assert_eq!(close(&mut room, T0, HOST, Ending::Left)[..1], [Output::Left(peer(1))]);
    assert_eq!(join(&mut room, C, 3), [send(C, ServerMessage::Waiting { hosted: false })]);
    let outputs = join_as(&mut room, D, 4, Role::Host);
    assert_eq!(welcomed(&outputs).peer_id, peer(4));
    let hosted = |socket| send(socket, ServerMessage::Waiting { hosted: true });
    for expected in [hosted(B), hosted(C), to(D, 2), to(D, 3)] {
        assert!(outputs.contains(&expected), "{expected:?}: {outputs:?}");
    }
}

#[test]
fn a_member_comes_back_past_a_lock() {
    let mut room = hosted();
    let before = welcomed(&join(&mut room, B, 2));
    locked(&mut room);
    close(&mut room, T0, B, Ending::Lost);
    assert_eq!(welcomed(&resume(&mut room, T0, C, &before, false)).peer_id, peer(2));
}

#[test]
fn whoever_is_removed_is_out_with_their_token_and_the_door_is_locked_behind_them() {
    let mut room = hosted();
    let before = welcomed(&join(&mut room, B, 2));
    let outputs = command(&mut room, HOST, HostCommand::Remove { peer_id: peer(2) });
    let close = Output::Close { socket: B, reason: ErrorCode::Removed.into() };
    for expected in [close, Output::Left(peer(2)), send(HOST, ServerMessage::Lock { locked: true })] {
        assert!(outputs.contains(&expected), "{expected:?}: {outputs:?}");
    }
    assert!(matches!(outputs[0], Output::Keep(_)), "written down before anybody is told");
    let policy = kept(&outputs);
    // Also on a server that knows nothing else of the room.
    for room in [&mut room, &mut Room::new(room_id(), room_for(8).config).under(policy)] {
        let back = resume(room, T0, C, &before, false);
        assert_eq!(back, [Output::Close { socket: C, reason: ErrorCode::Removed.into() }]);
    }
    assert_eq!(join(&mut room, D, 4)[1], knock(4));
}

#[test]
fn the_end_is_for_everyone_and_leads_nobody_back_but_a_host() {
    let mut room = hosted();
    let before = welcomed(&join(&mut room, B, 2));
    locked(&mut room);
    join(&mut room, C, 3);
    let outputs = command(&mut room, HOST, HostCommand::End {});
    for socket in [HOST, B, C] {
        let ended = Output::Close { socket, reason: ErrorCode::Ended.into() };
        assert!(outputs.contains(&ended), "{outputs:?}");
    }
    assert!(room.is_empty());
    let mut room = Room::new(room_id(), room_for(8).config).under(kept(&outputs));
    assert_eq!(
        resume(&mut room, T0, D, &before, false),
        [Output::Close { socket: D, reason: ErrorCode::Ended.into() }]
    );
    assert_eq!(join(&mut room, D, 2), [send(D, ServerMessage::Waiting { hosted: false })]);
    assert_eq!(welcomed(&join_as(&mut room, E, 5, Role::Host)).peer_id, peer(5));
}

#[test]
fn the_end_voids_tokens_of_those_who_have_not_come_back_to_a_restarted_server() {
    let mut before = room_for(8);
    let host = welcomed(&join_as(&mut before, HOST, 1, Role::Host));
    let ben = welcomed(&before.handle(T0.after_ms(10), join_input(B, 2)));
    let cleo = welcomed(&before.handle(T0.after_ms(10), join_input(C, 3)));
    let removed = kept(&command(&mut before, HOST, HostCommand::Remove { peer_id: peer(3) }));
    let mut room = Room::new(room_id(), room_for(8).config).under(removed);
    let claims = key().verify(&room_id(), &host.session_token, T0).unwrap();
    let back =
        Input::Resume { socket: A, claims, role: Role::Host, reload: false, card: card("1"), ice_servers: vec![] };
    assert_eq!(welcomed(&room.handle(T0, back)).peer_id, peer(1));
    room.handle(T0.after_ms(20), Input::Host { socket: A, command: HostCommand::End {} });
    for (socket, token) in [(D, &ben), (E, &cleo)] {
        let ended = Output::Close { socket, reason: ErrorCode::Ended.into() };
        assert_eq!(resume(&mut room, T0.after_ms(30), socket, token, false), [ended]);
    }
}

#[test]
fn muting_is_asked_of_the_one_it_is_for() {
    let mut room = hosted();
    join(&mut room, B, 2);
    let outputs = command(&mut room, HOST, HostCommand::Mute { peer_id: peer(2) });
    assert_eq!(outputs, [send(B, ServerMessage::Mute { from: peer(1) })]);
    assert_eq!(command(&mut room, HOST, HostCommand::Mute { peer_id: peer(1) }), dropped(DropReason::ToSelf));
    assert_eq!(command(&mut room, HOST, HostCommand::Remove { peer_id: peer(9) }), dropped(DropReason::NoSuchPeer));
}

#[test]
fn guests_those_who_wait_and_strangers_command_nothing() {
    let mut room = hosted();
    join(&mut room, B, 2);
    locked(&mut room);
    join(&mut room, C, 3);
    for wanted in every_command() {
        assert_eq!(command(&mut room, B, wanted.clone()), dropped(DropReason::NotHost), "{wanted:?}");
        assert_eq!(command(&mut room, C, wanted.clone()), dropped(DropReason::NotAdmitted), "{wanted:?}");
        assert_eq!(command(&mut room, D, wanted.clone()), dropped(DropReason::NotAdmitted), "{wanted:?}");
    }
}

#[test]
fn a_code_is_needed_where_nobody_is_and_nowhere_else() {
    let mut room = room_for(8);
    let without = |socket, n| match join_input(socket, n) {
        Input::Join { socket, peer_id, role, card, attempt, ice_servers, .. } => {
            Input::Join { socket, peer_id, role, card, attempt, may_open: false, ice_servers }
        }
        other => other,
    };
    assert_eq!(room.handle(T0, without(A, 1)), [error(A, ErrorCode::CreateCodeNeeded)]);
    join(&mut room, B, 2);
    assert_eq!(welcomed(&room.handle(T0, without(A, 1))).peer_id, peer(1));
}

proptest! {
    /// I2: whatever happens, who waits is told nothing but that they wait, or what became of it.
    #[test]
    fn who_waits_learns_nothing(steps in prop::collection::vec((0..13_u8, 2..6_u8), 1..60)) {
        let mut room = hosted();
        locked(&mut room);
        let mut host = HOST;
        let mut welcomes = Vec::new();
        let mut next = 10;
        for (step, n) in steps {
            next += 1;
            let socket = SocketId(next);
            let outputs = match step {
                0..=2 => join(&mut room, socket, n),
                3 => command(&mut room, host, HostCommand::Admit { peer_id: peer(n) }),
                4 => command(&mut room, host, HostCommand::Refuse { peer_id: peer(n) }),
                5 => command(&mut room, host, HostCommand::Remove { peer_id: peer(n) }),
                6 => signal(&mut room, host, peer(n)),
                7 => command(&mut room, host, HostCommand::Lock { locked: n % 2 == 0 }),
                8 => command(&mut room, host, HostCommand::End {}),
                9 => close(&mut room, T0, host, Ending::Lost),
                10 => {
                    host = socket;
                    join_as(&mut room, socket, 1, Role::Host)
                }
                11 if !welcomes.is_empty() => {
                    let before = &welcomes[usize::from(n) % welcomes.len()];
                    resume(&mut room, T0, socket, before, n % 2 == 0)
                }
                _ => close(&mut room, T0, SocketId(next - u64::from(n)), Ending::Lost),
            };
            welcomes.extend(outputs.iter().filter_map(|output| match output {
                Output::Send { message: ServerMessage::Welcome(welcome), .. } => Some(welcome.clone()),
                _ => None,
            }));
            for output in outputs {
                if let Output::Send { socket: to, message } = output {
                    let is_answer = matches!(message, ServerMessage::Waiting { .. } | ServerMessage::Error { .. });
                    prop_assert!(is_answer || room.sockets.contains_key(&to), "{message:?} to {to:?}");
                }
            }
        }
    }
}

/// A room with one host in it.
pub(super) fn hosted() -> Room {
    let mut room = room_for(8);
    join_as(&mut room, HOST, 1, Role::Host);
    room
}

pub(super) fn join_as(room: &mut Room, socket: SocketId, n: u8, as_what: Role) -> Vec<Output> {
    let input = match join_input(socket, n) {
        Input::Join { socket, peer_id, card, attempt, may_open, ice_servers, .. } => {
            Input::Join { socket, peer_id, role: as_what, card, attempt, may_open, ice_servers }
        }
        other => other,
    };
    room.handle(T0, input)
}

pub(super) fn locked(room: &mut Room) {
    command(room, HOST, HostCommand::Lock { locked: true });
}

pub(super) fn command(room: &mut Room, socket: SocketId, command: HostCommand) -> Vec<Output> {
    room.handle(T0, Input::Host { socket, command })
}

fn every_command() -> [HostCommand; 6] {
    let peer_id = peer(3);
    [
        HostCommand::Lock { locked: false },
        HostCommand::Admit { peer_id },
        HostCommand::Refuse { peer_id },
        HostCommand::Remove { peer_id: peer(1) },
        HostCommand::Mute { peer_id: peer(1) },
        HostCommand::End {},
    ]
}

pub(super) fn kept(outputs: &[Output]) -> RoomPolicy {
    let keep = outputs.iter().find_map(|output| match output {
        Output::Keep(policy) => Some(policy.clone()),
        _ => None,
    });
    keep.expect("something to keep")
}

pub(super) fn send(socket: SocketId, message: ServerMessage) -> Output {
    Output::Send { socket, message }
}

fn error(socket: SocketId, code: ErrorCode) -> Output {
    send(socket, ServerMessage::Error { code, limit: None })
}

pub(super) fn knock(n: u8) -> Output {
    to(HOST, n)
}

fn to(host: SocketId, n: u8) -> Output {
    send(host, ServerMessage::Knock { peer_id: peer(n), card: card(&n.to_string()) })
}

pub(super) fn gone(n: u8) -> Output {
    send(HOST, ServerMessage::KnockGone { peer_id: peer(n) })
}

fn dropped(reason: DropReason) -> Vec<Output> {
    vec![Output::Dropped(reason)]
}
