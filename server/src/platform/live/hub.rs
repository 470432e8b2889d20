//! All sockets connected to this node, and which of them receive what.
//!
//! A socket takes a seat under topics: its person, its session, the kinds of entities that the person may see, the
//! place that they are viewing. An event wakes only the seats of its topics. One check every 400 ms verifies the
//! sessions of all seats at once, and one timer pings them every 30 s; with nobody connected, nothing runs. A seat
//! whose mailbox overflows is told afterwards that it missed something. Visitors have seats too; they have no session to
//! be checked.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use uuid::Uuid;

use super::places::Places;
use super::topics::{Post, Topic, topics_for, topics_of};
use super::viewers::Place;
use crate::cluster::Event;
use crate::platform::Platform;
use crate::platform::auth::{self, Caller};
use crate::platform::entity::Entity;

/// Revocation is promised within a second, and the checked data can be 400 ms old.
const RECHECK: Duration = Duration::from_millis(400);
const PING: Duration = Duration::from_secs(30);
/// Between two looks for clients that are gone.
const LISTEN: Duration = Duration::from_secs(5);
/// A client that sends nothing for this long, not even a pong, is gone.
const IDLE: Duration = Duration::from_secs(75);
/// A page that has not been visible for this long is not watched. Visible ones say so every 25 s.
const WATCHED: Duration = Duration::from_mins(1);
/// Capacity of a seat's mailbox.
const MAILBOX: usize = 64;

/// All seats of this node.
pub struct Hub {
    seats: Mutex<Seats>,
    open: TaskTracker,
    pub(super) places: Arc<Places>,
    began: Instant,
}

#[derive(Default)]
struct Seats {
    all: HashMap<Uuid, Taken>,
    by_topic: HashMap<Topic, HashSet<Uuid>>,
    /// True while the task that watches them runs.
    watched: bool,
}

struct Taken {
    /// None: a visitor.
    caller: Option<Arc<Caller>>,
    topics: HashSet<Topic>,
    mailbox: mpsc::Sender<Post>,
    missed: Arc<AtomicBool>,
    heard: Arc<AtomicU64>,
    watched: Arc<AtomicU64>,
}

/// The seat of one socket; dropping it frees it.
pub struct Seat {
    id: Uuid,
    platform: Platform,
    mailbox: mpsc::Receiver<Post>,
    missed: Arc<AtomicBool>,
    heard: Arc<AtomicU64>,
    watched: Arc<AtomicU64>,
    /// What it follows besides what concerns the person.
    things: HashSet<Topic>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { seats: Mutex::default(), open: TaskTracker::new(), places: Arc::default(), began: Instant::now() }
    }
}

impl Hub {
    /// Marks a socket as open until the token is dropped.
    pub fn open(&self) -> TaskTrackerToken {
        self.open.token()
    }

    /// Waits until no socket is open.
    pub async fn closed(&self) {
        self.open.close();
        self.open.wait().await;
    }

    /// Takes a seat for a person. From now on it receives everything that concerns them.
    pub fn sit(platform: &Platform, caller: &Caller) -> Seat {
        Self::take(platform, Some(Arc::new(caller.clone())), topics_of(caller))
    }

    /// Takes a seat for a visitor, who follows one thing.
    pub fn admit(platform: &Platform, thing: (Entity, Uuid)) -> Seat {
        Self::take(platform, None, [Topic::Thing(thing.0, thing.1)].into())
    }

    fn take(platform: &Platform, caller: Option<Arc<Caller>>, topics: HashSet<Topic>) -> Seat {
        let hub = &platform.hub;
        let id = platform.ids.next(platform.clock.now());
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let (missed, heard) = (Arc::default(), Arc::new(AtomicU64::new(hub.now())));
        // Whoever connects has just opened the dashboard.
        let watched = Arc::new(AtomicU64::new(hub.now()));
        let taken = Taken {
            caller,
            topics: HashSet::new(),
            mailbox: sender,
            missed: Arc::clone(&missed),
            heard: Arc::clone(&heard),
            watched: Arc::clone(&watched),
        };
        let mut seats = hub.seats();
        seats.all.insert(id, taken);
        seats.hear(id, topics);
        if !std::mem::replace(&mut seats.watched, true) {
            tokio::spawn(watch(platform.clone()));
        }
        drop(seats);
        Seat { id, platform: platform.clone(), mailbox, missed, heard, watched, things: HashSet::new() }
    }

