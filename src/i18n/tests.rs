use super::*;
use crate::call::view::{
    CandidateKind, ConnectionView, Farewell, Gathered, InApp, Notice, Passage, Route, Story, Transport, Tried, Trouble,
    Turn,
};
use crate::protocol::{LinkError, PeerId, testing};

#[test]
fn the_cookie_wins_over_the_browser() {
    assert_eq!(Lang::negotiate(Some("zh-Hans"), Some("en")), Lang::ZhHans);
    assert_eq!(Lang::negotiate(Some("en"), Some("zh-CN")), Lang::En);
}

#[test]
fn a_cookie_of_no_language_is_passed_over() {
    assert_eq!(Lang::negotiate(Some("tlh"), Some("zh")), Lang::ZhHans);
}

#[test]
fn the_browsers_first_choice_that_we_have_is_taken() {
    for (header, lang) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", Lang::ZhHans),
        ("en-GB,en;q=0.9,zh;q=0.8", Lang::En),
        ("fr;q=0.9,zh-TW;q=0.3,en;q=0.2", Lang::ZhHans),
        ("de-CH,de;q=0.9,en;q=0.8", Lang::De),
        ("en;q=0.3, zh ; q=0.7", Lang::ZhHans),
        ("zh;q=0, en;q=0.1", Lang::En),
        ("zh;q=2, en;q=0.1", Lang::En),
        ("ZH_hans", Lang::ZhHans),
    ] {
        assert_eq!(Lang::negotiate(None, Some(header)), lang, "{header}");
    }
}

#[test]
fn english_when_nothing_fits() {
    for header in [None, Some(""), Some("*"), Some("fr,it"), Some(";;,=,q=,zh;q=x")] {
        assert_eq!(Lang::negotiate(None, header), Lang::En, "{header:?}");
    }
}

#[test]
fn a_language_is_found_by_its_own_code() {
    for lang in Lang::ALL {
        assert_eq!(Lang::from_tag(lang.code()), Some(lang));
    }
}

#[test]
fn what_a_page_is_sent_are_the_words_of_its_language() {
    for lang in Lang::ALL {
        let words = read(lang.lines()).unwrap();
        assert_eq!((words.language, words.unmute), (lang.words().language, lang.words().unmute));
        let (words, check_words) = read_check(lang.check_lines()).unwrap();
        assert_eq!(words.use_it, lang.words().use_it);
        assert_eq!(check_words.note_address, lang.check_words().note_address);
        assert!(read(lang.check_lines()).is_none() && read_check(lang.lines()).is_none());
    }
}

#[test]
fn each_sentence_has_the_same_gaps_in_every_language_and_no_control_characters() {
    for (english, lang, other) in pairs() {
        assert_eq!(english.matches("{}").count(), other.matches("{}").count(), "{lang:?}: {english} / {other}");
        assert!(!other.chars().any(char::is_control), "{lang:?}: {other:?}");
        assert_eq!(other.trim_start().is_empty(), english.trim_start().is_empty(), "{lang:?}: {english} / {other}");
    }
}

#[test]
fn no_sentence_was_left_in_english() {
    let same = [
        "Confab", "standup", ".", ", ", " ", "NAT", "UDP", "TCP", "TLS", "IPv6", "Browser", "Server", "Router",
        "WeChat", "DingTalk", "Weibo",
    ];
    let equal = pairs().into_iter().filter(|(english, _, other)| english == other && !same.contains(english));
    assert_eq!(equal.collect::<Vec<_>>(), []);
}

/// What is much longer than in English does not fit where it stands; what is much shorter lacks something.
#[test]
fn no_sentence_is_much_longer_or_shorter_than_in_english() {
    let out_of_bounds = pairs().into_iter().filter(|(english, lang, other)| {
        let (of_english, of_other) = (english.chars().count(), other.chars().count());
        let (least, most) = if *lang == Lang::ZhHans { (8, 1) } else { (2, 2) };
        of_other + 4 < of_english / least || of_other > of_english * most + 12
    });
    assert_eq!(out_of_bounds.collect::<Vec<_>>(), []);
}

/// Every sentence that is not English, beside the English one.
fn pairs() -> Vec<(&'static str, Lang, &'static str)> {
    let lines = |lang: Lang| {
        let mut lines = Vec::new();
        lang.words().write(&mut lines);
        lang.check_words().write(&mut lines);
        lines
    };
    let others = Lang::ALL.into_iter().filter(|lang| *lang != Lang::En);
    others.flat_map(|lang| lines(Lang::En).into_iter().zip(lines(lang)).map(move |(a, b)| (a, lang, b))).collect()
}

