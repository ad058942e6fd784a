//! What the own microphone and camera should do.
//!
//! Asks for camera and microphone together (one question to the person), then for less: a person with one device, or
//! none, takes part all the same. Off means off: a camera that is switched off is stopped, its light goes out.
//! The shared screen has rules of its own: [`screen`].

pub mod screen;
pub mod sound;

mod choice;

pub use choice::{Choices, DeviceIds, DeviceInfo, Facing};

use super::signal::MediaSource;
use super::view::{Device, DeviceKind, Notice};
use screen::{Screen, Share};

/// Which devices to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Devices {
    /// The microphone.
    pub microphone: bool,
    /// The camera.
    pub camera: bool,
}

/// Why the browser gives no device (the names are those of getUserMedia's exceptions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceError {
    /// NotAllowedError, SecurityError: the person or a policy says no.
    Blocked,
    /// NotReadableError, AbortError: another program has it, or it is broken.
    Busy,
    /// NotFoundError, OverconstrainedError, or no mediaDevices at all.
    Missing,
}

/// What happened to the devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaEvent {
    /// The devices asked for are open, and are what is sent from now on.
    Opened(Devices),
    /// They are not to be had.
    Refused(Devices, DeviceError),
    /// The screen that was chosen is captured.
    ScreenOpened,
    /// No screen is.
    ScreenRefused(DeviceError),
    /// A device ended by itself: it was unplugged, or taken away.
    Ended(MediaSource),
    /// The system takes a device away for a while (a phone call, a locked screen), or gives it back.
    Interrupted(MediaSource, bool),
    /// Something was plugged in or out.
    DevicesChanged,
}

/// What to do with the devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaCommand {
    /// Ask for these, then [`MediaEvent::Opened`] or [`MediaEvent::Refused`].
    Open(Devices),
    /// Send sound, or nothing; the device stays open so that unmuting is instant.
    EnableMicrophone(bool),
    /// Stop the camera and send no picture.
    StopCamera,
    /// Ask for a screen, then [`MediaEvent::ScreenOpened`] or [`MediaEvent::ScreenRefused`].
    OpenScreen,
    /// Stop sharing the screen, and its sound.
    StopScreen,
    /// Stop everything.
    StopAll,
}

/// State of the own devices.
#[derive(Debug, Default)]
pub struct Media {
    microphone: Own,
    camera: Own,
    screen: Screen,
    /// Both were asked for together, and the last answer to that is still to come.
    settling: bool,
}

#[derive(Debug, Clone, Copy)]
struct Own {
    wanted: bool,
    state: State,
    /// It was open and ended by itself; it is taken back without being asked for by the person.
    lost: bool,
    /// Whether that was tried since the person, or a plug, last did something.
    tried: bool,
    /// Another device takes the place of the one that was open: to everybody it stays on.
    switching: bool,
    /// The system holds it back.
    interrupted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Asking,
    Open,
    Refused(DeviceError),
}

impl Default for Own {
    fn default() -> Self {
        Self::new(true, State::Closed)
    }
}

impl Own {
    fn new(wanted: bool, state: State) -> Self {
        Self { wanted, state, lost: false, tried: false, switching: false, interrupted: false }
    }

    fn device(self) -> Device {
        match (self.state, self.wanted) {
            (State::Refused(_), _) => Device::Missing,
            (_, false) => Device::Off,
            (State::Open, true) => Device::On,
            (State::Asking, true) if self.switching => Device::On,
            (State::Asking | State::Closed, true) => Device::Starting,
        }
    }

    fn error(self) -> Option<DeviceError> {
        match self.state {
            State::Refused(error) => Some(error),
            State::Closed | State::Asking | State::Open => None,
        }
    }
}

impl Media {
    /// The devices, as this person left them when the page was loaded again.
    pub fn restored(microphone: bool, camera: bool) -> Self {
        let own = |wanted| Own::new(wanted, State::Closed);
        Self { microphone: own(microphone), camera: own(camera), ..Self::default() }
    }

    /// Asks for what is wanted and not there (the microphone always: muted is not closed).
    pub fn open(&mut self) -> Vec<MediaCommand> {
        let asked = |own: &mut Own, wanted: bool| {
            let ask = wanted && matches!(own.state, State::Closed | State::Refused(_));
            if ask {
                (own.state, own.tried, own.interrupted) = (State::Asking, false, false);
            }
            ask
        };
        let microphone = asked(&mut self.microphone, true);
        let wants_camera = self.camera.wanted;
        let camera = asked(&mut self.camera, wants_camera);
        self.settling = microphone && camera;
        ask(Devices { microphone, camera })
    }

