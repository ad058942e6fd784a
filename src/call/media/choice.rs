//! Which camera, microphone and speaker a person wants, of those that there are.
//!
//! Browsers name a device by an id that may change (another profile, cleared storage) and by a label that people read. A
//! choice keeps both and holds as long as either is there; while neither is, the browser's own choice is used, and the
//! person is told so. See Media Capture and Streams, `enumerateDevices()`, and Audio Output Devices API, `setSinkId()`.

use super::sound::{Sound, Treatment};
use crate::call::view::{DeviceKind, DeviceOption, Notice};

/// Where a camera looks (Media Capture and Streams, `facingMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facing {
    /// At the person.
    User,
    /// Away from them.
    Environment,
}

impl Facing {
    /// A VideoFacingModeEnum.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "user" => Some(Self::User),
            "environment" => Some(Self::Environment),
            _ => None,
        }
    }

    /// For `facingMode`.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Environment => "environment",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::User => Self::Environment,
            Self::Environment => Self::User,
        }
    }
}

/// A device as the browser lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What it is.
    pub kind: DeviceKind,
    /// The browser's name for it.
    pub id: String,
    /// The name that people know; empty until they have allowed a device.
    pub label: String,
    /// Whether it is open just now (a speaker never is).
    pub in_use: bool,
    /// Where the camera that is open looks, where it says so.
    pub facing: Option<Facing>,
}

/// What to ask for; `None` leaves it to the browser.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceIds {
    /// For `deviceId` of the microphone.
    pub microphone: Option<String>,
    /// For `deviceId` of the camera.
    pub camera: Option<String>,
    /// For `facingMode` of the camera, if no `deviceId` is wanted.
    pub facing: Option<Facing>,
    /// For `setSinkId()`.
    pub speaker: Option<String>,
    /// What becomes of the microphone's sound.
    pub sound: Sound,
}

/// What is remembered of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chosen {
    id: String,
    label: String,
}

/// Names of Chromium's for whatever the system has chosen: devices that are there under their own names, too.
const STAND_INS: [&str; 2] = ["default", "communications"];

/// The choices and the devices that there are.
#[derive(Debug, Default)]
pub struct Choices {
    chosen: [Option<Chosen>; 3],
    /// Where the camera is to look, whichever it is.
    facing: Option<Facing>,
    listed: Vec<DeviceInfo>,
    sound: Sound,
    /// What was plugged in last and is not used: a microphone, a speaker, or both at once, as a headset has them.
    offered: Vec<(DeviceKind, String)>,
}

impl Choices {
    /// What was remembered on this device, in the order of [`DeviceKind::ALL`].
    pub fn restored(remembered: &[Option<String>; 3]) -> Self {
        let chosen = |text: &Option<String>| {
            let (id, label) = text.as_deref()?.split_once('\n')?;
            Some(Chosen { id: id.to_owned(), label: label.to_owned() })
        };
        let [microphone, camera, speaker] = remembered;
        Self { chosen: [chosen(microphone), chosen(camera), chosen(speaker)], ..Self::default() }
    }

    /// With what was remembered of the sound.
    pub fn with_sound(mut self, remembered: Option<&str>) -> Self {
        self.sound = remembered.map(Sound::restored).unwrap_or_default();
        self
    }

    /// What becomes of the microphone's sound.
    pub fn sound(&self) -> Sound {
        self.sound
    }

    /// The person wants this treatment of the sound, or no more; what is to be remembered.
    pub fn treat(&mut self, treatment: Treatment, is_on: bool) -> String {
        self.sound.set(treatment, is_on);
        self.sound.to_text()
    }

    /// The name of what was plugged in and could be used: of the microphone, if there is one among it.
    pub fn offer(&self) -> Option<&str> {
        let (kind, id) = self.offered.first()?;
        let device = self.listed.iter().find(|device| device.kind == *kind && device.id == *id);
        device.map(|device| device.label.as_str())
    }

    /// The person has answered: what is to be chosen if they want it.
    pub fn take_offer(&mut self) -> Vec<(DeviceKind, String)> {
        let mut offered = std::mem::take(&mut self.offered);
        offered.dedup_by_key(|(kind, _)| *kind);
        offered
    }

