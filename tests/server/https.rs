//! HTTPS by Confab itself: who gets a page, which certificate is shown, and what else may come through that port.

use confab::server::relay::client::TurnClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls::SupportedProtocolVersion;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::tls::{Pair, Trust};
use crate::support::{Folder, PATIENCE, TestServer, http};

const OLD: &[&SupportedProtocolVersion] = &[&TLS12];
const NEW: &[&SupportedProtocolVersion] = &[&TLS13];

/// A STUN Binding request (RFC 8489, section 5).
const BINDING: [u8; 20] = *b"\x00\x01\x00\x00\x21\x12\xa4\x42twelve bytes";

#[tokio::test]
async fn who_trusts_the_certificate_gets_a_page_and_nobody_else() {
    let (server, pair) = encrypted(&[]).await;
    for versions in [OLD, NEW] {
        let stream = pair.trust.clone().with_versions(versions).connect(&server, "localhost").await.expect("trusted");
        let page = http::ask(stream, "localhost", "/r/call", "").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000"));
    }
    assert!(Trust::in_nobody().connect(&server, "localhost").await.is_err());
    assert!(pair.trust.connect(&server, "other.example").await.is_err());
    let stream = pair.trust.connect(&server, "localhost").await.expect("trusted");
    assert_eq!(http::ask(stream, "localhost", "/ca", "").await.status, 404, "there is no authority");
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_a_restart() {
    let (server, old) = encrypted(&[]).await;
    let new = Pair::write(old.cert.parent().expect("a folder"));
    let shown = async { while new.trust.connect(&server, "localhost").await.is_err() {} };
    timeout(PATIENCE, shown).await.expect("the server looks by itself");
    assert!(old.trust.connect(&server, "localhost").await.is_err());
}

#[tokio::test]
async fn a_broken_new_certificate_leaves_the_old_one_until_there_is_a_good_one() {
    let (server, old) = encrypted(&[]).await;
    let tls = server.state.tls.as_ref().expect("encrypted");
    for broken in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&old.cert, broken).expect("written");
        tls.look();
        old.trust.connect(&server, "localhost").await.expect("the old one");
    }
    std::fs::remove_file(&old.key).expect("removed");
    tls.look();
    old.trust.connect(&server, "localhost").await.expect("the old one");
    let new = Pair::write(old.cert.parent().expect("a folder"));
    tls.look();
    new.trust.connect(&server, "localhost").await.expect("the new one");
}

#[tokio::test]
async fn a_socket_opens_from_an_encrypted_page_alone() {
    let (server, pair) = encrypted(&[]).await;
    for (scheme, opens) in [("https", true), ("http", false)] {
        let stream = pair.trust.connect(&server, "localhost").await.expect("trusted");
        let host = format!("localhost:{}", server.address.port());
        let mut request = format!("wss://{host}/ws").into_client_request().expect("a request");
        request.headers_mut().insert("origin", format!("{scheme}://{host}").parse().expect("a header"));
        let outcome = timeout(PATIENCE, client_async(request, stream)).await.expect("an answer");
        assert_eq!(outcome.is_ok(), opens, "{scheme}");
    }
}

#[tokio::test]
async fn who_forgets_https_is_led_there() {
    let (server, _pair) = encrypted(&[]).await;
    let answer = http::get(server.address, "/r/call?x=1").await;
    assert_eq!(answer.status, 307);
    let there = format!("https://{}/r/call?x=1", server.address);
    assert_eq!(answer.header("location"), Some(there.as_str()));
}

#[tokio::test]
async fn turn_is_served_beside_the_pages() {
    let (server, pair) = encrypted(&[]).await;
    for trust in [pair.trust.clone(), pair.trust.clone().with_alpn("stun.turn")] {
        let stream = trust.connect(&server, "localhost").await.expect("trusted");
        let from = stream.get_ref().0.local_addr().expect("an address");
        let mut turn = TurnClient::over_stream(Box::new(stream));
        assert_eq!(turn.binding().await.expect("an answer"), from);
    }
}

#[tokio::test]
async fn turn_over_tls_can_have_a_port_of_its_own() {
    let (server, pair) = encrypted(&["--turn-tls-listen", "127.0.0.1:0"]).await;
    let further = server.further[0];
    let stream = pair.trust.connect_to(further, "localhost").await.expect("trusted");
    let mut turn = TurnClient::over_stream(Box::new(stream));
    assert!(turn.binding().await.is_ok());
}

#[tokio::test]
async fn requests_go_on_beside_stun() {
    let (server, pair) = encrypted(&[]).await;
    let stream = pair.trust.with_alpn("http/1.1").connect(&server, "localhost").await.expect("trusted");
    assert_eq!(http::ask(stream, "localhost", "/healthz", "").await.status, 200);
}

