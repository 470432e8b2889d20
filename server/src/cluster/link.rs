//! Events between nodes, by publish and subscribe of Redis.
//!
//! An event only says that something changed, so losing one costs time and never truth: every reader also looks at the
//! database by itself. What a node may have missed while it was not connected counts as [`Event::Everything`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::{Msg, PushKind, RedisError, RedisResult};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::counters::Counters;
use super::servers::{Connected, Connection, Servers, lost, words};
use super::{Bus, Event};
use crate::secrets::{Key, hmac};

/// Between two looks whether the line still lives: a line that swallows everything closes nothing.
const PING: Duration = Duration::from_secs(5);
/// Between two attempts to connect.
const AGAIN: Duration = Duration::from_millis(500);
/// Events that wait for Redis. Beyond, they are dropped, and the others are told to load everything.
const QUEUE: usize = 1_024;

/// Events that travel together: a distant Redis then delays them by one round trip, however many they are.
const TOGETHER: usize = 128;
/// A replica is told from the master that a Sentinel names at most this often.
const REPLICA: Duration = Duration::from_secs(5);
/// Bytes of the signature in front of what travels.
const SIGNATURE: usize = 32;

/// What travels, behind a signature: whoever can write to Redis can neither invent events nor say who looks at what.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Envelope {
    /// The node that sent it.
    node: Uuid,
    events: Vec<Event>,
}

/// This node's one connection to Redis, for commands and for events.
pub(super) struct Line {
    /// None while Redis is gone.
    held: Mutex<Option<Connection>>,
    /// Why the connection in use has to be given up.
    broken: watch::Sender<Option<RedisError>>,
    has_sentinels: bool,
    /// When a replica was last taken for the reason.
    asked: Mutex<Option<Instant>>,
}

impl Line {
    /// The connection, if there is one.
    pub(super) fn connection(&self) -> Option<Connection> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A command failed: nobody uses this connection any more, and the listening side makes a new one.
    pub(super) fn give_up(&self, error: &RedisError) {
        if self.hold(None).is_some() {
            self.broken.send_replace(Some(error.clone()));
        }
    }

    /// The server is a replica: asks Sentinels again, if it may have become one while it was in use.
    pub(super) fn ask_again(&self, error: &RedisError) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_sentinels && asked.is_none_or(|last| last.elapsed() > REPLICA) {
            *asked = Some(Instant::now());
            drop(asked);
            self.give_up(error);
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
    /// Keys of events, the current one first: after a rotation, nodes start again one after the other.
    keys: Vec<Key>,
}

impl Link {
    /// A link for this installation. It does not connect yet.
    ///
    /// # Errors
    /// See [`Servers::parse`].
    pub fn new(url: &str, installation: &str, node: Uuid, keys: Vec<Key>) -> Result<Self, String> {
        let servers = Servers::parse(url)?;
        let line = Line {
            held: Mutex::new(None),
            broken: watch::Sender::new(None),
            has_sentinels: matches!(servers, Servers::Sentinels { .. }),
            asked: Mutex::new(None),
        };
        Ok(Self { servers, line: Arc::new(line), installation: format!("tekvwarho:{installation}"), node, keys })
    }

    /// Counts that all nodes share.
    pub fn counters(&self, key: Key) -> Counters {
        Counters::new(Arc::clone(&self.line), format!("{}:limit", self.installation), key)
    }

    /// True while this node hears the others.
    pub fn is_connected(&self) -> bool {
        self.line.connection().is_some()
    }

    /// Sends this node's events to the others and delivers theirs here, until `ended`. While Redis is gone, it tries
    /// again.
    pub async fn carry(&self, bus: &Bus, ended: &CancellationToken) {
        let (sender, outgoing) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicBool::new(false));
        bus.send_to_others(sender, Arc::clone(&dropped));
        let spoken = CancellationToken::new();
        let speak = async {
            self.speak(outgoing, &dropped, ended).await;
            spoken.cancel();
        };
        tokio::join!(speak, self.listen(bus, &spoken));
    }

    fn channel(&self) -> String {
        format!("{}:events", self.installation)
    }

    async fn speak(&self, mut outgoing: mpsc::Receiver<Event>, dropped: &AtomicBool, ended: &CancellationToken) {
        let channel = self.channel();
        // Events were lost on the way: the others are told so as soon as that is possible.
        let mut lost = false;
        let mut events = Vec::new();
        loop {
            tokio::select! {
                biased;
                count = outgoing.recv_many(&mut events, TOGETHER), if !lost => if count == 0 { return },
                () = tokio::time::sleep(AGAIN), if lost => events.push(Event::Everything),
                // Nothing is left to be said.
                () = ended.cancelled() => return,
            }
            if dropped.swap(false, Ordering::Relaxed) {
                events.push(Event::Everything);
            }
            if events.contains(&Event::Everything) {
                while outgoing.try_recv().is_ok() {}
                events = vec![Event::Everything];
            }
            let envelope = Envelope { node: self.node, events: std::mem::take(&mut events) };
            // The listening side logs, once, that Redis is gone.
            lost = match self.line.connection() {
                Some(mut redis) => match redis.publish(&channel, self.signed(&envelope)).await {
                    Ok(()) => false,
                    Err(error) => {
                        self.line.give_up(&error);
                        true
                    }
                },
                None => true,
            };
            if lost && ended.is_cancelled() {
                return;
            }
        }
    }

