//! What there is to say, and which sentence goes with which state of a call.

use std::borrow::Cow;

use crate::call::view::{Device, Farewell, Notice, PairStatus, Passage, Source, Treatment, Turn};
use crate::i18n::fill;
use crate::i18n::table::table;
use crate::protocol::{DisplayName, LinkError};

/// More people than this are counted, not named.
const NAMED: usize = 3;

table! {
/// Every word of the interface in one language.
pub struct Words {
    // Every page
    pub language: &'static str,
    pub home: &'static str,
    pub description: &'static str,
    pub og_title: &'static str,
    pub cannot_start: &'static str,
    pub no_scripts: &'static str,

    // Home
    pub home_heading: &'static str,
    pub home_lead: &'static str,
    pub new_meeting: &'static str,
    pub or: &'static str,
    pub room_field: &'static str,
    pub room_hint: &'static str,
    pub go: &'static str,
    pub home_foot: &'static str,
    pub test_connection: &'static str,
    /// The title of the tab of that page.
    pub connection_check: &'static str,
    pub link_empty: &'static str,
    pub link_bad_name: &'static str,
    pub link_not_a_room: &'static str,
    pub link_missing_key: &'static str,
    pub link_wrong_key: &'static str,
    /// `{}`: the other server.
    pub link_elsewhere: &'static str,

    // Not found
    pub not_found_heading: &'static str,
    pub not_found_name: &'static str,
    pub not_found_id: &'static str,
    pub not_found_path: &'static str,
    pub back_home: &'static str,

    // Lobby
    /// `{}`: the room's name.
    pub lobby_named: &'static str,
    pub lobby_sealed: &'static str,
    /// The title of the tab of a sealed room.
    pub meeting: &'static str,
    pub open_room: &'static str,
    pub sealed_room: &'static str,
    pub your_name: &'static str,
    pub name_missing: &'static str,
    pub join: &'static str,
    pub joining: &'static str,
    pub waiting: &'static str,
    pub preview: &'static str,
    pub camera_starting: &'static str,
    pub camera_off: &'static str,
    pub camera_missing: &'static str,
    pub hide_address: &'static str,
    pub hide_address_hint: &'static str,
    pub waiting_seen: &'static str,
    pub waiting_unseen: &'static str,
    pub server_code: &'static str,

    // Call
    pub you: &'static str,
    pub people: &'static str,
    pub controls: &'static str,
    pub mute: &'static str,
    pub unmute: &'static str,
    pub camera_turn_off: &'static str,
    pub camera_turn_on: &'static str,
    pub copy_link: &'static str,
    pub copy: &'static str,
    pub link_copied: &'static str,
    pub copy_by_hand: &'static str,
    pub room_link: &'static str,
    pub chat: &'static str,
    /// `{}`: how many.
    pub unread: &'static str,
    pub leave: &'static str,
    pub muted: &'static str,
    pub first_here: &'static str,
    pub invite: &'static str,
    pub connecting: &'static str,
    pub reconnecting: &'static str,
    pub could_not_connect: &'static str,
    pub try_again: &'static str,
    pub part_missing: &'static str,
    pub dismiss: &'static str,
    pub play_sound: &'static str,
    pub server_away: &'static str,
    /// `{}`: who.
    pub joined: &'static str,
    /// `{}`: who.
    pub gone: &'static str,
    /// The same of several.
    pub joined_several: &'static str,
    /// The same of several.
    pub gone_several: &'static str,
    /// `{}`: how many people.
    pub several: &'static str,
    /// Between names.
    pub comma: &'static str,
    /// Before the last name.
    pub and: &'static str,
    /// Between sentences.
    pub pause: &'static str,
    /// Before tenths.
    pub decimal_point: &'static str,

    // Screen and view
    pub share_screen: &'static str,
    pub stop_sharing: &'static str,
    pub sharing: &'static str,
    pub stop: &'static str,
    /// `{}`: whose.
    pub screen_of: &'static str,
    /// `{}`: whom.
    pub pin: &'static str,
    /// `{}`: whom.
    pub unpin: &'static str,
    pub view: &'static str,
    pub follow_speaker: &'static str,
    pub hide_empty: &'static str,
    pub full_screen: &'static str,
    pub picture_in_picture: &'static str,
    pub call_floats: &'static str,
    pub bring_back: &'static str,

    // People
    pub people_panel: &'static str,
    pub lock: &'static str,
    pub unlock: &'static str,
    pub copy_host_link: &'static str,
    pub end_for_all: &'static str,
    /// `{}`: who; so below.
    pub admit: &'static str,
    pub refuse: &'static str,
    pub remove: &'static str,
    pub mute_other: &'static str,
    pub knocks: &'static str,
    pub muted_by: &'static str,
    pub confirm_remove: &'static str,
    pub yes_remove: &'static str,
    pub confirm_end: &'static str,
    pub yes_end: &'static str,
    pub cancel: &'static str,
    pub link_spent: &'static str,

    // Connection
    /// `{}`: to whom.
    pub connection_of: &'static str,
    /// `{}`: one of the routes below.
    pub route: &'static str,
    pub route_none: &'static str,
    pub route_local: &'static str,
    pub route_open: &'static str,
    pub route_nat: &'static str,
    /// `{}`: the transport.
    pub route_relayed: &'static str,
    pub route_relayed_there: &'static str,
    /// `{}`: milliseconds.
    pub round_trip: &'static str,
    /// `{}`: percent.
    pub loss: &'static str,
    pub story_unanswered: &'static str,
    pub story_agreed: &'static str,
    /// `{}` three times: how many local, through NAT, on a relay.
    pub story_ours: &'static str,
    /// The same.
    pub story_theirs: &'static str,
    /// `{}` twice: how many, and how many of them work.
    pub story_tried: &'static str,
    /// `{}` twice: our end, their end.
    pub story_chosen: &'static str,
    pub kind_host: &'static str,
    pub kind_nat: &'static str,
    pub kind_relay: &'static str,
    pub trouble_disagreement: &'static str,
    /// `{}`: who; so below.
    pub trouble_unreachable: &'static str,
    pub trouble_no_answer: &'static str,
    pub trouble_hidden: &'static str,
    pub trouble_no_relay_here: &'static str,
    pub trouble_no_relay_there: &'static str,
    pub trouble_interference: &'static str,
    pub trouble_nothing: &'static str,
    /// `{}`: with whom.
    pub code_hint: &'static str,
    pub code_matches: &'static str,
    /// Of the mark beside the name.
    pub compared: &'static str,

    // Devices
    pub devices: &'static str,
    pub device_camera: &'static str,
    pub device_microphone: &'static str,
    pub device_speaker: &'static str,

    // Chat
    pub messages: &'static str,
    pub message: &'static str,
    pub send: &'static str,
    pub close: &'static str,
    pub chat_empty: &'static str,

    // Together: gestures, sounds, keys
    pub hand_raise: &'static str,
    pub hand_lower: &'static str,
    /// Of the mark on a tile.
    pub hand_raised: &'static str,
    /// `{}`: who.
    pub raised_hand: &'static str,
    /// `{}`: their names.
    pub raised_hand_several: &'static str,
    pub react: &'static str,
    /// In the order of `Reaction::ALL`.
    pub reactions: [&'static str; 6],
    pub more: &'static str,
    pub sounds: &'static str,
    pub push_to_talk: &'static str,
    pub shortcuts: &'static str,
    pub use_shortcuts: &'static str,
    /// The name of the key, and what it does.
    pub space_bar: &'static str,
    pub hold_to_talk: &'static str,
    pub talks_muted: &'static str,
    pub talks_without_holding: &'static str,
    /// `{}`: who, one and several.
    pub types: &'static str,
    pub type_together: &'static str,

    // After
    pub left: &'static str,
    pub left_text: &'static str,
    pub removed: &'static str,
    pub removed_text: &'static str,
    pub ended: &'static str,
    pub ended_text: &'static str,
    pub elsewhere: &'static str,
    pub elsewhere_text: &'static str,
    pub rejoin: &'static str,

    // Notices
    pub insecure: &'static str,
    pub no_webrtc: &'static str,
    pub link_incomplete: &'static str,
    pub link_damaged: &'static str,
    /// `{}`: how many people fit.
    pub room_full: &'static str,
    pub not_let_in: &'static str,
    pub crowded: &'static str,
    pub not_open: &'static str,
    pub version: &'static str,
    pub busy: &'static str,
    pub network_busy: &'static str,
    pub camera_blocked: &'static str,
    pub microphone_blocked: &'static str,
    pub devices_blocked: &'static str,
    pub camera_busy: &'static str,
    pub microphone_busy: &'static str,
    pub devices_busy: &'static str,
    pub no_camera: &'static str,
    pub no_microphone: &'static str,
    pub no_devices: &'static str,
    pub other_microphone: &'static str,
    pub other_camera: &'static str,
    pub other_speaker: &'static str,
    pub screen_failed: &'static str,
    pub sound_blocked: &'static str,
    pub message_too_long: &'static str,
    pub cannot_hide: &'static str,

    // Quality and comfort
    pub grade_good: &'static str,
    pub grade_fair: &'static str,
    pub grade_poor: &'static str,
    pub fault_own: &'static str,
    pub fault_relay: &'static str,
    /// `{}`: who; so below.
    pub fault_theirs: &'static str,
    pub fault_between: &'static str,
    pub volume: &'static str,
    /// `{}`: a figure; so below.
    pub jitter: &'static str,
    pub incoming: &'static str,
    pub outgoing: &'static str,
    pub picture_size: &'static str,
    /// `{}` twice: round trip, loss.
    pub minute: &'static str,
    pub low_data: &'static str,
    pub low_data_on: &'static str,
    pub show_pictures: &'static str,
    pub hide_own: &'static str,
    pub turn_camera: &'static str,
    pub in_other_tab: &'static str,
    /// `{}`: the app.
    pub in_app: &'static str,
    pub wechat: &'static str,
    pub dingtalk: &'static str,
    pub weibo: &'static str,

    // Invite
    pub invite_people: &'static str,
    pub qr_code: &'static str,
    pub qr_hint: &'static str,
    pub share_link: &'static str,
    pub by_mail: &'static str,
    pub mail_subject: &'static str,
    pub mail_text: &'static str,

    // Sound of the microphone
    pub sound_of_microphone: &'static str,
    pub echo_cancellation: &'static str,
    pub noise_suppression: &'static str,
    pub automatic_gain: &'static str,
    /// `{}`: what it is called.
    pub new_microphone: &'static str,
    pub use_it: &'static str,
    pub microphone_level: &'static str,
    pub will_ask: &'static str,
}
}

impl Words {
    /// What happened, and what to do about it.
    pub fn notice(&self, notice: Notice) -> Cow<'static, str> {
        Cow::Borrowed(match notice {
            Notice::InsecureContext => self.insecure,
            Notice::InApp(app) => return Cow::Owned(fill(self.in_app, self.app(app))),
            Notice::InOtherTab => self.in_other_tab,
            Notice::NoWebRtc => self.no_webrtc,
            Notice::LinkIncomplete => self.link_incomplete,
            Notice::LinkWrong => self.link_damaged,
            Notice::RoomFull(people) => return Cow::Owned(fill(self.room_full, &people.to_string())),
            Notice::NotLetIn => self.not_let_in,
            Notice::Crowded => self.crowded,
            Notice::NotOpen => self.not_open,
            Notice::VersionMismatch => self.version,
            Notice::ServerBusy => self.busy,
            Notice::NetworkBusy => self.network_busy,
            Notice::CameraBlocked => self.camera_blocked,
            Notice::MicrophoneBlocked => self.microphone_blocked,
            Notice::DevicesBlocked => self.devices_blocked,
            Notice::CameraBusy => self.camera_busy,
            Notice::MicrophoneBusy => self.microphone_busy,
            Notice::DevicesBusy => self.devices_busy,
            Notice::NoCamera => self.no_camera,
            Notice::NoMicrophone => self.no_microphone,
            Notice::NoDevices => self.no_devices,
            Notice::OtherMicrophone => self.other_microphone,
            Notice::OtherCamera => self.other_camera,
            Notice::OtherSpeaker => self.other_speaker,
            Notice::ScreenFailed => self.screen_failed,
            Notice::SoundBlocked => self.sound_blocked,
            Notice::NameMissing => self.name_missing,
            Notice::MessageTooLong => self.message_too_long,
            Notice::CannotHide => self.cannot_hide,
        })
    }

    /// Why a text in the field of the home page opens no room.
    pub fn link_error(&self, error: LinkError) -> &'static str {
        match error {
            LinkError::Empty => self.link_empty,
            LinkError::BadName => self.link_bad_name,
            LinkError::BadId | LinkError::NotARoom => self.link_not_a_room,
            LinkError::MissingKey => self.link_missing_key,
            LinkError::WrongKey => self.link_wrong_key,
        }
    }

    /// Why an address has no page.
    pub fn not_found(&self, error: LinkError) -> &'static str {
        match error {
            LinkError::Empty | LinkError::BadName => self.not_found_name,
            LinkError::BadId | LinkError::MissingKey | LinkError::WrongKey => self.not_found_id,
            LinkError::NotARoom => self.not_found_path,
        }
    }

    /// Heading and text of the page after a call.
    pub fn farewell(&self, farewell: Farewell) -> (&'static str, &'static str) {
        match farewell {
            Farewell::Left => (self.left, self.left_text),
            Farewell::Removed => (self.removed, self.removed_text),
            Farewell::Ended => (self.ended, self.ended_text),
            Farewell::ElsewhereNow => (self.elsewhere, self.elsewhere_text),
        }
    }

    /// Who came, who went, who raised a hand.
    pub fn announcement(&self, passages: &[Passage]) -> String {
        let mut text = String::new();
        let sentences = [
            (self.joined, self.joined_several, Turn::Came),
            (self.gone, self.gone_several, Turn::Left),
            (self.raised_hand, self.raised_hand_several, Turn::RaisedHand),
        ];
        for (of_one, of_several, turn) in sentences {
            let who = passages.iter().filter(|passage| passage.turn == turn);
            let names: Vec<&str> = who.map(|passage| passage.name.as_str()).collect();
            if !names.is_empty() {
                text += if text.is_empty() { "" } else { self.pause };
                let sentence = if names.len() == 1 { of_one } else { of_several };
                text += &fill(sentence, &self.people_in_words(&names));
            }
        }
        text
    }

    /// Who is writing; nothing when nobody is.
    pub fn typing(&self, who: &[DisplayName]) -> String {
        let names: Vec<&str> = who.iter().map(DisplayName::as_str).collect();
        match names.len() {
            0 => String::new(),
            1 => fill(self.types, names[0]),
            _ => fill(self.type_together, &self.people_in_words(&names)),
        }
    }

    pub(super) fn people_in_words(&self, names: &[&str]) -> String {
        if names.len() > NAMED {
            return fill(self.several, &names.len().to_string());
        }
        let mut text = String::new();
        for (n, name) in names.iter().enumerate() {
            text += if n == 0 {
                ""
            } else if n + 1 == names.len() {
                self.and
            } else {
                self.comma
            };
            text += name;
        }
        text
    }

    /// What a tile says about the connection to its owner; nothing when all is well.
    pub fn pair_status(&self, status: PairStatus) -> &'static str {
        match status {
            PairStatus::Connecting => self.connecting,
            PairStatus::Connected => "",
            PairStatus::Reconnecting => self.reconnecting,
            PairStatus::Failed => self.could_not_connect,
        }
    }

    /// What the preview says where there is no picture.
    pub fn camera_state(&self, camera: Device) -> &'static str {
        match camera {
            Device::Starting => self.camera_starting,
            Device::On => "",
            Device::Off => self.camera_off,
            Device::Missing => self.camera_missing,
        }
    }

    /// The name of the button that switches the microphone.
    pub fn microphone_button(&self, microphone: Device) -> &'static str {
        match microphone {
            Device::Starting | Device::On => self.mute,
            Device::Off | Device::Missing => self.unmute,
        }
    }

    /// What the switch for this treatment of the sound is called.
    pub fn treatment(&self, treatment: Treatment) -> &'static str {
        match treatment {
            Treatment::EchoCancellation => self.echo_cancellation,
            Treatment::NoiseSuppression => self.noise_suppression,
            Treatment::AutomaticGain => self.automatic_gain,
        }
    }

    /// What was plugged in.
    pub fn new_device(&self, name: &str) -> String {
        fill(self.new_microphone, name)
    }

    /// What the tile of this source is called, after its owner.
    pub fn tile_name(&self, source: Source, owner: &str) -> String {
        match source {
            Source::Camera => owner.to_owned(),
            Source::Screen => fill(self.screen_of, owner),
        }
    }

    /// The name of the button that switches the camera.
    pub fn camera_button(&self, camera: Device) -> &'static str {
        match camera {
            Device::Starting | Device::On => self.camera_turn_off,
            Device::Off | Device::Missing => self.camera_turn_on,
        }
    }
}
