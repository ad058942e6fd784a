//! What a call needs: an address, permissions, channels, data both ways, for as long as it lasts.

use super::Bench;
use super::bench::{Answer, MINUTE_MS, RELAY_IP, sent};
use crate::protocol::PeerId;
use crate::server::credentials::Holder;
use crate::server::relay::core::{Client, Input, Link, Output};
use crate::server::relay::stun::attribute::{
    CHANNEL_NUMBER, DATA, EVEN_PORT, LIFETIME, REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT, RESERVATION_TOKEN,
    XOR_MAPPED_ADDRESS, XOR_PEER_ADDRESS, XOR_RELAYED_ADDRESS,
};
use crate::server::relay::stun::{Class, Message, Method, Writer};

const PEER: &str = "198.41.0.4:7000";

#[test]
fn a_binding_request_is_answered_with_the_address() {
    let mut bench = Bench::new();
    let client = Client { link: Link::Datagram(0), remote: "198.41.0.9:1234".parse().unwrap() };
    let outputs = bench.say(client, &Writer::new(Method::Binding, Class::Request, [4; 12]).finish());
    let message = Message::parse(sent(&outputs).unwrap()).unwrap();
    assert_eq!((message.class(), message.transaction()), (Class::Success, [4; 12]));
    assert_eq!(message.address(XOR_MAPPED_ADDRESS), Some(client.remote));
}

#[test]
fn an_allocation_has_an_address_a_lifetime_and_the_clients_own_address() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let answer = bench.allocate(&ada);
    let relayed = answer.address(XOR_RELAYED_ADDRESS);
    assert_eq!(relayed.ip().to_string(), RELAY_IP);
    assert!((50_000..=50_999).contains(&relayed.port()));
    assert_eq!(answer.number(LIFETIME), 600);
    assert_eq!(answer.address(XOR_MAPPED_ADDRESS), ada.client.remote);
}

#[test]
fn an_answer_is_protected_by_the_askers_key() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let Answer::Success(bytes) = bench.allocate(&ada) else { panic!("refused") };
    assert_eq!(Message::parse(&bytes).unwrap().verify(&ada.key()), Ok(()));
}

#[test]
fn data_goes_both_ways_in_indications() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let (_, port) = bench.allocated(&ada);
    assert_eq!(bench.permit(&ada, PEER).code(), Answer::OK);
    assert_eq!(bench.send(&ada, PEER, b"hello"), [Output::ForwardToPeer(port, PEER.parse().unwrap())]);
    assert_eq!(bench.packet.bytes(), b"hello");
    // Permissions know no port.
    assert_eq!(bench.hear(port, "198.41.0.4:9", b"answer"), [Output::ForwardToClient(ada.client)]);
    let message = Message::parse(bench.packet.bytes()).unwrap();
    assert_eq!((message.method(), message.attribute(DATA)), (Method::Data, Some(&b"answer"[..])));
    assert_eq!(message.address(XOR_PEER_ADDRESS), Some("198.41.0.4:9".parse().unwrap()));
}

#[test]
fn data_goes_both_ways_in_a_channel() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let (_, port) = bench.allocated(&ada);
    assert_eq!(bench.bind(&ada, 0x4001, PEER).code(), Answer::OK);
    let outputs = bench.say(ada.client, b"\x40\x01\x00\x05hello\0\0\0");
    assert_eq!(outputs, [Output::ForwardToPeer(port, PEER.parse().unwrap())]);
    assert_eq!(bench.packet.bytes(), b"hello", "padding stays behind");
    assert_eq!(bench.hear(port, PEER, b"answer"), [Output::ForwardToClient(ada.client)]);
    assert_eq!(bench.packet.bytes(), b"\x40\x01\x00\x06answer");
}

#[test]
fn a_stream_gets_its_channel_data_padded() {
    let mut bench = Bench::new();
    let mut ada = bench.person(1, "198.41.0.9:1234");
    ada.client.link = Link::Stream(7);
    let (_, port) = bench.allocated(&ada);
    bench.bind(&ada, 0x4001, PEER);
    bench.hear(port, PEER, b"answer");
    assert_eq!(bench.packet.bytes(), b"\x40\x01\x00\x06answer\0\0");
}

