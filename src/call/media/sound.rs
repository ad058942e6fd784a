//! What the browser does with the sound of the microphone before it is sent (Media Capture and Streams, section 4.3.8).

/// Each can be switched off: for music, for a good microphone in a quiet room, or where it does harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// `echoCancellation`.
    EchoCancellation,
    /// `noiseSuppression`.
    NoiseSuppression,
    /// `autoGainControl`.
    AutomaticGain,
}

impl Treatment {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::EchoCancellation, Self::NoiseSuppression, Self::AutomaticGain];
}

/// Which of them are wanted: all, if nothing else was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sound([bool; Treatment::ALL.len()]);

impl Default for Sound {
    fn default() -> Self {
        Self([true; Treatment::ALL.len()])
    }
}

impl Sound {
    /// What was remembered: a digit for each. What is none of that is as if nothing had been remembered.
    pub fn restored(text: &str) -> Self {
        match text.as_bytes() {
            [echo, noise, gain] => Self([echo, noise, gain].map(|digit| *digit != b'0')),
            _ => Self::default(),
        }
    }

    /// To be remembered.
    pub fn to_text(self) -> String {
        self.0.map(|is_on| if is_on { "1" } else { "0" }).concat()
    }

    /// Whether this is wanted.
    pub fn has(self, treatment: Treatment) -> bool {
        self.0[treatment as usize]
    }

    /// Whether this is wanted from now on.
    pub fn set(&mut self, treatment: Treatment, is_on: bool) {
        self.0[treatment as usize] = is_on;
    }
}

/// How far the bar goes that shows a level (in thousandths of full scale): people talk at about a fifth.
pub fn meter_percent(level: u16) -> u16 {
    (level / 3).min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_on_until_somebody_switches_it_off() {
        let mut sound = Sound::default();
        assert!(Treatment::ALL.into_iter().all(|treatment| sound.has(treatment)));
        sound.set(Treatment::NoiseSuppression, false);
        assert_eq!(Treatment::ALL.map(|treatment| sound.has(treatment)), [true, false, true]);
    }

    #[test]
    fn a_bar_is_never_longer_than_its_place() {
        assert_eq!([0, 2, 150, 300, 1_000, u16::MAX].map(meter_percent), [0, 0, 50, 100, 100, 100]);
    }

    #[test]
    fn what_is_remembered_comes_back_and_nonsense_does_not() {
        for text in ["111", "010", "100", "000"] {
            assert_eq!(Sound::restored(text).to_text(), text);
        }
        for text in ["", "1", "0000"] {
            assert_eq!(Sound::restored(text).to_text(), "111", "{text}");
        }
    }
}
