//! What the person does: joining, leaving, chatting, and their devices.

use super::pair::Pair;
use super::{Command, PeerCommand, Session, is_fatal};
use crate::call::chat::Chat;
use crate::call::chime::Chimes;
use crate::call::encoding::{VideoEncoding, screen_encoding, video_encoding, video_encoding_beside_screen};
use crate::call::gestures::Gestures;
use crate::call::hosting::HostView;
use crate::call::media::{DeviceIds, DeviceInfo, Media, MediaCommand, MediaEvent};
use crate::call::peer_message::{Channel, PeerMessage};
use crate::call::quality::Judge;
use crate::call::signal::MediaSource;
use crate::call::tabs::Word;
use crate::call::view::{Device, DeviceKind, Farewell, Intent, Notice, PairStatus, Phase, Share};
use crate::protocol::{ClientMessage, LinkError, PeerId};

impl Session {
    pub(super) fn start(&mut self) {
        self.know_browser();
        let fatal = match (&self.link, self.environment.secure_context, self.environment.webrtc) {
            (_, false, _) => Some(Notice::InsecureContext),
            (_, _, false) => Some(Notice::NoWebRtc),
            (Err(LinkError::MissingKey), _, _) => Some(Notice::LinkIncomplete),
            (Err(_), _, _) => Some(Notice::LinkWrong),
            (Ok(_), true, true) => None,
        };
        if let Some(notice) = fatal {
            self.notices.insert(notice);
            // Nothing will be asked for, and nothing is about to start.
            self.media = Media::restored(false, false);
            return;
        }
        if let Some(stored) = &self.stored {
            self.name = self.environment.name(&stored.name);
            self.phase = Phase::Joining;
        }
        self.keep_host_secret();
        if self.choices.ids() != DeviceIds::default() {
            self.out.push(Command::UseDevices(self.choices.ids()));
        }
        let commands = self.media.open();
        self.do_media(commands);
        self.open_socket();
        self.ask_tabs();
    }

    fn choose_device(&mut self, kind: DeviceKind, id: &str) {
        if let Some(text) = self.choices.choose(kind, id) {
            self.out.push(Command::RememberDevice(kind, text));
            self.use_device(kind);
        }
    }

    /// What was chosen may be among them now, under another id or plugged in again.
    pub(super) fn devices_listed(&mut self, devices: Vec<DeviceInfo>) {
        for kind in self.choices.list(devices) {
            self.use_device(kind);
        }
        self.forget_dismissals();
    }

    /// What was dismissed and has passed is said when it happens again.
    fn forget_dismissals(&mut self) {
        let mut errors = self.media.notices();
        errors.extend(self.choices.notices());
        self.dismissed.retain(|notice| errors.contains(notice));
    }

    pub(super) fn use_device(&mut self, kind: DeviceKind) {
        self.out.push(Command::UseDevices(self.choices.ids()));
        let commands = self.media.switch(kind);
        self.change_media(commands);
    }

