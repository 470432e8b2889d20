//! Events between the parts of the program.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use tokio::sync::broadcast;
use uuid::Uuid;

/// Something that happened and that others may want to know at once. Nobody may depend on receiving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Something changed that the dashboard may show.
    Notice(Notice),
    /// Much changed at once: whoever keeps or shows something reads it again.
    Everything,
    /// A session ended, or what it has proven changed; requests and sockets look at it again.
    SessionChanged(Uuid),
    /// Rights, state or version of a staff member changed.
    StaffChanged(Uuid),
    /// API tokens of a staff member were made or revoked.
    TokensChanged(Uuid),
    /// A staff member chose anew what they are told of.
    PreferencesChanged(Uuid),
    /// Settings changed; pages and caches made from them are stale.
    SettingsChanged,
    /// These staff members have new notices, or read some.
    Notified(Arc<[Uuid]>),
    /// The outbox has work.
    MailQueued,
    /// Numbers that are kept have changed.
    Counted,
    /// The audit log has entries to seal.
    AuditWritten,
}

/// A live notice for the dashboard. It names what to look at and carries no data, so it needs no right but the one
/// that its entity asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub kind: &'static str,
    /// The name of a kind of thing that the platform knows; others are told to nobody.
    pub entity: &'static str,
    pub id: Option<Uuid>,
}

/// Something of this process that an event makes stale.
pub type Hook = Box<dyn Fn(&Event) + Send + Sync>;

/// Sends events to everybody who listens. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    sender: broadcast::Sender<Event>,
    hooks: Arc<OnceLock<Vec<Hook>>>,
}

impl Bus {
    /// A bus within this process.
    pub fn in_process() -> Self {
        Self { sender: broadcast::channel(1_024).0, hooks: Arc::default() }
    }

    /// What runs at each event before anybody hears of it: caches of this process. A unit of work publishes between its
    /// commit and its answer, so whoever has the answer does not meet what the unit made stale; a cache that was being
    /// filled during the event says itself how long it may be wrong. Only the first call counts.
    pub fn keep_true(&self, hooks: Vec<Hook>) {
        let _ = self.hooks.set(hooks);
    }

    /// Tells everybody who listens now.
    pub fn publish(&self, event: Event) {
        for hook in self.hooks.get().into_iter().flatten() {
            // Events come from the only writer of SQLite too, and that one must not end with a cache.
            if catch_unwind(AssertUnwindSafe(|| hook(&event))).is_err() {
                tracing::error!(?event, "a cache could not follow an event");
            }
        }
        // No listener is fine.
        let _ = self.sender.send(event);
    }

    /// Everything from now on. A listener that falls behind misses the oldest events and is told so.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

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
        assert_eq!(listener.recv().await, Ok(Event::MailQueued));
    }
}
