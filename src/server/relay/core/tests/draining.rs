//! A relay whose server stops: nothing new, and what lives goes on.

use super::Bench;
use super::bench::{Answer, MINUTE_MS};
use crate::server::relay::core::{Input, Output, PortId};
use crate::server::relay::stun::Method;
use crate::server::relay::stun::attribute::{EVEN_PORT, LIFETIME, REQUESTED_TRANSPORT, RESERVATION_TOKEN};

const UDP: [u8; 4] = [17, 0, 0, 0];
const PEER: &str = "198.41.0.77:7000";
const OTHER_PEER: &str = "198.41.0.78:7000";

#[test]
fn new_allocations_are_refused_and_live_ones_go_on() {
    let mut bench = Bench::new();
    let (ada, bo) = (bench.person(1, "198.41.0.9:1"), bench.person(2, "198.41.0.8:2"));
    let request = ada.sign(bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &UDP));
    let allocated = bench.say(ada.client, &request);
    let port = bench.ports.keys().next().copied().unwrap();
    assert_eq!(bench.bind(&ada, 0x4001, PEER).code(), Answer::OK);
    bench.happen(Input::Drain);
    assert_eq!(bench.allocate(&bo), Answer::Error(508));
    assert_eq!(bench.say(ada.client, &request), allocated, "the answer that was lost is said again");
    for _ in 0..3 {
        let refresh = bench.request(Method::Refresh);
        assert_eq!(bench.ask(&ada, refresh).code(), Answer::OK);
        assert_eq!(bench.permit(&ada, OTHER_PEER).code(), Answer::OK);
        assert_eq!(bench.bind(&ada, 0x4001, PEER).code(), Answer::OK);
        assert_eq!(bench.hear(port, PEER, b"picture"), [Output::ForwardToClient(ada.client)]);
        let forwarded = Output::ForwardToPeer(port, PEER.parse().unwrap());
        assert_eq!(bench.say(ada.client, b"\x40\x01\x00\x05sound"), [forwarded]);
        bench.pass(4 * MINUTE_MS);
    }
}

#[test]
fn it_has_drained_when_the_last_allocation_is_gone() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1");
    assert!(!bench.relay.is_drained(), "nobody has asked for it");
    bench.allocated(&ada);
    bench.happen(Input::Drain);
    assert!(!bench.relay.is_drained());
    let release = bench.request(Method::Refresh).number(LIFETIME, 0);
    bench.ask(&ada, release);
    assert!(bench.relay.is_drained());
}

#[test]
fn a_port_that_was_kept_is_not_given_out_any_more() {
    let mut bench = Bench::new();
    let (ada, mut again) = (bench.person(1, "198.41.0.9:1"), bench.person(1, "198.41.0.9:2"));
    let pair = bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &UDP).attribute(EVEN_PORT, &[0x80]);
    let token = bench.ask(&ada, pair).value(RESERVATION_TOKEN);
    bench.happen(Input::Drain);
    again.nonce = bench.nonce_for(again.client);
    let reserved =
        bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &UDP).attribute(RESERVATION_TOKEN, &token);
    assert_eq!(bench.ask(&again, reserved), Answer::Error(508));
    assert_eq!(bench.ports.keys().copied().collect::<Vec<_>>(), [PortId(0), PortId(1)]);
}