    /// The person wants this one; what is to be remembered, if it is one of those that there are.
    pub fn choose(&mut self, kind: DeviceKind, id: &str) -> Option<String> {
        let device = self.listed.iter().find(|device| device.kind == kind && device.id == id)?;
        let chosen = Chosen { id: device.id.clone(), label: device.label.clone() };
        self.offered.retain(|(other, _)| *other != kind);
        let text = [chosen.id.as_str(), chosen.label.as_str()].join("\n");
        self.chosen[kind as usize] = Some(chosen);
        if kind == DeviceKind::Camera {
            self.facing = None;
        }
        Some(text)
    }

    /// Another camera for the rest of the page's life: where the one that is open says where it looks, whichever the browser takes
    /// for the other side (a phone has several at its back); else the next in the list. Says whether there is any.
    pub fn turn_camera(&mut self) -> bool {
        let cameras: Vec<&DeviceInfo> = self.listed.iter().filter(|device| device.kind == DeviceKind::Camera).collect();
        let Some(open) = cameras.iter().position(|device| device.in_use).filter(|_| cameras.len() > 1) else {
            return false;
        };
        self.facing = cameras[open].facing.map(Facing::other);
        let next = cameras[(open + 1) % cameras.len()];
        let chosen = Chosen { id: next.id.clone(), label: next.label.clone() };
        self.chosen[DeviceKind::Camera as usize] = Some(chosen).filter(|_| self.facing.is_none());
        true
    }

    /// How many cameras there are.
    pub fn cameras(&self) -> usize {
        self.listed.iter().filter(|device| device.kind == DeviceKind::Camera && !device.label.is_empty()).count()
    }

    /// Whether the camera that is open looks away from the person.
    pub fn faces_away(&self) -> bool {
        self.listed.iter().any(|device| device.in_use && device.facing == Some(Facing::Environment))
    }

    /// The browser lists these; says for which devices that have just turned up another one is open. (A browser that
    /// goes on opening another than it was asked for has its reasons, and is not asked again and again.)
    pub fn list(&mut self, devices: Vec<DeviceInfo>) -> Vec<DeviceKind> {
        let was_there = DeviceKind::ALL.map(|kind| self.wanted(kind).is_some());
        self.notice_arrivals(&devices);
        self.listed = devices;
        self.offered.retain(|(kind, id)| {
            self.listed.iter().any(|device| device.kind == *kind && device.id == *id && !device.in_use)
        });
        let is_other = |kind: &DeviceKind| {
            let wanted = self.wanted(*kind).map(|device| device.id.as_str());
            let open = self.listed.iter().find(|device| device.kind == *kind && device.in_use);
            !was_there[*kind as usize] && wanted.is_some() && open.is_some_and(|open| Some(open.id.as_str()) != wanted)
        };
        [DeviceKind::Microphone, DeviceKind::Camera].into_iter().filter(is_other).collect()
    }

    /// What can be heard with or spoken into and was not there before, unless it is what was chosen once: that is used
    /// anyway. Before the person has allowed a device nothing has a name, and all would be new.
    fn notice_arrivals(&mut self, devices: &[DeviceInfo]) {
        let has_names = self.listed.iter().any(|device| !device.label.is_empty());
        let is_new = |device: &&DeviceInfo| {
            let was_there = self.listed.iter().any(|old| old.kind == device.kind && old.id == device.id);
            let was_chosen = self.chosen[device.kind as usize]
                .as_ref()
                .is_some_and(|chosen| chosen.id == device.id || chosen.label == device.label);
            !was_there && !was_chosen && !device.label.is_empty() && !STAND_INS.contains(&device.id.as_str())
        };
        let heard = [DeviceKind::Microphone, DeviceKind::Speaker];
        let arrivals = heard.into_iter().flat_map(|kind| devices.iter().filter(move |device| device.kind == kind));
        let arrivals: Vec<_> = arrivals.filter(is_new).map(|device| (device.kind, device.id.clone())).collect();
        if has_names && !arrivals.is_empty() {
            self.offered = arrivals;
        }
    }

    /// What to ask for.
    pub fn ids(&self) -> DeviceIds {
        let id = |kind: DeviceKind| {
            let chosen = self.chosen[kind as usize].as_ref()?;
            // Before anything is listed, the remembered id is as good a guess as any.
            Some(self.wanted(kind).map_or_else(|| chosen.id.clone(), |device| device.id.clone()))
        };
        DeviceIds {
            microphone: id(DeviceKind::Microphone),
            camera: id(DeviceKind::Camera),
            facing: self.facing,
            speaker: id(DeviceKind::Speaker),
            sound: self.sound,
        }
    }

