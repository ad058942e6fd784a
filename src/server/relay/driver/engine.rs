//! The relay with its sockets: every input goes in here, every output is carried out here.
//!
//! One thread waits at one epoll for all datagrams and for the bell of the [`Mailbox`]. It is told what is ready, not what became
//! ready: so one datagram costs one wait, one receive and one send, or less when several are there.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::ControlFlow;
use std::sync::Arc;

use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use tokio::sync::watch;

use super::datagram::{self, Listener};
use super::mailbox::{Letter, Mailbox};
use super::stream::Outgoing;
use crate::room::Timestamp;
use crate::server::clock::Clock;
use crate::server::relay::core::{Client, Input, Link, Output, PortId, Relay};
use crate::server::relay::packet::Packet;

/// How many sockets one wait may name.
const EVENTS: usize = 256;
/// What the bell is called in epoll.
const BELL: u64 = u64::MAX;
/// Listeners are numbered from here on, relayed ports from 0.
const FIRST_LISTENER: u64 = 1 << 32;

/// Where the relay says what others wait for.
#[derive(Debug)]
pub struct Said {
    /// When it wants [`Letter::Timeout`].
    pub deadline: watch::Sender<Option<Timestamp>>,
    /// After [`Letter::Drain`]: that nothing is relayed any more.
    pub drained: watch::Sender<bool>,
}

/// Owned by the relay's thread.
pub struct Engine {
    relay: Relay,
    clock: Clock,
    packet: Packet,
    epoll: OwnedFd,
    waits: u64,
    mailbox: Mailbox,
    listeners: Vec<Listener>,
    /// By [`PortId`].
    ports: Vec<Option<UdpSocket>>,
    streams: HashMap<u64, Arc<Outgoing>>,
    said: Said,
    scheduled: Option<Timestamp>,
}