    pub(super) fn intent(&mut self, intent: Intent) {
        match intent {
            Intent::Join { name } => self.join(&name),
            Intent::Leave if self.phase == Phase::Waiting => self.stop_waiting(),
            Intent::Leave => self.leave(Farewell::Left),
            Intent::Rejoin => self.rejoin(),
            Intent::ToggleMicrophone => {
                self.host.muted_by = None;
                self.holds_to_talk = false;
                let commands = self.media.toggle_microphone();
                self.change_media(commands);
            }
            Intent::ToggleCamera => {
                let commands = self.media.toggle_camera();
                self.change_media(commands);
            }
            Intent::ChooseDevice(kind, id) => self.choose_device(kind, &id),
            Intent::TreatSound(treatment, is_on) => {
                let text = self.choices.treat(treatment, is_on);
                self.out.push(Command::RememberSound(text));
                self.use_device(DeviceKind::Microphone);
            }
            Intent::AnswerOffer(is_wanted) => {
                for (kind, id) in self.choices.take_offer().into_iter().filter(|_| is_wanted) {
                    self.choose_device(kind, &id);
                }
            }
            Intent::ToggleScreen if self.phase == Phase::InCall => {
                let commands = self.media.toggle_screen();
                self.change_media(commands);
            }
            Intent::ToggleScreen => {}
            Intent::FollowSpeaker(follows) => self.choice.follows_speaker = follows,
            Intent::HideEmpty(hides) => self.choice.hides_empty = hides,
            Intent::TogglePin(key) => self.choice.toggle_pin(key),
            Intent::HideAddress(hides) => self.hide_address(hides),
            Intent::RetryDevices => {
                let commands = self.media.open();
                self.change_media(commands);
            }
            Intent::SendChat { text } => self.send_chat(&text),
            Intent::Typing => self.type_on(),
            Intent::ShowChat(open) => self.chat.show(open),
            Intent::ToggleHand => self.toggle_hand(),
            Intent::React(reaction) => self.react(reaction),
            Intent::Prefer(preference, on) => self.prefer(preference, on),
            Intent::Talk(talks) => self.talk(talks),
            Intent::Dismiss(Notice::ScreenFailed) => self.media.forgive_screen(),
            Intent::Dismiss(notice) => {
                self.notices.remove(&notice);
                self.dismissed.insert(notice);
            }
            Intent::RetryPair(peer) => self.retry_pair(peer),
            Intent::Host(command) => self.command(command),
            Intent::ReadNotes => self.notes_read(),
            Intent::UseCode(code) => self.create_code = Some(code).filter(|code| !code.is_empty()),
            Intent::MarkCompared(peer, compared) => self.mark_compared(peer, compared),
            Intent::WatchConnection(peer, looks) => self.watch_connection(peer, looks),
            Intent::ReadFault => self.judge.read(),
            Intent::SetVolume(peer, hundredths) => self.set_volume(peer, hundredths),
            Intent::SaveData(on) => self.save_data(on),
            Intent::TurnCamera => self.turn_camera(),
        }
    }

    pub(super) fn join(&mut self, name: &str) {
        let Some(name) = self.environment.name(name) else {
            self.notices.insert(Notice::NameMissing);
            return;
        };
        if self.phase != Phase::Lobby || self.notices.iter().any(|notice| is_fatal(*notice)) {
            return;
        }
        self.notices.clear();
        self.out.push(Command::RememberName(name.as_str().to_owned()));
        self.name = Some(name);
        self.phase = Phase::Joining;
        if self.greeted {
            self.send_join();
        } else if self.socket.is_off() {
            self.open_socket();
        }
    }

    /// For calls that have not begun: connections that stand have shown the address.
    fn hide_address(&mut self, hides: bool) {
        if self.phase == Phase::Lobby {
            self.hides_address = hides;
            self.notices.remove(&Notice::CannotHide);
            self.out.push(Command::RememberHiding(hides));
        }
    }

    pub(super) fn rejoin(&mut self) {
        if !matches!(self.phase, Phase::After(_)) {
            return;
        }
        self.phase = Phase::Joining;
        let commands = self.media.open();
        self.do_media(commands);
        self.open_socket();
    }

    /// The call is over for this person, for whatever reason.
    pub(super) fn leave(&mut self, farewell: Farewell) {
        if farewell == Farewell::Left && self.admitted {
            self.say(&ClientMessage::Leave {});
        }
        if farewell != Farewell::ElsewhereNow {
            self.tell_tabs(Word::Gone);
        }
        (self.judge, self.watched) = (Judge::default(), None);
        self.volumes.clear();
        self.drop_pairs();
        self.me = None;
        self.past.clear();
        self.stored = None;
        self.chat = Chat::default();
        self.gestures = Gestures::default();
        self.chimes = Chimes::default();
        self.holds_to_talk = false;
        self.host = HostView { has_link: self.host.has_link, ..HostView::default() };
        self.phase = Phase::After(farewell);
        self.out.push(Command::ForgetSession);
        self.close_socket();
        let commands = self.media.close();
        self.do_media(commands);
    }

