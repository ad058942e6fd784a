//! The host's part, and what hosts do to others: the door, who knocks, who is asked to be silent.
//!
//! Rights are the server's to judge: this only says what it was asked, and shows what it was told.

use super::{Command, Session};
use crate::call::chime::Chime;
use crate::call::hosting::{self, Knock};
use crate::call::view::{Device, Phase};
use crate::protocol::{Card, DisplayName, HostCommand, LinkError, LinkSecret, PeerId, RoomId};

/// The link of the page, with the host's secret if this browser has kept it.
pub(super) fn with_kept_secret(
    link: Result<Option<LinkSecret>, LinkError>,
    room: &RoomId,
    kept: Option<&str>,
) -> Result<Option<LinkSecret>, LinkError> {
    let (Ok(Some(guest)), RoomId::Sealed(id), Some(kept)) = (&link, room, kept) else { return link };
    if guest.host.is_some() {
        return link;
    }
    let host = LinkSecret { host: hosting::kept(kept, room), ..guest.clone() };
    if id.judge(&host.proof()).is_ok() { Ok(Some(host)) } else { link }
}

impl Session {
    /// Whoever has the host's link has it here from now on.
    pub(super) fn keep_host_secret(&mut self) {
        let Ok(Some(LinkSecret { host: Some(secret), .. })) = &self.link else { return };
        self.host.has_link = true;
        let before = self.environment.kept_hosts.as_deref().unwrap_or_default();
        let kept = hosting::keep(before, &self.room, secret);
        if kept != before {
            self.out.push(Command::KeepHosts(kept));
        }
    }

    pub(super) fn command(&mut self, command: HostCommand) {
        if matches!(command, HostCommand::Remove { .. }) {
            self.host.link_spent = true;
        }
        self.say(&command);
    }

    /// What a `welcome` says of rights; whoever waits is told of anew.
    pub(super) fn come_in(&mut self, is_host: bool, locked: bool) {
        (self.host.is_host, self.host.locked) = (is_host, locked);
        self.host.knocks.clear();
        self.host.asks_code = false;
        if let Some(code) = &self.create_code {
            self.out.push(Command::RememberCode(code.clone()));
        }
    }

    pub(super) fn knocked(&mut self, peer: PeerId, card: &Card) {
        let name = self.name_on(card);
        self.forget_knock(peer);
        self.host.knocks.push(Knock { peer, name });
        if self.chimes.knocks(peer) {
            self.chime(Chime::Knock);
        }
    }

    pub(super) fn knock_gone(&mut self, peer: PeerId) {
        self.chimes.knocks_no_more(peer);
        self.forget_knock(peer);
    }

    fn forget_knock(&mut self, peer: PeerId) {
        self.host.knocks.retain(|knock| knock.peer != peer);
    }

    pub(super) fn wait_outside(&mut self, hosted: bool) {
        self.phase = Phase::Waiting;
        self.host.hosted = hosted;
        self.has_room();
    }

    /// Back to the preview: the socket goes, and the knock with it.
    pub(super) fn stop_waiting(&mut self) {
        self.close_socket();
        self.open_socket();
        self.phase = Phase::Lobby;
    }

    pub(super) fn muted_by(&mut self, from: PeerId) {
        if !matches!(self.media.microphone(), Device::On | Device::Starting) {
            return;
        }
        let name = self.pairs.get(&from).map(|pair| pair.name.clone());
        self.host.muted_by = Some(name.unwrap_or_else(DisplayName::unknown));
        let commands = self.media.toggle_microphone();
        self.change_media(commands);
    }

    pub(super) fn notes_read(&mut self) {
        self.host.link_spent = false;
        self.host.muted_by = None;
    }
}
