use super::*;

#[test]
fn the_defaults_are_those_of_the_design() {
    let config = served(&[]);
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!((config.capacity, config.resume_window), (8, Duration::from_secs(60)));
    assert_eq!((config.limits.signal_burst, config.limits.signal_rate), (500, 100));
    assert_eq!((config.limits.queue_messages, config.limits.queue_bytes), (1024, 1024 * 1024));
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let wrong: [&[&str]; 9] = [
        &["--listen", "nowhere"],
        &["--listen", "127.0.0.1:65536"],
        &["--no-such-flag"],
        &["--capacity", "9"],
        &["--capacity", "1"],
        &["--resume-window", "-1"],
        &["--signal-rate", "0"],
        &["--log-format", "xml"],
        &["stray"],
    ];
    for arguments in wrong {
        let error = asked(arguments).unwrap_err().to_string();
        assert!(!error.contains('\n') && error.contains("--help"), "{arguments:?}: {error}");
    }
}

#[test]
fn a_public_address_is_a_scheme_and_a_host() {
    for good in
        ["https://call.example", "https://call.example/", "HTTP://LOCALHOST:8080", "http://[::1]:3000", "http://[::1]"]
    {
        assert!(PublicUrl::parse(good).is_ok(), "{good}");
    }
    let bad = [
        "",
        "call.example",
        "ftp://call.example",
        "https://",
        "https://a/b",
        "https://a:99999",
        "https://u@a",
        "https://a?b",
        "https://a:",
    ];
    for bad in bad {
        assert!(PublicUrl::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(PublicUrl::parse("https://Call.Example:443/").unwrap().bare_authority(), "call.example");
    assert_eq!(PublicUrl::parse("http://call.example:443").unwrap().bare_authority(), "call.example:443");
    for (url, host) in [("https://[::1]:3000", "::1"), ("https://[::1]", "::1"), ("https://a.example:1", "a.example")] {
        assert_eq!(PublicUrl::parse(url).unwrap().host(), host, "{url}");
    }
}

#[test]
fn help_teaches() {
    let Ok(Asked::Print(help)) = asked(&["--help"]) else { panic!("no help") };
    for word in
        ["Examples:", "CONFAB_LISTEN", "https://call.example", "--max-sockets-per-address", "http://localhost:3000"]
    {
        assert!(help.contains(word), "{word}");
    }
}

fn asked(arguments: &[&str]) -> Result<Asked, StartError> {
    parse(["confab"].iter().chain(arguments).map(OsString::from))
}

fn served(arguments: &[&str]) -> Config {
    match asked(arguments) {
        Ok(Asked::Serve(config)) => *config,
        other => panic!("{other:?}"),
    }
}

#[test]
fn certificates_have_one_source() {
    let sources = |arguments: &[&str]| served(arguments).tls.certificates();
    assert_eq!(sources(&[]).unwrap(), None);
    assert_eq!(sources(&["--tls-self-signed"]).unwrap(), Some(tls::Certificates::SelfSigned));
    let files = tls::Certificates::Files { cert: "a".into(), key: "b".into() };
    assert_eq!(sources(&["--tls-cert", "a", "--tls-key", "b"]).unwrap(), Some(files));
    for wrong in [
        &["--tls-cert", "a"][..],
        &["--tls-key", "b"],
        &["--tls-self-signed", "--tls-key", "b"],
        &["--tls-self-signed", "--tls-cert", "a", "--tls-key", "b"],
    ] {
        assert!(sources(wrong).is_err(), "{wrong:?}");
    }
}
