//! Moves a socket's frames: reads at the client's pace, writes what its outbox holds, and sees when it is dead.
//!
//! Generic over the stream of frames, so that a test can put anything in its place. Never waits for a client without
//! a limit: a write that gets stuck, a queue that overflows and a silence each end the socket, and only this one.

use std::time::Duration;

use axum::Error;
use axum::extract::ws::{CloseFrame, Message};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite;

use super::pace::Pace;
use super::visitor::{Step, Visitor};
use crate::protocol::{CloseReason, ErrorCode, RETURNING};
use crate::room::Ending;
use crate::server::config::Limits;
use crate::server::outbox::Next;
use crate::server::sockets::Sockets;
use crate::server::state::ServerState;

/// How long a close may take, there and back.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// After a broken frame the rest of the bytes makes no sense; this many errors are read past to see the end.
const MAX_ERRORS_AFTER_CLOSE: usize = 64;
const TICK: &str = r#"{"type":"tick"}"#;

/// A stream of frames, as axum has it.
pub trait Frames: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin {}
impl<S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin> Frames for S {}

/// A close frame to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    code: u16,
    reason: Option<CloseReason>,
}

/// How a socket ends: what the room is told, and what the client, if it can hear us.
struct End {
    ending: Ending,
    closing: Option<Closing>,
}

/// One open socket.
pub struct Connection<S> {
    frames: S,
    visitor: Visitor,
    sockets: Sockets,
    limits: Limits,
    pace: Pace,
    heard_at: Instant,
    tick_at: Instant,
    hello_until: Instant,
    deaf_until: Option<Instant>,
}

impl Closing {
    /// The frame that says this.
    pub fn because(code: ErrorCode) -> Self {
        CloseReason::from(code).into()
    }

    /// A frame with a code of RFC 6455 that says more than ours.
    fn broken(code: u16) -> Self {
        Self { code, reason: Some(ErrorCode::BadMessage.into()) }
    }

    /// Nothing is wrong.
    fn goodbye() -> Self {
        Self { code: 1000, reason: None }
    }

    fn into_message(self) -> Message {
        let reason = self.reason.and_then(|reason| serde_json::to_string(&reason).ok()).unwrap_or_default();
        Message::Close(Some(CloseFrame { code: self.code, reason: reason.into() }))
    }
}

impl From<CloseReason> for Closing {
    fn from(reason: CloseReason) -> Self {
        Self { code: reason.code.close_code(), reason: Some(reason) }
    }
}

impl End {
    fn lost(closing: impl Into<Option<Closing>>) -> Self {
        Self { ending: Ending::Lost, closing: closing.into() }
    }
}

impl<S: Frames> Connection<S> {
    /// A socket that was just opened.
    pub fn new(frames: S, visitor: Visitor, state: &ServerState) -> Self {
        let limits = state.config.limits.clone();
        let now = Instant::now();
        Self {
            frames,
            visitor,
            sockets: state.sockets.clone(),
            pace: Pace::new(limits.signal_burst, limits.signal_rate, now),
            heard_at: now,
            tick_at: now + limits.tick_interval,
            hello_until: now + limits.hello_timeout,
            deaf_until: None,
            limits,
        }
    }

    /// Serves the socket to its end.
    pub async fn run(mut self) {
        let End { ending, closing } = self.until_end().await;
        self.visitor.end(ending);
        if let Some(closing) = closing {
            refuse(self.frames, closing).await;
        }
    }

