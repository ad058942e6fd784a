//! Who is talking, and whom the stage follows: from how loud everybody is, several times a second.
//!
//! Design decisions
//! - A voice has to last before it counts, and its pauses do not end it: a cough moves nothing, a breath does not either.
//! - Whoever has the stage keeps it for as long as they talk. Only somebody far louder, for long, takes it from them: so two
//!   who talk at once do not flap, and a fan in front of a microphone does not keep it for ever.
//! - Nobody is brought onto their own stage.

use std::time::Duration;

use crate::protocol::PeerId;

/// How often to look.
pub const LOOK_EVERY: Duration = Duration::from_millis(150);
/// Loudness that counts as a voice, in thousandths of full scale (-34 dB).
const LOUD: u16 = 20;
/// Below this a voice has paused. In between it goes on, and none begins.
const QUIET: u16 = 10;
/// A look with a voice counts double: words have gaps.
const RISE: u8 = 2;
/// Three looks, half a second.
const BEGINS: u8 = 5;
/// So much is kept for pauses: a second and a half.
const MOST: u8 = 10;
/// Looks for which somebody else has to be far louder: three seconds.
const OVERTAKES: u8 = 20;
/// How much of the loudness so far is kept at each look, in sixteenths.
const KEPT: u32 = 14;

/// Everybody's voices.
#[derive(Debug, Default)]
pub struct Speakers {
    voices: Vec<Voice>,
    on_stage: Option<PeerId>,
    challenger: Option<(PeerId, u8)>,
}

/// One voice, or silence.
#[derive(Debug, Default)]
pub(super) struct Voice {
    who: Option<PeerId>,
    score: u8,
    talks: bool,
    /// Smoothed, in 16,000ths.
    loudness: u32,
}

impl Voice {
    /// Whether it is a voice by now.
    pub(super) fn talks(&self) -> bool {
        self.talks
    }

    /// Takes how loud it is at this look.
    pub(super) fn take(&mut self, level: u16) {
        if level >= LOUD {
            self.score = (self.score + RISE).min(MOST);
        } else if level < QUIET || !self.talks {
            self.score = self.score.saturating_sub(1);
        }
        self.talks = if self.talks { self.score > 0 } else { self.score >= BEGINS };
        self.loudness = (self.loudness * KEPT + u32::from(level) * 16 * (16 - KEPT)) / 16;
    }
}

impl Speakers {
    /// Takes how loud each one is; `None` is oneself. Who is not named is not there any more.
    pub fn take(&mut self, levels: &[(Option<PeerId>, u16)]) {
        self.voices.retain(|voice| levels.iter().any(|(who, _)| *who == voice.who));
        for (who, level) in levels {
            match self.voices.iter_mut().find(|voice| voice.who == *who) {
                Some(voice) => voice.take(*level),
                // The first look is as good as the second.
                None => self.voices.push(Voice { who: *who, score: 0, talks: false, loudness: 0 }),
            }
        }
        self.choose();
    }

    /// Whether they are talking.
    pub fn talks(&self, who: Option<PeerId>) -> bool {
        self.voice(who).is_some_and(|voice| voice.talks)
    }

    /// Whom the stage follows.
    pub fn on_stage(&self) -> Option<PeerId> {
        self.on_stage
    }

    fn voice(&self, who: Option<PeerId>) -> Option<&Voice> {
        self.voices.iter().find(|voice| voice.who == who)
    }

