//! Rows of samples: each is recorded when written, and found again by that record.

use chrono::{DateTime, Utc};
use database::entity::messages::Status;
use database::entity::{
    canned_replies, chat_messages, chat_sessions, chat_tags, message_notes, message_replies, message_tags, messages,
    notification_preferences, notifications, one_time_tokens, sample_rows, staff, staff_avatars,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter as _, QuerySelect as _,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::maker::{Conversation, NO_PASSWORD};
use super::talks::Talk;
use crate::cluster::Event;
use crate::error::Result;
use crate::features::{chat, messages as inbox};
use crate::platform::{Platform, mail, marks};
use crate::storage::Tx;

const MESSAGE: &str = "message";
const CHAT: &str = "chat";
const CANNED: &str = "canned";
const STAFF: &str = "staff";

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Removed {
    pub messages: u64,
    pub chats: u64,
    pub staff: u64,
    pub canned_replies: u64,
}

/// True if there is sample data.
pub async fn any(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let first: Option<Uuid> = sample_rows::Entity::find()
        .select_only()
        .column(sample_rows::Column::Id)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(first.is_some())
}

/// True if there is no sample data yet, and it would stand beside messages of clients.
///
/// # Errors
/// The database is unavailable.
pub async fn would_be_beside_clients(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(!any(conn).await? && inbox::any(conn).await?)
}

async fn mark(conn: &impl ConnectionTrait, kind: &str, ids: Vec<Uuid>) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = ids.into_iter().map(|id| sample_rows::Model { kind: kind.to_owned(), id }.into_active_model());
    sample_rows::Entity::insert_many(rows).exec_without_returning(conn).await.map(drop)
}

async fn marked(conn: &impl ConnectionTrait, kind: &str, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    sample_rows::Entity::find()
        .select_only()
        .column(sample_rows::Column::Id)
        .filter(sample_rows::Column::Kind.eq(kind))
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// The sample people.
pub async fn people(conn: &impl ConnectionTrait) -> Result<Vec<Uuid>, DbErr> {
    marked(conn, STAFF, 1_000).await
}

/// Up to `limit` of the sample messages.
pub async fn some_messages(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    marked(conn, MESSAGE, limit).await
}

async fn unmark(conn: &impl ConnectionTrait, kind: &str, ids: Vec<Uuid>) -> Result<(), DbErr> {
    sample_rows::Entity::delete_many()
        .filter(sample_rows::Column::Kind.eq(kind))
        .filter(sample_rows::Column::Id.is_in(ids))
        .exec(conn)
        .await
        .map(drop)
}

/// Inserts people, and canned replies whose shortcut is still free.
pub async fn insert_people(tx: &Tx<'_>, people: &[staff::Model], canned: &[canned_replies::Model]) -> Result<()> {
    let conn = tx.conn();
    mark(conn, STAFF, people.iter().map(|person| person.id).collect()).await?;
    insert_all::<staff::Entity, _>(conn, people.iter().cloned()).await?;
    for reply in canned {
        let taken = canned_replies::Entity::find()
            .filter(canned_replies::Column::Shortcut.eq(&reply.shortcut))
            .one(conn)
            .await?;
        if taken.is_none() {
            mark(conn, CANNED, vec![reply.id]).await?;
            canned_replies::Entity::insert(reply.clone().into_active_model()).exec_without_returning(conn).await?;
        }
    }
    Ok(())
}

/// Inserts messages with everything attached to them.
pub async fn insert(tx: &Tx<'_>, chunk: &[Conversation]) -> Result<()> {
    let conn = tx.conn();
    mark(conn, MESSAGE, chunk.iter().map(|it| it.message.id).collect()).await?;
    insert_all::<messages::Entity, _>(conn, chunk.iter().map(|it| it.message.clone())).await?;
    for it in chunk {
        inbox::count_added(tx, &it.message);
    }
    insert_all::<message_replies::Entity, _>(conn, chunk.iter().flat_map(|it| it.replies.clone())).await?;
    insert_all::<message_notes::Entity, _>(conn, chunk.iter().flat_map(|it| it.notes.clone())).await?;
    insert_all::<message_tags::Entity, _>(conn, chunk.iter().flat_map(|it| it.tags.clone())).await?;
    let new = chunk.iter().filter(|it| it.message.status == Status::New).map(|it| it.message.id);
    inbox::mark_unread(conn, new.collect()).await?;
    Ok(())
}

/// Inserts chats with everything attached to them.
pub async fn insert_talks(tx: &Tx<'_>, chunk: &[Talk]) -> Result<()> {
    let conn = tx.conn();
    mark(conn, CHAT, chunk.iter().map(|it| it.session.session_id).collect()).await?;
    insert_all::<chat_sessions::Entity, _>(conn, chunk.iter().map(|it| it.session.clone())).await?;
    insert_all::<chat_messages::Entity, _>(conn, chunk.iter().flat_map(|it| it.lines.clone())).await?;
    Ok(insert_all::<chat_tags::Entity, _>(conn, chunk.iter().flat_map(|it| it.tags.clone())).await?)
}

async fn insert_all<E, M>(conn: &impl ConnectionTrait, rows: impl Iterator<Item = M>) -> Result<(), DbErr>
where
    E: EntityTrait<Model = M>,
    M: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let rows: Vec<E::ActiveModel> = rows.map(IntoActiveModel::into_active_model).collect();
    if rows.is_empty() {
        return Ok(());
    }
    E::insert_many(rows).exec_without_returning(conn).await.map(drop)
}

