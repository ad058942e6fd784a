//! `confab check-relay`: asks a running server what the page `/check` asks it, from a shell.
//!
//! The server gives a check credential over HTTP; with it everything else is tried as a browser would. One line a finding,
//! in plain words; [`site`] is the way to the server, [`relayed`] what is tried of STUN and TURN.

mod relayed;
mod site;

use std::io::Write;
use std::time::Instant;

use super::config::PublicUrl;
use super::config::check_relay::CheckRelay;
use super::error::StartError;
use super::local_url;
use crate::check::{Outcome, Series, Served, ServerUrl, Transport, relay_over, stun_url};
use crate::protocol::CheckInvitation;
use relayed::{Mapped, Socket};
use site::Site;

/// What became of one thing that was tried.
#[derive(Debug)]
enum Found {
    Ok(String),
    Failed(String),
    Skipped(String),
}

/// Says line by line what works; whether nothing failed.
pub fn run(check: &CheckRelay) -> Result<bool, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
    let site = Site::new(url_of(check)?, check)?;
    let mut lines = Lines::default();
    runtime.block_on(ask_all(&site, &mut lines));
    Ok(!lines.any_failed)
}

/// Where people find the server: as given, as configured, or on this machine.
fn url_of(check: &CheckRelay) -> Result<PublicUrl, StartError> {
    let config = &check.config;
    if let Some(url) = check.url.as_ref().or(config.public_url.as_ref()) {
        return Ok(url.clone());
    }
    let scheme = if config.tls.is_on() { "https" } else { "http" };
    PublicUrl::parse(&local_url(scheme, config.listen)).map_err(StartError::Config)
}

async fn ask_all(site: &Site, lines: &mut Lines) {
    let asked = Instant::now();
    let invitation = match site.invitation().await {
        Ok(invitation) => invitation,
        Err(error) => return lines.say("server", Found::Failed(format!("{} {error}", site.url()))),
    };
    lines.say("server", Found::Ok(format!("{} answers in {}", site.url(), in_ms(asked.elapsed().as_micros()))));
    lines.say("websocket", websocket(site).await);
    let served = Served::of(&invitation);
    if !served.relays() {
        let others = if served.other_servers { "; others, which calls are told of, are not tested" } else { "" };
        return lines
            .say("relay", Found::Failed(format!("this server is no STUN and TURN server (--no-turn){others}")));
    }
    if served.address_unknown {
        let words = "no public address: TURN helps inside its own network only (--turn-external-ip behind a router)";
        lines.say("address", Found::Skipped(words.into()));
    }
    ask_stun(&invitation, lines).await;
    for (name, transport) in [("turn udp", Transport::Udp), ("turn tcp", Transport::Tcp), ("turn tls", Transport::Tls)]
    {
        lines.say(name, relay(site, &invitation, transport).await);
    }
}

async fn websocket(site: &Site) -> Found {
    match site.greeting_us().await {
        Ok(us) => Found::Ok(format!("round trip {}", in_ms(us))),
        Err(error) => Found::Failed(error.to_string()),
    }
}

async fn ask_stun(invitation: &CheckInvitation, lines: &mut Lines) {
    let Some(stun) = stun_url(invitation).and_then(ServerUrl::parse) else { return };
    let alternative = invitation.alternative_stun.as_deref().and_then(ServerUrl::parse);
    match Socket::towards(&stun, false).await {
        Err(error) => lines.say("stun", Found::Failed(error.to_string())),
        Ok(socket) => {
            let first = socket.ask(&stun).await;
            lines.say("stun", answered(&first));
            lines.say("stun alt", mapping(&socket, first.ok(), alternative).await);
        }
    }
    lines.say("ipv6", ipv6(&stun).await);
}

async fn mapping(socket: &Socket, first: Option<Mapped>, alternative: Option<ServerUrl>) -> Found {
    let Some(alternative) = alternative else { return Found::Skipped("the server has none (--stun-alt-port)".into()) };
    match (first, socket.ask(&alternative).await) {
        (_, Err(error)) => Found::Failed(format!("port {}: {error}", alternative.port)),
        (Some(first), Ok(second)) if first.address == second.address => {
            Found::Ok(format!("port {} sees the same address", alternative.port))
        }
        (Some(_), Ok(_)) => {
            Found::Ok(format!("port {} sees another address: a router in between translates", alternative.port))
        }
        (None, Ok(_)) => Found::Ok(format!("port {} answers", alternative.port)),
    }
}

async fn ipv6(stun: &ServerUrl) -> Found {
    match Socket::towards(stun, true).await {
        Err(_) => Found::Skipped(format!("{} has no IPv6 address", stun.host)),
        Ok(socket) => answered(&socket.ask(stun).await),
    }
}

fn answered(mapped: &Result<Mapped, relayed::TurnError>) -> Found {
    match mapped {
        Ok(mapped) => Found::Ok(format!("answers over UDP, round trip {}", in_ms(mapped.round_trip_us))),
        Err(error) => Found::Failed(format!("{error} over UDP")),
    }
}

async fn relay(site: &Site, invitation: &CheckInvitation, transport: Transport) -> Found {
    let Some(server) = relay_over(invitation, transport) else {
        return Found::Skipped("the server does not offer it (TLS needs --tls-cert or --tls-self-signed)".into());
    };
    match relayed::series(site, &server).await {
        Err(error) => Found::Failed(error.to_string()),
        Ok(series) => judged(&series),
    }
}

fn judged(series: &Series) -> Found {
    let arrived = format!("{} % of {} packets in a second arrived", series.arrived_percent(), series.sent);
    match (series.outcome(), series.round_trip_us()) {
        (Outcome::Ok(_), Some(us)) => Found::Ok(format!("round trip {}, {arrived}", in_ms(us))),
        _ => Found::Failed(arrived),
    }
}

fn in_ms(us: impl TryInto<u64>) -> String {
    let us = us.try_into().unwrap_or(u64::MAX);
    format!("{}.{} ms", us / 1_000, us % 1_000 / 100)
}

/// What was said, and whether any of it was bad.
#[derive(Debug, Default)]
struct Lines {
    any_failed: bool,
}

impl Lines {
    fn say(&mut self, what: &str, found: Found) {
        let (state, words) = match found {
            Found::Ok(words) => ("ok", words),
            Found::Failed(words) => ("failed", words),
            Found::Skipped(words) => ("skipped", words),
        };
        self.any_failed |= state == "failed";
        // Nobody is left to tell when the terminal is gone; the code still says it.
        let _ = writeln!(std::io::stdout(), "{what:<10} {state:<8} {words}");
    }
}
