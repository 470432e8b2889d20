//! Events between the parts of the program.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Something that happened and that others may want to know at once. Correctness must not depend on receiving it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Something changed that the dashboard may show.
    Notice(Notice),
    /// Much changed at once: everything that caches or shows data reloads it.
    Everything,
    /// A session ended, or what it has proven changed; requests and sockets check it again.
    SessionChanged(Uuid),
    /// Permissions, state or token version of a staff member changed.
    StaffChanged(Uuid),
    /// API tokens of a staff member were made or revoked.
    TokensChanged(Uuid),
    /// A staff member changed which notices they get.
    PreferencesChanged(Uuid),
    /// Settings changed; pages and caches based on them are stale.
    SettingsChanged,
    /// These staff members have new notices, or have read some.
    Notified(Vec<Uuid>),
    /// A person with a socket on another node views something else, or still does.
    Viewing(Viewing),
    /// Something about chats.
    Chat(Chat),
    /// The outbox has emails to deliver.
    MailQueued,
    /// Maintained counts have changed.
    Counted,
    /// The audit log has entries to seal.
    AuditWritten,
}

impl Event {
    /// False for what only wakes the workers of the node where it happened: those of other nodes look by themselves.
    pub fn is_for_all_nodes(&self) -> bool {
        !matches!(self, Self::MailQueued | Self::Counted | Self::AuditWritten)
    }
}

/// A live notice for the dashboard. It names what to load and carries no data, so it requires only the permission of
/// its entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: Cow<'static, str>,
    /// The name of an entity kind that the platform knows; notices with other names reach nobody.
    pub entity: Cow<'static, str>,
    pub id: Option<Uuid>,
}

/// Where a socket of another node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewing {
    pub socket: Uuid,
    pub person: Uuid,
    pub name: String,
    pub writing: bool,
    /// Name of the entity kind, and its id.
    pub from: Option<(String, Uuid)>,
    pub to: Option<(String, Uuid)>,
}

/// What happens in chats. Only `Changed` says what is stored, and it wakes those who read the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Chat {
    /// A session, its lines or its notes.
    Changed(Uuid),
    /// Who takes chats.
    Desk,
    /// Somebody writes, or no longer.
    Typing {
        session: Uuid,
        /// The person of the staff; none: the visitor.
        staff: Option<Uuid>,
        on: bool,
    },
    /// A socket of a visitor is there, or no longer.
    Present {
        socket: Uuid,
        session: Uuid,
        on: bool,
        /// Address and title of the page.
        page: Option<(String, Option<String>)>,
    },
}

/// What a listener hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Event(Event),
    /// Events were lost: anything may have happened.
    Missed,
    /// There will be no more events.
    Closed,
}

/// The events since a moment, in order.
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// Waits for the next event.
    pub async fn next(&mut self) -> Heard {
        match self.0.recv().await {
            Ok(event) => Heard::Event(event),
            Err(RecvError::Lagged(_)) => Heard::Missed,
            Err(RecvError::Closed) => Heard::Closed,
        }
    }

    /// The next event, if it has already happened.
    pub fn waiting(&mut self) -> Option<Heard> {
        match self.0.try_recv() {
            Ok(event) => Some(Heard::Event(event)),
            Err(TryRecvError::Lagged(_)) => Some(Heard::Missed),
            Err(TryRecvError::Closed) => Some(Heard::Closed),
            Err(TryRecvError::Empty) => None,
        }
    }
}

/// A cache of this process that an event makes stale.
pub type Hook = Box<dyn Fn(&Event) + Send + Sync>;

/// Sends events to all subscribers. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    sender: broadcast::Sender<Event>,
    hooks: Arc<OnceLock<Vec<Hook>>>,
    others: Arc<Mutex<Option<Others>>>,
}

/// The way to the other nodes.
struct Others {
    queue: mpsc::Sender<Event>,
    /// Set when the queue was full and an event was dropped.
    dropped: Arc<AtomicBool>,
}

impl Bus {
    /// A bus within this process, until it is linked to others.
    pub fn in_process() -> Self {
        Self { sender: broadcast::channel(1_024).0, hooks: Arc::default(), others: Arc::default() }
    }

    /// Registers the hooks that run at each event before any subscriber gets it: caches of this process. A unit of work
    /// publishes between its commit and its response, so whoever has the response never reads what the unit made stale.
    /// A cache that is being filled during the event defines itself how long it may be stale. Only the first call
    /// counts.
    pub fn keep_true(&self, hooks: Vec<Hook>) {
        let _ = self.hooks.set(hooks);
    }

    /// Passes what concerns other nodes to them as well, through this queue. If it is full, events are dropped, and
    /// `dropped` is set.
    pub fn send_to_others(&self, queue: mpsc::Sender<Event>, dropped: Arc<AtomicBool>) {
        *self.others.lock().unwrap_or_else(PoisonError::into_inner) = Some(Others { queue, dropped });
    }

    /// Something happened on this node: tells it and the others.
    pub fn publish(&self, event: Event) {
        if event.is_for_all_nodes() {
            self.tell_others(|| event.clone());
        }
        self.deliver(event);
    }

    /// Tells the other nodes, if there are any, what this one knows already.
    pub fn tell_others(&self, event: impl FnOnce() -> Event) {
        if let Some(others) = &*self.others.lock().unwrap_or_else(PoisonError::into_inner)
            && others.queue.try_send(event()).is_err()
        {
            others.dropped.store(true, Ordering::Relaxed);
        }
    }

    /// Runs the hooks and sends the event to all subscribers of this node.
    pub fn deliver(&self, event: Event) {
        for hook in self.hooks.get().into_iter().flatten() {
            // SQLite's only writer publishes events too, and a panicking cache must not take it down.
            if catch_unwind(AssertUnwindSafe(|| hook(&event))).is_err() {
                tracing::error!(?event, "a cache could not follow an event");
            }
        }
        // No listener is fine.
        let _ = self.sender.send(event);
    }

    /// Everything from now on. A listener that falls behind misses the oldest events and is told so.
    pub fn subscribe(&self) -> Events {
        Events(self.sender.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_into_the_queue_to_other_nodes_is_noticed() {
        let bus = Bus::in_process();
        let (queue, mut outgoing) = mpsc::channel(2);
        let dropped = Arc::new(AtomicBool::new(false));
        bus.send_to_others(queue, Arc::clone(&dropped));
        bus.publish(Event::SettingsChanged);
        bus.publish(Event::MailQueued);
        bus.publish(Event::Everything);
        assert!(!dropped.load(Ordering::Relaxed), "two of these three are for other nodes");
        bus.publish(Event::SettingsChanged);
        assert!(dropped.load(Ordering::Relaxed));
        assert_eq!(outgoing.recv().await, Some(Event::SettingsChanged));
        assert_eq!(outgoing.recv().await, Some(Event::Everything));
    }

    #[tokio::test]
    async fn caches_hear_of_an_event_before_listeners_do() {
        let bus = Bus::in_process();
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        bus.keep_true(vec![Box::new(move |event| {
            assert_eq!(*event, Event::MailQueued);
            count.fetch_add(1, Ordering::Relaxed);
        })]);
        let mut listener = bus.subscribe();
        bus.clone().publish(Event::MailQueued);
        assert_eq!(seen.load(Ordering::Relaxed), 1);
        assert_eq!(listener.next().await, Heard::Event(Event::MailQueued));
    }
}
