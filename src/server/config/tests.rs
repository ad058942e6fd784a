use super::*;

#[test]
fn the_defaults_are_those_of_the_design() {
    let config = served(&[]);
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!((config.capacity, config.resume_window), (8, Duration::from_secs(60)));
    assert_eq!((config.limits.signal_burst, config.limits.signal_rate), (500, 100));
    assert_eq!(config.drain, Duration::from_secs(10));
    assert_eq!((config.limits.max_connections, config.limits.max_connections_per_address), (16_384, 4_096));
    assert_eq!((config.limits.max_sockets, config.limits.max_sockets_per_address), (16_384, 512));
    assert_eq!((config.limits.joins_per_minute, config.limits.max_rooms), (600, 16_384));
    assert!(config.proxy.trusted_proxy.is_empty());
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
fn a_drain_may_be_none_and_a_time_limit_may_not() {
    assert_eq!(served(&["--drain", "0"]).drain, Duration::ZERO);
    for wrong in [&["--drain", "-1"][..], &["--drain", "for ever"], &["--header-timeout", "0"]] {
        assert!(asked(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn proxies_are_networks_or_addresses() {
    let config = served(&["--trusted-proxy", "10.0.0.0/8,fd00::1", "--proxy-header", "forwarded"]);
    let networks: Vec<String> = config.proxy.trusted_proxy.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "fd00::1/128"]);
    assert_eq!(config.proxy.proxy_header, ProxyHeader::Forwarded);
    for wrong in
        [&["--trusted-proxy", "10.0.0.0/33"][..], &["--trusted-proxy", "proxy.example"], &["--proxy-header", "via"]]
    {
        assert!(asked(wrong).is_err(), "{wrong:?}");
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
fn a_file_says_what_the_command_line_does_not() {
    let folder = Folder::new("says");
    folder.write(
        "listen = \"127.0.0.1:8080\"\ncapacity = 4\nresume-window = 2.5\ntls-self-signed = true\nmax-sockets = 99\n",
    );
    let config = folder.served(&["--capacity", "5"]);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((config.capacity, config.resume_window), (5, Duration::from_millis(2500)));
    assert!(config.tls.tls_self_signed);
    assert_eq!((config.limits.max_sockets, config.limits.queue_messages), (99, 1024));
    folder.write("tls-self-signed = false\npublic-url = \"https://call.example\"\n");
    let config = folder.served(&[]);
    assert!(!config.tls.tls_self_signed);
    assert_eq!(config.public_url.unwrap().to_string(), "https://call.example");
}

#[test]
fn a_named_file_is_read_instead_and_must_be_there() {
    let folder = Folder::new("named");
    folder.write("capacity = 4\n");
    let other = folder.0.join("other.toml").display().to_string();
    let error = folder.asked(&["--config", &other]).unwrap_err().to_string();
    assert!(error.starts_with(&other), "{error}");
    std::fs::write(&other, "capacity = 3").unwrap();
    assert_eq!(folder.served(&["--config", &other]).capacity, 3);
    assert_eq!(folder.served(&[]).capacity, 4);
}

#[test]
fn what_is_wrong_in_the_file_is_said_in_one_line_with_file_and_key() {
    let folder = Folder::new("wrong");
    let cases = [
        ("no-such-key = 1", "no-such-key"),
        ("config = \"x\"", "config"),
        ("help = true", "help"),
        ("listen = \"nowhere\"", "--listen"),
        ("capacity = 9", "--capacity"),
        ("capacity = \"many\"", "--capacity"),
        ("capacity = [2]", "capacity"),
        ("capacity = true", "capacity"),
        ("tls-self-signed = \"yes\"", "tls-self-signed"),
        ("[limits]\nmax-sockets = 1", "limits"),
        ("capacity = 3\ncapacity = 4", "line 2"),
        ("capacity = ", "line 1"),
    ];
    for (text, mentions) in cases {
        folder.write(text);
        // Wrong is wrong, also when the command line overrules it.
        for arguments in [&[][..], &["--capacity", "2", "--listen", "127.0.0.1:1"]] {
            let error = folder.asked(arguments).unwrap_err().to_string();
            let file = folder.0.join("confab.toml").display().to_string();
            assert!(!error.contains('\n') && error.starts_with(&file) && error.contains(mentions), "{text}: {error}");
        }
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

/// A data folder, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("confab-config-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, text: &str) {
        std::fs::write(self.0.join("confab.toml"), text).unwrap();
    }

    fn asked(&self, arguments: &[&str]) -> Result<Asked, StartError> {
        let folder = self.0.display().to_string();
        asked(&[&["--data-dir", &folder], arguments].concat())
    }

    fn served(&self, arguments: &[&str]) -> Config {
        match self.asked(arguments) {
            Ok(Asked::Serve(config)) => *config,
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
