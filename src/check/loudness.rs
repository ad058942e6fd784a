//! How loud it is, as a person would see it on a bar.

/// Below this nothing is said: the noise of a quiet microphone.
const SILENCE_DECIBELS: f32 = -55.0;
/// A voice near a microphone hardly goes over this.
const LOUD_DECIBELS: f32 = -5.0;
/// Part of the bar from which there is sound.
const SOUND_PERCENT: u8 = 12;

/// In percent of the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Loudness(u8);

impl Loudness {
    /// Of samples between -1 and 1.
    pub fn of(samples: &[f32]) -> Self {
        let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
        let mean = energy / samples.len().max(1) as f32;
        let decibels = 10.0 * mean.max(1e-12).log10();
        let part = (decibels - SILENCE_DECIBELS) / (LOUD_DECIBELS - SILENCE_DECIBELS);
        Self((part.clamp(0.0, 1.0) * 100.0) as u8)
    }

    /// From 0 to 100.
    pub fn percent(self) -> u8 {
        self.0
    }

    /// Whether somebody may have said something.
    pub fn is_sound(self) -> bool {
        self.0 >= SOUND_PERCENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_none_and_a_voice_is() {
        let loudness = |amplitude: f32| Loudness::of(&[amplitude, -amplitude, amplitude, -amplitude]);
        assert_eq!((loudness(0.0).percent(), Loudness::of(&[]).percent()), (0, 0));
        assert!(!loudness(0.002).is_sound());
        assert!(loudness(0.01).is_sound() && loudness(0.01) < loudness(0.1));
        assert_eq!(loudness(1.0).percent(), 100);
    }
}
