//! Events between the parts of the program.

use std::sync::Arc;

use tokio::sync::broadcast;
use uuid::Uuid;

/// Something that happened and that others may want to know at once. Nobody may depend on receiving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Something changed that the dashboard may show.
    Notice(Notice),
    /// A session ended; its requests and sockets must end too.
    SessionEnded(Uuid),
    /// Rights, state or version of a staff member changed.
    StaffChanged(Uuid),
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
    pub entity: &'static str,
    pub id: Option<Uuid>,
}

/// Sends events to everybody who listens. Cheap to clone.
#[derive(Clone)]
pub struct Bus(broadcast::Sender<Event>);

impl Bus {
    /// A bus within this process.
    pub fn in_process() -> Self {
        Self(broadcast::channel(1_024).0)
    }

    /// Tells everybody who listens now.
    pub fn publish(&self, event: Event) {
        // No listener is fine.
        let _ = self.0.send(event);
    }

    /// Everything from now on. A listener that falls behind misses the oldest events and is told so.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
