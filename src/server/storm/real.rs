//! The server of a storm: the real one, started again and again on one data folder, and the pages' ends of its sockets.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use clap::Parser;
use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::wire::{Breaker, connection};
use crate::call::sim::agenda::{Agenda, Happening, Random, Wire};
use crate::call::sim::net::{Cut, Net, Restart};
use crate::call::sim::room;
use crate::protocol::{CloseReason, PeerId};
use crate::server::accept;
use crate::server::config::Config;
use crate::server::ids::Ids;
use crate::server::state::ServerState;
use crate::server::{Server, pages};

type Tell = UnboundedSender<Happening<Infallible>>;

/// The server, when it is there, and every socket to it.
pub(super) struct RealServer {
    running: Arc<Mutex<Option<Running>>>,
    sockets: BTreeMap<Wire, Socket>,
    tell: Tell,
    seed: u64,
    folder: Arc<Folder>,
    ids: Ids,
    began: Instant,
}

struct Running {
    state: ServerState,
    router: Router,
    serving: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

struct Socket {
    orders: UnboundedSender<Order>,
    breaker: Breaker,
}

/// What a page wants of its socket.
enum Order {
    Say(String),
    Close,
}

impl RealServer {
    pub(super) async fn start(seed: u64, tell: Tell) -> Self {
        let (folder, ids, began) = (Arc::new(Folder::new()), Ids::seeded(seed), Instant::now());
        let running = Arc::new(Mutex::new(Some(Running::start(&folder, &ids, began).await)));
        Self { running, sockets: BTreeMap::new(), tell, seed, folder, ids, began }
    }

    /// How many sockets the server has.
    pub(super) fn open_sockets(&self) -> usize {
        self.running.lock().unwrap().as_ref().map_or(0, |running| running.state.sockets.count())
    }
}

impl Running {
    /// What `confab` starts, without the relay; its own port stays unused.
    async fn start(folder: &Folder, ids: &Ids, began: Instant) -> Self {
        let flags = ["confab", "--listen", "127.0.0.1:0", "--no-turn", "--data-dir", folder.0.to_str().unwrap()];
        let server = Server::bind(Config::parse_from(flags)).await.unwrap();
        let state = ServerState { ids: ids.clone(), ..server.state().clone() };
        // Wall clocks do not know of virtual time; a server that starts later has a later one.
        state.clock.skip(began.elapsed());
        let router = pages::router(&state);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async {
            // The storm is over when the sender is gone.
            let _ = stopped.await;
        }));
        Self { state, router, serving, stop }
    }
}

impl Net for RealServer {
    type Event = Infallible;

    fn open(&mut self, agenda: &mut Agenda<Infallible>, wire: Wire) {
        let (page, number, load) = (wire.page as u64, u64::from(wire.number), u64::from(wire.load));
        let chance = Random::new(self.seed ^ (page << 48) ^ (load << 32) ^ (number << 16));
        let (page_end, server_end, breaker) = connection(chance);
        let (orders, ordered) = unbounded_channel();
        tokio::spawn(be_a_browsers_socket(wire, page_end, ordered, self.tell.clone()));
        tokio::spawn(reach(self.running.clone(), server_end, wire.page, agenda.delay()));
        self.sockets.insert(wire, Socket { orders, breaker });
    }

    fn say(&mut self, _: &mut Agenda<Infallible>, wire: Wire, text: String) {
        // A socket that has ended says nothing; its page will hear of it.
        let _ = self.sockets.get(&wire).map(|socket| socket.orders.send(Order::Say(text)));
    }

    fn close(&mut self, _: &mut Agenda<Infallible>, wire: Wire) {
        let _ = self.sockets.get(&wire).map(|socket| socket.orders.send(Order::Close));
    }

    fn cut(&mut self, agenda: &mut Agenda<Infallible>, wire: Wire, cut: Cut) {
        if cut == Cut::PageGone {
            return self.close(agenda, wire);
        }
        self.sockets.get(&wire).into_iter().for_each(|socket| socket.breaker.cut(cut));
    }

    fn restart(&mut self, _: &mut Agenda<Infallible>, restart: Restart) {
        if let Some(Running { serving, stop, .. }) = self.running.lock().unwrap().take() {
            if restart.drained {
                let _ = stop.send(());
            } else {
                // What it goes on to do reaches nobody.
                serving.abort();
                self.sockets.values().for_each(|socket| socket.breaker.cut(Cut::Both));
            }
        }
        let (running, folder, ids) = (self.running.clone(), self.folder.clone(), self.ids.clone());
        let (began, tell) = (self.began, self.tell.clone());
        tokio::spawn(async move {
            sleep(Duration::from_millis(restart.down_ms)).await;
            let started = Running::start(&folder, &ids, began).await;
            *running.lock().unwrap() = Some(started);
            let _ = tell.send(Happening::ServerIsBack);
        });
    }

    fn happen(&mut self, _: &mut Agenda<Infallible>, event: Infallible) {
        match event {}
    }

    fn members(&self) -> Vec<PeerId> {
        self.running
            .lock()
            .unwrap()
            .as_ref()
            .map_or_else(Vec::new, |running| running.state.rooms.live_in(&room(self.seed)))
    }
}

/// The server's side of a connection, once it has got there.
async fn reach(running: Arc<Mutex<Option<Running>>>, stream: DuplexStream, page: usize, after_ms: u64) {
    sleep(Duration::from_millis(after_ms)).await;
    let there = running.lock().unwrap().as_ref().map(|running| (running.router.clone(), running.state.clone()));
    if let Some((router, state)) = there {
        accept::serve(stream, IpAddr::from([10, 0, 0, page as u8]), router, state).await;
    }
}

/// The page's side: what a browser's WebSocket does.
async fn be_a_browsers_socket(wire: Wire, stream: DuplexStream, mut orders: UnboundedReceiver<Order>, tell: Tell) {
    let mut request = "ws://confab.test/ws".into_client_request().unwrap();
    request.headers_mut().insert("origin", "http://confab.test".parse().unwrap());
    let mut reason = None;
    if let Ok((mut socket, _)) = client_async(request, stream).await {
        let _ = tell.send(Happening::Opened(wire));
        loop {
            tokio::select! {
                biased;
                order = orders.recv() => {
                    let done = match order {
                        Some(Order::Say(text)) => socket.send(Message::text(text)).await.is_err(),
                        Some(Order::Close) | None => {
                            let _ = socket.close(None).await;
                            true
                        }
                    };
                    if done {
                        break;
                    }
                }
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => drop(tell.send(Happening::ToPage(wire, text.to_string()))),
                    Some(Ok(Message::Close(frame))) => {
                        reason = frame.and_then(|frame| CloseReason::parse(&frame.reason));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => break,
                },
            }
        }
    }
    let _ = tell.send(Happening::EndAtPage(wire, reason));
}

/// A data folder of its own, removed when the storm is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("confab-storm-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
