//! Taking a change, a reply or a deletion back: a real inverse on the server, for some seconds.

use chrono::{DateTime, Duration, Utc};
use database::entity::undo_operations::{Column, Entity, Model};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait, IntoActiveModel as _, QueryFilter as _, Set};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::change::{self, After, Before};
use super::delete::{self, Gone};
use super::withdraw::{self, BeforeReply};
use super::{blocked, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::platform::act::Act;
use crate::platform::entity;
use crate::storage::Tx;

/// How long a change can be taken back.
const TIME: Duration = Duration::seconds(10);

/// What can be taken back.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Change(Vec<Before>),
    Reply(BeforeReply),
    Deletion(Gone),
}

/// The result of the undo.
#[derive(Debug, Serialize, ToSchema)]
pub struct Undone {
    pub restored: u64,
    /// Someone has changed these since, or the reply has left, so they stay as they are.
    pub skipped: u64,
}

/// Keeps what messages were before a change, in the unit of the change; none when nothing was changed.
pub async fn keep(tx: &Tx<'_>, act: &Act, before: Vec<Before>) -> Result<Option<Uuid>> {
    if before.is_empty() {
        return Ok(None);
    }
    let id = act.platform.ids.next(act.now);
    keep_until(tx, act, id, Kept::Change(before), act.now + TIME).await?;
    Ok(Some(id))
}

/// Keeps what a message was before a reply that leaves at that moment, under the id of the reply.
pub async fn keep_reply(tx: &Tx<'_>, act: &Act, id: Uuid, before: BeforeReply, leaves: DateTime<Utc>) -> Result<()> {
    keep_until(tx, act, id, Kept::Reply(before), leaves).await
}

/// Keeps messages that are deleted, in the unit of the deletion.
pub async fn keep_gone(tx: &Tx<'_>, act: &Act, gone: Gone) -> Result<Uuid> {
    let id = act.platform.ids.next(act.now);
    keep_until(tx, act, id, Kept::Deletion(gone), act.now + delete::TIME).await?;
    Ok(id)
}

/// Changes what is kept of a reply, if it is held back.
pub async fn amend_reply(tx: &Tx<'_>, id: Uuid, change: impl FnOnce(BeforeReply) -> BeforeReply) -> Result<()> {
    let Some(row) = Entity::find_by_id(id).one(tx.conn()).await? else { return Ok(()) };
    if let Kept::Reply(before) = kept(&row)? {
        let mut row = row.into_active_model();
        row.before = Set(serde_json::to_value(Kept::Reply(change(before))).map_err(Error::internal)?);
        row.update(tx.conn()).await?;
    }
    Ok(())
}

async fn keep_until(tx: &Tx<'_>, act: &Act, id: Uuid, kept: Kept, expires_at: DateTime<Utc>) -> Result<()> {
    let before = serde_json::to_value(kept).map_err(Error::internal)?;
    let row = Model { id, staff_id: act.caller.staff_id, before, expires_at };
    row.into_active_model().insert(tx.conn()).await?;
    Ok(())
}

/// Takes a change, a reply or a deletion back. It works once, and only for the person who made it.
pub async fn undo(tx: &Tx<'_>, act: &Act, id: Uuid) -> Result<Undone> {
    let mut row = own(tx, act, id).await?;
    if let Kept::Reply(before) = kept(&row)? {
        // The message is locked first, since the undo of an earlier reply amends this row while it has the message.
        store::locked(tx.conn(), before.message).await?;
        row = own(tx, act, id).await?;
    }
    if Entity::delete_by_id(id).exec(tx.conn()).await?.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    let all = match kept(&row)? {
        Kept::Change(all) => all,
        Kept::Reply(before) => return withdraw::withdraw(tx, act, before).await,
        Kept::Deletion(gone) => return delete::bring_back(tx, act, gone).await,
    };
    let mut undone = Undone { restored: 0, skipped: 0 };
    let mut there = false;
    // Whoever has left since, or may not see messages any more, is given nothing. People are locked before messages
    // everywhere, so that two units cannot wait for each other.
    let readers = change::who_can_be_given(tx.conn(), all.iter().filter_map(|before| before.assigned_to)).await?;
    let zone = act.platform.settings.get().hours.zone();
    for mut before in all {
        before.assigned_to = before.assigned_to.filter(|person| readers.contains(person));
        let message = store::locked(tx.conn(), before.id).await?;
        there |= message.is_some();
        let Some(message) = message.filter(|it| it.version == before.version_after) else {
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
    // Of messages that are deleted, a change can be taken back once they are back.
    if there { Ok(undone) } else { Err(Error::NotFound) }
}

/// What a person can still take back.
async fn own(tx: &Tx<'_>, act: &Act, id: Uuid) -> Result<Model> {
    let row = Entity::find_by_id(id).one(tx.conn()).await?;
    row.filter(|row| row.staff_id == act.caller.staff_id && row.expires_at >= act.now).ok_or(Error::NotFound)
}

fn kept(row: &Model) -> Result<Kept> {
    Kept::deserialize(&row.before).map_err(Error::internal)
}

/// Forgets what can no longer be taken back.
pub async fn forget(app: &App) -> Result<()> {
    app.delete_in_chunks(Entity::find().filter(Column::ExpiresAt.lt(app.clock.now())), Column::Id).await
}
