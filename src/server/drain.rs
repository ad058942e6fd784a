//! Stopping without ending calls.
//!
//! What is direct between browsers needs no server. What is relayed goes on while its people come back to the next server and
//! find a new way there. So a server that is told to stop first drains: it says that it is not ready, closes the sockets, each
//! with a time of its own to come back, makes no new allocations, and forwards what the live ones carry until `--drain` ends or
//! none is left. The listeners stay open meanwhile: whoever asks is told to come back, and `/healthz` and `/readyz` are answered.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use super::relay::driver::RelayHandle;
use super::state::ServerState;

/// Counts the signals to stop: the first begins the drain, the second ends it.
#[derive(Debug, Clone)]
pub struct Signals(watch::Receiver<u32>);

impl Signals {
    /// Listens for SIGINT and SIGTERM. Needs a tokio runtime.
    pub fn listen() -> std::io::Result<Self> {
        let signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        let (count, counted) = watch::channel(0);
        tokio::spawn(count_all(signals, count));
        Ok(Self(counted))
    }

    /// Waits until so many have come.
    pub async fn come(mut self, number: u32) {
        // It fails only when the runtime ends.
        let _ = self.0.wait_for(|count| *count >= number).await;
    }
}

async fn count_all([mut interrupt, mut terminate]: [Signal; 2], count: watch::Sender<u32>) {
    loop {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        count.send_modify(|count| *count += 1);
    }
}

/// Closes the sockets and waits for what is relayed, not longer than `--drain`.
pub async fn drain(state: &ServerState, relay: Option<&RelayHandle>) {
    let patience = state.config.drain;
    tracing::info!(sockets = state.sockets.count(), ?patience, "stopping; a second signal stops at once");
    state.sockets.drain();
    let relayed = async {
        if let Some(relay) = relay {
            relay.drain().await;
        }
    };
    if timeout(patience, async { tokio::join!(state.sockets.closed(), relayed) }).await.is_err() {
        tracing::info!("calls that are still relayed have to find another way");
    }
}
