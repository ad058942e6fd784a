use super::*;

const BOTH: Devices = Devices { microphone: true, camera: true };
const MICROPHONE: Devices = Devices { microphone: true, camera: false };
const CAMERA: Devices = Devices { microphone: false, camera: true };

fn open() -> Media {
    let mut media = Media::default();
    assert_eq!(media.open(), [MediaCommand::Open(BOTH)]);
    media
}

#[test]
fn both_devices_are_asked_for_at_once() {
    let mut media = open();
    assert_eq!((media.microphone(), media.camera()), (Device::Starting, Device::Starting));
    assert_eq!(media.handle(MediaEvent::Opened(BOTH)), [MediaCommand::EnableMicrophone(true)]);
    assert_eq!((media.microphone(), media.camera()), (Device::On, Device::On));
}

#[test]
fn without_camera_the_microphone_is_asked_for() {
    let mut media = open();
    assert_eq!(media.handle(MediaEvent::Refused(BOTH, DeviceError::Missing)), [MediaCommand::Open(MICROPHONE)]);
    media.handle(MediaEvent::Opened(MICROPHONE));
    assert_eq!((media.microphone(), media.camera()), (Device::On, Device::Missing));
    assert_eq!(media.notices(), [Notice::NoCamera]);
}

#[test]
fn without_microphone_the_camera_is_asked_for() {
    let mut media = open();
    media.handle(MediaEvent::Refused(BOTH, DeviceError::Missing));
    assert_eq!(media.handle(MediaEvent::Refused(MICROPHONE, DeviceError::Missing)), [MediaCommand::Open(CAMERA)]);
    media.handle(MediaEvent::Opened(CAMERA));
    assert_eq!((media.microphone(), media.camera()), (Device::Missing, Device::On));
}

#[test]
fn without_any_device_one_sentence_says_so() {
    let mut media = open();
    media.handle(MediaEvent::Refused(BOTH, DeviceError::Missing));
    media.handle(MediaEvent::Refused(MICROPHONE, DeviceError::Missing));
    assert_eq!(media.handle(MediaEvent::Refused(CAMERA, DeviceError::Missing)), []);
    assert_eq!(media.notices(), [Notice::NoDevices]);
}

#[test]
fn who_said_no_is_asked_once_more_for_sound_and_then_left_alone() {
    let mut media = open();
    assert_eq!(media.handle(MediaEvent::Refused(BOTH, DeviceError::Blocked)), [MediaCommand::Open(MICROPHONE)]);
    assert_eq!(media.handle(MediaEvent::Refused(MICROPHONE, DeviceError::Blocked)), []);
    assert_eq!(media.notices(), [Notice::DevicesBlocked]);
    assert_eq!(media.open(), [MediaCommand::Open(BOTH)], "Try again");
    assert_eq!(media.notices(), []);
}

#[test]
fn what_is_missing_is_said_once_and_when_all_is_known() {
    for (error, notice) in [
        (DeviceError::Missing, Notice::NoDevices),
        (DeviceError::Blocked, Notice::DevicesBlocked),
        (DeviceError::Busy, Notice::DevicesBusy),
    ] {
        let mut media = open();
        let mut commands = vec![MediaCommand::Open(BOTH)];
        while let [MediaCommand::Open(devices)] = commands[..] {
            assert_eq!(media.notices(), [], "before the answer to {devices:?}");
            commands = media.handle(MediaEvent::Refused(devices, error));
        }
        assert_eq!(media.notices(), [notice]);
    }
}

#[test]
fn one_device_that_is_blocked_is_named() {
    let mut media = open();
    media.handle(MediaEvent::Refused(BOTH, DeviceError::Blocked));
    media.handle(MediaEvent::Opened(MICROPHONE));
    assert_eq!(media.notices(), [Notice::CameraBlocked]);
}

#[test]
fn a_question_for_one_device_hides_nothing_about_the_other() {
    let mut media = open();
    media.handle(MediaEvent::Refused(BOTH, DeviceError::Missing));
    media.handle(MediaEvent::Refused(MICROPHONE, DeviceError::Missing));
    media.handle(MediaEvent::Opened(CAMERA));
    media.toggle_camera();
    media.toggle_camera();
    assert_eq!(media.notices(), [Notice::NoMicrophone]);
}

#[test]
fn muting_keeps_the_device_and_camera_off_stops_it() {
    let mut media = open();
    media.handle(MediaEvent::Opened(BOTH));
    assert_eq!(media.toggle_microphone(), [MediaCommand::EnableMicrophone(false)]);
    assert_eq!(media.toggle_camera(), [MediaCommand::StopCamera]);
    assert_eq!((media.microphone(), media.camera()), (Device::Off, Device::Off));
    assert_eq!(media.toggle_microphone(), [MediaCommand::EnableMicrophone(true)]);
    assert_eq!(media.toggle_camera(), [MediaCommand::Open(CAMERA)]);
}

#[test]
fn what_was_switched_off_while_the_browser_asked_stays_off() {
    let mut media = open();
    media.toggle_microphone();
    media.toggle_camera();
    let commands = media.handle(MediaEvent::Opened(BOTH));
    assert_eq!(commands, [MediaCommand::EnableMicrophone(false), MediaCommand::StopCamera]);
    assert_eq!((media.microphone(), media.camera()), (Device::Off, Device::Off));
}

