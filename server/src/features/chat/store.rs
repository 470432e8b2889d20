//! Queries of chats. Lists are in `find.rs`.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::entity::chat_messages::{self as lines, Happened, Sender};
use database::entity::chat_sessions::{self as sessions, Status};
use database::entity::{chat_availability as desk, chat_blocks as blocks, chat_notes as notes, chat_tags as tags};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use crate::cluster::{Chat, Event};
use crate::error::Result;
use crate::storage::Tx;

/// Open sessions that a dashboard is shown at most.
const OPEN: u64 = 1_000;
/// Redacted lines that a client is told of when it comes back.
const REDACTED: u64 = 200;

/// One session, its row locked where the engine locks rows.
pub async fn locked(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<sessions::Model>, DbErr> {
    sessions::Entity::find_by_id(id).lock_exclusive().one(conn).await
}

pub async fn by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<sessions::Model>, DbErr> {
    sessions::Entity::find_by_id(id).one(conn).await
}

pub async fn by_ids(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<sessions::Model>, DbErr> {
    sessions::Entity::find().filter(sessions::Column::SessionId.is_in(ids.iter().copied())).all(conn).await
}

/// The other sessions of a visitor, newest first, at most 20.
pub async fn earlier(conn: &impl ConnectionTrait, row: &sessions::Model) -> Result<Vec<sessions::Model>, DbErr> {
    let mut same = Condition::any().add(sessions::Column::VisitorId.eq(row.visitor_id));
    if let Some(key) = &row.email_key {
        same = same.add(sessions::Column::EmailKey.eq(key));
    }
    sessions::Entity::find()
        .filter(same)
        .filter(sessions::Column::SessionId.ne(row.session_id))
        .order_by_desc(sessions::Column::SessionId)
        .limit(20)
        .all(conn)
        .await
}

/// Makes the row of a session unless it is there.
pub async fn make(conn: &impl ConnectionTrait, row: &sessions::Model) -> Result<bool, DbErr> {
    let once = OnConflict::column(sessions::Column::SessionId).do_nothing().to_owned();
    let made = sessions::Entity::insert(row.clone().into_active_model()).on_conflict(once);
    Ok(made.exec_without_returning(conn).await? > 0)
}

/// Writes a locked session as it is now: the next version.
pub async fn save(tx: &Tx<'_>, mut row: sessions::Model, now: DateTime<Utc>) -> Result<sessions::Model> {
    row.version += 1;
    row.changed_at = now;
    let whole = row.clone().into_active_model().reset_all();
    sessions::Entity::update(whole).exec(tx.conn()).await?;
    tx.publish(Event::Chat(Chat::Changed(row.session_id)));
    Ok(row)
}

/// The sessions that are not over, oldest first.
pub async fn open(conn: &impl ConnectionTrait) -> Result<Vec<sessions::Model>, DbErr> {
    sessions::Entity::find()
        .filter(sessions::Column::Status.ne(Status::Closed))
        .filter(sessions::Column::IsSpam.eq(false))
        .order_by_asc(sessions::Column::SessionId)
        .limit(OPEN)
        .all(conn)
        .await
}

/// The sessions that changed after a moment, by their versions.
pub async fn changed_after(conn: &impl ConnectionTrait, moment: DateTime<Utc>) -> Result<Vec<(Uuid, i64)>, DbErr> {
    sessions::Entity::find()
        .select_only()
        .columns([sessions::Column::SessionId, sessions::Column::Version])
        .filter(sessions::Column::ChangedAt.gt(moment))
        .into_tuple()
        .all(conn)
        .await
}

/// Lines after one, in order.
pub async fn lines_after(
    conn: &impl ConnectionTrait,
    session: Uuid,
    after: i64,
    limit: u64,
) -> Result<Vec<lines::Model>, DbErr> {
    lines::Entity::find()
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::Seq.gt(after))
        .order_by_asc(lines::Column::Seq)
        .limit(limit)
        .all(conn)
        .await
}

/// The newest lines before one, in order.
pub async fn lines_before(
    conn: &impl ConnectionTrait,
    session: Uuid,
    before: i64,
    limit: u64,
) -> Result<Vec<lines::Model>, DbErr> {
    let mut rows = lines::Entity::find()
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::Seq.lt(before))
        .order_by_desc(lines::Column::Seq)
        .limit(limit)
        .all(conn)
        .await?;
    rows.reverse();
    Ok(rows)
}