    async fn until_end(&mut self) -> End {
        let sockets = self.sockets.clone();
        let stopping = sockets.stopping();
        tokio::pin!(stopping);
        loop {
            let listening = self.deaf_until.is_none();
            let wake_at = self.wake_at();
            let end = tokio::select! {
                biased;
                () = &mut stopping => Some(End::lost(Closing::from(Sockets::restart_reason(self.visitor.socket())))),
                next = self.visitor.outbox().next() => self.carry_out(next).await,
                frame = self.frames.next(), if listening => self.hear(frame).await,
                () = sleep_until(wake_at) => self.look_at_clock().await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    async fn carry_out(&mut self, next: Next) -> Option<End> {
        match next {
            Next::Write(text) => self.write(Message::Text(text)).await,
            Next::Close(reason) => Some(End::lost(Closing::from(reason))),
        }
    }

    /// Writes a frame, unless that takes too long or too much piles up behind it.
    async fn write(&mut self, frame: Message) -> Option<End> {
        let outbox = self.visitor.outbox().clone();
        tokio::select! {
            outcome = timeout(self.limits.write_timeout, self.frames.send(frame)) => match outcome {
                Ok(Ok(())) => None,
                Ok(Err(_)) => Some(End::lost(None)),
                Err(_) => Some(End::lost(Closing::because(ErrorCode::TooSlow))),
            },
            () = outbox.overflowed() => Some(End::lost(Closing::because(ErrorCode::TooSlow))),
        }
    }

    async fn hear(&mut self, frame: Option<Result<Message, Error>>) -> Option<End> {
        let frame = match frame {
            None => return Some(End::lost(None)),
            Some(Err(error)) => return Some(End::lost(closing_for(error))),
            Some(Ok(frame)) => frame,
        };
        let now = Instant::now();
        self.heard_at = now;
        self.deaf_until = self.pace.count(now).map(|pause| now + pause);
        match frame {
            Message::Text(text) => end_for(self.visitor.hear(&text)),
            Message::Binary(_) => Some(End::lost(Closing::because(ErrorCode::BadMessage))),
            // tungstenite answers pings by itself, with the next write at the latest.
            Message::Ping(_) => self.flush().await,
            Message::Pong(_) => None,
            Message::Close(frame) => {
                self.flush().await;
                let returns = frame.is_some_and(|frame| frame.code == RETURNING);
                let ending = if returns { Ending::Lost } else { Ending::PageGone };
                Some(End { ending, closing: None })
            }
        }
    }

    async fn flush(&mut self) -> Option<End> {
        match timeout(self.limits.write_timeout, self.frames.flush()).await {
            Ok(Ok(())) => None,
            Ok(Err(_)) | Err(_) => Some(End::lost(None)),
        }
    }

    fn wake_at(&self) -> Instant {
        let hello_until = (!self.visitor.is_greeted()).then_some(self.hello_until);
        let dues = [hello_until, self.deaf_until, Some(self.silent_at())];
        dues.into_iter().flatten().fold(self.tick_at, Instant::min)
    }

    /// Not left to the next tick: an answer comes a moment after the tick that asked for it, so the tick after which the
    /// client has been silent for long enough would always be one later.
    fn silent_at(&self) -> Instant {
        self.heard_at + self.limits.silence_timeout
    }

    async fn look_at_clock(&mut self) -> Option<End> {
        let now = Instant::now();
        if self.deaf_until.is_some_and(|until| until <= now) {
            self.deaf_until = None;
        }
        if !self.visitor.is_greeted() && self.hello_until <= now {
            return Some(End::lost(Closing::because(ErrorCode::HelloTimeout)));
        }
        if self.silent_at() <= now {
            return Some(End::lost(Closing::because(ErrorCode::TooSlow)));
        }
        if self.tick_at > now {
            return None;
        }
        self.tick_at = now + self.limits.tick_interval;
        self.visitor.tick();
        match self.write(Message::Ping(Default::default())).await {
            None => self.write(Message::Text(TICK.into())).await,
            end => end,
        }
    }
}

/// Sends a close frame and waits, not for long, until the client has closed as well: hanging up with bytes unread
/// would reset the connection and could take the frame with it.
pub async fn refuse(mut frames: impl Frames, closing: Closing) {
    let farewell = async {
        frames.send(closing.into_message()).await.ok()?;
        let mut errors = 0;
        while let Some(frame) = frames.next().await {
            errors += usize::from(frame.is_err());
            if errors > MAX_ERRORS_AFTER_CLOSE {
                break;
            }
        }
        Some(())
    };
    // Late or broken: there is nobody to tell.
    let _ = timeout(CLOSE_TIMEOUT, farewell).await;
}

fn end_for(step: Step) -> Option<End> {
    match step {
        Step::Continue => None,
        Step::Leave => Some(End { ending: Ending::Left, closing: Some(Closing::goodbye()) }),
        Step::Refuse(code) => Some(End::lost(Closing::because(code))),
    }
}

/// What a broken frame deserves (RFC 6455, section 7.4.1); `None` when the connection itself is gone.
fn closing_for(error: Error) -> Option<Closing> {
    use tungstenite::error::{CapacityError, Error as Broken, ProtocolError};
    let error = error.into_inner().downcast::<Broken>().ok()?;
    match *error {
        Broken::Capacity(CapacityError::MessageTooLong { .. }) => Some(Closing::because(ErrorCode::TooLarge)),
        Broken::Utf8(_) => Some(Closing::broken(1007)),
        Broken::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Broken::Protocol(_) => Some(Closing::broken(1002)),
        Broken::Capacity(_)
        | Broken::ConnectionClosed
        | Broken::AlreadyClosed
        | Broken::Io(_)
        | Broken::Tls(_)
        | Broken::WriteBufferFull(_)
        | Broken::AttackAttempt
        | Broken::Url(_)
        | Broken::Http(_)
        | Broken::HttpFormat(_) => None,
    }
}
