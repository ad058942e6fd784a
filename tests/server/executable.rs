//! The executable itself: alone in an empty folder, stopped by signals, clear about what is wrong.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::process::Signal;

use crate::support::process::{CONFAB, Process};
use crate::support::{Folder, http, tls};

#[test]
fn what_is_wrong_is_one_line_and_exit_code_2() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let folder = Folder::new();
    std::fs::write(&folder.0, "a file, no folder").expect("written");
    let file = folder.0.display().to_string();
    let data_dir = Folder::new();
    let data = data_dir.0.display().to_string();
    let both = free_port();
    let cases: [(&[&str], &str); 19] = [
        (&["--listen", &port], "in use"),
        (&["--listen", "127.0.0.1:65536"], "127.0.0.1:65536"),
        (&["--no-such-flag"], "--no-such-flag"),
        (&["--public-url", "call.example"], "call.example"),
        (&["--public-url", "https://call.example/path"], "https://call.example/path"),
        (&["--data-dir", &file, "--listen", "127.0.0.1:0"], "--data-dir"),
        (&["--capacity", "9"], "9"),
        (&["--listen", "127.0.0.1:0", "--turn-listen", &port, "--data-dir", &data], "--turn-listen"),
        (&taken_twice(&both, &data), "--stun-alt-port"),
        (&["--stun-alt-port", "65536"], "65536"),
        (&["--turn-listen", "127.0.0.1:65536"], "127.0.0.1:65536"),
        (&["--turn-deny", "10.0.0.0/33"], "10.0.0.0/33"),
        (&["--relay-ports", "50000-65536"], "50000-65536"),
        (&["--turn-external-ip", "call.example"], "call.example"),
        (&["--turn-secret", "short"], "16"),
        (&["--drain", "soon"], "--drain"),
        (&["--trusted-proxy", "10.0.0.0/33"], "10.0.0.0/33"),
        (&["--proxy-header", "x-real-ip"], "x-real-ip"),
        (&["--max-rooms", "0"], "--max-rooms"),
    ];
    for (arguments, mentions) in cases {
        let output = run(arguments);
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
        assert!(error.contains(mentions), "{arguments:?}: {error}");
    }
    let _ = std::fs::remove_file(&folder.0);
}

#[test]
fn without_a_usable_certificate_it_does_not_start() {
    let folder = Folder::new();
    let (first, second) = (folder.0.join("first"), folder.0.join("second"));
    let ours = tls::Pair::write(&first);
    let theirs = tls::Pair::write(&second);
    let nothing = folder.0.join("nothing");
    let empty = folder.0.join("empty");
    std::fs::write(&empty, "no PEM").expect("written");
    let flags = |cert: &Path, key: &Path| {
        ["--tls-cert".into(), cert.into(), "--tls-key".into(), key.into()]
            .map(|part: PathBuf| part.display().to_string())
    };
    let cases = [
        (flags(&ours.cert, &theirs.key).to_vec(), "cannot be used together"),
        (flags(&nothing, &ours.key).to_vec(), "--tls-cert"),
        (flags(&ours.cert, &nothing).to_vec(), "--tls-key"),
        (flags(&empty, &ours.key).to_vec(), "no certificate"),
        (flags(&ours.cert, &empty).to_vec(), "no private key"),
        (flags(&ours.cert, &ours.key)[..2].to_vec(), "--tls-key"),
        (flags(&ours.cert, &ours.key)[2..].to_vec(), "--tls-cert"),
        (vec!["--tls-self-signed".into(), "--public-url".into(), "http://call.example".into()], "https"),
    ];
    let data = folder.0.join("data").display().to_string();
    for (arguments, mentions) in cases {
        let mut all = vec!["--listen", "127.0.0.1:0", "--data-dir", &data];
        all.extend(arguments.iter().map(String::as_str));
        let output = run(&all);
        let error = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
        assert!(error.contains(mentions), "{arguments:?}: {error}");
    }
}

#[test]
fn the_command_line_overrules_a_variable_and_that_the_file() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).expect("a folder");
    std::fs::write(folder.0.join("confab.toml"), "tls-cert = \"from-file\"\ntls-key = \"key\"\n").expect("written");
    let data = folder.0.display().to_string();
    let cases: [(&[&str], Option<&str>, &str); 3] = [
        (&[], None, "from-file"),
        (&[], Some("from-variable"), "from-variable"),
        (&["--tls-cert", "from-flag"], Some("from-variable"), "from-flag"),
    ];
    for (arguments, variable, read) in cases {
        let mut command = Command::new(CONFAB);
        command.args(["--listen", "127.0.0.1:0", "--data-dir", &data]).args(arguments).env("RUST_LOG", "off");
        command.envs(variable.map(|value| ("CONFAB_TLS_CERT", value)));
        let output = command.output().expect("it runs");
        let error = String::from_utf8(output.stderr).expect("text");
        assert!(output.status.code() == Some(2) && error.contains(&format!("cannot read {read}:")), "{error}");
    }
}

#[test]
fn help_and_version_are_answers_not_errors() {
    for (flag, mentions) in [("--help", "Examples:"), ("--version", "confab 0.")] {
        let output = run(&[flag]);
        assert!(output.status.success());
        assert!(String::from_utf8(output.stdout).expect("text").contains(mentions));
    }
}

#[tokio::test]
async fn alone_in_an_empty_folder_it_serves_and_stops_on_signals() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = Folder::new();
        std::fs::create_dir_all(&folder.0).expect("a folder");
        let copy = folder.0.join("confab");
        std::fs::copy(CONFAB, &copy).expect("a copy");
        let flags = ["--listen", "127.0.0.1:0", "--turn-listen", "127.0.0.1:0", "--data-dir", "data"];
        let mut process = Process::start_as(&copy, &folder.0, &flags);
        let page = http::get(process.address, "/").await;
        assert_eq!(page.status, 200);
        let script = page.text().split('"').find(|text| text.starts_with("/assets/")).expect("a file").to_owned();
        assert_eq!(http::get(process.address, &script).await.status, 200);
        process.signal(signal);
        assert!(process.end().await.success(), "{signal:?}");
    }
}

/// STUN and TURN on a port, and the second port for STUN on the same one.
fn taken_twice<'a>(port: &'a (String, String), data: &'a str) -> [&'a str; 8] {
    let (address, number) = port;
    ["--listen", "127.0.0.1:0", "--turn-listen", address, "--stun-alt-port", number, "--data-dir", data]
}

/// One that nobody has just now, with its address and alone.
fn free_port() -> (String, String) {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    (address.to_string(), address.port().to_string())
}

fn run(arguments: &[&str]) -> Output {
    Command::new(CONFAB).args(arguments).env("RUST_LOG", "off").output().expect("it runs")
}
