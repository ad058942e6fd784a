//! What makes a call easier to bear: less data, louder and softer people, another tab, a screen that stays awake.

use super::{Command, PeerCommand, Session};
use crate::call::in_app::in_app;
use crate::call::media::MediaCommand;
use crate::call::peer_message::{Channel, PeerMessage};
use crate::call::tabs::Word;
use crate::call::view::{Device, DeviceKind, Farewell, Notice, Phase};
use crate::protocol::{ClientMessage, PeerId};

/// Sound only: no picture goes, and none is to come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LowData {
    pub(super) is_on: bool,
    /// The camera was on, and is to be on again afterwards.
    rests_camera: bool,
}

impl LowData {
    /// As it was when the page was loaded again.
    pub(super) fn restored(is_on: bool) -> Self {
        Self { is_on, rests_camera: false }
    }
}

impl Session {
    /// Others may go on sending pictures until they have heard of it; what comes is not shown.
    pub(super) fn save_data(&mut self, on: bool) {
        if self.low_data.is_on == on {
            return;
        }
        let camera = self.media.camera();
        let is_used = matches!(camera, Device::On | Device::Starting);
        let toggles = if on { is_used } else { self.low_data.rests_camera && camera == Device::Off };
        self.low_data = LowData { is_on: on, rests_camera: on && is_used };
        let commands: Vec<MediaCommand> = if toggles { self.media.toggle_camera() } else { Vec::new() };
        self.tell_everybody(self.pictures_message());
        self.change_media(commands);
    }

    /// Whether their pictures are wanted.
    pub(super) fn pictures_message(&self) -> String {
        PeerMessage::Pictures { wanted: !self.low_data.is_on }.to_text()
    }

    /// Says something on every control channel that is open; the others are told when theirs opens.
    pub(super) fn tell_everybody(&mut self, text: String) {
        let open = self.pairs.iter().filter(|(_, pair)| pair.is_open(Channel::Control));
        let say = |peer: &PeerId| Command::Peer(*peer, PeerCommand::SendMessage(Channel::Control, text.clone()));
        self.out.extend(open.map(|(peer, _)| say(peer)));
    }

    /// Somebody wants our pictures, or would rather not have them.
    pub(super) fn pictures_wanted(&mut self, peer: PeerId, wanted: bool) {
        if let Some(pair) = self.pairs.get_mut(&peer)
            && std::mem::replace(&mut pair.wants_pictures, wanted) != wanted
        {
            self.out.push(Command::Peer(peer, PeerCommand::SendPictures(wanted)));
        }
    }

    /// For this call: who loads their page again is as loud as before.
    pub(super) fn set_volume(&mut self, peer: PeerId, hundredths: u8) {
        let volume = hundredths.min(100);
        self.volumes.retain(|(other, _)| *other != peer);
        self.volumes.push((peer, volume));
        self.out.push(Command::SetVolume(peer, volume));
    }

    /// The camera that looks the other way, or the next one.
    pub(super) fn turn_camera(&mut self) {
        if self.environment.touch && self.choices.turn_camera() {
            self.use_device(DeviceKind::Camera);
        }
    }

    /// A browser lets go of the screen whenever the page is hidden.
    pub(super) fn keep_awake(&mut self, is_shown: bool) {
        let wanted = self.phase == Phase::InCall;
        if wanted != self.keeps_awake || (wanted && is_shown) {
            self.keeps_awake = wanted;
            self.out.push(Command::KeepAwake(wanted));
        }
    }

    /// The person looks at the page again.
    pub(super) fn shown(&mut self) {
        self.stirred();
        self.chat.look(true);
        let commands = self.media.take_back();
        if !commands.is_empty() {
            self.change_media(commands);
        }
        if self.phase == Phase::Lobby {
            self.ask_tabs();
        }
    }

    /// The person looks at something else.
    pub(super) fn hidden(&mut self) {
        self.stirred();
        self.chat.look(false);
    }

    /// What is to be known of this browser in front of a room.
    pub(super) fn know_browser(&mut self) {
        if let (None, Some(app)) = (&self.stored, in_app(&self.environment.user_agent)) {
            self.notices.insert(Notice::InApp(app));
        }
    }

    /// Whether another tab of this browser is in the call.
    pub(super) fn ask_tabs(&mut self) {
        self.notices.remove(&Notice::InOtherTab);
        self.tell_tabs(Word::Who);
    }

    pub(super) fn tell_tabs(&mut self, word: Word) {
        self.out.push(Command::TellTabs(word.to_text(&self.room)));
    }

    /// Another tab of this browser has said something.
    pub(super) fn hear_tab(&mut self, text: &str) {
        match (Word::parse(text, &self.room), self.phase) {
            (Some(Word::Who), Phase::InCall) => self.tell_tabs(Word::Here),
            (Some(Word::Here | Word::Mine(_)), Phase::Lobby) => {
                self.notices.insert(Notice::InOtherTab);
            }
            (Some(Word::Gone), Phase::Lobby) => {
                self.notices.remove(&Notice::InOtherTab);
            }
            (Some(Word::Mine(peer)), Phase::InCall | Phase::Waiting) => {
                // As the same person, a goodbye would be that tab's.
                if self.me.as_ref().is_none_or(|me| me.peer_id != peer) {
                    self.say(&ClientMessage::Leave {});
                }
                self.leave(Farewell::ElsewhereNow);
            }
            _ => {}
        }
    }
}
