//! The list of sessions, and what staff do with one, for programs and for the pages of the dashboard.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::detail::ChatDetail;
use super::frames::ChatSession;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Id, IfMatch, Json, Listed, Paging, Problem, Query, RequestInfo, Tagged};
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

/// The filters of the list. All must match.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ChatQuery {
    /// `waiting`, `active`, `closed`, `missed` or `spam`, several with commas. Without it, all but spam.
    pub status: Option<String>,
    /// The id of a person, `me` or `nobody`.
    pub assigned_to: Option<String>,
    /// Words that occur in the conversation, the name or the address of the visitor.
    pub q: Option<String>,
    /// The first and the last day of the beginning, such as `2026-01-31`, in the firm's zone.
    pub from: Option<String>,
    pub to: Option<String>,
    pub tag: Option<String>,
}

/// Figures of chat.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatStats {
    pub waiting: u64,
    pub active: u64,
    /// Active ones of the caller.
    pub mine: u64,
    /// Begun within the last 30 days, and how many of them were closed before staff wrote anything.
    pub sessions: u64,
    pub missed: u64,
    /// The median time in seconds from the first line of a visitor to the first of staff; null: there is none.
    pub first_response_seconds: Option<i64>,
    /// The mean of the ratings, and how many there are.
    pub rating: Option<f64>,
    pub ratings: u64,
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
    Err(Error::NotFound)
}

/// Returns figures of chat.
#[utoipa::path(get, path = "/api/admin/chats/stats", tag = "chats",
    responses((status = 200, body = Envelope<ChatStats>)))]
async fn chat_stats(
    State(app): State<App>,
    caller: Caller,
) -> Result<Data<ChatStats>> {
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
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
    Err(Error::NotFound)
}
