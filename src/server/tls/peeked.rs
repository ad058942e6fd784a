//! A stream whose first byte has been looked at and is read again by whoever reads next.
//!
//! HTTPS and TURN share a port that way: a request begins with a letter, a STUN message with two zero bits
//! (RFC 8489, section 5). Nothing else that a stream says is touched.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// A stream with at most one byte in front of it.
#[derive(Debug)]
pub struct Peeked<S> {
    first: Option<u8>,
    stream: S,
}

/// Whether a stream that begins with this byte speaks STUN: 0 to 3, all methods there are or may be.
pub fn is_stun(first: u8) -> bool {
    first <= 0b11
}

impl<S> Peeked<S> {
    /// A stream that has not been looked at.
    pub fn unread(stream: S) -> Self {
        Self { first: None, stream }
    }
}

impl<S: AsyncRead + Unpin> Peeked<S> {
    /// Waits for the first byte and tells which it is.
    pub async fn at(mut stream: S) -> Result<(u8, Self)> {
        let first = stream.read_u8().await?;
        Ok((first, Self { first: Some(first), stream }))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Peeked<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        match self.first {
            Some(first) if buffer.remaining() > 0 => {
                buffer.put_slice(&[first]);
                self.first = None;
                Poll::Ready(Ok(()))
            }
            Some(_) => Poll::Ready(Ok(())),
            None => Pin::new(&mut self.stream).poll_read(context, buffer),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Peeked<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_reads_next_gets_every_byte_once() {
        let (first, mut peeked) = Peeked::at(&b"\x00\x01rest"[..]).await.unwrap();
        assert_eq!(first, 0);
        let mut nothing = [];
        assert_eq!(peeked.read(&mut nothing).await.unwrap(), 0);
        let mut all = Vec::new();
        peeked.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"\x00\x01rest");
    }

    #[test]
    fn stun_is_told_from_requests_and_handshakes() {
        assert!((0..=3).all(is_stun));
        // GET, POST, a TLS record, ChannelData, which nobody sends first.
        assert!([b'G', b'P', 0x16, 0x40].into_iter().all(|first| !is_stun(first)));
    }
}
