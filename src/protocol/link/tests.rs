use proptest::prelude::*;

use super::*;

fn named(name: &str) -> RoomId {
    RoomId::Named(RoomName::parse(name).unwrap())
}

fn sealed() -> RoomLink {
    RoomLink::create(LinkKey::from_bytes([1; 16]), HostSecret::from_bytes([2; 16]))
}

/// For whoever writes another implementation; also in docs/protocol.md.
#[test]
fn the_vector_of_the_document() {
    let link = sealed();
    assert_eq!(
        link.path(),
        "/m/35sk-flj2-3deb-pjxg-3vfg-47gu-twpi-cmqk#aeaqcaibaeaqcaibaeaqcaibae.aibaeaqcaibaeaqcaibaeaqcai"
    );
    let secret = link.secret.unwrap();
    assert_eq!(String::from(secret.key.tag()), "jv4exhnlesga5ipcxgxahuc5v4ixbyfmbdqsfr5nl6ztyhuvwu4q");
    assert_eq!(
        String::from(HostSecret::from_bytes([2; 16]).tag()),
        "bjqhibbugdtjp3yt4tmnbau6isizjeyo2e35h6mwywtcnytj256q"
    );
}

#[test]
fn names_are_taken_in_any_case() {
    for text in
        ["Standup", " standup ", "/r/STANDUP", "r/standup", "https://call.example/r/Standup/", "call.example/r/standup"]
    {
        assert_eq!(RoomLink::parse(text).map(|link| link.room), Ok(named("standup")), "{text}");
    }
}

#[test]
fn other_names_are_told_what_is_wrong() {
    for (text, why) in [
        ("", LinkError::Empty),
        ("  ", LinkError::Empty),
        ("two words", LinkError::BadName),
        ("ünïcode", LinkError::BadName),
        (&"x".repeat(65), LinkError::BadName),
        ("https://call.example", LinkError::NotARoom),
        ("https://call.example/about", LinkError::NotARoom),
        ("/r/", LinkError::NotARoom),
        ("/m/short", LinkError::BadId),
        ("javascript://x/r/a/b", LinkError::BadName),
    ] {
        assert_eq!(RoomLink::parse(text), Err(why), "{text}");
    }
    assert!(RoomLink::parse(&"x".repeat(64)).is_ok());
}

#[test]
fn a_link_knows_which_server_it_belongs_to() {
    let link = RoomLink::parse("https://call.example:8443/r/a?utm=1#x").unwrap();
    assert_eq!(link.authority.as_deref(), Some("call.example:8443"));
    assert_eq!(link.path(), "/r/a");
}

#[test]
fn guests_get_the_link_without_the_hosts_secret() {
    let link = sealed();
    let guest = RoomLink::parse(&link.guest_path()).unwrap();
    assert_eq!(guest.room, link.room);
    assert_eq!(guest.secret.clone().unwrap().host, None);
    assert_eq!(guest.path(), link.guest_path());
    assert!(link.path().starts_with(&link.guest_path()));
}

#[test]
fn a_whole_link_is_told_from_a_broken_one() {
    let link = sealed();
    let path = link.room.path();
    let fragment = link.secret.as_ref().unwrap().fragment();
    for (fragment, why) in [
        (String::new(), LinkError::MissingKey),
        (fragment[..10].to_owned(), LinkError::WrongKey),
        (fragment.replacen("aea", "aeb", 1), LinkError::WrongKey),
        (format!("{}x", link.secret.as_ref().unwrap().guest_fragment()), LinkError::WrongKey),
        (fragment.replace(".aib", ".aic"), LinkError::WrongKey),
        (fragment[..30].to_owned(), LinkError::WrongKey),
    ] {
        assert_eq!(RoomLink::parse(&format!("{path}#{fragment}")), Err(why), "{fragment}");
    }
}

#[test]
fn a_proof_tells_guest_host_and_stranger() {
    let link = sealed();
    let RoomId::Sealed(id) = &link.room else { panic!("sealed") };
    let host = link.secret.unwrap().proof();
    assert_eq!(id.judge(&host), Ok(Role::Host));
    let guest = Proof { host_tag: None, ..host.clone() };
    assert_eq!(id.judge(&guest), Ok(Role::Guest));
    let stranger = Proof { key_tag: LinkKey::from_bytes([9; 16]).tag(), host_tag: None };
    assert_eq!(id.judge(&stranger), Err(LinkError::WrongKey));
    let pretender = Proof { host_tag: Some(guest.key_tag.clone()), ..guest };
    assert_eq!(id.judge(&pretender), Err(LinkError::WrongKey));
}

#[test]
fn secrets_do_not_show_in_logs() {
    let link = format!("{:?}", sealed());
    assert!(link.contains("LinkKey(..)") && link.contains("HostSecret(..)"), "{link}");
}

#[test]
fn an_invitation_names_who_is_invited_and_nobody_passes_that_on() {
    for (fragment, name) in [
        ("#name=Ada", Some("Ada")),
        ("name=Ada+King%20Lovelace&utm=x", Some("Ada King Lovelace")),
        ("#name=%E9%99%88", Some("陈")),
        ("#name=陈", Some("陈")),
        ("#name=1%2B1%26%23", Some("1+1&#")),
        ("#name=", Some("")),
        ("#name=%", None),
        ("#name=%4", None),
        ("#name=%zz", None),
        ("#name=%ff", None),
        ("#aeaqcaibaeaqcaibaeaqcaibae", None),
        ("", None),
    ] {
        assert_eq!(invited_name(fragment).as_deref(), name, "{fragment}");
    }
    let link = sealed();
    for path in [link.path(), link.guest_path()] {
        let invitation = format!("{path}&name=Ada%20King");
        let (_, fragment) = invitation.split_once('#').unwrap();
        assert_eq!(invited_name(fragment).as_deref(), Some("Ada King"));
        let opened = RoomLink::parse(&invitation).unwrap();
        assert_eq!((opened.path(), opened.guest_path()), (path, link.guest_path()), "the same room, without the name");
    }
    assert_eq!(RoomLink::parse("/r/standup#name=Ada").unwrap().guest_path(), "/r/standup");
    let keyless = format!("{}#name=Ada", link.room.path());
    assert_eq!(RoomLink::parse(&keyless), Err(LinkError::MissingKey));
}

proptest! {
    #[test]
    fn every_link_opens_its_own_room(key in any::<[u8; 16]>(), host in any::<[u8; 16]>()) {
        let link = RoomLink::create(LinkKey::from_bytes(key), HostSecret::from_bytes(host));
        let back = RoomLink::parse(&format!("https://call.example{}", link.path())).unwrap();
        prop_assert_eq!((&back.room, &back.secret), (&link.room, &link.secret));
        let typed = link.path().to_uppercase().replacen("/M/", "/m/", 1);
        prop_assert_eq!(RoomLink::parse(&typed).unwrap().room, link.room);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = RoomLink::parse(&text);
        let _ = RoomLink::parse(&format!("/m/{text}#{text}"));
        let _ = invited_name(&format!("#name={text}"));
    }
}
