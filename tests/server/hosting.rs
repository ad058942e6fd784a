//! The door of a sealed room: knocking, removing, ending, and what of that outlives the server.

use std::net::SocketAddr;

use confab::protocol::{
    ClientMessage, ErrorCode, HostCommand, HostSecret, LinkKey, PeerId, Proof, Resume, RoomLink, ServerMessage, Welcome,
};
use confab::room::DropReason;
use confab::server::relay::client::TurnClient;
use tokio::time::timeout;

use crate::support::client::{Client, Closed};
use crate::support::process::Process;
use crate::support::turn::{credential, server_at};
use crate::support::{Folder, PATIENCE, TestServer, card, until};

#[tokio::test]
async fn in_a_locked_room_one_knocks_and_a_host_decides() {
    let server = TestServer::start().await;
    let door = Door::new(server.address);
    let (mut host, host_is) = door.host().await;
    assert!(host_is.host && !host_is.policy.locked);
    door.lock(&mut host).await;
    let mut ben = door.guest().await;
    ben.ask_to_join("Ben").await;
    assert_eq!(ben.hear().await, ServerMessage::Waiting { hosted: true });
    let ServerMessage::Knock { peer_id, card: shown } = host.hear().await else { panic!("no knock") };
    assert_eq!(shown, card("Ben"));
    order(&mut host, &HostCommand::Admit { peer_id }).await;
    let ServerMessage::Welcome(welcome) = ben.hear().await else { panic!("no welcome") };
    assert_eq!((welcome.peer_id, welcome.host, welcome.policy.locked), (peer_id, false, true));

    let mut eve = door.guest().await;
    eve.ask_to_join("Eve").await;
    eve.hear().await;
    let peer_id = loop {
        if let ServerMessage::Knock { peer_id, .. } = host.hear().await {
            break peer_id;
        }
    };
    order(&mut host, &HostCommand::Refuse { peer_id }).await;
    assert_eq!(eve.hear().await, ServerMessage::Error { code: ErrorCode::Refused, limit: None });
    // Who was refused may ask again, on the same socket.
    eve.ask_to_join("Eve").await;
    assert_eq!(eve.hear().await, ServerMessage::Waiting { hosted: true });
}

#[tokio::test]
async fn only_so_many_wait_at_a_door() {
    let server = TestServer::with(&["--max-waiting", "5"]).await;
    let door = Door::new(server.address);
    let (mut host, _) = door.host().await;
    door.lock(&mut host).await;
    let mut crowd = Vec::new();
    for n in 0..20 {
        let mut guest = door.guest().await;
        guest.ask_to_join("Guest").await;
        let expected = if n < 5 {
            ServerMessage::Waiting { hosted: true }
        } else {
            ServerMessage::Error { code: ErrorCode::Crowded, limit: None }
        };
        assert_eq!(guest.hear().await, expected, "{n}");
        crowd.push(guest);
    }
}

#[tokio::test]
async fn what_a_guest_commands_is_dropped_and_counted() {
    let server = TestServer::start().await;
    let door = Door::new(server.address);
    let (mut host, host_is) = door.host().await;
    let (mut ben, _) = door.join("Ben").await;
    host.hear().await;
    for command in [
        HostCommand::Lock { locked: true },
        HostCommand::Remove { peer_id: host_is.peer_id },
        HostCommand::Mute { peer_id: host_is.peer_id },
        HostCommand::End {},
    ] {
        order(&mut ben, &command).await;
    }
    until(|| server.state.rooms.dropped(DropReason::NotHost) == 4).await;
    let (_, cleo_is) = door.join("Cleo").await;
    assert_eq!(cleo_is.roster.len(), 2);
}

#[tokio::test]
async fn the_removed_are_out_with_their_token_their_relay_and_after_a_kill() {
    let folder = Folder::new();
    let server = Process::start(&folder.0, &[]);
    let door = Door::new(server.address);
    let (mut host, _) = door.host().await;
    let (mut ben, ben_is) = door.join("Ben").await;
    let at = server_at(&ben_is.ice_servers);
    let mut relayed = TurnClient::over_udp(at).await.unwrap();
    relayed.allocate(&credential(&ben_is.ice_servers)).await.unwrap();
    assert_eq!(relayed.refresh().await.unwrap(), 600);

    order(&mut host, &HostCommand::Remove { peer_id: ben_is.peer_id }).await;
    assert_eq!(ben.closed().await, Closed::because(ErrorCode::Removed));
    let gone = async { while relayed.refresh().await.is_ok() {} };
    timeout(PATIENCE, gone).await.expect("the allocation ends");
    assert_eq!(door.resume(&ben_is).await, Err(ErrorCode::Removed));
    assert_eq!(door.knock().await, ServerMessage::Waiting { hosted: true });

    drop(server);
    let server = Process::start(&folder.0, &[]);
    let door = Door { server: server.address, ..door };
    assert_eq!(door.resume(&ben_is).await, Err(ErrorCode::Removed));
    assert_eq!(door.knock().await, ServerMessage::Waiting { hosted: false });
}