#[test]
fn what_is_said_is_one_or_two_whole_sentences() {
    for lang in Lang::ALL {
        for sentence in sentences(lang.words()) {
            let ends = sentence.matches(['.', '。', '!', '?', '！', '？']).count();
            assert!((1..=2).contains(&ends), "{sentence}");
            assert!(sentence.ends_with(['.', '。']), "{sentence}");
            assert!(!sentence.contains("{}"), "{sentence}");
        }
    }
}

#[test]
fn up_to_three_people_are_named_and_more_are_counted() {
    let said = |lang: Lang, joined: &[&str], left: &[&str]| {
        let passage = |name: &str, turn| Passage { peer: PeerId::from_bytes([1; 16]), name: testing::name(name), turn };
        let left = left.iter().map(|name| passage(name, Turn::Left));
        lang.words().announcement(&left.chain(joined.iter().map(|name| passage(name, Turn::Came))).collect::<Vec<_>>())
    };
    for (joined, left, english, chinese) in [
        (&["Bo"][..], &[][..], "Bo joined.", "Bo 加入了通话。"),
        (&[], &["Bo"], "Bo left.", "Bo 离开了通话。"),
        (&["Bo", "Cy"], &[], "Bo and Cy joined.", "Bo 和 Cy 加入了通话。"),
        (&["Bo", "Cy", "Di"], &["Ed"], "Bo, Cy and Di joined. Ed left.", "Bo、Cy 和 Di 加入了通话。Ed 离开了通话。"),
        (&[], &["Bo", "Cy", "Di", "Ed"], "4 people left.", "4 人 离开了通话。"),
    ] {
        assert_eq!(said(Lang::En, joined, left), english);
        assert_eq!(said(Lang::ZhHans, joined, left), chinese);
    }
}

#[test]
fn hands_and_those_who_write_are_told_in_the_same_way() {
    let passage = |name: &str, turn| Passage { peer: PeerId::from_bytes([1; 16]), name: testing::name(name), turn };
    let both = [passage("Bo", Turn::RaisedHand), passage("Cy", Turn::Came)];
    assert_eq!(Lang::En.words().announcement(&both), "Cy joined. Bo raised a hand.");
    assert_eq!(Lang::ZhHans.words().announcement(&both), "Cy 加入了通话。Bo 举手了。");
    let typing = |lang: Lang, names: &[&str]| {
        lang.words().typing(&names.iter().map(|name| testing::name(name)).collect::<Vec<_>>())
    };
    for (names, english, chinese) in [
        (&[][..], "", ""),
        (&["Bo"], "Bo is writing", "Bo 正在输入"),
        (&["Bo", "Cy"], "Bo and Cy are writing", "Bo 和 Cy 正在输入"),
        (&["Bo", "Cy", "Di", "Ed"], "4 people are writing", "4 人 正在输入"),
    ] {
        assert_eq!(typing(Lang::En, names), english);
        assert_eq!(typing(Lang::ZhHans, names), chinese);
    }
}

#[test]
fn a_title_counts_what_is_unread() {
    assert_eq!(counted("standup · Confab", 2), "(2) standup · Confab");
    assert_eq!(counted("(2) standup · Confab", 13), "(13) standup · Confab");
    assert_eq!(counted("(13) standup · Confab", 0), "standup · Confab");
    assert_eq!(counted("(a) standup", 1), "(1) (a) standup");
}

#[test]
fn one_is_and_several_are() {
    let passage =
        |name: &str| Passage { peer: PeerId::from_bytes([1; 16]), name: testing::name(name), turn: Turn::Came };
    let said =
        |names: &[&str]| Lang::De.words().announcement(&names.iter().map(|name| passage(name)).collect::<Vec<_>>());
    assert_eq!(said(&["Bo"]), "Bo ist jetzt dabei.");
    assert_eq!(said(&["Bo", "Cy"]), "Bo und Cy sind jetzt dabei.");
    assert_eq!(said(&["Bo", "Cy", "Di", "Ed"]), "4 Personen sind jetzt dabei.");
}

#[test]
fn tenths_are_written_as_in_the_language() {
    let measured = ConnectionView { loss_permille: Some(15), ..connection(false) };
    assert!(Lang::En.words().measures(&measured).ends_with("1.5 %"));
    assert!(Lang::De.words().measures(&measured).ends_with("1,5 %"));
}

