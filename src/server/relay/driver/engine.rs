//! The relay with its sockets: every input goes in here, every output is carried out here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::datagram;
use super::stream::Outgoing;
use crate::protocol::PeerId;
use crate::room::Timestamp;
use crate::server::clock::Clock;
use crate::server::relay::core::{Client, Input, Link, Output, PortId, Relay};
use crate::server::relay::packet::Packet;

/// Shared by the tasks of the relay's thread.
pub struct Engine {
    clock: Clock,
    /// A connection that has come to no allocation by then is closed.
    patience: Duration,
    inner: RefCell<Inner>,
    deadline_changed: Notify,
}

struct Inner {
    relay: Relay,
    packet: Packet,
    listeners: Vec<Rc<UdpSocket>>,
    ports: HashMap<PortId, OpenPort>,
    streams: HashMap<u64, Rc<Outgoing>>,
    last_stream: u64,
    scheduled: Option<Timestamp>,
}

struct OpenPort {
    socket: Rc<UdpSocket>,
    task: AbortHandle,
}

impl Engine {
    /// Listens on these sockets from now on.
    pub fn new(
        relay: Relay,
        clock: Clock,
        patience: Duration,
        listeners: Vec<std::net::UdpSocket>,
    ) -> io::Result<Rc<Self>> {
        let listeners = listeners.into_iter().map(UdpSocket::from_std);
        let listeners: Vec<Rc<UdpSocket>> = listeners.map(|socket| socket.map(Rc::new)).collect::<io::Result<_>>()?;
        let inner = Inner {
            relay,
            packet: Packet::default(),
            listeners: listeners.clone(),
            ports: HashMap::new(),
            streams: HashMap::new(),
            last_stream: 0,
            scheduled: None,
        };
        let engine = Rc::new(Self { clock, patience, inner: RefCell::new(inner), deadline_changed: Notify::new() });
        for (number, socket) in (0..).zip(listeners) {
            let local = socket.local_addr()?.ip();
            tokio::task::spawn_local(datagram::listen(engine.clone(), socket, Link::Datagram(number), local));
        }
        Ok(engine)
    }

    /// How long a connection may do without an allocation.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Reads a datagram that waits at a listener, and deals with it.
    pub fn receive_from_client(self: &Rc<Self>, socket: &UdpSocket, link: Link, local: IpAddr) -> io::Result<()> {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        let remote = inner.receive(socket)?;
        let packet = &mut inner.packet;
        let input = Input::FromClient { client: Client { link, remote }, local, packet };
        let outputs = inner.relay.handle(self.clock.now(), input);
        self.carry_out(inner, outputs);
        Ok(())
    }

    /// Reads a datagram that waits at a relayed port, and deals with it.
    pub fn receive_from_peer(self: &Rc<Self>, socket: &UdpSocket, port: PortId) -> io::Result<()> {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        let peer = inner.receive(socket)?;
        let input = Input::FromPeer { port, peer, packet: &mut inner.packet };
        let outputs = inner.relay.handle(self.clock.now(), input);
        self.carry_out(inner, outputs);
        Ok(())
    }

    /// Deals with a message that came on a stream. Says whether the client has an allocation now.
    pub fn receive_message(self: &Rc<Self>, client: Client, local: IpAddr, message: &[u8]) -> bool {
        let mut inner = self.inner.borrow_mut();
        let inner = &mut *inner;
        inner.packet.fill(message);
        let input = Input::FromClient { client, local, packet: &mut inner.packet };
        let outputs = inner.relay.handle(self.clock.now(), input);
        self.carry_out(inner, outputs);
        inner.relay.has_allocation(&client)
    }

    /// A stream that begins; its number is never used again.
    pub fn open_stream(&self, outgoing: Rc<Outgoing>) -> Link {
        let mut inner = self.inner.borrow_mut();
        inner.last_stream += 1;
        let number = inner.last_stream;
        inner.streams.insert(number, outgoing);
        Link::Stream(number)
    }

