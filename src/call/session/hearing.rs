//! Who hears what: chimes, push-to-talk, a word to who talks while muted.

use super::{Command, Session};
use crate::call::chime::Chime;
use crate::call::preferences::Preference;
use crate::call::view::{Device, Phase};

impl Session {
    pub(super) fn prefer(&mut self, preference: Preference, on: bool) {
        self.preferences.set(preference, on);
        self.out.push(Command::RememberPreferences(self.preferences.to_text()));
        if preference == Preference::PushToTalk && on {
            self.set_microphone(false);
        }
    }

    /// The space bar is held, or is not any more. Whoever has pressed the microphone's button meanwhile has decided
    /// otherwise.
    pub(super) fn talk(&mut self, talks: bool) {
        if self.phase != Phase::InCall || talks == self.holds_to_talk {
            return;
        }
        let began = self.holds_to_talk;
        self.holds_to_talk = talks && self.media.microphone() == Device::Off;
        if self.holds_to_talk || began {
            self.set_microphone(talks);
        }
    }

    /// On or off, where there is one.
    fn set_microphone(&mut self, on: bool) {
        let is_other = match self.media.microphone() {
            Device::Off => on,
            Device::On | Device::Starting => !on,
            Device::Missing => false,
        };
        if is_other {
            self.host.muted_by = None;
            let commands = self.media.toggle_microphone();
            self.change_media(commands);
        }
    }

    pub(super) fn chime(&mut self, chime: Chime) {
        let wanted = self.phase == Phase::InCall && self.preferences.has(Preference::Sounds);
        if wanted && self.chimes.rings(self.now, chime) {
            self.out.push(Command::Chime(chime));
        }
    }

    /// How loud the own microphone is while nobody hears it.
    pub(super) fn hear_muted(&mut self, level: u16) {
        // Whoever was muted by a host has been told so.
        let is_muted = self.media.microphone() == Device::Off && self.host.muted_by.is_none();
        self.muted_talk.take(self.now, is_muted.then_some(level));
    }

    /// Whether to say that the person is muted.
    pub(super) fn talks_muted(&self) -> bool {
        self.muted_talk.is_said() && self.media.microphone() == Device::Off
    }
}
