//! What a member is told of the relay, and what comes through it.

use std::net::SocketAddr;

use confab::protocol::IceServer;
use confab::server::credentials::Credential;
use confab::server::relay::client::{Incoming, TurnClient};
use tokio::time::timeout;

use super::PATIENCE;

/// Not an address of this machine's interfaces, and yet on this machine.
pub const ELSEWHERE: &str = "127.0.0.2";

pub async fn receive(client: &mut TurnClient) -> Incoming {
    timeout(PATIENCE, client.receive()).await.expect("something arrives").unwrap()
}

pub fn server_at(servers: &[IceServer]) -> SocketAddr {
    servers[0].urls[0].strip_prefix("stun:").expect("a STUN address").parse().expect("an address")
}

pub fn credential(servers: &[IceServer]) -> Credential {
    let turn = servers.iter().find(|server| server.username.is_some()).expect("a TURN server");
    Credential { username: turn.username.clone().unwrap(), password: turn.credential.clone().unwrap() }
}