    /// Everything is closed; what was wanted is remembered.
    pub fn close(&mut self) -> Vec<MediaCommand> {
        self.microphone.state = State::Closed;
        self.camera.state = State::Closed;
        self.screen.close();
        self.settling = false;
        vec![MediaCommand::StopAll]
    }

    /// The person pressed the microphone's button.
    pub fn toggle_microphone(&mut self) -> Vec<MediaCommand> {
        match self.microphone.state {
            State::Refused(_) | State::Closed => {
                self.microphone = Own::new(true, State::Asking);
                ask(Devices { microphone: true, camera: false })
            }
            State::Asking | State::Open => {
                self.microphone.wanted = !self.microphone.wanted;
                vec![MediaCommand::EnableMicrophone(self.microphone.wanted)]
            }
        }
    }

    /// The person pressed the camera's button.
    pub fn toggle_camera(&mut self) -> Vec<MediaCommand> {
        match self.camera.state {
            State::Open => {
                self.camera = Own::new(false, State::Closed);
                vec![MediaCommand::StopCamera]
            }
            State::Asking => {
                self.camera.wanted = !self.camera.wanted;
                Vec::new()
            }
            State::Closed | State::Refused(_) => {
                self.camera = Own::new(true, State::Asking);
                ask(Devices { microphone: false, camera: true })
            }
        }
    }

    /// The person has chosen another device of this kind: one that is open, or that was refused, makes room for it.
    pub fn switch(&mut self, kind: DeviceKind) -> Vec<MediaCommand> {
        let own = match kind {
            DeviceKind::Microphone => &mut self.microphone,
            DeviceKind::Camera => &mut self.camera,
            DeviceKind::Speaker => return Vec::new(),
        };
        let again = match own.state {
            State::Open | State::Refused(_) => own.wanted || kind == DeviceKind::Microphone,
            State::Asking | State::Closed => false,
        };
        if again {
            own.switching = own.state == State::Open;
            (own.state, own.interrupted) = (State::Asking, false);
        }
        ask(Devices {
            microphone: again && kind == DeviceKind::Microphone,
            camera: again && kind == DeviceKind::Camera,
        })
    }

    /// The person pressed the button that shares the screen.
    pub fn toggle_screen(&mut self) -> Vec<MediaCommand> {
        self.screen.toggle()
    }

    /// Takes what the browser says of the devices.
    pub fn handle(&mut self, event: MediaEvent) -> Vec<MediaCommand> {
        match event {
            MediaEvent::Opened(devices) => self.opened(devices),
            MediaEvent::Refused(devices, error) => {
                let commands = self.refused(devices, error);
                self.settling &= !commands.is_empty();
                commands
            }
            MediaEvent::Ended(MediaSource::Microphone) => {
                ask(Devices { microphone: self.microphone.lose(), camera: false })
            }
            MediaEvent::Ended(MediaSource::Camera) => ask(Devices { microphone: false, camera: self.camera.lose() }),
            MediaEvent::Interrupted(source, interrupted) => {
                self.interrupted(source, interrupted);
                Vec::new()
            }
            MediaEvent::DevicesChanged => {
                let (microphone, camera) = (self.microphone.returns(), self.camera.returns());
                ask(Devices { microphone, camera })
            }
            MediaEvent::ScreenOpened => self.screen.opened(),
            MediaEvent::ScreenRefused(error) => self.screen.refused(error),
            MediaEvent::Ended(source) => self.screen.ended(source),
        }
    }

    /// What the system holds back although the person looks at the page again is asked for anew: some systems give it back
    /// to nobody else.
    pub fn take_back(&mut self) -> Vec<MediaCommand> {
        ask(Devices { microphone: self.microphone.take_back(), camera: self.camera.take_back() })
    }

    /// State of the microphone. Held back by the system, it is heard by nobody.
    pub fn microphone(&self) -> Device {
        let device = self.microphone.device();
        if device == Device::On && self.microphone.interrupted { Device::Starting } else { device }
    }

    /// State of the camera.
    pub fn camera(&self) -> Device {
        self.camera.device()
    }

    /// State of the own share, in a browser that can share.
    pub fn screen(&self) -> Share {
        self.screen.share()
    }

    /// The person has read that the screen could not be shared.
    pub fn forgive_screen(&mut self) {
        self.screen.forgive();
    }