    /// What the person can choose from. Nothing that has no name: it would be a row of blanks.
    pub fn options(&self) -> Vec<DeviceOption> {
        let option = |device: &DeviceInfo| {
            let in_use = match device.kind {
                DeviceKind::Speaker => self.ids().speaker.as_ref() == Some(&device.id),
                DeviceKind::Microphone | DeviceKind::Camera => device.in_use,
            };
            DeviceOption { kind: device.kind, id: device.id.clone(), label: device.label.clone(), in_use }
        };
        self.listed.iter().filter(|device| !device.label.is_empty()).map(option).collect()
    }

    /// Of the devices that were chosen once, those that are not there and that others stand in for.
    pub fn notices(&self) -> Vec<Notice> {
        let missing = |kind: &DeviceKind| {
            let others = self.listed.iter().any(|device| device.kind == *kind && !device.label.is_empty());
            others && self.chosen[*kind as usize].is_some() && self.wanted(*kind).is_none()
        };
        let notice = |kind| match kind {
            DeviceKind::Microphone => Notice::OtherMicrophone,
            DeviceKind::Camera => Notice::OtherCamera,
            DeviceKind::Speaker => Notice::OtherSpeaker,
        };
        DeviceKind::ALL.into_iter().filter(missing).map(notice).collect()
    }