#[test]
fn two_who_both_need_the_relay_meet_inside_it() {
    let mut bench = Bench::new();
    let (ada, bo) = (bench.person(1, "198.41.0.9:1"), bench.person(2, "198.41.0.8:2"));
    let (ada_relayed, _) = bench.allocated(&ada);
    let (bo_relayed, _) = bench.allocated(&bo);
    assert_eq!(bench.permit(&ada, &bo_relayed.to_string()).code(), Answer::OK);
    assert_eq!(bench.send(&ada, &bo_relayed.to_string(), b"hello"), [], "Bo has not permitted it");
    assert_eq!(bench.bind(&bo, 0x4000, &ada_relayed.to_string()).code(), Answer::OK);
    assert_eq!(bench.send(&ada, &bo_relayed.to_string(), b"hello"), [Output::ForwardToClient(bo.client)]);
    assert_eq!(bench.packet.bytes(), b"\x40\x00\x00\x05hello");
    assert_eq!(bench.say(bo.client, b"\x40\x00\x00\x02yo"), [Output::ForwardToClient(ada.client)]);
    let message = Message::parse(bench.packet.bytes()).unwrap();
    assert_eq!(message.address(XOR_PEER_ADDRESS), Some(bo_relayed));
    assert_eq!(message.attribute(DATA), Some(&b"yo"[..]));
}

#[test]
fn a_request_sent_again_gets_the_same_answer() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let request = ada.sign(bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]));
    let first = bench.say(ada.client, &request);
    assert_eq!(bench.say(ada.client, &request), first);
    assert_eq!(bench.relay.allocations(), 1);
    assert_eq!(bench.allocate(&ada), Answer::Error(437), "another one is not to be had");
}

#[test]
fn a_call_of_twenty_five_minutes_outlives_its_credential() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let (_, port) = bench.allocated(&ada);
    for _ in 0..25 {
        let refresh = bench.request(Method::Refresh);
        assert_eq!(bench.ask(&ada, refresh).code(), Answer::OK);
        assert_eq!(bench.bind(&ada, 0x4001, PEER).code(), Answer::OK);
        bench.pass(MINUTE_MS);
        assert_eq!(bench.hear(port, PEER, b"picture"), [Output::ForwardToClient(ada.client)]);
    }
    let mut elsewhere = ada.clone();
    elsewhere.client.remote.set_port(4321);
    elsewhere.nonce = bench.nonce_for(elsewhere.client);
    assert_eq!(bench.allocate(&elsewhere), Answer::Error(401), "a new one needs a new credential");
}

#[test]
fn a_stale_nonce_is_replaced() {
    let mut bench = Bench::new();
    let mut ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    let request = bench.request(Method::Refresh).number(LIFETIME, 3_600);
    assert_eq!(bench.ask(&ada, request).number(LIFETIME), 3_600);
    bench.pass(59 * MINUTE_MS);
    let request = bench.request(Method::Refresh).number(LIFETIME, 3_600);
    bench.ask(&ada, request);
    bench.pass(2 * MINUTE_MS);
    let refresh = bench.request(Method::Refresh);
    assert_eq!(bench.ask(&ada, refresh), Answer::Error(438));
    ada.nonce = bench.nonce_for(ada.client);
    let refresh = bench.request(Method::Refresh);
    assert_eq!(bench.ask(&ada, refresh).code(), Answer::OK);
}

#[test]
fn lifetimes_stay_within_bounds_and_end() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let request =
        bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]).number(LIFETIME, 1_000_000);
    assert_eq!(bench.ask(&ada, request).number(LIFETIME), 3_600);
    let refresh = bench.request(Method::Refresh).number(LIFETIME, 1);
    assert_eq!(bench.ask(&ada, refresh).number(LIFETIME), 600);
    bench.pass(10 * MINUTE_MS - 1);
    assert_eq!(bench.relay.allocations(), 1);
    bench.pass(1);
    assert_eq!((bench.relay.allocations(), bench.ports.len()), (0, 0));
}

#[test]
fn what_is_over_is_not_brought_back_by_a_request_that_comes_before_the_timeout() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    bench.now = bench.now.after_ms(10 * MINUTE_MS);
    let refresh = bench.request(Method::Refresh);
    // The credential was for as long, and nothing lives any more that would go by it.
    assert_eq!(bench.ask(&ada, refresh), Answer::Error(401));
    assert_eq!((bench.relay.allocations(), bench.ports.len()), (0, 0));
}

