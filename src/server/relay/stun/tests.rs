//! The vectors of RFC 5769, and what is no message.

use proptest::prelude::*;

use super::attribute::{
    DATA, LIFETIME, MESSAGE_INTEGRITY, NONCE, REALM, USERNAME, XOR_MAPPED_ADDRESS, XOR_PEER_ADDRESS,
};
use super::*;

/// RFC 5769, section 2.1: a request with short-term credentials and FINGERPRINT.
const REQUEST: &str = "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff\
    80290008932ff9b151263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004\
    e57a3bcf";
/// Section 2.2: a response with an IPv4 address.
const IPV4_RESPONSE: &str = "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147\
    e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
/// Section 2.3: a response with an IPv6 address.
const IPV6_RESPONSE: &str = "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a147\
    0113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
/// Section 2.4: a request with long-term credentials.
const LONG_TERM_REQUEST: &str = "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b90000\
    0015001c662f2f3439396b39353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656d\
    d64a3e02b8e0712e85c9a28ca89666";

const SHORT_TERM_PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";

fn bytes(hex: &str) -> Vec<u8> {
    base16ct::lower::decode_vec(hex.replace(char::is_whitespace, "")).expect("hexadecimal")
}

#[test]
fn a_request_with_short_term_credentials_is_read() {
    let bytes = bytes(REQUEST);
    let message = Message::parse(&bytes).unwrap();
    assert_eq!((message.method(), message.class()), (Method::Binding, Class::Request));
    assert_eq!(message.attribute(USERNAME), Some(&b"evtj:h6vY"[..]));
    assert_eq!(message.verify(&Key::from_bytes(SHORT_TERM_PASSWORD)), Ok(()));
    assert_eq!(message.verify(&Key::from_bytes(b"another")), Err(Unprotected));
}

#[test]
fn an_attribute_is_found_where_it_stands_whatever_stands_in_front() {
    let fingerprinted = Writer::new(Method::Send, Class::Indication, [1; 12]).number(LIFETIME, 1);
    let before = fingerprinted.attribute(FINGERPRINT, &[0; 4]).finish();
    let crc = super::fingerprint(&before[..28], 28);
    let mut bytes = before[..28].to_vec();
    bytes.extend([0x80, 0x28, 0, 4].into_iter().chain(crc.to_be_bytes()));
    bytes.extend([0, 0x13, 0, 5].into_iter().chain(*b"hello\0\0\0"));
    bytes[3] = 28;
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.range(DATA).map(|range| &bytes[range]), Some(&b"hello"[..]));
    assert_eq!(message.attribute(DATA), Some(&b"hello"[..]));
}

#[test]
fn responses_tell_their_addresses() {
    for (hex, address) in
        [(IPV4_RESPONSE, "192.0.2.1:32853"), (IPV6_RESPONSE, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")]
    {
        let bytes = bytes(hex);
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.class(), Class::Success);
        assert_eq!(message.address(XOR_MAPPED_ADDRESS), Some(address.parse().unwrap()));
        assert_eq!(message.verify(&Key::from_bytes(SHORT_TERM_PASSWORD)), Ok(()));
    }
}

#[test]
fn a_request_with_long_term_credentials_is_read_and_can_be_written() {
    let bytes = bytes(LONG_TERM_REQUEST);
    let message = Message::parse(&bytes).unwrap();
    let username = "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}";
    // What SASLprep makes of the password of the RFC.
    let key = Key::long_term(username, "example.org", "TheMatrIX");
    assert_eq!(message.verify(&key), Ok(()));
    let written = Writer::new(Method::Binding, Class::Request, message.transaction())
        .attribute(USERNAME, username.as_bytes())
        .attribute(NONCE, b"f//499k954d6OL34oL9FSTvy64sA")
        .attribute(REALM, b"example.org")
        .protect(&key);
    assert_eq!(written, bytes);
}

#[test]
fn what_stands_behind_the_integrity_is_not_seen() {
    let key = Key::from_bytes(b"key");
    let bytes = Writer::new(Method::Refresh, Class::Request, [7; 12])
        .integrity(&key)
        .number(LIFETIME, 0)
        .attribute(MESSAGE_INTEGRITY, &[0; 20])
        .finish();
    let message = Message::parse(&bytes).unwrap();
    assert_eq!(message.attribute(LIFETIME), None);
    assert_eq!(message.verify(&key), Ok(()), "the first integrity counts");
}

#[test]
fn an_integrity_of_another_length_protects_nothing() {
    for length in [0, 4, 16, 19, 21, 24, 32] {
        let bytes = Writer::new(Method::Refresh, Class::Request, [7; 12])
            .attribute(MESSAGE_INTEGRITY, &vec![0; length])
            .finish();
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.verify(&Key::from_bytes(b"key")), Err(Unprotected), "{length}");
    }
}

#[test]
fn a_wrong_fingerprint_makes_it_no_message() {
    let mut bytes = Writer::new(Method::Binding, Class::Request, [1; 12]).fingerprint();
    assert!(Message::parse(&bytes).is_ok());
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert_eq!(Message::parse(&bytes).unwrap_err(), Malformed);
}

#[test]
fn bytes_of_other_shapes_are_no_messages() {
    let good = Writer::new(Method::Binding, Class::Request, [1; 12]).number(LIFETIME, 1).finish();
    assert!(Message::parse(&good).is_ok());
    let change = |at: usize, to: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        bytes
    };
    let length_65532 = change(2, &[0xFF, 0xFC]);
    let length_no_multiple_of_four = [change(2, &[0, 9]), vec![0]].concat();
    let attribute_past_the_end = change(22, &[0, 5]);
    let no_cookie = change(4, &[0; 4]);
    let first_bits_set = change(0, &[0x40]);
    let something_behind = [good.clone(), vec![0; 4]].concat();
    for bytes in [
        length_65532,
        length_no_multiple_of_four,
        attribute_past_the_end,
        no_cookie,
        first_bits_set,
        something_behind,
        good[..19].to_vec(),
        Vec::new(),
    ] {
        assert_eq!(Message::parse(&bytes).unwrap_err(), Malformed, "{bytes:?}");
    }
}

#[test]
fn methods_and_classes_come_back() {
    for number in [1, 3, 4, 6, 7, 8, 9, 0x00A, 0x0FF, 0xFFF] {
        for class in [Class::Request, Class::Indication, Class::Success, Class::Error] {
            let method = Method::from_number(number);
            let bytes = Writer::new(method, class, [0; 12]).finish();
            let message = Message::parse(&bytes).unwrap();
            assert_eq!((message.method(), message.class()), (method, class));
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(message) = Message::parse(&bytes) {
            let _ = (message.attributes().count(), message.address(XOR_PEER_ADDRESS), message.error_code());
        }
    }

    #[test]
    fn what_is_written_is_read(
        transaction in any::<[u8; 12]>(),
        data in proptest::collection::vec(any::<u8>(), 0..100),
        address in any::<std::net::SocketAddr>(),
    ) {
        let address = SocketAddr::new(address.ip(), address.port());
        let bytes = Writer::new(Method::Send, Class::Indication, transaction)
            .attribute(DATA, &data)
            .address(XOR_PEER_ADDRESS, address)
            .fingerprint();
        let message = Message::parse(&bytes).unwrap();
        prop_assert_eq!(message.transaction(), transaction);
        prop_assert_eq!(message.attribute(DATA), Some(&data[..]));
        prop_assert_eq!(message.address(XOR_PEER_ADDRESS), Some(address));
    }
}
