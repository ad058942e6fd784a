//! The door at its limits: full rooms, many removals, pages that ask twice, and what is kept for how long.

use super::door::*;
use super::*;
use crate::protocol::HostCommand;

#[test]
fn who_waits_is_told_when_the_last_host_has_gone() {
    let mut room = hosted();
    join_as(&mut room, D, 4, Role::Host);
    locked(&mut room);
    join(&mut room, B, 2);
    let alone = send(B, ServerMessage::Waiting { hosted: false });
    assert!(!close(&mut room, T0, HOST, Ending::Left).contains(&alone), "another one is there");
    assert!(close(&mut room, T0, D, Ending::Lost).contains(&alone), "a host who is only waited for sees nobody");
}

#[test]
fn a_page_that_knocks_again_waits_once() {
    let mut room = hosted();
    locked(&mut room);
    join(&mut room, B, 2);
    let again = join(&mut room, C, 2);
    let replaced = Output::Close { socket: B, reason: ErrorCode::Replaced.into() };
    assert_eq!(again, [replaced, gone(2), send(C, ServerMessage::Waiting { hosted: true }), knock(2)]);
    let late = [Output::Close { socket: B, reason: ErrorCode::Replaced.into() }];
    assert_eq!(room.handle(T0, join_input(B, 2)), late, "what was said on the older socket came last");
    command(&mut room, HOST, HostCommand::Lock { locked: false });
    assert_eq!(room.live(), [peer(1), peer(2)]);
}

#[test]
fn a_host_lets_nobody_into_a_full_room() {
    let mut room = room_for(2);
    join_as(&mut room, HOST, 1, Role::Host);
    locked(&mut room);
    join(&mut room, B, 2);
    join(&mut room, C, 3);
    let full = |socket| send(socket, ServerMessage::Error { code: ErrorCode::RoomFull, limit: Some(2) });
    command(&mut room, HOST, HostCommand::Admit { peer_id: peer(2) });
    assert_eq!(command(&mut room, HOST, HostCommand::Admit { peer_id: peer(3) }), [gone(3), full(C)]);
    join(&mut room, D, 4);
    let unlocked = command(&mut room, HOST, HostCommand::Lock { locked: false });
    assert!(unlocked.ends_with(&[gone(4), full(D)]), "{unlocked:?}");
    assert_eq!(room.live(), [peer(1), peer(2)]);
}

#[test]
fn more_removals_than_can_be_remembered_void_every_token_but_of_those_who_are_in() {
    let mut room = hosted();
    let in_it = welcomed(&join(&mut room, B, 2));
    let away = welcomed(&join(&mut room, C, 3));
    close(&mut room, T0, C, Ending::Left);
    let mut first = None;
    for n in 0..=128_u64 {
        // The door is locked after the first removal: hosts pass.
        let removed = welcomed(&join_as(&mut room, SocketId(100 + n), 10 + n as u8, Role::Host));
        let policy = kept(&command(&mut room, HOST, HostCommand::Remove { peer_id: removed.peer_id }));
        assert_eq!(policy.removed.len() as u64, if n < 128 { n + 1 } else { 0 });
        first.get_or_insert(removed);
    }
    let first = first.unwrap();
    let ended = |socket| [Output::Close { socket, reason: ErrorCode::Ended.into() }];
    assert_eq!(resume(&mut room, T0, D, &first, false), ended(D));
    assert_eq!(resume(&mut room, T0, D, &away, false), ended(D), "nobody can tell them apart any more");
    close(&mut room, T0, B, Ending::Lost);
    assert_eq!(welcomed(&resume(&mut room, T0, E, &in_it, false)).peer_id, peer(2));
}

#[test]
fn who_comes_back_after_a_restart_hears_who_was_put_out_before_it() {
    let mut before = hosted();
    let ben = welcomed(&join(&mut before, B, 2));
    join(&mut before, C, 3);
    let policy = kept(&command(&mut before, HOST, HostCommand::Remove { peer_id: peer(3) }));
    let mut room = Room::new(room_id(), room_for(8).config).under(policy);
    let left = send(D, ServerMessage::PeerLeft { peer_id: peer(3) });
    assert!(resume(&mut room, T0, D, &ben, false).ends_with(&[left]));
    let left = send(E, ServerMessage::PeerLeft { peer_id: peer(3) });
    assert!(resume(&mut room, T0, E, &ben, false).ends_with(&[left]), "also who was not reached when it was done");
}

#[test]
fn what_hosts_decided_is_kept_as_long_as_the_last_token_lives() {
    let lifetime_ms = room_for(8).config.token_lifetime_ms;
    let mut room = hosted();
    let mut welcome = welcomed(&join(&mut room, B, 2));
    let mut policies = vec![kept(&command(&mut room, HOST, HostCommand::Lock { locked: true }))];
    for round in 1..=4 {
        let now = T0.after_ms(round * lifetime_ms * 3 / 4);
        let outputs = resume(&mut room, now, SocketId(10 + round), &welcome, false);
        welcome = welcomed(&outputs);
        policies.extend(outputs.into_iter().find_map(|output| match output {
            Output::Keep(policy) => Some(policy),
            _ => None,
        }));
        let last = policies.last().unwrap();
        assert!(last.locked && !last.is_over(Timestamp(now.0 + lifetime_ms - 1)));
    }
    assert_eq!(policies.len(), 3, "not written again for each token");
    let mut open = room_for(8);
    let outputs = open.handle(T0.after_ms(10 * lifetime_ms), join_input(A, 1));
    assert!(!outputs.iter().any(|output| matches!(output, Output::Keep(_))), "of an open room nothing is kept");
}