#[test]
fn a_connection_is_told_step_by_step() {
    let words = Lang::En.words();
    assert_eq!(
        words.story(&connection(true)),
        "Both sides said how to reach them.
Addresses here: 2 local, 1 through NAT, 3 on a relay.
Addresses there: 0 local, 0 through NAT, 0 on a relay.
Pairs of addresses tried: 9, working: 4.
Chosen: relay here, through NAT there."
    );
    let mut measured = connection(true);
    assert_eq!(words.measures(&measured), "Route: Not connected\nRound trip: –\nPackets lost: –");
    measured.route = Some(Route::Relayed(Transport::Tls));
    (measured.round_trip_ms, measured.loss_permille) = (Some(0), Some(1_000));
    assert_eq!(words.measures(&measured), "Route: Relayed over TLS\nRound trip: < 1 ms\nPackets lost: 100.0 %");
}

fn connection(chosen: bool) -> ConnectionView {
    let ours = Gathered { host: 2, srflx: 1, relay: 3, complete: true };
    ConnectionView {
        peer: PeerId::from_bytes([1; 16]),
        route: None,
        ends: chosen.then_some((CandidateKind::Relay, CandidateKind::Prflx)),
        round_trip_ms: None,
        loss_permille: None,
        grade: None,
        story: Story { described: true, heard: true, ours, theirs: Gathered::default() },
        tried: Tried { all: 9, working: 4 },
        trouble: None,
        code: None,
        compared: false,
    }
}

fn sentences(words: &Words) -> Vec<String> {
    let links = [LinkError::Empty, LinkError::BadName, LinkError::BadId, LinkError::MissingKey, LinkError::WrongKey];
    let farewells = [Farewell::Left, Farewell::Removed, Farewell::Ended, Farewell::ElsewhereNow];
    let plain = [
        words.description,
        words.cannot_start,
        words.no_scripts,
        words.home_lead,
        words.home_foot,
        words.open_room,
        words.sealed_room,
        words.name_missing,
        words.invite,
        words.copy_by_hand,
        words.server_away,
        words.part_missing,
        words.chat_empty,
        words.hide_address_hint,
        words.waiting_seen,
        words.waiting_unseen,
        words.link_spent,
        words.fault_own,
        words.fault_relay,
        words.low_data_on,
        words.talks_muted,
        words.talks_without_holding,
    ];
    let mut all: Vec<String> = plain.map(str::to_owned).to_vec();
    all.extend(links.iter().flat_map(|error| [words.link_error(*error), words.not_found(*error)]).map(str::to_owned));
    all.extend(farewells.iter().map(|farewell| words.farewell(*farewell).1.to_owned()));
    let troubles = TROUBLES.map(|trouble| ConnectionView { trouble: Some(trouble), ..connection(false) });
    all.extend(troubles.iter().map(|connection| fill(&words.trouble_of(connection), "Ada")));
    all.extend(
        [false, true]
            .iter()
            .flat_map(|chosen| words.story(&connection(*chosen)).lines().map(str::to_owned).collect::<Vec<_>>()),
    );
    all.extend(NOTICES.iter().map(|notice| words.notice(*notice).into_owned()));
    all
}

const NOTICES: [Notice; 30] = [
    Notice::InApp(InApp::WeChat),
    Notice::InOtherTab,
    Notice::NotLetIn,
    Notice::Crowded,
    Notice::NotOpen,
    Notice::OtherMicrophone,
    Notice::OtherCamera,
    Notice::OtherSpeaker,
    Notice::InsecureContext,
    Notice::NoWebRtc,
    Notice::LinkIncomplete,
    Notice::LinkWrong,
    Notice::RoomFull(8),
    Notice::VersionMismatch,
    Notice::ServerBusy,
    Notice::NetworkBusy,
    Notice::CameraBlocked,
    Notice::MicrophoneBlocked,
    Notice::DevicesBlocked,
    Notice::CameraBusy,
    Notice::MicrophoneBusy,
    Notice::DevicesBusy,
    Notice::NoCamera,
    Notice::NoMicrophone,
    Notice::NoDevices,
    Notice::SoundBlocked,
    Notice::NameMissing,
    Notice::MessageTooLong,
    Notice::CannotHide,
    Notice::ScreenFailed,
];

const TROUBLES: [Trouble; 9] = [
    Trouble::Disagreement,
    Trouble::Unreachable,
    Trouble::NoAnswer,
    Trouble::HiddenWithoutRelay,
    Trouble::NothingFromThem,
    Trouble::NoRelayHere,
    Trouble::NoRelayThere,
    Trouble::NothingGotThrough,
    Trouble::Interference,
];
