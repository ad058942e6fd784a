//! No way in, no reflector: what must not be had from the relay, whoever asks.

use super::Bench;
use super::bench::{Answer, RELAY_IP, answer, sent};
use crate::server::credentials::Credential;
use crate::server::relay::core::{Client, Input, Link, Output};
use crate::server::relay::stun::attribute::{DATA, EVEN_PORT, REQUESTED_TRANSPORT, XOR_PEER_ADDRESS};
use crate::server::relay::stun::{Class, Method, Writer};

const PEER: &str = "198.41.0.4:7000";

#[test]
fn networks_behind_the_relay_are_out_of_reach() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    for peer in ["127.0.0.1:80", "10.0.0.1:80", "169.254.169.254:80", "192.168.1.1:80", "0.0.0.0:80", "224.0.0.1:80"] {
        assert_eq!(bench.permit(&ada, peer), Answer::Error(403), "{peer}");
        assert_eq!(bench.bind(&ada, 0x4001, peer), Answer::Error(403), "{peer}");
        assert_eq!(bench.send(&ada, peer, b"x"), [], "{peer}");
    }
}

#[test]
fn at_our_own_address_only_live_allocations_are_reached() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let (relayed, _) = bench.allocated(&ada);
    let port_of = |port: u16| format!("{RELAY_IP}:{port}");
    let idle = if relayed.port() == 50_000 { 50_001 } else { 50_000 };
    assert_eq!(bench.permit(&ada, &port_of(3478)).code(), Answer::OK, "permissions know no port");
    for port in [22, 443, 3478, idle] {
        assert_eq!(bench.bind(&ada, 0x4001, &port_of(port)), Answer::Error(403), "{port}");
        assert_eq!(bench.send(&ada, &port_of(port), b"x"), [], "{port}");
    }
}

#[test]
fn data_without_permission_goes_nowhere() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let (_, port) = bench.allocated(&ada);
    assert_eq!(bench.send(&ada, PEER, b"x"), []);
    assert_eq!(bench.hear(port, PEER, b"x"), []);
    assert_eq!(bench.say(ada.client, b"\x40\x01\x00\x01x"), [], "no such channel");
    let stranger = Client { link: Link::Datagram(0), remote: "198.41.0.77:1".parse().unwrap() };
    bench.bind(&ada, 0x4001, PEER);
    assert_eq!(bench.say(stranger, b"\x40\x01\x00\x01x"), [], "another's channel");
}

#[test]
fn a_send_that_must_not_be_fragmented_is_not_sent() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    bench.permit(&ada, PEER);
    let indication = Writer::new(Method::Send, Class::Indication, [9; 12])
        .address(XOR_PEER_ADDRESS, PEER.parse().unwrap())
        .attribute(0x001A, &[])
        .attribute(DATA, b"x")
        .finish();
    assert_eq!(bench.say(ada.client, &indication), []);
}

#[test]
fn channel_data_that_claims_more_than_there_is_goes_nowhere() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    bench.bind(&ada, 0x4001, PEER);
    for bytes in
        [&b"\x40\x01\x00\x02x"[..], b"\x40\x01\xff\xffx", b"\x40\x01\x00", b"\x40", b"", b"\x80\0\0\0", b"\xc0"]
    {
        assert_eq!(bench.say(ada.client, bytes), [], "{bytes:?}");
    }
}

#[test]
fn an_answer_is_never_much_longer_than_the_question() {
    let mut bench = Bench::new();
    for (remote, times_ten) in [("198.41.0.9:1", 16), ("[2606:4700::1]:1", 22)] {
        let client = Client { link: Link::Datagram(0), remote: remote.parse().unwrap() };
        let question = Writer::new(Method::Binding, Class::Request, [1; 12]).finish();
        let outputs = bench.say(client, &question);
        assert!(sent(&outputs).unwrap().len() * 10 <= question.len() * times_ten);
        let question = Writer::new(Method::Allocate, Class::Request, [1; 12])
            .attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0])
            .finish();
        assert_eq!(question.len(), 28);
        let outputs = bench.say(client, &question);
        assert!(sent(&outputs).unwrap().len() * 4 <= question.len() * 11);
        let question = Writer::new(Method::Allocate, Class::Request, [1; 12]).finish();
        assert_eq!(bench.say(client, &question), [], "shorter ones get nothing");
    }
}

#[test]
fn strangers_are_answered_only_so_often() {
    let mut bench = Bench::new();
    let question =
        Writer::new(Method::Allocate, Class::Request, [1; 12]).attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]).finish();
    let flood = |bench: &mut Bench, from: &str| {
        let ports = 1..=3_000_u16;
        ports
            .filter(|port| {
                let client = Client { link: Link::Datagram(0), remote: format!("{from}:{port}").parse().unwrap() };
                !bench.say(client, &question).is_empty()
            })
            .count()
    };
    assert_eq!(flood(&mut bench, "198.41.0.9"), 1_000);
    assert_eq!(flood(&mut bench, "198.41.0.10"), 1_000, "others are not harmed");
    bench.pass(1_000);
    assert_eq!(flood(&mut bench, "198.41.0.9"), 200);
    assert_eq!(bench.relay.allocations(), 0);
}

