//! Writing audit entries.

use chrono::{DateTime, Utc};
use database::entity::audit_logs;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::chain::commitments;
use crate::error::Result;
use crate::http::RequestInfo;
use crate::ids::{self, Ids};
use crate::platform::Platform;
use crate::platform::entity::Entity;

/// What changed, field by field. Never personal data, never secrets: those would outlive an erasure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes(Map<String, Value>);

impl Changes {
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a field that changed from one value to another; an equal value is not a change.
    #[must_use]
    pub fn field(mut self, name: &str, from: impl Serialize, to: impl Serialize) -> Self {
        let (from, to) = (json!(from), json!(to));
        if from != to {
            self.0.insert(name.to_owned(), json!({ "from": from, "to": to }));
        }
        self
    }

    /// Adds a fact that has no previous value.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Serialize) -> Self {
        self.0.insert(name.to_owned(), json!({ "to": value }));
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entry with these changes, for changes that are known only within the unit.
    #[must_use]
    pub fn into_entry(self, entry: audit_logs::Model) -> audit_logs::Model {
        audit_logs::Model { changes: (!self.is_empty()).then_some(Value::Object(self.0)), ..entry }
    }
}

/// Writes an entry in a unit of its own.
pub async fn write(platform: &Platform, entry: audit_logs::Model) -> Result<()> {
    platform
        .storage
        .write(entry, |tx, entry| {
            Box::pin(async move {
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await
}

/// An entry to be written.
pub struct Entry<'a> {
    /// Who acted; none for visitors and for the program itself.
    pub actor: Option<Uuid>,
    /// `entity.what_happened`, for example `message.status_changed`.
    pub action: &'static str,
    pub entity: (Entity, Option<Uuid>),
    pub changes: Changes,
    pub from: &'a RequestInfo,
}

impl Entry<'_> {
    /// The row for it.
    pub fn row(self, ids: &Ids, now: DateTime<Utc>) -> audit_logs::Model {
        let salt = ids::secret::<16>();
        let ip = (!self.from.request_id.is_empty()).then(|| self.from.ip.to_string());
        let agent = self.from.user_agent.clone();
        audit_logs::Model {
            id: ids.next(now),
            user_id: self.actor,
            token_id: self.from.token,
            action: self.action.to_owned(),
            entity_type: self.entity.0.name().to_owned(),
            entity_id: self.entity.1.map(|id| id.to_string()),
            changes: (!self.changes.is_empty()).then_some(Value::Object(self.changes.0)),
            commitments: commitments(&salt, ip.as_deref(), agent.as_deref()),
            ip_address: ip,
            user_agent: agent,
            salt: Some(salt.to_vec()),
            request_id: Some(self.from.request_id.clone()).filter(|id| !id.is_empty()),
            created_at: now,
        }
    }
}
