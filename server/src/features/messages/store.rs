//! Queries of messages and of what hangs on them, and counts. Lists are in `find.rs`, what is over in `expiry.rs`.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use database::entity::messages::{self, ActiveModel, Column, Entity, Model, Status};
use database::entity::{message_notes, message_replies, message_tags, sample_rows};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Query};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
};
use uuid::Uuid;

use super::lines::{self, Line};
use super::status::IN_HAND;
use super::tally::{self, Counted};
use crate::error::{Error, Result};
use crate::platform::{entity, files};
use crate::storage::{Tx, search_text};

/// Messages whose first answer went out between two moments.
pub(super) fn answered_in(from: DateTime<Utc>, until: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::FirstRepliedAt.gte(from)).add(Column::FirstRepliedAt.lt(until))
}

/// Messages of clients: those of the sample data are left out.
pub(super) fn of_clients() -> Condition {
    let samples = Query::select().column(sample_rows::Column::Id).from(sample_rows::Entity).take();
    Condition::all().add(Column::Id.not_in_subquery(samples))
}

/// True if there is a message.
///
/// # Errors
/// The database is unavailable.
pub async fn any(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let first: Option<Uuid> = Entity::find().select_only().column(Column::Id).into_tuple().one(conn).await?;
    Ok(first.is_some())
}

