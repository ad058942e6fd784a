//! The connection check: what the server gives for it, and `confab check-relay` against a real server.

use std::net::{SocketAddr, UdpSocket};
use std::process::{Command, Output};

use confab::check::{ServerUrl, Transport, relay_over, stun_url};
use confab::protocol::CheckInvitation;
use confab::server::credentials::Credential;
use confab::server::relay::client::{TurnClient, TurnError};

use crate::support::{TestServer, http};

#[tokio::test]
async fn a_check_gets_servers_and_a_credential_for_two_minutes() {
    let server = TestServer::start().await;
    let answer = http::post_with(server.address, "/api/check", &from_page(&server)).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let invitation = read(&answer);
    assert_eq!(invitation.expires_ms - invitation.now_ms, 120_000);
    assert!(!invitation.address_unknown && !invitation.other_servers);
    let (at, credential) = relay(&invitation);
    let mut turn = TurnClient::over_udp(at).await.unwrap();
    let relayed = turn.allocate(&credential).await.unwrap();
    turn.permit(relayed).await.unwrap();
    let elsewhere = turn.permit("198.41.0.4:53".parse().unwrap()).await;
    assert!(matches!(elsewhere, Err(TurnError::Refused(403))), "{elsewhere:?}");
    server.skip(121);
    let late = TurnClient::over_udp(at).await.unwrap().allocate(&credential).await;
    assert!(matches!(late, Err(TurnError::Refused(401))), "{late:?}");
    assert!(turn.refresh().await.is_err(), "and what there was is gone");
}

#[tokio::test]
async fn the_second_port_sees_the_same_socket_and_relays_nothing() {
    let server = TestServer::start().await;
    let invitation = read(&http::post_with(server.address, "/api/check", "").await);
    let stun = ServerUrl::parse(stun_url(&invitation).unwrap()).unwrap();
    let alternative = ServerUrl::parse(invitation.alternative_stun.as_deref().unwrap()).unwrap();
    assert_eq!(alternative.host, stun.host);
    assert_ne!(alternative.port, stun.port);
    let at = SocketAddr::new(alternative.host.parse().unwrap(), alternative.port);
    let mut client = TurnClient::over_udp(at).await.unwrap();
    assert!(client.binding().await.unwrap().ip().is_loopback());
    let refused = client.allocate(&relay(&invitation).1).await;
    assert!(matches!(refused, Err(TurnError::NoAnswer)), "{refused:?}");
}

#[tokio::test]
async fn the_second_port_can_be_turned_off() {
    for flags in [&["--stun-alt-port", "0"][..], &["--no-turn"]] {
        let server = TestServer::with(flags).await;
        let invitation = read(&http::post_with(server.address, "/api/check", "").await);
        assert_eq!(invitation.alternative_stun, None, "{flags:?}");
        assert_eq!(invitation.ice_servers.is_empty(), flags == ["--no-turn"]);
    }
}

#[tokio::test]
async fn other_pages_get_nothing_and_nobody_gets_much() {
    let server =
        TestServer::with(&["--checks-per-minute", "3", "--ice-server", "turn:me:secret@turn.example:3478"]).await;
    let foreign = http::post_with(server.address, "/api/check", "Origin: https://evil.example\r\n").await;
    assert_eq!(foreign.status, 403);
    assert_eq!(http::get(server.address, "/api/check").await.status, 405);
    for _ in 0..3 {
        let answer = http::post_with(server.address, "/api/check", "").await;
        assert!(read(&answer).other_servers && !answer.text().contains("turn.example"));
    }
    let fourth = http::post_with(server.address, "/api/check", "").await;
    assert_eq!((fourth.status, fourth.header("retry-after")), (429, Some("60")));
    server.skip(20);
    assert_eq!(http::post_with(server.address, "/api/check", "").await.status, 200);
}

#[tokio::test]
async fn a_server_that_works_is_found_to_work() {
    let server = TestServer::with(&["--tls-self-signed"]).await;
    let url = format!("https://localhost:{}", server.address.port());
    let output = check(&server, &[&url]).await;
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    for what in ["server", "websocket", "stun", "stun alt", "turn udp", "turn tcp", "turn tls"] {
        assert_eq!(state(&text, what), "ok", "{what} in\n{text}");
    }
    assert_eq!(state(&text, "ipv6"), "skipped", "{text}");
    for line in text.lines().filter(|line| line.starts_with("turn ")) {
        assert!(line.ends_with("100 % of 50 packets in a second arrived"), "{line}");
    }
}

#[tokio::test]
async fn without_a_certificate_there_is_no_tls_and_that_is_no_failure() {
    let server = TestServer::start().await;
    let output = check(&server, &[&format!("http://{}", server.address)]).await;
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!((state(&text, "turn udp"), state(&text, "turn tls")), ("ok", "skipped"), "{text}");
}

#[tokio::test]
async fn the_server_of_the_configuration_is_asked_when_none_is_named() {
    let server = TestServer::start().await;
    let output = check(&server, &["--listen", &server.address.to_string()]).await;
    assert!(output.status.success() && text(&output).contains(&server.address.port().to_string()), "{output:?}");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_a_failure() {
    let server = TestServer::with(&["--tls-self-signed"]).await;
    let other = TestServer::start().await;
    let output = check(&other, &[&format!("https://localhost:{}", server.address.port())]).await;
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(state(&text, "server") == "failed" && text.contains("certificate"), "{text}");
}

#[tokio::test]
async fn a_server_without_a_relay_is_a_failure() {
    let server = TestServer::with(&["--no-turn"]).await;
    let output = check(&server, &[&format!("http://{}", server.address)]).await;
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(state(&text, "relay") == "failed" && text.contains("--no-turn"), "{text}");
}

#[tokio::test]
async fn a_server_that_is_down_is_said_in_one_line() {
    let server = TestServer::start().await;
    // Nobody has this port: it is another socket's, and not for TCP.
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = check(&server, &[&format!("http://{taken}")]).await;
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.lines().count() == 1 && state(&text, "server") == "failed", "{text}");
}

#[tokio::test]
async fn what_is_no_address_is_bad_usage() {
    let server = TestServer::start().await;
    for arguments in [&["call.example"][..], &["--no-such-flag"], &["http://a", "http://b"], &["--ca", "/no/such/file"]]
    {
        let output = check(&server, arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1, "{arguments:?}");
    }
}

/// Runs the executable with this server's data folder.
async fn check(server: &TestServer, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_confab"));
    command.arg("check-relay").arg("--data-dir").arg(&server.data_dir.0).args(arguments);
    tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("no panic")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// What a line says of this.
fn state<'a>(text: &'a str, what: &str) -> &'a str {
    let line = text.lines().find(|line| line.get(..10).is_some_and(|start| start.trim_end() == what));
    line.and_then(|line| line.get(11..)).and_then(|rest| rest.split(' ').next()).unwrap_or("missing")
}

fn from_page(server: &TestServer) -> String {
    format!("Origin: http://{}\r\n", server.address)
}

fn read(answer: &http::Answer) -> CheckInvitation {
    serde_json::from_str(answer.text()).expect("an invitation")
}

fn relay(invitation: &CheckInvitation) -> (SocketAddr, Credential) {
    let server = relay_over(invitation, Transport::Udp).expect("a relay");
    let url = ServerUrl::parse(&server.urls[0]).expect("an address");
    let credential = Credential { username: server.username.unwrap(), password: server.credential.unwrap() };
    (SocketAddr::new(url.host.parse().unwrap(), url.port), credential)
}
