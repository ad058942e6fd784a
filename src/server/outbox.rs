//! What waits to be written to one socket. Bounded: a client that does not read loses its socket, nobody else anything.
//!
//! Invariant: after [`Outbox::close`] nothing more is accepted, and the socket's task hears of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::Notify;

use crate::protocol::{CloseReason, ErrorCode, ServerMessage};

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub struct OutboxLimits {
    /// This many messages.
    pub messages: usize,
    /// This many bytes.
    pub bytes: usize,
}

/// The queue of one socket. Clones are the same queue.
#[derive(Debug, Clone)]
pub struct Outbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: OutboxLimits,
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    texts: VecDeque<Utf8Bytes>,
    bytes: usize,
    closing: Option<CloseReason>,
}

/// What the socket's task is to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Write this.
    Write(Utf8Bytes),
    /// Close with this reason.
    Close(CloseReason),
}

impl Outbox {
    /// An empty queue.
    pub fn new(limits: OutboxLimits) -> Self {
        Self(Arc::new(Inner { limits, waiting: Mutex::default(), changed: Notify::new() }))
    }

    /// Adds a message; a full queue closes itself as `too_slow`.
    pub fn send(&self, message: &ServerMessage) {
        match serde_json::to_string(message) {
            Ok(text) => self.send_text(text.into()),
            // Our own types always have a JSON form; if not, this is our fault.
            Err(_) => self.close(ErrorCode::Internal.into()),
        }
    }

    /// Closes: what waits is written first, unless the client is too slow to read it.
    pub fn close(&self, reason: CloseReason) {
        let mut waiting = self.waiting();
        if waiting.closing.is_none() {
            waiting.closing = Some(reason);
        }
        if reason.code == ErrorCode::TooSlow {
            waiting.texts = VecDeque::new();
            waiting.bytes = 0;
        }
        drop(waiting);
        self.0.changed.notify_one();
    }

    /// Waits for what is to be done. One task at a time may wait.
    pub async fn next(&self) -> Next {
        loop {
            if let Some(next) = self.try_next() {
                return next;
            }
            self.0.changed.notified().await;
        }
    }

    /// Waits until the queue overflows, for a task that is stuck in a write.
    pub async fn overflowed(&self) {
        loop {
            if self.waiting().closing.is_some_and(|reason| reason.code == ErrorCode::TooSlow) {
                return;
            }
            self.0.changed.notified().await;
        }
    }

    fn try_next(&self) -> Option<Next> {
        let mut waiting = self.waiting();
        if let Some(text) = waiting.texts.pop_front() {
            waiting.bytes -= text.len();
            // An idle socket keeps no buffer: there are thousands of them.
            if waiting.texts.is_empty() {
                waiting.texts = VecDeque::new();
            }
            return Some(Next::Write(text));
        }
        waiting.closing.map(Next::Close)
    }

    fn send_text(&self, text: Utf8Bytes) {
        let mut waiting = self.waiting();
        if waiting.closing.is_some() {
            return;
        }
        let limits = self.0.limits;
        if waiting.texts.len() >= limits.messages || waiting.bytes + text.len() > limits.bytes {
            drop(waiting);
            return self.close(ErrorCode::TooSlow.into());
        }
        waiting.bytes += text.len();
        waiting.texts.push_back(text);
        drop(waiting);
        self.0.changed.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_leave_in_order_and_the_close_comes_last() {
        let outbox = Outbox::new(OutboxLimits { messages: 16, bytes: 1024 });
        outbox.send(&ServerMessage::Waiting { hosted: false });
        outbox.send(&ServerMessage::Tick {});
        outbox.close(ErrorCode::Replaced.into());
        outbox.send(&ServerMessage::Tick {});
        assert_eq!(outbox.next().await, Next::Write(r#"{"type":"waiting"}"#.into()));
        assert_eq!(outbox.next().await, Next::Write(r#"{"type":"tick"}"#.into()));
        assert_eq!(outbox.next().await, Next::Close(ErrorCode::Replaced.into()));
    }

    #[tokio::test]
    async fn one_message_or_byte_too_many_closes_it_as_too_slow() {
        for limits in [OutboxLimits { messages: 2, bytes: 1024 }, OutboxLimits { messages: 16, bytes: 35 }] {
            let outbox = Outbox::new(limits);
            outbox.send(&ServerMessage::Tick {});
            outbox.send(&ServerMessage::Tick {});
            outbox.send(&ServerMessage::Tick {});
            tokio::time::timeout(std::time::Duration::from_secs(5), outbox.overflowed()).await.expect("it overflows");
            assert_eq!(outbox.next().await, Next::Close(ErrorCode::TooSlow.into()));
        }
    }
}
