//! Requests that are refused, each with the number that the RFC gives it.

use super::Bench;
use super::bench::{Answer, answer};
use crate::server::relay::stun::attribute::{
    EVEN_PORT, LIFETIME, MESSAGE_INTEGRITY, REALM, REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT, RESERVATION_TOKEN,
    UNKNOWN_ATTRIBUTES, USERNAME, XOR_PEER_ADDRESS,
};
use crate::server::relay::stun::{Class, Key, Message, Method, Writer};

const UDP: [u8; 4] = [17, 0, 0, 0];
const DONT_FRAGMENT: u16 = 0x001A;

#[test]
fn an_allocate_says_what_it_wants() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let token = [0; 8];
    for (code, attributes) in [
        (400, vec![]),
        (442, vec![(REQUESTED_TRANSPORT, &[6, 0, 0, 0][..])]),
        (440, vec![(REQUESTED_TRANSPORT, &UDP), (REQUESTED_ADDRESS_FAMILY, &[9, 0, 0, 0])]),
        (400, vec![(REQUESTED_TRANSPORT, &UDP), (EVEN_PORT, &[0]), (RESERVATION_TOKEN, &token)]),
        (
            400,
            vec![(REQUESTED_TRANSPORT, &UDP), (REQUESTED_ADDRESS_FAMILY, &[1, 0, 0, 0]), (RESERVATION_TOKEN, &token)],
        ),
        (400, vec![(REQUESTED_TRANSPORT, &UDP), (RESERVATION_TOKEN, &[0; 7])]),
        (508, vec![(REQUESTED_TRANSPORT, &UDP), (RESERVATION_TOKEN, &token)]),
        (420, vec![(REQUESTED_TRANSPORT, &UDP), (DONT_FRAGMENT, &[])]),
    ] {
        let request = bench.request(Method::Allocate);
        let request = attributes.iter().fold(request, |request, (kind, value)| request.attribute(*kind, value));
        assert_eq!(bench.ask(&ada, request), Answer::Error(code), "{attributes:?}");
    }
    assert_eq!(bench.relay.allocations(), 0);
}

#[test]
fn what_is_not_understood_is_named() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let request =
        ada.sign(bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &UDP).attribute(DONT_FRAGMENT, &[]));
    let outputs = bench.say(ada.client, &request);
    let bytes = super::bench::sent(&outputs).unwrap();
    let message = Message::parse(bytes).unwrap();
    assert_eq!(message.attribute(UNKNOWN_ATTRIBUTES), Some(&DONT_FRAGMENT.to_be_bytes()[..]));
    assert_eq!(message.verify(&ada.key()), Ok(()));
}

#[test]
fn without_an_allocation_there_is_nothing_to_change() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    for method in [Method::Refresh, Method::CreatePermission, Method::ChannelBind] {
        let request = bench.request(method);
        assert_eq!(bench.ask(&ada, request), Answer::Error(437), "{method:?}");
    }
}

#[test]
fn an_allocation_is_changed_with_the_credential_that_made_it() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    let bo = bench.person(2, "198.41.0.9:1234");
    let refresh = bench.request(Method::Refresh).number(LIFETIME, 0);
    assert_eq!(bench.ask(&bo, refresh), Answer::Error(441));
    assert_eq!(bench.allocate(&bo), Answer::Error(437), "another port would do");
    assert_eq!(bench.relay.allocations(), 1);
    let refresh = bench.request(Method::Refresh).attribute(REQUESTED_ADDRESS_FAMILY, &[2, 0, 0, 0]);
    assert_eq!(bench.ask(&ada, refresh), Answer::Error(443));
}

#[test]
fn a_wrong_password_is_no_password() {
    let mut bench = Bench::new();
    let mut ada = bench.person(1, "198.41.0.9:1234");
    ada.credential.password.push('x');
    assert_eq!(bench.allocate(&ada), Answer::Error(401));
}

#[test]
fn an_integrity_of_another_length_is_unauthorized() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    for length in [0, 4, 16, 24, 32] {
        let request = bench.request(Method::Allocate).attribute(REQUESTED_TRANSPORT, &UDP);
        let bytes = ada.identify(request).attribute(MESSAGE_INTEGRITY, &vec![0; length]).finish();
        let outputs = bench.say(ada.client, &bytes);
        assert_eq!(answer(&outputs), Answer::Error(401), "{length}");
    }
}

#[test]
fn a_credential_without_its_parts_is_a_bad_request() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    let key = Key::from_bytes(b"any");
    for without in [USERNAME, REALM] {
        let mut request = Writer::new(Method::Allocate, Class::Request, [1; 12]).attribute(REQUESTED_TRANSPORT, &UDP);
        for (kind, value) in [(USERNAME, ada.credential.username.as_bytes()), (REALM, b"confab")] {
            if kind != without {
                request = request.attribute(kind, value);
            }
        }
        let outputs = bench.say(ada.client, &request.protect(&key));
        assert_eq!(answer(&outputs), Answer::Error(400));
    }
}

#[test]
fn attributes_behind_the_integrity_change_nothing() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    let request = bench.request(Method::Refresh);
    let bytes = ada.identify(request).integrity(&ada.key()).number(LIFETIME, 0).finish();
    let outputs = bench.say(ada.client, &bytes);
    assert_eq!(answer(&outputs).number(LIFETIME), 600);
    assert_eq!(bench.relay.allocations(), 1);
}

#[test]
fn a_permission_names_its_peers() {
    let mut bench = Bench::new();
    let ada = bench.person(1, "198.41.0.9:1234");
    bench.allocated(&ada);
    let request = bench.request(Method::CreatePermission);
    assert_eq!(bench.ask(&ada, request), Answer::Error(400));
    let request = bench.request(Method::CreatePermission).attribute(XOR_PEER_ADDRESS, &[0, 1, 0]);
    assert_eq!(bench.ask(&ada, request), Answer::Error(400));
    let request = bench
        .request(Method::CreatePermission)
        .address(XOR_PEER_ADDRESS, "198.41.0.4:1".parse().unwrap())
        .address(XOR_PEER_ADDRESS, "10.0.0.1:1".parse().unwrap());
    assert_eq!(bench.ask(&ada, request), Answer::Error(403), "all or none");
    assert_eq!(bench.send(&ada, "198.41.0.4:1", b"x"), []);
}
