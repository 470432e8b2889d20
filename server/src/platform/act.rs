//! Who acts, and when: the context of every change made by a person.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Platform;
use super::audit::{Changes, Entry};
use super::auth::Caller;
use super::entity::Entity;
use crate::http::RequestInfo;
use crate::storage::Tx;

/// The person behind a request.
#[derive(Clone)]
pub struct Act {
    pub platform: Platform,
    pub caller: Caller,
    pub info: RequestInfo,
    /// One timestamp for everything that the request writes.
    pub now: DateTime<Utc>,
}

impl Act {
    pub fn new(platform: &Platform, caller: Caller, info: RequestInfo) -> Self {
        Self { platform: platform.clone(), caller, info, now: platform.clock.now() }
    }

    /// Adds an audit entry about one entity.
    pub fn note(&self, tx: &Tx<'_>, action: &'static str, entity: (Entity, Uuid), changes: Changes) {
        self.entry(tx, action, (entity.0, Some(entity.1)), changes);
    }

    /// Adds an audit entry about all entities of a kind.
    pub fn note_all(&self, tx: &Tx<'_>, action: &'static str, entity: Entity, changes: Changes) {
        self.entry(tx, action, (entity, None), changes);
    }

    fn entry(&self, tx: &Tx<'_>, action: &'static str, entity: (Entity, Option<Uuid>), changes: Changes) {
        let entry = Entry { actor: Some(self.caller.staff_id), action, entity, changes, from: &self.info };
        tx.audit(entry.row(&self.platform.ids, self.now));
    }
}
