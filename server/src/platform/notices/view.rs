//! Notices as the API returns them.

use chrono::{DateTime, Utc};
use database::entity::notifications::Model;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::kind::NotificationEvent;
use crate::error::Result;
use crate::platform::Platform;
use crate::platform::entity::Entity;
use crate::platform::staff as people;

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    pub id: Uuid,
    #[schema(value_type = NotificationEvent)]
    pub event: &'static str,
    pub entity_type: Option<String>,
    pub entity_id: Option<Uuid>,
    /// The name of the client it is about.
    pub subject: Option<String>,
    /// The colleague who did it.
    pub actor: Option<String>,
    /// A further detail, such as the name of a device.
    pub detail: Option<String>,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

/// Notices with current names. Omits kinds that this version does not know.
pub async fn notifications(platform: &Platform, rows: Vec<Model>) -> Result<Vec<Notification>> {
    let staff = people::names(platform).await?;
    let about = rows.iter().filter_map(|row| Some((Entity::of(row.entity_type.as_deref()?)?, row.entity_id?)));
    // The rows are the reader's own, and the list omits what the reader may no longer see.
    let subjects = platform.names_of(about, |_| true).await?;
    let show = |row: Model| {
        let kind = platform.notice_kinds().find(|kind| kind.name == row.event)?;
        Some(Notification {
            event: kind.name,
            subject: row.entity_id.and_then(|id| subjects.get(&id).cloned()),
            actor: row.actor_id.and_then(|id| staff.get(&id).cloned()),
            id: row.id,
            entity_type: row.entity_type,
            entity_id: row.entity_id,
            detail: row.detail,
            created_at: row.created_at,
            read_at: row.read_at,
        })
    };
    Ok(rows.into_iter().filter_map(show).collect())
}