#[tokio::test]
async fn a_lock_holds_after_a_kill_and_those_who_were_in_come_back_past_it() {
    let folder = Folder::new();
    let server = Process::start(&folder.0, &[]);
    let door = Door::new(server.address);
    let (mut host, host_is) = door.host().await;
    let (_ben, ben_is) = door.join("Ben").await;
    door.lock(&mut host).await;
    drop(server);
    let server = Process::start(&folder.0, &[]);
    let door = Door { server: server.address, ..door };
    assert_eq!(door.knock().await, ServerMessage::Waiting { hosted: false });
    for before in [&ben_is, &host_is] {
        assert_eq!(door.resume(before).await, Ok(before.peer_id));
    }
}

#[tokio::test]
async fn an_end_is_for_everybody_and_for_their_tokens() {
    let server = TestServer::start().await;
    let door = Door::new(server.address);
    let (mut host, host_is) = door.host().await;
    let (mut ben, ben_is) = door.join("Ben").await;
    order(&mut host, &HostCommand::End {}).await;
    for client in [&mut host, &mut ben] {
        assert_eq!(client.closed().await, Closed::because(ErrorCode::Ended));
    }
    for before in [&ben_is, &host_is] {
        assert_eq!(door.resume(before).await, Err(ErrorCode::Ended));
    }
    assert_eq!(door.knock().await, ServerMessage::Waiting { hosted: false });
    let (_, again) = door.host().await;
    assert!(again.host && again.policy.locked);
}

#[tokio::test]
async fn a_code_is_asked_for_where_nobody_is_and_before_that_both_look_the_same() {
    let server = TestServer::with(&["--create-code", "open sesame"]).await;
    let (empty, door) = (Door::with_key(server.address, 2), Door::new(server.address));
    let mut opener = door.guest().await;
    let join = |code: &str| ClientMessage::Join { card: card("Ada"), attempt: 77, create_code: Some(code.into()) };
    let needed = ServerMessage::Error { code: ErrorCode::CreateCodeNeeded, limit: None };
    opener.say(&join("open barley")).await;
    assert_eq!(opener.hear().await, needed);
    opener.say(&join("open sesame")).await;
    assert!(matches!(opener.hear().await, ServerMessage::Welcome(_)));
    // The greeting, which anybody with the link gets, says nothing of it.
    let (mut at_empty, mut at_open) = (empty.guest().await, door.guest().await);
    at_empty.ask_to_join("Ben").await;
    assert_eq!(at_empty.hear().await, needed);
    at_open.join("Ben").await.expect("guests come in freely");
}

/// A sealed room on a server.
struct Door {
    server: SocketAddr,
    link: RoomLink,
    proof: Proof,
}

impl Door {
    fn new(server: SocketAddr) -> Self {
        Self::with_key(server, 1)
    }

    fn with_key(server: SocketAddr, key: u8) -> Self {
        let link = RoomLink::create(LinkKey::from_bytes([key; 16]), HostSecret::from_bytes([key + 100; 16]));
        let proof = link.secret.as_ref().expect("a secret").proof();
        Self { server, link, proof }
    }

    async fn greeted_with(&self, proof: Proof) -> Client {
        let mut client = Client::connect_to(self.server).await;
        client.hello(&self.link.room, Some(proof), None).await;
        assert!(matches!(client.hear().await, ServerMessage::Greeted { .. }));
        client
    }

    fn guests_proof(&self) -> Proof {
        Proof { host_tag: None, ..self.proof.clone() }
    }

    async fn guest(&self) -> Client {
        self.greeted_with(self.guests_proof()).await
    }

    async fn host(&self) -> (Client, Welcome) {
        let mut host = self.greeted_with(self.proof.clone()).await;
        let welcome = host.join("Host").await.expect("admission");
        (host, welcome)
    }

    async fn join(&self, name: &str) -> (Client, Welcome) {
        let mut guest = self.guest().await;
        let welcome = guest.join(name).await.expect("admission");
        (guest, welcome)
    }

    /// The first answer to somebody who asks to come in.
    async fn knock(&self) -> ServerMessage {
        let mut guest = self.guest().await;
        guest.ask_to_join("Somebody").await;
        guest.hear().await
    }

    /// Back with a token: as whom, or why not.
    async fn resume(&self, before: &Welcome) -> Result<PeerId, ErrorCode> {
        let mut client = Client::connect_to(self.server).await;
        let resume = Resume { token: before.session_token.clone(), reload: false, card: card("again") };
        client.hello(&self.link.room, Some(self.guests_proof()), Some(resume)).await;
        match client.hear_or_closed().await {
            Ok(ServerMessage::Welcome(welcome)) => Ok(welcome.peer_id),
            Ok(other) => panic!("{other:?}"),
            Err(closed) => Err(closed.reason.expect("a reason").code),
        }
    }

    async fn lock(&self, host: &mut Client) {
        order(host, &HostCommand::Lock { locked: true }).await;
        loop {
            if host.hear().await == (ServerMessage::Lock { locked: true }) {
                return;
            }
        }
    }
}

async fn order(host: &mut Client, command: &HostCommand) {
    host.say_text(&serde_json::to_string(command).expect("JSON")).await;
}