/// Which of these messages are sample data.
pub async fn samples_among(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, DbErr> {
    let marked: Vec<Uuid> = sample_rows::Entity::find()
        .select_only()
        .column(sample_rows::Column::Id)
        .filter(sample_rows::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(marked.into_iter().collect())
}

/// Arrival and first reply of the newest first replies of a period.
pub async fn newest_first_answers(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    which: Condition,
    limit: u64,
) -> Result<Vec<(DateTime<Utc>, DateTime<Utc>)>, DbErr> {
    Entity::find()
        .filter(answered_in(from, until))
        .filter(which)
        .select_only()
        .columns([Column::CreatedAt, Column::FirstRepliedAt])
        .order_by_desc(Column::FirstRepliedAt)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// Who wrote these messages, by the ids of the messages.
pub async fn client_names(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let pairs: Vec<(Uuid, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(pairs.into_iter().collect())
}

/// One message, its row locked where the engine locks rows.
pub async fn locked(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<messages::Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(conn).await
}

pub async fn replies_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<message_replies::Model>, DbErr> {
    message_replies::Entity::find()
        .filter(message_replies::Column::MessageId.eq(id))
        .order_by_asc(message_replies::Column::Id)
        .all(conn)
        .await
}

/// True if the client or another person has replied after that line.
pub async fn somebody_wrote_after(
    conn: &impl ConnectionTrait,
    message: Uuid,
    line: Uuid,
    person: Uuid,
) -> Result<bool, DbErr> {
    let theirs = Condition::any()
        .add(message_replies::Column::StaffId.is_null())
        .add(message_replies::Column::StaffId.ne(person));
    let found: Option<Uuid> = message_replies::Entity::find()
        .select_only()
        .column(message_replies::Column::Id)
        .filter(message_replies::Column::MessageId.eq(message))
        .filter(message_replies::Column::Id.gt(line))
        .filter(theirs)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(found.is_some())
}

/// The newest answer of a conversation.
pub async fn last_reply_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<message_replies::Model>, DbErr> {
    let answers = message_replies::Entity::find().filter(message_replies::Column::MessageId.eq(id));
    answers.order_by_desc(message_replies::Column::Id).one(conn).await
}

pub async fn notes_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<message_notes::Model>, DbErr> {
    message_notes::Entity::find()
        .filter(message_notes::Column::MessageId.eq(id))
        .order_by_asc(message_notes::Column::Id)
        .all(conn)
        .await
}

/// Tags of several messages.
pub async fn tags_of(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<String>>, DbErr> {
    let mut tags: HashMap<Uuid, Vec<String>> = HashMap::new();
    if !ids.is_empty() {
        for row in message_tags::Entity::find().filter(message_tags::Column::MessageId.is_in(ids)).all(conn).await? {
            tags.entry(row.message_id).or_default().push(row.tag);
        }
    }
    for list in tags.values_mut() {
        list.sort_unstable();
    }
    Ok(tags)
}

/// Replaces the tags of a message, which stands at `activity_id` in lists.
pub async fn set_tags(conn: &impl ConnectionTrait, id: Uuid, activity_id: Uuid, tags: &[String]) -> Result<(), DbErr> {
    message_tags::Entity::delete_many().filter(message_tags::Column::MessageId.eq(id)).exec(conn).await?;
    if !tags.is_empty() {
        let rows = tags
            .iter()
            .map(|tag| message_tags::Model { message_id: id, tag: tag.clone(), activity_id }.into_active_model());
        message_tags::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// The words by which a message is found, with those that came into its thread.
pub fn with_words(known: &str, added: &str) -> String {
    format!("{known}{}", search_text([added]).trim_start())
}

/// The words by which a message is found, from all that is there: after something was taken out of its thread.
pub async fn read_words_again(conn: &impl ConnectionTrait, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let Some(message) = locked(conn, id).await? else { return Ok(()) };
    let own = [Some(&message.name), Some(&message.email), message.phone.as_ref(), message.company.as_ref()];
    let (replies, notes) = (replies_of(conn, id).await?, notes_of(conn, id).await?);
    let files = files::of(conn, (entity::Entity::Message, id), now).await?;
    let own = own.into_iter().flatten().chain([&message.message]).map(String::as_str);
    let thread = replies.iter().map(|it| it.content.as_str()).chain(notes.iter().map(|it| it.content.as_str()));
    let thread = thread.chain(files.iter().map(|it| it.name.as_str()));
    let words = search_text(own.chain(thread));
    Entity::update_many()
        .col_expr(Column::SearchText, Expr::value(words))
        .filter(Column::Id.eq(id))
        .exec(conn)
        .await
        .map(drop)
}

/// Notes a reply of the client, which is found by those words: the message is open again, and nobody waits for a day any
/// more to see it.
pub async fn client_answered(tx: &Tx<'_>, reply: &message_replies::Model, words: &str) -> Result<()> {
    let (id, now) = (reply.message_id, reply.created_at);
    let Some(message) = locked(tx.conn(), id).await? else { return Err(Error::NotFound) };
    let status = match message.status {
        Status::New => Status::New,
        _ => Status::InProgress,
    };
    let count = message.reply_count + 1;
    let words = with_words(&message.search_text, words);
    // Whoever has not heard from us has waited since before this line.
    let waiting =
        if message.undelivered { lines::waits_since(tx.conn(), id, status, true).await? } else { message.waiting_id };
    amend(tx, message, |row| {
        lines::set_newest(row, &Line::of_reply(reply));
        row.waiting_id = Set(waiting.or(Some(reply.id)));
        row.snoozed_until = Set(None);
        row.search_text = Set(words);
        row.status = Set(status);
        row.client_replied_at = Set(Some(now));
        row.last_activity_at = Set(now);
        row.reply_count = Set(count);
    })
    .await
}

/// Changes the row of a locked message: the next version, counted where it stands then, its tags beside it.
pub async fn amend(tx: &Tx<'_>, message: Model, change: impl FnOnce(&mut ActiveModel)) -> Result<()> {
    let (before, place) = (Counted::from(&message), message.activity_id);
    let version = message.version + 1;
    let mut row = message.into_active_model();
    change(&mut row);
    row.version = Set(version);
    let after = row.update(tx.conn()).await?;
    tally::changed(tx, before, Counted::from(&after));
    if after.activity_id != place {
        lines::move_tags(tx.conn(), after.id, after.activity_id).await?;
    }
    Ok(())
}

/// Which messages of a person are open.
pub fn open_of(person: Uuid) -> Condition {
    Condition::all().add(Column::AssignedTo.eq(person)).add(Column::Status.is_in(IN_HAND))
}

/// Writes another assignee into the open messages of a person; answers which they were.
pub async fn reassign_open(
    tx: &Tx<'_>,
    from: Uuid,
    to: Option<Uuid>,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    let rows = locked_places(tx.conn(), open_of(from), Some(limit)).await?;
    tally::reassigned(tx, rows.iter().map(|(_, place)| *place), from, to);
    let ids: Vec<Uuid> = rows.into_iter().map(|(id, _)| id).collect();
    for some in ids.chunks(500) {
        Entity::update_many()
            .col_expr(Column::AssignedTo, Expr::value(to))
            .col_expr(Column::LastActivityAt, Expr::value(now))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.is_in(some.iter().copied()))
            .exec(tx.conn())
            .await?;
    }
    Ok(ids)
}

/// Makes all messages of people who are deleted nobody's.
pub async fn release(tx: &Tx<'_>, people: &[Uuid]) -> Result<(), DbErr> {
    for person in people {
        let rows = locked_places(tx.conn(), Condition::all().add(Column::AssignedTo.eq(*person)), None).await?;
        tally::reassigned(tx, rows.iter().map(|(_, place)| *place), *person, None);
        // By their ids: what was assigned in between is not counted here.
        let ids: Vec<Uuid> = rows.into_iter().map(|(id, _)| id).collect();
        for some in ids.chunks(500) {
            Entity::update_many()
                .col_expr(Column::AssignedTo, Expr::value(Option::<Uuid>::None))
                .filter(Column::Id.is_in(some.iter().copied()))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(())
}

/// Messages with where they stand, their rows locked where the engine locks rows.
async fn locked_places(
    conn: &impl ConnectionTrait,
    which: Condition,
    limit: Option<u64>,
) -> Result<Vec<(Uuid, (Status, bool))>, DbErr> {
    let rows = Entity::find().select_only().columns([Column::Id, Column::Status, Column::SnoozedUntil]).filter(which);
    let rows: Vec<(Uuid, Status, Option<DateTime<Utc>>)> =
        rows.order_by_asc(Column::Id).limit(limit).lock_exclusive().into_tuple().all(conn).await?;
    Ok(rows.into_iter().map(|(id, status, until)| (id, (status, until.is_some()))).collect())
}
