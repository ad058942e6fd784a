//! A page of a browser, without one: the session of the real client over a real socket.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use confab::call::media::{MediaCommand, MediaEvent};
use confab::call::session::{Command, Environment, Event, Session, SocketEvent};
use confab::call::view::Intent;
use confab::protocol::{CloseReason, PeerId, RoomId};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, sleep_until};
use tokio_tungstenite::tungstenite::Message;

use crate::peer::{Peer, Tally};
use crate::socket::{connect, upgrade};

/// Each page has something to say to each other page so often: while any socket is cut, signals are on their way.
const TRICKLE: Duration = Duration::from_secs(1);

/// What a page is told from outside.
#[derive(Debug)]
pub enum Order {
    /// The socket breaks.
    Cut,
    /// The server was killed at this time, with the socket.
    Killed(Instant),
    /// Nothing more to say.
    Quiet,
}

/// The page was admitted again, so long after its socket broke.
#[derive(Debug)]
pub struct Resumed {
    pub page: usize,
    pub after: Option<Duration>,
}

pub struct Page {
    number: usize,
    server: SocketAddr,
    session: Session,
    began: Instant,
    events: UnboundedSender<Event>,
    happened: UnboundedReceiver<Event>,
    socket: Option<Connection>,
    broke_at: Option<Instant>,
    peers: BTreeMap<PeerId, Peer>,
    tally: Tally,
    resumed: UnboundedSender<Resumed>,
}

struct Connection {
    number: u32,
    texts: UnboundedSender<String>,
    task: JoinHandle<()>,
}

impl Page {
    pub fn new(
        number: usize,
        server: SocketAddr,
        room: &str,
        tally: Tally,
        resumed: UnboundedSender<Resumed>,
    ) -> Option<Self> {
        let room = RoomId::parse(room).ok()?;
        let seed = (number as u64 + 1) << 11;
        let environment = Environment { secure_context: true, webrtc: true, seed, ..Environment::default() };
        let (events, happened) = unbounded_channel();
        Some(Self {
            number,
            server,
            session: Session::new(room, environment),
            began: Instant::now(),
            events,
            happened,
            socket: None,
            broke_at: None,
            peers: BTreeMap::new(),
            tally,
            resumed,
        })
    }

    /// Joins, and stays until nobody gives orders any more.
    pub async fn live(mut self, mut orders: UnboundedReceiver<Order>) {
        self.handle(Event::Start);
        self.handle(Event::Intent(Intent::Join { name: format!("P{}", self.number) }));
        let mut trickle = tokio::time::interval(TRICKLE);
        trickle.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut talks = true;
        loop {
            let due = self.session.poll_timeout().map(|due| self.began + due);
            tokio::select! {
                order = orders.recv() => match order {
                    None => return,
                    Some(Order::Cut) => self.lose_socket(Instant::now()),
                    Some(Order::Killed(at)) => self.broke_at = Some(at),
                    Some(Order::Quiet) => talks = false,
                },
                Some(event) = self.happened.recv() => self.hear(event),
                () = sleep_until(due.unwrap_or(self.began).into()), if due.is_some() => self.handle(Event::Timeout),
                _ = trickle.tick(), if talks => self.talk(),
            }
        }
    }

    fn talk(&mut self) {
        let says = |(id, peer): (&PeerId, &mut Peer)| Event::Peer(*id, peer.generation, peer.next_candidate());
        let events: Vec<Event> = self.peers.iter_mut().filter(|(_, peer)| peer.established).map(says).collect();
        events.into_iter().for_each(|event| self.handle(event));
    }

    /// Neither side says goodbye.
    fn lose_socket(&mut self, at: Instant) {
        if let Some(socket) = self.socket.take() {
            socket.task.abort();
            self.broke_at = Some(at);
            self.handle(Event::Socket(socket.number, SocketEvent::Closed(None)));
        }
    }

    fn hear(&mut self, event: Event) {
        let welcomed = matches!(&event, Event::Socket(number, SocketEvent::Message(text))
            if text.starts_with(r#"{"type":"welcome""#) && self.socket.as_ref().is_some_and(|s| s.number == *number));
        self.handle(event);
        if welcomed {
            let after = self.broke_at.take().map(|at| at.elapsed());
            // Nobody listens any more when the figures are complete.
            let _ = self.resumed.send(Resumed { page: self.number, after });
        }
    }

    fn handle(&mut self, event: Event) {
        let now = self.began.elapsed();
        for command in self.session.handle(now, event) {
            self.execute(command);
        }
    }

    fn execute(&mut self, command: Command) {
        match command {
            Command::OpenSocket(number) => {
                let (texts, to_say) = unbounded_channel();
                let task = tokio::spawn(be_a_socket(number, self.server, self.number, to_say, self.events.clone()));
                self.socket = Some(Connection { number, texts, task });
            }
            // A socket that has just ended says so by itself.
            Command::SendSocket(text) => drop(self.socket.as_ref().map(|socket| socket.texts.send(text))),
            Command::CloseSocket => drop(self.socket.take()),
            Command::OpenPeer { peer, generation, .. } => {
                if let Some(me) = self.session.peer_id() {
                    self.peers.insert(peer, Peer::new(me, peer, generation, self.tally.clone()));
                }
            }
            Command::ClosePeer(peer) => drop(self.peers.remove(&peer)),
            Command::Peer(id, command) => {
                let Some(peer) = self.peers.get_mut(&id) else { return };
                let generation = peer.generation;
                for event in peer.execute(command) {
                    self.tell(Event::Peer(id, generation, event));
                }
            }
            Command::Media(MediaCommand::Open(devices)) => self.tell(Event::Media(MediaEvent::Opened(devices))),
            Command::StoreSession(_)
            | Command::ForgetSession
            | Command::RememberName(_)
            | Command::RememberHiding(_)
            | Command::RememberDevice(_, _)
            | Command::RememberSound(_)
            | Command::UseDevices(_)
            | Command::KeepHosts(_)
            | Command::RememberCode(_)
            | Command::TellTabs(_)
            | Command::KeepAwake(_)
            | Command::SetVolume(_, _)
            | Command::RememberPreferences(_)
            | Command::Chime(_)
            | Command::PreparePeer
            | Command::Media(_) => {}
        }
    }

    /// To happen as soon as this is done.
    fn tell(&self, event: Event) {
        // We hold the other end.
        let _ = self.events.send(event);
    }
}

/// What a browser's WebSocket does.
async fn be_a_socket(
    number: u32,
    server: SocketAddr,
    page: usize,
    mut to_say: UnboundedReceiver<String>,
    events: UnboundedSender<Event>,
) {
    let tell = |event| drop(events.send(Event::Socket(number, event)));
    let opened = async { upgrade(connect(server, page as u64).await?, server).await };
    let Ok(mut socket) = opened.await else { return tell(SocketEvent::Closed(None)) };
    tell(SocketEvent::Opened);
    let mut reason = None;
    loop {
        tokio::select! {
            text = to_say.recv() => {
                let Some(text) = text else { return drop(socket.close(None).await) };
                if socket.send(Message::text(text)).await.is_err() {
                    break;
                }
            }
            frame = socket.next() => match frame {
                Some(Ok(Message::Text(text))) => tell(SocketEvent::Message(text.to_string())),
                Some(Ok(Message::Close(frame))) => reason = frame.and_then(|frame| CloseReason::parse(&frame.reason)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    tell(SocketEvent::Closed(reason));
}
