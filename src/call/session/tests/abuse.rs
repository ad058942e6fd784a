//! What a peer may do to us: nothing that the others would notice.

use super::*;
use crate::call::signal::SignalBody;

const OURS: &str = "a=fingerprint:sha-256 FF:EE:DD:CC:BB:AA:99:88:77:66:55:44:33:22:11:00";
const THEIRS: &str = "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

#[test]
fn a_peer_that_breaks_the_protocol_is_cut_alone() {
    let mut page = in_call(&[entry(1, 5), entry(2, 6), entry(3, 7)], 10);
    let commands = page.peer(1, 10, PeerEvent::Message(Channel::Chat, "nonsense".into()));
    assert_eq!(commands, [Command::ClosePeer(peer(1))]);
    assert_eq!(page.hear(signal(2, 10, 1, "nonsense")), [Command::ClosePeer(peer(2))]);
    assert_eq!(
        statuses(&page),
        [PairStatus::Connected, PairStatus::Failed, PairStatus::Failed, PairStatus::Connecting]
    );
}

#[test]
fn who_was_cut_is_not_heard_and_not_called_until_somebody_wants_it() {
    let mut page = in_call(&[entry(1, 5)], 10);
    page.peer(1, 10, PeerEvent::State(ConnectionState::Connected));
    page.peer(1, 10, PeerEvent::Message(Channel::Chat, "nonsense".into()));
    let late = PeerMessage::Chat { lamport: 1, text: "late".into() }.to_text();
    assert_eq!(page.peer(1, 10, PeerEvent::Message(Channel::Chat, late)), []);
    assert_eq!(page.hear(signal(1, 10, 1, &offer())), []);
    page.wait(Duration::from_secs(300));
    assert_eq!((page.offers.len(), page.session.view().chat.len()), (1, 0));
    page.handle(Event::Intent(Intent::RetryPair(peer(1))));
    assert_eq!(page.offers.last(), Some(&(peer(1), Generation(11), true)));
}

#[test]
fn who_floods_a_data_channel_is_cut_alone() {
    let mut page = in_call(&[entry(1, 5), entry(2, 6)], 10);
    let text = PeerMessage::Media { microphone: true, camera: true }.to_text();
    let tell = |page: &mut Page| page.peer(1, 10, PeerEvent::Message(Channel::Control, text.clone()));
    for n in 0..600 {
        assert_eq!(tell(&mut page), [], "{n}");
    }
    assert_eq!(tell(&mut page), [Command::ClosePeer(peer(1))]);
    assert_eq!(statuses(&page)[1..], [PairStatus::Failed, PairStatus::Connecting]);
}

#[test]
fn a_hundred_renegotiations_a_second_are_cut_off_within_three_seconds_and_again_on_the_next_connection() {
    let mut page = in_call(&[entry(2, 6)], 10);
    page.hear(ServerMessage::PeerJoined { peer: entry(1, 20) });
    let first = offers_until_cut(&mut page, 20);
    assert!((200..=300).contains(&first), "{first}");
    assert_eq!(offers_until_cut(&mut page, 22), 1);
    assert_eq!(statuses(&page), [PairStatus::Connected, PairStatus::Connecting, PairStatus::Failed]);
}

/// Which offer in this generation is the first that is not taken, when they come ten milliseconds apart.
fn offers_until_cut(page: &mut Page, generation: u64) -> u32 {
    let answer = Description { kind: SdpKind::Answer, sdp: OURS.into(), media: Vec::new() };
    for seq in 1..1_000 {
        page.now += Duration::from_millis(10);
        if page.hear(signal(1, generation, seq, &offer())).last() == Some(&Command::ClosePeer(peer(1))) {
            return seq;
        }
        page.peer(1, generation, PeerEvent::RemoteApplied(true));
        page.peer(1, generation, PeerEvent::LocalApplied(Some(answer.clone())));
    }
    panic!("never cut");
}

fn statuses(page: &Page) -> Vec<PairStatus> {
    page.session.view().tiles.iter().map(|tile| tile.status).collect()
}

fn signal(from: u8, generation: u64, seq: u32, body: &str) -> ServerMessage {
    let envelope = Envelope { generation: Generation(generation), seq, ack: 0, body: body.into() };
    ServerMessage::Signal { from: peer(from), envelope }
}

fn offer() -> String {
    let description = Description { kind: SdpKind::Offer, sdp: THEIRS.into(), media: Vec::new() };
    SignalBody::Description(description).to_text()
}
