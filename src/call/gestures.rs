//! Raised hands and reactions: what is said without a word.
//!
//! Design decisions
//! - Hands stand in the order in which they were raised. Each carries a Lamport stamp, one more than any that its owner had
//!   seen, and is said again to whoever comes later: everybody sees the same order, ties by the id of the person.
//! - A reaction is shown for a few seconds, the latest in place of the one before. Who sends more than a pace allows is
//!   not shown for the rest; it harms nobody, so nothing else follows from it.

use crate::call::few::Few;
use std::time::Duration;

use serde::Serialize;

use super::pace::Pace;
use crate::protocol::PeerId;

/// How long a reaction is shown.
pub const SHOWN: Duration = Duration::from_secs(4);
/// How many reactions of one person are shown.
const REACTIONS: Pace = Pace::new(8, 2);
/// A stamp from a broken clock must not push all that follow to the end of numbers.
const LEAP: u64 = 1_000_000;

/// What can be said with one sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Reaction {
    /// A thumb.
    #[serde(rename = "👍")]
    Agree,
    /// A heart.
    #[serde(rename = "❤️")]
    Love,
    /// Tears of joy.
    #[serde(rename = "😂")]
    Laugh,
    /// An open mouth.
    #[serde(rename = "😮")]
    Wonder,
    /// Hands that clap.
    #[serde(rename = "👏")]
    Applaud,
    /// Confetti.
    #[serde(rename = "🎉")]
    Celebrate,
}

impl Reaction {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 6] = [Self::Agree, Self::Love, Self::Laugh, Self::Wonder, Self::Applaud, Self::Celebrate];

    /// The sign itself: on the wire, and on the tile.
    pub fn emoji(self) -> &'static str {
        ["👍", "❤️", "😂", "😮", "👏", "🎉"][self as usize]
    }

    /// The reaction with this sign.
    pub fn parse(emoji: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reaction| reaction.emoji() == emoji)
    }
}

/// A hand, up or down, and when that was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Whether it is up.
    pub up: bool,
    /// Lamport stamp of the raising.
    pub lamport: u64,
}

/// The gestures of everybody in the call; `None` is oneself.
#[derive(Debug, Default)]
pub struct Gestures {
    lamport: u64,
    /// Nothing until it was raised for the first time.
    own: Option<Hand>,
    hands: Few<PeerId, u64>,
    reactions: Few<Option<PeerId>, (Reaction, Duration)>,
    paces: Few<Option<PeerId>, Pace>,
}

impl Gestures {
    /// Those of a person whose page was loaded again while the hand was up, if it was.
    pub fn restored(raised: Option<u64>) -> Self {
        let own = raised.map(|lamport| Hand { up: true, lamport });
        Self { own, lamport: raised.unwrap_or_default(), ..Self::default() }
    }

    /// Raises or lowers the own hand; what the others are to be told.
    pub fn toggle(&mut self) -> Hand {
        let hand = match self.own {
            Some(hand) if hand.up => Hand { up: false, ..hand },
            Some(_) | None => {
                self.lamport = self.lamport.saturating_add(1);
                Hand { up: true, lamport: self.lamport }
            }
        };
        self.own = Some(hand);
        hand
    }

    /// The own hand, if it was ever raised: what somebody has to be told who has just come, or may have missed it.
    pub fn own(&self) -> Option<Hand> {
        self.own
    }

    /// Since when the own hand is up.
    pub fn raised(&self) -> Option<u64> {
        self.own.filter(|hand| hand.up).map(|hand| hand.lamport)
    }

    /// Takes what somebody says of their hand; whether it was down before, or up.
    pub fn hear(&mut self, peer: PeerId, hand: Hand) -> bool {
        self.lamport = self.lamport.max(hand.lamport.min(self.lamport.saturating_add(LEAP)));
        let before = if hand.up { self.hands.insert(peer, hand.lamport) } else { self.hands.remove(&peer) };
        before.is_some() != hand.up
    }

    /// Which place somebody's hand has among those that are up, from 1; `me` is one's own id.
    pub fn place(&self, me: PeerId, who: Option<PeerId>) -> Option<u16> {
        let own = self.raised().map(|lamport| (lamport, me));
        let hands = || self.hands.iter().map(|(peer, lamport)| (*lamport, *peer)).chain(own);
        let theirs = hands().find(|(_, peer)| *peer == who.unwrap_or(me))?;
        Some(hands().filter(|hand| *hand <= theirs).count() as u16)
    }

    /// Somebody reacts; whether that is within the pace, and so is shown.
    pub fn react(&mut self, now: Duration, who: Option<PeerId>, reaction: Reaction) -> bool {
        let shown = self.paces.or_insert(who, REACTIONS).admits(now);
        if shown {
            self.reactions.insert(who, (reaction, now + SHOWN));
        }
        shown
    }

    /// What is to be shown of somebody.
    pub fn reaction(&self, who: Option<PeerId>) -> Option<Reaction> {
        self.reactions.get(&who).map(|(reaction, _)| *reaction)
    }

    /// What has been shown for long enough goes.
    pub fn check_time(&mut self, now: Duration) {
        self.reactions.retain(|_, (_, until)| *until > now);
    }

