//! STUN and TURN over real sockets: what members are given works, over UDP and TCP, and ends with their membership.

use confab::protocol::ServerMessage;
use confab::server::relay::client::{Incoming, TurnClient, TurnError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::turn::{ELSEWHERE, credential, receive, server_at};
use crate::support::{PATIENCE, TestServer, room};

#[tokio::test]
async fn members_are_told_where_stun_and_turn_are() {
    let server = TestServer::start().await;
    let (_ada, welcome) = Client::joined(&server, &room("r/call"), "Ada").await;
    let at = server_at(&welcome.ice_servers);
    assert_eq!(welcome.ice_servers[0].urls, [format!("stun:{at}")]);
    assert_eq!(welcome.ice_servers[1].urls, ["udp", "tcp"].map(|way| format!("turn:{at}?transport={way}")));
    let mut client = TurnClient::over_udp(at).await.unwrap();
    assert!(client.binding().await.unwrap().ip().is_loopback());
}

#[tokio::test]
async fn two_members_meet_inside_the_relay_over_udp_and_tcp() {
    let server = TestServer::start().await;
    let (_ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let (_ben, ben_is) = Client::joined(&server, &room("r/call"), "Ben").await;
    let at = server_at(&ada_is.ice_servers);
    let mut ada = TurnClient::over_udp(at).await.unwrap();
    let mut ben = TurnClient::over_stream(Box::new(TcpStream::connect(at).await.unwrap()));
    let to_ada = ada.allocate(&credential(&ada_is.ice_servers)).await.unwrap();
    let to_ben = ben.allocate(&credential(&ben_is.ice_servers)).await.unwrap();
    ada.bind(0x4000, to_ben).await.unwrap();
    ben.permit(to_ada).await.unwrap();
    ada.send_in_channel(0x4000, b"hello").await.unwrap();
    assert_eq!(receive(&mut ben).await, Incoming::Indication(to_ada, b"hello".into()));
    ben.send(to_ada, b"hello, you").await.unwrap();
    assert_eq!(receive(&mut ada).await, Incoming::Channel(0x4000, b"hello, you".into()));
}

#[tokio::test]
async fn a_peer_on_the_network_is_reached_and_heard() {
    let server = TestServer::with(&["--turn-allow", ELSEWHERE]).await;
    let (_ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let peer = UdpSocket::bind((ELSEWHERE, 0)).await.unwrap();
    let mut ada = TurnClient::over_udp(server_at(&ada_is.ice_servers)).await.unwrap();
    let relayed = ada.allocate(&credential(&ada_is.ice_servers)).await.unwrap();
    ada.bind(0x4000, peer.local_addr().unwrap()).await.unwrap();
    ada.send_in_channel(0x4000, b"to the peer").await.unwrap();
    let mut bytes = [0; 100];
    let (length, from) = timeout(PATIENCE, peer.recv_from(&mut bytes)).await.unwrap().unwrap();
    assert_eq!((&bytes[..length], from), (&b"to the peer"[..], relayed));
    peer.send_to(b"from the peer", relayed).await.unwrap();
    assert_eq!(receive(&mut ada).await, Incoming::Channel(0x4000, b"from the peer".into()));
}

#[tokio::test]
async fn a_peer_that_is_not_there_does_not_end_the_allocation() {
    let server = TestServer::with(&["--turn-allow", ELSEWHERE]).await;
    let (_ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let mut ada = TurnClient::over_udp(server_at(&ada_is.ice_servers)).await.unwrap();
    ada.allocate(&credential(&ada_is.ice_servers)).await.unwrap();
    let peer = UdpSocket::bind((ELSEWHERE, 0)).await.unwrap();
    let address = peer.local_addr().unwrap();
    drop(peer);
    ada.bind(0x4000, address).await.unwrap();
    for _ in 0..10 {
        ada.send_in_channel(0x4000, b"nobody is there").await.unwrap();
    }
    let peer = UdpSocket::bind(address).await.unwrap();
    ada.send_in_channel(0x4000, b"now somebody is").await.unwrap();
    let heard = async {
        let mut bytes = [0; 100];
        loop {
            let length = peer.recv(&mut bytes).await.unwrap();
            if &bytes[..length] == b"now somebody is" {
                return;
            }
        }
    };
    timeout(PATIENCE, heard).await.expect("it is still relayed");
}

#[tokio::test]
async fn an_allocation_ends_when_its_owner_leaves_and_the_credential_with_it() {
    let server = TestServer::start().await;
    let (ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let at = server_at(&ada_is.ice_servers);
    let mut turn = TurnClient::over_udp(at).await.unwrap();
    turn.allocate(&credential(&ada_is.ice_servers)).await.unwrap();
    assert_eq!(turn.refresh().await.unwrap(), 600);
    ada.leave().await;
    let gone = async { while turn.refresh().await.is_ok() {} };
    timeout(PATIENCE, gone).await.expect("it ends");
    let mut again = TurnClient::over_udp(at).await.unwrap();
    let refused = again.allocate(&credential(&ada_is.ice_servers)).await;
    assert!(matches!(refused, Err(TurnError::Refused(401))), "{refused:?}");
}

#[tokio::test]
async fn credentials_are_renewed_in_good_time_and_old_ones_expire() {
    let server = TestServer::with(&["--tick-interval", "0.05"]).await;
    let (mut ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let at = server_at(&ada_is.ice_servers);
    let mut live = TurnClient::over_udp(at).await.unwrap();
    live.allocate(&credential(&ada_is.ice_servers)).await.unwrap();
    let mut fresh = Vec::new();
    // Twenty-five minutes, as a browser lives through them.
    for _ in 0..5 {
        server.skip(300);
        match ada.hear().await {
            ServerMessage::IceServers { ice_servers } => fresh = ice_servers,
            other => panic!("{other:?}"),
        }
        assert_eq!(live.refresh().await.unwrap(), 600, "a live allocation goes on");
    }
    let refused = TurnClient::over_udp(at).await.unwrap().allocate(&credential(&ada_is.ice_servers)).await;
    assert!(matches!(refused, Err(TurnError::Refused(401))), "{refused:?}");
    TurnClient::over_udp(at).await.unwrap().allocate(&credential(&fresh)).await.unwrap();
}

#[tokio::test]
async fn other_protocols_and_half_messages_are_hung_up_on() {
    let server = TestServer::with(&["--header-timeout", "0.3"]).await;
    let (_ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let at = server_at(&ada_is.ice_servers);
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x16\x03\x01\x00\x05hello", b"\x00\x03\x00\x08\x21\x12", b""] {
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        // Whether it is closed or reset with bytes unread does not matter.
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("it hangs up");
        assert_eq!(answer, b"", "{bytes:?}");
    }
}

#[tokio::test]
async fn one_network_has_only_so_many_connections() {
    let server = TestServer::with(&["--max-sockets-per-address", "3"]).await;
    let (_ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let at = server_at(&ada_is.ice_servers);
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut client = TurnClient::over_stream(Box::new(TcpStream::connect(at).await.unwrap()));
        client.binding().await.unwrap();
        held.push(client);
    }
    let mut fourth = TurnClient::over_stream(Box::new(TcpStream::connect(at).await.unwrap()));
    assert!(fourth.binding().await.is_err());
}

#[tokio::test]
async fn who_does_not_read_holds_up_nobody_and_goes_when_their_allocation_does() {
    let rate = ["--relay-kbit-per-peer", "10000000"];
    let server =
        TestServer::with(&[&["--turn-allow", ELSEWHERE, "--max-sockets-per-address", "2"], &rate[..]].concat()).await;
    let (ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let (_ben, ben_is) = Client::joined(&server, &room("r/call"), "Ben").await;
    let at = server_at(&ada_is.ice_servers);
    let peer = UdpSocket::bind((ELSEWHERE, 0)).await.unwrap();
    let mut silent = TurnClient::over_stream(Box::new(TcpStream::connect(at).await.unwrap()));
    let relayed = silent.allocate(&credential(&ada_is.ice_servers)).await.unwrap();
    silent.permit(peer.local_addr().unwrap()).await.unwrap();
    let mut other = TurnClient::over_stream(Box::new(TcpStream::connect(at).await.unwrap()));
    other.allocate(&credential(&ben_is.ice_servers)).await.unwrap();
    // More than all buffers on the way to her hold.
    for _ in 0..200 {
        for _ in 0..40 {
            peer.send_to(&[7; 1_200], relayed).await.unwrap();
        }
        other.binding().await.unwrap();
    }
    ada.leave().await;
    let comes_in = async {
        loop {
            let mut next = TurnClient::over_stream(Box::new(TcpStream::connect(at).await.unwrap()));
            if next.binding().await.is_ok() {
                return;
            }
        }
    };
    timeout(PATIENCE, comes_in).await.expect("her place is free");
    drop(silent);
}

#[tokio::test]
async fn who_only_asks_for_their_address_does_not_stay() {
    let server = TestServer::with(&["--header-timeout", "0.3"]).await;
    let (_ada, ada_is) = Client::joined(&server, &room("r/call"), "Ada").await;
    let mut client =
        TurnClient::over_stream(Box::new(TcpStream::connect(server_at(&ada_is.ice_servers)).await.unwrap()));
    let asks = async { while client.binding().await.is_ok() {} };
    timeout(PATIENCE, asks).await.expect("it hangs up");
}

#[tokio::test]
async fn without_turn_nothing_is_promised() {
    let server = TestServer::with(&["--no-turn", "--ice-server", "stun:stun.example:3478"]).await;
    let (_ada, welcome) = Client::joined(&server, &room("r/call"), "Ada").await;
    assert_eq!(welcome.ice_servers.len(), 1);
    assert_eq!(welcome.ice_servers[0].urls, ["stun:stun.example:3478"]);
}