#[test]
fn a_refresh_of_zero_ends_it() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    let refresh = bench.request(Method::Refresh).number(LIFETIME, 0);
    assert_eq!(bench.ask(&ada, refresh).number(LIFETIME), 0);
    assert_eq!((bench.relay.allocations(), bench.ports.len()), (0, 0));
}

#[test]
fn permissions_and_channels_end_unless_renewed() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let (_, port) = bench.allocated(&ada);
    bench.bind(&ada, 0x4001, PEER);
    bench.pass(5 * MINUTE_MS - 1);
    assert_eq!(bench.hear(port, PEER, b"x").len(), 1);
    bench.pass(1);
    assert_eq!(bench.hear(port, PEER, b"x"), [], "the permission has ended");
    bench.permit(&ada, PEER);
    bench.hear(port, PEER, b"x");
    assert_eq!(bench.packet.bytes()[..2], [0x40, 0x01], "the channel has not");
    let refresh = bench.request(Method::Refresh);
    bench.ask(&ada, refresh);
    bench.pass(5 * MINUTE_MS);
    assert_eq!(bench.say(ada.client, b"\x40\x01\x00\x01x"), []);
}

#[test]
fn ipv6_is_relayed_where_the_server_has_it() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let request = bench
        .request(Method::Allocate)
        .attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0])
        .attribute(REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]);
    assert!(bench.ask(&ada, request).address(XOR_RELAYED_ADDRESS).is_ipv6());
    assert_eq!(bench.permit(&ada, PEER), Answer::Error(443));
    assert_eq!(bench.permit(&ada, "[2606:4700::1]:5").code(), Answer::OK);
    let mut only_v4 = Bench::with(|config| config.addresses.retain(|address| address.local.is_ipv4()));
    let bo = only_v4.person(2, "198.41.0.9:1234");
    let request = only_v4
        .request(Method::Allocate)
        .attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0])
        .attribute(REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]);
    assert_eq!(only_v4.ask(&bo, request), Answer::Error(440));
}

#[test]
fn a_server_behind_a_nat_tells_its_outer_address() {
    let outside = "198.41.0.200";
    let mut bench = Bench::with(|config| config.addresses[0].external = outside.parse().unwrap());
    let ada = bench.person(1, "198.41.0.9:1234");
    let (relayed, port) = bench.allocated(&ada);
    assert_eq!(relayed.ip().to_string(), outside);
    assert_eq!(bench.ports[&port].ip().to_string(), RELAY_IP);
}

#[test]
fn an_even_port_and_the_next_one_can_be_had() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let request =
        bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]).attribute(EVEN_PORT, &[0x80]);
    let answer = bench.ask(&ada, request);
    let (even, token) = (answer.address(XOR_RELAYED_ADDRESS), answer.value(RESERVATION_TOKEN));
    assert_eq!(even.port() % 2, 0);
    let mut second = ada.clone();
    second.client.remote.set_port(1235);
    second.nonce = bench.nonce_for(second.client);
    let with_token = |bench: &mut Bench| {
        bench
            .request(Method::Allocate)
            .attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0])
            .attribute(RESERVATION_TOKEN, &token)
    };
    let mut stranger = bench.person(2, "198.41.0.9:1236");
    stranger.nonce = bench.nonce_for(stranger.client);
    let request = with_token(&mut bench);
    assert_eq!(bench.ask(&stranger, request), Answer::Error(508), "a token is its owner's");
    let request = with_token(&mut bench);
    assert_eq!(bench.ask(&second, request).address(XOR_RELAYED_ADDRESS).port(), even.port() + 1);
    let (_, port) = (even, bench.ports.len());
    assert_eq!(port, 2);
}

#[test]
fn a_reserved_port_is_given_up_after_a_while() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let request =
        bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]).attribute(EVEN_PORT, &[0x80]);
    bench.ask(&ada, request);
    assert_eq!(bench.ports.len(), 2);
    bench.pass(30_000);
    assert_eq!(bench.ports.len(), 1);
}

#[test]
fn a_port_that_another_program_has_is_passed_over() {
    let mut bench = Bench::with(|config| config.ports = 50_000..=50_003);
    bench.taken = vec![50_000, 50_001, 50_002];
    let ada = bench.person(1, "198.41.0.9:1234");
    // Each attempt throws the dice anew; sixteen of them find the one free port almost surely, and with this seed they do.
    assert_eq!(bench.allocated(&ada).0.port(), 50_003);
    bench.taken.push(50_003);
    let bo = bench.person(2, "198.41.0.9:1235");
    assert_eq!(bench.allocate(&bo), Answer::Error(508));
    let cy = bench.person(2, "198.41.0.9:1236");
    bench.taken.clear();
    assert_eq!(bench.allocate(&cy).code(), Answer::OK, "the refused one took no quota");
}

