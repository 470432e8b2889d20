//! Everybody who is connected to this node, and who of them hears what.
//!
//! A socket takes a seat under topics: its person, its session, the kinds of things that the person may see, the place that
//! they look at. An event wakes the seats of its topics and no others. One look every 400 ms asks for all seats at once
//! whether their sessions still hold, and one beat every 30 s pings them; with nobody connected, nothing runs.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use uuid::Uuid;

use super::viewers::Place;
use crate::cluster::Event;
use crate::platform::Platform;
use crate::platform::auth::{self, Caller};
use crate::platform::entity::Entity;

/// Revocation is promised within a second, and what is asked may be 400 ms old.
const RECHECK: Duration = Duration::from_millis(400);
const PING: Duration = Duration::from_secs(30);
/// A client that says nothing for this long, not even that it has heard a ping, is gone.
const IDLE: Duration = Duration::from_secs(75);
/// What may wait for a seat.
const MAILBOX: usize = 64;

/// What a seat hears of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Topic {
    Everybody,
    Person(Uuid),
    Session(Uuid),
    /// Things of this kind.
    Kind(Entity),
    /// Who else is at this place.
    Place(Place),
}

/// What reaches a seat.
#[derive(Debug, Clone)]
pub enum Post {
    Event(Arc<Event>),
    /// The person, or what they may do, is another one now.
    Person(Box<Caller>),
    /// Somebody came to the place or left it.
    Viewers,
    Ping,
    /// The session is over.
    SignedOut,
    /// Nothing was heard for too long.
    Silent,
}

/// All seats of this node.
pub struct Hub {
    seats: Mutex<Seats>,
    open: TaskTracker,
    began: Instant,
}

#[derive(Default)]
struct Seats {
    all: HashMap<Uuid, Taken>,
    by_topic: HashMap<Topic, HashSet<Uuid>>,
    /// True while the task runs that looks after them.
    watched: bool,
}

struct Taken {
    session: Uuid,
    caller: Caller,
    topics: HashSet<Topic>,
    mailbox: mpsc::Sender<Post>,
    heard: Arc<AtomicU64>,
}

/// The seat of one socket; dropped, it is free.
pub struct Seat {
    id: Uuid,
    platform: Platform,
    mailbox: mpsc::Receiver<Post>,
    heard: Arc<AtomicU64>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { seats: Mutex::default(), open: TaskTracker::new(), began: Instant::now() }
    }
}

impl Hub {
    /// A socket that is open until the token is dropped.
    pub fn open(&self) -> TaskTrackerToken {
        self.open.token()
    }

    /// Waits until no socket is open any more.
    pub async fn closed(&self) {
        self.open.close();
        self.open.wait().await;
    }

    /// Takes a seat for a person. From here on it hears of everything that concerns them.
    pub fn sit(platform: &Platform, caller: &Caller) -> Seat {
        let hub = &platform.hub;
        let id = platform.ids.next(platform.clock.now());
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let heard = Arc::new(AtomicU64::new(hub.now()));
        let taken = Taken {
            session: caller.session_id,
            caller: caller.clone(),
            topics: HashSet::new(),
            mailbox: sender,
            heard: Arc::clone(&heard),
        };
        let mut seats = hub.seats();
        seats.all.insert(id, taken);
        seats.hear(id, topics_of(caller));
        if !std::mem::replace(&mut seats.watched, true) {
            tokio::spawn(watch(platform.clone()));
        }
        drop(seats);
        Seat { id, platform: platform.clone(), mailbox, heard }
    }

    /// Wakes the seats that an event concerns.
    pub fn follow(&self, event: &Event) {
        let topics = topics_for(event);
        if !topics.is_empty() {
            self.post(&topics, &Post::Event(Arc::new(event.clone())));
        }
    }

    /// Puts something into the mailboxes of a topic.
    pub fn post(&self, topics: &[Topic], post: &Post) {
        let mut seats = self.seats();
        let ids: HashSet<Uuid> =
            topics.iter().filter_map(|topic| seats.by_topic.get(topic)).flatten().copied().collect();
        for id in ids {
            seats.post(id, post.clone());
        }
    }

