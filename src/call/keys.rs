//! What a key means: the shortcuts, and the space bar that is held to talk.
//!
//! None of them surprises who types, who holds a modifier (those keys are the browser's and the system's), or who has
//! switched them off (WCAG 2.2, 2.1.4). Letters are those that the layout produces.

use super::preferences::{Preference, Preferences};

/// A key went down or up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPress {
    /// `KeyboardEvent.key`.
    pub key: String,
    /// Whether it went down.
    pub down: bool,
    /// `KeyboardEvent.repeat`: it is held.
    pub repeated: bool,
    /// Whether Control, Alt or Meta is held.
    pub modified: bool,
    /// Whether Shift is.
    pub shifted: bool,
    /// Whether it goes to something that takes keys itself: a field, a switch, a dialog.
    pub taken: bool,
    /// Whether it went to the small window, which has the tiles and little else.
    pub small: bool,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Mutes and unmutes.
    Microphone,
    /// Turns the camera on and off.
    Camera,
    /// Shares the screen, and stops that.
    Share,
    /// Raises and lowers the hand.
    Hand,
    /// Opens the reactions.
    React,
    /// Opens and closes the chat.
    Chat,
    /// Opens and closes the list of people.
    People,
    /// Copies the link.
    CopyLink,
    /// Opens this very overview.
    Overview,
}

impl Shortcut {
    /// All of them, in the order of the overview.
    pub const ALL: [Self; 9] = [
        Self::Microphone,
        Self::Camera,
        Self::Share,
        Self::Hand,
        Self::React,
        Self::Chat,
        Self::People,
        Self::CopyLink,
        Self::Overview,
    ];

    /// The key.
    pub fn key(self) -> &'static str {
        ["m", "v", "s", "h", "r", "c", "p", "l", "?"][self as usize]
    }

    /// Whether what it does can be seen at the tiles. What opens a panel behind another window surprises.
    fn shows_at_tiles(self) -> bool {
        matches!(self, Self::Microphone | Self::Camera | Self::Hand)
    }
}

/// What a key means now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Do this.
    Do(Shortcut),
    /// The space bar is held, or not any more.
    Talk(bool),
}

/// What this key means, if it means anything.
pub fn meaning(press: &KeyPress, preferences: Preferences) -> Option<Meaning> {
    let talks = preferences.has(Preference::PushToTalk) && press.key == " ";
    if talks && !press.down {
        // Wherever the focus is by now: nobody goes on being heard.
        return Some(Meaning::Talk(false));
    }
    if press.taken || press.modified || !press.down {
        return None;
    }
    if talks {
        return Some(Meaning::Talk(true));
    }
    let shortcut = Shortcut::ALL.into_iter().find(|shortcut| shortcut.key() == press.key)?;
    let is_meant = !press.repeated && (!press.shifted || shortcut == Shortcut::Overview);
    let is_meant = is_meant && (!press.small || shortcut.shows_at_tiles());
    (is_meant && preferences.has(Preference::Shortcuts)).then_some(Meaning::Do(shortcut))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> KeyPress {
        KeyPress { key: key.into(), down: true, ..KeyPress::default() }
    }

    fn with(preference: Preference, on: bool) -> Preferences {
        let mut preferences = Preferences::default();
        preferences.set(preference, on);
        preferences
    }

    #[test]
    fn each_key_does_one_thing() {
        for (n, shortcut) in Shortcut::ALL.into_iter().enumerate() {
            assert_eq!(meaning(&press(shortcut.key()), Preferences::default()), Some(Meaning::Do(shortcut)));
            assert!(Shortcut::ALL[n + 1..].iter().all(|other| other.key() != shortcut.key()));
        }
        let shifted = KeyPress { shifted: true, ..press("?") };
        assert_eq!(meaning(&shifted, Preferences::default()), Some(Meaning::Do(Shortcut::Overview)));
    }

    #[test]
    fn no_key_surprises() {
        let m = press("m");
        for key in [
            KeyPress { taken: true, ..m.clone() },
            KeyPress { modified: true, ..m.clone() },
            KeyPress { shifted: true, ..m.clone() },
            KeyPress { repeated: true, ..m.clone() },
            KeyPress { down: false, ..m.clone() },
            press("M"),
            press("x"),
            press(" "),
            press("Process"),
        ] {
            assert_eq!(meaning(&key, Preferences::default()), None, "{key:?}");
        }
        assert_eq!(meaning(&m, with(Preference::Shortcuts, false)), None);
    }

    #[test]
    fn in_the_small_window_keys_do_what_is_seen_there() {
        let does = |shortcut: &Shortcut| {
            let key = KeyPress { small: true, ..press(shortcut.key()) };
            meaning(&key, Preferences::default()).is_some()
        };
        let done: Vec<_> = Shortcut::ALL.into_iter().filter(does).collect();
        assert_eq!(done, [Shortcut::Microphone, Shortcut::Camera, Shortcut::Hand]);
        let space = KeyPress { small: true, ..press(" ") };
        assert_eq!(meaning(&space, with(Preference::PushToTalk, true)), Some(Meaning::Talk(true)));
    }

    #[test]
    fn the_space_bar_talks_while_it_is_held_where_that_is_wanted() {
        let on = with(Preference::PushToTalk, true);
        assert_eq!(meaning(&press(" "), on), Some(Meaning::Talk(true)));
        assert_eq!(meaning(&KeyPress { repeated: true, ..press(" ") }, on), Some(Meaning::Talk(true)));
        assert_eq!(meaning(&KeyPress { taken: true, ..press(" ") }, on), None);
        let up = KeyPress { down: false, taken: true, ..press(" ") };
        assert_eq!(meaning(&up, on), Some(Meaning::Talk(false)), "wherever it is let go");
        assert_eq!(meaning(&up, Preferences::default()), None);
    }
}
