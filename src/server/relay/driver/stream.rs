//! TCP and TLS: clients whose firewall lets no datagrams through.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::Stream;
use super::engine::Engine;
use crate::server::places::{Place, Places};
use crate::server::relay::core::Client;
use crate::server::relay::framing::{Frame, first_frame};

/// More than this waiting for a client that reads slowly, and packets are lost, as they would be over UDP.
const MAX_WAITING_BYTES: usize = 256 * 1024;
/// How much is read at once.
const READ_BYTES: usize = 16 * 1024;
/// How long to wait when the system has no more files for us.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// What waits to be written to one client.
#[derive(Debug, Default)]
pub struct Outgoing {
    bytes: RefCell<Vec<u8>>,
    closed: Cell<bool>,
    changed: Notify,
}

impl Outgoing {
    /// Adds a message, unless too much waits.
    pub fn push(&self, message: &[u8]) {
        let mut bytes = self.bytes.borrow_mut();
        if bytes.len() + message.len() <= MAX_WAITING_BYTES {
            bytes.extend_from_slice(message);
            self.changed.notify_one();
        }
    }

    /// What waits is still written; then the connection ends.
    pub fn close(&self) {
        self.closed.set(true);
        self.changed.notify_one();
    }
}

/// Accepts connections for ever.
pub async fn accept(engine: Rc<Engine>, places: Places, listener: std::net::TcpListener) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "TURN over TCP is not served"),
    };
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                if let Err(error) = welcome(&engine, &places, stream, remote) {
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

fn welcome(engine: &Rc<Engine>, places: &Places, stream: TcpStream, remote: SocketAddr) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let local = stream.local_addr()?.ip().to_canonical();
    serve_in_place(engine, places, Box::new(stream), remote, local);
    Ok(())
}

/// Serves a connection if there is a place for it.
pub fn serve_in_place(
    engine: &Rc<Engine>,
    places: &Places,
    stream: Box<dyn Stream>,
    remote: SocketAddr,
    local: IpAddr,
) {
    match places.take(remote.ip()) {
        Ok(place) => drop(tokio::task::spawn_local(serve(engine.clone(), stream, remote, local, place))),
        Err(full) => tracing::debug!(%full, "a connection for TURN is refused"),
    }
}

async fn serve(engine: Rc<Engine>, stream: Box<dyn Stream>, remote: SocketAddr, local: IpAddr, place: Place) {
    let outgoing = Rc::new(Outgoing::default());
    let client = Client { link: engine.open_stream(outgoing.clone()), remote };
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        outcome = read(&engine, reader, client, local) => trace_end(outcome),
        outcome = write(&outgoing, writer) => trace_end(outcome),
    }
    engine.close_stream(client);
    drop(place);
}

fn trace_end(outcome: io::Result<()>) {
    if let Err(error) = outcome {
        tracing::trace!(%error, "a connection for TURN ended");
    }
}

async fn read(
    engine: &Rc<Engine>,
    mut reader: ReadHalf<Box<dyn Stream>>,
    client: Client,
    local: IpAddr,
) -> io::Result<()> {
    let deadline = Instant::now() + engine.patience();
    let mut received = Vec::new();
    let (mut begun, mut allocated) = (false, false);
    loop {
        match first_frame(&received, begun) {
            Frame::Whole { bytes, padding } => {
                begun = true;
                allocated |= engine.receive_message(client, local, &received[..bytes]);
                received.drain(..bytes + padding);
            }
            Frame::Broken => return Ok(()),
            Frame::Partial => {
                let more = async {
                    received.reserve(READ_BYTES);
                    reader.read_buf(&mut received).await
                };
                let count = if allocated { more.await? } else { timeout_at(deadline, more).await?? };
                if count == 0 {
                    return Ok(());
                }
            }
        }
    }
}

async fn write(outgoing: &Outgoing, mut writer: WriteHalf<Box<dyn Stream>>) -> io::Result<()> {
    loop {
        let waiting = outgoing.bytes.take();
        if !waiting.is_empty() {
            writer.write_all(&waiting).await?;
            writer.flush().await?;
        } else if outgoing.closed.get() {
            return writer.shutdown().await;
        } else {
            outgoing.changed.notified().await;
        }
    }
}
