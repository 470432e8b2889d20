//! Taking a change back: a real inverse on the server, for ten seconds.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use database::entity::undo_operations::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait, IntoActiveModel as _, QueryFilter as _, Select};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{self, After, Before};
use super::{blocked, store};
use crate::error::{Error, Result};
use crate::platform::act::Act;
use crate::platform::entity;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Tx;

/// How long a change can be taken back.
const TIME: Duration = Duration::seconds(10);

/// The result of the undo.
#[derive(Debug, Serialize, ToSchema)]
pub struct Undone {
    pub restored: u64,
    /// Someone has changed these since, so they stay as they are.
    pub skipped: u64,
}

/// Keeps what messages were before a change, in the unit of the change; none when nothing was changed.
pub async fn keep(tx: &Tx<'_>, act: &Act, before: Vec<Before>) -> Result<Option<Uuid>> {
    if before.is_empty() {
        return Ok(None);
    }
    let row = Model {
        id: act.platform.ids.next(act.now),
        staff_id: act.caller.staff_id,
        before: serde_json::to_value(before).map_err(Error::internal)?,
        expires_at: act.now + TIME,
    };
    let id = row.id;
    row.into_active_model().insert(tx.conn()).await?;
    Ok(Some(id))
}

/// Takes a change back. It works once, and only for the person who made the change.
pub async fn undo(tx: &Tx<'_>, act: &Act, id: Uuid) -> Result<Undone> {
    let row = Entity::find_by_id(id).one(tx.conn()).await?.ok_or(Error::NotFound)?;
    if row.staff_id != act.caller.staff_id || row.expires_at < act.now {
        return Err(Error::NotFound);
    }
    if Entity::delete_by_id(id).exec(tx.conn()).await?.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    let all: Vec<Before> = serde_json::from_value(row.before).map_err(Error::internal)?;
    let mut undone = Undone { restored: 0, skipped: 0 };
    // Whoever has left since, or may not see messages any more, is given nothing. People are locked before messages
    // everywhere, so that two units cannot wait for each other.
    let mut gone = Vec::new();
    for person in all.iter().filter_map(|before| before.assigned_to).collect::<BTreeSet<Uuid>>() {
        if !people::can_be_given(tx.conn(), person, Permission::Messages).await? {
            gone.push(person);
        }
    }
    let zone = act.platform.settings.get().hours.zone();
    for mut before in all {
        before.assigned_to = before.assigned_to.filter(|person| !gone.contains(person));
        let Some(message) = store::locked(tx.conn(), before.id).await?.filter(|it| it.version == before.version_after)
        else {
            undone.skipped += 1;
            continue;
        };
        let tags = store::tags_of(tx.conn(), vec![before.id]).await?.remove(&before.id).unwrap_or_default();
        store::set_tags(tx.conn(), before.id, message.activity_id, &before.tags).await?;
        let Before { status, assigned_to, doubtful, later, waiting_id, .. } = before;
        let after = After { status, assigned_to, doubtful, later };
        let changes = change::fields(&message, after, zone).field("tags", &tags, &before.tags);
        if let Some(block) = before.blocked {
            blocked::undo(tx, act, before.id, block).await?;
        }
        change::write(tx, act, message, after, waiting_id).await?;
        act.note(tx, "message.undone", (entity::Entity::Message, before.id), changes);
        change::announce(tx, "message_changed", before.id);
        undone.restored += 1;
    }
    Ok(undone)
}

/// Changes that can no longer be taken back, and what tells them.
pub fn over(now: DateTime<Utc>) -> (Select<Entity>, Column) {
    (Entity::find().filter(Column::ExpiresAt.lt(now)), Column::Id)
}
