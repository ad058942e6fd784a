//! TCP and TLS: clients whose firewall lets no datagrams through. They have a thread of their own, so that what is encrypted for
//! one of them holds up nobody's datagrams; every whole message goes to the relay's thread, and what comes back is written.

use std::cell::Cell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};

use super::mailbox::{Letter, Mailbox};
use super::{Stream, StreamLimits};
use crate::server::places::Place;
use crate::server::relay::core::{Client, Link};
use crate::server::relay::framing::{Frame, first_frame};

/// More than this waiting for a client that reads slowly, and packets are lost, as they would be over UDP.
const MAX_WAITING_BYTES: usize = 256 * 1024;
/// So many messages may wait for the relay's thread; then nothing more is read. It takes them all before it looks at datagrams again.
const MAX_WAITING_MESSAGES: usize = 256;
/// How much is read at once.
const READ_BYTES: usize = 16 * 1024;
/// How long a client that has no allocation any more may take to read what was still to be said.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long to wait when the system has no more files for us.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// What the streams' tasks share.
pub struct Streams {
    mailbox: Mailbox,
    limits: StreamLimits,
    waiting: Arc<Semaphore>,
    last: Cell<u64>,
}

impl Streams {
    /// Their messages go to this mailbox.
    pub fn new(mailbox: Mailbox, limits: StreamLimits) -> Self {
        Self { mailbox, limits, waiting: Arc::new(Semaphore::new(MAX_WAITING_MESSAGES)), last: Cell::new(0) }
    }
}

/// How messages that wait together are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// At once.
    Together,
    /// Each by itself: over TLS it becomes a record then, and there are clients that look for one message in a record
    /// (`turnutils_uclient` does).
    Apart,
}

impl Packing {
    /// How many of these bytes are written next.
    fn first(self, waiting: &[u8]) -> usize {
        match (self, first_frame(waiting, true)) {
            (Self::Apart, Frame::Whole { bytes, padding }) => bytes + padding,
            (Self::Apart | Self::Together, _) => waiting.len(),
        }
    }
}

/// What waits to be written to one client, and what the relay says of it.
#[derive(Debug, Default)]
pub struct Outgoing {
    bytes: Mutex<Vec<u8>>,
    closed: AtomicBool,
    allocated: AtomicBool,
    changed: Notify,
    /// Waits for [`Outgoing::close`] even while a write waits for the client.
    ending: Notify,
}

impl Outgoing {
    /// Adds a message, unless too much waits.
    pub fn push(&self, message: &[u8]) {
        let mut bytes = self.bytes();
        if bytes.len() + message.len() <= MAX_WAITING_BYTES {
            bytes.extend_from_slice(message);
            drop(bytes);
            self.changed.notify_one();
        }
    }

    /// What waits is still written; then the connection ends.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.changed.notify_one();
        self.ending.notify_one();
    }

    /// The client has an allocation: it may be silent as long as it likes.
    pub fn set_allocated(&self) {
        self.allocated.store(true, Ordering::Release);
    }

    fn is_allocated(&self) -> bool {
        self.allocated.load(Ordering::Acquire)
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts connections for ever.
pub async fn accept(streams: Rc<Streams>, listener: std::net::TcpListener) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "TURN over TCP is not served"),
    };
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                if let Err(error) = welcome(&streams, stream, remote) {
                    tracing::debug!(%error, "a connection ended at once");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection for TURN");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
}

fn welcome(streams: &Rc<Streams>, stream: TcpStream, remote: SocketAddr) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let local = stream.local_addr()?.ip().to_canonical();
    serve_in_place(streams, Box::new(stream), Packing::Together, remote, local);
    Ok(())
}

/// Serves a connection if there is a place for it.
pub fn serve_in_place(
    streams: &Rc<Streams>,
    stream: Box<dyn Stream>,
    packing: Packing,
    remote: SocketAddr,
    local: IpAddr,
) {
    match streams.limits.places.take(remote.ip()) {
        Ok(place) => drop(tokio::task::spawn_local(serve(streams.clone(), stream, packing, remote, local, place))),
        Err(full) => tracing::debug!(%full, "a connection for TURN is refused"),
    }
}

async fn serve(
    streams: Rc<Streams>,
    stream: Box<dyn Stream>,
    packing: Packing,
    remote: SocketAddr,
    local: IpAddr,
    place: Place,
) {
    let outgoing = Arc::new(Outgoing::default());
    let number = streams.last.get() + 1;
    streams.last.set(number);
    let client = Client { link: Link::Stream(number), remote };
    streams.mailbox.put(Letter::StreamOpened(number, outgoing.clone()));
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        outcome = read(&streams, reader, client, local) => trace_end(outcome),
        outcome = write(&outgoing, packing, writer) => trace_end(outcome),
        () = outstay(&outgoing, streams.limits.patience) => tracing::trace!("a connection for TURN took too long"),
    }
    streams.mailbox.put(Letter::StreamClosed(client));
    drop(place);
}

fn trace_end(outcome: io::Result<()>) {
    if let Err(error) = outcome {
        tracing::trace!(%error, "a connection for TURN ended");
    }
}

async fn read(
    streams: &Streams,
    mut reader: ReadHalf<Box<dyn Stream>>,
    client: Client,
    local: IpAddr,
) -> io::Result<()> {
    let mut received = Vec::new();
    let mut begun = false;
    loop {
        match first_frame(&received, begun) {
            Frame::Whole { bytes, padding } => {
                begun = true;
                let place = streams.waiting.clone().acquire_owned().await.map_err(io::Error::other)?;
                let message = received[..bytes].to_vec();
                streams.mailbox.put(Letter::Message { client, local, bytes: message, place });
                received.drain(..bytes + padding);
            }
            Frame::Broken => return Ok(()),
            Frame::Partial => {
                received.reserve(READ_BYTES);
                if reader.read_buf(&mut received).await? == 0 {
                    return Ok(());
                }
            }
        }
    }
}

/// Ends when the connection has to, whatever the client reads or writes: it came to no allocation, or has none any more.
async fn outstay(outgoing: &Outgoing, patience: Duration) {
    if timeout(patience, outgoing.ending.notified()).await.is_err() {
        if !outgoing.is_allocated() {
            return;
        }
        outgoing.ending.notified().await;
    }
    sleep(LAST_WORDS).await;
}

async fn write(outgoing: &Outgoing, packing: Packing, mut writer: WriteHalf<Box<dyn Stream>>) -> io::Result<()> {
    loop {
        let waiting = std::mem::take(&mut *outgoing.bytes());
        if !waiting.is_empty() {
            let mut rest = waiting.as_slice();
            while !rest.is_empty() {
                let (now, later) = rest.split_at(packing.first(rest));
                writer.write_all(now).await?;
                rest = later;
            }
            writer.flush().await?;
        } else if outgoing.closed.load(Ordering::Acquire) {
            return writer.shutdown().await;
        } else {
            outgoing.changed.notified().await;
        }
    }
}
