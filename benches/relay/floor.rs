//! The floor: what it costs to receive each packet and send it on, and nothing else. One thread, one epoll, a port for each client.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd;

use rustix::event::epoll;

use crate::Outcome;

/// For what is received at the listener; the ports of clients are numbered from 0.
const LISTENER: u64 = u64::MAX;

struct Floor {
    listener: UdpSocket,
    peer: SocketAddr,
    ports: Vec<(UdpSocket, SocketAddr)>,
    by_client: HashMap<SocketAddr, usize>,
    epoll: rustix::fd::OwnedFd,
}

/// Never ends.
pub fn run(listen: SocketAddr, peer: SocketAddr) -> Outcome<()> {
    let listener = UdpSocket::bind(listen)?;
    listener.set_nonblocking(true)?;
    rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 4 * 1024 * 1024)?;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    watch(&epoll, &listener, LISTENER)?;
    let mut floor = Floor { listener, peer, ports: Vec::new(), by_client: HashMap::new(), epoll };
    let mut events = Vec::with_capacity(256);
    let mut packet = vec![0; 65_536];
    loop {
        events.clear();
        epoll::wait(&floor.epoll, rustix::buffer::spare_capacity(&mut events), None)?;
        for event in &events {
            // A packet that is lost is lost.
            let _ = match event.data.u64() {
                LISTENER => floor.pass_to_peer(&mut packet),
                number => floor.pass_to_client(usize::try_from(number)?, &mut packet),
            };
        }
    }
}

impl Floor {
    fn pass_to_peer(&mut self, packet: &mut [u8]) -> io::Result<usize> {
        let (length, client) = self.listener.recv_from(packet)?;
        let number = match self.by_client.get(&client) {
            Some(number) => *number,
            None => self.open(client)?,
        };
        self.ports[number].0.send_to(&packet[..length], self.peer)
    }

    fn pass_to_client(&self, number: usize, packet: &mut [u8]) -> io::Result<usize> {
        let (socket, client) = &self.ports[number];
        let (length, _) = socket.recv_from(packet)?;
        self.listener.send_to(&packet[..length], client)
    }

    fn open(&mut self, client: SocketAddr) -> io::Result<usize> {
        let number = self.ports.len();
        let socket = UdpSocket::bind((self.listener.local_addr()?.ip(), 0))?;
        socket.set_nonblocking(true)?;
        watch(&self.epoll, &socket, number as u64)?;
        self.ports.push((socket, client));
        self.by_client.insert(client, number);
        Ok(number)
    }
}

pub fn watch(epoll: impl AsFd, socket: &UdpSocket, number: u64) -> io::Result<()> {
    Ok(epoll::add(epoll, socket, epoll::EventData::new_u64(number), epoll::EventFlags::IN)?)
}
