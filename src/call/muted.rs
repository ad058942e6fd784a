//! "You are muted": somebody talks, and nobody hears them.
//!
//! Said when a voice has lasted, for a few seconds, and then not again for a good while: who speaks with somebody in their
//! own room knows. How loud it is never leaves the page.

use std::time::Duration;

use super::speaker::Voice;

/// How long it is said.
pub const SAID: Duration = Duration::from_secs(6);
/// And then not again, unless the microphone was on meanwhile.
pub const REST: Duration = Duration::from_secs(60);

/// Whether a muted person talks.
#[derive(Debug, Default)]
pub struct MutedTalk {
    voice: Voice,
    until: Option<Duration>,
    rests_until: Duration,
}

impl MutedTalk {
    /// Takes how loud the muted microphone is; nothing when it is not muted.
    pub fn take(&mut self, now: Duration, level: Option<u16>) {
        let Some(level) = level else {
            *self = Self::default();
            return;
        };
        self.voice.take(level);
        if self.voice.talks() && now >= self.rests_until {
            self.until = Some(now + SAID);
            self.rests_until = now + REST;
        }
    }

    /// Whether it is being said.
    pub fn is_said(&self) -> bool {
        self.until.is_some()
    }

    /// Ends it when it is time.
    pub fn check_time(&mut self, now: Duration) {
        self.until = self.until.filter(|until| *until > now);
    }

    /// When that is.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::speaker::LOOK_EVERY;

    /// Looks for so long, from then on; whether it was said at the end.
    fn look(talk: &mut MutedTalk, now: &mut Duration, ms: u64, level: Option<u16>) -> bool {
        let end = *now + Duration::from_millis(ms);
        while *now < end {
            *now += LOOK_EVERY;
            talk.check_time(*now);
            talk.take(*now, level);
        }
        talk.is_said()
    }

    #[test]
    fn a_muted_voice_is_told_once_and_after_a_rest_again() {
        let (mut talk, mut now) = (MutedTalk::default(), Duration::ZERO);
        assert!(!look(&mut talk, &mut now, 300, Some(300)), "a cough");
        assert!(look(&mut talk, &mut now, 700, Some(300)));
        assert!(!look(&mut talk, &mut now, 6_500, Some(300)), "not for ever");
        assert!(!look(&mut talk, &mut now, 50_000, Some(300)));
        assert!(look(&mut talk, &mut now, 5_000, Some(300)));
    }

    #[test]
    fn silence_and_a_microphone_that_is_on_are_not_told_of() {
        let (mut talk, mut now) = (MutedTalk::default(), Duration::ZERO);
        assert!(!look(&mut talk, &mut now, 30_000, Some(5)));
        assert!(!look(&mut talk, &mut now, 30_000, None));
        assert!(look(&mut talk, &mut now, 1_000, Some(300)));
        assert!(!look(&mut talk, &mut now, 150, None), "it goes when it is unmuted");
        assert!(look(&mut talk, &mut now, 1_000, Some(300)), "muted anew, told anew");
    }
}