    /// A stream that ended.
    pub fn close_stream(self: &Rc<Self>, client: Client) {
        if let Link::Stream(number) = client.link {
            self.inner.borrow_mut().streams.remove(&number);
        }
        self.handle(Input::ClientGone(client));
    }

    /// A member of a room has left.
    pub fn peer_left(self: &Rc<Self>, peer: PeerId) {
        self.handle(Input::PeerLeft(peer));
    }

    /// A member of a room is back.
    pub fn peer_returned(self: &Rc<Self>, peer: PeerId) {
        self.handle(Input::PeerReturned(peer));
    }

    fn handle(self: &Rc<Self>, input: Input<'_>) {
        let mut inner = self.inner.borrow_mut();
        let outputs = inner.relay.handle(self.clock.now(), input);
        self.carry_out(&mut inner, outputs);
    }

    fn carry_out(self: &Rc<Self>, inner: &mut Inner, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::ForwardToClient(client) => inner.send_to_client(client, None),
                Output::ForwardToPeer(port, peer) => {
                    if let Some(open) = inner.ports.get(&port) {
                        datagram::send(&open.socket, inner.packet.bytes(), peer);
                    }
                }
                Output::Send(client, bytes) => inner.send_to_client(client, Some(&bytes)),
                Output::OpenPort(id, address) => {
                    let opened = self.open_port(inner, id, address);
                    let more = inner.relay.handle(self.clock.now(), Input::PortOpened(id, opened));
                    self.carry_out(inner, more);
                }
                Output::ClosePort(id) => {
                    if let Some(port) = inner.ports.remove(&id) {
                        port.task.abort();
                    }
                }
                Output::Released(client) => {
                    if let Some(outgoing) = inner.stream(client) {
                        outgoing.close();
                    }
                }
            }
        }
        let next = inner.relay.poll_timeout();
        if inner.scheduled != next {
            inner.scheduled = next;
            self.deadline_changed.notify_one();
        }
    }

    fn open_port(self: &Rc<Self>, inner: &mut Inner, id: PortId, address: SocketAddr) -> bool {
        let socket = match datagram::open(address) {
            Ok(socket) => Rc::new(socket),
            Err(error) => {
                tracing::debug!(%error, "a relayed port is not to be had");
                return false;
            }
        };
        let task = tokio::task::spawn_local(datagram::listen_at_port(self.clone(), socket.clone(), id));
        inner.ports.insert(id, OpenPort { socket, task: task.abort_handle() });
        true
    }
}

impl Inner {
    fn receive(&mut self, socket: &UdpSocket) -> io::Result<SocketAddr> {
        let (length, from) = socket.try_recv_from(self.packet.space())?;
        self.packet.set_received(length);
        Ok(from)
    }

    /// Sends these bytes, or the packet as it stands.
    fn send_to_client(&self, client: Client, bytes: Option<&[u8]>) {
        let bytes = bytes.unwrap_or_else(|| self.packet.bytes());
        match client.link {
            Link::Datagram(number) => {
                if let Some(socket) = self.listeners.get(usize::from(number)) {
                    datagram::send(socket, bytes, client.remote);
                }
            }
            Link::Stream(_) => {
                if let Some(outgoing) = self.stream(client) {
                    outgoing.push(bytes);
                }
            }
        }
    }

    fn stream(&self, client: Client) -> Option<&Rc<Outgoing>> {
        match client.link {
            Link::Stream(number) => self.streams.get(&number),
            Link::Datagram(_) => None,
        }
    }
}

/// Tells the relay when its time has come. Never ends.
pub async fn run_timer(engine: Rc<Engine>) {
    loop {
        let next = engine.inner.borrow().relay.poll_timeout();
        let sleep = async {
            match next {
                Some(at) => engine.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep => engine.handle(Input::Timeout),
            () = engine.deadline_changed.notified() => {}
        }
    }
}
