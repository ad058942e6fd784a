//! An invitation to one person: behind the secrets of a link, what they are called. `#name=Ada`, `#{key}&name=Ada`. Like
//! the key it never reaches a server.

/// The name that an invitation gives to who opens it, as it was written; a fragment with or without its `#`.
pub fn invited_name(fragment: &str) -> Option<String> {
    let (_, name) = parts(fragment);
    let name = name?.split('&').next()?;
    let mut bytes = name.bytes();
    let mut text = Vec::with_capacity(name.len());
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'+' => b' ',
            b'%' => 16 * hex_digit(bytes.next())? + hex_digit(bytes.next())?,
            _ => byte,
        });
    }
    String::from_utf8(text).ok()
}

/// A room's path and fragment, for the same person as the address that was typed.
pub fn with_invitation_of(address: &str, path: String) -> String {
    let invitation = address.split_once('#').and_then(|(_, fragment)| parts(fragment).1);
    match invitation {
        None => path,
        Some(name) => {
            let mark = if path.contains('#') { '&' } else { '#' };
            format!("{path}{mark}name={}", name.trim_end())
        }
    }
}

/// A fragment's secrets and name. No digit of base32 is a `=`.
pub(super) fn parts(fragment: &str) -> (&str, Option<&str>) {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    match fragment.split_once("name=") {
        None => (fragment, None),
        Some((secret, name)) => (secret.strip_suffix('&').unwrap_or(secret), Some(name)),
    }
}

fn hex_digit(digit: Option<u8>) -> Option<u8> {
    u8::try_from(char::from(digit?).to_digit(16)?).ok()
}
