//! Packets at the pace of `turnutils_uclient`: every client begins at some time within five seconds, a clock ticks each millisecond.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;

use super::Summary;
use crate::floor::watch;
use crate::{Case, Outcome};

const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
/// Clients begin after this, and within that.
const BEGIN_MS: (u64, u64) = (1_000, 5_000);
/// How long the last packets are waited for.
const LAST_MS: u64 = 1_000;

pub struct Bare {
    clients: Vec<Client>,
    epoll: OwnedFd,
    case: Case,
    sent: u64,
    received: u64,
    way_us: u64,
}

struct Client {
    socket: UdpSocket,
    due_ms: u64,
    left: u64,
}

impl Bare {
    pub fn start(server: SocketAddr, case: Case, clients: u64) -> Outcome<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut all = Vec::new();
        for number in 0..clients {
            let socket = UdpSocket::bind((server.ip(), 0))?;
            socket.connect(server)?;
            // The first packet opens the port, as an Allocate would.
            socket.send(&[0; 8])?;
            socket.recv(&mut [0; 8])?;
            socket.set_nonblocking(true)?;
            watch(&epoll, &socket, number)?;
            // Spread well enough, and the same each time.
            let due_ms = BEGIN_MS.0 + number * 7_919 % BEGIN_MS.1;
            all.push(Client { socket, due_ms, left: case.messages() });
        }
        Ok(Self { clients: all, epoll, case, sent: 0, received: 0, way_us: 0 })
    }

    /// To the last packet.
    pub fn run(mut self) -> Outcome<Summary> {
        let start = Instant::now();
        let total = self.case.messages() * self.clients.len() as u64;
        let end_ms = BEGIN_MS.0 + BEGIN_MS.1 + self.case.messages() * self.case.interval_ms() + LAST_MS;
        let mut next_tick = start;
        while self.received < total && start.elapsed() < Duration::from_millis(end_ms) {
            if Instant::now() >= next_tick {
                self.send_what_is_due(start)?;
                next_tick += Duration::from_millis(1);
            }
            self.receive(start)?;
        }
        let lost = self.sent.saturating_sub(self.received);
        Ok(Summary { sent: self.sent, lost, way_ms: self.way_us as f64 / 1_000.0 })
    }

    fn send_what_is_due(&mut self, start: Instant) -> Outcome<()> {
        let now_ms = start.elapsed().as_millis() as u64;
        let mut packet = vec![7; self.case.bytes];
        for client in &mut self.clients {
            while client.left > 0 && client.due_ms <= now_ms {
                packet[..8].copy_from_slice(&(start.elapsed().as_micros() as u64).to_be_bytes());
                client.socket.send(&packet)?;
                client.left -= 1;
                client.due_ms += self.case.interval_ms();
                self.sent += 1;
            }
        }
        Ok(())
    }

    fn receive(&mut self, start: Instant) -> Outcome<()> {
        let mut events = Vec::with_capacity(256);
        epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&TICK))?;
        let mut packet = [0; 2_048];
        for event in &events {
            let Some(client) = self.clients.get(usize::try_from(event.data.u64())?) else { continue };
            while client.socket.recv(&mut packet).is_ok() {
                let mut stamp = [0; 8];
                stamp.copy_from_slice(&packet[..8]);
                self.way_us += (start.elapsed().as_micros() as u64).saturating_sub(u64::from_be_bytes(stamp));
                self.received += 1;
            }
        }
        Ok(())
    }
}