impl Engine {
    /// Listens on these sockets.
    pub fn new(
        relay: Relay,
        clock: Clock,
        listeners: Vec<UdpSocket>,
        mailbox: Mailbox,
        said: Said,
    ) -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        watch_for(&epoll, mailbox.bell(), BELL)?;
        let listeners = listeners.into_iter().map(Listener::new).collect::<io::Result<Vec<_>>>()?;
        for (number, listener) in (FIRST_LISTENER..).zip(&listeners) {
            watch_for(&epoll, &listener.socket, number)?;
        }
        Ok(Self {
            relay,
            clock,
            packet: Packet::default(),
            epoll,
            waits: 0,
            mailbox,
            listeners,
            ports: Vec::new(),
            streams: HashMap::new(),
            said,
            scheduled: None,
        })
    }

    /// Works until it is told to stop.
    pub fn run(mut self) -> io::Result<()> {
        let mut events = Vec::with_capacity(EVENTS);
        loop {
            match epoll::wait(&self.epoll, spare_capacity(&mut events), None) {
                Ok(_) | Err(Errno::INTR) => self.waits += 1,
                Err(error) => return Err(error.into()),
            }
            for event in events.drain(..) {
                match event.data.u64() {
                    BELL => {
                        if self.read_letters().is_break() {
                            return Ok(());
                        }
                    }
                    number => match number.checked_sub(FIRST_LISTENER) {
                        Some(listener) => self.drain(u16::try_from(listener).unwrap_or(u16::MAX)),
                        None => self.receive_from_peer(PortId(usize::try_from(number).unwrap_or(usize::MAX))),
                    },
                }
            }
        }
    }

    fn read_letters(&mut self) -> ControlFlow<()> {
        for letter in self.mailbox.take() {
            match letter {
                Letter::PeerLeft(peer) => self.handle(Input::PeerLeft(peer)),
                Letter::PeerReturned(peer) => self.handle(Input::PeerReturned(peer)),
                Letter::Timeout => self.handle(Input::Timeout),
                Letter::Drain => self.handle(Input::Drain),
                Letter::StreamOpened(number, outgoing) => drop(self.streams.insert(number, outgoing)),
                Letter::Message { client, local, bytes, place } => {
                    self.receive_message(client, local, &bytes);
                    drop(place);
                }
                Letter::StreamClosed(client) => {
                    if let Link::Stream(number) = client.link {
                        self.streams.remove(&number);
                    }
                    self.handle(Input::ClientGone(client));
                }
                Letter::Stop => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }

    /// Takes what waits at a listener.
    fn drain(&mut self, number: u16) {
        let Some(listener) = self.listeners.get_mut(usize::from(number)) else { return };
        for _ in 0..listener.expected(self.waits) {
            match self.receive_from_client(number) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                // What an earlier datagram met on its way (ICMP). The next one has nothing to do with it.
                Err(error) => tracing::trace!(%error, "a datagram did not arrive"),
            }
        }
    }

    fn receive_from_client(&mut self, number: u16) -> io::Result<()> {
        let Some(Listener { socket, local, .. }) = self.listeners.get(usize::from(number)) else { return Ok(()) };
        let (length, remote) = socket.recv_from(self.packet.space())?;
        self.packet.set_received(length);
        let client = Client { link: Link::Datagram(number), remote };
        let input = Input::FromClient { client, local: *local, packet: &mut self.packet };
        let outputs = self.relay.handle(self.clock.now(), input);
        self.carry_out(outputs);
        Ok(())
    }

    fn receive_from_peer(&mut self, port: PortId) {
        let Some(Some(socket)) = self.ports.get(port.0) else { return };
        match socket.recv_from(self.packet.space()) {
            Ok((length, peer)) => {
                self.packet.set_received(length);
                let input = Input::FromPeer { port, peer, packet: &mut self.packet };
                let outputs = self.relay.handle(self.clock.now(), input);
                self.carry_out(outputs);
            }
            // A refusal from elsewhere (ICMP), or the port was closed and opened anew since it was ready.
            Err(error) => tracing::trace!(%error, "a datagram did not arrive"),
        }
    }

    fn receive_message(&mut self, client: Client, local: IpAddr, bytes: &[u8]) {
        self.packet.fill(bytes);
        let outputs =
            self.relay.handle(self.clock.now(), Input::FromClient { client, local, packet: &mut self.packet });
        self.carry_out(outputs);
        if let Some(outgoing) = self.stream(client).filter(|_| self.relay.has_allocation(&client)) {
            outgoing.set_allocated();
        }
    }

    fn handle(&mut self, input: Input<'static>) {
        let outputs = self.relay.handle(self.clock.now(), input);
        self.carry_out(outputs);
    }

    fn carry_out(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::ForwardToClient(client) => self.send_to_client(client, self.packet.bytes()),
                Output::ForwardToPeer(port, peer) => {
                    if let Some(Some(socket)) = self.ports.get(port.0) {
                        datagram::send(socket, self.packet.bytes(), peer);
                    }
                }
                Output::Send(client, bytes) => self.send_to_client(client, &bytes),
                Output::OpenPort(id, address) => {
                    let opened = self.open_port(id, address);
                    self.handle(Input::PortOpened(id, opened));
                }
                Output::ClosePort(id) => {
                    if let Some(port) = self.ports.get_mut(id.0) {
                        *port = None;
                    }
                }
                Output::Released(client) => {
                    if let Some(outgoing) = self.stream(client) {
                        outgoing.close();
                    }
                }
            }
        }
        let next = self.relay.poll_timeout();
        if self.scheduled != next {
            self.scheduled = next;
            self.said.deadline.send_replace(next);
        }
        if self.relay.is_drained() {
            self.said.drained.send_if_modified(|drained| !std::mem::replace(drained, true));
        }
    }

    fn open_port(&mut self, id: PortId, address: SocketAddr) -> bool {
        let opened = datagram::open(address).and_then(|socket| {
            watch_for(&self.epoll, &socket, u64::try_from(id.0).unwrap_or(u64::MAX))?;
            Ok(socket)
        });
        match opened {
            Ok(socket) => {
                self.ports.resize_with(self.ports.len().max(id.0 + 1), || None);
                self.ports[id.0] = Some(socket);
                true
            }
            Err(error) => {
                tracing::debug!(%error, "a relayed port is not to be had");
                false
            }
        }
    }

    fn send_to_client(&self, client: Client, bytes: &[u8]) {
        match client.link {
            Link::Datagram(number) => {
                if let Some(listener) = self.listeners.get(usize::from(number)) {
                    datagram::send(&listener.socket, bytes, client.remote);
                }
            }
            Link::Stream(_) => {
                if let Some(outgoing) = self.stream(client) {
                    outgoing.push(bytes);
                }
            }
        }
    }

    fn stream(&self, client: Client) -> Option<&Arc<Outgoing>> {
        match client.link {
            Link::Stream(number) => self.streams.get(&number),
            Link::Datagram(_) => None,
        }
    }
}

fn watch_for(epoll: &OwnedFd, source: impl AsFd, number: u64) -> io::Result<()> {
    Ok(epoll::add(epoll, source, epoll::EventData::new_u64(number), epoll::EventFlags::IN)?)
}
