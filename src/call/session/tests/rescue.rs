//! Connections that new paths do not save, and what a restarted server means for paths.

use super::*;
use crate::call::path::{CandidateKind, Chosen, End, PathStats};

#[test]
fn a_connection_that_does_not_come_back_is_made_anew_alone() {
    let mut page = connected(&[entry(1, 5), entry(2, 6)]);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Failed));
    assert_eq!(page.rebuilt_within(7), []);
    assert_eq!(page.rebuilt_within(1), [(peer(1), Generation(11), true)]);
    let statuses: Vec<PairStatus> = page.session.view().tiles.iter().map(|tile| tile.status).collect();
    assert_eq!(statuses, [PairStatus::Connected, PairStatus::Reconnecting, PairStatus::Connected]);
}

#[test]
fn one_that_comes_back_is_kept() {
    let mut page = connected(&[entry(1, 5)]);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Failed));
    page.rebuilt_within(5);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Connected));
    assert_eq!(page.rebuilt_within(60), []);
}

#[test]
fn one_that_loses_its_path_while_the_browser_says_that_it_looks_for_another_is_made_anew_by_either_side() {
    for (epoch, after) in [(5, 8), (20, 12)] {
        let mut page = in_call(&[], 10);
        page.hear(ServerMessage::PeerJoined { peer: entry(1, epoch) });
        let generation = epoch.max(10);
        // Until it has found one there is nothing to save.
        page.peer(1, generation, PeerEvent::State(ConnectionState::Connecting));
        assert_eq!(page.rebuilt_within(30), []);
        page.peer(1, generation, PeerEvent::State(ConnectionState::Connected));
        // This one goes on to fail by itself, or comes back.
        page.peer(1, generation, PeerEvent::State(ConnectionState::Disconnected));
        assert_eq!(page.rebuilt_within(30), []);
        page.peer(1, generation, PeerEvent::State(ConnectionState::Connecting));
        assert_eq!(page.rebuilt_within(after - 1), []);
        assert_eq!(page.rebuilt_within(1).len(), 1);
    }
}

#[test]
fn one_that_looks_for_a_path_and_finds_it_is_kept() {
    let mut page = connected(&[entry(1, 5)]);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Connecting));
    page.rebuilt_within(7);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Connected));
    assert_eq!(page.rebuilt_within(60), []);
}

#[test]
fn while_nothing_can_be_agreed_no_connection_is_given_up() {
    let mut page = connected(&[entry(1, 5)]);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Failed));
    page.hear(ServerMessage::PeerState { peer_id: peer(1), connected: false });
    assert_eq!(page.rebuilt_within(30), []);
    page.hear(ServerMessage::PeerState { peer_id: peer(1), connected: true });
    assert_eq!(page.rebuilt_within(10), [(peer(1), Generation(11), true)]);
}

#[test]
fn the_other_side_adopts_the_new_connection_and_goes_on_calling_it_an_interruption() {
    let mut page = connected(&[entry(1, 5)]);
    let envelope = Envelope { generation: Generation(12), seq: 0, ack: 0, body: String::new() };
    page.hear(ServerMessage::Signal { from: peer(1), envelope });
    assert_eq!(page.offers.last(), Some(&(peer(1), Generation(12), false)));
    assert_eq!(page.session.view().tiles[1].status, PairStatus::Reconnecting);
}

#[test]
fn a_connection_whose_channels_died_is_made_anew() {
    let mut page = connected(&[entry(1, 5)]);
    page.peer(1, 10, PeerEvent::ChannelClosed(Channel::Chat));
    assert_eq!(page.rebuilt_within(8), [(peer(1), Generation(11), true)]);
}

#[test]
fn what_a_browser_refuses_is_tried_anew_with_a_growing_pause() {
    let mut page = connected(&[entry(1, 5)]);
    let mut rebuilt = Vec::new();
    for generation in 10..13 {
        page.peer(1, generation, PeerEvent::LocalApplied(None));
        assert_eq!(page.session.view().tiles[1].status, PairStatus::Failed);
        let before = page.now;
        while rebuilt.last() != Some(&(generation + 1)) {
            rebuilt.extend(page.rebuilt_within(1).into_iter().map(|(_, generation, _)| generation.0));
        }
        let took = (page.now - before).as_secs();
        assert_eq!(took, 1 << (generation - 10));
    }
}

#[test]
fn a_new_connection_begins_with_what_was_written_over_the_old_one_and_the_other_side_hears_it_once() {
    let mut page = connected(&[entry(1, 5)]);
    page.handle(Event::Intent(Intent::SendChat { text: "before".into() }));
    page.peer(1, 10, PeerEvent::State(ConnectionState::Failed));
    page.handle(Event::Intent(Intent::SendChat { text: "into the void".into() }));
    page.rebuilt_within(8);
    page.handle(Event::Intent(Intent::SendChat { text: "after".into() }));
    let text = |lamport, text: &str| PeerMessage::Chat { lamport, text: text.into() }.to_text();
    let send = |lamport, words| Command::Peer(peer(1), PeerCommand::SendMessage(Channel::Chat, text(lamport, words)));
    let opened = page.peer(1, 11, PeerEvent::ChannelOpened(Channel::Chat));
    assert_eq!(opened, [send(1, "before"), send(2, "into the void"), send(3, "after")]);

    for _ in 0..2 {
        page.peer(1, 11, PeerEvent::Message(Channel::Chat, text(7, "heard")));
    }
    page.peer(1, 11, PeerEvent::Message(Channel::Chat, text(8, "heard")));
    assert_eq!(page.session.view().chat.len(), 5);
}

#[test]
fn a_restarted_server_has_relayed_paths_looked_for_at_once_and_no_others() {
    let end = |kind| End { kind, public: false };
    for (kind, restarts) in [(CandidateKind::Relay, 1), (CandidateKind::Host, 0)] {
        let mut page = connected(&[entry(1, 5)]);
        let chosen = Chosen { local: end(kind), remote: end(CandidateKind::Host), transport: None };
        let stats = PathStats { chosen: Some(chosen), ..PathStats::default() };
        page.peer(1, 10, PeerEvent::Measured(stats));
        page.socket(SocketEvent::Closed(None));
        page.socket(SocketEvent::Opened);
        let back = Welcome { boot_id: "another".into(), ..welcomed(&[entry(1, 5)], 10) };
        let commands = page.hear(ServerMessage::Welcome(back));
        let restart = Command::Peer(peer(1), PeerCommand::RestartIce);
        assert_eq!(commands.iter().filter(|command| **command == restart).count(), restarts, "{kind:?}");
        let of_peers: Vec<&Command> = commands.iter().filter(|command| matches!(command, Command::Peer(..))).collect();
        assert!(matches!(of_peers[0], Command::Peer(_, PeerCommand::UseServers(_))), "fresh credentials first");
    }
}

/// In a call with these, whose connections and channels are up.
fn connected(roster: &[RosterEntry]) -> Page {
    let mut page = in_call(roster, 10);
    for n in 1..=roster.len() as u8 {
        page.peer(n, 10, PeerEvent::State(ConnectionState::Connected));
        for channel in Channel::ALL {
            page.peer(n, 10, PeerEvent::ChannelOpened(channel));
        }
    }
    page
}

impl Page {
    /// Lets seconds pass in which the server ticks; which connections were made in them.
    fn rebuilt_within(&mut self, seconds: u64) -> Vec<(PeerId, Generation, bool)> {
        let known = self.offers.len();
        for _ in 0..seconds {
            self.hear(ServerMessage::Tick {});
            self.wait(Duration::from_secs(1));
        }
        self.offers[known..].to_vec()
    }
}