#[test]
fn who_was_muted_before_a_reload_is_muted_after_it() {
    let mut media = Media::restored(false, false);
    assert_eq!(media.open(), [MediaCommand::Open(MICROPHONE)]);
    assert_eq!(media.handle(MediaEvent::Opened(MICROPHONE)), [MediaCommand::EnableMicrophone(false)]);
    assert_eq!((media.microphone(), media.camera()), (Device::Off, Device::Off));
}

#[test]
fn an_unplugged_camera_is_missing_and_can_be_tried_again() {
    let mut media = open();
    media.handle(MediaEvent::Opened(BOTH));
    assert_eq!(media.handle(MediaEvent::Ended(MediaSource::Camera)), [MediaCommand::Open(CAMERA)], "another one?");
    assert_eq!((media.microphone(), media.camera()), (Device::On, Device::Starting));
    assert_eq!(media.handle(MediaEvent::Refused(CAMERA, DeviceError::Missing)), []);
    assert_eq!((media.camera(), media.notices()), (Device::Missing, vec![Notice::NoCamera]));
    assert_eq!(media.toggle_camera(), [MediaCommand::Open(CAMERA)]);
}

#[test]
fn what_was_unplugged_is_taken_back_when_it_is_plugged_in() {
    let mut media = open();
    media.handle(MediaEvent::Opened(BOTH));
    media.handle(MediaEvent::Ended(MediaSource::Microphone));
    media.handle(MediaEvent::Refused(MICROPHONE, DeviceError::Missing));
    assert_eq!(media.handle(MediaEvent::DevicesChanged), [MediaCommand::Open(MICROPHONE)]);
    media.handle(MediaEvent::Opened(MICROPHONE));
    assert_eq!((media.microphone(), media.notices()), (Device::On, vec![]));
    assert_eq!(media.handle(MediaEvent::DevicesChanged), []);
}

#[test]
fn a_device_that_was_never_there_is_not_asked_for_by_a_plug() {
    let mut media = open();
    media.handle(MediaEvent::Refused(BOTH, DeviceError::Missing));
    media.handle(MediaEvent::Opened(MICROPHONE));
    assert_eq!(media.handle(MediaEvent::DevicesChanged), []);
}

#[test]
fn a_permission_that_is_taken_away_is_said_and_not_asked_for_again() {
    let mut media = open();
    media.handle(MediaEvent::Opened(BOTH));
    media.handle(MediaEvent::Ended(MediaSource::Camera));
    assert_eq!(media.handle(MediaEvent::Refused(CAMERA, DeviceError::Blocked)), []);
    assert_eq!((media.microphone(), media.notices()), (Device::On, vec![Notice::CameraBlocked]));
    assert_eq!(media.handle(MediaEvent::DevicesChanged), []);
    assert_eq!(media.open(), [MediaCommand::Open(CAMERA)], "Try again");
}

#[test]
fn a_device_that_ends_again_and_again_is_left_alone() {
    let mut media = open();
    media.handle(MediaEvent::Opened(BOTH));
    assert_eq!(media.handle(MediaEvent::Ended(MediaSource::Camera)), [MediaCommand::Open(CAMERA)]);
    media.handle(MediaEvent::Opened(CAMERA));
    assert_eq!(media.handle(MediaEvent::Ended(MediaSource::Camera)), []);
    assert_eq!((media.camera(), media.notices()), (Device::Missing, vec![Notice::NoCamera]));
}

#[test]
fn another_device_takes_the_place_of_the_one_that_is_open_and_nobody_sees_it_off() {
    let mut media = open();
    media.handle(MediaEvent::Opened(BOTH));
    assert_eq!(media.switch(DeviceKind::Camera), [MediaCommand::Open(CAMERA)]);
    assert_eq!(media.camera(), Device::On);
    assert_eq!(media.switch(DeviceKind::Camera), [], "one question at a time");
    media.handle(MediaEvent::Opened(CAMERA));
    assert_eq!((media.camera(), media.switch(DeviceKind::Speaker)), (Device::On, vec![]));
}

#[test]
fn choosing_a_device_turns_nothing_on() {
    let mut media = open();
    media.handle(MediaEvent::Opened(BOTH));
    media.toggle_camera();
    assert_eq!((media.switch(DeviceKind::Camera), media.camera()), (vec![], Device::Off));
    media.toggle_microphone();
    assert_eq!(media.switch(DeviceKind::Microphone), [MediaCommand::Open(MICROPHONE)]);
    assert_eq!(media.handle(MediaEvent::Opened(MICROPHONE)), [MediaCommand::EnableMicrophone(false)]);
    assert_eq!(media.microphone(), Device::Off);
}

#[test]
fn a_chosen_device_may_be_had_where_the_other_was_refused() {
    let mut media = open();
    media.handle(MediaEvent::Refused(BOTH, DeviceError::Busy));
    media.handle(MediaEvent::Opened(MICROPHONE));
    assert_eq!(media.switch(DeviceKind::Camera), [MediaCommand::Open(CAMERA)]);
    assert_eq!(media.camera(), Device::Starting);
    media.handle(MediaEvent::Refused(CAMERA, DeviceError::Busy));
    assert_eq!((media.camera(), media.notices()), (Device::Missing, vec![Notice::CameraBusy]));
}