    pub(super) fn send_chat(&mut self, text: &str) {
        let Some(name) = self.name.clone() else { return };
        let at_ms = self.wall_ms();
        self.notices.remove(&Notice::MessageTooLong);
        match self.chat.write(&name, text, at_ms) {
            Err(_) => {
                self.notices.insert(Notice::MessageTooLong);
            }
            Ok(None) => {}
            Ok(Some((lamport, text))) => {
                let text = PeerMessage::Chat { lamport, text }.to_text();
                for (peer, pair) in self.pairs.iter_mut() {
                    if pair.write(text.clone()) {
                        let command = PeerCommand::SendMessage(Channel::Chat, text.clone());
                        self.out.push(Command::Peer(*peer, command));
                    }
                }
            }
        }
    }

    pub(super) fn retry_pair(&mut self, peer: PeerId) {
        if let Some(pair) = self.pairs.get_mut(&peer) {
            // New paths have been looked for all the while.
            let has_failed = pair.status(self.now) == PairStatus::Failed;
            pair.start_over(self.now);
            if has_failed { self.rebuild_pair(peer) } else { self.restart(peer) }
        }
    }

    /// Gives a connection up and begins another with the same person; that one is ours to offer.
    pub(super) fn rebuild_pair(&mut self, peer: PeerId) {
        let (Some(me), Some(old)) = (&self.me, self.pairs.get(&peer)) else { return };
        let newcomer = (me.epoch, me.peer_id) > (old.epoch, peer);
        let pair = old.successor(self.now, true, old.generation.rebuilt(newcomer));
        self.open_pair(peer, pair);
    }

    pub(super) fn media_event(&mut self, event: MediaEvent) {
        let commands = self.media.handle(event);
        self.change_media(commands);
    }

    /// The devices have changed: do so, tell the others, remember it.
    pub(super) fn change_media(&mut self, commands: Vec<MediaCommand>) {
        self.do_media(commands);
        self.forget_dismissals();
        self.tell(Channel::Control, &self.media_message());
        self.store_session();
    }

    pub(super) fn do_media(&mut self, commands: Vec<MediaCommand>) {
        self.out.extend(commands.into_iter().map(Command::Media));
    }

    pub(super) fn media_message(&self) -> PeerMessage {
        let (microphone, camera) = (self.media.microphone() == Device::On, self.media.camera() == Device::On);
        PeerMessage::Media { microphone, camera, screen: self.shares_screen() }
    }

    fn shares_screen(&self) -> bool {
        self.media.screen() == Share::On
    }

    /// How loud everybody is. Who is muted is not, whatever arrived last.
    pub(super) fn hear(&mut self, mut levels: Vec<(Option<PeerId>, u16)>) {
        let own = levels.iter().find(|(who, _)| who.is_none());
        self.hear_muted(own.map_or(0, |(_, level)| *level));
        for (who, level) in &mut levels {
            let is_muted = match who {
                Some(peer) => self.pairs.get(peer).is_none_or(Pair::is_muted),
                None => self.media.microphone() != Device::On,
            };
            if is_muted {
                *level = 0;
            }
        }
        self.speakers.take(&levels);
    }

    pub(super) fn adapt_encodings(&mut self) {
        let (people, shares) = (self.pairs.len() + 1, self.shares_screen());
        let camera = if shares { video_encoding_beside_screen(people) } else { video_encoding(people) };
        let screen = shares.then(|| screen_encoding(people));
        for (peer, pair) in self.pairs.iter_mut().filter(|(_, pair)| pair.is_connected()) {
            let mut set = |source, before: &mut Option<VideoEncoding>, encoding: Option<VideoEncoding>| {
                if std::mem::replace(before, encoding) != encoding {
                    let command = encoding.map(|encoding| PeerCommand::SetEncoding(source, encoding));
                    self.out.extend(command.map(|command| Command::Peer(*peer, command)));
                }
            };
            set(MediaSource::Camera, &mut pair.encoding, Some(camera));
            set(MediaSource::Screen, &mut pair.screen_encoding, screen);
        }
    }
}
