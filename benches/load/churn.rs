//! People who come and go in every way there is, for a while: a process of its own, started by the soak.

use std::net::SocketAddr;
use std::time::Duration;

use confab::server::credentials::Credential;
use confab::server::relay::client::{TurnClient, TurnError};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::socket::{Socket, connect, greeted, leave, next_of_type, open, read_to_end, say};
use crate::{Outcome, others, raise_file_limit, say as print};

/// So many at a time, in so many rooms: now and then one is full.
const PEOPLE: u64 = 64;
const ROOMS: u64 = 20;
/// A signal of this many bytes is one of the larger ones.
const BODY_BYTES: usize = 4_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// What was done, by name.
#[derive(Debug, Default)]
struct Done {
    visits: u64,
    refused: u64,
    resumed: u64,
    reloaded: u64,
    allocated: u64,
    pages: u64,
    failed: u64,
    last_failure: String,
}

/// One of the people, visit after visit.
struct Person {
    number: u64,
    server: SocketAddr,
    random: u64,
    attempts: u64,
    done: Done,
}

pub fn run(address: &str, seconds: u64) -> Outcome<()> {
    raise_file_limit(4_000)?;
    let (server, until) = (address.parse()?, Instant::now() + Duration::from_secs(seconds));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let mut people = JoinSet::new();
        for number in 0..PEOPLE {
            people.spawn(Person::new(number, server).come_and_go(until));
        }
        people.join_all().await
    });
    let sum = |count: fn(&Done) -> u64| done.iter().map(count).sum::<u64>();
    print(&format!(
        "{} visits, {} rooms found full, {} sockets resumed, {} pages reloaded, {} relays allocated, {} pages loaded, {} failed",
        sum(|d| d.visits),
        sum(|d| d.refused),
        sum(|d| d.resumed),
        sum(|d| d.reloaded),
        sum(|d| d.allocated),
        sum(|d| d.pages),
        sum(|d| d.failed)
    ))?;
    match done.iter().find(|done| done.failed > 0) {
        Some(done) => Err(done.last_failure.clone().into()),
        None => Ok(()),
    }
}

impl Person {
    fn new(number: u64, server: SocketAddr) -> Self {
        let random = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self { number, server, random, attempts: 0, done: Done::default() }
    }

    async fn come_and_go(mut self, until: Instant) -> Done {
        while Instant::now() < until {
            match timeout(PATIENCE, self.visit()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => self.fail(error.to_string()),
                Err(_) => self.fail("a visit that takes too long".to_owned()),
            }
        }
        self.done
    }

    fn fail(&mut self, why: String) {
        self.done.failed += 1;
        self.done.last_failure = why;
    }

    async fn visit(&mut self) -> Outcome<()> {
        let mut stream = connect(self.server, self.number).await?;
        others::fetch(&mut stream, self.server).await?;
        self.done.pages += 1;
        let room = format!("soak-{}", self.below(ROOMS));
        let mut socket = greeted(self.server, self.number, &room).await?;
        self.attempts += 1;
        let attempt = self.number * 1_000_000 + self.attempts;
        say(&mut socket, &format!(r#"{{"type":"join","card":"soak","attempt":{attempt}}}"#)).await?;
        let Ok(welcome) = next_of_type(&mut socket, "welcome").await else {
            self.done.refused += 1;
            return leave(socket).await;
        };
        self.done.visits += 1;
        self.signal_to_all(&mut socket, &welcome).await?;
        let relay = if self.below(3) == 0 { Some(self.allocate(&welcome).await?) } else { None };
        sleep(Duration::from_millis(self.below(300))).await;
        let end = self.go(socket, &room, &welcome).await;
        drop(relay);
        end
    }

    /// In one of the ways there are.
    async fn go(&mut self, mut socket: Socket, room: &str, welcome: &Value) -> Outcome<()> {
        match self.below(6) {
            0 | 1 => leave(socket).await,
            // A tab that is closed.
            2 => {
                socket.close(None).await?;
                read_to_end(socket).await;
                Ok(())
            }
            // A machine that vanishes.
            3 => Ok(()),
            // A cut, or a reload, and later a goodbye.
            way => {
                let reload = way == 4;
                if reload {
                    socket.close(None).await?;
                }
                drop(socket);
                let again = self.resume(room, welcome, reload).await?;
                *(if reload { &mut self.done.reloaded } else { &mut self.done.resumed }) += 1;
                leave(again).await
            }
        }
    }

    async fn resume(&mut self, room: &str, welcome: &Value, reload: bool) -> Outcome<Socket> {
        let token = welcome["session_token"].as_str().ok_or("no token")?;
        let mut socket = open(self.server, self.number).await?;
        let resume = format!(r#"{{"token":"{token}","reload":{reload},"card":"soak"}}"#);
        say(&mut socket, &format!(r#"{{"type":"hello","version":1,"room":"r/{room}","resume":{resume}}}"#)).await?;
        next_of_type(&mut socket, "welcome").await?;
        Ok(socket)
    }

    async fn signal_to_all(&self, socket: &mut Socket, welcome: &Value) -> Outcome<()> {
        let body = "x".repeat(BODY_BYTES);
        for entry in welcome["roster"].as_array().ok_or("no roster")? {
            let to = entry["peer_id"].as_str().ok_or("no id")?;
            let text = format!(r#"{{"type":"signal","to":"{to}","generation":1,"seq":1,"ack":0,"body":"{body}"}}"#);
            say(socket, &text).await?;
        }
        Ok(())
    }

    /// What was given in `welcome` is used; it ends with the membership.
    async fn allocate(&mut self, welcome: &Value) -> Outcome<TurnClient> {
        let turn = &welcome["ice_servers"][1];
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("no TURN server");
        let url = text(&turn["urls"][0])?;
        let at = url.trim_start_matches("turn:").split('?').next().ok_or("no address")?.parse()?;
        let credential = Credential { username: text(&turn["username"])?, password: text(&turn["credential"])? };
        loop {
            let mut client = TurnClient::over_udp(at).await?;
            match client.allocate(&credential).await {
                Ok(relayed) => {
                    client.permit(relayed).await?;
                    self.done.allocated += 1;
                    return Ok(client);
                }
                // The port was just that of somebody who vanished and is still waited for (RFC 8656, section 7.2).
                Err(TurnError::Refused(437)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % end
    }
}
