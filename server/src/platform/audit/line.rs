//! Entries as they are read.

use chrono::{DateTime, Utc};
use database::entity::audit_logs::{Column, Entity};
use sea_orm::{EntityTrait as _, FromQueryResult, QuerySelect as _, Select};
use serde_json::Value;
use uuid::Uuid;

/// An entry without the columns that only the chain needs: the salt, and the commitments to personal data.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Line {
    pub id: Uuid,
    /// Who acted.
    pub user_id: Option<Uuid>,
    /// The API token with which a program acted for that person.
    pub token_id: Option<Uuid>,
    pub action: String,
    pub entity_type: String,
    pub entity_id: Option<String>,
    pub changes: Option<Value>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
    pub created_at: DateTime<Utc>,
    /// The position in the chain, if it was queried; unsealed entries have none.
    pub seq: Option<i64>,
}

impl Line {
    /// An entry with only an action.
    pub(super) fn of(action: &str) -> Self {
        Self {
            id: Uuid::nil(),
            user_id: None,
            token_id: None,
            action: action.to_owned(),
            entity_type: String::new(),
            entity_id: None,
            changes: None,
            ip_address: None,
            user_agent: None,
            request_id: None,
            created_at: DateTime::UNIX_EPOCH,
            seq: None,
        }
    }
}

/// Selects entries as [`Line`].
pub(super) fn lines() -> Select<Entity> {
    Entity::find().select_only().columns([
        Column::Id,
        Column::UserId,
        Column::TokenId,
        Column::Action,
        Column::EntityType,
        Column::EntityId,
        Column::Changes,
        Column::IpAddress,
        Column::UserAgent,
        Column::RequestId,
        Column::CreatedAt,
    ])
}
