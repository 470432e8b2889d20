//! Events between nodes, by publish and subscribe of Redis.
//!
//! An event only says that something changed, so losing one costs time and never truth: every reader also looks at the
//! database by itself. What a node may have missed while it was not connected counts as [`Event::Everything`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::{Msg, PushKind, RedisError, RedisResult};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::counters::Counters;
use super::servers::{Connected, Connection, Servers, lost};
use super::{Bus, Event};
use crate::secrets::Key;

/// Between two looks whether the line still lives: a line that swallows everything closes nothing.
const PING: Duration = Duration::from_secs(5);
/// Between two attempts to connect.
const AGAIN: Duration = Duration::from_millis(500);
/// Events that wait for Redis. Beyond, they are dropped, and the others are told to load everything.
const QUEUE: usize = 1_024;

/// What travels.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Envelope {
    /// The node that sent it.
    node: Uuid,
    event: Event,
}

/// This node's one connection to Redis, for commands and for events.
pub(super) struct Line {
    /// None while Redis is gone.
    held: Mutex<Option<Connection>>,
    /// Why the connection in use has to be given up.
    broken: watch::Sender<Option<String>>,
}

impl Line {
    /// The connection, if there is one.
    pub(super) fn connection(&self) -> Option<Connection> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A command failed: nobody uses this connection any more, and the listening side makes a new one.
    pub(super) fn give_up(&self, error: &RedisError) {
        if self.hold(None).is_some() {
            self.broken.send_replace(Some(error.to_string()));
        }
    }

    fn hold(&self, connection: Option<Connection>) -> Option<Connection> {
        std::mem::replace(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner), connection)
    }
}

/// The way of this node to the others.
pub struct Link {
    servers: Servers,
    line: Arc<Line>,
    /// Several installations can share a Redis.
    installation: String,
    node: Uuid,
}

impl Link {
    /// A link for this installation. It does not connect yet.
    ///
    /// # Errors
    /// See [`Servers::parse`].
    pub fn new(url: &str, installation: &str, node: Uuid) -> Result<Self, String> {
        let line = Line { held: Mutex::new(None), broken: watch::Sender::new(None) };
        let installation = format!("tekvwarho:{installation}");
        Ok(Self { servers: Servers::parse(url)?, line: Arc::new(line), installation, node })
    }

    /// Counts that all nodes share.
    pub fn counters(&self, key: Key) -> Counters {
        Counters::new(Arc::clone(&self.line), format!("{}:limit", self.installation), key)
    }

    /// True while this node hears the others.
    pub fn is_connected(&self) -> bool {
        self.line.connection().is_some()
    }

