//! What each person has read: whatever came before their mark. Without a mark, what came before the day on which they
//! joined, or on which they marked everything as read.

use std::collections::BTreeSet;

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::{inbox_reads, message_reads, messages, staff};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _, QuerySelect as _, Set};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::error::Result;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Json, Nothing, Problem};
use crate::ids::time_of;
use crate::platform::auth::{Caller, demand};
use crate::platform::permission::Permission;

/// Messages of one request.
const MOST: usize = 100;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(mark_messages)))
        .routes(demand(Permission::Messages, routes!(mark_all_messages)))
}

/// Up to when a person has read a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Of this message.
    pub own: Option<DateTime<Utc>>,
    /// Of all that have no mark of their own.
    pub all: Option<DateTime<Utc>>,
}

impl Seen {
    /// True if `newest`, the newest line of the client, is one that the person has not read.
    pub fn is_before(self, newest: DateTime<Utc>, person: Uuid) -> bool {
        match self.own {
            Some(own) => newest > own,
            None => newest >= self.all.unwrap_or_else(|| time_of(person)),
        }
    }
}

/// The marks of a person, as columns of a query over messages.
pub fn columns(person: Uuid) -> [(&'static str, Expr); 2] {
    let own = Query::select()
        .column(message_reads::Column::SeenAt)
        .from(message_reads::Entity)
        .and_where(
            Expr::col((message_reads::Entity, message_reads::Column::MessageId))
                .equals((messages::Entity, messages::Column::Id)),
        )
        .and_where(message_reads::Column::StaffId.eq(person))
        .take();
    let all = Query::select()
        .column(inbox_reads::Column::SeenAt)
        .from(inbox_reads::Entity)
        .and_where(inbox_reads::Column::StaffId.eq(person))
        .take();
    let of = |select: sea_orm::sea_query::SelectStatement| Expr::SubQuery(None, Box::new(select.into()));
    [("seen_own", of(own)), ("seen_all", of(all))]
}

/// The marks of a person for one message.
pub async fn seen(conn: &impl ConnectionTrait, message: Uuid, person: Uuid) -> Result<Seen, DbErr> {
    let own = message_reads::Entity::find_by_id((message, person)).one(conn).await?;
    let all = inbox_reads::Entity::find_by_id(person).one(conn).await?;
    Ok(Seen { own: own.map(|it| it.seen_at), all: all.map(|it| it.seen_at) })
}

/// Sets the mark of a person. It is no change of the message, so its version stays.
pub async fn mark(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
    person: Uuid,
    seen_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows = ids.into_iter().map(|id| message_reads::ActiveModel {
        message_id: Set(id),
        staff_id: Set(person),
        seen_at: Set(seen_at),
    });
    let key = [message_reads::Column::MessageId, message_reads::Column::StaffId];
    let replace = OnConflict::columns(key).update_column(message_reads::Column::SeenAt).to_owned();
    message_reads::Entity::insert_many(rows).on_conflict(replace).exec_without_returning(conn).await.map(drop)
}

/// Makes messages unread for everybody who works here.
pub async fn mark_unread(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<(), DbErr> {
    let people: Vec<Uuid> = staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::IsActive.eq(true))
        .into_tuple()
        .all(conn)
        .await?;
    for person in people.iter().filter(|_| !ids.is_empty()) {
        mark(conn, ids.iter().copied(), *person, DateTime::UNIX_EPOCH).await?;
    }
    Ok(())
}

/// Deletes the marks of messages that go.
pub async fn delete(conn: &impl ConnectionTrait, messages: Vec<Uuid>) -> Result<(), DbErr> {
    let rows = message_reads::Entity::delete_many().filter(message_reads::Column::MessageId.is_in(messages));
    rows.exec(conn).await.map(drop)
}

/// Which messages the caller has read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// 1 to 100. Those that do not exist are ignored.
    pub ids: Vec<Uuid>,
    /// False: mark them as unread.
    pub read: bool,
}

/// Marks messages as read or unread, for the caller alone.
#[utoipa::path(put, path = "/api/admin/messages/read", tag = "messages", request_body = Marking,
    responses((status = 200, body = Envelope<Nothing>), (status = 422, body = Problem)))]
async fn mark_messages(State(app): State<App>, caller: Caller, Json(marking): Json<Marking>) -> Result<Data<Nothing>> {
    let mut check = Check::new();
    if marking.ids.is_empty() || marking.ids.len() > MOST {
        check.refuse("ids", "invalid", "Choose 1 to 100 messages.");
    }
    check.done()?;
    let seen_at = if marking.read { app.clock.now() } else { DateTime::UNIX_EPOCH };
    let ids: BTreeSet<Uuid> = marking.ids.into_iter().collect();
    app.storage
        .write((ids, caller), move |tx, (ids, caller)| {
            Box::pin(async move {
                let known: Vec<Uuid> = messages::Entity::find()
                    .select_only()
                    .column(messages::Column::Id)
                    .filter(messages::Column::Id.is_in(ids.iter().copied()))
                    .into_tuple()
                    .all(tx.conn())
                    .await?;
                if !known.is_empty() {
                    mark(tx.conn(), known, caller.staff_id, seen_at).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Marks every message as read, for the caller alone.
#[utoipa::path(put, path = "/api/admin/messages/read-all", tag = "messages",
    responses((status = 200, body = Envelope<Nothing>)))]
async fn mark_all_messages(State(app): State<App>, caller: Caller) -> Result<Data<Nothing>> {
    // Of this very moment, too.
    let seen_at = app.clock.now() + chrono::Duration::microseconds(1);
    app.storage
        .write(caller, move |tx, caller| {
            Box::pin(async move {
                let person = caller.staff_id;
                message_reads::Entity::delete_many()
                    .filter(message_reads::Column::StaffId.eq(person))
                    .exec(tx.conn())
                    .await?;
                let row = inbox_reads::ActiveModel { staff_id: Set(person), seen_at: Set(seen_at) };
                let replace = OnConflict::column(inbox_reads::Column::StaffId)
                    .update_column(inbox_reads::Column::SeenAt)
                    .to_owned();
                inbox_reads::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.conn()).await?;
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unread_is_what_came_after_the_mark_or_since_the_person_joined() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let person = crate::ids::first_of(at("2026-03-01T09:00:00Z"));
        let (before, then, after) =
            (at("2026-03-01T08:59:59Z"), at("2026-03-01T09:00:00Z"), at("2026-03-01T09:00:01Z"));
        let unread = |own, all, newest| Seen { own, all }.is_before(newest, person);
        assert!(!unread(None, None, before) && unread(None, None, then));
        assert!(!unread(None, Some(after), then) && unread(None, Some(after), after));
        assert!(unread(Some(before), Some(after), then), "the mark of the message counts alone");
        assert!(!unread(Some(then), None, then) && unread(Some(then), None, after));
        assert!(unread(Some(DateTime::UNIX_EPOCH), None, before));
    }
}
