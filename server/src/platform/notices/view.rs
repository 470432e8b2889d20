//! What the API shows of notices.

use chrono::{DateTime, Utc};
use database::entity::notifications::Model;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::events::Event;
use crate::app::App;
use crate::error::Result;
use crate::features::messages;
use crate::platform::staff as people;

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    pub id: Uuid,
    pub event: Event,
    pub entity_type: Option<String>,
    pub entity_id: Option<Uuid>,
    /// Whom it is about, by name: the client who wrote.
    pub subject: Option<String>,
    /// The colleague who did it.
    pub actor: Option<String>,
    /// A word or two more, such as the name of a device.
    pub detail: Option<String>,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

/// Notices with the names of now. Events that this version does not know are passed over.
pub async fn notifications(app: &App, rows: Vec<Model>) -> Result<Vec<Notification>> {
    let conn = app.storage.read();
    let about = rows.iter().filter(|row| row.entity_type.as_deref() == Some("message"));
    let clients = messages::client_names(conn, about.filter_map(|row| row.entity_id).collect()).await?;
    let staff = people::names(conn).await?;
    let show = |row: Model| {
        Some(Notification {
            event: Event::of(&row.event)?,
            subject: row.entity_id.and_then(|id| clients.get(&id).cloned()),
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