/// Redacted lines up to one, the newest of them in order.
pub async fn redacted_up_to(conn: &impl ConnectionTrait, session: Uuid, last: i64) -> Result<Vec<lines::Model>, DbErr> {
    let mut rows = lines::Entity::find()
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::Seq.lte(last))
        .filter(lines::Column::RedactedAt.is_not_null())
        .order_by_desc(lines::Column::Seq)
        .limit(REDACTED)
        .all(conn)
        .await?;
    rows.reverse();
    Ok(rows)
}

/// Lines that were redacted lately.
pub async fn redacted_after(
    conn: &impl ConnectionTrait,
    session: Uuid,
    moment: DateTime<Utc>,
) -> Result<Vec<lines::Model>, DbErr> {
    lines::Entity::find()
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::RedactedAt.gte(moment))
        .order_by_asc(lines::Column::Seq)
        .all(conn)
        .await
}

/// The line that a client named so.
pub async fn named(conn: &impl ConnectionTrait, session: Uuid, name: &str) -> Result<Option<lines::Model>, DbErr> {
    lines::Entity::find()
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::ClientId.eq(name))
        .one(conn)
        .await
}

/// Notes after one, in order.
pub async fn notes_after(conn: &impl ConnectionTrait, session: Uuid, after: i64) -> Result<Vec<notes::Model>, DbErr> {
    notes::Entity::find()
        .filter(notes::Column::SessionId.eq(session))
        .filter(notes::Column::NoteSeq.gt(after))
        .order_by_asc(notes::Column::NoteSeq)
        .all(conn)
        .await
}

/// The note that a client named so.
pub async fn named_note(conn: &impl ConnectionTrait, session: Uuid, name: &str) -> Result<Option<notes::Model>, DbErr> {
    notes::Entity::find()
        .filter(notes::Column::SessionId.eq(session))
        .filter(notes::Column::ClientId.eq(name))
        .one(conn)
        .await
}

/// How many lines of a side come after one.
pub async fn count_after(conn: &impl ConnectionTrait, session: Uuid, of: Sender, after: i64) -> Result<i32, DbErr> {
    let found = lines::Entity::find()
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::SenderType.eq(of))
        .filter(lines::Column::Seq.gt(after))
        .count(conn)
        .await?;
    Ok(found.try_into().unwrap_or(i32::MAX))
}

/// Notes when lines of a side were read.
pub async fn mark_read(
    conn: &impl ConnectionTrait,
    session: Uuid,
    of: Sender,
    (after, up_to): (i64, i64),
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    lines::Entity::update_many()
        .col_expr(lines::Column::ReadAt, Expr::value(now))
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::SenderType.eq(of))
        .filter(lines::Column::Seq.gt(after).and(lines::Column::Seq.lte(up_to)))
        .exec(conn)
        .await
        .map(drop)
}

