//! Senders that staff have blocked: what they write is spam.

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use chrono::{DateTime, Utc};
use database::entity::blocked_senders::{Column, Entity, Model};
use database::entity::messages::Status;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::api::with_etag;
use super::change::{self, Change, Tagging};
use super::view::{self, MessageDetail, Person};
use super::{store, undo};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{All, Data, Envelope, Id, IfMatch, Nothing, Problem, RequestInfo, Tagged};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand};
use crate::platform::entity;
use crate::platform::permission::Permission;
use crate::platform::staff as people;
use crate::storage::Tx;

/// The notice that says that the list is another.
pub const CHANGED: &str = "senders_changed";
/// Senders that can be blocked: all of them are kept in memory.
const MOST: u64 = 5_000;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(block_sender, unblock_sender)))
        .routes(demand(Permission::Messages, routes!(list_blocked_senders)))
        .routes(demand(Permission::Messages, routes!(delete_blocked_sender)))
}

/// A sender whose messages are spam.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlockedSender {
    pub id: Uuid,
    pub email: String,
    /// Null when the person is gone.
    pub blocked_by: Option<Person>,
    pub created_at: DateTime<Utc>,
}

impl BlockedSender {
    fn of(row: Model, names: &HashMap<Uuid, String>) -> Self {
        let blocked_by = row.blocked_by.and_then(|id| names.get(&id).map(|name| Person { id, name: name.clone() }));
        Self { id: row.id, email: row.email, blocked_by, created_at: row.created_at }
    }
}

/// True when staff blocked this address.
pub async fn is_blocked(app: &App, email_key: &str) -> Result<bool> {
    let read = async |(): &()| keys(app.storage.read()).await;
    Ok(app.inbox.blocked.get((), read).await?.contains(&one_person(email_key)))
}

/// The key of all addresses that one person makes of one mailbox without asking anybody: compatibility forms, what
/// follows a plus (RFC 5233), and the dots that Gmail ignores.
fn one_person(email_key: &str) -> String {
    let folded: String = email_key.nfkc().flat_map(char::to_lowercase).collect();
    let Some((name, domain)) = folded.rsplit_once('@') else { return folded };
    let name = name.split('+').next().unwrap_or_default();
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
        _ => format!("{name}@{domain}"),
    }
}

async fn keys(conn: &impl ConnectionTrait) -> Result<HashSet<String>, DbErr> {
    let keys: Vec<String> = Entity::find().select_only().column(Column::EmailKey).into_tuple().all(conn).await?;
    Ok(keys.into_iter().collect())
}

/// Blocks the sender of a message, and moves the message to spam. Later messages from that address are stored as spam.
#[utoipa::path(post, path = "/api/admin/messages/{id}/block-sender", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<MessageDetail>), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn block_sender(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Tagged<Data<MessageDetail>>> {
    let act = Act::new(&app, caller, info);
    let me = act.caller.staff_id;
    let row_id = app.ids.next(act.now);
    let undo_id = app
        .storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                let message = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                let row = Model {
                    id: row_id,
                    email: message.email.clone(),
                    email_key: one_person(&message.email_key),
                    blocked_by: Some(act.caller.staff_id),
                    created_at: act.now,
                };
                // Twice is once, also for two people at the same moment.
                let once = OnConflict::column(Column::EmailKey).do_nothing().to_owned();
                let insert = Entity::insert(row.into_active_model()).on_conflict(once);
                let fresh = insert.exec_without_returning(tx.conn()).await? == 1;
                if fresh {
                    if Entity::find().count(tx.conn()).await? > MOST {
                        return Err(Error::Conflict(
                            "The list of blocked senders is full. Unblock some that no longer write.".into(),
                        ));
                    }
                    act.note(tx, "message.sender_blocked", (entity::Entity::Message, id), Changes::none());
                    announce(tx);
                }
                let change = Change { status: Some(Status::Spam), ..Change::default() };
                let mut before = change::apply(tx, act, id, &change, &Tagging::default(), &IfMatch::default()).await?;
                if let Some(before) = before.as_mut().filter(|_| fresh) {
                    before.blocked = Some(row_id);
                }
                undo::keep(tx, act, before.into_iter().collect()).await
            })
        })
        .await?;
    let mut detail = view::detail(&app, me, id).await?;
    detail.undo_id = undo_id;
    Ok(with_etag(detail))
}

/// Takes the block off the sender of a message. The message stays where it is.
#[utoipa::path(delete, path = "/api/admin/messages/{id}/block-sender", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<MessageDetail>), (status = 404, body = Problem)))]
async fn unblock_sender(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Tagged<Data<MessageDetail>>> {
    let act = Act::new(&app, caller, info);
    let me = act.caller.staff_id;
    app.storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                let message = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                let Some(row) = by_key(tx.conn(), &message.email_key).await? else { return Ok(()) };
                Entity::delete_by_id(row.id).exec(tx.conn()).await?;
                act.note(tx, "message.sender_unblocked", (entity::Entity::Message, id), Changes::none());
                change::announce(tx, "message_changed", id);
                announce(tx);
                Ok(())
            })
        })
        .await?;
    Ok(with_etag(view::detail(&app, me, id).await?))
}

/// All blocked senders, the newest first.
#[utoipa::path(get, path = "/api/admin/blocked-senders", tag = "messages",
    responses((status = 200, body = Envelope<Vec<BlockedSender>>)))]
async fn list_blocked_senders(State(app): State<App>) -> Result<All<BlockedSender>> {
    let rows = Entity::find().order_by_desc(Column::Id).all(app.storage.read()).await?;
    let names = people::names(&app).await?;
    Ok(All::of(rows.into_iter().map(|row| BlockedSender::of(row, &names)).collect()))
}

/// Takes a block off.
#[utoipa::path(delete, path = "/api/admin/blocked-senders/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn delete_blocked_sender(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let act = Act::new(&app, caller, info);
    app.storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                let row = Entity::find_by_id(id).one(tx.conn()).await?.ok_or(Error::NotFound)?;
                if Entity::delete_by_id(id).exec(tx.conn()).await?.rows_affected == 0 {
                    return Err(Error::NotFound);
                }
                let changes = Changes::none().field("email", row.email, Option::<String>::None);
                act.note(tx, "messages.sender_unblocked", (entity::Entity::Inbox, id), changes);
                announce(tx);
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

async fn by_key(conn: &impl ConnectionTrait, email_key: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EmailKey.eq(one_person(email_key))).one(conn).await
}

/// Takes back a block that came with a change of a message; it may be gone already.
pub(super) async fn undo(tx: &Tx<'_>, act: &Act, message: Uuid, block: Uuid) -> Result<(), DbErr> {
    if Entity::delete_by_id(block).exec(tx.conn()).await?.rows_affected > 0 {
        act.note(tx, "message.sender_unblocked", (entity::Entity::Message, message), Changes::none());
        announce(tx);
    }
    Ok(())
}

fn announce(tx: &Tx<'_>) {
    tx.publish(entity::Entity::Inbox.notice(CHANGED, None));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_key_however_they_spell_their_mailbox() {
        for same in
            ["spammer.joe@gmail.com", "s.p.ammerjoe+1@gmail.com", "spammerjoe@googlemail.com", "ｓpammer.joe@gmail.com"]
        {
            assert_eq!(one_person(same), "spammerjoe@gmail.com", "{same}");
        }
        assert_eq!(one_person("a.b+c+d@example.com"), "a.b@example.com");
        assert_ne!(one_person("ab@example.com"), one_person("a.b@example.com"));
        assert_eq!(one_person("nobody"), "nobody");
    }
}
