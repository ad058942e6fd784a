//! Clients of STUN and TURN that we did not write: coturn's and aiortc, judged by what they print. `make test-server` installs them.
//!
//! `turnutils_uclient` waits up to six seconds before each client's first packet, so all its runs are one test, side by side.

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::tls::Pair;
use crate::support::{Folder, TestServer, room};

const SECRET: &str = "nobody-else-knows-this";
/// A member, as far as credentials say.
const HOLDER: &str = "000102030405060708090a0b0c0d0e0f";
/// Where aiortc is.
const PYTHON: &str = "target/tools/aiortc/bin/python";
/// Not an address of this machine's interfaces, and yet on this machine.
const ELSEWHERE: &str = "127.0.0.2";
/// The six seconds, and what it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What `turnutils_uclient` is told, and what that means.
const WAYS: [(&str, &[&str]); 7] = [
    ("ChannelData over UDP", &["-c"]),
    ("Send indications over UDP", &["-c", "-s"]),
    ("ChannelData over TCP", &["-c", "-t"]),
    ("Send indications over TCP", &["-c", "-t", "-s"]),
    ("pairs of ports over UDP", &[]),
    ("relay to relay over UDP", &["-c", "-y"]),
    ("relay to relay over TCP, Send indications", &["-c", "-t", "-y", "-s"]),
];
/// At `--turn-tls-listen`.
const WAYS_OF_TLS: [(&str, &[&str]); 3] = [
    ("ChannelData over TLS", &["-c", "-t", "-S"]),
    ("Send indications over TLS", &["-c", "-t", "-S", "-s"]),
    ("relay to relay over TLS", &["-c", "-t", "-S", "-y"]),
];
/// On `::1`, where no address but the server's own is to be had.
const WAYS_OF_IPV6: [(&str, &[&str]); 3] = [
    ("IPv6, ChannelData over UDP", &["-c", "-x", "-y"]),
    ("IPv6, Send indications over UDP", &["-c", "-x", "-y", "-s"]),
    ("IPv6, ChannelData over TCP", &["-c", "-x", "-y", "-t"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn coturns_client_gets_every_packet_back() {
    let peer = echo();
    let plain = free_port("127.0.0.1");
    let ipv6 = free_port("::1");
    let folder = Folder::new();
    let pair = Pair::write(&folder.0);
    let mut flags = vec!["--turn-secret", SECRET, "--turn-allow", ELSEWHERE, "--turn-tls-listen", "127.0.0.1:0"];
    flags.extend(pair.flags());
    let listen = [plain, ipv6].map(|address| address.to_string());
    flags.extend(listen.iter().flat_map(|address| ["--turn-listen", address]));
    let server = TestServer::in_folder(folder, &flags).await;
    let tls = server.further[0];
    let at = |address: SocketAddr| move |(name, flags): (&'static str, &'static [&'static str])| (name, address, flags);
    let mut runs = JoinSet::new();
    for (name, address, flags) in
        WAYS.map(at(plain)).into_iter().chain(WAYS_OF_TLS.map(at(tls))).chain(WAYS_OF_IPV6.map(at(ipv6)))
    {
        runs.spawn_blocking(move || (name, uclient(address, peer, flags)));
    }
    for (name, said) in timeout(PATIENCE, runs.join_all()).await.expect("they end") {
        let messages = said.lines().rfind(|line| line.contains("tot_send_msgs=")).unwrap_or_default();
        assert!(messages.contains("tot_send_msgs=80, tot_recv_msgs=80"), "{name}: {said}");
        assert!(said.contains("Total lost packets 0 "), "{name}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn coturns_stun_client_sees_its_own_address() {
    let server = TestServer::start().await;
    let at = turn_address(&server).await;
    let said = tokio::task::spawn_blocking(move || {
        let port = at.port().to_string();
        run("turnutils_stunclient", &["-p", &port, &at.ip().to_string()])
    });
    let said = timeout(PATIENCE, said).await.expect("it ends").expect("it runs");
    assert!(said.contains("UDP reflexive addr: 127.0.0.1:"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn aiortc_calls_through_the_relay() {
    let server = TestServer::start().await;
    let (_member, welcome) = Client::joined(&server, &room("r/call"), "Ada").await;
    let turn = &welcome.ice_servers[1];
    let mut calls = JoinSet::new();
    for url in turn.urls.clone() {
        let [username, credential] = [&turn.username, &turn.credential].map(|text| text.clone().expect("a credential"));
        calls.spawn_blocking(move || {
            let said = run(PYTHON, &["tests/server/aiortc/call.py", &url, &username, &credential]);
            (url, said)
        });
    }
    let all = timeout(PATIENCE, calls.join_all()).await.expect("they end");
    assert_eq!(all.len(), 2);
    for (url, said) in all {
        assert_eq!(said.trim(), "connected", "{url}");
    }
}

/// Four clients, twenty messages each.
fn uclient(server: SocketAddr, peer: SocketAddr, flags: &[&str]) -> String {
    let (ip, port) = (server.ip().to_string(), server.port().to_string());
    let peer_port = peer.port().to_string();
    let common = ["-m", "4", "-n", "20", "-z", "5", "-l", "170", "-e", ELSEWHERE, "-r", &peer_port, "-p", &port];
    run("turnutils_uclient", &[flags, &common, &["-u", HOLDER, "-W", SECRET, &ip]].concat())
}

/// What it says until it ends.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("it is installed (`make setup-turn`)");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// A peer that sends everything back, on two ports in a row: pairs of clients use both.
fn echo() -> SocketAddr {
    loop {
        let first = UdpSocket::bind((ELSEWHERE, 0)).expect("a port");
        let address = first.local_addr().expect("an address");
        if let Ok(second) = UdpSocket::bind((ELSEWHERE, address.port().saturating_add(1))) {
            for socket in [first, second] {
                socket.set_nonblocking(true).expect("a setting");
                tokio::spawn(send_back(tokio::net::UdpSocket::from_std(socket).expect("a socket")));
            }
            return address;
        }
    }
}

async fn send_back(socket: tokio::net::UdpSocket) {
    let mut packet = [0; 2_048];
    while let Ok((length, from)) = socket.recv_from(&mut packet).await {
        let _ = socket.send_to(&packet[..length], from).await;
    }
}

/// Where the server is to listen. A machine without that address tests too little, and is told so.
fn free_port(ip: &str) -> SocketAddr {
    let ip: IpAddr = ip.parse().expect("an address");
    loop {
        let bound = UdpSocket::bind((ip, 0)).and_then(|socket| socket.local_addr());
        let address = bound.unwrap_or_else(|error| panic!("these runs need {ip} on the loopback interface: {error}"));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

async fn turn_address(server: &TestServer) -> SocketAddr {
    let (_member, welcome) = Client::joined(server, &room("r/call"), "Ada").await;
    welcome.ice_servers[0].urls[0].strip_prefix("stun:").expect("a STUN address").parse().expect("an address")
}