    /// True if somebody on this node hears of that.
    pub fn has(&self, topic: &Topic) -> bool {
        self.seats().by_topic.contains_key(topic)
    }

    /// The entities of a kind that seats of this node follow one by one.
    pub fn things(&self, kind: Entity) -> Vec<Uuid> {
        let of_kind = |topic: &Topic| match topic {
            Topic::Thing(of, id) if *of == kind => Some(*id),
            _ => None,
        };
        self.seats().by_topic.keys().filter_map(of_kind).collect()
    }

    /// Wakes the seats that an event concerns.
    pub fn follow(&self, event: &Event) {
        let topics = topics_for(event);
        if !topics.is_empty() {
            self.post(&topics, &Post::Event(Arc::new(event.clone())));
        }
    }

    /// Puts a message into the mailboxes of the topics.
    pub fn post(&self, topics: &[Topic], post: &Post) {
        let mut seats = self.seats();
        let ids: HashSet<Uuid> =
            topics.iter().filter_map(|topic| seats.by_topic.get(topic)).flatten().copied().collect();
        for id in ids {
            seats.post(id, post.clone());
        }
    }

    /// True if the person has the dashboard in front of them, on this node. Whoever may not see it yet, for want of a
    /// second factor, has no seat.
    pub fn is_watched_by(&self, person: Uuid) -> bool {
        let oldest = self.now().saturating_sub(WATCHED.as_secs());
        self.seats().is_watched_by(person, oldest)
    }

