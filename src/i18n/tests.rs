use super::*;
use crate::call::view::{
    CandidateKind, ConnectionView, Farewell, Gathered, Notice, Passage, Route, Story, Transport, Tried, Trouble,
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
        ("de,fr;q=0.9,zh-TW;q=0.3,en;q=0.2", Lang::ZhHans),
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
    for header in [None, Some(""), Some("*"), Some("de,fr"), Some(";;,=,q=,zh;q=x")] {
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
fn placeholders_are_in_every_language() {
    for lang in Lang::ALL {
        let words = lang.words();
        for sentence in [
            words.link_elsewhere,
            words.lobby_named,
            words.unread,
            words.joined,
            words.gone,
            words.several,
            words.room_full,
            words.connection_of,
            words.screen_of,
            words.pin,
            words.unpin,
            words.route,
            words.round_trip,
            words.loss,
            words.route_relayed,
            words.admit,
            words.refuse,
            words.remove,
            words.mute_other,
            words.knocks,
            words.muted_by,
            words.confirm_remove,
            words.code_hint,
            words.trouble_interference,
        ] {
            assert_eq!(sentence.matches("{}").count(), 1, "{sentence}");
            assert!(fill(sentence, "Ada").contains("Ada"));
        }
    }
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
        let passage = |name: &str, came| Passage { peer: PeerId::from_bytes([1; 16]), name: testing::name(name), came };
        let left = left.iter().map(|name| passage(name, false));
        lang.words().announcement(&left.chain(joined.iter().map(|name| passage(name, true))).collect::<Vec<_>>())
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

const NOTICES: [Notice; 28] = [
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
