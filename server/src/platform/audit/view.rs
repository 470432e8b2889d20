//! Entries as the API returns them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::line::Line;
use super::sentence::Names;
use crate::error::Result;
use crate::platform::Platform;
use crate::platform::auth::Caller;
use crate::platform::entity::Entity;
use crate::platform::{staff as people, tokens};

/// A person or thing by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named {
    pub id: Uuid,
    pub name: String,
}

/// One audit entry.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditItem {
    pub id: Uuid,
    /// Its position in the chain; null until it is sealed, about a second later.
    pub seq: Option<i64>,
    pub created_at: DateTime<Utc>,
    /// The staff member; null for a visitor, a client or the program itself.
    pub actor: Option<Named>,
    /// The API token with which a program acted for the actor.
    pub token: Option<Named>,
    pub action: String,
    pub entity_type: String,
    pub entity_id: Option<String>,
    /// In words, without the actor.
    pub sentence: String,
    /// `{"field": {"from": …, "to": …}}`; a field without a previous value has only `to`.
    pub changes: Option<Value>,
    /// Names of the people whose ids appear in `changes`.
    pub people: Vec<Named>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

/// The names that a caller may see: each kind only with its permission.
pub async fn names_for(platform: &Platform, caller: &Caller, entries: &[Line]) -> Result<Names> {
    let about = entries
        .iter()
        .filter_map(|entry| Some((Entity::of(&entry.entity_type)?, entry.entity_id.as_deref()?.parse().ok()?)));
    let mut subjects = platform.names_of(about, |permission| caller.may(permission)).await?;
    // Tokens act for people, so everyone who can read the trail may see their names.
    subjects.extend(tokens::names(platform).await?.iter().map(|(id, name)| (*id, name.clone())));
    Ok(Names { people: people::names(platform).await?, subjects, inside: false })
}

/// Entries as list items.
pub async fn items(platform: &Platform, caller: &Caller, entries: Vec<Line>) -> Result<Vec<AuditItem>> {
    let names = names_for(platform, caller, &entries).await?;
    Ok(entries.into_iter().map(|entry| item(platform, entry, &names)).collect())
}

fn item(platform: &Platform, entry: Line, names: &Names) -> AuditItem {
    let by_name = |id: Option<Uuid>, among: &HashMap<Uuid, String>| {
        id.map(|id| Named { id, name: among.get(&id).cloned().unwrap_or_else(|| "someone who has left".to_owned()) })
    };
    AuditItem {
        seq: entry.seq,
        sentence: platform.sentence(&entry, names),
        actor: by_name(entry.user_id, &names.people),
        token: by_name(entry.token_id, &names.subjects),
        people: mentioned(entry.changes.as_ref(), &names.people),
        id: entry.id,
        created_at: entry.created_at,
        action: entry.action,
        entity_type: entry.entity_type,
        entity_id: entry.entity_id,
        changes: entry.changes,
        ip_address: entry.ip_address,
        user_agent: entry.user_agent,
        request_id: entry.request_id,
    }
}

fn mentioned(changes: Option<&Value>, people: &HashMap<Uuid, String>) -> Vec<Named> {
    let values = changes.and_then(Value::as_object).into_iter().flatten();
    let ends = values.flat_map(|(_, change)| [change.get("from"), change.get("to")]);
    let ids = ends.filter_map(|end| end?.as_str()?.parse::<Uuid>().ok());
    let mut found: Vec<Named> = ids.filter_map(|id| Some(Named { id, name: people.get(&id)?.clone() })).collect();
    found.dedup();
    found
}
