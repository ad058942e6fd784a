//! What a person has switched, once for all calls on this device.
//!
//! Kept as the words of what differs from the default: a switch that comes later is where most people want it, and a word
//! from a later version is passed over.

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// Joins, knocks and messages are heard.
    Sounds,
    /// Single keys do what the buttons do.
    Shortcuts,
    /// The microphone is on only while the space bar is held.
    PushToTalk,
    /// The own picture is not shown to oneself.
    HideOwn,
}

impl Preference {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sounds, Self::Shortcuts, Self::PushToTalk, Self::HideOwn];

    fn word(self) -> &'static str {
        ["sounds", "shortcuts", "push-to-talk", "hide-own"][self as usize]
    }

    fn by_default(self) -> bool {
        match self {
            Self::Sounds | Self::Shortcuts => true,
            Self::PushToTalk | Self::HideOwn => false,
        }
    }
}

/// All switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preferences {
    /// A bit for each that is not as it is by default.
    changed: u8,
}

impl Preferences {
    /// As they were kept.
    pub fn parse(text: &str) -> Self {
        let mut preferences = Self::default();
        for preference in Preference::ALL {
            if text.split(' ').any(|word| word == preference.word()) {
                preferences.set(preference, !preference.by_default());
            }
        }
        preferences
    }

    /// For keeping.
    pub fn to_text(self) -> String {
        let changed = Preference::ALL.into_iter().filter(|each| self.has(*each) != each.by_default());
        changed.map(Preference::word).collect::<Vec<_>>().join(" ")
    }

    /// Whether this is switched on.
    pub fn has(self, preference: Preference) -> bool {
        (self.changed & (1 << preference as u8) != 0) != preference.by_default()
    }

    /// Switches it.
    pub fn set(&mut self, preference: Preference, on: bool) {
        let bit = 1 << preference as u8;
        self.changed = if on == preference.by_default() { self.changed & !bit } else { self.changed | bit };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_the_default_is_kept() {
        let mut preferences = Preferences::default();
        assert_eq!(Preference::ALL.map(|each| preferences.has(each)), [true, true, false, false]);
        assert_eq!(preferences.to_text(), "");
        preferences.set(Preference::Sounds, false);
        preferences.set(Preference::PushToTalk, true);
        assert_eq!(Preference::ALL.map(|each| preferences.has(each)), [false, true, true, false]);
        assert_eq!(preferences.to_text(), "sounds push-to-talk");
        assert_eq!(Preferences::parse("sounds of-tomorrow push-to-talk"), preferences);
        preferences.set(Preference::Sounds, true);
        assert_eq!(preferences.to_text(), "push-to-talk");
    }
}