    /// Seconds since the program began.
    fn now(&self) -> u64 {
        self.began.elapsed().as_secs()
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seats {
    /// A seat whose mailbox is full is given up: its client comes back and loads everything again.
    fn post(&mut self, id: Uuid, post: Post) {
        let full = self.all.get(&id).is_some_and(|seat| seat.mailbox.try_send(post).is_err());
        if full {
            self.leave(id);
        }
    }

    /// From now on the seat hears of these topics, beside the place that it is at.
    fn hear(&mut self, id: Uuid, topics: HashSet<Topic>) {
        let Some(seat) = self.all.get_mut(&id) else { return };
        let before = std::mem::replace(&mut seat.topics, topics.clone());
        for topic in before.difference(&topics) {
            if let Some(there) = self.by_topic.get_mut(topic) {
                there.remove(&id);
                if there.is_empty() {
                    self.by_topic.remove(topic);
                }
            }
        }
        for topic in topics {
            self.by_topic.entry(topic).or_default().insert(id);
        }
    }

    fn leave(&mut self, id: Uuid) {
        self.hear(id, HashSet::new());
        self.all.remove(&id);
    }
}

impl Seat {
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What comes next; none when the seat was given up.
    pub async fn next(&mut self) -> Option<Post> {
        self.mailbox.recv().await
    }

    /// Notes that something was heard from the client.
    pub fn heard(&self) {
        self.heard.store(self.platform.hub.now(), Ordering::Relaxed);
    }

    /// Hears from now on what that person may hear of at that place.
    pub fn turn_to(&self, caller: &Caller, place: Option<&Place>) {
        let mut topics = topics_of(caller);
        topics.extend(place.copied().map(Topic::Place));
        let mut seats = self.platform.hub.seats();
        if let Some(seat) = seats.all.get_mut(&self.id) {
            seat.caller = caller.clone();
        }
        seats.hear(self.id, topics);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.platform.hub.seats().leave(self.id);
    }
}

/// What concerns a person.
fn topics_of(caller: &Caller) -> HashSet<Topic> {
    let kinds = Entity::ALL.into_iter().filter(|kind| caller.may(kind.needs())).map(Topic::Kind);
    let own = [Topic::Everybody, Topic::Person(caller.staff_id), Topic::Session(caller.session_id)];
    own.into_iter().chain(kinds).collect()
}

/// Whom an event concerns. What it tells them is decided where it is told, by their rights of that moment.
fn topics_for(event: &Event) -> Vec<Topic> {
    match event {
        Event::Notice(notice) => Entity::of(notice.entity).map(Topic::Kind).into_iter().collect(),
        Event::Everything | Event::SettingsChanged => vec![Topic::Everybody],
        Event::SessionChanged(session) => vec![Topic::Session(*session)],
        Event::StaffChanged(person) => vec![Topic::Person(*person), Topic::Kind(Entity::Staff)],
        Event::Notified(people) => people.iter().copied().map(Topic::Person).collect(),
        Event::PreferencesChanged(_) | Event::Counted | Event::MailQueued | Event::AuditWritten => Vec::new(),
    }
}

/// Looks after all seats, until the last one is free.
async fn watch(platform: Platform) {
    let mut look = tokio::time::interval(RECHECK);
    let mut ping = Instant::now();
    loop {
        look.tick().await;
        let hub = &platform.hub;
        let sessions: HashSet<Uuid> = {
            let mut seats = hub.seats();
            if seats.all.is_empty() {
                seats.watched = false;
                return;
            }
            seats.all.values().map(|seat| seat.session).collect()
        };
        let sessions = sessions.into_iter().collect();
        // While the database is away, who was in stays in.
        if let Ok(alive) = auth::alive(&platform, sessions).await {
            let mut seats = hub.seats();
            let changed: Vec<(Uuid, Post)> = seats
                .all
                .iter()
                .filter_map(|(id, seat)| match alive.get(&seat.session) {
                    None => Some((*id, Post::SignedOut)),
                    Some(caller) if *caller != seat.caller => Some((*id, Post::Person(Box::new(caller.clone())))),
                    Some(_) => None,
                })
                .collect();
            for (id, post) in changed {
                seats.post(id, post);
            }
        }
        if ping.elapsed() >= PING {
            ping = Instant::now();
            let oldest = hub.now().saturating_sub(IDLE.as_secs());
            let mut seats = hub.seats();
            let all: Vec<(Uuid, bool)> =
                seats.all.iter().map(|(id, seat)| (*id, seat.heard.load(Ordering::Relaxed) < oldest)).collect();
            for (id, silent) in all {
                seats.post(id, if silent { Post::Silent } else { Post::Ping });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Notice;

    #[test]
    fn an_event_wakes_whom_it_concerns() {
        let (ada, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(topics_for(&Entity::Message.notice("message_created", None)), [Topic::Kind(Entity::Message)]);
        assert_eq!(topics_for(&Event::StaffChanged(ada)), [Topic::Person(ada), Topic::Kind(Entity::Staff)]);
        assert_eq!(topics_for(&Event::Notified([ada, ben].into())), [Topic::Person(ada), Topic::Person(ben)]);
        assert_eq!(topics_for(&Event::SessionChanged(ada)), [Topic::Session(ada)]);
        assert_eq!(topics_for(&Event::SettingsChanged), [Topic::Everybody]);
        assert_eq!(topics_for(&Event::Everything), [Topic::Everybody]);
        let unknown = Event::Notice(Notice { kind: "planet_risen", entity: "planet", id: None });
        for event in [Event::MailQueued, Event::AuditWritten, Event::PreferencesChanged(ada), unknown] {
            assert_eq!(topics_for(&event), [], "{event:?}");
        }
    }

    #[test]
    fn a_seat_hears_of_its_topics_until_it_turns_or_leaves() {
        let (id, mut seats) = (Uuid::from_u128(7), Seats::default());
        let (mailbox, mut post) = mpsc::channel(1);
        let caller = Caller {
            staff_id: Uuid::from_u128(1),
            session_id: Uuid::from_u128(2),
            token: None,
            name: "Ada".into(),
            email: "ada@example.com".into(),
            role: database::entity::staff::Role::Staff,
            permissions: [crate::platform::permission::Permission::Messages].into_iter().collect(),
            second_factor_missing: false,
            proved_at: None,
        };
        let topics = topics_of(&caller);
        assert!(topics.contains(&Topic::Kind(Entity::Message)) && !topics.contains(&Topic::Kind(Entity::Staff)));
        let taken =
            Taken { session: caller.session_id, caller, topics: HashSet::new(), mailbox, heard: Arc::default() };
        seats.all.insert(id, taken);
        seats.hear(id, topics);
        seats.hear(id, [Topic::Everybody].into());
        assert_eq!(seats.by_topic.len(), 1, "what it turned away from is forgotten");
        seats.post(id, Post::Ping);
        assert!(matches!(post.try_recv(), Ok(Post::Ping)));
        seats.post(id, Post::Ping);
        seats.post(id, Post::Ping);
        assert!(seats.all.is_empty() && seats.by_topic.is_empty(), "a full mailbox gives the seat up");
    }
}