#[tokio::test]
async fn stun_that_nobody_takes_is_closed() {
    let (server, pair) = encrypted(&["--no-turn"]).await;
    let mut client = pair.trust.connect(&server, "localhost").await.expect("trusted");
    client.write_all(&BINDING).await.expect("written");
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, client.read_to_end(&mut rest)).await.expect("it is closed");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn who_dawdles_before_or_after_the_handshake_is_cut() {
    let (server, pair) = encrypted(&["--header-timeout", "0.3"]).await;
    let mut silent = TcpStream::connect(server.address).await.expect("a connection");
    let mut half = TcpStream::connect(server.address).await.expect("a connection");
    half.write_all(b"\x16\x03\x01\x02\x00\x01").await.expect("written");
    let mut shaken = pair.trust.connect(&server, "localhost").await.expect("trusted");
    let mut rest = Vec::new();
    // An error is an end as well.
    let _ = timeout(PATIENCE, silent.read_to_end(&mut rest)).await.expect("the silent one is cut");
    let _ = timeout(PATIENCE, half.read_to_end(&mut rest)).await.expect("the half one is cut");
    let _ = timeout(PATIENCE, shaken.read_to_end(&mut rest)).await.expect("the shaken one is cut");
    assert!(rest.is_empty());
}

#[tokio::test]
async fn silent_connections_do_not_keep_others_out() {
    let (server, pair) = encrypted(&["--max-connections", "3", "--header-timeout", "0.3"]).await;
    let mut silent = Vec::new();
    for _ in 0..6 {
        silent.push(TcpStream::connect(server.address).await.expect("a connection"));
    }
    let stream = pair.trust.connect(&server, "localhost").await.expect("trusted");
    assert_eq!(http::ask(stream, "localhost", "/healthz", "").await.status, 200);
}

#[tokio::test]
async fn one_silent_connection_costs_others_no_time() {
    let (server, pair) = encrypted(&["--header-timeout", "3600"]).await;
    let _silent = TcpStream::connect(server.address).await.expect("a connection");
    let stream = pair.trust.connect(&server, "localhost").await.expect("trusted");
    assert_eq!(http::ask(stream, "localhost", "/healthz", "").await.status, 200);
}

#[tokio::test]
async fn its_own_authority_is_given_away_explained_and_good_for_its_addresses() {
    let server = TestServer::with(&["--tls-self-signed"]).await;
    let authority = server.state.tls.as_ref().and_then(|tls| tls.authority()).expect("an authority");
    let trust = Trust::in_pem(&authority.certificate_pem());
    for name in ["localhost", "127.0.0.1", "::1"] {
        let stream = trust.connect(&server, name).await.expect(name);
        let answer = http::ask(stream, "localhost", "/ca.crt", "").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-x509-ca-cert")));
        assert_eq!(answer.text(), authority.certificate_pem());
        assert_eq!(answer.header("strict-transport-security"), None);
    }
    assert!(Trust::in_nobody().connect(&server, "localhost").await.is_err());
    for (language, words) in
        [("en", "Trust this server"), ("de-AT", "Diesem Server vertrauen"), ("zh-CN", "信任此服务器")]
    {
        let stream = trust.connect(&server, "localhost").await.expect("trusted");
        let page = http::ask(stream, "localhost", "/ca", &format!("Accept-Language: {language}\r\n")).await;
        assert_eq!((page.status, page.header("x-frame-options")), (200, Some("DENY")));
        assert!(page.text().contains(words) && page.text().contains(&authority.fingerprint()), "{}", page.text());
        assert!(!page.text().contains('{'), "every gap is filled: {}", page.text());
    }
}

#[tokio::test]
async fn its_own_authority_outlives_a_restart() {
    let server = TestServer::with(&["--tls-self-signed"]).await;
    let before = server.state.tls.as_ref().and_then(|tls| tls.authority()).expect("an authority").certificate_pem();
    let server = TestServer::in_folder(server.stop().await, &["--tls-self-signed"]).await;
    Trust::in_pem(&before).connect(&server, "localhost").await.expect("still trusted");
}

/// A server with a certificate of its own.
async fn encrypted(flags: &[&str]) -> (TestServer, Pair) {
    let folder = Folder::new();
    let pair = Pair::write(&folder.0);
    let flags: Vec<&str> = pair.flags().into_iter().chain(flags.iter().copied()).collect();
    let server = TestServer::in_folder(folder, &flags).await;
    (server, pair)
}