    /// What the person wants: microphone, camera.
    pub fn wanted(&self) -> (bool, bool) {
        (self.microphone.wanted, self.camera.wanted)
    }

    /// What to tell the person about devices that are not to be had: once all is known, and in as few sentences.
    pub fn notices(&self) -> Vec<Notice> {
        let mut notices = self.device_notices();
        if self.screen.has_failed() {
            notices.push(Notice::ScreenFailed);
        }
        notices
    }

    fn device_notices(&self) -> Vec<Notice> {
        use DeviceError::{Blocked, Busy, Missing};
        if self.settling {
            return Vec::new();
        }
        let microphone = self.microphone.error().map(|error| match error {
            Blocked => Notice::MicrophoneBlocked,
            Busy => Notice::MicrophoneBusy,
            Missing => Notice::NoMicrophone,
        });
        let camera = self.camera.error().map(|error| match error {
            Blocked => Notice::CameraBlocked,
            Busy => Notice::CameraBusy,
            Missing => Notice::NoCamera,
        });
        match (microphone, camera) {
            (Some(Notice::NoMicrophone), Some(Notice::NoCamera)) => vec![Notice::NoDevices],
            (Some(Notice::MicrophoneBlocked), Some(Notice::CameraBlocked)) => vec![Notice::DevicesBlocked],
            (Some(Notice::MicrophoneBusy), Some(Notice::CameraBusy)) => vec![Notice::DevicesBusy],
            (microphone, camera) => camera.into_iter().chain(microphone).collect(),
        }
    }

    fn opened(&mut self, devices: Devices) -> Vec<MediaCommand> {
        self.settling = false;
        let mut commands = Vec::new();
        if devices.microphone {
            self.microphone.opened();
            commands.push(MediaCommand::EnableMicrophone(self.microphone.wanted));
        }
        if devices.camera && self.camera.wanted {
            self.camera.opened();
        } else if devices.camera {
            self.camera.state = State::Closed;
            commands.push(MediaCommand::StopCamera);
        }
        commands
    }

    fn interrupted(&mut self, source: MediaSource, interrupted: bool) {
        match source {
            MediaSource::Microphone => self.microphone.interrupted = interrupted,
            MediaSource::Camera => self.camera.interrupted = interrupted,
            MediaSource::Screen | MediaSource::ScreenAudio => {}
        }
    }

    /// Both refused: ask for one. One refused: remember why, and ask for the other if it was not tried alone.
    fn refused(&mut self, devices: Devices, error: DeviceError) -> Vec<MediaCommand> {
        if devices.camera && devices.microphone {
            self.camera.state = State::Refused(error);
            return ask(Devices { microphone: true, camera: false });
        }
        if devices.camera {
            self.camera.state = State::Refused(error);
            return Vec::new();
        }
        self.microphone.state = State::Refused(error);
        // The pair may have been refused for the microphone's sake. A person who said no is not asked again.
        if error != DeviceError::Blocked && self.camera.error().is_some_and(|error| error != DeviceError::Blocked) {
            self.camera.state = State::Asking;
            return ask(Devices { microphone: false, camera: true });
        }
        Vec::new()
    }
}

impl Own {
    fn opened(&mut self) {
        self.state = State::Open;
        (self.lost, self.switching) = (false, false);
    }

    /// It ended by itself; whether to ask at once for what is left. That tells why, too: a permission that was taken away
    /// is refused, a machine without another device has none.
    fn lose(&mut self) -> bool {
        let asks = self.state == State::Open && !self.tried;
        if self.state == State::Open {
            self.lost = true;
            self.state = if asks { State::Asking } else { State::Refused(DeviceError::Missing) };
            (self.tried, self.interrupted) = (true, false);
        }
        asks
    }

    /// Whether to ask for it anew.
    fn take_back(&mut self) -> bool {
        let asks = self.interrupted && self.state == State::Open;
        if asks {
            (self.state, self.switching, self.interrupted) = (State::Asking, true, false);
        }
        asks
    }

    /// Something was plugged in or out; whether to ask for what was lost. Who said no is not asked again.
    fn returns(&mut self) -> bool {
        self.tried = false;
        let asks = self.lost && matches!(self.state, State::Refused(DeviceError::Missing | DeviceError::Busy));
        if asks {
            self.state = State::Asking;
        }
        asks
    }
}

fn ask(devices: Devices) -> Vec<MediaCommand> {
    if devices.microphone || devices.camera { vec![MediaCommand::Open(devices)] } else { Vec::new() }
}

#[cfg(test)]
mod tests;
