//! What the fuzzer has found worth keeping (`fuzz/`), played again at every test run.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

#[path = "../fuzz/targets.rs"]
mod targets;

#[test]
fn stun_messages() {
    replay("stun", targets::stun);
}

#[test]
fn frames_of_a_stream() {
    replay("framing", targets::framing);
}

#[test]
fn sessions_of_requests() {
    replay("session", targets::session);
}

#[test]
fn messages_on_the_socket() {
    replay("signaling", targets::signaling);
}

#[test]
fn what_peers_say() {
    replay("peer", targets::peer);
}

#[test]
fn tokens() {
    replay("token", targets::token);
}

#[test]
fn pages_among_others() {
    replay("page", targets::page);
}

fn replay(target: &str, run: impl Fn(&[u8])) {
    let folder = Path::new("fuzz/corpus").join(target);
    let files: Vec<_> = fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
    assert!(!files.is_empty());
    for file in files {
        run(&fs::read(file).expect("an input"));
    }
    // Short inputs of every kind, besides.
    for length in 0..=40_u8 {
        for seed in 0..=255_u8 {
            run(&(0..length).map(|at| at.wrapping_mul(seed).wrapping_add(seed >> 3)).collect::<Vec<_>>());
        }
    }
}
