//! A connection that takes its time and can break: bytes in, the same bytes out, later and in order.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf, WriteHalf, duplex, split};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use crate::call::sim::agenda::Random;
use crate::call::sim::net::Cut;

/// More than anybody sends before it is read.
const BUFFER_BYTES: usize = 1024 * 1024;

/// What breaks it.
#[derive(Debug)]
pub(super) struct Breaker {
    up: UnboundedSender<Order>,
    down: UnboundedSender<Order>,
    here_ms: u64,
    there_ms: u64,
}

#[derive(Debug)]
enum Order {
    /// Nothing arrives any more.
    Lose,
    /// The end of the sender is not passed on.
    HideTheEnd,
    /// Nothing arrives any more, and the receiver learns it after so many milliseconds.
    End(u64),
}

/// The page's end, the server's end, and what breaks the way between them.
pub(super) fn connection(mut random: Random) -> (DuplexStream, DuplexStream, Breaker) {
    let (page, page_far) = duplex(BUFFER_BYTES);
    let (server, server_far) = duplex(BUFFER_BYTES);
    let (here_ms, there_ms) = (delay(&mut random), delay(&mut random));
    let (from_page, to_page) = split(page_far);
    let (from_server, to_server) = split(server_far);
    let (up, orders_up) = unbounded_channel();
    let (down, orders_down) = unbounded_channel();
    let (chance_up, chance_down) = (Random::new(random.below(u64::MAX)), Random::new(random.below(u64::MAX)));
    tokio::spawn(carry(from_page, to_server, orders_up, chance_up));
    tokio::spawn(carry(from_server, to_page, orders_down, chance_down));
    (page, server, Breaker { up, down, here_ms, there_ms })
}

impl Breaker {
    pub(super) fn cut(&self, cut: Cut) {
        let (up, down) = match cut {
            Cut::Both => (Order::End(self.there_ms), Order::End(self.here_ms)),
            Cut::Here => (Order::HideTheEnd, Order::End(self.here_ms)),
            Cut::There => (Order::End(self.there_ms), Order::Lose),
            Cut::Silent => (Order::Lose, Order::Lose),
            // Not a fault of the wire: what the page says last arrives.
            Cut::PageGone => return,
        };
        // A way that has ended cannot break.
        let _ = (self.up.send(up), self.down.send(down));
    }
}

/// One direction.
async fn carry(
    mut from: ReadHalf<DuplexStream>,
    mut to: WriteHalf<DuplexStream>,
    mut orders: UnboundedReceiver<Order>,
    mut random: Random,
) {
    let mut waiting: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let mut buffer = vec![0; 16 * 1024];
    let (mut loses, mut hides_the_end, mut reads, mut listens) = (false, false, true, true);
    let mut last = Instant::now();
    let mut ends_at = None;
    loop {
        let due = waiting.front().map(|(at, _)| *at);
        tokio::select! {
            biased;
            order = orders.recv(), if listens => match order {
                None => listens = false,
                Some(Order::HideTheEnd) => hides_the_end = true,
                Some(order) => {
                    loses = true;
                    waiting.clear();
                    ends_at = if let Order::End(ms) = order { Some(Instant::now() + Duration::from_millis(ms)) } else { None };
                }
            },
            () = sleep_until(due.unwrap_or(last)), if due.is_some() => {
                let Some((_, bytes)) = waiting.pop_front() else { continue };
                // Who has closed wants no more.
                let _ = to.write_all(&bytes).await;
            }
            () = sleep_until(ends_at.unwrap_or(last)), if due.is_none() && ends_at.is_some() => {
                ends_at = None;
                let _ = to.shutdown().await;
            }
            read = from.read(&mut buffer), if reads => {
                last = last.max(Instant::now() + Duration::from_millis(delay(&mut random)));
                match read {
                    Ok(length) if length > 0 && !loses => waiting.push_back((last, buffer[..length].to_vec())),
                    Ok(length) if length > 0 => {}
                    Ok(_) | Err(_) => {
                        reads = false;
                        ends_at = if loses || hides_the_end { ends_at } else { Some(last) };
                    }
                }
            }
            else => return,
        }
    }
}

fn delay(random: &mut Random) -> u64 {
    1 + random.below(120)
}
