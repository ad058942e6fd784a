//! What the fuzzer calls with bytes of its choice, and `tests/corpus.rs` with those that it found worth keeping.

#![allow(dead_code)]

#[path = "targets/page.rs"]
mod page;
#[path = "targets/script.rs"]
mod script;
#[path = "targets/session.rs"]
mod session;
#[path = "targets/words.rs"]
mod words;

use confab::server::relay::framing::{Frame, channel_header, first_frame};
use confab::server::relay::stun::attribute::{DATA, XOR_PEER_ADDRESS};
use confab::server::relay::stun::{Class, Key, Message, Method, Writer, declared_length};

#[allow(unused_imports)]
pub use page::page;
#[allow(unused_imports)]
pub use session::session;
#[allow(unused_imports)]
pub use words::{peer, signaling, token};

/// A STUN message: whatever the bytes, reading them is safe, and what was read can be written.
pub fn stun(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else { return };
    assert_eq!(declared_length(bytes).map(|length| length + 20), Some(bytes.len()));
    let _ = (message.error_code(), message.address(XOR_PEER_ADDRESS), message.number(DATA));
    let range = message.range(DATA);
    assert_eq!(range.map(|range| &bytes[range]), message.attribute(DATA));
    let _ = message.verify(&Key::from_bytes(b"key"));
    let mut copy = Writer::new(message.method(), message.class(), message.transaction());
    for (kind, value) in message.attributes() {
        copy = copy.attribute(kind, value);
    }
    let key = Key::from_bytes(b"key");
    let copy = copy.integrity(&key).fingerprint();
    // A message of the greatest length has no room for these two.
    if copy.len() <= usize::from(u16::MAX) {
        let again = Message::parse(&copy).expect("what we write can be read");
        assert!(again.attributes().eq(message.attributes()));
        assert_eq!((again.method(), again.class()), (message.method(), message.class()));
        assert!(again.verify(&key).is_ok());
    }
}

/// A stream of STUN messages and ChannelData: frames follow each other and never reach past the end.
pub fn framing(bytes: &[u8]) {
    let (mut rest, mut begun) = (bytes, false);
    while let Frame::Whole { bytes, padding } = first_frame(rest, begun) {
        assert!(bytes >= 4 && padding < 4 && (bytes + padding).is_multiple_of(4));
        let frame = &rest[..bytes];
        if frame[0] >> 6 == 0 {
            stun(frame);
        } else {
            assert!(begun);
            assert_eq!(channel_header(frame).map(|(_, length)| length + 4), Some(bytes));
        }
        // What is there of a frame says the same, however little it is, until all is there.
        for cut in [0, 1, 3, 4, bytes / 2, bytes - 1] {
            assert_eq!(first_frame(&rest[..cut.min(bytes - 1)], begun), Frame::Partial);
        }
        rest = &rest[bytes + padding..];
        begun = true;
    }
}

/// An indication or a request, to be filled.
fn message(method: Method, class: Class, number: u32) -> Writer {
    let mut transaction = [0; 12];
    transaction[..4].copy_from_slice(&number.to_be_bytes());
    Writer::new(method, class, transaction)
}