    /// Sends this node's events to the others and delivers theirs here, until the program stops. While Redis is gone, it
    /// tries again.
    pub async fn carry(&self, bus: &Bus, stopping: &CancellationToken) {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicBool::new(false));
        bus.send_to_others(sender, Arc::clone(&dropped));
        tokio::join!(self.speak(outgoing, &dropped, stopping), self.listen(bus, stopping));
    }

    fn channel(&self) -> String {
        format!("{}:events", self.installation)
    }

    async fn speak(&self, mut outgoing: mpsc::Receiver<Event>, dropped: &AtomicBool, stopping: &CancellationToken) {
        let channel = self.channel();
        // Events were lost on the way: the others are told so as soon as that is possible.
        let mut lost = false;
        loop {
            let event = tokio::select! {
                event = outgoing.recv(), if !lost => event,
                () = tokio::time::sleep(AGAIN), if lost => Some(Event::Everything),
                () = stopping.cancelled() => return,
            };
            let Some(event) = event else { return };
            let event = if dropped.swap(false, Ordering::Relaxed) { Event::Everything } else { event };
            if event == Event::Everything {
                while outgoing.try_recv().is_ok() {}
            }
            let Ok(body) = serde_json::to_vec(&Envelope { node: self.node, event }) else { continue };
            // The listening side logs, once, that Redis is gone.
            lost = match self.line.connection() {
                Some(mut redis) => match redis.publish(&channel, body).await {
                    Ok(()) => false,
                    Err(error) => {
                        self.line.give_up(&error);
                        true
                    }
                },
                None => true,
            };
        }
    }

    async fn listen(&self, bus: &Bus, stopping: &CancellationToken) {
        let mut told = false;
        while !stopping.is_cancelled() {
            let outcome = tokio::select! {
                outcome = self.hear(bus, &mut told) => outcome,
                () = stopping.cancelled() => return,
            };
            self.line.hold(None);
            if let Err(error) = outcome
                && !std::mem::replace(&mut told, true)
            {
                tracing::warn!(%error, "the other nodes cannot be heard: Redis is unavailable");
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Connects, and delivers what the others send until the connection is lost.
    async fn hear(&self, bus: &Bus, told: &mut bool) -> RedisResult<()> {
        let mut broken = self.line.broken.subscribe();
        let channel = self.channel();
        let Connected { mut connection, mut pushes } = self.servers.connect().await?;
        connection.subscribe(&channel).await?;
        self.line.hold(Some(connection.clone()));
        if std::mem::take(told) {
            tracing::info!("the other nodes can be heard again");
        }
        // Nobody knows what happened before this moment.
        bus.deliver(Event::Everything);
        let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
        loop {
            tokio::select! {
                push = pushes.recv() => {
                    let Some(push) = push else { return Err(lost("the connection was closed")) };
                    match push.kind {
                        PushKind::Message | PushKind::SMessage => {
                            if let Some(message) = Msg::from_push_info(push) {
                                self.deliver(bus, message.get_payload_bytes());
                            }
                        }
                        // A cluster ends a subscription when the channel moves to another server.
                        PushKind::Disconnection | PushKind::SUnsubscribe => {
                            return Err(lost("the connection was closed"));
                        }
                        _ => {}
                    }
                }
                _ = ping.tick() => connection.is_alive(&channel).await?,
                _ = broken.changed() => return Err(lost("a command failed")),
            }
        }
    }

    /// Delivers an event of another node.
    fn deliver(&self, bus: &Bus, body: &[u8]) {
        // A newer version may send events that this one does not know: anything may have happened.
        match serde_json::from_slice::<Envelope>(body) {
            Ok(envelope) if envelope.node == self.node => {}
            Ok(envelope) => bus.deliver(envelope.event),
            Err(_) => bus.deliver(Event::Everything),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Notice, Viewing};

    #[test]
    fn events_survive_the_way() {
        let notice = Notice { kind: "message_created".into(), entity: "message".into(), id: Some(Uuid::from_u128(7)) };
        for event in [
            Event::Notice(notice),
            Event::Everything,
            Event::SessionChanged(Uuid::from_u128(1)),
            Event::StaffChanged(Uuid::from_u128(2)),
            Event::TokensChanged(Uuid::from_u128(3)),
            Event::PreferencesChanged(Uuid::from_u128(4)),
            Event::SettingsChanged,
            Event::Viewing(Viewing {
                socket: Uuid::from_u128(10),
                person: Uuid::from_u128(11),
                name: "Ben".into(),
                writing: true,
                from: None,
                to: Some(("message".into(), Uuid::from_u128(12))),
            }),
            Event::Notified(vec![Uuid::from_u128(5), Uuid::from_u128(6)]),
        ] {
            assert!(event.is_for_all_nodes(), "{event:?}");
            let sent = Envelope { node: Uuid::from_u128(9), event };
            let body = serde_json::to_vec(&sent).expect("an envelope");
            assert_eq!(serde_json::from_slice::<Envelope>(&body).expect("an envelope"), sent);
        }
        for event in [Event::MailQueued, Event::Counted, Event::AuditWritten] {
            assert!(!event.is_for_all_nodes(), "{event:?}");
        }
    }
}