    /// Seconds since the program started.
    fn now(&self) -> u64 {
        self.began.elapsed().as_secs()
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seats {
    /// The people at the seats.
    fn callers(&self) -> HashMap<Uuid, Arc<Caller>> {
        self.all.iter().filter_map(|(id, seat)| Some((*id, Arc::clone(seat.caller.as_ref()?)))).collect()
    }

    /// A message that does not fit into the mailbox is marked as missed, except the final one: the seat is then removed
    /// without it.
    fn post(&mut self, id: Uuid, post: Post) {
        let Some(seat) = self.all.get(&id) else { return };
        let ends = matches!(post, Post::SignedOut | Post::Silent);
        let gone = match seat.mailbox.try_send(post) {
            Ok(()) => false,
            Err(TrySendError::Full(_)) if ends => true,
            Err(TrySendError::Full(post)) => {
                seat.missed.store(true, Ordering::SeqCst);
                // If the mailbox was emptied just before the flag was set, its reader missed the flag, and this message
                // wakes it.
                seat.mailbox.try_send(post).is_err_and(|error| matches!(error, TrySendError::Closed(_)))
            }
            Err(TrySendError::Closed(_)) => true,
        };
        if gone {
            self.leave(id);
        }
    }

    /// Subscribes the seat to these topics, besides the place that it is at.
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

    /// Tells the seats what changed in their sessions compared to `before`. Seats that were taken or changed in the
    /// meantime are left to the next check.
    fn judge(&mut self, before: &HashMap<Uuid, Arc<Caller>>, alive: &HashMap<Uuid, Caller>) {
        for (id, asked) in before {
            let now = self.all.get(id).and_then(|seat| seat.caller.as_ref());
            if !now.is_some_and(|now| Arc::ptr_eq(now, asked)) {
                continue;
            }
            match alive.get(&asked.session_id) {
                None => self.post(*id, Post::SignedOut),
                Some(caller) if *caller != **asked => self.post(*id, Post::Person(Box::new(caller.clone()))),
                Some(_) => {}
            }
        }
    }

    /// Ends the seats that were last heard before `oldest` (seconds since start); pings the others if `ping`.
    fn listen(&mut self, oldest: u64, ping: bool) {
        let ids: Vec<(Uuid, bool)> =
            self.all.iter().map(|(id, seat)| (*id, seat.heard.load(Ordering::Relaxed) < oldest)).collect();
        for (id, silent) in ids {
            match silent {
                true => self.post(id, Post::Silent),
                false if ping => self.post(id, Post::Ping),
                false => {}
            }
        }
    }

    /// True if a page of the person was visible at `oldest` or later (seconds since start).
    fn is_watched_by(&self, person: Uuid, oldest: u64) -> bool {
        let mut seats =
            self.by_topic.get(&Topic::Person(person)).into_iter().flatten().filter_map(|id| self.all.get(id));
        seats.any(|seat| seat.watched.load(Ordering::Relaxed) >= oldest)
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

    /// The next message; none if the seat was removed.
    pub async fn next(&mut self) -> Option<Post> {
        match self.mailbox.try_recv() {
            Ok(post) => Some(post),
            Err(_) if self.missed.swap(false, Ordering::SeqCst) => Some(Post::Missed),
            Err(_) => self.mailbox.recv().await,
        }
    }

    /// Records that the client sent something.
    pub fn heard(&self) {
        self.heard.store(self.platform.hub.now(), Ordering::Relaxed);
    }

    /// Records that the page is visible.
    pub fn watched(&self) {
        self.watched.store(self.platform.hub.now(), Ordering::Relaxed);
    }

    /// Subscribes to what that person may receive at that place.
    pub fn turn_to(&self, caller: &Caller, place: Option<&Place>) {
        let mut topics = topics_of(caller);
        topics.extend(place.copied().map(Topic::Place));
        topics.extend(self.things.iter().cloned());
        let mut seats = self.platform.hub.seats();
        // Keep an unchanged caller: a seat that changes place all the time must still be checked.
        if let Some(seat) = seats.all.get_mut(&self.id).filter(|seat| seat.caller.as_deref() != Some(caller)) {
            seat.caller = Some(Arc::new(caller.clone()));
        }
        seats.hear(self.id, topics);
    }

    /// Follows that thing too, or no longer.
    pub fn follow(&mut self, (kind, id): (Entity, Uuid), yes: bool) {
        let topic = Topic::Thing(kind, id);
        if yes {
            self.things.insert(topic.clone())
        } else {
            self.things.remove(&topic)
        };
        let mut seats = self.platform.hub.seats();
        let Some(mut topics) = seats.all.get(&self.id).map(|seat| seat.topics.clone()) else { return };
        if yes {
            topics.insert(topic)
        } else {
            topics.remove(&topic)
        };
        seats.hear(self.id, topics);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.platform.hub.seats().leave(self.id);
    }
}

/// Watches all seats until the last one is free.
async fn watch(platform: Platform) {
    let mut tick = tokio::time::interval(RECHECK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut pinged, mut listened) = (Instant::now(), Instant::now());
    loop {
        tick.tick().await;
        {
            let mut seats = platform.hub.seats();
            if seats.all.is_empty() {
                seats.watched = false;
                return;
            }
        }
        // While the database is unavailable, connected people stay connected. A panic in one check must not stop the
        // checks.
        if AssertUnwindSafe(look(&platform)).catch_unwind().await.is_err() {
            tracing::error!("a check of all sessions panicked; the next one will follow");
        }
        let beat = pinged.elapsed() >= PING;
        if beat {
            pinged = Instant::now();
        }
        if beat || listened.elapsed() >= LISTEN {
            listened = Instant::now();
            let oldest = platform.hub.now().saturating_sub(IDLE.as_secs());
            platform.hub.seats().listen(oldest, beat);
        }
    }
}

/// Verifies the sessions of all seats, and tells those for which something changed.
async fn look(platform: &Platform) {
    let before: HashMap<Uuid, Arc<Caller>> = platform.hub.seats().callers();
    if before.is_empty() {
        return;
    }
    let sessions: HashSet<Uuid> = before.values().map(|caller| caller.session_id).collect();
    if let Ok(alive) = auth::alive(platform, sessions.into_iter().collect()).await {
        platform.hub.seats().judge(&before, &alive);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(session: u128) -> Caller {
        Caller {
            staff_id: Uuid::from_u128(1),
            session_id: Uuid::from_u128(session),
            token: None,
            name: "Ada".into(),
            email: "ada@example.com".into(),
            role: database::entity::staff::Role::Staff,
            permissions: [crate::platform::permission::Permission::Messages].into_iter().collect(),
            second_factor_missing: false,
            proved_at: None,
        }
    }

    fn sit(seats: &mut Seats, id: Uuid, caller: &Caller) -> mpsc::Receiver<Post> {
        let (mailbox, post) = mpsc::channel(1);
        let (missed, heard, watched) = (Arc::default(), Arc::new(AtomicU64::new(100)), Arc::new(AtomicU64::new(100)));
        let caller = Some(Arc::new(caller.clone()));
        seats.all.insert(id, Taken { caller, topics: HashSet::new(), mailbox, missed, heard, watched });
        post
    }

    fn missed(seats: &Seats, id: Uuid) -> bool {
        seats.all[&id].missed.load(Ordering::SeqCst)
    }

    #[test]
    fn a_seat_hears_of_its_topics_until_it_turns_or_leaves() {
        let (id, mut seats) = (Uuid::from_u128(7), Seats::default());
        let topics = topics_of(&caller(2));
        assert!(topics.contains(&Topic::Kind(Entity::Message)) && !topics.contains(&Topic::Kind(Entity::Staff)));
        let mut post = sit(&mut seats, id, &caller(2));
        seats.hear(id, topics);
        seats.hear(id, [Topic::Everybody].into());
        assert_eq!(seats.by_topic.len(), 1, "what it turned away from is forgotten");
        seats.post(id, Post::Ping);
        assert!(matches!(post.try_recv(), Ok(Post::Ping)) && !missed(&seats, id));
        drop(post);
        seats.post(id, Post::Ping);
        assert!(seats.all.is_empty() && seats.by_topic.is_empty(), "a seat whose socket has ended is free");
    }

    #[test]
    fn a_person_watches_with_any_page_that_was_visible_lately() {
        let (one, two, mut seats) = (Uuid::from_u128(7), Uuid::from_u128(8), Seats::default());
        let ada = caller(2);
        let _posts = [one, two].map(|id| {
            let post = sit(&mut seats, id, &ada);
            seats.hear(id, topics_of(&ada));
            post
        });
        seats.all[&two].watched.store(130, Ordering::Relaxed);
        assert!(seats.is_watched_by(ada.staff_id, 130) && !seats.is_watched_by(ada.staff_id, 131));
        assert!(!seats.is_watched_by(Uuid::from_u128(2), 0), "nobody watches for somebody else");
        seats.leave(two);
        assert!(seats.is_watched_by(ada.staff_id, 100) && !seats.is_watched_by(ada.staff_id, 101));
    }

    #[test]
    fn what_a_full_mailbox_does_not_take_is_missed_but_for_the_end() {
        let (id, mut seats) = (Uuid::from_u128(7), Seats::default());
        let mut post = sit(&mut seats, id, &caller(2));
        seats.post(id, Post::Viewers);
        assert!(!missed(&seats, id));
        seats.post(id, Post::Ping);
        assert!(missed(&seats, id) && matches!(post.try_recv(), Ok(Post::Viewers)));
        seats.post(id, Post::Ping);
        seats.post(id, Post::SignedOut);
        assert!(seats.all.is_empty());
    }

    #[test]
    fn a_look_judges_only_whom_it_asked_for() {
        let (one, two, three) = (Uuid::from_u128(7), Uuid::from_u128(8), Uuid::from_u128(9));
        let mut seats = Seats::default();
        let mut over = sit(&mut seats, one, &caller(2));
        let mut turned = sit(&mut seats, two, &caller(3));
        let before = seats.callers();
        // Meanwhile one seat is taken, and another changes its person.
        let mut late = sit(&mut seats, three, &caller(4));
        seats.all.get_mut(&two).unwrap().caller = Some(Arc::new(caller(3)));
        seats.judge(&before, &HashMap::new());
        assert!(matches!(over.try_recv(), Ok(Post::SignedOut)));
        assert!(turned.try_recv().is_err() && late.try_recv().is_err());
    }

    #[test]
    fn a_look_passes_on_who_somebody_has_become() {
        let (id, mut seats) = (Uuid::from_u128(7), Seats::default());
        let mut post = sit(&mut seats, id, &caller(2));
        let before = seats.callers();
        seats.judge(&before, &[(Uuid::from_u128(2), caller(2))].into());
        assert!(post.try_recv().is_err(), "nothing is new");
        let renamed = Caller { name: "Ada B.".into(), ..caller(2) };
        seats.judge(&before, &[(Uuid::from_u128(2), renamed.clone())].into());
        assert!(matches!(post.try_recv(), Ok(Post::Person(it)) if *it == renamed));
    }

    #[test]
    fn who_is_silent_for_too_long_goes() {
        let (id, mut seats) = (Uuid::from_u128(7), Seats::default());
        let mut post = sit(&mut seats, id, &caller(2));
        seats.listen(100, false);
        assert!(post.try_recv().is_err());
        seats.listen(100, true);
        assert!(matches!(post.try_recv(), Ok(Post::Ping)));
        seats.listen(101, true);
        assert!(matches!(post.try_recv(), Ok(Post::Silent)));
    }
}
