//! When something is to be heard: somebody comes, knocks, or writes.
//!
//! Of a kind there is one at a time, and then a rest: eight people who come together are one sound. What was there when one
//! came in oneself is no news and makes none.

use std::time::Duration;

use crate::protocol::PeerId;

/// After a sound the same one rests for so long.
pub const REST: Duration = Duration::from_secs(2);

/// What is to be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chime {
    /// Somebody has come.
    Joined,
    /// Somebody wants to come in.
    Knock,
    /// A message that is not being read.
    Message,
}

/// What was heard, and when.
#[derive(Debug, Default)]
pub struct Chimes {
    rests_until: [Duration; 3],
    /// Those whose knock was heard: after a return to the server all who wait are told of again.
    knocked: Vec<PeerId>,
}

impl Chimes {
    /// Whether this is to be heard now.
    pub fn rings(&mut self, now: Duration, chime: Chime) -> bool {
        let rests_until = &mut self.rests_until[chime as usize];
        let rings = now >= *rests_until;
        if rings {
            *rests_until = now + REST;
        }
        rings
    }

    /// Somebody waits; whether that is news.
    pub fn knocks(&mut self, peer: PeerId) -> bool {
        let is_news = !self.knocked.contains(&peer);
        if is_news {
            self.knocked.push(peer);
        }
        is_news
    }

    /// They do not wait any more.
    pub fn knocks_no_more(&mut self, peer: PeerId) {
        self.knocked.retain(|other| *other != peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_kind_at_a_time() {
        let mut chimes = Chimes::default();
        let at = |ms| Duration::from_millis(ms);
        assert!(chimes.rings(at(0), Chime::Joined));
        assert!(!chimes.rings(at(1_999), Chime::Joined));
        assert!(chimes.rings(at(1_999), Chime::Message), "another kind");
        assert!(chimes.rings(at(2_000), Chime::Joined));
    }

    #[test]
    fn who_waits_is_heard_once_until_they_have_gone() {
        let (mut chimes, peer) = (Chimes::default(), PeerId::from_bytes([1; 16]));
        assert!(chimes.knocks(peer) && !chimes.knocks(peer));
        chimes.knocks_no_more(peer);
        assert!(chimes.knocks(peer));
    }
}