#[test]
fn allocations_end_with_their_owner_and_so_do_the_credentials() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let bo = bench.person(2, "198.41.0.8:1234");
    bench.allocated(&ada);
    let (_, bos) = bench.allocated(&bo);
    let peer = PeerId::from_bytes([1; 16]);
    let outputs = bench.happen(Input::PeerLeft(peer));
    assert!(outputs.contains(&Output::Released(ada.client)), "{outputs:?}");
    assert_eq!(bench.ports.keys().copied().collect::<Vec<_>>(), [bos]);
    assert_eq!(bench.allocate(&ada), Answer::Error(401));
    bench.happen(Input::PeerReturned(peer));
    assert_eq!(bench.allocate(&ada).code(), Answer::OK);
}

#[test]
fn a_connection_that_ends_ends_its_allocation() {
    let mut bench = Bench::new();
    let mut ada = bench.person(1, "198.41.0.9:1234");
    ada.client.link = Link::Stream(3);
    bench.allocated(&ada);
    bench.happen(Input::ClientGone(ada.client));
    assert_eq!((bench.relay.allocations(), bench.ports.len()), (0, 0));
}

#[test]
fn who_tests_their_connection_relays_to_this_server_alone() {
    let mut bench = Bench::new();
    let check = bench.holder(Holder::Check(1), "198.41.0.9:1234");
    let (relayed, _) = bench.allocated(&check);
    assert_eq!(bench.permit(&check, PEER), Answer::Error(403));
    assert_eq!(bench.permit(&check, &relayed.to_string()).code(), Answer::OK);
    for port in 1..8 {
        let again = bench.holder(Holder::Check(1), &format!("198.41.0.9:{port}"));
        assert_eq!(bench.allocate(&again).code(), Answer::OK);
    }
    let one_too_many = bench.holder(Holder::Check(1), "198.41.0.9:9");
    assert_eq!(bench.allocate(&one_too_many), Answer::Error(486));
}

#[test]
fn a_check_ends_with_its_credential_and_has_a_share_of_its_own() {
    let mut bench = Bench::new();
    let check = bench.holder(Holder::Check(1), "198.41.0.9:1234");
    let (relayed, _) = bench.allocated(&check);
    assert_eq!(bench.bind(&check, 0x4000, &relayed.to_string()).code(), Answer::OK);
    let kilobyte = [&[0x40, 0, 4, 0][..], &[7; 1_024]].concat();
    let arrived = (0..2_000).filter(|_| !bench.say(check.client, &kilobyte).is_empty()).count();
    assert!((400..=500).contains(&arrived), "{arrived} kilobytes, each counted at both ends");
    bench.pass(9 * 60_000);
    let request = bench.request(Method::Refresh).number(LIFETIME, 3_600);
    assert_eq!(bench.ask(&check, request).code(), Answer::OK);
    bench.pass(59_000);
    assert_eq!(bench.relay.allocations(), 1);
    bench.pass(2_000);
    assert_eq!(bench.relay.allocations(), 0);
}

#[test]
fn a_channel_is_one_peers_and_a_peer_has_one_channel() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    assert_eq!(bench.bind(&ada, 0x4001, PEER).code(), Answer::OK);
    assert_eq!(bench.bind(&ada, 0x4001, PEER).code(), Answer::OK);
    assert_eq!(bench.bind(&ada, 0x4001, "198.41.0.5:1"), Answer::Error(400));
    assert_eq!(bench.bind(&ada, 0x4002, PEER), Answer::Error(400));
    for number in [0x3FFF, 0x8000, 0xFFFF] {
        assert_eq!(bench.bind(&ada, number, "198.41.0.5:1"), Answer::Error(400), "{number:x}");
    }
    assert_eq!(bench.bind(&ada, 0x7FFF, "198.41.0.6:1").code(), Answer::OK, "as clients of RFC 5766 do");
    let request = bench.request(Method::ChannelBind).number(CHANNEL_NUMBER, 0x4003 << 16);
    assert_eq!(bench.ask(&ada, request), Answer::Error(400), "no peer");
}