    async fn listen(&self, bus: &Bus, ended: &CancellationToken) {
        let mut told = None;
        while !ended.is_cancelled() {
            let outcome = tokio::select! {
                outcome = self.hear(bus, &mut told) => outcome,
                () = ended.cancelled() => return,
            };
            self.line.hold(None);
            if let Err(error) = outcome {
                let why = words(&error);
                if told.as_ref() != Some(&why) {
                    tracing::warn!(why, "the other nodes cannot be heard: Redis is unavailable");
                    told = Some(why);
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Connects, and delivers what the others send until the connection is lost.
    async fn hear(&self, bus: &Bus, told: &mut Option<String>) -> RedisResult<()> {
        let mut broken = self.line.broken.subscribe();
        let channel = self.channel();
        let Connected { mut connection, mut pushes } = self.servers.connect().await?;
        connection.subscribe(&channel).await?;
        self.line.hold(Some(connection.clone()));
        if told.take().is_some() {
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
                _ = broken.changed() => {
                    let why = broken.borrow_and_update().clone();
                    return Err(why.unwrap_or_else(|| lost("a command failed")));
                }
            }
        }
    }

    fn signed(&self, envelope: &Envelope) -> Vec<u8> {
        let body = serde_json::to_vec(envelope).unwrap_or_default();
        let key = self.keys.first().copied().unwrap_or_default();
        [hmac(&key, &body).as_slice(), &body].concat()
    }

    /// Delivers the events of another node. What no node of this installation signed is ignored.
    fn deliver(&self, bus: &Bus, message: &[u8]) {
        let Some((signature, body)) = message.split_at_checked(SIGNATURE) else { return };
        if !self.keys.iter().any(|key| bool::from(hmac(key, body).as_slice().ct_eq(signature))) {
            return;
        }
        // A newer version may send events that this one does not know: anything may have happened.
        match serde_json::from_slice::<Envelope>(body) {
            Ok(envelope) if envelope.node == self.node => {}
            Ok(envelope) => envelope.events.into_iter().for_each(|event| bus.deliver(event)),
            Err(_) => bus.deliver(Event::Everything),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Chat, Notice, Viewing};

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
            let sent = Envelope { node: Uuid::from_u128(9), events: vec![event] };
            let body = serde_json::to_vec(&sent).expect("an envelope");
            assert_eq!(serde_json::from_slice::<Envelope>(&body).expect("an envelope"), sent);
        }
        for event in [Event::MailQueued, Event::Counted, Event::AuditWritten] {
            assert!(!event.is_for_all_nodes(), "{event:?}");
        }
    }

    #[tokio::test]
    async fn only_what_this_installation_signed_is_delivered() {
        let link = |node, keys: &[u8]| {
            let keys = keys.iter().map(|byte| [*byte; 32]).collect();
            Link::new("redis://localhost", "a", Uuid::from_u128(node), keys).expect("a link")
        };
        // The reader has rotated its keys, the sender not yet.
        let (reader, sender, stranger) = (link(1, &[2, 1]), link(2, &[1]), link(3, &[9]));
        let event = |mark| Event::PreferencesChanged(Uuid::from_u128(mark));
        let envelope = |link: &Link, mark| link.signed(&Envelope { node: link.node, events: vec![event(mark)] });
        let bus = Bus::in_process();
        let mut heard = bus.subscribe();
        let mut forged = envelope(&sender, 10);
        *forged.last_mut().expect("a byte") ^= 1;
        for message in [envelope(&stranger, 11), forged, b"garbage".to_vec(), Vec::new(), envelope(&reader, 12)] {
            reader.deliver(&bus, &message);
        }
        reader.deliver(&bus, &envelope(&sender, 13));
        assert_eq!(heard.next().await, crate::cluster::Heard::Event(event(13)));
        let unknown = br#"{"node":"x","event":"newer"}"#;
        reader.deliver(&bus, &[hmac(&[1; 32], unknown).as_slice(), unknown].concat());
        assert_eq!(heard.next().await, crate::cluster::Heard::Event(Event::Everything));
        assert_eq!(heard.waiting(), None);
    }
}