    /// When the next one goes.
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.reactions.values().map(|(_, until)| *until).min()
    }

    /// Somebody has gone, or come back with a fresh page.
    pub fn forget(&mut self, peer: PeerId) {
        self.hands.remove(&peer);
        self.reactions.remove(&Some(peer));
    }

    /// Nobody else is there any more.
    pub fn forget_others(&mut self) {
        self.hands.clear();
        self.reactions.retain(|who, _| who.is_none());
        self.paces.retain(|who, _| who.is_none());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        PeerId::from_bytes([n; 16])
    }

    /// So many people who are told of each other's hands.
    struct Room(Vec<Gestures>);

    impl Room {
        fn tell(&mut self, from: usize, hand: Hand) {
            for (n, page) in self.0.iter_mut().enumerate().filter(|(n, _)| *n != from) {
                assert!(page.hear(peer(from as u8), hand), "{n} hears {from}");
            }
        }

        fn toggle(&mut self, who: usize) {
            let hand = self.0[who].toggle();
            self.tell(who, hand);
        }

        /// The places of everybody, as each of them sees it.
        fn places(&self) -> Vec<Vec<Option<u16>>> {
            let of = |(me, page): (usize, &Gestures)| {
                let place = |n: usize| page.place(peer(me as u8), (n != me).then(|| peer(n as u8)));
                (0..self.0.len()).map(place).collect()
            };
            self.0.iter().enumerate().map(of).collect()
        }
    }

    fn room() -> Room {
        Room((0..4).map(|_| Gestures::default()).collect())
    }

    #[test]
    fn everybody_sees_hands_in_the_order_in_which_they_were_raised() {
        let mut room = room();
        for who in [2, 0, 3] {
            room.toggle(who);
        }
        assert_eq!(room.places(), vec![vec![Some(2), None, Some(1), Some(3)]; 4]);
        // Who lowers it and raises it again is the last.
        room.toggle(2);
        room.toggle(2);
        assert_eq!(room.places(), vec![vec![Some(1), None, Some(3), Some(2)]; 4]);
    }

    #[test]
    fn hands_that_go_up_at_once_have_one_order_too() {
        let mut room = room();
        let hands = [3, 1].map(|who| (who, room.0[who].toggle()));
        for (who, hand) in hands {
            room.tell(who, hand);
        }
        assert_eq!(room.places(), vec![vec![None, Some(1), None, Some(2)]; 4]);
    }

    #[test]
    fn who_comes_late_sees_the_same_order_and_comes_behind_it() {
        let mut room = room();
        room.toggle(3);
        room.toggle(1);
        let mut late = Gestures::default();
        // Those who are there say it in whatever order their connections come up.
        for who in [1, 3] {
            late.hear(peer(who), room.0[usize::from(who)].own().unwrap());
        }
        late.toggle();
        let places = [1, 3].map(|who| late.place(peer(9), Some(peer(who))));
        assert_eq!((places, late.place(peer(9), None)), ([Some(2), Some(1)], Some(3)));
        assert_eq!(room.0[0].own(), None, "who never raised a hand says nothing");
    }

    #[test]
    fn a_hand_keeps_its_place_over_a_reload_and_loses_it_with_its_owner() {
        let mut page = Gestures::restored(Some(7));
        assert_eq!((page.raised(), page.place(peer(9), None)), (Some(7), Some(1)));
        assert!(page.hear(peer(1), Hand { up: true, lamport: 6 }));
        assert_eq!(page.place(peer(9), None), Some(2));
        assert!(!page.hear(peer(1), Hand { up: true, lamport: 6 }), "said again is not raised again");
        page.forget(peer(1));
        assert_eq!(page.place(peer(9), None), Some(1));
        assert_eq!(page.toggle(), Hand { up: false, lamport: 7 });
        assert_eq!(page.toggle(), Hand { up: true, lamport: 8 });
    }

    #[test]
    fn a_broken_clock_does_not_end_the_numbers() {
        let mut page = Gestures::default();
        page.hear(peer(1), Hand { up: true, lamport: u64::MAX });
        page.hear(peer(1), Hand { up: true, lamport: u64::MAX });
        assert!(page.toggle().lamport <= 2 * LEAP + 1);
        assert_eq!(page.place(peer(9), Some(peer(1))), Some(2));
    }

    #[test]
    fn a_reaction_stands_for_a_while_and_the_latest_takes_its_place() {
        let mut page = Gestures::default();
        let at = Duration::from_millis;
        assert!(page.react(at(0), Some(peer(1)), Reaction::Agree));
        assert!(page.react(at(1_000), Some(peer(1)), Reaction::Laugh));
        assert!(page.react(at(2_000), None, Reaction::Love));
        page.check_time(at(4_999));
        assert_eq!(page.reaction(Some(peer(1))), Some(Reaction::Laugh));
        assert_eq!(page.poll_timeout(), Some(at(5_000)));
        page.check_time(at(5_000));
        assert_eq!((page.reaction(Some(peer(1))), page.reaction(None)), (None, Some(Reaction::Love)));
    }

    #[test]
    fn a_flood_of_reactions_is_not_shown_and_harms_nobody_elses() {
        let mut page = Gestures::default();
        let shown = (0..1_000).filter(|n| page.react(Duration::from_millis(*n), Some(peer(1)), Reaction::Agree));
        assert_eq!(shown.count(), 9);
        assert!(page.react(Duration::from_millis(999), Some(peer(2)), Reaction::Agree));
    }

    #[test]
    fn each_sign_is_found_again_and_no_other_is() {
        for reaction in Reaction::ALL {
            assert_eq!(Reaction::parse(reaction.emoji()), Some(reaction));
            assert_eq!(serde_json::to_string(&reaction).unwrap(), format!("\"{}\"", reaction.emoji()));
        }
        assert_eq!(Reaction::parse("💣"), None);
    }
}
