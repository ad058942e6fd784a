//! Whose request it is behind a proxy: a trusted one is believed, nobody else.

use confab::protocol::ErrorCode;
use tokio::net::TcpStream;

use crate::support::client::Client;
use crate::support::{HERE, TestServer, http, room};

const TRUSTED: [&str; 2] = ["--trusted-proxy", HERE];
const FOR: &str = "x-forwarded-for";

#[tokio::test]
async fn an_address_that_a_stranger_claims_for_itself_is_ignored() {
    let flags = ["--max-sockets-per-address", "1", "--trusted-proxy", "198.41.0.1", "--checks-per-minute", "1"];
    let server = TestServer::with(&flags).await;
    let call = room("r/call");
    let _first = Client::connect_as(server.address, HERE, &[(FOR, "203.0.114.1")]).await.in_front_of(&call).await;
    for lie in ["203.0.114.2", "198.41.0.1", "203.0.114.2, 198.41.0.1"] {
        let headers = [(FOR, lie), ("forwarded", "for=203.0.114.2")];
        let mut second = Client::connect_as(server.address, HERE, &headers).await;
        assert_eq!(second.closed().await.for_now(), Some(ErrorCode::RateLimited), "{lie}");
    }
    let check = |from: &str| format!("X-Forwarded-For: {from}\r\n");
    assert_eq!(http::post_with(server.address, "/api/check", &check("203.0.114.1")).await.status, 200);
    assert_eq!(http::post_with(server.address, "/api/check", &check("203.0.114.2")).await.status, 429);
}

#[tokio::test]
async fn sockets_joins_and_checks_are_counted_for_whom_a_trusted_proxy_asks() {
    let limits = ["--max-sockets-per-address", "2", "--joins-per-minute", "1", "--checks-per-minute", "1"];
    let server = TestServer::with(&[&TRUSTED[..], &limits].concat()).await;
    let call = room("r/call");
    let from = async |who: &str| Client::connect_as(server.address, HERE, &[(FOR, who)]).await.in_front_of(&call).await;
    let mut ada = from("203.0.114.1").await;
    let mut neighbour = from("203.0.114.77, 203.0.114.1").await;
    let mut third = Client::connect_as(server.address, HERE, &[(FOR, "203.0.114.1")]).await;
    assert_eq!(third.closed().await.for_now(), Some(ErrorCode::RateLimited));
    ada.join("Ada").await.expect("admission");
    neighbour.ask_to_join("Neighbour").await;
    assert_eq!(neighbour.closed().await.for_now(), Some(ErrorCode::RateLimited));
    from("203.0.114.2").await.join("Ben").await.expect("admission");
    for (who, status) in [("203.0.114.3", 200), ("203.0.114.3", 429), ("203.0.114.4", 200)] {
        let answer = http::post_with(server.address, "/api/check", &format!("X-Forwarded-For: {who}\r\n")).await;
        assert_eq!(answer.status, status, "{who}");
    }
}

#[tokio::test]
async fn the_standard_header_counts_where_it_is_asked_for() {
    let limits = ["--max-sockets-per-address", "1", "--proxy-header", "forwarded"];
    let server = TestServer::with(&[&TRUSTED[..], &limits].concat()).await;
    let call = room("r/call");
    let headers = |who| [("forwarded", who), (FOR, "203.0.114.1")];
    let _ada = Client::connect_as(server.address, HERE, &headers("for=203.0.114.1")).await.in_front_of(&call).await;
    let _ben = Client::connect_as(server.address, HERE, &headers("for=203.0.114.2")).await.in_front_of(&call).await;
    let mut again = Client::connect_as(server.address, HERE, &headers("for=\"203.0.114.2:9\"")).await;
    assert_eq!(again.closed().await.for_now(), Some(ErrorCode::RateLimited));
}

#[tokio::test]
async fn a_trusted_proxy_may_have_more_connections_than_one_network() {
    let limits = ["--max-connections-per-address", "1", "--header-timeout", "60"];
    let server = TestServer::with(&[&TRUSTED[..], &limits].concat()).await;
    let mut idle = Vec::new();
    for _ in 0..3 {
        idle.push(TcpStream::connect(server.address).await.expect("a connection"));
    }
    assert_eq!(http::get(server.address, "/healthz").await.status, 200);
}
