//! The list and one message, for staff.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::change::{self, Change, Tagging};
use super::figures::{Counts, standing};
use super::filter::FilterQuery;
use super::find;
use super::found;
use super::later;
use super::reads;
use super::undo;
use super::view::{self, MessageDetail, MessageSummary};
use crate::app::App;
use crate::error::Result;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Id, IfMatch, Json, Listed, Paging, Problem, Query, RequestInfo, Tagged};
use crate::platform::act::Act;
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity;
use crate::platform::mail;
use crate::platform::permission::Permission;
use crate::platform::staff as people;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(list_messages)))
        .routes(demand(Permission::Messages, routes!(count_messages)))
        .routes(demand(Permission::Messages, routes!(get_message, change_message)))
        .routes(demand(Permission::Messages, routes!(retry_mail)))
}

/// Lists messages that match the filters, page by page.
#[utoipa::path(get, path = "/api/admin/messages", tag = "messages", params(FilterQuery, Paging),
    responses((status = 200, body = Envelope<Vec<MessageSummary>>), (status = 422, body = Problem)))]
async fn list_messages(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<FilterQuery>,
    Query(paging): Query<Paging>,
) -> Result<Listed<MessageSummary>> {
    let filter = filter.read(caller.staff_id, |slug| app.settings.get().slugs_of(slug))?;
    let (cursor, limit) = paging.read()?;
    let mut page = find::list(app.storage.read(), caller.staff_id, &filter, cursor, limit, async || {
        Ok(standing(&app).await?.number(|stands| filter.takes(stands)))
    })
    .await?;
    let mut rows = view::summaries(&app, caller.staff_id, std::mem::take(&mut page.rows)).await?;
    if !filter.terms.is_empty() {
        let names = people::names(&app).await?;
        found::mark(app.storage.read(), &mut rows, &filter.terms, &names).await?;
    }
    Ok(Listed(page.with(rows)))
}

/// Counts messages by status.
#[utoipa::path(get, path = "/api/admin/messages/counts", tag = "messages", responses((status = 200, body = Envelope<Counts>)))]
async fn count_messages(State(app): State<App>, caller: Caller) -> Result<Data<Counts>> {
    Ok(Data(standing(&app).await?.counts(caller.staff_id)))
}

/// Returns one message with its thread, and marks it as read for the caller.
#[utoipa::path(get, path = "/api/admin/messages/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<MessageDetail>), (status = 404, body = Problem)))]
async fn get_message(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Tagged<Data<MessageDetail>>> {
    // Before the look: a reply of the client that comes in between is not read by it.
    let now = app.clock.now();
    let me = caller.staff_id;
    let detail = view::detail(&app, me, id).await?;
    if detail.summary.unread {
        let marked = app
            .storage
            .write((), move |tx, ()| Box::pin(async move { Ok(reads::mark(tx.conn(), [id], me, now).await?) }))
            .await;
        // It can be read all the same, on a full disk for example.
        if let Err(error) = marked {
            tracing::warn!(%error, "a message could not be marked as read");
        }
    }
    Ok(with_etag(detail))
}

/// Changes status or assignment. With `If-Match`, fails with 412 if the message has changed since.
#[utoipa::path(patch, path = "/api/admin/messages/{id}", tag = "messages", params(("id" = Uuid, Path)), request_body = Change,
    responses((status = 200, body = Envelope<MessageDetail>), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change_message(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(change): Json<Change>,
) -> Result<Tagged<Data<MessageDetail>>> {
    change::check_assignee(app.storage.read(), &change).await?;
    let act = Act::new(&app, caller, info);
    let me = act.caller.staff_id;
    let mut check = Check::new();
    later::check(&mut check, &change, act.now, app.settings.get().hours.zone());
    check.done()?;
    let undo_id = app
        .storage
        .write((act, change, seen), move |tx, (act, change, seen)| {
            Box::pin(async move {
                change::check_assignee(tx.conn(), change).await?;
                let before = change::apply(tx, act, id, change, &Tagging::default(), seen).await?;
                let before: Vec<_> = before.into_iter().collect();
                change::tell_assignee(tx, act, change, &before).await?;
                undo::keep(tx, act, before).await
            })
        })
        .await?;
    let mut detail = view::detail(&app, me, id).await?;
    detail.undo_id = undo_id;
    Ok(with_etag(detail))
}

/// Resends the failed emails of a message.
#[utoipa::path(post, path = "/api/admin/messages/{id}/retry-mail", tag = "messages", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<MessageDetail>), (status = 404, body = Problem)))]
async fn retry_mail(
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
                if mail::retry_of_entity(tx.conn(), id, act.now).await? > 0 {
                    act.note(tx, "mail.retried", (Entity::Message, id), crate::platform::audit::Changes::none());
                    tx.publish(crate::cluster::Event::MailQueued);
                }
                Ok(())
            })
        })
        .await?;
    Ok(with_etag(view::detail(&app, me, id).await?))
}

/// An answer with the version of the message as its `ETag`.
pub fn with_etag(detail: MessageDetail) -> Tagged<Data<MessageDetail>> {
    Tagged { etag: change::etag(detail.version), answer: Data(detail) }
}
