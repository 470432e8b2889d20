//! Events between nodes, by publish and subscribe of Redis.
//!
//! An event only says that something changed, so losing one costs time and never truth: every reader also looks at the
//! database by itself. What a node may have missed while it was not connected counts as [`Event::Everything`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use redis::aio::ConnectionManagerConfig;
use redis::{Client, RedisError, RedisResult};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Bus, Event};

/// A Redis that takes longer is down.
const PATIENCE: Duration = Duration::from_secs(2);
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

/// The connection of this node to the others.
pub struct Link {
    client: Client,
    channel: String,
    node: Uuid,
    connected: Arc<AtomicBool>,
}

/// Checks the address of a Redis without connecting to it.
///
/// # Errors
/// Says what is wrong, without the address: it can contain a password.
pub fn check_redis_url(url: &str) -> Result<(), String> {
    client(url).map(drop)
}

fn client(url: &str) -> Result<Client, String> {
    if url.contains(',') || url.starts_with("redis+sentinel:") {
        return Err("this version supports a single Redis, neither Sentinel nor Redis Cluster".to_owned());
    }
    // The error of the library quotes the address.
    Client::open(url).map_err(|_| "it looks like redis://:password@host:6379".to_owned())
}

impl Link {
    /// A link over one channel for each installation: several can share a Redis. It does not connect yet.
    ///
    /// # Errors
    /// See [`check_redis_url`].
    pub fn new(url: &str, installation: &str, node: Uuid) -> Result<Self, String> {
        let channel = format!("tekvwarho:{installation}:events");
        Ok(Self { client: client(url)?, channel, node, connected: Arc::default() })
    }

    /// Asks Redis for a sign of life.
    ///
    /// # Errors
    /// It does not answer in time.
    pub async fn ping(url: &str) -> Result<(), String> {
        let asked = async {
            let mut connection =
                client(url).map_err(|_| lost("its address cannot be read"))?.get_multiplexed_async_connection().await?;
            redis::cmd("PING").exec_async(&mut connection).await
        };
        in_time(asked).await.map_err(|error| error.to_string())
    }

    /// True while this node hears the others.
    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Sends this node's events to the others and delivers theirs here, until the program stops. While Redis is gone, it
    /// tries again.
    pub async fn carry(&self, bus: &Bus, stopping: &CancellationToken) {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicBool::new(false));
        bus.send_to_others(sender, Arc::clone(&dropped));
        tokio::join!(self.speak(outgoing, &dropped, stopping), self.listen(bus, stopping));
    }

    async fn speak(&self, mut outgoing: mpsc::Receiver<Event>, dropped: &AtomicBool, stopping: &CancellationToken) {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let mut redis = match self.client.get_connection_manager_lazy(config) {
            Ok(redis) => redis,
            Err(error) => return tracing::error!(%error, "Redis cannot be used"),
        };
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
            let sent: RedisResult<u64> =
                redis::cmd("PUBLISH").arg(&self.channel).arg(body).query_async(&mut redis).await;
            // The listening side logs, once, that Redis is gone.
            lost = sent.is_err();
        }
    }

    async fn listen(&self, bus: &Bus, stopping: &CancellationToken) {
        let mut told = false;
        while !stopping.is_cancelled() {
            let outcome = tokio::select! {
                outcome = self.hear(bus, &mut told) => outcome,
                () = stopping.cancelled() => return,
            };
            self.connected.store(false, Ordering::Relaxed);
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
        let mut pubsub = in_time(self.client.get_async_pubsub()).await?;
        in_time(pubsub.subscribe(&self.channel)).await?;
        let (mut sink, mut messages) = pubsub.split();
        self.connected.store(true, Ordering::Relaxed);
        if std::mem::take(told) {
            tracing::info!("the other nodes can be heard again");
        }
        // Nobody knows what happened before this moment.
        bus.deliver(Event::Everything);
        let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
        loop {
            tokio::select! {
                message = messages.next() => {
                    let Some(message) = message else { return Err(lost("the connection was closed")) };
                    // A newer version may send events that this one does not know: anything may have happened.
                    match serde_json::from_slice::<Envelope>(message.get_payload_bytes()) {
                        Ok(envelope) if envelope.node == self.node => {}
                        Ok(envelope) => bus.deliver(envelope.event),
                        Err(_) => bus.deliver(Event::Everything),
                    }
                }
                _ = ping.tick() => in_time(sink.ping::<redis::Value>()).await.map(drop)?,
            }
        }
    }
}

/// Gives up on what takes too long.
async fn in_time<T>(work: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(lost("it does not answer")))
}

fn lost(why: &'static str) -> RedisError {
    RedisError::from((redis::ErrorKind::Io, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Chat, Notice, Viewing};

    #[test]
    fn an_address_is_refused_without_repeating_it() {
        for good in ["redis://localhost", "rediss://:secret@redis.example:6380/1", "unix:///run/redis.sock"] {
            assert_eq!(check_redis_url(good), Ok(()), "{good}");
        }
        for bad in ["", "http://secret", "redis://secret@a,redis://b", "redis+sentinel://secret@a/master"] {
            let refused = check_redis_url(bad).expect_err(bad);
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

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
            Event::Chat(Chat::Changed(Uuid::from_u128(13))),
            Event::Chat(Chat::Present {
                socket: Uuid::from_u128(14),
                session: Uuid::from_u128(15),
                on: true,
                page: Some(("/".into(), None)),
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
