//! STUN and TURN as a page reaches them: with connections that talk to themselves.

use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    MessageEvent, RtcConfiguration, RtcDataChannel, RtcDataChannelInit, RtcIceCandidate, RtcPeerConnectionIceEvent,
    RtcSdpType, RtcSessionDescriptionInit,
};

use crate::browser::side::bindings::{PeerConnection, get, new_connection, set, settle};
use crate::browser::side::listener::{Listener, Timer};
use crate::browser::side::prepared::ice_servers_of;
use crate::check::{Candidate, Gathering, Outcome, Problem, Series};
use crate::protocol::IceServer;

/// A browser gives up on a silent server after more than this.
const GATHER_MS: i32 = 5_000;
/// Whatever takes longer than this to connect would not be used.
const CONNECT_MS: i32 = 10_000;
/// How long the last message may be under way.
const LAST_MESSAGE_MS: i32 = 1_000;
/// What browsers say when nothing came back (W3C WebRTC, section 5.6.2.2).
const NO_ANSWER: u32 = 701;

/// What happens to a pair of connections.
enum Heard {
    /// At which of the two; none when there are no more.
    Candidate(usize, Option<RtcIceCandidate>),
    /// A server's address, and why it is of no use.
    Refused(String, u32),
    Opened,
    /// After how long.
    Arrived(f64),
    TimeUp,
}

/// Closed when dropped.
struct Closing(PeerConnection);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

type Events = mpsc::UnboundedSender<Heard>;

/// What a browser finds with these STUN servers.
pub async fn gather(urls: &[&str]) -> Result<Gathering, JsValue> {
    let urls = urls.iter().map(|url| (*url).to_owned()).collect();
    let connection = open(&IceServer { urls, username: None, credential: None }, false)?;
    connection.0.create_data_channel("check");
    let (events, mut heard) = mpsc::unbounded();
    let _listeners = listen(&connection, 0, &events);
    let _timer = time_up_after(GATHER_MS, &events);
    settle(connection.0.set_implicit_local_description()).await?;
    let mut gathering = Gathering::default();
    while let Some(event) = heard.next().await {
        match event {
            Heard::Candidate(_, Some(candidate)) => {
                gathering.candidates.extend(Candidate::parse(&candidate.candidate()));
            }
            Heard::Candidate(_, None) => {
                gathering.completed = true;
                break;
            }
            Heard::Refused(url, _) => gathering.unanswered.push(url),
            Heard::TimeUp => break,
            Heard::Opened | Heard::Arrived(_) => {}
        }
    }
    Ok(gathering)
}

/// A second of data through a relay.
pub async fn relay(server: &IceServer) -> Outcome {
    match Pair::connect(server).await {
        Ok(Ok(pair)) => pair.send_for_a_second().await.outcome(),
        Ok(Err(problem)) => Outcome::Failed(problem),
        Err(_) => Outcome::Failed(Problem::NoAnswer),
    }
}

/// Two connections in one page that meet at a relay.
struct Pair {
    channel: RtcDataChannel,
    events: Events,
    heard: mpsc::UnboundedReceiver<Heard>,
    _listeners: Vec<Listener>,
    _ends: [Closing; 2],
}

impl Pair {
    async fn connect(server: &IceServer) -> Result<Result<Self, Problem>, JsValue> {
        let ends = [open(server, true)?, open(server, true)?];
        let (events, heard) = mpsc::unbounded();
        let [near, far] = [&ends[0], &ends[1]].map(|end| lossy_channel(&end.0));
        let mut listeners: Vec<Listener> =
            [listen(&ends[0], 0, &events), listen(&ends[1], 1, &events)].into_iter().flatten().collect();
        let opened = events.clone();
        listeners.push(Listener::new(&near, "open", move |_| drop(opened.unbounded_send(Heard::Opened))));
        let arrived = events.clone();
        listeners.push(Listener::new(&far, "message", move |event| {
            let text = event.unchecked_into::<MessageEvent>().data().as_string().unwrap_or_default();
            let sent_us = text.split(' ').next().and_then(|first| first.parse::<u32>().ok());
            let took_ms = sent_us.map_or(0.0, |sent_us| now_ms() - f64::from(sent_us) / 1_000.0);
            drop(arrived.unbounded_send(Heard::Arrived(took_ms)));
        }));
        negotiate(&ends).await?;
        let mut pair = Self { channel: near, events, heard, _listeners: listeners, _ends: ends };
        Ok(pair.opens().await.map(|()| pair))
    }

