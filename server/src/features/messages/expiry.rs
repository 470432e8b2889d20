//! Queries of what is kept no longer: which messages, how many, and how they go.

use chrono::{DateTime, Utc};
use database::entity::messages::{Column, Entity, Status};
use database::entity::{message_notes, message_replies, message_tags};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::reads;
use super::settings::Keeping;
use super::tally::{self, Counted};
use crate::error::Result;
use crate::ids::first_of;
use crate::platform::slice::Retention;
use crate::platform::{entity, files, mail, notices};
use crate::storage::Tx;

/// What the settings say of messages. The clean-up does what is counted here.
pub const RETENTION: [Retention; 3] = [
    Retention {
        key: "privacy.senderDays",
        before: |settings, now| Some(settings.part::<Keeping>().senders_before(now)),
        count: |conn, before, limit| Box::pin(counted(conn, with_sender(before), limit)),
    },
    Retention {
        key: "privacy.spamDays",
        before: |settings, now| settings.part::<Keeping>().spam_before(now),
        count: |conn, before, limit| Box::pin(counted(conn, spam(before), limit)),
    },
    Retention {
        key: "privacy.messageDays",
        before: |settings, now| settings.part::<Keeping>().messages_before(now),
        count: |conn, before, limit| Box::pin(counted(conn, finished(before), limit)),
    },
];

async fn counted(conn: &DatabaseConnection, which: Condition, limit: u64) -> Result<u64> {
    Ok(count(conn, which, limit).await?)
}

/// Spam that came before a moment.
pub fn spam(before: DateTime<Utc>) -> Condition {
    Condition::all().add(Column::Status.eq(Status::Spam)).add(Column::Id.lt(first_of(before)))
}

/// Conversations without anything new since a moment, in which nobody waits for anything.
pub fn finished(before: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::Status.is_in([Status::Replied, Status::Converted, Status::Archived]))
        .add(Column::Id.lt(first_of(before)))
        .add(Column::LastActivityAt.lt(before))
}

/// Messages that came before a moment and still say from where. The index `messages_with_sender` holds just these.
pub fn with_sender(before: DateTime<Utc>) -> Condition {
    let known = Condition::any().add(Column::IpAddress.is_not_null()).add(Column::UserAgent.is_not_null());
    Condition::all().add(Column::Id.lt(first_of(before))).add(known)
}

/// Their ids, at most `limit`.
pub async fn ids(conn: &impl ConnectionTrait, which: Condition, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    Entity::find().select_only().column(Column::Id).filter(which).limit(limit).into_tuple().all(conn).await
}

/// The same, their rows locked where the engine locks rows: what was answered meanwhile is finished no more, and is not
/// among them.
pub async fn locked_ids(conn: &impl ConnectionTrait, which: Condition, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let query = Entity::find().select_only().column(Column::Id).filter(which).limit(limit).lock_exclusive();
    query.into_tuple().all(conn).await
}

/// How many there are, at most `limit`.
async fn count(conn: &impl ConnectionTrait, which: Condition, limit: u64) -> Result<u64, DbErr> {
    Ok(ids(conn, which, limit).await?.len() as u64)
}

/// Forgets from where old messages came; answers how many there were. In chunks, so that nobody waits for it.
pub async fn forget_senders(conn: &impl ConnectionTrait, before: DateTime<Utc>, limit: u64) -> Result<u64, DbErr> {
    let query = Entity::find().select_only().column(Column::Id).filter(with_sender(before));
    let ids: Vec<Uuid> = query.order_by_asc(Column::Id).limit(limit).into_tuple().all(conn).await?;
    let found = ids.len() as u64;
    if found > 0 {
        Entity::update_many()
            .col_expr(Column::IpAddress, Expr::value(Option::<String>::None))
            .col_expr(Column::UserAgent, Expr::value(Option::<String>::None))
            .filter(Column::Id.is_in(ids))
            .exec(conn)
            .await?;
    }
    Ok(found)
}

/// Deletes messages with their answers, notes, tags, mails and notices. Their files go at that moment.
pub async fn delete(tx: &Tx<'_>, ids: Vec<Uuid>, files_go: DateTime<Utc>) -> Result<(), DbErr> {
    if ids.is_empty() {
        return Ok(());
    }
    let conn = tx.conn();
    let gone: Vec<Counted> = Entity::find()
        .select_only()
        .columns([Column::Status, Column::AssignedTo, Column::CreatedAt, Column::FirstRepliedAt, Column::SnoozedUntil])
        .filter(Column::Id.is_in(ids.clone()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_model()
        .all(conn)
        .await?;
    for message in gone {
        tally::removed(tx, message);
    }
    reads::delete(conn, ids.clone()).await?;
    files::drop_of(conn, entity::Entity::Message, ids.clone(), files_go).await?;
    mail::delete_of_entities(conn, ids.clone()).await?;
    notices::delete_of_entities(conn, ids.clone()).await?;
    let of = message_tags::Column::MessageId.is_in(ids.clone());
    message_tags::Entity::delete_many().filter(of).exec(conn).await?;
    let of = message_notes::Column::MessageId.is_in(ids.clone());
    message_notes::Entity::delete_many().filter(of).exec(conn).await?;
    let of = message_replies::Column::MessageId.is_in(ids.clone());
    message_replies::Entity::delete_many().filter(of).exec(conn).await?;
    Entity::delete_many().filter(Column::Id.is_in(ids)).exec(conn).await.map(drop)
}