/// Tags of several sessions.
pub async fn tags_of(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, DbErr> {
    let mut found: HashMap<Uuid, Vec<String>> = HashMap::new();
    if !ids.is_empty() {
        let rows = tags::Entity::find().filter(tags::Column::SessionId.is_in(ids.iter().copied()));
        for row in rows.order_by_asc(tags::Column::Tag).all(conn).await? {
            found.entry(row.session_id).or_default().push(row.tag);
        }
    }
    Ok(found)
}

/// Replaces the tags of a session.
pub async fn set_tags(conn: &impl ConnectionTrait, id: Uuid, wanted: &[String]) -> Result<(), DbErr> {
    tags::Entity::delete_many().filter(tags::Column::SessionId.eq(id)).exec(conn).await?;
    if !wanted.is_empty() {
        let rows = wanted.iter().map(|tag| tags::Model { session_id: id, tag: tag.clone() }.into_active_model());
        tags::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Until when a visitor, or whoever comes from that address, may not write.
pub async fn blocked_until(
    conn: &impl ConnectionTrait,
    visitor: Uuid,
    address: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let mut whom = Condition::any().add(blocks::Column::VisitorId.eq(visitor));
    if let Some(address) = address {
        whom = whom.add(blocks::Column::IpAddress.eq(address));
    }
    let found = blocks::Entity::find().filter(whom).filter(blocks::Column::ExpiresAt.gt(now));
    Ok(found.order_by_desc(blocks::Column::ExpiresAt).one(conn).await?.map(|row| row.expires_at))
}

/// Ends the blocks that concern a visitor, or whoever comes from that address.
pub async fn unblock(conn: &impl ConnectionTrait, visitor: Uuid, address: Option<&str>) -> Result<(), DbErr> {
    let mut whom = Condition::any().add(blocks::Column::VisitorId.eq(visitor));
    if let Some(address) = address {
        whom = whom.add(blocks::Column::IpAddress.eq(address));
    }
    blocks::Entity::delete_many().filter(whom).exec(conn).await.map(drop)
}

/// Blocks a visitor, or changes until when.
pub async fn block(conn: &impl ConnectionTrait, row: blocks::Model) -> Result<(), DbErr> {
    let change = OnConflict::column(blocks::Column::VisitorId)
        .update_columns([blocks::Column::ExpiresAt, blocks::Column::IpAddress, blocks::Column::BlockedBy])
        .to_owned();
    blocks::Entity::insert(row.into_active_model()).on_conflict(change).exec_without_returning(conn).await.map(drop)
}

/// Everybody who has said whether they take chats.
pub async fn desk(conn: &impl ConnectionTrait) -> Result<Vec<desk::Model>, DbErr> {
    desk::Entity::find().order_by_asc(desk::Column::StaffId).all(conn).await
}

/// Notes whether a person takes chats; none: only that there is a sign of life of them.
pub async fn be_at_desk(
    conn: &impl ConnectionTrait,
    person: Uuid,
    on: Option<bool>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let Some(on) = on else {
        let known = desk::Entity::update_many()
            .col_expr(desk::Column::SeenAt, Expr::value(now))
            .filter(desk::Column::StaffId.eq(person));
        return known.exec(conn).await.map(drop);
    };
    let row = desk::Model { staff_id: person, is_available: on, seen_at: now, given_at: None };
    let change = OnConflict::column(desk::Column::StaffId)
        .update_columns([desk::Column::IsAvailable, desk::Column::SeenAt])
        .to_owned();
    desk::Entity::insert(row.into_active_model()).on_conflict(change).exec_without_returning(conn).await.map(drop)
}

/// Those who take chats and had a sign of life since a moment; their rows stay locked until the unit ends.
pub async fn at_desk(conn: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<desk::Model>, DbErr> {
    desk::Entity::find()
        .filter(desk::Column::IsAvailable.eq(true))
        .filter(desk::Column::SeenAt.gte(since))
        .order_by_asc(desk::Column::StaffId)
        .lock_exclusive()
        .all(conn)
        .await
}

/// Notes that a person got a session by itself.
pub async fn note_given(conn: &impl ConnectionTrait, person: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    desk::Entity::update_many()
        .col_expr(desk::Column::GivenAt, Expr::value(now))
        .filter(desk::Column::StaffId.eq(person))
        .exec(conn)
        .await
        .map(drop)
}

/// Sessions that wait for somebody, those first that have waited longest.
pub async fn waiting(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    sessions::Entity::find()
        .select_only()
        .column(sessions::Column::SessionId)
        .filter(sessions::Column::Status.eq(Status::Waiting))
        .filter(sessions::Column::IsSpam.eq(false))
        .order_by_asc(sessions::Column::WaitingSince)
        .order_by_asc(sessions::Column::SessionId)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// Who gave a session back to the queue, or let its visitor wait, if nothing has happened to it since.
pub async fn passed_on_by(conn: &impl ConnectionTrait, session: Uuid) -> Result<Option<Uuid>, DbErr> {
    let newest = lines::Entity::find()
        .filter(lines::Column::SessionId.eq(session))
        .filter(lines::Column::Event.is_not_null())
        .order_by_desc(lines::Column::Seq)
        .one(conn)
        .await?;
    let passed_on = newest.filter(|line| matches!(line.event, Some(Happened::Released | Happened::Requeued)));
    Ok(passed_on.and_then(|line| line.sender_id))
}

/// How many active sessions people have.
pub async fn active_by_staff(conn: &impl ConnectionTrait) -> Result<HashMap<Uuid, i32>, DbErr> {
    let rows: Vec<(Option<Uuid>, i64)> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::StaffId)
        .column_as(sessions::Column::SessionId.count(), "sessions")
        .filter(sessions::Column::Status.eq(Status::Active))
        .group_by(sessions::Column::StaffId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(who, many)| Some((who?, many.try_into().unwrap_or(i32::MAX)))).collect())
}
