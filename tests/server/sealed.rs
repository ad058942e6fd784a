//! Rooms that only a whole link opens.

use confab::protocol::{ErrorCode, HostSecret, LinkKey, Proof, RoomLink, ServerMessage};

use crate::support::TestServer;
use crate::support::client::{Client, Closed};

#[tokio::test]
async fn a_whole_link_opens_the_room_for_guests_and_hosts() {
    let server = TestServer::start().await;
    let (link, host) = new_link(1);
    let guest = Proof { host_tag: None, ..host.clone() };
    for proof in [host, guest] {
        let mut client = Client::connect(&server).await;
        client.hello(&link.room, Some(proof), None).await;
        assert!(matches!(client.hear().await, ServerMessage::Greeted { .. }));
        client.join("Ada").await.expect("admission");
    }
}

#[tokio::test]
async fn a_broken_link_opens_nothing_whether_somebody_is_there_or_not() {
    let server = TestServer::start().await;
    let (link, proof) = new_link(1);
    let (_, other) = new_link(2);
    let mut host = Client::connect(&server).await;
    host.hello(&link.room, Some(proof.clone()), None).await;
    host.hear().await;
    let wrong = [
        None,
        Some(other.clone()),
        Some(Proof { host_tag: None, ..other.clone() }),
        Some(Proof { key_tag: proof.key_tag.clone(), host_tag: other.host_tag }),
    ];
    for occupied in [false, true] {
        if occupied {
            host.join("Host").await.expect("admission");
        }
        for proof in &wrong {
            let mut client = Client::connect(&server).await;
            client.hello(&link.room, proof.clone(), None).await;
            assert_eq!(client.closed().await, Closed::because(ErrorCode::BadLink), "{proof:?}");
        }
    }
}

#[tokio::test]
async fn a_token_without_the_link_opens_nothing() {
    let server = TestServer::start().await;
    let (link, proof) = new_link(1);
    let mut ada = Client::connect(&server).await;
    ada.hello(&link.room, Some(proof), None).await;
    ada.hear().await;
    let token = ada.join("Ada").await.expect("admission").session_token;
    let mut again = Client::connect(&server).await;
    let resume = confab::protocol::Resume { token, reload: true, card: crate::support::card("Ada") };
    again.hello(&link.room, None, Some(resume)).await;
    assert_eq!(again.closed().await, Closed::because(ErrorCode::BadLink));
}

fn new_link(seed: u8) -> (RoomLink, Proof) {
    let link = RoomLink::create(LinkKey::from_bytes([seed; 16]), HostSecret::from_bytes([seed + 100; 16]));
    let proof = link.secret.as_ref().expect("a secret").proof();
    (link, proof)
}