    /// Carries candidates across until the channel is open.
    async fn opens(&mut self) -> Result<(), Problem> {
        let _timer = time_up_after(CONNECT_MS, &self.events);
        let mut found = [0, 0];
        let mut problem = Problem::NoAnswer;
        while let Some(event) = self.heard.next().await {
            match event {
                Heard::Candidate(end, Some(candidate)) => {
                    found[end] += 1;
                    let added = self._ends[1 - end].0.add_ice_candidate_with_opt_rtc_ice_candidate(Some(&candidate));
                    // One that cannot be used is no reason to stop.
                    let _ = settle(added).await;
                }
                // Nothing was relayed, and nothing will be.
                Heard::Candidate(end, None) if found[end] == 0 => return Err(problem),
                Heard::Refused(_, code) if code != NO_ANSWER => {
                    problem = Problem::Refused(u16::try_from(code).unwrap_or_default());
                }
                Heard::Opened => return Ok(()),
                Heard::TimeUp => return Err(problem),
                Heard::Candidate(_, None) | Heard::Refused(..) | Heard::Arrived(_) => {}
            }
        }
        Err(problem)
    }

    /// As many messages as are due, however seldom the browser lets us act; then waits for the last ones.
    async fn send_for_a_second(mut self) -> Series {
        let started_ms = now_ms();
        let mut series = Series::default();
        while series.sent < Series::MESSAGES {
            let due = ((now_ms() - started_ms) / f64::from(Series::PAUSE_MS)) as usize + 1;
            while series.sent < due.min(Series::MESSAGES) {
                let mut message = format!("{} ", (now_ms() * 1_000.0) as u32);
                message.extend(std::iter::repeat_n('.', Series::MESSAGE_BYTES.saturating_sub(message.len())));
                // A channel that is closed loses it; that shows in what arrives.
                let _ = self.channel.send_with_str(&message);
                series.sent += 1;
            }
            pause_ms(Series::PAUSE_MS as i32).await;
        }
        let _timer = time_up_after(LAST_MESSAGE_MS, &self.events);
        while series.arrived_us.len() < series.sent {
            match self.heard.next().await {
                Some(Heard::Arrived(ms)) => series.arrived_us.push((ms * 1_000.0) as u32),
                Some(Heard::TimeUp) | None => break,
                Some(Heard::Candidate(..) | Heard::Refused(..) | Heard::Opened) => {}
            }
        }
        series
    }
}

fn open(server: &IceServer, relay_only: bool) -> Result<Closing, JsValue> {
    let configuration = RtcConfiguration::new();
    set(&configuration, "iceServers", ice_servers_of(std::slice::from_ref(server)));
    if relay_only {
        set(&configuration, "iceTransportPolicy", "relay");
    }
    new_connection(&configuration).map(Closing)
}

fn lossy_channel(connection: &PeerConnection) -> RtcDataChannel {
    let init = RtcDataChannelInit::new();
    init.set_negotiated(true);
    init.set_id(0);
    init.set_ordered(false);
    init.set_max_retransmits(0);
    connection.create_data_channel_with_data_channel_dict("check", &init)
}

fn listen(connection: &Closing, end: usize, events: &Events) -> [Listener; 2] {
    let (found, refused) = (events.clone(), events.clone());
    [
        Listener::new(&connection.0, "icecandidate", move |event| {
            let candidate = event.unchecked_into::<RtcPeerConnectionIceEvent>().candidate();
            // An empty one ends one section's gathering, none ends all of it.
            if candidate.as_ref().is_none_or(|candidate| !candidate.candidate().is_empty()) {
                drop(found.unbounded_send(Heard::Candidate(end, candidate)));
            }
        }),
        Listener::new(&connection.0, "icecandidateerror", move |event| {
            let code = get(&event, "errorCode").as_f64().unwrap_or_default() as u32;
            let url = get(&event, "url").as_string().unwrap_or_default();
            drop(refused.unbounded_send(Heard::Refused(url, code)));
        }),
    ]
}

async fn negotiate(ends: &[Closing; 2]) -> Result<(), JsValue> {
    let [near, far] = [&ends[0].0, &ends[1].0];
    settle(near.set_implicit_local_description()).await?;
    carry(near, far, RtcSdpType::Offer).await?;
    settle(far.set_implicit_local_description()).await?;
    carry(far, near, RtcSdpType::Answer).await
}

async fn carry(from: &PeerConnection, to: &PeerConnection, kind: RtcSdpType) -> Result<(), JsValue> {
    let init = RtcSessionDescriptionInit::new(kind);
    init.set_sdp(&from.local_description().ok_or(JsValue::UNDEFINED)?.sdp());
    settle(to.set_remote_description(&init)).await.map(drop)
}

fn time_up_after(ms: i32, events: &Events) -> Option<Timer> {
    let events = events.clone();
    Timer::after_ms(ms, move || drop(events.unbounded_send(Heard::TimeUp)))
}

/// Waits.
pub async fn pause_ms(ms: i32) {
    let (sender, over) = oneshot::channel();
    let mut sender = Some(sender);
    let _timer = Timer::after_ms(ms, move || {
        // It fails only when nobody waits any more.
        let _ = sender.take().map(|sender| sender.send(()));
    });
    // Without a window there is no timer, and no wait.
    let _ = over.await;
}

/// A clock for differences.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}
