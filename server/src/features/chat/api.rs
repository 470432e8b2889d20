//! The list of sessions, and what staff do with one, for programs and for the pages of the dashboard.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::detail::{self, ChatDetail};
use super::edits::Block;
use super::find::{self, ChatQuery, ChatStats};
use super::frames::ChatSession;
use super::rules::Deed;
use super::{edits, handled, view};
use crate::app::App;
use crate::error::Result;
use crate::features::messages::checked_tags;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Id, IfMatch, Json, Listed, Paging, Problem, Query, RequestInfo, Tagged};
use crate::platform::act::Act;
use crate::platform::auth::{Caller, demand};
use crate::platform::permission::Permission;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Chats, routes!(list_chats)))
        .routes(demand(Permission::Chats, routes!(chat_stats)))
        .routes(demand(Permission::Chats, routes!(assign_chat)))
        .routes(demand(Permission::Chats, routes!(transfer_chat)))
        .routes(demand(Permission::Chats, routes!(release_chat)))
        .routes(demand(Permission::Chats, routes!(close_chat)))
        .routes(demand(Permission::Chats, routes!(reopen_chat)))
        .routes(demand(Permission::Chats, routes!(tag_chat)))
        .routes(demand(Permission::Chats, routes!(mark_chat_spam)))
        .routes(demand(Permission::Chats, routes!(block_chat_visitor)))
        .routes(demand(Permission::Chats, routes!(chat_to_message)))
}

/// To whom a session goes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assign {
    pub staff_id: Uuid,
}

/// To whom a session goes, and what they should know.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transfer {
    pub staff_id: Uuid,
    /// At most 10,000 characters; becomes a note.
    #[serde(default)]
    pub note: Option<String>,
}

/// All tags of a session.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatTags {
    /// At most 20, of 40 characters each.
    pub tags: Vec<String>,
}

/// Whether a session is spam.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatSpam {
    pub is_spam: bool,
}

/// For how long a visitor is blocked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatBlock {
    /// 1 to 525,600; 0 ends it. Without it: a day.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Also everybody else behind the network address of the session: colleagues in an office, or customers of a mobile
    /// network. For as long as addresses are kept (`privacy.senderDays`).
    #[serde(default)]
    pub address: bool,
}

/// Where a session went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// The message of the inbox.
    pub message_id: Uuid,
}

/// Lists sessions that match the filters, newest activity first.
#[utoipa::path(get, path = "/api/admin/chats", tag = "chats", params(ChatQuery, Paging),
    responses((status = 200, body = Envelope<Vec<ChatSession>>), (status = 422, body = Problem)))]
async fn list_chats(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ChatQuery>,
    Query(paging): Query<Paging>,
) -> Result<Listed<ChatSession>> {
    let filter = filter.read(caller.staff_id, app.settings.get().hours.zone())?;
    let (cursor, limit) = paging.read()?;
    let page = find::list(app.storage.read(), &filter, cursor, limit).await?;
    let rows = view::for_staff(&app, &page.rows).await?;
    Ok(Listed(page.with(rows)))
}

/// Returns figures of chat.
#[utoipa::path(get, path = "/api/admin/chats/stats", tag = "chats",
    responses((status = 200, body = Envelope<ChatStats>)))]
async fn chat_stats(State(app): State<App>, caller: Caller) -> Result<Data<ChatStats>> {
    Ok(Data(find::stats(app.storage.read(), caller.staff_id, app.clock.now()).await?))
}

/// What a request changes, and the session as it is then.
async fn change(app: &App, act: Act, id: Uuid, deed: Deed, seen: IfMatch) -> Result<Tagged<Data<ChatDetail>>> {
    handled::change(app, act, id, deed, seen).await.map_err(super::refuse::Refused::error)?;
    detail::answer(app, id).await
}

/// Gives a session to a person. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/assign", tag = "chats", params(("sessionId" = Uuid, Path)), request_body = Assign,
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn assign_chat(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(body): Json<Assign>,
) -> Result<Tagged<Data<ChatDetail>>> {
    change(&app, Act::new(&app, caller, info), id, Deed::Assign(body.staff_id), seen).await
}

/// Gives a session to a colleague, with a note for them. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/transfer", tag = "chats", params(("sessionId" = Uuid, Path)), request_body = Transfer,
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn transfer_chat(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(body): Json<Transfer>,
) -> Result<Tagged<Data<ChatDetail>>> {
    let mut check = Check::new();
    let note = body.note.filter(|note| !note.trim().is_empty());
    let note = note.map(|note| check.text("note", &note, 10_000, ""));
    check.done()?;
    let person = caller.clone();
    handled::change(&app, Act::new(&app, caller, info), id, Deed::Transfer(body.staff_id), seen)
        .await
        .map_err(super::refuse::Refused::error)?;
    if let Some(note) = note {
        handled::note(&app, &person, id, None, note).await.map_err(super::refuse::Refused::error)?;
    }
    detail::answer(&app, id).await
}

/// Gives a session back to the queue. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/release", tag = "chats", params(("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn release_chat(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Tagged<Data<ChatDetail>>> {
    change(&app, Act::new(&app, caller, info), id, Deed::Release, seen).await
}

/// Ends a session. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/close", tag = "chats", params(("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn close_chat(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Tagged<Data<ChatDetail>>> {
    change(&app, Act::new(&app, caller, info), id, Deed::Close, seen).await
}

/// Reopens a closed session, for the caller. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/reopen", tag = "chats", params(("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn reopen_chat(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Tagged<Data<ChatDetail>>> {
    change(&app, Act::new(&app, caller, info), id, Deed::Reopen, seen).await
}

/// Replaces the tags of a session. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/tags", tag = "chats", params(("sessionId" = Uuid, Path)), request_body = ChatTags,
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn tag_chat(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(body): Json<ChatTags>,
) -> Result<Tagged<Data<ChatDetail>>> {
    let mut check = Check::new();
    let wanted = checked_tags(&mut check, "tags", &body.tags);
    check.done()?;
    edits::tag(&app, Act::new(&app, caller, info), id, wanted, seen).await?;
    detail::answer(&app, id).await
}

/// Marks a session as spam, which closes it, or as no spam. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/spam", tag = "chats", params(("sessionId" = Uuid, Path)), request_body = ChatSpam,
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn mark_chat_spam(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(body): Json<ChatSpam>,
) -> Result<Tagged<Data<ChatDetail>>> {
    edits::judge(&app, Act::new(&app, caller, info), id, body.is_spam, seen).await?;
    detail::answer(&app, id).await
}

/// Blocks the visitor of a session for a time, or no longer. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/block", tag = "chats", params(("sessionId" = Uuid, Path)), request_body = ChatBlock,
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn block_chat_visitor(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(body): Json<ChatBlock>,
) -> Result<Tagged<Data<ChatDetail>>> {
    let block = Block { minutes: body.minutes.unwrap_or(1_440), address: body.address };
    edits::block(&app, Act::new(&app, caller, info), id, block, seen).await?;
    detail::answer(&app, id).await
}

/// Turns a session into a message of the inbox; the same message if it was done before.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/to-message", tag = "chats", params(("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<ChatMessage>), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn chat_to_message(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
) -> Result<Data<ChatMessage>> {
    let message_id = edits::to_message(&app, Act::new(&app, caller, info), id).await?;
    Ok(Data(ChatMessage { message_id }))
}
