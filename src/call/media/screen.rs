//! The own screen, shared beside the camera: from the press of the button to whichever end comes first.
//!
//! A browser asks the person anew each time and only while they press something, so a share is never taken up again by
//! itself: not after a reload, not after it broke away.

use super::{DeviceError, MediaCommand};
use crate::call::signal::MediaSource;

/// State of the own share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Share {
    /// This browser cannot share a screen.
    #[default]
    Unavailable,
    /// Nothing is shared.
    Off,
    /// The browser asks the person what to share.
    Choosing,
    /// The others see it.
    On,
}

/// The own screen.
#[derive(Debug, Default)]
pub struct Screen {
    state: State,
    failed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Off,
    Choosing,
    On,
}

impl Screen {
    /// How it is, in a browser that can share.
    pub fn share(&self) -> Share {
        match self.state {
            State::Off => Share::Off,
            State::Choosing => Share::Choosing,
            State::On => Share::On,
        }
    }

    /// Whether the last attempt came to nothing for another reason than the person's.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// The person has read that.
    pub fn forgive(&mut self) {
        self.failed = false;
    }

    /// The person pressed the button. While they choose, the browser's own window has the word.
    pub fn toggle(&mut self) -> Vec<MediaCommand> {
        self.failed = false;
        match self.state {
            State::Off => {
                self.state = State::Choosing;
                vec![MediaCommand::OpenScreen]
            }
            State::Choosing => Vec::new(),
            State::On => self.stop(),
        }
    }

    /// It is captured.
    pub fn opened(&mut self) -> Vec<MediaCommand> {
        if self.state == State::Choosing {
            self.state = State::On;
            return Vec::new();
        }
        // The call is over, or another window of the browser's was answered twice.
        vec![MediaCommand::StopScreen]
    }

    /// It is not to be had. Who closed the browser's window knows why, and is told nothing.
    pub fn refused(&mut self, error: DeviceError) -> Vec<MediaCommand> {
        self.state = State::Off;
        self.failed = error != DeviceError::Blocked;
        Vec::new()
    }

    /// A track ended by itself: the person stopped it in the browser's own bar, or the window was closed. Its sound may
    /// end alone.
    pub fn ended(&mut self, source: MediaSource) -> Vec<MediaCommand> {
        if source == MediaSource::Screen && self.state == State::On { self.stop() } else { Vec::new() }
    }

    /// Everything is being stopped.
    pub fn close(&mut self) {
        *self = Self::default();
    }

    fn stop(&mut self) -> Vec<MediaCommand> {
        self.state = State::Off;
        vec![MediaCommand::StopScreen]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Screen {
        let mut screen = Screen::default();
        assert_eq!(screen.toggle(), [MediaCommand::OpenScreen]);
        assert_eq!(screen.opened(), []);
        assert_eq!(screen.share(), Share::On);
        screen
    }

    #[test]
    fn a_press_shares_and_another_one_stops() {
        let mut screen = shared();
        assert_eq!(screen.toggle(), [MediaCommand::StopScreen]);
        assert_eq!(screen.share(), Share::Off);
    }

    #[test]
    fn a_second_press_while_the_person_chooses_asks_nothing() {
        let mut screen = Screen::default();
        screen.toggle();
        assert_eq!(screen.toggle(), []);
        assert_eq!(screen.share(), Share::Choosing);
    }

    #[test]
    fn who_closes_the_browsers_window_is_told_nothing_and_may_choose_again() {
        let mut screen = Screen::default();
        screen.toggle();
        assert_eq!(screen.refused(DeviceError::Blocked), []);
        assert_eq!((screen.share(), screen.has_failed()), (Share::Off, false));
        assert_eq!(screen.toggle(), [MediaCommand::OpenScreen]);
    }

    #[test]
    fn a_screen_that_cannot_be_captured_is_said_until_it_is_read_or_tried_again() {
        for again in [Screen::forgive, |screen: &mut Screen| drop(screen.toggle())] {
            let mut screen = Screen::default();
            screen.toggle();
            screen.refused(DeviceError::Busy);
            assert_eq!((screen.share(), screen.has_failed()), (Share::Off, true));
            again(&mut screen);
            assert!(!screen.has_failed());
        }
    }

    #[test]
    fn a_share_that_is_ended_elsewhere_lets_go_of_all_its_tracks() {
        let mut screen = shared();
        assert_eq!(screen.ended(MediaSource::ScreenAudio), [], "its sound may end alone");
        assert_eq!(screen.share(), Share::On);
        assert_eq!(screen.ended(MediaSource::Screen), [MediaCommand::StopScreen]);
        assert_eq!(screen.share(), Share::Off);
        assert_eq!(screen.ended(MediaSource::Screen), []);
    }

    #[test]
    fn what_is_chosen_after_the_call_is_stopped_at_once() {
        let mut screen = Screen::default();
        screen.toggle();
        screen.close();
        assert_eq!(screen.opened(), [MediaCommand::StopScreen]);
        assert_eq!(screen.share(), Share::Off);
    }
}
