//! Notes for colleagues, and tags.

use axum::extract::{Path, State};
use database::entity::messages::LineKind;
use database::entity::{message_notes, messages};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, EntityTrait, IntoActiveModel as _, QueryFilter as _, Set};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::api::with_etag;
use super::change::{self, Change, Tagging};
use super::lines::{self, Line};
use super::view::{self, Person, ThreadItem};
use super::{store, tell, undo};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{Created, Data, Envelope, Id, IfMatch, Json, Nothing, Problem, RequestInfo, Tagged};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity;
use crate::platform::idempotency::{self, Claim};
use crate::platform::permission::Permission;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(add_note)))
        .routes(demand(Permission::Messages, routes!(delete_note)))
        .routes(demand(Permission::Messages, routes!(put_tags)))
}

/// A note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// At most 10,000 characters. `@` and the name of a colleague notifies them.
    pub content: String,
}

/// Adds a note that only staff can see.
#[utoipa::path(post, path = "/api/admin/messages/{id}/notes", tag = "messages", params(("id" = Uuid, Path)), request_body = NewNote,
    responses((status = 201, body = Envelope<ThreadItem>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn add_note(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Id(id): Id,
    Json(body): Json<NewNote>,
) -> Result<Created<ThreadItem>> {
    let mut check = Check::new();
    let content = check.text("content", &body.content, 10_000, "Write something first.");
    check.done()?;
    let act = Act::new(&app, caller, info);
    let person = Person { id: act.caller.staff_id, name: act.caller.name.clone() };
    let note = message_notes::Model {
        id: app.ids.next(act.now),
        message_id: id,
        staff_id: person.id,
        content,
        created_at: act.now,
    };
    let item = ThreadItem {
        kind: LineKind::Note,
        id: note.id,
        author: Some(person),
        content: note.content.clone(),
        files: Vec::new(),
        created_at: note.created_at,
        mail: None,
        leaves_at: None,
        undo_id: None,
    };
    let created = Created { data: item, location: format!("/api/admin/messages/{id}"), message: None };
    let kept = claim.row(&created)?;
    let told = tell::of_mentions(&act, id, &note.content).await?;
    app.storage
        .write((act, note, kept, told), move |tx, (act, note, kept, (told, mails))| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                let message = store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                let words = store::with_words(&message.search_text, &note.content);
                let mut row = messages::ActiveModel { id: Set(id), search_text: Set(words), ..Default::default() };
                lines::set_newest(&mut row, &Line::of_note(note));
                row.update(tx.conn()).await?;
                note.clone().into_active_model().insert(tx.conn()).await?;
                lines::move_tags(tx.conn(), id, note.id).await?;
                tx.notify(told.clone());
                for mail in mails {
                    tx.mail(mail.clone());
                }
                act.note(tx, "message.noted", (Entity::Message, id), Changes::none());
                change::announce(tx, "message_changed", id);
                Ok(())
            })
        })
        .await?;
    Ok(created)
}

/// Deletes one of your own notes.
#[utoipa::path(delete, path = "/api/admin/messages/{id}/notes/{noteId}", tag = "messages",
    params(("id" = Uuid, Path), ("noteId" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn delete_note(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    path: Result<Path<(Uuid, Uuid)>, axum::extract::rejection::PathRejection>,
) -> Result<Data<Nothing>> {
    let Path((id, note)) = path.map_err(|_| Error::NotFound)?;
    let act = Act::new(&app, caller, info);
    app.storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                let deleted = message_notes::Entity::delete_many()
                    .filter(message_notes::Column::Id.eq(note))
                    .filter(message_notes::Column::MessageId.eq(id))
                    .filter(message_notes::Column::StaffId.eq(act.caller.staff_id))
                    .exec(tx.conn())
                    .await?;
                if deleted.rows_affected == 0 {
                    return Err(Error::NotFound);
                }
                store::read_words_again(tx.conn(), id, act.now).await?;
                lines::read_newest_again(tx.conn(), id).await?;
                act.note(tx, "message.note_deleted", (Entity::Message, id), Changes::none());
                change::announce(tx, "message_changed", id);
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// The tags that a message will have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTags {
    /// At most 20, each of at most 40 characters.
    pub tags: Vec<String>,
}

/// Replaces the tags of a message. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(put, path = "/api/admin/messages/{id}/tags", tag = "messages", params(("id" = Uuid, Path)), request_body = NewTags,
    responses((status = 200, body = Envelope<view::MessageDetail>), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn put_tags(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(body): Json<NewTags>,
) -> Result<Tagged<Data<view::MessageDetail>>> {
    let mut check = Check::new();
    let wanted = checked_tags(&mut check, "tags", &body.tags);
    check.done()?;
    let act = Act::new(&app, caller, info);
    let me = act.caller.staff_id;
    let undo_id = app
        .storage
        .write((act, wanted, seen), move |tx, (act, wanted, seen)| {
            Box::pin(async move {
                store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                let now = store::tags_of(tx.conn(), vec![id]).await?.remove(&id).unwrap_or_default();
                let remove = now.into_iter().filter(|tag| !wanted.contains(tag)).collect();
                let tagging = Tagging { add: wanted.clone(), remove };
                let before = change::apply(tx, act, id, &Change::default(), &tagging, seen).await?;
                undo::keep(tx, act, before.into_iter().collect()).await
            })
        })
        .await?;
    let mut detail = view::detail(&app, me, id).await?;
    detail.undo_id = undo_id;
    Ok(with_etag(detail))
}

/// Why there is no further tag.
pub const TOO_MANY: &str = "There can be at most 20 tags.";
/// Tags that a message can have.
pub const TAGS: usize = 20;

/// Tags in their one form: small letters, single spaces, no commas, each once.
pub fn checked_tags(check: &mut Check, field: &str, tags: &[String]) -> Vec<String> {
    let mut fine: Vec<String> = tags
        .iter()
        .map(|tag| tag.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
        .filter(|tag| !tag.is_empty())
        .collect();
    fine.sort_unstable();
    fine.dedup();
    if fine.len() > TAGS {
        check.refuse(field, "too_long", TOO_MANY);
    }
    for tag in &fine {
        if tag.chars().count() > 40 {
            check.refuse(field, "too_long", "A tag can have at most 40 characters.");
        } else if tag.contains(',') || tag.chars().any(char::is_control) {
            check.refuse(field, "invalid", "A tag cannot contain a comma.");
        }
    }
    fine
}