#[test]
fn nobody_is_answered_at_port_zero() {
    let mut bench = Bench::new();
    let client = Client { link: Link::Datagram(0), remote: "198.41.0.9:0".parse().unwrap() };
    assert_eq!(bench.say(client, &Writer::new(Method::Binding, Class::Request, [1; 12]).finish()), []);
}

#[test]
fn names_that_are_nobodys_are_unauthorized() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    for username in ["%s%n", "\0", "\"'", "", &"x".repeat(600), "1800009999:ffffffffffffffffffffffffffffffff\0"] {
        let password = bench.credentials.password(username);
        let mut person = ada.clone();
        person.credential = Credential { username: username.into(), password };
        assert_eq!(bench.allocate(&person), Answer::Error(401), "{username:?}");
    }
    let bytes = ada.identify(bench.request(Method::Allocate)).attribute(0x0006, b"\xff\xfe").protect(&ada.key());
    let outputs = bench.say(ada.client, &bytes);
    assert_eq!(answer(&outputs), Answer::Error(400), "the first name counts, and this one lacks a transport");
}

#[test]
fn even_ports_do_not_leak() {
    let mut bench = Bench::with(|config| config.limits.allocations_each = 10);
    let ada = bench.person(1, "198.41.0.9:1234");
    for round in 0..10_000 {
        let mut person = ada.clone();
        person.client.remote.set_port(1_000 + round % 50_000);
        person.nonce = bench.nonce_for(person.client);
        let reserve = if round % 2 == 0 { 0x00 } else { 0x80 };
        let request = bench
            .request(Method::Allocate)
            .attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0])
            .attribute(EVEN_PORT, &[reserve]);
        let code = bench.ask(&person, request).code();
        assert!(code == Answer::OK || code == 486, "{code}");
        assert!(bench.ports.len() <= 10);
        bench.now = bench.now.after_ms(5);
    }
    assert_eq!(bench.ports.len(), 10, "at the cap");
    bench.pass(3_600_000);
    assert_eq!(bench.ports.len(), 0);
    assert_eq!(bench.relay.poll_timeout(), None);
}

#[test]
fn a_quota_is_not_escaped_by_coming_again() {
    let mut bench = Bench::with(|config| config.limits.allocations_each = 3);
    let mut clients = Vec::new();
    for port in 1..=3_u16 {
        let mut person = bench.person(1, &format!("198.41.0.9:{port}"));
        person.client.link = Link::Stream(u64::from(port));
        assert_eq!(bench.allocate(&person).code(), Answer::OK);
        clients.push(person.client);
    }
    let fourth = bench.person(1, "198.41.0.9:4");
    assert_eq!(bench.allocate(&fourth), Answer::Error(486));
    bench.happen(Input::ClientGone(clients[0]));
    assert_eq!(bench.allocate(&fourth).code(), Answer::OK);
    let fifth = bench.person(1, "198.41.0.9:5");
    assert_eq!(bench.allocate(&fifth), Answer::Error(486));
}

#[test]
fn the_relay_as_a_whole_is_limited() {
    let mut bench = Bench::with(|config| config.limits.allocations = 5);
    for number in 1..=5 {
        let person = bench.person(number, &format!("198.41.0.9:{number}"));
        assert_eq!(bench.allocate(&person).code(), Answer::OK);
    }
    let sixth = bench.person(6, "198.41.0.9:6");
    assert_eq!(bench.allocate(&sixth), Answer::Error(508));
}

#[test]
fn permissions_are_limited() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    for host in 1..=16 {
        assert_eq!(bench.permit(&ada, &format!("198.41.1.{host}:1")).code(), Answer::OK);
    }
    assert_eq!(bench.permit(&ada, "198.41.1.17:1"), Answer::Error(508));
    assert_eq!(bench.permit(&ada, "198.41.1.1:1").code(), Answer::OK, "renewing is no addition");
}

#[test]
fn nobody_gets_more_than_their_share_relayed() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    bench.permit(&ada, PEER);
    let sent = (0..2_000).filter(|_| !bench.send(&ada, PEER, &[0; 1_000]).is_empty()).count();
    assert_eq!(sent, 1_000);
    assert_eq!(bench.relay.counters().over_rate, 1_000);
    bench.pass(1_000);
    assert_eq!(bench.send(&ada, PEER, &[0; 1_000]).len(), 1);
}

#[test]
fn relays_do_not_go_round_in_circles() {
    let mut bench = Bench::new();
    let (ada, bo) = (bench.person(1, "198.41.0.9:1"), bench.person(2, "198.41.0.8:2"));
    let (to_ada, _) = bench.allocated(&ada);
    let (to_bo, _) = bench.allocated(&bo);
    bench.permit(&ada, &to_bo.to_string());
    bench.permit(&bo, &to_ada.to_string());
    for (from, to) in [(&ada, to_bo), (&bo, to_ada), (&ada, to_ada)] {
        let outputs = bench.send(from, &to.to_string(), b"round and round");
        let forwards = outputs.iter().filter(|output| matches!(output, Output::ForwardToClient(_))).count();
        assert!(outputs.len() == forwards && forwards <= 1, "{outputs:?}");
    }
}