    fn choose(&mut self) {
        self.on_stage = self.on_stage.filter(|holder| self.voice(Some(*holder)).is_some());
        let talking = self.voices.iter().filter(|voice| voice.talks);
        let others = talking.filter_map(|voice| Some((voice.who?, voice.loudness)));
        let Some((loudest, loudness)) = others.max_by_key(|(_, loudness)| *loudness) else { return };
        let holder = self.on_stage.and_then(|holder| self.voice(Some(holder))).filter(|voice| voice.talks);
        let Some(holder) = holder else {
            (self.on_stage, self.challenger) = (Some(loudest), None);
            return;
        };
        if loudness <= 2 * holder.loudness {
            self.challenger = None;
            return;
        }
        let looks = self.challenger.filter(|(who, _)| *who == loudest).map_or(0, |(_, looks)| looks) + 1;
        self.challenger = Some((loudest, looks));
        if looks >= OVERTAKES {
            (self.on_stage, self.challenger) = (Some(loudest), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        PeerId::from_bytes([n; 16])
    }

    /// What each look of so many milliseconds brings; says who was on the stage after each.
    fn look(speakers: &mut Speakers, ms: u64, levels: impl Fn(u64) -> Vec<u16>) -> Vec<Option<PeerId>> {
        let looks = ms / LOOK_EVERY.as_millis() as u64;
        let each = |look| {
            let levels = levels(look).into_iter().enumerate();
            let named = levels.map(|(n, level)| ((n > 0).then(|| peer(n as u8)), level));
            speakers.take(&named.collect::<Vec<_>>());
            speakers.on_stage()
        };
        (0..looks).map(each).collect()
    }

    fn after(speakers: &mut Speakers, ms: u64, levels: [u16; 3]) -> Option<PeerId> {
        look(speakers, ms, |_| levels.to_vec()).pop().flatten()
    }

    #[test]
    fn a_voice_takes_the_empty_stage_within_a_second_and_keeps_it_when_it_falls_silent() {
        let mut speakers = Speakers::default();
        assert_eq!(after(&mut speakers, 900, [0, 0, 200]), Some(peer(2)));
        assert!(speakers.talks(Some(peer(2))) && !speakers.talks(Some(peer(1))));
        assert_eq!(after(&mut speakers, 10_000, [0, 0, 0]), Some(peer(2)));
        assert!(!speakers.talks(Some(peer(2))));
    }

    #[test]
    fn short_noises_and_murmurs_are_no_voices() {
        let mut speakers = Speakers::default();
        after(&mut speakers, 900, [0, 300, 0]);
        after(&mut speakers, 3_000, [0, 0, 0]);
        for _ in 0..20 {
            // A cough of 300 ms, then a while of nothing.
            after(&mut speakers, 300, [0, 0, 900]);
            assert!(!speakers.talks(Some(peer(2))));
            assert_eq!(after(&mut speakers, 900, [0, 0, 0]), Some(peer(1)));
        }
        after(&mut speakers, 30_000, [0, 0, LOUD - 1]);
        assert!(!speakers.talks(Some(peer(2))));
    }

    #[test]
    fn words_with_gaps_are_one_voice() {
        let mut speakers = Speakers::default();
        look(&mut speakers, 3_000, |n| vec![0, 0, if n % 2 == 0 { 200 } else { 0 }]);
        for n in 0..40 {
            look(&mut speakers, 150, |_| vec![0, 0, if n % 2 == 0 { 200 } else { 0 }]);
            assert!(speakers.talks(Some(peer(2))), "{n}");
        }
        after(&mut speakers, 1_200, [0, 0, 0]);
        assert!(speakers.talks(Some(peer(2))), "a breath");
        after(&mut speakers, 600, [0, 0, 0]);
        assert!(!speakers.talks(Some(peer(2))));
    }

    #[test]
    fn two_who_talk_at_once_do_not_flap() {
        let mut speakers = Speakers::default();
        after(&mut speakers, 900, [0, 200, 0]);
        // Now one is louder, now the other.
        let seen = look(&mut speakers, 60_000, |n| if n % 7 < 3 { vec![0, 150, 290] } else { vec![0, 290, 150] });
        assert!(seen.iter().all(|who| *who == Some(peer(1))));
    }

    #[test]
    fn whoever_goes_on_when_the_other_stops_takes_the_stage() {
        let mut speakers = Speakers::default();
        after(&mut speakers, 2_000, [0, 200, 200]);
        let first = speakers.on_stage();
        let other = if first == Some(peer(1)) { [0, 0, 200] } else { [0, 200, 0] };
        assert_eq!(after(&mut speakers, 900, other), first, "not in a pause");
        assert_ne!(after(&mut speakers, 1_500, other), first);
    }

    #[test]
    fn a_fan_does_not_hold_the_stage_against_a_voice() {
        let mut speakers = Speakers::default();
        after(&mut speakers, 10_000, [0, 30, 0]);
        assert_eq!(after(&mut speakers, 2_500, [0, 30, 200]), Some(peer(1)));
        assert_eq!(after(&mut speakers, 3_000, [0, 30, 200]), Some(peer(2)));
    }

    #[test]
    fn one_is_not_brought_onto_the_own_stage_and_who_has_gone_leaves_it() {
        let mut speakers = Speakers::default();
        assert_eq!(after(&mut speakers, 5_000, [500, 0, 0]), None);
        assert!(speakers.talks(None));
        assert_eq!(after(&mut speakers, 5_000, [500, 0, 200]), Some(peer(2)));
        speakers.take(&[(None, 0), (Some(peer(1)), 0)]);
        assert_eq!(speakers.on_stage(), None);
    }
}
