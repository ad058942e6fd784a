//! Base64 with the alphabet for addresses and without padding (RFC 4648, section 5).
//!
//! For what anybody may see: the time that it takes depends on the text. (`base64ct`, which is meant for secrets, takes five
//! times as much of the program that a page loads.)

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        (0..=group.len()).for_each(|digit| text.push(char::from(ALPHABET[bits >> (18 - 6 * digit) & 63])));
    }
    text
}

/// Reads a text; `None` unless it is the one text of its bytes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    // Of the last digit, less than a digit may be left, and nothing may be in it.
    (count < 6 && bits & ((1 << count) - 1) == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_vectors_of_the_rfc() {
        for (bytes, text) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text), Some(bytes.as_bytes().to_vec()));
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm v", "Zmé", "Zm9vY"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest! {
        /// Both ways it says the same as somebody else's.
        #[test]
        fn it_is_what_others_take_it_for(bytes in prop::collection::vec(any::<u8>(), 0..70), text in "[A-Za-z0-9_=+-]{0,9}") {
            let written = encode(&bytes);
            prop_assert_eq!(&written, &Base64UrlUnpadded::encode_string(&bytes));
            prop_assert_eq!(decode(&written), Some(bytes));
            prop_assert_eq!(decode(&text), Base64UrlUnpadded::decode_vec(&text).ok());
        }
    }
}
