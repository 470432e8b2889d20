//! The wire under a socket, for any protocol on it: who can open one, how it is written to, how it ends.
//!
//! A socket is one task. Its writer takes frames from a queue that is bounded by their bytes, and senders wait for room in
//! it; a client that does not read at all is disconnected and reconnects. Nothing here uses timers: the hub does pings and timeouts for
//! all sockets.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::UPGRADES;
use super::places::Place;
use super::protocol::{Goodbye, LARGEST, ToClient};
use crate::error::{Error, Result};
use crate::http::RequestInfo;
use crate::http::rate_limit::Subject;
use crate::platform::Platform;

/// Frames that can wait for a client before the sender waits too.
const QUEUE: usize = 64;
/// And their bytes, in units of [`UNIT`]. A frame that is larger waits until nothing else does.
const ROOM: u32 = 128;
const UNIT: usize = 1_024;
/// A client that does not read for this long is gone.
const SLOWEST: Duration = Duration::from_secs(10);

/// Opens the socket and holds a conversation over it. Pages of origins that are neither ours nor on the allow-list nor
/// among `others` are rejected.
///
/// # Errors
/// It is no WebSocket, comes from another origin, or there are too many of one address.
pub async fn upgrade<F>(
    platform: &Platform,
    headers: &HeaderMap,
    info: &RequestInfo,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    others: &[String],
    converse: impl FnOnce(Incoming, Line) -> F + Send + 'static,
) -> Result<Response>
where
    F: Future<Output = ()> + Send + 'static,
{
    let is_other = |origin: &HeaderValue| others.iter().any(|other| other.as_bytes() == origin.as_bytes());
    if !headers.get(ORIGIN).is_some_and(is_other) {
        platform.front.origins.check_origin(headers)?;
    }
    let upgrade = upgrade.map_err(|_| Error::MalformedBody("This address supports WebSocket only.".into()))?;
    platform.limits.check(&UPGRADES, &Subject::Address(info.ip.into())).await?;
    let place = Arc::new(platform.hub.places.take(info.ip.into(), platform.limits.are_on())?);
    // Held from here on, so that the shutdown waits for the goodbye.
    let open = platform.hub.open();
    Ok(upgrade
        .read_buffer_size(1_024)
        .write_buffer_size(0)
        .max_message_size(LARGEST)
        .max_frame_size(LARGEST)
        .on_upgrade(move |socket| async move {
            let (sink, stream) = socket.split();
            let (line, outgoing) = Line::new(Arc::clone(&place));
            let writer = write(sink, outgoing);
            tokio::pin!(writer);
            tokio::select! {
                // The client disconnected, or does not read.
                () = &mut writer => {}
                // Flush what was sent last.
                () = converse(Incoming(stream), line) => writer.await,
            }
            drop((open, place));
        }))
}

/// An outgoing item.
enum Out {
    /// With its bytes' share of the room, until it is written.
    Frame(Utf8Bytes, OwnedSemaphorePermit),
    Ping,
    Close,
}

/// The sending side of a connection.
pub struct Line {
    out: mpsc::Sender<Out>,
    room: Arc<Semaphore>,
    place: Arc<Place>,
}

/// The client is gone, or unresponsive.
#[derive(Debug)]
pub struct Gone;

impl Line {
    fn new(place: Arc<Place>) -> (Self, mpsc::Receiver<Out>) {
        let (out, receiver) = mpsc::channel(QUEUE);
        (Self { out, room: Arc::new(Semaphore::new(ROOM as usize)), place }, receiver)
    }

    /// The client is a person of the staff.
    pub fn of_staff(&self) {
        self.place.of_staff();
    }

    pub async fn send(&self, frame: &impl Serialize) -> Result<(), Gone> {
        match serde_json::to_string(frame) {
            Ok(text) => {
                let share = u32::try_from(text.len().div_ceil(UNIT)).unwrap_or(ROOM).min(ROOM);
                let room = Arc::clone(&self.room).acquire_many_owned(share).await.map_err(|_| Gone)?;
                self.push(Out::Frame(text.into(), room)).await
            }
            Err(error) => {
                tracing::error!(%error, "a frame cannot be written");
                Ok(())
            }
        }
    }

    pub async fn ping(&self) -> Result<(), Gone> {
        self.push(Out::Ping).await
    }

    /// Sends the reason and closes the socket.
    pub async fn bye(&self, reason: Goodbye, retry_after: Option<u64>) {
        // A client that is gone need not be told.
        if self.send(&ToClient::Bye { reason, retry_after }).await.is_ok() {
            let _ = self.push(Out::Close).await;
        }
    }

    /// Waits for room. The writer in the same task makes some, or gives up the client.
    async fn push(&self, out: Out) -> Result<(), Gone> {
        self.out.send(out).await.map_err(|_| Gone)
    }
}

async fn write(mut sink: SplitSink<WebSocket, Message>, mut outgoing: mpsc::Receiver<Out>) {
    while let Some(out) = outgoing.recv().await {
        let (message, _room) = match out {
            Out::Frame(text, room) => (Message::Text(text), Some(room)),
            Out::Ping => (Message::Ping(Bytes::new()), None),
            Out::Close => (Message::Close(None), None),
        };
        if !matches!(tokio::time::timeout(SLOWEST, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// The receiving side of a connection.
pub struct Incoming(SplitStream<WebSocket>);

/// One received item.
pub enum Heard {
    Text(Utf8Bytes),
    /// A sign of life.
    Alive,
}

impl Incoming {
    /// The next item; none if the client is gone.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.next().await?.ok()? {
            Message::Text(text) => Some(Heard::Text(text)),
            Message::Close(_) => None,
            _ => Some(Heard::Alive),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::places::Places;
    use super::*;

    /// True if the frame finds room within a second.
    async fn fits(line: &Line, frame: &str) -> bool {
        matches!(tokio::time::timeout(Duration::from_secs(1), line.send(&frame)).await, Ok(Ok(())))
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_for_a_client_is_bounded_by_its_bytes() {
        let places = Arc::new(Places::default());
        let place = places.take(std::net::IpAddr::from([192, 0, 2, 1]).into(), true).expect("a place");
        let (line, mut outgoing) = Line::new(Arc::new(place));
        let (half, whole) = ("x".repeat(60_000), "x".repeat(1_000_000));
        assert!(fits(&line, &half).await && fits(&line, &half).await);
        assert!(!fits(&line, &half).await);
        assert!(fits(&line, "short").await, "there is a little room");
        drop(outgoing.recv().await);
        assert!(fits(&line, &half).await);
        // What is larger than all of the room has it alone.
        assert!(!fits(&line, &whole).await);
        for _ in 0..3 {
            drop(outgoing.recv().await);
        }
        assert!(fits(&line, &whole).await && !fits(&line, "short").await);
        drop(outgoing.recv().await);
        assert!(fits(&line, "short").await);
    }
}
