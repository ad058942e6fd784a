//! What a person is called.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

/// Longest name that is kept, in grapheme clusters (what a reader takes for one character).
const MAX_GRAPHEMES: usize = 64;
/// Longest name that is kept, in bytes: a single grapheme can be stacked without end.
const MAX_BYTES: usize = 512;

/// A name fit to be shown: trimmed, one line, without control or direction characters, at most 64 graphemes.
///
/// Names are what people typed. They are text, never markup, and the interface isolates their direction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct DisplayName(String);

/// Nothing that can be read is left of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name needs at least one visible character")]
pub struct EmptyName;

impl DisplayName {
    /// Cleans and cuts what somebody typed; only a name with nothing visible in it is refused.
    pub fn parse(text: &str) -> Result<Self, EmptyName> {
        let spaced: String = text
            .chars()
            .take(8 * MAX_BYTES)
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .filter(|c| !c.is_control() && !is_direction_or_invisible(*c))
            .collect();
        let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut name = String::new();
        for grapheme in joined.graphemes(true).take(MAX_GRAPHEMES) {
            if name.len() + grapheme.len() > MAX_BYTES {
                break;
            }
            name.push_str(grapheme);
        }
        let name = name.trim_end();
        if name.is_empty() { Err(EmptyName) } else { Ok(Self(name.to_owned())) }
    }

    /// What somebody is called whose name cannot be read.
    pub fn unknown() -> Self {
        Self("?".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One or two letters that stand for the name where there is no picture; the style makes them capitals (the browser has
    /// the tables for that).
    pub fn initials(&self) -> String {
        let mut words = self.0.split(' ').filter_map(|word| word.graphemes(true).next());
        let first = words.next().unwrap_or_default();
        let last = words.next_back().unwrap_or_default();
        format!("{first}{last}")
    }

    /// A colour for the name: a hue in degrees, 0 to 359, the same for the same name everywhere.
    pub fn hue(&self) -> u16 {
        let hash =
            self.0.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        (hash % 360) as u16
    }
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0
    }
}

impl TryFrom<String> for DisplayName {
    type Error = EmptyName;

    fn try_from(text: String) -> Result<Self, EmptyName> {
        Self::parse(&text)
    }
}

/// Characters that turn the direction of what follows, or take no room (joiners stay: scripts and emoji need them).
fn is_direction_or_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        DisplayName::parse(text).unwrap().into()
    }

    #[test]
    fn names_are_trimmed_to_one_line() {
        assert_eq!(shown("  Ada \n\t Lovelace "), "Ada Lovelace");
    }

    #[test]
    fn names_are_cut_between_graphemes() {
        let family = "👩‍👩‍👧";
        assert_eq!(shown(&"é".repeat(100)), "é".repeat(64));
        assert_eq!(shown(&family.repeat(100)), family.repeat(512 / family.len()));
    }

    #[test]
    fn direction_overrides_are_taken_out() {
        assert_eq!(shown("a\u{202e}b\u{2066}c"), "abc");
    }

    #[test]
    fn a_name_needs_something_to_see() {
        for text in ["", "   ", "\u{200b}\u{202e}", "\n\0"] {
            assert_eq!(DisplayName::parse(text), Err(EmptyName));
        }
    }

    #[test]
    fn initials_are_the_first_and_last_word() {
        assert_eq!(DisplayName::parse("ada king lovelace").unwrap().initials(), "al");
        assert_eq!(DisplayName::parse("陈").unwrap().initials(), "陈");
    }

    #[test]
    fn a_huge_name_is_cut_not_refused() {
        assert_eq!(shown(&"x".repeat(1_000_000)).len(), 64);
    }
}
