//! The words about how good a connection is.

use super::{Words, fill};
use crate::call::view::{Details, Fault, Grade, InApp};

/// Where nothing was measured.
const NONE: &str = "–";

impl Words {
    /// The name of the mark on a tile.
    pub fn grade(&self, grade: Grade) -> &'static str {
        match grade {
            Grade::Good => self.grade_good,
            Grade::Fair => self.grade_fair,
            Grade::Poor => self.grade_poor,
        }
    }

    /// Whose connection is bad, of those who are called so.
    pub fn fault(&self, fault: &Fault, names: &[String]) -> String {
        let sentence = match fault {
            Fault::Own => self.fault_own,
            Fault::Relay => self.fault_relay,
            Fault::Theirs(_) => self.fault_theirs,
            Fault::Between(_) => self.fault_between,
        };
        // Who has gone meanwhile has no name any more.
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        if sentence.contains("{}") && names.is_empty() {
            return String::new();
        }
        fill(sentence, &self.people_in_words(&names))
    }

    /// What is measured beside route, round trip and loss: a line each.
    pub fn details(&self, details: &Details) -> String {
        let say = |kilobits| rate(kilobits, self.decimal_point);
        let (comes, goes) = details.kilobits.map_or((NONE.into(), NONE.into()), |(i, o)| (say(i), say(o)));
        let size = details.size.map(|(width, height)| [width.to_string(), height.to_string()].join(" × "));
        let coded = details.codec.map(|codec| codec.name().to_owned());
        let mut picture: Vec<String> = size.into_iter().chain(coded).collect();
        if picture.is_empty() {
            picture.push(NONE.to_owned());
        }
        [
            fill(self.jitter, &milliseconds(details.jitter_ms)),
            fill(self.incoming, &comes),
            fill(self.outgoing, &goes),
            fill(self.picture_size, &picture.join(self.comma)),
        ]
        .join("\n")
    }

    /// What the drawn lines of the last minute show: the first the round trip, the second the loss.
    pub fn minute(&self, details: &Details) -> String {
        let round_trip = milliseconds(Some(details.round_trips.most));
        fill(&fill(self.minute, &round_trip), &percent(details.losses.most, self.decimal_point))
    }

    /// What people call an app.
    pub fn app(&self, app: InApp) -> &'static str {
        match app {
            InApp::WeChat => self.wechat,
            InApp::Qq => "QQ",
            InApp::DingTalk => self.dingtalk,
            InApp::Weibo => self.weibo,
            InApp::Facebook => "Facebook",
            InApp::Instagram => "Instagram",
            InApp::Line => "LINE",
            InApp::TikTok => "TikTok",
            InApp::Snapchat => "Snapchat",
            InApp::LinkedIn => "LinkedIn",
        }
    }
}

fn milliseconds(ms: Option<u32>) -> String {
    ms.map_or_else(|| NONE.to_owned(), |ms| [&*ms.to_string(), "ms"].join(" "))
}

fn percent(permille: u32, point: &str) -> String {
    [&*(permille / 10).to_string(), point, &*(permille % 10).to_string(), " %"].concat()
}

fn rate(kilobits: u32, point: &str) -> String {
    if kilobits < 1_000 {
        return [&*kilobits.to_string(), "kbit/s"].join(" ");
    }
    [&*(kilobits / 1_000).to_string(), point, &*(kilobits % 1_000 / 100).to_string(), " Mbit/s"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::view::{Codec, Trace};
    use crate::i18n::Lang;
    use crate::protocol::PeerId;

    fn details() -> Details {
        Details {
            peer: PeerId::from_bytes([1; 16]),
            jitter_ms: None,
            kilobits: None,
            size: None,
            codec: None,
            volume: 100,
            round_trips: Trace::default(),
            losses: Trace::default(),
        }
    }

    #[test]
    fn figures_are_a_line_each_and_what_is_not_known_is_a_dash() {
        let words = Lang::En.words();
        assert_eq!(words.details(&details()), "Jitter: –\nIncoming: –\nOutgoing: –\nPicture: –");
        let known = Details {
            jitter_ms: Some(4),
            kilobits: Some((1_254, 640)),
            size: Some((1280, 720)),
            codec: Some(Codec::Vp8),
            round_trips: Trace { most: 120, points: vec![] },
            losses: Trace { most: 32, points: vec![] },
            ..details()
        };
        assert_eq!(
            words.details(&known),
            "Jitter: 4 ms\nIncoming: 1.2 Mbit/s\nOutgoing: 640 kbit/s\nPicture: 1280 × 720, VP8"
        );
        assert_eq!(
            words.minute(&known),
            "The last minute: round trip at most 120 ms, packets lost at most 3.2 % (dashed)."
        );
        assert!(Lang::De.words().details(&known).contains("1,2 Mbit/s"));
        assert!(Lang::De.words().minute(&known).contains("3,2 %"));
    }

    #[test]
    fn a_fault_names_those_whom_it_is_about_and_is_silent_about_who_has_gone() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for lang in Lang::ALL {
            let words = lang.words();
            let theirs = Fault::Theirs(vec![]);
            let said = words.fault(&theirs, &names(&["Bo", "", "Cy"]));
            assert!(said.contains("Bo") && said.contains("Cy") && !said.contains("{}"), "{said}");
            assert_eq!(words.fault(&theirs, &names(&[""])), "");
            let between = words.fault(&Fault::Between(PeerId::from_bytes([1; 16])), &names(&["Bo"]));
            assert!(between.contains("Bo"), "{between}");
            for fault in [Fault::Own, Fault::Relay] {
                assert!(!words.fault(&fault, &[]).is_empty());
            }
        }
    }
}
