//! Where one message ends in a stream of bytes (RFC 8656, section 12.5; RFC 8489, section 6.2.2).

use super::stun::{HEADER_BYTES, MAGIC_COOKIE, declared_length, padded};

/// The channel numbers. RFC 8656 (section 12) has clients choose below 0x5000, but those of RFC 5766 choose from all of these,
/// coturn's own among them; over a socket of ours nothing else begins with the same two bits.
pub const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x7FFF;
/// ChannelData's header.
pub const CHANNEL_HEADER_BYTES: usize = 4;

/// What the bytes at hand begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// A message of this many bytes, after which `padding` more are to be skipped.
    Whole {
        /// The message's own length.
        bytes: usize,
        /// What fills it up.
        padding: usize,
    },
    /// A message that goes on.
    Partial,
    /// Neither STUN nor ChannelData: nothing behind it can be made sense of.
    Broken,
}

/// Looks at what a stream begins with. Before a client has `begun` with a STUN message it may not send ChannelData: the
/// first letters of other protocols look like it.
pub fn first_frame(stream: &[u8], begun: bool) -> Frame {
    let Some(&first) = stream.first() else { return Frame::Partial };
    match first >> 6 {
        0 => stun_frame(stream),
        1 if begun => channel_frame(stream),
        _ => Frame::Broken,
    }
}

fn stun_frame(stream: &[u8]) -> Frame {
    // Strangers are told by their first bytes, not after waiting for as many as they seem to announce.
    let cookie = stream.get(4..).unwrap_or_default();
    if cookie.iter().zip(MAGIC_COOKIE).any(|(byte, expected)| *byte != expected) {
        return Frame::Broken;
    }
    if stream.len() < HEADER_BYTES {
        return Frame::Partial;
    }
    declared_length(stream).map_or(Frame::Broken, |length| whole(stream, HEADER_BYTES + length))
}

fn channel_frame(stream: &[u8]) -> Frame {
    match channel_header(stream) {
        Some((_, length)) => whole(stream, CHANNEL_HEADER_BYTES + length),
        None => Frame::Partial,
    }
}

fn whole(stream: &[u8], bytes: usize) -> Frame {
    let padding = padded(bytes) - bytes;
    if stream.len() < bytes + padding { Frame::Partial } else { Frame::Whole { bytes, padding } }
}

/// Channel and length of what claims to be ChannelData.
pub fn channel_header(bytes: &[u8]) -> Option<(u16, usize)> {
    match bytes {
        [c1, c0, l1, l0, ..] => Some((u16::from_be_bytes([*c1, *c0]), usize::from(u16::from_be_bytes([*l1, *l0])))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::stun::{Class, Method, Writer};
    use super::*;

    #[test]
    fn messages_end_where_they_say() {
        let request = Writer::new(Method::Binding, Class::Request, [1; 12]).finish();
        let mut stream = request.clone();
        stream.extend(b"\x40\x00\x00\x05hello\0\0\0next");
        assert_eq!(first_frame(&stream, false), Frame::Whole { bytes: 20, padding: 0 });
        assert_eq!(first_frame(&stream[20..], true), Frame::Whole { bytes: 9, padding: 3 });
        for cut in 0..20 {
            assert_eq!(first_frame(&request[..cut], false), Frame::Partial, "{cut}");
        }
        for cut in 1..12 {
            assert_eq!(first_frame(&stream[20..20 + cut], true), Frame::Partial, "{cut}");
        }
    }

    #[test]
    fn other_protocols_are_told_by_their_first_bytes() {
        for stranger in [&b"GET / HTTP/1.1"[..], b"POST", b"\x16\x03\x01\x02\x00\x01", b"SSH-2.0", b"\xff"] {
            assert_eq!(first_frame(stranger, false), Frame::Broken, "{stranger:?}");
        }
        assert_eq!(first_frame(b"\x80\x00\x00\x00", true), Frame::Broken, "no channel has that number");
    }

    proptest! {
        #[test]
        fn no_frame_is_longer_than_the_stream(stream in proptest::collection::vec(any::<u8>(), 0..100), begun: bool) {
            if let Frame::Whole { bytes, padding } = first_frame(&stream, begun) {
                prop_assert!(bytes + padding <= stream.len());
            }
        }
    }
}