    /// The listed device that was chosen: by its id, or else by its name.
    fn wanted(&self, kind: DeviceKind) -> Option<&DeviceInfo> {
        let chosen = self.chosen[kind as usize].as_ref()?;
        let listed = || self.listed.iter().filter(move |device| device.kind == kind);
        let same_name = |device: &&DeviceInfo| !device.label.is_empty() && device.label == chosen.label;
        listed().find(|device| device.id == chosen.id).or_else(|| listed().find(same_name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeviceKind::{Camera, Microphone, Speaker};

    fn device(kind: DeviceKind, id: &str, label: &str, in_use: bool) -> DeviceInfo {
        DeviceInfo { kind, id: id.into(), label: label.into(), in_use, facing: None }
    }

    fn two_cameras() -> Vec<DeviceInfo> {
        vec![device(Camera, "1", "Front", true), device(Camera, "2", "Back", false), device(Speaker, "s", "Box", false)]
    }

    #[test]
    fn what_is_chosen_is_asked_for_and_remembered() {
        let mut choices = Choices::default();
        assert_eq!((choices.list(two_cameras()), choices.ids()), (vec![], DeviceIds::default()));
        let text = choices.choose(Camera, "2").unwrap();
        assert_eq!(choices.ids().camera.as_deref(), Some("2"));
        assert_eq!(choices.choose(Camera, "3"), None, "nobody can choose what is not there");
        assert_eq!(choices.choose(Microphone, "2"), None);
        let mut again = Choices::restored(&[None, Some(text), None]);
        assert_eq!(again.ids().camera.as_deref(), Some("2"), "asked for before anything is listed");
        assert_eq!(again.list(two_cameras()), [Camera], "the browser opened another");
        assert_eq!(again.list(two_cameras()), [], "and does so again");
        assert_eq!(again.notices(), []);
    }

    #[test]
    fn a_device_is_known_again_by_its_name_when_its_id_has_changed() {
        let mut choices = Choices::restored(&[None, Some("old\nBack".into()), None]);
        choices.list(two_cameras());
        assert_eq!((choices.ids().camera.as_deref(), choices.notices()), (Some("2"), vec![]));
    }

    #[test]
    fn a_device_that_has_gone_is_replaced_and_that_is_said() {
        let mut choices = Choices::restored(&[Some("m\nHeadset".into()), Some("9\nDocument".into()), None]);
        assert_eq!(choices.notices(), [], "nothing is known yet");
        assert_eq!(choices.list(two_cameras()), [], "what the browser has opened is kept");
        assert_eq!(choices.notices(), [Notice::OtherCamera]);
        let mut back = two_cameras();
        back.push(device(Camera, "9", "Document", false));
        assert_eq!((choices.list(back), choices.notices()), (vec![Camera], vec![]));
    }

    #[test]
    fn a_camera_is_turned_to_the_other_side_where_it_says_where_it_looks() {
        let mut cameras = two_cameras();
        cameras[0].facing = Some(Facing::User);
        let mut choices = Choices::restored(&[None, Some("1\nFront".into()), None]);
        assert_eq!((choices.list(cameras), choices.cameras(), choices.faces_away()), (vec![], 2, false));
        assert!(choices.turn_camera());
        let ids = |choices: &Choices| (choices.ids().camera, choices.ids().facing);
        assert_eq!(ids(&choices), (None, Some(Facing::Environment)));
        let mut cameras = two_cameras();
        (cameras[0].in_use, cameras[1].in_use, cameras[1].facing) = (false, true, Some(Facing::Environment));
        assert_eq!((choices.list(cameras), choices.notices()), (vec![], vec![]), "what was opened is kept");
        assert!(choices.faces_away());
        choices.turn_camera();
        assert_eq!(ids(&choices), (None, Some(Facing::User)));
        choices.choose(Camera, "2");
        assert_eq!(ids(&choices), (Some("2".into()), None), "a choice of one's own is a choice");
    }

    #[test]
    fn cameras_that_do_not_say_where_they_look_follow_each_other() {
        let mut choices = Choices::default();
        assert!(!choices.turn_camera(), "there is none");
        choices.list(two_cameras()[..1].to_vec());
        assert!(!choices.turn_camera(), "there is no other");
        for (open, next) in [(0, "2"), (1, "1")] {
            let mut cameras = two_cameras();
            (cameras[0].in_use, cameras[1].in_use) = (open == 0, open == 1);
            choices.list(cameras);
            assert!(choices.turn_camera());
            assert_eq!((choices.ids().camera.as_deref(), choices.ids().facing), (Some(next), None));
        }
    }

    #[test]
    fn nameless_devices_are_not_offered() {
        let mut choices = Choices::restored(&[None, Some("9\nDocument".into()), None]);
        choices.list(vec![device(Camera, "1", "", false)]);
        assert_eq!((choices.options(), choices.notices()), (vec![], vec![]));
    }

    #[test]
    fn a_headset_that_is_plugged_in_is_offered_once() {
        let mut choices = Choices::default();
        choices.list(two_cameras());
        assert_eq!(choices.offer(), None, "what was there at first is nothing new");
        let mut devices = two_cameras();
        devices.extend([
            device(Speaker, "default", "Default", false),
            device(Speaker, "hs", "Headset", false),
            device(Microphone, "hm", "Headset microphone", false),
            device(Camera, "3", "Third", false),
        ]);
        choices.list(devices.clone());
        assert_eq!(choices.offer(), Some("Headset microphone"));
        let taken = choices.take_offer();
        assert_eq!(taken, [(Microphone, "hm".into()), (Speaker, "hs".into())]);
        choices.list(devices);
        assert_eq!(choices.offer(), None);
        assert_eq!(choices.take_offer(), []);
    }

    #[test]
    fn what_is_unplugged_or_used_is_not_offered_any_more() {
        let headset = |in_use| device(Microphone, "hm", "Headset", in_use);
        for then in [vec![], vec![headset(true)]] {
            let mut choices = Choices::default();
            choices.list(two_cameras());
            choices.list(two_cameras().into_iter().chain([headset(false)]).collect());
            assert_eq!(choices.offer(), Some("Headset"));
            choices.list(two_cameras().into_iter().chain(then).collect());
            assert_eq!(choices.offer(), None);
        }
    }

    #[test]
    fn what_was_chosen_once_needs_no_offer() {
        let mut choices = Choices::restored(&[Some("old\nHeadset".into()), None, None]);
        choices.list(two_cameras());
        choices.list(two_cameras().into_iter().chain([device(Microphone, "hm", "Headset", false)]).collect());
        assert_eq!(choices.offer(), None);
    }

    #[test]
    fn nothing_is_new_before_anything_has_a_name() {
        let mut choices = Choices::default();
        choices.list(vec![device(Microphone, "", "", false)]);
        choices.list(vec![device(Microphone, "hm", "Headset", false)]);
        assert_eq!(choices.offer(), None);
    }

    #[test]
    fn the_sound_is_treated_as_the_person_wants_and_that_is_remembered() {
        let mut choices = Choices::default();
        assert_eq!(choices.treat(Treatment::EchoCancellation, false), "011");
        assert!(!choices.ids().sound.has(Treatment::EchoCancellation));
        let again = Choices::default().with_sound(Some("011"));
        assert_eq!(again.ids().sound, choices.sound());
    }

    #[test]
    fn options_say_what_is_in_use() {
        let mut choices = Choices::default();
        choices.list(two_cameras());
        choices.choose(Speaker, "s");
        let in_use: Vec<bool> = choices.options().iter().map(|option| option.in_use).collect();
        assert_eq!(in_use, [true, false, true]);
    }
}
