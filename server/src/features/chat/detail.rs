//! One session with what belongs to it: its lines, notes and history, and its transcript.

use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::frames::{ChatLine, ChatNote, ChatSession};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Created, Data, Envelope, Id, Json, Listed, Nothing, Problem, Query, RequestInfo, Tagged};
use crate::platform::auth::{Caller, demand};
use crate::platform::permission::Permission;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Chats, routes!(get_chat)))
        .routes(demand(Permission::Chats, routes!(get_chat_messages)))
        .routes(demand(Permission::Chats, routes!(get_chat_transcript)))
        .routes(demand(Permission::Chats, routes!(add_chat_note)))
        .routes(demand(Permission::Chats, routes!(redact_chat_message)))
}

/// A session with what staff see beside it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatDetail {
    #[serde(flatten)]
    pub session: ChatSession,
    pub visitor_id: Uuid,
    /// From where the visitor came to the site.
    pub referrer: Option<String>,
    /// IANA name of the visitor's zone.
    pub timezone: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub notes: Vec<ChatNote>,
    /// Their other sessions, newest first, at most 20.
    pub earlier: Vec<ChatSession>,
    /// Until when the visitor is blocked.
    pub blocked_until: Option<DateTime<Utc>>,
    /// The message of the inbox that was made of it.
    pub message_id: Option<Uuid>,
    /// What was done with it, newest first.
    pub history: Vec<ChatEntry>,
}

/// Something that was done with a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatEntry {
    pub at: DateTime<Utc>,
    pub sentence: String,
    pub staff_name: Option<String>,
}

/// Which lines.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LinesQuery {
    /// Lines before this one, the newest of them. Without it, the newest.
    #[param(value_type = Option<i64>)]
    pub before_seq: Option<String>,
    /// 1 to 200; 50 by default.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
}

/// How a transcript is written.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TranscriptQuery {
    /// `txt` (by default) or `html`.
    pub format: Option<String>,
}

/// A note.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewChatNote {
    /// At most 10,000 characters. `@` and the name of a colleague notifies them.
    pub content: String,
}

/// Returns a session with its notes and history.
#[utoipa::path(get, path = "/api/admin/chats/{sessionId}", tag = "chats", params(("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<ChatDetail>), (status = 404, body = Problem)))]
async fn get_chat(State(app): State<App>, caller: Caller, Id(id): Id) -> Result<Tagged<Data<ChatDetail>>> {
    Err(Error::NotFound)
}

/// Returns lines of a session in order.
#[utoipa::path(get, path = "/api/admin/chats/{sessionId}/messages", tag = "chats", params(("sessionId" = Uuid, Path), LinesQuery),
    responses((status = 200, body = Envelope<Vec<ChatLine>>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_chat_messages(
    State(app): State<App>,
    Id(id): Id,
    Query(which): Query<LinesQuery>,
) -> Result<Listed<ChatLine>> {
    Err(Error::NotFound)
}

/// Returns a session as a document to keep.
#[utoipa::path(get, path = "/api/admin/chats/{sessionId}/transcript", tag = "chats", params(("sessionId" = Uuid, Path), TranscriptQuery),
    responses((status = 200, description = "The conversation", content((String = "text/plain"), (String = "text/html"))), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn get_chat_transcript(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
    Query(which): Query<TranscriptQuery>,
) -> Result<Response> {
    Err(Error::NotFound)
}

/// Adds a note that only staff can see.
#[utoipa::path(post, path = "/api/admin/chats/{sessionId}/notes", tag = "chats", params(("sessionId" = Uuid, Path)), request_body = NewChatNote,
    responses((status = 201, body = Envelope<ChatNote>), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn add_chat_note(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Id(id): Id,
    Json(body): Json<NewChatNote>,
) -> Result<Created<ChatNote>> {
    Err(Error::NotFound)
}

/// Removes the text of a line. The line itself stays.
#[utoipa::path(delete, path = "/api/admin/chats/{sessionId}/messages/{seq}", tag = "chats",
    params(("sessionId" = Uuid, Path), ("seq" = i64, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem)))]
async fn redact_chat_message(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Path((id, seq)): Path<(Uuid, String)>,
) -> Result<Data<Nothing>> {
    Err(Error::NotFound)
}