/// Announces that much has changed: the inbox and the response times.
pub fn announce(tx: &Tx<'_>) {
    tx.publish(Event::Everything);
}

/// Deletes up to `limit` messages with everything attached to them; returns how many.
pub async fn remove_messages(tx: &Tx<'_>, limit: u64, now: DateTime<Utc>) -> Result<u64> {
    let conn = tx.conn();
    let ids = marked(conn, MESSAGE, limit).await?;
    let count = ids.len() as u64;
    if count > 0 {
        inbox::delete_messages(tx, ids.clone(), now).await?;
        unmark(conn, MESSAGE, ids).await?;
    }
    Ok(count)
}

/// Deletes up to `limit` chats with everything attached to them; returns how many.
pub async fn remove_talks(tx: &Tx<'_>, limit: u64, now: DateTime<Utc>) -> Result<u64> {
    let conn = tx.conn();
    let ids = marked(conn, CHAT, limit).await?;
    let count = ids.len() as u64;
    if count > 0 {
        chat::delete_chats(tx, ids.clone(), now).await?;
        unmark(conn, CHAT, ids).await?;
    }
    Ok(count)
}

/// Deletes people who never got a password and texts that nobody has changed; returns how many of each. What someone
/// has made their own stays and is no longer a sample.
pub async fn remove_people(tx: &Tx<'_>, platform: &Platform) -> Result<(u64, u64)> {
    let conn = tx.conn();
    let canned = canned_replies::Entity::delete_many()
        .filter(canned_replies::Column::Id.is_in(marked(conn, CANNED, 1_000).await?))
        .filter(canned_replies::Column::UpdatedBy.is_null())
        .exec(conn)
        .await?;
    let people: Vec<Uuid> = staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::Id.is_in(marked(conn, STAFF, 1_000).await?))
        .filter(staff::Column::PasswordHash.eq(NO_PASSWORD))
        .into_tuple()
        .all(conn)
        .await?;
    release(tx, platform, &people).await?;
    let gone = staff::Entity::delete_many().filter(staff::Column::Id.is_in(people)).exec(conn).await?;
    sample_rows::Entity::delete_many().filter(sample_rows::Column::Kind.is_in([CANNED, STAFF])).exec(conn).await?;
    Ok((gone.rows_affected, canned.rows_affected))
}

/// Detaches what refers to people: client messages assigned to them become unassigned, their chats wait again, and a picture that an admin gave
/// them is deleted.
async fn release(tx: &Tx<'_>, platform: &Platform, people: &[Uuid]) -> Result<()> {
    let conn = tx.conn();
    inbox::release(tx, people).await?;
    chat::release(tx, platform, people).await?;
    let people = people.to_vec();
    one_time_tokens::Entity::delete_many()
        .filter(one_time_tokens::Column::StaffId.is_in(people.clone()))
        .exec(conn)
        .await?;
    notifications::Entity::delete_many()
        .filter(notifications::Column::StaffId.is_in(people.clone()))
        .exec(conn)
        .await?;
    notification_preferences::Entity::delete_many()
        .filter(notification_preferences::Column::StaffId.is_in(people.clone()))
        .exec(conn)
        .await?;
    staff_avatars::Entity::delete_many()
        .filter(staff_avatars::Column::StaffId.is_in(people.clone()))
        .exec(conn)
        .await?;
    marks::forget(conn, &people).await?;
    mail::delete_of_entities(conn, people).await?;
    Ok(())
}
